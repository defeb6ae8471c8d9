/** API requests inside the simulation, for measurements without a network: many at a time through the gateway. */
import { must } from '../base/assert.ts';
import { deepFreeze } from '../base/data.ts';
import type { ApiCall, Credential } from '../api/wire.ts';
import { GATEWAY, type GatewayState } from '../client/gateway.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { gatewayProcess } from '../cluster/plan.ts';
import { presets } from '../cluster/topology.ts';

const administrator: Credential = Object.freeze({ type: 'certificate', commonName: 'kubernetes-admin', organizations: Object.freeze(['kubeadm:cluster-admins']) });

const nothing = Object.freeze([]);

/** A cluster, and somebody who asks it. */
export class Asker {
  readonly cluster: Cluster;
  #next = 1;
  #taken = 0;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    cluster.timeline.act({ type: 'spawn', spec: gatewayProcess() });
    cluster.kernel.run({ until: cluster.kernel.world.now });
  }

  #state(): GatewayState {
    return must(this.cluster.kernel.stateOf<GatewayState>(GATEWAY), 'the gateway runs');
  }

  /** Sends requests; nobody waits for them. */
  send(calls: readonly ApiCall[]): void {
    this.#taken = this.#state().taken + this.#state().answers.length;
    const requests = Object.freeze(calls.map(call => Object.freeze({ id: this.#next++, call: deepFreeze(call), credential: administrator, userAgent: 'bench' })));
    this.cluster.kernel.deliver(GATEWAY, Object.freeze({ type: 'gateway.work', taken: this.#taken, requests, cancels: nothing, frames: nothing }));
  }

  /** Sends requests and runs the world until all are answered. Fails on the first refusal. */
  ask(calls: readonly ApiCall[]): void {
    this.send(calls);
    let missing = calls.length;
    let seen = 0;
    this.cluster.kernel.run({ stop: () => {
      const { answers } = this.#state();
      // Until the gateway has heard of it, these are the answers of before.
      if (this.#state().taken < this.#taken) return false;
      for (; seen < answers.length; seen++) {
        const answer = answers[seen];
        if (answer?.type !== 'response') continue;
        missing--;
        if (answer.code >= 400) throw new Error(`a request was refused: ${JSON.stringify(answer.body)}`);
      }
      return missing === 0;
    } });
  }

  /** Watch events that have come since the last `send`. */
  get heard(): number {
    const state = this.#state();
    let count = 0;
    for (const answer of state.answers) if (answer.type === 'watch') count += answer.events.length;
    return count;
  }
}

/** A small cluster that has booted. */
export const newAsker = (preset = 'tiny'): Asker => new Asker(openCluster({ topology: must(presets[preset], `no preset ${preset}`), seed: 1 }));

/** A call about one resource of the core group in the default namespace. */
export const coreCall = (verb: ApiCall['verb'], resource: string, more: Partial<ApiCall> = {}): ApiCall => ({ verb, group: '', version: 'v1', resource, subresource: '', namespace: 'default', name: '', ...more });

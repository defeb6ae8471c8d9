import type { ProcessId } from '../../src/base/data.ts';
import type { EtcdClientMessage, EtcdEvent, EtcdRequest, EtcdServerMessage, ResponseHeader, WatchCreateRequest } from '../../src/etcd/contract.ts';
import { clusterOn, etcdMember, memberOn } from '../../src/etcd/member.ts';
import type { EtcdConfig, EtcdMember } from '../../src/etcd/member-state.ts';
import { micros } from '../../src/base/data.ts';
import { faultKinds } from '../../src/sim/faults/registry.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { defineProcess } from '../../src/sim/process.ts';
import type { KernelOptions } from '../../src/sim/kernel.ts';

/** A cluster of members and one client process that asks what the test tells it to. */

type Told = { readonly type: 'tell'; readonly to: ProcessId; readonly message: EtcdClientMessage };
interface ClientState { readonly answers: (EtcdServerMessage & { at: number })[]; readonly lost: string[] }

const client = defineProcess<ClientState, Told | EtcdServerMessage, null>({
  kind: 'client',
  mailboxMax: 100_000,
  boot: () => ({ answers: [], lost: [] }),
  step(state, input, out) {
    if (input.type === 'connectionLost') state.lost.push(input.peer);
    if (input.type !== 'message') return;
    if (input.body.type === 'tell') out.send(input.body.to, input.body.message);
    else if (input.body.type === 'etcd.watches') for (const { id, events } of input.body.watches) state.answers.push({ type: 'etcd.watch', id, header: input.body.header, events, at: out.now });
    else if (input.body.type === 'etcd.responses') for (const reply of input.body.replies) state.answers.push({ ...reply, at: out.now });
    else state.answers.push({ ...input.body, at: out.now });
  },
});

export const CLIENT = 'client/client' as ProcessId;

export type Reply =
  | { readonly ok: true; readonly header: ResponseHeader; readonly body: any; readonly at: number }
  | { readonly ok: false; readonly error: string; readonly at: number };

export class Cluster {
  readonly kernel: Kernel;
  readonly names: string[];
  #nextId = 1;
  /** Sent with every further request. */
  token: string | undefined;

  constructor(options: { seed?: number; size?: number; config?: Partial<EtcdConfig>; kernel?: Partial<KernelOptions> } = {}) {
    const { seed = 1, size = 3, config = {} } = options;
    this.kernel = new Kernel({ seed, kinds: [etcdMember, client], faults: faultKinds, ...options.kernel });
    this.names = Array.from({ length: size }, (_, i) => `m${i + 1}`);
    for (const name of this.names) this.spawn(name, { ...config, initialCluster: clusterOn(this.names) });
    this.kernel.spawn({ id: CLIENT, kind: 'client', node: 'client' as never, config: null });
  }

  /** A member on one more machine. */
  spawnMore(name: string, config: Partial<EtcdConfig> & Pick<EtcdConfig, 'initialCluster'>): void {
    this.names.push(name);
    this.spawn(name, config);
  }

  spawn(name: string, config: Partial<EtcdConfig> & Pick<EtcdConfig, 'initialCluster'>): void {
    this.kernel.spawn({ id: memberOn(name), kind: 'etcd', node: name as never, config: { ...config, name } });
  }

  member(name: string): EtcdMember | undefined { return this.kernel.stateOf<EtcdMember>(memberOn(name)); }
  get members(): EtcdMember[] { return this.names.map((name) => this.member(name)).filter((one) => one !== undefined); }
  get leader(): EtcdMember | undefined { return this.members.find(({ raft }) => raft.role === 'leader'); }
  get client(): ClientState { return this.kernel.stateOf<ClientState>(CLIENT) ?? { answers: [], lost: [] }; }

  run(seconds: number): void { this.kernel.run({ until: micros(this.kernel.world.now + Math.round(seconds * 1_000_000)) }); }

  /** Runs until a leader is known, or fails. */
  elect(seconds = 10): EtcdMember {
    const limit = this.kernel.world.now + seconds * 1_000_000;
    this.kernel.run({ until: micros(limit), stop: () => this.leader !== undefined && this.leader.raft.log.applied > 0 });
    if (this.leader === undefined) throw new Error('no leader');
    return this.leader;
  }

  tell(name: string, message: EtcdClientMessage): void {
    this.kernel.deliver(CLIENT, { type: 'tell', to: memberOn(name), message });
  }

  ask(name: string, request: EtcdRequest): number {
    const id = this.#nextId++;
    this.tell(name, { type: 'etcd.request', id, request, ...(this.token === undefined ? {} : { token: this.token }) });
    return id;
  }

  answer(id: number): Reply | undefined {
    const found = this.client.answers.find((one) => one.id === id && (one.type === 'etcd.response' || one.type === 'etcd.error'));
    if (found?.type === 'etcd.response') return { ok: true, header: found.header, body: found.body, at: found.at };
    return found?.type === 'etcd.error' ? { ok: false, error: found.error, at: found.at } : undefined;
  }

  /** Asks and runs until the answer is there (or ten seconds have gone). */
  do(name: string, request: EtcdRequest, seconds = 10): Reply {
    const id = this.ask(name, request);
    const limit = micros(this.kernel.world.now + seconds * 1_000_000);
    this.kernel.run({ until: limit, stop: () => this.answer(id) !== undefined });
    return this.answer(id) ?? { ok: false, error: 'no answer', at: this.kernel.world.now };
  }

  watch(name: string, request: WatchCreateRequest): number {
    const id = this.#nextId++;
    this.tell(name, { type: 'etcd.watchCreate', id, request, ...(this.token === undefined ? {} : { token: this.token }) });
    return id;
  }

  events(id: number): EtcdEvent[] {
    return this.client.answers.flatMap((one) => one.type === 'etcd.watch' && one.id === id ? one.events : []);
  }

  fault(kind: string, ...words: string[]): number {
    const definition = faultKinds.find(({ name }) => name === kind);
    if (definition === undefined) throw new Error(`no fault ${kind}`);
    const parsed = definition.parse(words, this.kernel.targets);
    if (!parsed.ok) throw new Error(parsed.error.en);
    return this.kernel.inject(kind, parsed.value, words);
  }
}

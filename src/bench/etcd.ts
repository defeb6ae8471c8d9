import { deepFreeze, type Micros, type NodeName, type ProcessId, seconds } from '../base/data.ts';
import { clusterOn, etcdMember } from '../etcd/member.ts';
import type { EtcdMember } from '../etcd/member-state.ts';
import type { EtcdServerMessage } from '../etcd/contract.ts';
import { Kernel } from '../sim/kernel.ts';
import { defineProcess, type Outbox } from '../sim/process.ts';
import { defineSuite, spread } from './suite.ts';

const MEMBERS = ['cp-1', 'cp-2', 'cp-3'];
const CLIENTS = 64;
const PUTS = 100_000;
const REPETITIONS = 5;
/** A real 3-member cluster on loopback, same load, when this was first measured. */
const RECORDED_REAL = 7335;
const VALUE = 'x'.repeat(256);

/** A client that puts again as soon as it is answered. */
const putter = defineProcess<{ count: number }, EtcdServerMessage, { readonly to: ProcessId }>({
  kind: 'putter', mailboxMax: 10,
  boot({ out }) { out.startTimer('begin', seconds(3)); return { count: 0 }; },
  step(state, input, out) {
    if (input.type === 'connectionLost') return;
    put(state, out);
  },
});

function put(state: { count: number }, out: Outbox): void {
  state.count++;
  out.send('cp-1/etcd' as ProcessId, deepFreeze({ type: 'etcd.request', id: state.count, request: { op: 'put', args: { key: `key-${state.count % 1000}`, value: VALUE } } }));
}

/** Puts through three members with Raft on virtual time, 64 clients. */
export const etcd = defineSuite({
  name: 'etcd',
  summary: `simulated puts of 256 bytes through Raft on 3 members, ${CLIENTS} clients, by wall time (no fsync, no sockets)`,
  async run() {
    const rates = Array.from({ length: REPETITIONS + 1 }, (_, i) => once(i)).slice(1);
    const rate = [...rates].sort((a, b) => a - b)[rates.length >> 1] ?? 0;
    return [`puts/s  ${spread(rates, '/s')}`, `ratio   ${(rate / RECORDED_REAL).toFixed(1)} × the recorded real cluster (${RECORDED_REAL} puts/s; no real etcd in this run)`];
  },
});

function once(seed: number): number {
  const kernel = new Kernel({ seed, kinds: [etcdMember, putter] });
  for (const name of MEMBERS) kernel.spawn({ id: `${name}/etcd` as ProcessId, kind: 'etcd', node: name as NodeName, config: deepFreeze({ name, initialCluster: clusterOn(MEMBERS) }) });
  for (let i = 0; i < CLIENTS; i++) kernel.spawn({ id: `client-${i}/putter` as ProcessId, kind: 'putter', node: `client-${i}` as NodeName, config: deepFreeze({}) });
  kernel.run({ until: 2_900_000 as Micros });
  const member = (): EtcdMember => kernel.stateOf<EtcdMember>('cp-1/etcd') as EtcdMember;
  const began = performance.now();
  kernel.run({ stop: () => member().store.revision > PUTS });
  return (PUTS / (performance.now() - began)) * 1000;
}

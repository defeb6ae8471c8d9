/**
 * The read-only look at the world for lessons, scenarios and explanations: what etcd has committed, and what the processes know.
 */
import type { CriContainer } from '../api/cri.ts';
import type { KubeObject } from '../api/meta.ts';
import { storageKey } from '../api/resource.ts';
import { descriptorOfKind } from '../api/scheme.ts';
import type { Micros } from '../base/data.ts';
import type { KeyValue } from '../etcd/contract.ts';
import type { EtcdMember } from '../etcd/member-state.ts';
import { readRange } from '../etcd/mvcc/range.ts';
import type { RuntimeState } from '../kubelet/runtime.ts';
import { kernelRules } from '../kubeproxy/proxy.ts';
import { iptablesSave } from '../kubeproxy/render.ts';
import type { Kernel } from '../sim/kernel.ts';
import type { Note } from '../sim/trace.ts';
import { requestsInFlight } from './requests-in-flight.ts';
import type { EtcdFact, EtcdMemberFact, ProcessFact, TypedLine, WorldView } from './view-contract.ts';

/** Looks at a kernel; `lines` gives what the learner typed. */
export function lookAt(kernel: Kernel, lines: () => readonly TypedLine[] = () => []): WorldView {
  return {
    get now(): Micros { return kernel.world.now; },
    get: (kind, namespace, name) => listStored(kernel, kind, namespace, name)[0],
    list: (kind, namespace) => listStored(kernel, kind, namespace ?? ''),
    processes: () => processes(kernel),
    stateOf: id => kernel.stateOf(id),
    etcd: () => etcdFact(kernel),
    requests: () => requestsInFlight(kernel),
    cri: node => containersOn(kernel, node),
    rules: node => rulesOn(kernel, node),
    notes: type => (type === undefined ? kernel.trace.notes : kernel.trace.notes.filter((note: Note) => note.type === type)),
    lines,
  };
}

/** The member whose store is furthest, among those that are up. */
function furthestMember(kernel: Kernel): EtcdMember | undefined {
  let best: EtcdMember | undefined;
  for (const process of kernel.world.processes) {
    if (process.kind !== 'etcd' || process.state === undefined) continue;
    const member = process.state as EtcdMember;
    if (best === undefined || member.store.revision > best.store.revision) best = member;
  }
  return best;
}

const served = new WeakMap<object, KubeObject>();

/** A stored value with its resourceVersion, as the API would show it. */
function withVersion(kv: KeyValue): KubeObject {
  const value = kv.value as KubeObject;
  let object = served.get(value);
  if (object?.metadata.resourceVersion !== String(kv.modRevision)) {
    object = Object.freeze({ ...value, metadata: Object.freeze({ ...value.metadata, resourceVersion: String(kv.modRevision) }) });
    served.set(value, object);
  }
  return object;
}

function listStored(kernel: Kernel, kind: string, namespace: string, name = ''): readonly KubeObject[] {
  const descriptor = descriptorOfKind(kind);
  const member = furthestMember(kernel);
  if (descriptor === undefined || member === undefined) return [];
  if (name !== '') {
    const one = readRange(member.store, { key: storageKey(descriptor, descriptor.namespaced ? namespace : '', name) });
    return one.kvs.map(withVersion);
  }
  const prefix = descriptor.namespaced && namespace !== '' ? `${descriptor.storagePrefix}${namespace}/` : descriptor.storagePrefix;
  const { kvs } = readRange(member.store, { key: prefix, rangeEnd: `${prefix.slice(0, -1)}0` });
  return kvs.filter(kv => typeof kv.value === 'object').map(withVersion);
}

function processes(kernel: Kernel): readonly ProcessFact[] {
  return kernel.world.processes.map(({ id, kind, node, status }) => ({ id, kind, node, status }));
}

function etcdFact(kernel: Kernel): EtcdFact {
  const members: EtcdMemberFact[] = [];
  for (const process of kernel.world.processes) {
    if (process.kind !== 'etcd') continue;
    const member = process.state as EtcdMember | undefined;
    const alive = process.status === 'running' && member !== undefined;
    members.push({ name: process.node, alive, leader: alive && member.raft.role === 'leader', term: member?.raft.term ?? 0, revision: member?.store.revision ?? 0 });
  }
  const term = Math.max(0, ...members.map(member => member.term));
  const leader = members.find(member => member.leader && member.term === term);
  return {
    leader: leader?.name ?? '', term, revision: leader?.revision ?? Math.max(0, ...members.map(member => member.revision)),
    alive: members.filter(member => member.alive).length, members,
  };
}

function containersOn(kernel: Kernel, node: string): readonly CriContainer[] {
  const state = kernel.stateOf<RuntimeState>(`${node}/containerd`);
  return state === undefined ? [] : [...state.containers.values()].map(record => record.info);
}

/** The kernel's rules are the disk of kube-proxy: they stay when it dies. */
function rulesOn(kernel: Kernel, node: string): readonly string[] {
  const disk = kernel.process(`${node}/kube-proxy`)?.disk;
  return disk === undefined ? [] : iptablesSave(kernelRules(disk));
}

/** A small world by hand for tests of expressions, lessons and scenarios. */
import type { CriContainer } from '../../src/api/cri.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { deepFreeze, micros } from '../../src/base/data.ts';
import type { EtcdFact, TypedLine, WorldView } from '../../src/cluster/view-contract.ts';
import type { Note } from '../../src/sim/trace.ts';

export interface FakeWorld {
  now: number;
  objects: KubeObject[];
  lines: TypedLine[];
  etcd: EtcdFact;
  containers: Record<string, CriContainer[]>;
  notes: Note[];
}

export const newFakeWorld = (): FakeWorld => ({
  now: 60_000_000, objects: [], lines: [], containers: {}, notes: [],
  etcd: { leader: 'cp-1', term: 2, revision: 40, alive: 1, members: [{ name: 'cp-1', alive: true, leader: true, term: 2, revision: 40 }] },
});

export function pod(name: string, fields: { phase?: string; node?: string; namespace?: string; image?: string; createdAt?: string } = {}): KubeObject {
  return deepFreeze({
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace: fields.namespace ?? 'default', creationTimestamp: fields.createdAt ?? '2026-01-01T00:00:00Z', labels: { app: name } },
    spec: { ...(fields.node === undefined ? {} : { nodeName: fields.node }), containers: [{ name, image: fields.image ?? 'nginx' }] },
    status: { phase: fields.phase ?? 'Running' },
  }) as unknown as KubeObject;
}

export const typed = (line: string, stdout = '', exit = 0, stderr = ''): TypedLine => ({ line, exit, stdout, stderr });

/** The look at a fake world; it follows later changes of the world. */
export function viewOf(world: FakeWorld): WorldView {
  const list = (kind: string, namespace?: string): KubeObject[] => world.objects.filter(one => one.kind === kind && (namespace === undefined || (one.metadata.namespace ?? '') === namespace));
  return {
    get now() { return micros(world.now); },
    get: (kind, namespace, name) => list(kind, namespace).find(one => one.metadata.name === name),
    list,
    processes: () => [{ id: 'cp-1/etcd', kind: 'etcd', node: 'cp-1', status: 'running' }, { id: 'cp-1/kube-scheduler', kind: 'kube-scheduler', node: 'cp-1', status: 'running' }],
    stateOf: () => undefined,
    etcd: () => world.etcd,
    requests: () => [],
    cri: node => world.containers[node] ?? [],
    rules: () => [],
    notes: type => world.notes.filter(note => type === undefined || note.type === type),
    lines: () => world.lines,
  };
}

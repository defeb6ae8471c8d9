/** A small API for these tests: objects in a table, watches, patches. It knows no validation, defaults or rights. */
import { deepFreeze, type ProcessId } from '../../src/base/data.ts';
import { Table } from '../../src/base/table.ts';
import { formatTime } from '../../src/api/time.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { applyMergePatch } from '../../src/api/patch/json-patch.ts';
import { applyStrategicPatch } from '../../src/api/patch/strategic.ts';
import { descriptorOfResource } from '../../src/api/scheme.ts';
import { schemaTypeOf } from '../../src/api/strict.ts';
import type { ApiCall, ApiClientMessage, ApiServerMessage, WatchEventType } from '../../src/api/wire.ts';
import { defineProcess, type Outbox } from '../../src/sim/process.ts';

interface Watch { readonly client: ProcessId; readonly id: number; readonly call: ApiCall; readonly group: string }
export interface FakeApiState { revision: number; readonly objects: Table<KubeObject>; watches: Map<string, Watch[]>; counts: Record<string, number>; refuse: number }

const keyOf = (call: ApiCall, name: string): string => `${call.resource}/${call.namespace}/${name}`;
const field = (object: KubeObject, path: string): string => String(path.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], object) ?? '');

function selected(call: ApiCall, object: KubeObject): boolean {
  const [path, value] = (call.options?.fieldSelector ?? '').split('=');
  return path === undefined || path === '' || field(object, path) === value;
}

/** Watches by resource and the one value their field selector names. */
const groupOf = (call: ApiCall): string => `${call.resource}/${(call.options?.fieldSelector ?? '').split('=')[1] ?? ''}`;

function open(state: FakeApiState, watch: Watch): void { state.watches.set(watch.group, [...state.watches.get(watch.group) ?? [], watch]); }

function drop(state: FakeApiState, gone: (watch: Watch) => boolean): void {
  for (const [group, watches] of state.watches) state.watches.set(group, watches.filter(watch => !gone(watch)));
}

/** Patches are merged as the real server does it: what becomes of lists is half of what a patch says. */
function patched({ group, resource, patchType }: ApiCall, old: KubeObject, body: unknown): KubeObject {
  if (patchType !== 'strategic') return applyMergePatch(old, body) as KubeObject;
  const descriptor = descriptorOfResource(group, resource);
  const result = applyStrategicPatch(old as unknown as Readonly<Record<string, unknown>>, body, descriptor === undefined ? '' : schemaTypeOf(descriptor));
  if (!result.ok) throw new Error(`the patch cannot be merged: ${JSON.stringify(result.error)}`);
  return result.value as unknown as KubeObject;
}

export const fakeApi = defineProcess<FakeApiState, ApiClientMessage | { readonly type: 'do'; readonly call: ApiCall }, object>({
  kind: 'fake-api', mailboxMax: 100_000,
  boot: ({ disk }) => ({ revision: 100, objects: new Table([...disk].map(([key, value]) => [key, value as KubeObject] as const)), watches: new Map(), counts: {}, refuse: 0 }),
  step(state, input, out) {
    if (input.type === 'connectionLost') drop(state, watch => watch.client === input.peer);
    if (input.type !== 'message') return;
    const message = input.body;
    if (message.type === 'do') { answer(state, message.call, out); return; }
    if (message.type === 'api.cancel') { drop(state, watch => watch.client === input.from && watch.id === message.id); return; }
    if (message.type !== 'api.request') return;
    const count = `${message.call.verb} ${message.call.resource}${message.call.subresource === '' ? '' : `/${message.call.subresource}`}`;
    state.counts[count] = (state.counts[count] ?? 0) + 1;
    if (message.call.verb === 'watch') { open(state, { client: input.from, id: message.id, call: message.call, group: groupOf(message.call) }); return; }
    const { code, body } = state.refuse > 0 ? { code: state.refuse, body: {} } : answer(state, message.call, out);
    out.send(input.from, { type: 'api.response', id: message.id, code, body } satisfies ApiServerMessage);
  },
});

function answer(state: FakeApiState, call: ApiCall, out: Outbox): { readonly code: number; readonly body: object } {
  const body = call.body as KubeObject | undefined;
  const name = call.name !== '' ? call.name : body?.metadata?.name ?? '';
  const old = state.objects.get(keyOf(call, name));
  switch (call.verb) {
    case 'list': return { code: 200, body: { metadata: { resourceVersion: String(state.revision) }, items: [...state.objects].filter(([key, object]) => key.startsWith(`${call.resource}/`) && selected(call, object)).map(([, object]) => object) } };
    case 'get': return old === undefined ? { code: 404, body: {} } : { code: 200, body: old };
    case 'create': {
      if (old !== undefined) return { code: 409, body: {} };
      const uid = (body?.metadata as { uid?: string } | undefined)?.uid ?? `uid-${state.revision}`;
      return { code: 201, body: put(state, call, { ...body, metadata: { ...body?.metadata, name, uid, ...(call.namespace === '' ? {} : { namespace: call.namespace }) } } as KubeObject, { type: 'ADDED', out }) };
    }
    case 'update': case 'patch': {
      if (old === undefined) return { code: 404, body: {} };
      const merged = call.verb === 'patch' ? patched(call, old, body) : { ...old, ...body, metadata: { ...old.metadata, ...body?.metadata } } as KubeObject;
      return { code: 200, body: put(state, call, merged, { type: 'MODIFIED', out }) };
    }
    case 'delete': {
      if (old === undefined) return { code: 404, body: {} };
      const grace = call.options?.gracePeriodSeconds ?? (call.resource === 'pods' ? 30 : 0);
      if (grace > 0) return { code: 200, body: put(state, call, { ...old, metadata: { ...old.metadata, deletionTimestamp: formatTime(out.now), deletionGracePeriodSeconds: grace } }, { type: 'MODIFIED', out }) };
      put(state, call, old, { type: 'DELETED', out });
      return { code: 200, body: {} };
    }
    default: return { code: 405, body: {} };
  }
}

function put(state: FakeApiState, call: ApiCall, object: KubeObject, how: { readonly type: WatchEventType; readonly out: Outbox }): KubeObject {
  const stored = deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(++state.revision) } });
  const key = keyOf(call, object.metadata.name);
  if (how.type === 'DELETED') state.objects.delete(key); else state.objects.set(key, stored);
  how.out.write(`w${state.revision}`, [[key, how.type === 'DELETED' ? undefined : stored]]);
  const node = call.resource === 'pods' ? (stored as { spec?: { nodeName?: string } }).spec?.nodeName ?? '' : stored.metadata.name;
  for (const { client, id, call: watch } of [...state.watches.get(`${call.resource}/`) ?? [], ...state.watches.get(`${call.resource}/${node}`) ?? []]) {
    if (selected(watch, stored)) how.out.send(client, { type: 'api.watch', id, events: [{ type: how.type, object: stored, cause: how.out.cause }] } satisfies ApiServerMessage);
  }
  return stored;
}

/**
 * What there is to do about definitions: tell whether their names are accepted, register their versions, and clean up behind those that are being deleted.
 *
 * @source kubernetes/apiextensions-apiserver pkg/controller/status, pkg/controller/establish, pkg/controller/finalizer
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze, millis } from '../../base/data.ts';
import { findCondition, setCondition } from '../../api/condition.ts';
import { CLEANUP_FINALIZER, type CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts';
import { formatTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';
import { makeCalls } from '../bootstrap/loopback.ts';
import type { Server } from '../state.ts';
import { definitionsIn } from './definitions.ts';
import { wantedStatus } from './naming.ts';
import { registrationCalls } from './registration.ts';

/** Wait between rounds, so that the cache sees what the last one did. */
const PAUSE = millis(100);
/** Rounds of one task; a definition whose objects are held by finalizers is looked at again when something about it changes. */
const ROUNDS_MAX = 600;
/** Objects of a deleted definition that are deleted together. */
const BATCH = 100;

/** Calls to make now; `waits` = look again even if there are none. */
export interface DefinitionWork { readonly calls: readonly ApiCall[]; readonly waits: boolean }

/** Works until nothing is left to do. */
export function* definitionsTask(): Conversation<null> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { calls, waits } = yield* ask<DefinitionWork>('definitionWork', null);
    if (calls.length === 0 && !waits) return null;
    yield* makeCalls(calls);
    yield* ask('sleep', PAUSE);
  }
  return null;
}

const of = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions', namespace: '' } as const;
const put = (definition: CustomResourceDefinition, subresource: string): ApiCall => ({ ...of, verb: 'update', subresource, name: definition.metadata.name, body: definition });

/** What the caches say is to be done. */
export function definitionWork(server: Server): DefinitionWork {
  const { state, out } = server;
  const all = definitionsIn(state);
  const now = formatTime(out.now);
  const work = all.map(definition => (definition.metadata.deletionTimestamp === undefined ? statusWork(definition, all, now) : cleanUp(server, definition, now)));
  const calls = [...registrationCalls(state, all), ...work.flatMap(one => one.calls)];
  return deepFreeze({ calls, waits: work.some(({ waits }) => waits) });
}

const DONE: DefinitionWork = Object.freeze({ calls: [], waits: false });

function statusWork(definition: CustomResourceDefinition, all: readonly CustomResourceDefinition[], now: string): DefinitionWork {
  const status = wantedStatus(definition, all, now);
  return equalData(status, definition.status) ? DONE : { calls: [put({ ...definition, status }, 'status')], waits: true };
}

/** Deletes the objects of a definition, then lets it go. */
function cleanUp({ state }: Server, definition: CustomResourceDefinition, now: string): DefinitionWork {
  const { spec, metadata, status = {} } = definition;
  if (metadata.finalizers?.includes(CLEANUP_FINALIZER) !== true) return DONE;
  const told = (value: 'True' | 'False', reason: string, message: string): CustomResourceDefinition => ({
    ...definition, status: { ...status, conditions: setCondition(status.conditions, { type: 'Terminating', status: value, lastTransitionTime: now, reason, message }) },
  });
  const present = findCondition(status.conditions, 'Terminating')?.reason;
  const objects = [...state.caches.get(`${spec.group}/${spec.names.plural}`)?.items.values() ?? []];
  if (objects.length > 0) {
    const version = spec.versions.find(({ storage }) => storage)?.name ?? '';
    const gone = objects.filter(object => object.metadata.deletionTimestamp === undefined).slice(0, BATCH).map(object => ({
      verb: 'delete', group: spec.group, version: spec.versions.find(({ served }) => served)?.name ?? version, resource: spec.names.plural, subresource: '', namespace: object.metadata.namespace ?? '', name: object.metadata.name,
    }) as const);
    const tell = present === 'InstanceDeletionInProgress' ? [] : [put(told('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress'), 'status')];
    return { calls: [...tell, ...gone], waits: true };
  }
  if (present !== 'InstanceDeletionCompleted') return { calls: [put(told('False', 'InstanceDeletionCompleted', 'removed all instances'), 'status')], waits: true };
  const finalizers = metadata.finalizers.filter(finalizer => finalizer !== CLEANUP_FINALIZER);
  return { calls: [put({ ...definition, metadata: { ...metadata, finalizers } }, '')], waits: true };
}

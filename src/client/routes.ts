/**
 * Changes of objects become keys of controllers: which controllers a change concerns, and what each of them makes of it.
 *
 * @source kubernetes/client-go tools/cache/shared_informer.go (event handlers of the controllers)
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze, type Micros } from '../base/data.ts';
import type { Table } from '../base/table.ts';
import type { Outbox } from '../sim/process.ts';
import type { Caches, ControllerDescriptor, Memory, Watch } from './controller.ts';
import type { Delta } from './informer.ts';
import { ownersOf } from './owners.ts';
import { keyOf } from './resources.ts';
import { add, addAfter, type WorkQueue } from './workqueue.ts';

/** How changes of one kind reach one controller. */
export interface Route {
  readonly controller: ControllerDescriptor;
  readonly isFor: boolean;
  readonly owns: boolean;
  readonly watches: readonly Watch[];
}

/** The routes of one kind, in the order of the controllers. */
export function routesOf(kind: string, controllers: readonly ControllerDescriptor[]): readonly Route[] {
  const routes = controllers.map(controller => ({
    controller, isFor: controller.for === kind, owns: controller.owns?.includes(kind) === true,
    watches: (controller.watches ?? []).filter(watch => watch.kind === kind),
  }));
  return routes.filter(({ isFor, owns, watches }) => isFor || owns || watches.length > 0);
}

/** What a route changes of its controller. */
interface Target { readonly queue: WorkQueue; readonly memory: Table<unknown> }

/**
 * A route with the controller's own state, found once instead of for each change. It spells out what it needs of its controller: controllers
 * have many shapes, at which V8 is slow, routes one.
 */
export interface BoundRoute<T extends Target = Target> {
  readonly controller: ControllerDescriptor;
  readonly own: T;
  readonly memory: Memory;
  readonly isFor: boolean;
  /** Kind of the owners whose objects it looks at; '' = none. */
  readonly ownerKind: string;
  readonly watches: readonly { readonly map: Watch['map']; readonly batched: boolean }[];
  readonly observe: ControllerDescriptor['observe'];
  readonly ignores: ControllerDescriptor['ignores'];
  readonly batchPeriod: Micros | undefined;
}

/** The route for a controller with this state. */
export function boundTo<T extends Target>(own: T, { controller, isFor, owns, watches }: Route): BoundRoute<T> {
  const { observe, ignores, batchPeriod } = controller;
  return {
    controller, own, memory: viewOf(own), isFor, ownerKind: owns ? controller.for ?? '' : '', watches: watches.map(({ map, batched = false }) => ({ map, batched })), observe, ignores, batchPeriod,
  };
}

/** Takes a change: tells the controller, and queues the keys that it concerns. */
export function route(to: BoundRoute, delta: Delta, caches: Caches, out: Outbox): void {
  const { own, memory, watches, observe } = to;
  // Changes with a period are looked at together; others at once.
  const soon = to.batchPeriod === undefined ? undefined : { after: to.batchPeriod, out };
  if (observe !== undefined) observe(delta, memory);
  if (to.isFor) enqueue(own, keyOf(delta.object), delta.cause, keepsGeneration(delta) ? soon : undefined);
  if (to.ownerKind !== '') {
    const owners = ownersOf(delta, to.ownerKind);
    if (owners.length > 0 && !isIgnored(to.ignores, delta)) for (const key of owners) enqueue(own, key, delta.cause, soon);
  }
  for (const { map, batched } of watches) {
    const keys = map(delta, caches, memory);
    for (let i = 0; i < keys.length; i++) enqueue(own, keys[i] as string, delta.cause, batched ? soon : undefined);
  }
}

function enqueue({ queue }: Target, key: string, cause: number, batch: { readonly after: Micros; readonly out: Outbox } | undefined): void {
  if (batch === undefined) add(queue, key, cause);
  else addAfter(queue, key, batch.after, batch.out, cause);
}

/** An update of the status alone. */
const keepsGeneration = ({ type, object, old }: Delta): boolean => type === 'update' && old !== undefined && old.metadata.generation === object.metadata.generation;

/** An update that says nothing new to the controller; a change of owners always does. */
function isIgnored(ignores: ControllerDescriptor['ignores'], { type, object, old }: Delta): boolean {
  if (ignores === undefined || type !== 'update' || old === undefined) return false;
  return equalData(old.metadata.ownerReferences, object.metadata.ownerReferences) && ignores(old, object);
}

/** A controller's memory as its handlers see it. */
function viewOf(own: Target): Memory {
  return {
    get: key => own.memory.get(key),
    set: (key, value) => { own.memory.set(key, deepFreeze(value)); },
    delete: key => { own.memory.delete(key); },
    visit: (prefix, visit) => { own.memory.range(prefix, `${prefix}\uffff`, visit); },
  };
}

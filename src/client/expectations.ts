/**
 * Expectations: a controller that created or deleted pods waits until its own cache has seen them before it counts again.
 * They live in the controller's memory under `expect/KEY`.
 *
 * @source kubernetes/kubernetes pkg/controller/controller_utils.go (ControllerExpectations)
 */
import { type Micros, minutes } from '../base/data.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, type Memory } from './controller.ts';

interface Expectation { readonly adds: number; readonly deletes: readonly string[]; readonly since: number }

/** After this time an unmet expectation is taken as lost. @source pkg/controller/controller_utils.go (ExpectationsTimeout) */
const EXPECTATIONS_TIMEOUT = minutes(5);

const slot = (key: string): string => `expect/${key}`;

/** True when nothing is outstanding (or it is too old). */
export function* satisfied(key: string, now: Micros): Conversation<boolean> {
  const expected = yield* cx.recall<Expectation>(slot(key));
  if (expected === null) return true;
  return (expected.adds <= 0 && expected.deletes.length === 0) || now - expected.since > EXPECTATIONS_TIMEOUT;
}

/** Waits for `adds` creations. */
export function expectCreations(key: string, adds: number, now: Micros): Conversation<null> {
  return cx.remember(slot(key), { adds, deletes: [], since: now } satisfies Expectation);
}

/** Waits for the deletion of these objects (`namespace/name`). */
export function expectDeletions(key: string, deletes: readonly string[], now: Micros): Conversation<null> {
  return cx.remember(slot(key), { adds: 0, deletes, since: now } satisfies Expectation);
}

/** Waits for both at once. */
export function expectChanges(key: string, { creations, deletions }: { readonly creations: number; readonly deletions: readonly string[] }, now: Micros): Conversation<null> {
  return cx.remember(slot(key), { adds: creations, deletes: deletions, since: now } satisfies Expectation);
}

/** A creation failed: it will not be seen. */
export function* creationFailed(key: string, count: number): Conversation<null> {
  const expected = yield* cx.recall<Expectation>(slot(key));
  if (expected === null) return null;
  return yield* cx.remember(slot(key), { ...expected, adds: expected.adds - count });
}

/** A deletion failed: it will not be seen. */
export function* deletionFailed(key: string, object: string): Conversation<null> {
  const expected = yield* cx.recall<Expectation>(slot(key));
  if (expected === null) return null;
  return yield* cx.remember(slot(key), { ...expected, deletes: expected.deletes.filter(name => name !== object) });
}

/** The cache saw a creation. */
export function creationObserved(memory: Memory, key: string): void {
  const expected = memory.get(slot(key)) as Expectation | undefined;
  if (expected !== undefined && expected.adds > 0) memory.set(slot(key), { ...expected, adds: expected.adds - 1 });
}

/** The cache saw a deletion (or its beginning). */
export function deletionObserved(memory: Memory, key: string, object: string): void {
  const expected = memory.get(slot(key)) as Expectation | undefined;
  if (expected === undefined || !expected.deletes.includes(object)) return;
  memory.set(slot(key), { ...expected, deletes: expected.deletes.filter(name => name !== object) });
}

/** Forgets what was expected of a key that is gone. */
export const forgetExpectations = (key: string): Conversation<null> => cx.remember(slot(key), null);


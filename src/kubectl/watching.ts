/** Waiting for an object to become something, by watching it. */
import { micros, type Micros, seconds } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Conversation } from '../sim/conversation.ts';
import type { Target } from './builder.ts';
import { cx } from './command.ts';
import { type Failure, failureOf, isNotFound } from './errors.ts';
import { callOf, read } from './requests.ts';

export type Waited = { readonly type: 'held' } | { readonly type: 'timeout' } | { readonly type: 'failed'; readonly failure: Failure };

/** How long and for what to wait. `accept` sees the object, or undefined when there is none; it may print. */
export interface Waiting {
  readonly end: Micros;
  accept(object: KubeObject | undefined): Conversation<boolean | Failure>;
}

/** Reconnects no sooner than this. */
const PAUSE = seconds(1);

/** Waits until `accept` says yes. */
export function* waitFor(target: Target, waiting: Waiting): Conversation<Waited> {
  for (;;) {
    const present = yield* read(target);
    if (!present.ok && !isNotFound(present.error)) return { type: 'failed', failure: present.error };
    const verdict = yield* waiting.accept(present.ok ? present.value : undefined);
    if (verdict === true) return { type: 'held' };
    if (verdict !== false) return { type: 'failed', failure: verdict };
    const outcome = yield* watchOnce(target, waiting, present.ok ? present.value.metadata.resourceVersion ?? '' : '');
    if (outcome !== undefined) return outcome;
    const left = waiting.end - (yield* cx.now());
    if (left <= 0) return { type: 'timeout' };
    yield* cx.sleep(micros(Math.min(PAUSE, left)));
  }
}

/** One watch; undefined = it ended early, look again. */
function* watchOnce(target: Target, waiting: Waiting, from: string): Conversation<Waited | undefined> {
  const opened = yield* cx.watch(callOf('watch', { ...target, name: '' }, { options: { fieldSelector: `metadata.name=${target.name}`, resourceVersion: from } }));
  if (!opened.ok) return { type: 'failed', failure: failureOf(opened) };
  for (;;) {
    const left = waiting.end - (yield* cx.now());
    if (left <= 0) { yield* cx.unwatch(opened.handle); return { type: 'timeout' }; }
    const next = yield* cx.nextEvents(opened.handle, micros(left));
    if (next.type === 'timeout') { yield* cx.unwatch(opened.handle); return { type: 'timeout' }; }
    if (next.type !== 'events') return undefined;
    for (const event of next.events) {
      if (event.type === 'BOOKMARK') continue;
      if (event.type === 'ERROR') { yield* cx.unwatch(opened.handle); return undefined; }
      const verdict = yield* waiting.accept(event.type === 'DELETED' ? undefined : event.object);
      if (verdict === false) continue;
      yield* cx.unwatch(opened.handle);
      return verdict === true ? { type: 'held' } : { type: 'failed', failure: verdict };
    }
  }
}

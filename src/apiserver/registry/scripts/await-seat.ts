import { ask, type Conversation } from '../../../sim/conversation.ts';
import type { Reply } from '../../stage.ts';
import { turnedAway } from '../../stages/priority-and-fairness.ts';
import { fail } from './create.ts';
import type { Again } from './learn.ts';

/** Waits for a seat in a priority level. @source kubernetes/apiserver pkg/util/flowcontrol/fairqueuing/queueset/queueset.go (Request.Finish) */
export function* awaitSeat(_args: { readonly level: string }): Conversation<Reply | Again> {
  const retryAfter = yield* ask<number>('seat', null);
  return retryAfter === 0 ? { again: 'seat', value: true } : fail(turnedAway(retryAfter));
}

import { millis } from '../../../base/data.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import type { Again } from './learn.ts';

/** How often a held request looks whether it may go on. */
const LOOK_EVERY = millis(10);

/** A request at the door of a stage, and the resource by which faults know it. */
export interface HeldArgs { readonly stage: string; readonly resource: string }

/** Waits until nothing holds the request; then the stage runs. */
export function* held(args: HeldArgs): Conversation<Again> {
  do yield* ask('sleep', LOOK_EVERY); while (yield* ask<boolean>('held', args));
  return { again: `held ${args.stage}`, value: true };
}

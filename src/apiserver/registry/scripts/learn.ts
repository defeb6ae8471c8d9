import { unreachable } from '../../../base/assert.ts';
import type { Micros } from '../../../base/data.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { ask } from '../../../sim/conversation.ts';
import type { Need } from '../../admission/plugin.ts';
import type { ConvertArgs } from '../../conversion/convert.ts';
import { convert } from '../../conversion/scripts.ts';
import type { Reply } from '../../stage.ts';
import { callWebhook, type CallWebhookArgs } from './call-webhook.ts';
import { claimQuota, type ClaimQuotaArgs } from './claim-quota.ts';
import { lookup, type LookupArgs } from './lookup.ts';

/** What a plugin needed: an answer, or a failure that ends the request. */
export type Learned = { readonly value: unknown } | { readonly reply: Reply };

/** Runs the stage that asked for it again, with what was learned. */
export interface Again { readonly again: string; readonly value: unknown }

/** Asks what an admission plugin needs to know. */
function* answerNeed({ script, args }: Need['need']): Conversation<Learned> {
  switch (script) {
    case 'lookup': return yield* lookup(args as LookupArgs);
    case 'callWebhook': return yield* callWebhook(args as CallWebhookArgs);
    case 'convert': return yield* convert(args as ConvertArgs);
    case 'pause': yield* ask('sleep', (args as { readonly duration: Micros }).duration); return { value: true };
    case 'claimQuota': return yield* claimQuota(args as ClaimQuotaArgs);
    default: return unreachable(script);
  }
}

/** The same for a stage, which runs again afterwards. */
export function* learn(need: Need['need']): Conversation<Reply | Again> {
  const learned = yield* answerNeed(need);
  return 'reply' in learned ? learned.reply : { again: need.key, value: learned.value };
}

/** The same from within storage's loop. @returns a reply when the request ends with it */
export function* learnAndRemember(need: Need['need']): Conversation<Reply | undefined> {
  const learned = yield* answerNeed(need);
  if ('reply' in learned) return learned.reply;
  yield* ask('learned', { key: need.key, value: learned.value });
  return undefined;
}

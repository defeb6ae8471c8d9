/** The conversations with conversion webhooks. */
import { micros, seconds } from '../../base/data.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';
import type { Learned } from '../registry/scripts/learn.ts';
import type { Reply } from '../stage.ts';
import type { WebhookAnswer } from '../webhooks.ts';
import type { ConvertArgs } from './convert.ts';
import { reviewOf } from './review.ts';

/** Nothing in a definition says how long to wait. @source kubernetes/apiserver pkg/util/webhook/authentication.go (setGlobalDefaults) */
const TIMEOUT_SECONDS = 30;

/** Sends a ConversionReview and waits for the answer. */
function* review({ client, ...conversion }: ConvertArgs): Conversation<WebhookAnswer> {
  const uid = yield* ask<string>('uid', null);
  const answer = yield* ask<{ readonly code: number; readonly body: unknown } | { readonly error: string }>('webhook', {
    name: conversion.definition, event: 'conversion.webhook.failed', client, timeoutSeconds: TIMEOUT_SECONDS, timeout: micros(seconds(TIMEOUT_SECONDS)), review: reviewOf(conversion, uid),
  });
  return 'error' in answer ? { ok: false, error: answer.error } : { ok: true, uid, ...answer };
}

/** What a stage needed to know. */
export function* convert(args: ConvertArgs): Conversation<Learned> {
  return { value: yield* review(args) };
}

/** An answer that is not in the version yet that its client asked for. */
export function* convertReply({ reply, args }: { readonly reply: Reply; readonly args: ConvertArgs }): Conversation<Reply> {
  return yield* ask<Reply>('convertedReply', { reply, args, answer: yield* review(args) });
}

/** One round of the watches of a kind in one version: all that has happened since the last is converted together. */
export function* convertWatched({ resource, version }: { readonly resource: string; readonly version: string }): Conversation<null> {
  const round = yield* ask<{ readonly args: ConvertArgs } | null>('watchBacklog', { resource, version });
  if (round === null) return null;
  yield* ask('watchConverted', { resource, version, args: round.args, answer: yield* review(round.args) });
  return null;
}

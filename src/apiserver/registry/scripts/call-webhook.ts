import { micros, seconds } from '../../../base/data.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import type { WebhookClientConfig } from '../../../api/kinds/admissionregistration/webhook-client.ts';
import type { WebhookAnswer } from '../../webhooks.ts';
import type { Learned } from './learn.ts';

/** Whom to ask what, and how long to wait. */
export interface CallWebhookArgs { readonly name: string; readonly client: WebhookClientConfig; readonly timeoutSeconds: number; readonly request: object }

/** Sends an AdmissionReview to a webhook and waits for its answer. */
export function* callWebhook({ name, client, timeoutSeconds, request }: CallWebhookArgs): Conversation<Learned> {
  const uid = yield* ask<string>('uid', null);
  const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid, ...request } };
  const answer = yield* ask<{ readonly code: number; readonly body: unknown } | { readonly error: string }>('webhook', { name, event: 'admission.webhook.failed', client, timeoutSeconds, timeout: micros(seconds(timeoutSeconds)), review });
  const value: WebhookAnswer = 'error' in answer ? { ok: false, error: answer.error } : { ok: true, uid, ...answer };
  return { value };
}

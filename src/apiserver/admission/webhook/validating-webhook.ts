import { definePlugin, noteOf } from '../plugin.ts';
import { wantsToSee } from './conditions.ts';
import { hooksFor } from './configuration.ts';
import type { WebhookAnswer } from '../../webhooks.ts';
import { callOf, dryRunRefusal, failedCall, readAnswer, versionKey } from './review.ts';

/**
 * Asks the webhooks that may say no.
 *
 * @fidelity simplified: one after the other; upstream asks all at once
 */
export const validatingWebhook = definePlugin({
  name: 'ValidatingAdmissionWebhook',
  source: 'staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/validating/dispatcher.go',
  validate(attributes, server) {
    const hooks = hooksFor('validating', attributes, server);
    if (hooks.length === 0) return undefined;
    for (const hook of hooks) {
      const wants = wantsToSee(hook, attributes, server);
      if (typeof wants !== 'boolean') return wants;
      if (!wants) continue;
      const refusal = dryRunRefusal(hook, attributes);
      if (refusal !== undefined) return refusal;
      const key = `validating ${hook.configuration} ${hook.webhook.name} ${versionKey(attributes.old)}`;
      const answer = attributes.learned.get(key) as WebhookAnswer | undefined;
      if (answer === undefined) return callOf(hook, key, attributes);
      const read = readAnswer(hook, answer, attributes);
      if ('refusal' in read) { noteOf(attributes, `webhook ${hook.webhook.name} denied`); return read.refusal; }
      if ('failed' in read) {
        const error = failedCall(hook, read.failed, { attributes, kind: 'validating' });
        noteOf(attributes, `webhook ${hook.webhook.name} failed${error === undefined ? ', ignored' : ''}`);
        if (error !== undefined) return error;
      } else noteOf(attributes, `webhook ${hook.webhook.name} allowed`);
    }
    return undefined;
  },
});

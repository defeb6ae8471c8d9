import type { Scale } from '../../../api/kinds/all.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { decodeBase64Text } from '../../../api/base64.ts';
import { applyJsonPatch } from '../../../api/patch/json-patch.ts';
import { internalError, isStatus, type Status } from '../../../api/status.ts';
import { decodeObject } from '../../../api/strict.ts';
import { deepFreeze } from '../../../base/data.ts';
import { type AdmissionAttributes, annotate, definePlugin, type Need, noteOf } from '../plugin.ts';
import { wantsToSee } from './conditions.ts';
import { type Hook, hooksFor } from './configuration.ts';
import { withScale } from '../../registry/scale.ts';
import { converted } from '../../conversion/convert.ts';
import type { WebhookAnswer } from '../../webhooks.ts';
import { callOf, dryRunRefusal, failedCall, readAnswer, versionKey } from './review.ts';
import { objectSeen } from './seen.ts';

/**
 * Lets webhooks change the object, one after the other. When one did, the chain runs once more, and those with `reinvocationPolicy: IfNeeded` that
 * had not seen the change are asked again.
 */
export const mutatingWebhook = definePlugin({
  name: 'MutatingAdmissionWebhook',
  source: 'staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/mutating/dispatcher.go',
  mutate(attributes, server) {
    const hooks = hooksFor('mutating', attributes, server);
    if (hooks.length === 0) return attributes.object as KubeObject;
    const reinvocation = (attributes.reinvocation ??= { round: 0, wanted: false, asked: new Set(), again: new Set(), last: undefined });
    if (reinvocation.round > 0 && attributes.object !== reinvocation.last) for (const name of reinvocation.asked) reinvocation.again.add(name);
    for (const hook of hooks) {
      const id = `${hook.configuration}/${hook.webhook.name}`;
      if (reinvocation.round > 0 && !reinvocation.again.has(id)) continue;
      const wants = wantsToSee(hook, attributes, server);
      if (typeof wants !== 'boolean') return wants;
      if (!wants) continue;
      const result = invoke(hook, attributes);
      if (isStatus(result) || 'need' in result) return result;
      annotate(attributes, `mutation.webhook.admission.k8s.io/round_${reinvocation.round}_index_${hook.index}`, JSON.stringify({ configuration: hook.configuration, webhook: hook.webhook.name, mutated: result !== attributes.object }));
      if (result !== attributes.object) {
        for (const name of reinvocation.asked) reinvocation.again.add(name);
        reinvocation.wanted = true;
        attributes.object = result;
      }
      if (hook.webhook.reinvocationPolicy === 'IfNeeded') reinvocation.asked.add(id);
    }
    reinvocation.last = attributes.object;
    return attributes.object as KubeObject;
  },
});

/** Asks one webhook. @returns the object that it leaves, which is the same when it changes nothing */
function invoke(hook: Hook, attributes: AdmissionAttributes): KubeObject | Status | Need {
  const object = attributes.object as KubeObject;
  const refusal = dryRunRefusal(hook, attributes);
  if (refusal !== undefined) return refusal;
  const { name } = hook.webhook;
  const key = `mutating ${attributes.reinvocation?.round ?? 0} ${hook.configuration} ${name} ${versionKey(attributes.old)}`;
  const answer = attributes.learned.get(key) as WebhookAnswer | undefined;
  if (answer === undefined) return callOf(hook, key, attributes);
  const read = readAnswer(hook, answer, attributes);
  if ('refusal' in read) { noteOf(attributes, `webhook ${name} denied`); return read.refusal; }
  if ('failed' in read) return failed(hook, read.failed, attributes);
  if (read.patch === '') { noteOf(attributes, `webhook ${name} allowed`); return object; }
  const patched = patchWith(read.patch, hook, { attributes, key });
  if (isStatus(patched) || 'need' in patched) return patched;
  if ('failed' in patched) return failed(hook, patched.failed, attributes);
  noteOf(attributes, `webhook ${name} changed it`);
  return 'refusal' in patched ? patched.refusal : patched.object;
}

function failed(hook: Hook, why: string, attributes: AdmissionAttributes): KubeObject | Status {
  const error = failedCall(hook, why, { attributes, kind: 'mutating' });
  noteOf(attributes, `webhook ${hook.webhook.name} failed${error === undefined ? ', ignored' : ''}`);
  return error ?? attributes.object as KubeObject;
}

function patchWith(patch: string, { as }: Hook, { attributes, key }: { readonly attributes: AdmissionAttributes; readonly key: string }): { readonly object: KubeObject } | { readonly refusal: Status } | { readonly failed: string } | Status | Need {
  const operations = parse(decodeBase64Text(patch));
  if (operations === undefined) return { failed: 'received undecodable patch in webhook response: invalid character' };
  const object = attributes.object as KubeObject;
  if (operations.length === 0) return { object };
  const seen = objectSeen(attributes, as, { object, place: `${key} object` });
  if (seen !== undefined && (isStatus(seen) || 'need' in seen)) return seen;
  const patched = applyJsonPatch(seen, operations);
  if (!patched.ok) return { refusal: internalError(patched.error.message) };
  if (attributes.operation === 'CONNECT') return { object: deepFreeze({ ...patched.value as KubeObject, metadata: object.metadata }) };
  if (attributes.subresource === 'scale') {
    const scaled = withScale(attributes.descriptor, object, patched.value as Partial<Scale>);
    return isStatus(scaled) ? { refusal: scaled } : { object: deepFreeze(scaled) };
  }
  const decoded = decodeObject(as, deepFreeze(patched.value as object));
  if (!decoded.ok) return { refusal: internalError(decoded.error) };
  const whole = as.defaults(decoded.value.object);
  if (as.stored === undefined) return { object: deepFreeze(whole) };
  const stored = converted(as.stored.as, whole, { learned: attributes.learned, place: `${key} patched` });
  if (isStatus(stored) || 'need' in stored) return stored;
  return { object: deepFreeze(as.stored.as.defaults(as.stored.to(stored))) };
}

function parse(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch { return undefined; }
}

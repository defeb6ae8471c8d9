/** The question to a webhook, and what its answer means. @source kubernetes/apiserver pkg/admission/plugin/webhook/request/admissionreview.go, webhook/errors/statuserror.go */
import type { ResourceDescriptor } from '../../../api/resource.ts';
import { badRequest, failure, internalError, isStatus, type Status } from '../../../api/status.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { type AdmissionAttributes, annotate, type Need, nameFor, warn } from '../plugin.ts';
import { httpTrouble, type WebhookAnswer } from '../../webhooks.ts';
import type { Hook } from './configuration.ts';
import { kindSeen, type Seen, seenIn } from './seen.ts';

/** `timeoutSeconds` unless a webhook says otherwise. */
const TIMEOUT_DEFAULT_SECONDS = 10;

const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: '' } as const;

/** The request part of an AdmissionReview, without its uid, as it is seen in a version of the resource. */
export function reviewRequest(attributes: AdmissionAttributes, as: ResourceDescriptor, { object, old }: Seen): object {
  const { subresource, operation, user, namespace, dryRun } = attributes;
  const name = nameFor(attributes) === 'Unknown' ? '' : nameFor(attributes);
  const asked = attributes.asked ?? attributes.descriptor;
  const below = subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource };
  return {
    kind: kindSeen(as, object ?? old, subresource), resource: resourceOf(as), ...below, requestKind: as === asked ? kindSeen(as, object ?? old, subresource) : kindSeen(asked, undefined, ''), requestResource: resourceOf(asked),
    ...(name === '' ? {} : { name }), ...(namespace === '' ? {} : { namespace }), operation,
    userInfo: { username: user.name, ...(user.uid === '' ? {} : { uid: user.uid }), groups: user.groups, ...(user.extra === undefined ? {} : { extra: user.extra }) },
    object: object ?? null, oldObject: old ?? null, dryRun, options: operation === 'CONNECT' ? null : { apiVersion: 'meta.k8s.io/v1', kind: OPTIONS[operation] },
  };
}

const resourceOf = ({ group, version, plural }: ResourceDescriptor): object => ({ group, version, resource: plural });

/** The need to ask a webhook. */
export function callOf({ webhook, as }: Hook, key: string, attributes: AdmissionAttributes): Need | Status {
  const seen = seenIn(attributes, as, key);
  if (isStatus(seen) || 'need' in seen) return seen;
  return { need: { key, script: 'callWebhook', args: { name: webhook.name, client: webhook.clientConfig, timeoutSeconds: webhook.timeoutSeconds ?? TIMEOUT_DEFAULT_SECONDS, request: reviewRequest(attributes, as, seen) } } };
}

/** A webhook that says it may do something else beside answering is not asked in a dry run. */
export function dryRunRefusal({ webhook }: Hook, { dryRun }: AdmissionAttributes): Status | undefined {
  if (!dryRun || webhook.sideEffects === 'None' || webhook.sideEffects === 'NoneOnDryRun') return undefined;
  return badRequest(`admission webhook "${webhook.name}" does not support dry run`);
}

/** `patch` is base64. */
export interface Response { readonly patch: string }

interface ReviewResponse {
  readonly uid?: string; readonly allowed?: boolean; readonly status?: Partial<Status>; readonly patchType?: string; readonly patch?: string;
  readonly warnings?: readonly string[]; readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** Takes an answer: the patch to apply, a refusal of the request, or why the call counts as failed. */
export function readAnswer({ webhook }: Hook, answer: WebhookAnswer, attributes: AdmissionAttributes): Response | { readonly refusal: Status } | { readonly failed: string } {
  if (!answer.ok) return { failed: `failed to call webhook: ${answer.error}` };
  const trouble = httpTrouble(answer);
  if (trouble !== undefined) return { failed: `failed to call webhook: ${trouble}` };
  const { response, apiVersion = '', kind = '' } = answer.body as { readonly response?: ReviewResponse; readonly apiVersion?: string; readonly kind?: string };
  const invalid = responseFault(response, { kind, apiVersion, uid: answer.uid });
  if (response === undefined || invalid !== undefined) return { failed: `received invalid webhook response: ${invalid ?? 'webhook response was absent'}` };
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {})) annotate(attributes, `${webhook.name}/${key}`, value);
  for (const text of response.warnings ?? []) warn(attributes, text);
  return response.allowed === true ? { patch: response.patch ?? '' } : { refusal: deniedStatus(webhook.name, response.status ?? {}) };
}

function responseFault(response: ReviewResponse | undefined, { kind, apiVersion, uid }: { readonly kind: string; readonly apiVersion: string; readonly uid: string }): string | undefined {
  if (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1') return `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${apiVersion}, Kind=${kind}`;
  if (response === undefined) return 'webhook response was absent';
  if (response.uid !== uid) return `expected response.uid="${uid}", got "${response.uid ?? ''}"`;
  const patches = response.patch !== undefined && response.patch !== '';
  if (patches && response.patchType === undefined) return 'webhook returned response.patch but not response.patchType';
  if (patches && response.patchType !== 'JSONPatch') return `webhook returned invalid response.patchType of "${response.patchType ?? ''}"`;
  return undefined;
}

/** What the client reads whose request a webhook refused. */
function deniedStatus(name: string, { message = '', reason = '', code = 400, details }: Partial<Status>): Status {
  const by = `admission webhook "${name}" denied the request`;
  const why = message !== '' ? `${by}: ${message}` : reason !== '' ? `${by}: ${reason}` : `${by} without explanation`;
  // The webhook's own status goes on to the client, with a code that means failure.
  return failure({ code: Math.max(400, code), reason: reason as NonNullable<Status['reason']>, message: why, ...(details === undefined ? {} : { details }) });
}

/** A failed call: an error, or with `failurePolicy: Ignore` only a remark. */
export function failedCall({ webhook, index }: Hook, why: string, about: { readonly attributes: AdmissionAttributes; readonly kind: 'mutating' | 'validating' }): Status | undefined {
  if (webhook.failurePolicy !== 'Ignore') return internalError(`failed calling webhook "${webhook.name}": ${why}`);
  const prefix = about.kind === 'mutating' ? 'failed-open.mutation' : 'failed-open.validating';
  annotate(about.attributes, `${prefix}.webhook.admission.k8s.io/round_${about.attributes.reinvocation?.round ?? 0}_index_${index}`, webhook.name);
  return undefined;
}

/** The version of the object that a call is about: an answer counts only for that. */
export function versionKey(old: KubeObject | undefined): string {
  return old?.metadata.resourceVersion ?? '';
}

/**
 * Objects of custom kinds in the version that is wanted, where a program in the cluster knows how versions differ.
 *
 * Whoever needs such an object asks with the name of the place in the request's life: the first time the answer is a `Need`, and what the webhook said is
 * kept under that name, so that the work can be done anew from the same answer.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/conversion
 * @fidelity simplified: every read asks the webhook (all objects of a list in one review), where upstream's watch cache keeps each version and asks once per
 * change and object; selectors and other managers' fields in server-side apply look at objects as they are stored
 */
import { fittedTo } from '../../api/custom/descriptor.ts';
import type { WebhookClientConfig } from '../../api/kinds/admissionregistration/webhook-client.ts';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ConversionWebhook, type ResourceDescriptor } from '../../api/resource.ts';
import { failure, type Status } from '../../api/status.ts';
import { deepFreeze } from '../../base/data.ts';
import type { ApiCall } from '../../api/wire.ts';
import { scaleOf } from '../registry/scale.ts';
import type { Need } from '../admission/plugin.ts';
import type { Reply } from '../stage.ts';
import type { WebhookAnswer } from '../webhooks.ts';
import { type Conversion, readConversion } from './review.ts';

/** Whom to ask, and what. */
export interface ConvertArgs extends Conversion { readonly client: WebhookClientConfig }

/** Versions of ConversionReview that this server speaks. @source same path, webhook_converter.go (createConversionReviewObjects) */
const REVIEWS: readonly string[] = ['v1', 'v1beta1'];

/** The question for some objects. */
export function conversionOf({ definition, client, reviewVersions }: ConversionWebhook, target: ResourceDescriptor, objects: readonly KubeObject[]): ConvertArgs {
  return { definition, client, review: reviewVersions.find(version => REVIEWS.includes(version)) ?? 'v1', apiVersion: apiVersionOf(target), objects };
}

/** Whether an object is of a kind, in whatever version. */
function isOfKind({ group, kind }: ResourceDescriptor, object: Partial<KubeObject>): object is KubeObject {
  return object.kind === kind && object.apiVersion?.startsWith(`${group}/`) === true;
}

/** Whether only a webhook knows what an object is like in a version. */
export function needsWebhook(target: ResourceDescriptor, object: Partial<KubeObject>): boolean {
  return target.conversion !== undefined && isOfKind(target, object) && object.apiVersion !== apiVersionOf(target);
}

/** A failed conversion, as clients are told of it. @source kubernetes/apiserver pkg/endpoints/handlers/responsewriters/status.go (ErrorToAPIStatus) */
function conversionFailed(message: string): Status {
  return failure({ code: 500, reason: '', message });
}

/** What has been asked, and the name of the place that asks. */
export interface Place { readonly learned: ReadonlyMap<string, unknown> | undefined; readonly place: string }

/** An object in a version; the same object where that takes no webhook. */
export function converted(target: ResourceDescriptor, object: KubeObject, { learned, place }: Place): KubeObject | Status | Need {
  const { conversion } = target;
  if (conversion === undefined || !needsWebhook(target, object)) return object;
  const args = conversionOf(conversion, target, [object]);
  const key = `converted ${place}`;
  const answer = learned?.get(key) as WebhookAnswer | undefined;
  if (answer === undefined) return { need: { key, script: 'convert', args } };
  const read = readConversion(args, answer);
  return read.ok ? fitted(target, read.value[0] ?? object) : conversionFailed(read.error);
}

const fitted = (target: ResourceDescriptor, object: KubeObject): KubeObject => deepFreeze(fittedTo(target, object));

interface Listed { readonly items?: readonly KubeObject[] }

/** What of an answer must be converted before it is told; undefined = nothing. */
export function replyConversion(target: ResourceDescriptor, { body, watching, stream }: Reply): ConvertArgs | undefined {
  const { conversion } = target;
  if (conversion === undefined || watching === true || stream !== undefined) return undefined;
  const { items } = body as Listed;
  const objects = (Array.isArray(items) ? items as readonly KubeObject[] : [body as KubeObject]).filter(object => needsWebhook(target, object));
  return objects.length === 0 ? undefined : conversionOf(conversion, target, objects);
}

/** The scale of an object that has been brought into the version that was asked. */
export function scaledReply(target: ResourceDescriptor, call: ApiCall, reply: Reply): Reply {
  return call.subresource === 'scale' && isOfKind(target, reply.body) ? { ...reply, body: scaleOf(target, reply.body) } : reply;
}

/** The answer with what the webhook made of its objects. */
export function convertedReply(target: ResourceDescriptor, reply: Reply, { args, answer }: { readonly args: ConvertArgs; readonly answer: WebhookAnswer }): Reply {
  const read = readConversion(args, answer);
  if (!read.ok) { const status = conversionFailed(read.error); return { code: status.code, body: status }; }
  const made = new Map(args.objects.map((object, i) => [object, fitted(target, read.value[i] ?? object)]));
  const { items } = reply.body as Listed;
  if (!Array.isArray(items)) return { ...reply, body: made.get(reply.body as KubeObject) ?? reply.body };
  return { ...reply, body: { ...reply.body, apiVersion: apiVersionOf(target), items: (items as readonly KubeObject[]).map(item => made.get(item) ?? item) } };
}

/**
 * ControllerRevisions: the templates that a DaemonSet or a StatefulSet had, as patches that bring them back.
 *
 * @source kubernetes/kubernetes pkg/controller/history/controller_history.go
 */
import { compareText, equalData } from '../base/compare.ts';
import { deepFreeze } from '../base/data.ts';
import type { ControllerRevision } from '../api/kinds/apps/controller-revision.ts';
import type { PodTemplateSpec } from '../api/kinds/core/pod-spec.ts';
import type { KubeObject, StringMap } from '../api/meta.ts';
import { parseTime } from '../api/time.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, type Reply } from '../client/controller.ts';
import { call, keyOf } from '../client/resources.ts';
import { controllerReference } from './template.ts';

/** Label of a pod that names the revision it was made from. */
export const REVISION_HASH = 'controller-revision-hash';

/** A revision, or why there is none. */
export type Revised = { readonly ok: true; readonly revision: ControllerRevision } | { readonly ok: false; readonly error: string };

const patches = new WeakMap<PodTemplateSpec, object>();

/** The patch that puts a template back in the place of whatever is there. */
function templatePatch(template: PodTemplateSpec): object {
  let patch = patches.get(template);
  if (patch === undefined) patches.set(template, (patch = deepFreeze({ spec: { template: { ...template, $patch: 'replace' } } })));
  return patch;
}

/** Whether a revision holds this template. */
export const holdsTemplate = (revision: ControllerRevision, template: PodTemplateSpec): boolean => equalData(revision.data, templatePatch(template));

/** The template of a revision. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _directive, ...template } = (revision.data as { readonly spec: { readonly template: PodTemplateSpec & { readonly $patch?: string } } }).spec.template;
  return template;
}

/** Oldest first. */
export function compareRevisions(a: ControllerRevision, b: ControllerRevision): number {
  const made = (one: ControllerRevision): number => parseTime(one.metadata.creationTimestamp ?? '') ?? 0;
  return a.revision - b.revision || made(a) - made(b) || compareText(a.metadata.name, b.metadata.name);
}

export const maxRevision = (revisions: readonly ControllerRevision[]): number => revisions.reduce((most, { revision }) => Math.max(most, revision), 0);

/** A revision of the owner's template as it is now. */
export function newRevision(owner: KubeObject, template: PodTemplateSpec, more: { readonly name: string; readonly revision: number; readonly labels: StringMap }): ControllerRevision {
  const { annotations, namespace = '' } = owner.metadata;
  return deepFreeze<ControllerRevision>({
    apiVersion: 'apps/v1', kind: 'ControllerRevision',
    metadata: {
      name: more.name, namespace, labels: { ...template.metadata?.labels, ...more.labels }, ...(annotations !== undefined ? { annotations } : {}), ownerReferences: [controllerReference(owner)],
    },
    data: templatePatch(template), revision: more.revision,
  });
}

const outcome = (reply: Reply): Revised => (reply.ok ? { ok: true, revision: reply.object as ControllerRevision } : { ok: false, error: reply.message });

/** Stores a revision. `taken`: another one has its name. */
export function* storeRevision(revision: ControllerRevision): Conversation<Revised | 'taken'> {
  const created = yield* cx.request(call('create', 'ControllerRevision', `${revision.metadata.namespace ?? ''}/`, { body: revision }));
  if (created.ok || created.reason !== 'AlreadyExists') return outcome(created);
  const found = yield* cx.request(call('get', 'ControllerRevision', keyOf(revision)));
  if (!found.ok) return outcome(found);
  const existing = found.object as ControllerRevision;
  const isOurs = existing.metadata.ownerReferences?.some(({ uid }) => uid === revision.metadata.ownerReferences?.[0]?.uid) === true;
  return isOurs && equalData(existing.data, revision.data) ? { ok: true, revision: existing } : 'taken';
}

/** Gives a revision a newer number, which makes it the last one. */
export function* renumber(revision: ControllerRevision, number: number): Conversation<Revised> {
  if (revision.revision === number) return { ok: true, revision };
  return outcome(yield* cx.request(call('update', 'ControllerRevision', keyOf(revision), { body: deepFreeze({ ...revision, revision: number }) })));
}

/** Deletes the oldest revisions beyond a limit that nothing uses. Returns the error to retry. */
export function* forgetRevisions(old: readonly ControllerRevision[], isUsed: (revision: ControllerRevision) => boolean, keep: number): Conversation<string | undefined> {
  const free = [...old].filter(revision => !isUsed(revision)).sort(compareRevisions);
  for (const revision of free.slice(0, Math.max(0, free.length - keep))) {
    const reply = yield* cx.request(call('delete', 'ControllerRevision', keyOf(revision)));
    if (!reply.ok && reply.code !== 404) return reply.message;
  }
  return undefined;
}

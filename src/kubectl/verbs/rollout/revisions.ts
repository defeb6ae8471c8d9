/**
 * Revisions of daemon sets and stateful sets, kept as ControllerRevisions: each holds a patch that brings its template back.
 * @source kubernetes/kubectl pkg/polymorphichelpers/history.go, rollback.go
 */
import type { Result } from '../../../base/data.ts';
import { equalData } from '../../../base/compare.ts';
import type { PodTemplateSpec } from '../../../api/kinds/all.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { applyStrategicPatch } from '../../../api/patch/strategic.ts';
import { descriptorOfKind } from '../../../api/scheme.ts';
import { schemaTypeOf } from '../../../api/strict.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import type { Change } from '../../change.ts';
import { type Failure, plainFailure } from '../../errors.ts';
import type { Member } from '../../members.ts';
import { selectorTextOf } from '../../pod-word.ts';
import { list, patch } from '../../requests.ts';

/** Kinds whose templates are kept this way. */
export const REVISED: ReadonlySet<string> = new Set(['DaemonSet', 'StatefulSet']);

export type Revision = KubeObject & { readonly revision: number; readonly data?: object };

/** The revisions of an object, oldest first. */
export function* revisionsOf({ target, object }: Member): Conversation<Result<readonly Revision[], Failure>> {
  const descriptor = descriptorOfKind('ControllerRevision');
  if (descriptor === undefined) return { ok: true, value: [] };
  const found = yield* list({ descriptor, namespace: target.namespace, name: '' }, { labelSelector: selectorTextOf(object) ?? '' });
  if (!found.ok) return found;
  const owned = (found.value.items as readonly Revision[]).filter((each) => each.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === object.metadata.uid));
  return { ok: true, value: [...owned].sort((a, b) => a.revision - b.revision) };
}

/** The pod template that the object had at a revision. */
export function templateAt({ target, object }: Member, revision: Revision): PodTemplateSpec | undefined {
  const patched = applyStrategicPatch(object as never, revision.data ?? {}, schemaTypeOf(target.descriptor));
  return patched.ok ? (patched.value as { readonly spec?: { readonly template?: PodTemplateSpec } }).spec?.template : undefined;
}

/** Goes back to a revision; 0 = the one before. Says in words what came of it. */
export function* undoRevision(member: Member, wanted: number, how: { readonly change: Change; readonly shown: (template: PodTemplateSpec | undefined) => string }): Conversation<Result<string, Failure>> {
  const { change } = how;
  const history = yield* revisionsOf(member);
  if (!history.ok) return history;
  if (wanted === 0 && history.value.length <= 1) return { ok: false, error: plainFailure('no last revision to roll back to') };
  const found = wanted > 0 ? history.value.find((each) => each.revision === wanted) : history.value[history.value.length - 2];
  if (wanted < 0 || found === undefined) return { ok: false, error: plainFailure(`unable to find specified revision ${wanted} in history`) };
  const template = templateAt(member, found);
  if (change.dryRun === 'client') return { ok: true, value: how.shown(template) };
  const present = (member.object as { readonly spec?: { readonly template?: PodTemplateSpec } }).spec?.template;
  if (equalData(template, present)) return { ok: true, value: `skipped rollback (current template already matches revision ${found.revision})` };
  const answer = yield* patch(member.target, found.data ?? {}, { type: 'strategic', options: change.dryRun === 'server' ? { dryRun: true } : {} });
  if (answer.ok) return { ok: true, value: 'rolled back' };
  return answer.error.type === 'unreachable' ? answer : { ok: false, error: plainFailure(`failed restoring revision ${wanted}: ${answer.error.message}`) };
}

/** The objects a command changes: the named ones, or all that fit `-l` and `--all`. */
import type { Result } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import { apiVersionOf } from '../api/resource.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type FileObject, type Target, targetsOf } from './builder.ts';
import type { Arguments, Settings } from './command.ts';
import { isCustom } from './custom-kinds.ts';
import { type Failure, plainFailure } from './errors.ts';
import { hasFiles, isOn, textFlag } from './options.ts';
import { list, read } from './requests.ts';

/** A target with the object as it is now. */
export interface Member { readonly target: Target; readonly object: KubeObject }
export interface Members { readonly members: readonly Member[]; readonly failures: readonly Failure[] }

/** Reads every object that the line names. */
export function* membersOf(args: Arguments, settings: Settings): Conversation<Result<Members, Failure>> {
  const targets = targetsOf(args, settings);
  if (!targets.ok) return targets;
  const members: Member[] = [];
  const failures: Failure[] = [...targets.value.failures];
  for (const target of targets.value.targets) {
    if (isOn(args, 'local') && target.object !== undefined) { members.push({ target, object: asWritten(target.object, args) }); continue; }
    if (target.name === '') {
      const refused = yield* collect(target, args, members);
      if (refused !== undefined) return { ok: false, error: refused };
      continue;
    }
    const object = yield* read(target);
    if (object.ok && isUnregistered(target, args)) failures.push(unregistered(target));
    else if (object.ok) members.push({ target, object: object.value });
    else if (object.error.type === 'unreachable') return object;
    else failures.push(object.error);
  }
  return { ok: true, value: { members, failures } };
}

/** Commands that know Go's types read nothing else. @source kubernetes/apimachinery pkg/runtime/error.go (NewNotRegisteredErrForKind) */
const TYPED: readonly string[] = ['rollout', 'set', 'expose'];
const isUnregistered = ({ descriptor }: Target, args: Arguments): boolean => isCustom(descriptor) && TYPED.includes(args.path[1] ?? '');
const unregistered = ({ descriptor }: Target): Failure => plainFailure(`no kind "${descriptor.kind}" is registered for version "${apiVersionOf(descriptor)}" in scheme "pkg/scheme/scheme.go:28"`);

/** `--local`: the object as the file has it, without the namespace that it would get. */
function asWritten(object: KubeObject, args: Arguments): KubeObject {
  const original = (args.operands['objects'] as readonly FileObject[] | undefined)?.find((each) => each.object === object || sameName(each.object as KubeObject, object))?.object;
  return (original as KubeObject | undefined) ?? object;
}

const sameName = (a: KubeObject, b: KubeObject): boolean => a.kind === b.kind && a.metadata?.name === b.metadata.name && (a.metadata.namespace ?? b.metadata.namespace) === b.metadata.namespace;

function* collect(target: Target, args: Arguments, into: Member[]): Conversation<Failure | undefined> {
  const label = textFlag(args, 'selector');
  const field = textFlag(args, 'field-selector');
  if (label === '' && field === '' && !isOn(args, 'all')) return plainFailure('resource(s) were provided, but no name was specified');
  const found = yield* list(target, { ...(label === '' ? {} : { labelSelector: label }), ...(field === '' ? {} : { fieldSelector: field }) });
  if (!found.ok) return found.error;
  for (const object of found.value.items) into.push({ target: { ...target, name: object.metadata.name, namespace: object.metadata.namespace ?? '' }, object });
  return undefined;
}

/** Whether the line names anything at all. */
export const namesNothing = (args: Arguments): boolean => args.operands['resource'] === undefined && args.operands['typeNames'] === undefined && !hasFiles(args);
/** What kubectl says then. */
export const NAMES_NOTHING = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

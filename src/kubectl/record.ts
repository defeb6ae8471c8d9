/**
 * `--record`: the line itself as the cause of a change, which `kubectl rollout history` shows.
 * @source kubernetes/cli-runtime pkg/genericclioptions/record_flags.go
 */
import type { KubeObject } from '../api/meta.ts';
import type { Place } from './requests.ts';
import { patch } from './requests.ts';
import type { Conversation } from '../sim/conversation.ts';
import { compareText } from '../base/compare.ts';
import { type Arguments, cx, type Flag } from './command.ts';
import { isOn, operands } from './options.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

export const recordFlag: Flag = { name: 'record', type: 'bool', summary: 'remember the line as the cause of the change', hidden: true };

/** What kubectl says before anything else: of old flags, and of old fields of a kustomization. */
export function* warnFirst(args: Arguments): Conversation<void> {
  if (args.path[1] !== 'kustomize') for (const warning of operands(args, 'fileWarnings')) yield* cx.printError(`${warning}\n`);
  if (args.flags['record'] !== undefined) yield* cx.printError('Flag --record has been deprecated, --record will be removed in the future\n');
}

/** The line as it is remembered; undefined when it shall not be. */
export function causeOf(args: Arguments): string | undefined {
  if (!isOn(args, 'record')) return undefined;
  const words = ['resource', 'typeNames', 'names', 'pairs', 'verb'].flatMap((name) => args.operands[name] ?? []).map(String);
  const flags = Object.entries(args.flags).filter(([, value]) => value !== undefined).sort(([a], [b]) => compareText(a, b)).map(([name, value]) => `--${name}=${Array.isArray(value) ? (value as readonly string[]).join(',') : String(value as string | number | boolean)}`);
  return [...args.path, ...words, ...flags].join(' ');
}

/** Writes the cause into the changed object. What comes of it is nobody's concern, as upstream. */
export function* recordCause(place: Place, cause: string): Conversation<void> {
  yield* patch({ ...place, subresource: '' }, { metadata: { annotations: { [CHANGE_CAUSE]: cause } } }, { type: 'merge', options: {} });
}

/** The object with the cause in it. */
export function withCause(object: KubeObject, cause: string | undefined): KubeObject {
  return cause === undefined ? object : { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [CHANGE_CAUSE]: cause } } };
}

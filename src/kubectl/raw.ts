/**
 * `--raw` of the commands that change things: the bytes of a file to a path of the API server, the answer as it comes.
 * @source kubernetes/kubectl pkg/rawhttp/raw.go
 */
import { bytesOf, textOf } from '../base/bytes.ts';
import { answerInGoOrder } from '../api/go-order.ts';
import type { ProxiedBody } from '../api/http.ts';
import type { Verb } from '../api/wire.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type Arguments, cx } from './command.ts';
import type { FileObject } from './builder.ts';
import { fail, failureOf, usage } from './errors.ts';
import { toCompactJson } from './json.ts';
import { isOn, listFlag, operands, textFlag } from './options.ts';
import { callForPath } from './raw-path.ts';

const METHODS = { create: 'POST', update: 'PUT', delete: 'DELETE' } as const;

/** What must not stand beside --raw. */
export interface RawRules { readonly mustHaveFile: boolean; readonly excludes: readonly string[] }

/** A path that Go's url.ParseRequestURI refuses. */
export const pathComplaint = (path: string): string | undefined => (path.startsWith('/') || /^[a-z]+:/i.test(path) ? undefined : `--raw must be a valid URL path: parse ${JSON.stringify(path)}: invalid URI for request`);

function complaintAbout(args: Arguments, { mustHaveFile, excludes }: RawRules): string | undefined {
  const files = listFlag(args, 'filename');
  if (mustHaveFile && files.length === 0) return 'must specify one of -f and -k';
  if (files.length > 1) return '--raw can only use a single local file or stdin';
  const excluded = excludes.find((name) => isOn(args, name) || textFlag(args, name) !== '');
  if (excluded !== undefined) return `--raw and --${excluded}${excluded === 'selector' ? ' (-l)' : ''} are mutually exclusive`;
  return pathComplaint(textFlag(args, 'raw'));
}

/** Sends the file of the line to the path of `--raw`. */
export function* sendRaw(args: Arguments, verb: Extract<Verb, 'create' | 'update' | 'delete'>, rules: RawRules): Conversation<number> {
  const complaint = complaintAbout(args, rules);
  if (complaint !== undefined) return yield* usage(complaint);
  const [file = ''] = listFlag(args, 'filename');
  if (operands(args, 'pathErrors').length > 0) return yield* usage(`open ${file}: no such file or directory`);
  const [unread] = operands(args, 'fileErrors');
  if (unread !== undefined) return yield* usage(unread);
  const [given] = (args.operands['objects'] as readonly FileObject[] | undefined) ?? [];
  const body = given?.object as object | undefined;
  const call = callForPath(textFlag(args, 'raw'), METHODS[verb]);
  const answer = yield* cx.request(call.proxied === undefined ? { ...call, verb, ...(body === undefined ? {} : { body }) } : { ...call, proxied: { ...call.proxied, data: bytesOf(args.files[file] ?? '') } });
  if (!answer.ok) return yield* fail(failureOf(answer));
  const { http } = answer.body as Partial<ProxiedBody>;
  if (http !== undefined) { yield* cx.print(textOf(http.data)); return 0; }
  yield* cx.print(`${toCompactJson(answerInGoOrder(answer.body as object), 'asIs')}\n`);
  return 0;
}

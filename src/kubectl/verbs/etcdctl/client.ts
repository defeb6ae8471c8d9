/** How etcdctl reaches members, and what it says when it fails. */
import type { Result } from '../../../base/data.ts';
import type { EtcdRequest, Member, ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, cx, defineCommand, type Flag, type Settings } from '../../command.ts';
import { isOn, listFlag, textFlag } from '../../options.ts';

/** Exit codes of etcdctl. @source pkg/cobrautl/error.go */
export const EXIT = { error: 1, badArguments: 128 } as const;

/** A member as it was named on the line, and the process behind it. */
export interface Endpoint { readonly name: string; readonly process: string }
export interface Answer<B> { readonly header: ResponseHeader; readonly body: B }

/** Forms of -w. */
export type Form = 'simple' | 'json' | 'table' | 'fields';
export const formOf = (args: Arguments): Form => (textFlag(args, 'write-out') || 'simple') as Form;

export const DEFAULT_ENDPOINT = '127.0.0.1:2379';

/** Declares an etcdctl command: checks -w, finds the endpoints. */
export function defineEtcdctl(command: {
  readonly path: readonly string[]; readonly summary: string; readonly flags: readonly Flag[]; readonly changesWorld: boolean; readonly examples: Command['examples'];
  run(cli: Cli): Conversation<number>;
}): Command {
  return defineCommand({
    path: ['etcdctl', ...command.path], summary: command.summary, flags: command.flags, changesWorld: command.changesWorld, examples: command.examples,
    *run(args: Arguments, settings: Settings): Conversation<number> {
      const form = formOf(args);
      if (!['simple', 'json', 'table', 'fields'].includes(form)) return yield* etcdError(`unsupported output format "${form}"`, EXIT.badArguments);
      return yield* command.run({ args, settings, form, endpoints: yield* endpointsOf(args, settings) });
    },
  });
}
export interface Cli { readonly args: Arguments; readonly settings: Settings; readonly form: Form; readonly endpoints: readonly Endpoint[] }

/** Prints an error as etcdctl does. */
export function* etcdError(message: string, exit: number = EXIT.error): Conversation<number> {
  yield* cx.printError(`Error: ${message}\n`);
  return exit;
}

function* endpointsOf(args: Arguments, settings: Settings): Conversation<readonly Endpoint[]> {
  const named = listFlag(args, 'endpoints').filter((each) => each !== '');
  const local: Endpoint = { name: DEFAULT_ENDPOINT, process: `${settings.node}/etcd` };
  const given = named.length === 0 ? [local] : named.map((name) => ({ name, process: processOf(name, settings) }));
  if (!isOn(args, 'cluster')) return given;
  for (const endpoint of given) {
    const members = yield* call<{ readonly members: readonly Member[] }>(endpoint, { op: 'memberList', args: { linearizable: false } });
    if (!members.ok) continue;
    return members.value.body.members.flatMap((member) => member.clientURLs.map((url) => ({ name: url, process: `${member.name}/etcd` })));
  }
  return given;
}

/** `https://10.0.0.12:2379`, `cp-2:2379`, `cp-2`: machines answer to their names and addresses. */
function processOf(name: string, settings: Settings): string {
  const host = name.replace(/^[a-z]+:\/\//, '').replace(/:\d+$/, '').replace(/\/etcd$/, '');
  if (host === '127.0.0.1' || host === 'localhost') return `${settings.node}/etcd`;
  const address = /^10\.0\.0\.1([1-9])$/.exec(host);
  return address === null ? `${host}/etcd` : `cp-${address[1] ?? ''}/etcd`;
}

/** One request to one member; the error is what etcdctl prints behind `Error: `. */
export function* call<B>(endpoint: Endpoint, request: EtcdRequest): Conversation<Result<Answer<B>, string>> {
  const processes = yield* cx.processes();
  if (!processes.some((process) => process.id === endpoint.process)) return { ok: false, error: 'context deadline exceeded' };
  const answer = yield* cx.etcd(endpoint.process, request);
  if (answer.ok) return { ok: true, value: { header: answer.header, body: answer.body as B } };
  return { ok: false, error: answer.error.startsWith('connection to') ? 'context deadline exceeded' : answer.error };
}

/** One request to the first member that answers. */
export function* callAny<B>(cli: Cli, request: EtcdRequest): Conversation<Result<Answer<B>, string>> {
  let last: Result<Answer<B>, string> = { ok: false, error: 'no endpoints available' };
  for (const endpoint of cli.endpoints) {
    last = yield* call<B>(endpoint, request);
    if (last.ok || last.error !== 'context deadline exceeded') return last;
  }
  return last;
}

import type { KubeObject } from '../../../api/meta.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../../command.ts';
import { fail, plainFailure, seeHelp, usage, whileDoing } from '../../errors.ts';
import { printFlags } from '../../flags.ts';
import { listFlag, namespaceOf, numberFlag, operands, textFlag } from '../../options.ts';
import { printerOf } from '../../output.ts';
import { send } from '../../requests.ts';

/** Kinds that a token can be bound to, with their version. */
const BOUND: Readonly<Record<string, string>> = { Pod: 'v1', Secret: 'v1', Node: 'v1' };
const MICROS = 1_000_000;

interface TokenRequest extends KubeObject { readonly status?: { readonly token?: string } }

function complaintAbout(args: Arguments): string | undefined {
  const kind = textFlag(args, 'bound-object-kind');
  const duration = numberFlag(args, 'duration') ?? 0;
  if (duration < 0) return '--duration must be greater than or equal to 0';
  if (duration % MICROS !== 0) return '--duration cannot be expressed in units less than seconds';
  for (const text of listFlag(args, 'audience', true)) if (text === '') return '--audience must not be an empty string';
  if (kind === '') {
    if (textFlag(args, 'bound-object-name') !== '') return '--bound-object-name can only be set if --bound-object-kind is provided';
    return textFlag(args, 'bound-object-uid') === '' ? undefined : '--bound-object-uid can only be set if --bound-object-kind is provided';
  }
  if (BOUND[kind] === undefined) return `supported --bound-object-kind values are ${Object.keys(BOUND).sort().join(', ')}`;
  return textFlag(args, 'bound-object-name') === '' ? '--bound-object-name is required if --bound-object-kind is provided' : undefined;
}

function requestOf(args: Arguments): object {
  const kind = textFlag(args, 'bound-object-kind');
  const uid = textFlag(args, 'bound-object-uid');
  const duration = (numberFlag(args, 'duration') ?? 0) / MICROS;
  const audiences = listFlag(args, 'audience', true);
  return {
    kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata: {},
    spec: {
      ...(audiences.length === 0 ? {} : { audiences }), ...(duration > 0 ? { expirationSeconds: duration } : {}),
      ...(kind === '' ? {} : { boundObjectRef: { kind, apiVersion: BOUND[kind] ?? 'v1', name: textFlag(args, 'bound-object-name'), ...(uid === '' ? {} : { uid }) } }),
    },
  };
}

/** Asks for a token of a service account.
 * @source kubernetes/kubectl pkg/cmd/create/create_token.go */
export const createToken = defineCommand({
  path: ['kubectl', 'create', 'token'], summary: 'ask for a token of a service account', changesWorld: true,
  flags: [
    ...printFlags,
    { name: 'audience', type: 'list', summary: 'whom the token is for' }, { name: 'duration', type: 'duration', summary: 'how long it is good' },
    { name: 'bound-object-kind', type: 'string', summary: 'kind of the object it lives with', choices: Object.keys(BOUND) }, { name: 'bound-object-name', type: 'string', summary: 'name of that object' },
    { name: 'bound-object-uid', type: 'string', summary: 'uid of that object' },
  ],
  examples: [],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const names = operands(args, 'names');
    const [name = ''] = names;
    if (names.length !== 1) return yield* usage(seeHelp('kubectl create token', `exactly one NAME is required, got ${names.length}`));
    const complaint = complaintAbout(args);
    if (complaint !== undefined) return yield* usage(complaint);
    const printer = printerOf(args);
    if (!printer.ok) return yield* fail(printer.error);
    const answer = yield* send<TokenRequest>({
      verb: 'create', group: '', version: 'v1', resource: 'serviceaccounts', subresource: 'token', namespace: namespaceOf(args, settings), name, body: requestOf(args),
    });
    if (!answer.ok) return yield* fail(answer.error.type === 'status' ? plainFailure(whileDoing('failed to create token', answer.error).message) : answer.error);
    const token = answer.value.status?.token ?? '';
    if (token === '') return yield* usage('failed to create token: no token in server response');
    const text = printer.value === undefined ? { ok: true as const, value: `${token}\n` } : printer.value(answer.value);
    if (!text.ok) return yield* fail(text.error);
    yield* cx.print(text.value);
    return 0;
  },
});

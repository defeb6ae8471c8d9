import { compareText } from '../../base/compare.ts';
import { descriptorOfWord } from '../../api/scheme.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, usage } from '../errors.ts';
import { allNamespacesFlag, printFlags } from '../flags.ts';
import { isOn, listFlag, namespaceOf, operand, operands, textFlag } from '../options.ts';
import { send } from '../requests.ts';
import { table } from '../table.ts';

const reviewCall = (resource: string, body: object, group = 'authorization.k8s.io'): ApiCall => ({ verb: 'create', group, version: 'v1', resource, subresource: '', namespace: '', name: '', body });

interface Review { readonly status?: { readonly allowed?: boolean; readonly reason?: string; readonly evaluationError?: string } }
interface Rule { readonly verbs?: readonly string[]; readonly apiGroups?: readonly string[]; readonly resources?: readonly string[]; readonly resourceNames?: readonly string[]; readonly nonResourceURLs?: readonly string[] }

/** Asks whether something is allowed.
 * @source kubernetes/kubectl pkg/cmd/auth/cani.go */
export const canI = defineCommand({
  path: ['kubectl', 'auth', 'can-i'],
  summary: 'ask whether you may do something',
  flags: [
    allNamespacesFlag,
    { name: 'quiet', short: 'q', type: 'bool', summary: 'only the exit code' },
    { name: 'subresource', type: 'string', summary: 'such as log or status' },
    { name: 'list', type: 'bool', summary: 'everything that is allowed' },
    { name: 'no-headers', type: 'bool', summary: 'no header row' },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl auth can-i create deployments', shows: 'yes' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (isOn(args, 'list')) return yield* listRules(args, settings);
    const verb = operand(args, 'verb');
    const word = operand(args, 'resource');
    if (verb === '' || word === '') return yield* usage("you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.");
    const namespace = isOn(args, 'all-namespaces') ? '' : namespaceOf(args, settings);
    const attributes = word.startsWith('/') ? { nonResourceAttributes: { path: word, verb } } : yield* resourceAttributes({ args, verb, word, namespace });
    const user = textFlag(args, 'as');
    const groups = listFlag(args, 'as-group');
    const spec = user === '' ? attributes : { ...attributes, user, groups: [...groups, 'system:authenticated'] };
    const review = yield* send<Review>(reviewCall(user === '' ? 'selfsubjectaccessreviews' : 'subjectaccessreviews', { apiVersion: 'authorization.k8s.io/v1', kind: user === '' ? 'SelfSubjectAccessReview' : 'SubjectAccessReview', spec }));
    if (!review.ok) return yield* fail(review.error);
    const { allowed = false, reason = '', evaluationError = '' } = review.value.status ?? {};
    if (!isOn(args, 'quiet')) yield* cx.print(`${allowed ? 'yes' : 'no'}${reason === '' || allowed ? '' : ` - ${reason}`}${evaluationError === '' ? '' : ` - ${evaluationError}`}\n`);
    return allowed ? 0 : 1;
  },
});

function* resourceAttributes(asked: { readonly args: Arguments; readonly verb: string; readonly word: string; readonly namespace: string }): Conversation<object> {
  const { args, verb, word } = asked;
  const [type = '', named] = word.split('/');
  const descriptor = type === '*' ? undefined : descriptorOfWord(type);
  if (descriptor === undefined && type !== '*') yield* cx.printError(`Warning: the server doesn't have a resource type '${type}'\n\n`);
  else if (descriptor !== undefined && !descriptor.namespaced && asked.namespace !== '') yield* cx.printError(`Warning: resource '${descriptor.plural}' is not namespace scoped${descriptor.group === '' ? '' : ` in group '${descriptor.group}'`}\n\n`);
  const name = named ?? operands(args, 'names')[0] ?? '';
  return {
    resourceAttributes: {
      namespace: asked.namespace, verb, group: descriptor?.group ?? (type === '*' ? '*' : ''), resource: descriptor?.plural ?? type, subresource: textFlag(args, 'subresource'), name,
    },
  };
}

function* listRules(args: Arguments, settings: Settings): Conversation<number> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: namespaceOf(args, settings) } };
  const review = yield* send<{ readonly status?: { readonly resourceRules?: readonly Rule[]; readonly nonResourceRules?: readonly Rule[] } }>(reviewCall('selfsubjectrulesreviews', body));
  if (!review.ok) return yield* fail(review.error);
  const { resourceRules = [], nonResourceRules = [] } = review.value.status ?? {};
  const list = (texts: readonly string[] | undefined): string => `[${(texts ?? []).join(' ')}]`;
  const rows = [
    ...resourceRules.flatMap((rule) => (rule.resources ?? []).flatMap((resource) => (rule.apiGroups ?? ['']).map((group) => [group === '' ? resource : `${resource}.${group}`, '[]', list(rule.resourceNames), list(rule.verbs)]))),
    ...nonResourceRules.map((rule) => ['', list(rule.nonResourceURLs), '[]', list(rule.verbs)]),
  ].sort((a, b) => compareText(a[0] ?? '', b[0] ?? ''));
  yield* cx.print(table(isOn(args, 'no-headers') ? rows : [['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'], ...rows]));
  return 0;
}

/** @source kubernetes/kubectl pkg/cmd/auth/whoami.go */
export const whoAmI = defineCommand({
  path: ['kubectl', 'auth', 'whoami'],
  summary: 'ask who you are',
  flags: printFlags,
  changesWorld: false,
  examples: [{ line: 'kubectl auth whoami', shows: 'kubernetes-admin' }],
  *run(): Conversation<number> {
    const review = yield* send<{ readonly status?: { readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] } } }>(reviewCall('selfsubjectreviews', { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }, 'authentication.k8s.io'));
    if (!review.ok) return yield* fail(review.error);
    const { username = '', groups = [] } = review.value.status?.userInfo ?? {};
    yield* cx.print(table([['ATTRIBUTE', 'VALUE'], ['Username', username], ['Groups', `[${groups.join(' ')}]`]]));
    return 0;
  },
});

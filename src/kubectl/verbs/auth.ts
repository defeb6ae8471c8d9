/** `auth can-i` and `auth whoami`. */
import { compareText } from '../../base/compare.ts';
import { descriptorOfWord } from '../../api/scheme.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { accessCells, accessRows, type AccessRule } from '../access-rules.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { preferred } from '../../api/discovery.ts';
import { discover } from '../discovery.ts';
import { fail, usage } from '../errors.ts';
import { allNamespacesFlag, printFlags } from '../flags.ts';
import { isOn, namespaceOf, operand, operands, textFlag } from '../options.ts';
import { printerOf } from '../output.ts';
import { send } from '../requests.ts';
import { table } from '../table.ts';

/** Verbs that make sense for resources and for paths; others are worth a warning. */
const RESOURCE_VERBS: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'use', 'bind', 'impersonate', '*', 'approve', 'sign', 'escalate', 'attest']);
const PATH_VERBS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'head', 'options', 'delete', 'patch', '*']);
/** Names that only `impersonate` knows. */
const UNLISTED: readonly string[] = ['users', 'groups'];

function reviewCall(kind: 'SelfSubjectAccessReview' | 'SelfSubjectRulesReview' | 'SelfSubjectReview', spec: object | undefined): ApiCall {
  const group = kind === 'SelfSubjectReview' ? 'authentication.k8s.io' : 'authorization.k8s.io';
  const body = { apiVersion: `${group}/v1`, kind, metadata: {}, ...(spec === undefined ? {} : { spec }) };
  return { verb: 'create', group, version: 'v1', resource: `${kind.toLowerCase()}s`, subresource: '', namespace: '', name: '', body };
}

interface AccessReview { readonly status?: { readonly allowed?: boolean; readonly reason?: string; readonly evaluationError?: string } }
interface RulesReview { readonly status?: { readonly resourceRules?: readonly AccessRule[]; readonly nonResourceRules?: readonly AccessRule[]; readonly incomplete?: boolean; readonly evaluationError?: string } }

/** Asks whether something is allowed; who asks may be changed with --as.
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
  examples: [{ line: 'kubectl auth can-i create deployments', shows: 'yes' }, { line: 'kubectl auth can-i --list', shows: 'Non-Resource URLs' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const complaint = complaintAbout(args);
    if (complaint !== undefined) return yield* usage(complaint);
    if (isOn(args, 'list')) return yield* listRules(args, settings);
    const spec = yield* specOf(args, isOn(args, 'all-namespaces') ? '' : namespaceOf(args, settings));
    if (isOn(args, 'no-headers')) return yield* usage('--no-headers cannot be set without --list specified');
    const review = yield* send<AccessReview>(reviewCall('SelfSubjectAccessReview', spec));
    if (!review.ok) return yield* fail(review.error);
    const { allowed = false, reason = '', evaluationError = '' } = review.value.status ?? {};
    const why = [reason, evaluationError].filter((text) => text !== '').map((text) => ` - ${text}`).join('');
    if (!isOn(args, 'quiet')) yield* cx.print(allowed ? 'yes\n' : `no${why}\n`);
    return allowed ? 0 : 1;
  },
});

function complaintAbout(args: Arguments): string | undefined {
  const words = [operand(args, 'verb'), operand(args, 'resource'), ...operands(args, 'names')].filter((word) => word !== '');
  const isPath = words[1]?.startsWith('/') === true;
  if (isOn(args, 'list')) {
    if (words.length > 0) return 'list option must be specified with no arguments';
    const isMixed = isOn(args, 'quiet') || isOn(args, 'all-namespaces') || textFlag(args, 'subresource') !== '';
    return isMixed ? "list option can't be specified with neither quiet, all-namespaces nor subresource options" : undefined;
  }
  if (words.length !== 2) return "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.";
  return isPath && textFlag(args, 'subresource') !== '' ? '--subresource can not be used with NonResourceURL' : undefined;
}

const warn = (text: string): Conversation<null> => cx.printError(`Warning: ${text}\n\n`);
const unknownVerb = (verb: string): Conversation<null> => warn(`verb '${verb}' is not a known verb`);

/** The question, with warnings about what looks wrong in it. */
function* specOf(args: Arguments, namespace: string): Conversation<object> {
  const verb = operand(args, 'verb');
  const word = operand(args, 'resource');
  if (word.startsWith('/')) {
    if (!PATH_VERBS.has(verb)) yield* unknownVerb(verb);
    return { nonResourceAttributes: { path: word, verb } };
  }
  const slash = word.indexOf('/');
  const { group, resource, isClusterScoped } = yield* resourceFor(slash < 0 ? word : word.slice(0, slash));
  if (namespace !== '') {
    if (isClusterScoped) yield* warn(`resource '${resource}' is not namespace scoped${group === '' ? '' : ` in group '${group}'`}`);
    if (!RESOURCE_VERBS.has(verb)) yield* unknownVerb(verb);
  }
  const attributes = { namespace, verb, group, resource, subresource: textFlag(args, 'subresource'), name: slash < 0 ? '' : word.slice(slash + 1) };
  return { resourceAttributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== '')) };
}

interface Meant { readonly group: string; readonly resource: string; readonly isClusterScoped: boolean }

function* resourceFor(word: string): Conversation<Meant> {
  const asIs = { group: '', resource: word, isClusterScoped: false };
  if (word === '*') return asIs;
  const lower = word.toLowerCase();
  const descriptor = descriptorOfWord(lower);
  if (descriptor !== undefined) return { group: descriptor.group, resource: descriptor.plural, isClusterScoped: !descriptor.namespaced };
  const [name = '', ...rest] = lower.split('.');
  const group = rest.join('.');
  const found = yield* discover();
  const listed = found.ok ? preferred(found.value).find((each) => (each.plural === name || each.singular === name) && (group === '' || each.group === group)) : undefined;
  if (listed !== undefined) return { group: listed.group, resource: listed.plural, isClusterScoped: !listed.namespaced };
  if (!UNLISTED.includes(lower)) yield* warn(`the server doesn't have a resource type '${name}'${group === '' ? '' : ` in group '${group}'`}`);
  return asIs;
}

function* listRules(args: Arguments, settings: Settings): Conversation<number> {
  const review = yield* send<RulesReview>(reviewCall('SelfSubjectRulesReview', { namespace: namespaceOf(args, settings) }));
  if (!review.ok) return yield* fail(review.error);
  const { resourceRules = [], nonResourceRules = [], incomplete = false, evaluationError = '' } = review.value.status ?? {};
  if (incomplete) yield* cx.printError(`Warning: the list may be incomplete: ${evaluationError}\n`);
  const rows = accessRows([...resourceRules, ...nonResourceRules]).map(accessCells);
  yield* cx.print(table(isOn(args, 'no-headers') ? rows : [['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'], ...rows]));
  return 0;
}

interface UserInfo { readonly username?: string; readonly uid?: string; readonly groups?: readonly string[]; readonly extra?: Readonly<Record<string, readonly string[]>> }

/** Asks who the server takes us for.
 * @source kubernetes/kubectl pkg/cmd/auth/whoami.go */
export const whoAmI = defineCommand({
  path: ['kubectl', 'auth', 'whoami'],
  summary: 'ask who you are',
  flags: printFlags,
  changesWorld: false,
  examples: [{ line: 'kubectl auth whoami', shows: 'kubernetes-admin' }],
  *run(args: Arguments): Conversation<number> {
    const printer = printerOf(args, { asIs: true });
    if (!printer.ok) return yield* fail(printer.error);
    const review = yield* send<object>(reviewCall('SelfSubjectReview', undefined));
    if (!review.ok) return yield* fail(review.error);
    if (printer.value === undefined) {
      yield* cx.print(table([['ATTRIBUTE', 'VALUE'], ...userRows((review.value as { readonly status?: { readonly userInfo?: UserInfo } }).status?.userInfo ?? {})]));
      return 0;
    }
    const { kind, apiVersion, status } = review.value as { readonly kind?: string; readonly apiVersion?: string; readonly status?: object };
    const text = printer.value({ kind, apiVersion, metadata: {}, status });
    if (!text.ok) return yield* fail(text.error);
    yield* cx.print(text.value);
    return 0;
  },
});

function userRows({ username = '', uid = '', groups = [], extra = {} }: UserInfo): readonly (readonly string[])[] {
  return [
    ['Username', username], ...(uid === '' ? [] : [['UID', uid]]), ...(groups.length === 0 ? [] : [['Groups', `[${groups.join(' ')}]`]]),
    ...Object.keys(extra).sort(compareText).map((key) => [`Extra: ${key}`, `[${(extra[key] ?? []).join(' ')}]`]),
  ];
}

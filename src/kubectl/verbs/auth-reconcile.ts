import { equalData } from '../../base/compare.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { objectName, type Target, targetsOf } from '../builder.ts';
import { changeOf, type Change, dryRunOf, dryRunSuffix } from '../change.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, isNotFound, usage, whileDoing } from '../errors.ts';
import { changeFlags, fileFlags, printFlags } from '../flags.ts';
import { hasFiles, isOn } from '../options.ts';
import { callOf, create, read, remove, send } from '../requests.ts';

interface Rule { readonly verbs?: readonly string[]; readonly apiGroups?: readonly string[]; readonly resources?: readonly string[]; readonly resourceNames?: readonly string[]; readonly nonResourceURLs?: readonly string[] }
interface Subject { readonly kind: string; readonly apiGroup?: string; readonly name: string; readonly namespace?: string }
type Roleish = KubeObject & { readonly rules?: readonly Rule[] | null; readonly subjects?: readonly Subject[]; readonly roleRef?: object };

const ROLES: ReadonlySet<string> = new Set(['Role', 'ClusterRole']);
const BINDINGS: ReadonlySet<string> = new Set(['RoleBinding', 'ClusterRoleBinding']);

/** What has to be done to one object, and what it is then. */
interface Reconciled { readonly operation: '' | 'create' | 'update' | 'recreate'; readonly object: Roleish; readonly notes: readonly string[] }

/** Makes roles and bindings hold at least what the files say.
 * @source kubernetes/kubectl pkg/cmd/auth/reconcile.go, kubernetes/component-helpers auth/rbac/reconciliation */
export const authReconcile = defineCommand({
  path: ['kubectl', 'auth', 'reconcile'], summary: 'make roles and bindings hold what a file says', changesWorld: true, examples: [],
  flags: [
    ...fileFlags, ...changeFlags.filter((flag) => flag.name === 'dry-run'), ...printFlags,
    { name: 'remove-extra-permissions', type: 'bool', summary: 'take away rules that are not in the file' }, { name: 'remove-extra-subjects', type: 'bool', summary: 'take away subjects that are not in the file' },
  ],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    if (!hasFiles(args)) return yield* usage('must specify one of -f and -k');
    const dryRun = dryRunOf(args);
    if (!dryRun.ok) return yield* fail(whileDoing('error accessing --dry-run flag for command reconcile', dryRun.error));
    if (dryRun.value === 'server') return yield* usage('--dry-run=server for command reconcile is not supported yet');
    const change = changeOf(args, 'kubectl');
    if (!change.ok) return yield* fail(change.error);
    const targets = targetsOf(args, settings);
    if (!targets.ok) return yield* fail(targets.error);
    const failures: Failure[] = [...targets.value.failures];
    for (const target of targets.value.targets) {
      const failure = yield* reconcileOne(target, args, change.value);
      if (failure !== undefined) failures.push(failure);
    }
    return yield* fail(...failures);
  },
});

function* reconcileOne(target: Target, args: Arguments, change: Change): Conversation<Failure | undefined> {
  const wanted = target.object as Roleish;
  // Other kinds are passed over, as upstream does.
  if (!ROLES.has(wanted.kind) && !BINDINGS.has(wanted.kind)) return undefined;
  const live = yield* read(target);
  if (!live.ok && !isNotFound(live.error)) return live.error;
  const done = live.ok ? merged(live.value as Roleish, wanted, args) : { operation: 'create' as const, object: wanted, notes: [] };
  const options = change.options.dryRun === true ? { dryRun: true } : {};
  if (change.dryRun !== 'client' && done.operation === 'recreate') {
    const gone = yield* remove(target, options);
    if (!gone.ok) return gone.error;
  }
  if (change.dryRun !== 'client' && done.operation !== '') {
    const answer = done.operation === 'update' ? yield* send<KubeObject>(callOf('update', target, { body: done.object, options })) : yield* create(target, done.object, options);
    if (!answer.ok) return answer.error;
  }
  if (change.printer !== undefined) {
    const text = change.printer(done.object);
    if (!text.ok) return text.error;
    yield* cx.print(text.value);
    return undefined;
  }
  yield* cx.print(`${objectName(target.descriptor, target.name)} reconciled${dryRunSuffix(change.dryRun)}\n`);
  if (done.operation !== '') yield* cx.printError(`\treconciliation required ${done.operation}\n${done.notes.map((note) => `${note}\n`).join('')}`);
  return undefined;
}

function merged(live: Roleish, wanted: Roleish, args: Arguments): Reconciled {
  return ROLES.has(live.kind) ? mergedRole(live, wanted, isOn(args, 'remove-extra-permissions')) : mergedBinding(live, wanted, isOn(args, 'remove-extra-subjects'));
}

/** A rule as rules of one verb, group, resource and name each, so that they can be compared. */
function simpleRules(rules: readonly Rule[]): readonly string[] {
  const or = (list: readonly string[] | undefined): readonly string[] => (list === undefined || list.length === 0 ? [''] : list);
  return rules.flatMap((rule) => (rule.verbs ?? []).flatMap((verb) => [
    ...(rule.nonResourceURLs ?? []).map((url) => JSON.stringify(['url', verb, url])),
    ...(rule.resources ?? []).flatMap((resource) => or(rule.apiGroups).flatMap((group) => or(rule.resourceNames).map((name) => JSON.stringify(['resource', verb, group, resource, name])))),
  ]));
}

function covers(owned: readonly Rule[], rule: Rule): boolean {
  const have = owned.flatMap((each) => simpleRules([each]).map((text) => JSON.parse(text) as readonly string[]));
  const fits = (pattern: string | undefined, word: string | undefined, isName: boolean): boolean => pattern === word || pattern === '*' || (isName && pattern === '');
  return simpleRules([rule]).map((text) => JSON.parse(text) as readonly string[]).every((needed) => have.some((each) => each.length === needed.length && each.every((pattern, i) => fits(pattern, needed[i], i === 4))));
}

const ruleText = (rule: Rule): string => {
  const list = (words: readonly string[] | undefined): string => `[${(words ?? []).join(' ')}]`;
  return `{Verbs:${list(rule.verbs)} APIGroups:${list(rule.apiGroups)} Resources:${list(rule.resources)} ResourceNames:${list(rule.resourceNames)} NonResourceURLs:${list(rule.nonResourceURLs)}}`;
};
const section = (title: string, items: readonly string[]): readonly string[] => (items.length === 0 ? [] : [`\t${title}:`, ...items.map((item) => `\t\t${item}`)]);

function mergedRole(live: Roleish, wanted: Roleish, removesExtra: boolean): Reconciled {
  const [have, want] = [live.rules ?? [], wanted.rules ?? []];
  const missing = want.filter((rule) => !covers(have, rule));
  const extra = have.filter((rule) => !covers(want, rule));
  const rules = removesExtra && extra.length > 0 ? want : [...have, ...missing];
  const operation = missing.length > 0 || (removesExtra && extra.length > 0) ? 'update' : '';
  return { operation, object: { ...live, rules }, notes: [...section('missing rules added', missing.map(ruleText)), ...(removesExtra ? section('extra rules removed', extra.map(ruleText)) : [])] };
}

const subjectText = (subject: Subject): string => `{Kind:${subject.kind} APIGroup:${subject.apiGroup ?? ''} Name:${subject.name} Namespace:${subject.namespace ?? ''}}`;

function mergedBinding(live: Roleish, wanted: Roleish, removesExtra: boolean): Reconciled {
  const isIn = (list: readonly Subject[], one: Subject): boolean => list.some((each) => each.kind === one.kind && each.name === one.name && (each.namespace ?? '') === (one.namespace ?? ''));
  const [have, want] = [live.subjects ?? [], wanted.subjects ?? []];
  const missing = want.filter((subject) => !isIn(have, subject));
  const extra = have.filter((subject) => !isIn(want, subject));
  const subjects = removesExtra ? want : [...have, ...missing];
  const isOther = !equalData(live.roleRef, wanted.roleRef);
  const operation = isOther ? 'recreate' : missing.length > 0 || (removesExtra && extra.length > 0) ? 'update' : '';
  const { resourceVersion: _version, uid: _uid, ...metadata } = live.metadata;
  const object = isOther ? { ...wanted, metadata, subjects } : { ...live, subjects };
  return { operation, object, notes: [...section('missing subjects added', missing.map(subjectText)), ...(removesExtra ? section('extra subjects removed', extra.map(subjectText)) : [])] };
}

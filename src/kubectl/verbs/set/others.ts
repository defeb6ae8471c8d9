/** `kubectl set resources`, `serviceaccount`, `selector` and `subject`. */
import type { Result } from '../../../base/data.ts';
import type { Container, PodSpec } from '../../../api/kinds/all.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { changeOf } from '../../change.ts';
import { type Arguments, type Command, defineCommand, type Flag, type Settings } from '../../command.ts';
import { fail, failTogether, type Failure, plainFailure, usage } from '../../errors.ts';
import { allFlag, changeFlags, fileFlags, printFlags, selectorFlag } from '../../flags.ts';
import { type Member, membersOf, namesNothing, NAMES_NOTHING } from '../../members.ts';
import { hasFiles, isOn, listFlag, operands, textFlag } from '../../options.ts';
import { recordFlag } from '../../record.ts';
import { amountsOf, labelSelectorOf } from '../create/limits.ts';
import { type Alteration, eachContainer, fitsName, LOCAL_WITHOUT_FILE, localFlag, noPodSpec, ownName, podSpecIn, sendAltered, withPodSpec } from './alter.ts';

/** What a command does to each object: the object afterwards, or why not. */
type Alter = (member: Member) => Result<KubeObject, Failure>;

interface Setter {
  readonly word: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  readonly done: string;
  readonly examples: Command['examples'];
  /** What is wrong with the line, or what to do. Words are those that name no object. */
  prepare(args: Arguments, settings: Settings): Result<Alter, string>;
  readonly isAlwaysSent?: boolean;
  /** In front of the server's refusal. */
  readonly refused?: string;
  /** The last word is no object but the new value. */
  readonly takesLast?: boolean;
}

const common: readonly Flag[] = [...fileFlags, ...changeFlags, ...printFlags, allFlag, localFlag, recordFlag];

function defineSetter(setter: Setter): Command {
  return defineCommand({
    path: ['kubectl', 'set', setter.word], summary: setter.summary, flags: [...common, ...setter.flags], changesWorld: true, examples: setter.examples,
    *run(given: Arguments, settings: Settings): Conversation<number> {
      const args = setter.takesLast === true ? withoutLast(given) : given;
      const change = changeOf(args, 'kubectl-set');
      if (!change.ok) return yield* fail(change.error);
      const ready = setter.prepare(args, settings);
      if (!ready.ok) return yield* usage(ready.error);
      if (isOn(args, 'local') && !hasFiles(args)) return yield* usage(LOCAL_WITHOUT_FILE);
      if (namesNothing(args)) return yield* usage(NAMES_NOTHING);
      const members = yield* membersOf(args, settings);
      if (!members.ok) return yield* fail(members.error);
      const failures: Failure[] = [...members.value.failures];
      const how: Alteration = { done: setter.done, change: change.value, isLocal: isOn(args, 'local'), ...(setter.isAlwaysSent === true ? { isAlwaysSent: true } : {}), ...(setter.refused === undefined ? {} : { refused: setter.refused }) };
      for (const member of members.value.members) {
        const altered = ready.value(member);
        const failure = altered.ok ? yield* sendAltered(member, altered.value, how) : altered.error;
        if (failure !== undefined) failures.push(failure);
      }
      return yield* failTogether(failures);
    },
  });
}

/** `TYPE NAME VALUE` and `TYPE/NAME VALUE`: the words become what other commands have, the last one `last`. */
function withoutLast(args: Arguments): Arguments {
  const words = operands(args, 'words');
  const last = words.at(-1);
  const rest = words.slice(0, -1);
  const first = rest[0] ?? '';
  const named = rest.length === 0 ? {} : first.includes('/') ? { typeNames: rest } : { resource: first, names: rest.slice(1) };
  return { ...args, operands: { ...args.operands, ...named, ...(last === undefined ? {} : { last }) } };
}

const lastWord = (args: Arguments): string => (typeof args.operands['last'] === 'string' ? args.operands['last'] : '');

function alterPod(member: Member, alter: (pod: PodSpec) => Result<PodSpec, Failure>): Result<KubeObject, Failure> {
  const pod = podSpecIn(member.object);
  if (pod === undefined) return { ok: false, error: noPodSpec(member) };
  const next = alter(pod);
  return next.ok ? { ok: true, value: withPodSpec(member.object, next.value) } : next;
}

/** @source kubernetes/kubectl pkg/cmd/set/set_resources.go */
export const setResources = defineSetter({
  word: 'resources', summary: 'set requests and limits of containers', done: 'resource requirements updated', refused: 'failed to patch resources update to pod template',
  flags: [
    selectorFlag, { name: 'limits', type: 'string', summary: 'the most, for example cpu=200m,memory=512Mi' }, { name: 'requests', type: 'string', summary: 'what is set aside, for example cpu=100m' },
    { name: 'containers', short: 'c', type: 'string', summary: 'names of containers; * fits any', completes: 'container' },
  ],
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl set resources deployment/shop --requests=cpu=100m', shows: 'deployment.apps/shop resource requirements updated' }],
  prepare(args) {
    if (namesNothing(args)) return { ok: false, error: NAMES_NOTHING };
    if (isOn(args, 'local') && !hasFiles(args)) return { ok: false, error: LOCAL_WITHOUT_FILE };
    if (textFlag(args, 'limits') === '' && textFlag(args, 'requests') === '') return { ok: false, error: 'you must specify an update to requests or limits (in the form of --requests/--limits)' };
    const limits = amountsOf(textFlag(args, 'limits'));
    if (!limits.ok) return limits;
    const requests = amountsOf(textFlag(args, 'requests'));
    if (!requests.ok) return requests;
    const pattern = textFlag(args, 'containers') || '*';
    const alter = (container: Container): Container => ({ ...container, resources: { ...container.resources, ...more('limits', container, limits.value), ...more('requests', container, requests.value) } });
    return {
      ok: true, value: (member) => alterPod(member, (pod) => {
        const { pod: next, found } = eachContainer(pod, (name) => fitsName(pattern, name), alter);
        return found.length > 0 ? { ok: true, value: next } : { ok: false, error: plainFailure(`error: unable to find container named ${pattern}`) };
      }),
    };
  },
});

function more(field: 'limits' | 'requests', container: Container, amounts: Readonly<Record<string, string>>): object {
  return Object.keys(amounts).length === 0 ? {} : { [field]: { ...container.resources?.[field], ...amounts } };
}

/** @source kubernetes/kubectl pkg/cmd/set/set_serviceaccount.go */
export const setServiceAccount = defineSetter({
  word: 'serviceaccount', summary: 'let pods run as another service account', done: 'serviceaccount updated', flags: [], takesLast: true,
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 && kubectl set serviceaccount deployment/shop default', shows: 'deployment.apps/shop serviceaccount updated' }],
  prepare(args) {
    const name = lastWord(args);
    if (name === '') return { ok: false, error: 'serviceaccount is required' };
    return { ok: true, value: (member) => alterPod(member, (pod) => ({ ok: true, value: { ...pod, serviceAccountName: name } })) };
  },
});

/** @source kubernetes/kubectl pkg/cmd/set/set_selector.go */
export const setSelector = defineSetter({
  word: 'selector', summary: 'change which pods a service stands for', done: 'selector updated', takesLast: true, isAlwaysSent: true,
  flags: [{ name: 'resource-version', type: 'string', summary: 'only if the object is at this version' }],
  examples: [{ line: "kubectl create service clusterip shop --tcp=80 && kubectl set selector service shop 'app=web'", shows: 'service/shop selector updated' }],
  prepare(args) {
    const text = lastWord(args);
    if (text === '') return { ok: false, error: 'one selector is required' };
    const selector = labelSelectorOf(text);
    if (!selector.ok) return selector;
    const expressions = (selector.value.matchExpressions ?? []).map((each) => `{${each.key} ${each.operator} [${(each.values ?? []).join(' ')}]}`);
    return {
      ok: true, value(member) {
        if (member.object.kind !== 'Service') return { ok: false, error: plainFailure('setting a selector is only supported for Services') };
        if (expressions.length > 0) return { ok: false, error: plainFailure(`match expression [${expressions.join(' ')}] not supported on this object`) };
        const version = textFlag(args, 'resource-version');
        const metadata = version === '' ? member.object.metadata : { ...member.object.metadata, resourceVersion: version };
        return { ok: true, value: { ...member.object, metadata, spec: { ...(member.object as { readonly spec?: object }).spec, selector: selector.value.matchLabels ?? {} } } as KubeObject };
      },
    };
  },
});

const GROUP = 'rbac.authorization.k8s.io';
interface Subject { readonly kind: string; readonly apiGroup?: string; readonly name: string; readonly namespace?: string }

function subjectsOf(args: Arguments): Result<readonly Subject[], string> {
  const subjects: Subject[] = [
    ...listFlag(args, 'user').map((name) => ({ kind: 'User', apiGroup: GROUP, name })), ...listFlag(args, 'group').map((name) => ({ kind: 'Group', apiGroup: GROUP, name })),
  ];
  for (const text of listFlag(args, 'serviceaccount')) {
    const [namespace = '', name = '', ...rest] = text.split(':');
    if (namespace === '' || name === '' || rest.length > 0) return { ok: false, error: 'serviceaccount must be <namespace>:<name>' };
    subjects.push({ kind: 'ServiceAccount', namespace, name });
  }
  return { ok: true, value: subjects };
}

/** @source kubernetes/kubectl pkg/cmd/set/set_subject.go */
export const setSubject = defineSetter({
  word: 'subject', summary: 'add somebody to a role binding', done: 'subjects updated',
  flags: [selectorFlag, { name: 'user', type: 'list', summary: 'who' }, { name: 'group', type: 'list', summary: 'which group' }, { name: 'serviceaccount', type: 'list', summary: 'which service account, NAMESPACE:NAME' }],
  examples: [{ line: 'kubectl create rolebinding readers --clusterrole=view --user=ann && kubectl set subject rolebinding readers --user=jane', shows: 'rolebinding.rbac.authorization.k8s.io/readers subjects updated' }],
  prepare(args) {
    if (namesNothing(args)) return { ok: false, error: NAMES_NOTHING };
    const subjects = subjectsOf(args);
    if (!subjects.ok) return subjects;
    if (subjects.value.length === 0) return { ok: false, error: 'you must specify at least one value of user, group or serviceaccount' };
    return {
      ok: true, value(member) {
        const { kind } = member.object;
        if (kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding') return { ok: false, error: plainFailure(`${ownName(member, isOn(args, 'local'))} setting subjects is only supported for RoleBinding/ClusterRoleBinding`) };
        const old = (member.object as { readonly subjects?: readonly Subject[] }).subjects ?? [];
        const isThere = (one: Subject): boolean => old.some((each) => each.kind === one.kind && each.name === one.name && (each.namespace ?? '') === (one.namespace ?? ''));
        return { ok: true, value: { ...member.object, subjects: [...old, ...subjects.value.filter((one) => !isThere(one))] } as KubeObject };
      },
    };
  },
});

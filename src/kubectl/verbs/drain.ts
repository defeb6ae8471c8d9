import { micros, type Micros, seconds } from '../../base/data.ts';
import { must } from '../../base/assert.ts';
import type { Pod } from '../../api/kinds/all.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import { parseTime } from '../../api/time.ts';
import { parseLabelSelector } from '../../api/selector.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { dryRunOf, dryRunSuffix, type DryRun } from '../change.ts';
import { type Arguments, cx, defineCommand } from '../command.ts';
import { fail, type Failure, failureText, isNotFound, plainFailure, seeHelp, usage } from '../errors.ts';
import { changeFlags, selectorFlag, timeoutFlag } from '../flags.ts';
import { isOn, numberFlag, operands, textFlag } from '../options.ts';
import { goDuration } from './etcdctl/go-text.ts';
import { callOf, chunkOf, list, read, remove, send } from '../requests.ts';
import { cordonAll, nodeNames } from './cordon.ts';

const pods = must(descriptorOfKind('Pod'), 'pods are served');
const daemonSets = must(descriptorOfKind('DaemonSet'), 'daemon sets are served');
/** An eviction that a budget forbids is tried again after this long. */
const RETRY = seconds(5);
const POLL = seconds(1);
const FOREVER = seconds(168 * 3600);

/** Empties a node.
 * @source kubernetes/kubectl pkg/drain/drain.go, filters.go */
export const drain = defineCommand({
  path: ['kubectl', 'drain'],
  summary: 'move all pods off a node',
  flags: [
    ...changeFlags.filter((flag) => flag.name === 'dry-run'), selectorFlag, timeoutFlag,
    { name: 'ignore-daemonsets', type: 'bool', summary: 'leave the pods of daemon sets' },
    { name: 'delete-emptydir-data', type: 'bool', summary: 'lose data of emptyDir volumes' },
    { name: 'force', type: 'bool', summary: 'also pods that nobody will replace' },
    { name: 'disable-eviction', type: 'bool', summary: 'delete instead of evicting' },
    { name: 'grace-period', type: 'int', summary: 'seconds for each pod to end in' },
    { name: 'pod-selector', type: 'string', summary: 'only these pods' },
    { name: 'skip-wait-for-delete-timeout', type: 'int', summary: 'do not wait for pods that end for longer', hidden: true },
    { name: 'chunk-size', type: 'int', summary: 'objects per request', hidden: true },
  ],
  changesWorld: true,
  examples: [{ line: 'kubectl drain worker-1 --ignore-daemonsets --delete-emptydir-data --force', shows: 'node/worker-1 drained' }],
  *run(args: Arguments): Conversation<number> {
    const dryRun = dryRunOf(args);
    if (!dryRun.ok) return yield* fail(dryRun.error);
    if (operands(args, 'names').length > 0 && textFlag(args, 'selector') !== '') return yield* usage(seeHelp('kubectl drain', 'cannot specify both a node name and a --selector option'));
    if (!parseLabelSelector(textFlag(args, 'pod-selector')).ok) return yield* usage('--pod-selector=<pod_selector> must be a valid label selector');
    const names = yield* nodeNames(args);
    if (names.length === 0 && textFlag(args, 'selector') === '') return yield* usage(seeHelp('kubectl drain', 'USAGE: drain NODE [flags]'));
    const cordoned = yield* cordonAll(names, true, dryRun.value);
    if (cordoned !== 0) return cordoned;
    for (const [i, name] of names.entries()) {
      const failure = yield* drainOne(name, args, dryRun.value);
      if (failure !== undefined) return yield* giveUp(name, names.slice(i), failure);
      yield* cx.print(`node/${name} drained${dryRunSuffix(dryRun.value)}\n`);
    }
    return 0;
  },
});

/** Several errors in one line, as Go shows a list of them. */
const together = (lines: readonly string[]): string => (lines.length > 1 ? `[${lines.join(', ')}]` : lines.join(''));
const linesOf = (failure: Failure): readonly string[] => failureText(failure).replace(/^error: /, '').split('\n');

function* giveUp(name: string, pending: readonly string[], failure: Failure): Conversation<number> {
  const lines = linesOf(failure);
  const summary = together(lines);
  yield* cx.printError(`error: unable to drain node "${name}" due to error: ${summary}, continuing command...\nThere are pending nodes to be drained:\n${pending.map((each) => ` ${each}\n`).join('')}${lines.map((line) => `${line}\n`).join('')}`);
  return 1;
}

interface Sorted { readonly evict: readonly Pod[]; readonly warnings: readonly string[]; readonly errors: readonly string[] }

function* drainOne(name: string, args: Arguments, dryRun: DryRun): Conversation<Failure | undefined> {
  const selector = textFlag(args, 'pod-selector');
  const found = yield* list({ descriptor: pods, namespace: '', name: '' }, { fieldSelector: `spec.nodeName=${name}`, ...(selector === '' ? {} : { labelSelector: selector }), ...chunkOf(args) });
  if (!found.ok) return found.error;
  const sorted = yield* sort(found.value.items as readonly Pod[], args);
  if (sorted.errors.length > 0) return plainFailure(sorted.errors.join('\n'));
  if (sorted.warnings.length > 0) yield* cx.printError(`Warning: ${sorted.warnings.join('; ')}\n`);
  const now = yield* cx.now();
  const timeout = numberFlag(args, 'timeout');
  const end = micros(now + (timeout === undefined || timeout === 0 ? FOREVER : timeout));
  const failure = yield* clear(sorted.evict, { args, dryRun, end });
  if (failure !== undefined) yield* tellPending(name, args, failure);
  return failure;
}

/** What is still on the node when it could not be emptied. */
function* tellPending(name: string, args: Arguments, failure: Failure): Conversation<void> {
  const found = yield* list({ descriptor: pods, namespace: '', name: '' }, { fieldSelector: `spec.nodeName=${name}` });
  const left = found.ok ? (yield* sort(found.value.items as readonly Pod[], args)).evict : [];
  if (left.length === 0) return;
  yield* cx.printError(`There are pending pods in node "${name}" when an error occurred: ${together(linesOf(failure))}\n${left.map((pod) => `pod/${pod.metadata.name}\n`).join('')}`);
}

/** Which pods go, which stay, and which are in the way. */
function* sort(all: readonly Pod[], args: Arguments): Conversation<Sorted> {
  const evict: Pod[] = [];
  const problems: Record<'daemonSet' | 'local' | 'alone', Pod[]> = { daemonSet: [], local: [], alone: [] };
  for (const pod of all) {
    if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) continue;
    const owner = pod.metadata.ownerReferences?.find((each) => each.controller === true);
    const isEnded = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (owner?.kind === 'DaemonSet' && !isEnded) {
      const set = yield* read({ descriptor: daemonSets, namespace: pod.metadata.namespace ?? '', name: owner.name });
      if (set.ok) { problems.daemonSet.push(pod); continue; }
    }
    // The first rule that keeps a pod is the one that is told.
    const hasData = !isEnded && (pod.spec.volumes ?? []).some((volume) => volume.emptyDir !== undefined);
    if (hasData && !isOn(args, 'delete-emptydir-data')) problems.local.push(pod);
    else if (!isEnded && owner === undefined) problems.alone.push(pod);
    evict.push(pod);
  }
  const rule = (of: readonly Pod[], isAllowed: boolean, texts: { readonly error: string; readonly warning: string }): { readonly errors: readonly string[]; readonly warnings: readonly string[] } => {
    const names = of.map((pod) => `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`).join(', ');
    if (of.length === 0) return { errors: [], warnings: [] };
    return isAllowed ? { errors: [], warnings: texts.warning === '' ? [] : [`${texts.warning}: ${names}`] } : { errors: [`${texts.error}: ${names}`], warnings: [] };
  };
  const rules = [
    rule(problems.daemonSet, isOn(args, 'ignore-daemonsets'), { error: 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)', warning: 'ignoring DaemonSet-managed Pods' }),
    rule(problems.local, false, { error: 'cannot delete Pods with local storage (use --delete-emptydir-data to override)', warning: '' }),
    rule(problems.alone, isOn(args, 'force'), { error: 'cannot delete cannot delete Pods that declare no controller (use --force to override)', warning: 'deleting Pods that declare no controller' }),
  ];
  return { evict, errors: rules.flatMap((each) => each.errors), warnings: rules.flatMap((each) => each.warnings) };
}

interface Evicting { readonly args: Arguments; readonly dryRun: DryRun; readonly end: Micros }
/** A pod on its way: still to be evicted, or ending; looked at again at `due`. */
interface Leaving { readonly pod: Pod; isEvicted: boolean; due: Micros }

/** Evicts all pods at the same time and waits for each: one that a budget keeps does not hold up the others. */
function* clear(all: readonly Pod[], how: Evicting): Conversation<Failure | undefined> {
  const start = yield* cx.now();
  const failures: Failure[] = [];
  let leaving: readonly Leaving[] = all.map((pod) => ({ pod, isEvicted: false, due: start }));
  while (leaving.length > 0) {
    const now = yield* cx.now();
    for (const one of leaving.filter(({ due }) => due <= now)) {
      const failure = one.isEvicted ? yield* look(one, how) : yield* evict(one, how);
      if (failure !== undefined) leaving = leaving.filter((each) => each !== one);
      if (failure !== undefined && failure !== 'gone') failures.push(failure);
    }
    const rest = Math.min(...leaving.map(({ due }) => due)) - (yield* cx.now());
    if (leaving.length > 0 && rest > 0) yield* cx.sleep(micros(rest));
  }
  const [first] = failures;
  return failures.length < 2 ? first : plainFailure(failures.map(({ message }) => message).join('\n'));
}

function timedOut({ pod, isEvicted }: Leaving, args: Arguments): Failure {
  const { name, namespace = '' } = pod.metadata;
  const reached = `global timeout reached: ${goDuration(numberFlag(args, 'timeout') ?? 0)}`;
  return plainFailure(isEvicted ? `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: ${reached}` : `error when evicting pods/"${name}" -n "${namespace}": ${reached}`);
}

function* evict(one: Leaving, { args, dryRun, end }: Evicting): Conversation<Failure | 'gone' | undefined> {
  const { name, namespace = '' } = one.pod.metadata;
  const place = { descriptor: pods, namespace, name };
  const deletes = isOn(args, 'disable-eviction');
  // Deletions are only told when they do not happen.
  if (!deletes || dryRun !== 'none') yield* cx.print(`${deletes ? 'deleting' : 'evicting'} pod ${namespace}/${name}${dryRunSuffix(dryRun)}\n`);
  if (dryRun === 'client') return 'gone';
  // Only who comes back from a rest sees that time is up.
  if ((yield* cx.now()) >= end) return timedOut(one, args);
  const grace = numberFlag(args, 'grace-period') ?? -1;
  const options = { ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}), ...(dryRun === 'server' ? { dryRun: true } : {}) };
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions: { ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}), ...(dryRun === 'server' ? { dryRun: ['All'] } : {}) } };
  const answer = deletes ? yield* remove(place, options) : yield* send<object>(callOf('create', { ...place, subresource: 'eviction' }, { body, ...(dryRun === 'server' ? { options: { dryRun: true } } : {}) }));
  const now = yield* cx.now();
  if (!answer.ok && isNotFound(answer.error)) return 'gone';
  if (answer.ok) {
    one.isEvicted = true;
    one.due = micros(now + POLL);
    return dryRun === 'none' ? undefined : 'gone';
  }
  if (answer.error.type !== 'status' || answer.error.reason !== 'TooManyRequests') return plainFailure(`error when evicting pods/"${name}" -n "${namespace}": ${answer.error.message}`);
  yield* cx.printError(`error when evicting pods/"${name}" -n "${namespace}" (will retry after 5s): ${answer.error.message}\n`);
  one.due = micros(now + RETRY);
  return undefined;
}

/** Whether an evicted pod is gone. One that has been ending for longer than the line allows is not waited for. */
function* look(one: Leaving, { args, end }: Evicting): Conversation<Failure | 'gone' | undefined> {
  const { name, namespace = '', uid } = one.pod.metadata;
  const present = yield* read({ descriptor: pods, namespace, name });
  if ((!present.ok && isNotFound(present.error)) || (present.ok && present.value.metadata.uid !== uid)) {
    yield* cx.print(`pod/${name} ${isOn(args, 'disable-eviction') ? 'deleted' : 'evicted'}\n`);
    return 'gone';
  }
  if (!present.ok) return present.error;
  const now = yield* cx.now();
  const skipped = numberFlag(args, 'skip-wait-for-delete-timeout') ?? 0;
  const since = parseTime(present.value.metadata.deletionTimestamp ?? '');
  if (skipped > 0 && since !== undefined && now - since > seconds(skipped)) return 'gone';
  if (now >= end) return timedOut(one, args);
  one.due = micros(Math.min(end, now + POLL));
  return undefined;
}

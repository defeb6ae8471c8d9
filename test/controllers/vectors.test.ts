import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { deepFreeze, micros, seconds } from '../../src/base/data.ts';
import type { Pod } from '../../src/api/kinds/core/pod.ts';
import { drawBelow, newStream } from '../../src/base/prng.ts';
import { formatTime, parseTime, worldEpochSeconds } from '../../src/api/time.ts';
import {
  cleanupUnhealthy, isComplete, isProgressing, MAX_REPLICAS, newSetReplicas, oldPodsToRemove, proportionalSizes, replicasOf, resolveFenceposts, scaleDownOld,
} from '../../src/controllers/deployment/arithmetic.ts';
import { condition, timedOut } from '../../src/controllers/deployment/conditions.ts';
import { setsToForget } from '../../src/controllers/deployment/deployment.ts';
import { belongsInEndpoints, endpointOf } from '../../src/controllers/endpointslice/endpoints.ts';
import { groupByPorts } from '../../src/controllers/endpointslice/endpointslice.ts';
import { planSlices, sliceLabels } from '../../src/controllers/endpointslice/plan.ts';
import { parseCron } from '../../src/api/cron.ts';
import { nextTime } from '../../src/api/cron-next.ts';
import { jobNameOf, mostRecent, tooMany } from '../../src/controllers/cronjob/schedule.ts';
import { daemonTolerations } from '../../src/controllers/daemonset/nodes.ts';
import { remainingWait } from '../../src/controllers/job/backoff.ts';
import { firstPending, intervalsText, parseIntervals, repeatedIndexes, withIndexes } from '../../src/controllers/job/indexes.ts';
import { podsForRemoval, wantedActive } from '../../src/controllers/job/pods.ts';
import { podsEstimate } from '../../src/controllers/namespace.ts';
import { examine } from '../../src/controllers/node-lifecycle/health.ts';
import { noScheduleKeys } from '../../src/controllers/node-lifecycle/taints.ts';
import { countZones, disruption } from '../../src/controllers/node-lifecycle/zones.ts';
import { finishedPods, unscheduledTerminating } from '../../src/controllers/pod-garbage-collector.ts';
import { compareActive, compareForDeletion, isPodActive } from '../../src/controllers/pods.ts';
import { countReplica, type ReplicaGroup } from '../../src/controllers/replica-counts.ts';
import { slowStart } from '../../src/controllers/pod-control.ts';
import { defaultSettings } from '../../src/controllers/settings.ts';
import { staysFor } from '../../src/controllers/taint-eviction.ts';
import { timeLeft } from '../../src/controllers/ttl-after-finished.ts';

interface Case { readonly id: string; readonly controller: string; readonly name: string; readonly expect: any; readonly [field: string]: any }
const file = { cases: ['controllers', 'own-controllers'].flatMap(name => (parse(readFileSync(`test/vectors/${name}.yaml`, 'utf8')) as { cases: Case[] }).cases) };

const NOW = seconds(400 * 86_400);
const HOUR = 3600;
const at = (secondsAgo: number): string => formatTime(micros(NOW - seconds(secondsAgo)));

const deploymentOf = (desired: number, more: any = {}): any => deepFreeze({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', generation: 1 },
  spec: { replicas: desired, selector: {}, template: { spec: { containers: [] } }, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: more.maxSurge ?? 0, maxUnavailable: more.maxUnavailable ?? 0 } }, ...more.spec }, ...more.top,
});
let made = 0;
const setOf = (replicas: number, available = 0, more: any = {}): any => deepFreeze({
  apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: `set-${String(made++).padStart(4, '0')}`, creationTimestamp: more.created ?? at(0), annotations: more.annotations ?? {} },
  spec: { replicas, selector: {} }, status: { replicas: more.actual ?? replicas, availableReplicas: available, readyReplicas: available },
});

// ---- Deployments -----------------------------------------------------------------------------------------------------

/** The size of the old set after one look: first what does not work, then what may go. */
function oldAfter(one: Case): number {
  const deployment = deploymentOf(one.desired as number, one);
  const old = setOf(one.old as number, one.oldReady as number);
  const current = setOf(one.new as number, one.newReady as number);
  const most = oldPodsToRemove(deployment, [old, current], current);
  if (most <= 0) return replicasOf(old);
  const cleaned = cleanupUnhealthy([old], most)[0];
  const after = cleaned === undefined ? old : deepFreeze({ ...old, spec: { ...old.spec, replicas: cleaned.replicas } });
  return scaleDownOld(deployment, [after], [after, current])[0]?.replicas ?? replicasOf(after);
}

function proportional(one: Case): number[] {
  const sets = (one.setsNewestFirst as number[]).map((size, i) => setOf(size, size, { created: at(100 * i), annotations: { [MAX_REPLICAS]: String(one.desiredBefore) } }));
  const sizes = proportionalSizes(deploymentOf(one.desiredAfter as number, { maxSurge: 0, maxUnavailable: 1 }), sets);
  return sets.map(set => sizes.find(resize => resize.set === set)?.replicas ?? -1);
}

const counts = (of: any): any => ({ replicas: of.replicas, updatedReplicas: of.updated, readyReplicas: of.ready, availableReplicas: of.available, observedGeneration: 1 });

function deploymentCase(one: Case): unknown {
  if (one.expect.surge !== undefined) return resolveFenceposts(one.maxSurge ?? undefined, one.maxUnavailable ?? undefined, one.desired as number);
  if (one.surge !== undefined) {
    const current = setOf(one.newReplicas as number);
    return { newReplicas: newSetReplicas(deploymentOf(one.desired as number, { maxSurge: one.surge, maxUnavailable: 1 }), [setOf(one.oldReplicas as number), current], one.newReplicas as number) };
  }
  if (one.strategy === 'Recreate') return { newReplicas: newSetReplicas(deploymentOf(one.desired as number, { spec: { strategy: { type: 'Recreate' } } }), [], 0) };
  if (one.oldReady !== undefined) return { oldReplicas: oldAfter(one) };
  if (one.expect.complete !== undefined) return { complete: isComplete(deploymentOf(one.desired as number), counts(one)) };
  if (one.expect.progressing !== undefined) return { progressing: isProgressing(counts(one.before), counts(one.after)) };
  if (one.expect.timedOut !== undefined) {
    const deployment = deploymentOf(1, { spec: { progressDeadlineSeconds: one.progressDeadlineSeconds } });
    const since = micros(NOW - seconds(one.secondsSinceLastProgress as number));
    return { timedOut: timedOut(deployment, condition('Progressing', 'True', { reason: one.progressingReason as string, message: '' }, since), NOW) };
  }
  if (one.oldReplicaSets !== undefined) {
    const sets = (one.oldReplicaSets as any[]).map(({ revision, replicas }) => setOf(replicas as number, 0, { annotations: { 'deployment.kubernetes.io/revision': String(revision) } }));
    return { deletedRevisions: setsToForget(sets, one.revisionHistoryLimit as number).map(set => Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'])) };
  }
  if (one.setsNewestFirst !== undefined) return { setsNewestFirst: proportional(one) };
  return undefined;
}

// ---- ReplicaSets -----------------------------------------------------------------------------------------------------

const podOf = (more: any = {}): any => {
  const ready = more.readyFor === undefined && more.ready !== true ? 'False' : 'True';
  return deepFreeze({
    apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: more.uid ?? 'u', namespace: 'default', creationTimestamp: at(more.age ?? 0), labels: more.labels ?? {}, ...(more.deleting === true ? { deletionTimestamp: at(0) } : {}) },
    spec: { containers: more.containers ?? [], ...(more.node === undefined ? {} : { nodeName: more.node }), ...more.spec },
    status: {
      phase: more.phase ?? 'Running', ...(more.podIP === undefined ? {} : { podIP: more.podIP }),
      conditions: [{ type: 'Ready', status: ready, ...(more.readyFor === undefined ? {} : { lastTransitionTime: at(more.readyFor as number) }) }],
      containerStatuses: (more.restarts ?? []).map((restartCount: number) => ({ name: 'c', ready: true, restartCount, image: '', imageID: '' })),
    },
  });
};

const MONTH = 30 * 24 * HOUR;
const states: Readonly<Record<string, any>> = {
  'not yet on a node, Pending': { phase: 'Pending' },
  'on a node, Pending': { phase: 'Pending', node: 'n' },
  'on a node, Unknown': { phase: 'Unknown', node: 'n' },
  'Running, not ready': { node: 'n' },
  'ready, no transition time': { node: 'n', ready: true },
  'ready since now': { node: 'n', readyFor: 0 },
  'ready since a month, 3 restarts on one container': { node: 'n', readyFor: MONTH, restarts: [3, 0] },
  'ready since a month, 2 restarts at most, created now': { node: 'n', readyFor: MONTH, restarts: [2, 1], age: 0 },
  'ready since a month, 2 restarts at most, created a month ago': { node: 'n', readyFor: MONTH, restarts: [2, 1], age: MONTH },
  unscheduled: { phase: 'Pending' }, 'Pending on node': { phase: 'Pending', node: 'n' }, 'ready now': { node: 'n', readyFor: 0 }, 'ready a month': { node: 'n', readyFor: MONTH },
  'ready now, 9001 restarts': { node: 'n', readyFor: 0, restarts: [9001] }, 'ready now, 0 restarts': { node: 'n', readyFor: 0, restarts: [0] },
  'ready 2 h': { node: 'n', readyFor: 2 * HOUR }, 'ready 5 h': { node: 'n', readyFor: 5 * HOUR },
};

function runSlowStart(wanted: number, succeedOnly: number): { calls: number; successes: number } {
  const script = slowStart(wanted, size => Array.from({ length: size }, () => ({}) as never));
  let calls = 0;
  let successes = 0;
  for (let step = script.next(); step.done !== true;) {
    const replies = (step.value.args as unknown[]).map(() => {
      const ok = calls++ < succeedOnly;
      if (ok) successes++;
      return { ok, code: ok ? 201 : 500, reason: '', message: '', object: {} };
    });
    step = script.next(replies);
  }
  return { calls, successes };
}

function replicaSetCase(one: Case): unknown {
  if (one.expect.deleteOrder !== undefined) {
    const pods = (one.expect.deleteOrder as string[]).map(name => ({ name, pod: podOf(states[name]), rank: 1 }));
    return { deleteOrder: [...pods].reverse().sort((a, b) => compareForDeletion(a, b, NOW)).map(({ name }) => name) };
  }
  if (one.first !== undefined) {
    const ranked = (of: any): any => ({ pod: podOf(states[of.state]), rank: of.sameNodePeers ?? 1 });
    return { deletedFirst: compareForDeletion(ranked(one.first), ranked(one.second), NOW) < 0 ? 'first' : 'second' };
  }
  if (one.wanted !== undefined) return runSlowStart(one.wanted as number, one.succeedOnly as number);
  if (one.expect.active !== undefined) return { active: (one.pods as string[]).map(phase => podOf({ phase })).filter(isPodActive).length };
  return undefined;
}

// ---- EndpointSlices --------------------------------------------------------------------------------------------------

const serviceOf = (more: any = {}): any => deepFreeze({ apiVersion: 'v1', kind: 'Service', metadata: { name: more.name ?? 'web', namespace: 'default', uid: 's', labels: more.labels ?? {} }, spec: { selector: { app: 'web' }, ports: more.ports ?? [{ port: 80 }], ...more.spec } });
const serving = (i: number, more: any = {}): any => podOf({ uid: `u${i}`, podIP: `10.0.${Math.floor(i / 200)}.${i % 200}`, ready: true, node: 'n', ...more });

function endpointSliceCase(one: Case): unknown {
  if (one.podReady !== undefined) {
    const pod = podOf({ podIP: '10.0.0.1', ready: one.podReady, deleting: one.podTerminating });
    return endpointOf(pod, serviceOf({ spec: { publishNotReadyAddresses: one.publishNotReadyAddresses } }), undefined).conditions;
  }
  if (one.serviceLabels !== undefined) {
    const service = serviceOf({ name: one.service, labels: one.serviceLabels });
    return { labels: sliceLabels(service), generateName: planSlices(service, new Map(), []).create[0]?.metadata.generateName };
  }
  if (typeof one.pods === 'number') {
    const pods = Array.from({ length: one.pods }, (_, i) => serving(i));
    return { sliceSizes: planSlices(serviceOf(), groupByPorts(serviceOf(), pods, []), []).create.map(slice => slice.endpoints.length) };
  }
  if (one.expect.endpoints !== undefined) return { endpoints: (one.pods as any[]).map(pod => podOf({ podIP: '10.0.0.1', ...pod })).filter(belongsInEndpoints).length };
  if (one.podPorts !== undefined) {
    const service = serviceOf({ ports: [{ port: 80, targetPort: one.targetPort }] });
    const pods = (one.podPorts as number[]).map((port, i) => serving(i, { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port }] }] }));
    return { slices: planSlices(service, groupByPorts(service, pods, []), []).create.length };
  }
  return undefined;
}

// ---- Nodes, taints, pods, namespaces -----------------------------------------------------------------------------------

const nodeOf = (name: string, conditions: object[], more: any = {}): any => deepFreeze({ apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, creationTimestamp: at(1000), labels: more.labels ?? {} }, spec: {}, status: { conditions } });
const ready = (status: string): object => ({ type: 'Ready', status, lastHeartbeatTime: at(120) });

function silentNode(silentSeconds: number): unknown {
  const node = nodeOf('n', [ready('True')]);
  const before = { name: 'n', uid: 'n', renewTime: undefined, heartbeat: at(120), ready: 'True' as const, probe: micros(NOW - seconds(silentSeconds)) };
  const found = examine(node, undefined, before, { now: NOW, settings: defaultSettings });
  const conditions = found.conditions ?? [];
  const readyNow = conditions.find(one => one.type === 'Ready');
  const keys = noScheduleKeys(nodeOf('n', [...conditions]));
  return { ready: readyNow?.status, reason: readyNow?.reason, message: readyNow?.message, taints: ['NoSchedule', 'NoExecute'].flatMap(effect => keys.map(key => `${key}:${effect}`)) };
}

function zones(silent: number, nodes: number): { state: string | undefined; rate: number } {
  const findings = Array.from({ length: nodes }, (_, i) => ({ node: nodeOf(`n${i}`, []), current: i < silent ? 'Unknown' as const : 'True' as const }));
  const zone = [...disruption(countZones(findings), new Map(), defaultSettings).zones.values()][0];
  return { state: zone?.state, rate: zone?.rate ?? -1 };
}

function nodeCase(one: Case): unknown {
  if (one.silentSeconds !== undefined) return silentNode(one.silentSeconds as number);
  if (one.conditions !== undefined) return { taints: noScheduleKeys(nodeOf('n', Object.entries(one.conditions).map(([type, status]) => ({ type, status })))).map(key => `${key}:NoSchedule`).sort() };
  if (one.ready !== undefined) return { taints: ['NoSchedule', 'NoExecute'].flatMap(effect => noScheduleKeys(nodeOf('n', [ready(one.ready as string)])).map(key => `${key}:${effect}`)) };
  if (one.leaseAgeSeconds !== undefined) {
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n' }, spec: { renewTime: at(one.leaseAgeSeconds as number) } } as const;
    const before = { name: 'n', uid: 'n', renewTime: at(15), heartbeat: at(120), ready: 'True' as const, probe: micros(NOW - seconds(120)) };
    return { ready: examine(nodeOf('n', [ready('True')]), lease, before, { now: NOW, settings: defaultSettings }).current };
  }
  if (one.expect.evictionsPerSecond !== undefined) return { evictionsPerSecond: zones(one.zone.silent as number, one.zone.nodes as number).rate / 1000 };
  if (one.expect.state !== undefined) { const { state, rate } = zones(5, 5); return { noExecuteTaints: rate, state }; }
  return undefined;
}

function taintCase(one: Case): unknown {
  const taints = one.noExecuteTaints !== undefined ? (one.noExecuteTaints as string[]).map(key => ({ key, effect: 'NoExecute' as const })) : [];
  const stays = staysFor(taints, (one.tolerations as any[]).map(({ key, seconds: limit }) => ({ key, operator: 'Exists' as const, effect: 'NoExecute' as const, ...(limit === undefined ? {} : { tolerationSeconds: limit as number }) })));
  return { deletedAfterSeconds: stays === Infinity ? 'never' : stays / 1_000_000 };
}

function podGcCase(one: Case): unknown {
  if (one.pods !== undefined) {
    const pods = (one.pods as any[]).map(({ name, phase, age }) => ({ ...podOf({ phase, age }), metadata: { name, creationTimestamp: at(age as number) } }));
    return { deleted: finishedPods(pods as never, one.threshold as number).map(pod => pod.metadata.name) };
  }
  return { deleted: unscheduledTerminating([podOf({ deleting: true })]).length === 1 };
}

function namespaceCase(one: Case): unknown {
  if (one.expect.estimateSeconds === undefined) return undefined;
  return { estimateSeconds: podsEstimate((one.contents as any[]).map(({ terminationGracePeriodSeconds }) => podOf({ spec: { terminationGracePeriodSeconds } }))) };
}

// ---- Jobs --------------------------------------------------------------------------------------------------------------

const jobPod = ({ index, phase }: any): any => ({ ...podOf({ phase }), metadata: { name: `${String(index)}-${String(phase)}`, annotations: index === null ? {} : { 'batch.kubernetes.io/job-completion-index': String(index) } } });
const waits = (one: Case, failures: number, since: number): number => remainingWait({ failures, last: micros(NOW - seconds(since)) }, NOW, { base: seconds(one.baseSeconds as number), most: seconds(one.capSeconds as number) }) / 1_000_000;

function jobCase(one: Case): unknown {
  if (one.completedIndexesBefore !== undefined) {
    const done = (one.pods as any[]).filter(({ phase }) => phase === 'Succeeded').map(({ index }) => Number(index));
    return { completedIndexes: intervalsText(withIndexes(parseIntervals(one.completedIndexesBefore as string, one.completions as number), done)) };
  }
  if (one.wanted !== undefined) return { newIndexes: firstPending(withIndexes(one.succeededRanges as never, one.activeIndexes as number[]), one.wanted as number, one.completions as number) };
  if (one.expect.kept !== undefined) {
    const { remove, left } = repeatedIndexes((one.pods as any[]).map(jobPod), one.completions as number, compareActive);
    return { kept: left.map(pod => ({ index: Number(pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']), phase: pod.status?.phase })), removed: remove.length };
  }
  if (one.failuresSinceSuccess !== undefined) return { waitSeconds: waits(one, one.failuresSinceSuccess as number, one.secondsSinceLastFailure as number) };
  if (one.failures !== undefined) return { waitSeconds: (one.failures as number[]).map(failures => waits(one, failures, 0)) };
  if (one.expect.podsToCreate !== undefined) {
    const spec = { parallelism: one.parallelism as number, completions: one.completions as number, template: { spec: { containers: [] } } };
    const wanted = wantedActive(spec, one.active as number, one.succeeded as number);
    const active = Array.from({ length: one.active as number }, () => podOf({}));
    return { podsToCreate: Math.max(0, wanted - active.length), podsToDelete: podsForRemoval({ spec } as never, active, Math.max(0, active.length - wanted)).length };
  }
  if (one.ttlSecondsAfterFinished !== undefined) {
    return {
      expired: (one.finishedSecondsAgo as number[]).map(ago => {
        const status = { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: at(ago) }] };
        return (timeLeft({ metadata: { name: 'j' }, spec: { ttlSecondsAfterFinished: one.ttlSecondsAfterFinished }, status } as never, NOW) ?? 1) <= 0;
      }),
    };
  }
  return undefined;
}

function daemonSetCase(one: Case): unknown {
  if (one.hostNetwork === undefined) return undefined;
  const added = daemonTolerations({ containers: [], hostNetwork: one.hostNetwork as boolean });
  const names = added.map(({ key, effect }) => `${key ?? ''}:${effect ?? ''}`);
  const [operator] = new Set(added.map(toleration => toleration.operator));
  return { tolerations: names, operator, tolerationSeconds: added[0]?.tolerationSeconds ?? null, additional: names.slice(6) };
}

const clock = (text: string): any => parseTime(`2026-01-01T${text}Z`);

function cronJobCase(one: Case): unknown {
  const parsed = parseCron(one.schedule as string ?? '* * * * *');
  if (!parsed.ok) return undefined;
  if (one.scheduledUnixSeconds !== undefined) return { jobName: jobNameOf({ metadata: { name: one.cronJob } } as never, micros((one.scheduledUnixSeconds as number - worldEpochSeconds) * 1_000_000)) };
  if (one.timeZone !== undefined) return { nextUTC: formatTime(nextTime(parsed.value, NOW, one.timeZone as string) as never).slice(11, 16) };
  if (one.last === undefined) return undefined;
  const hours = /^(\d+) hours ago$/.exec(one.last as string)?.[1];
  const now = one.now === undefined ? NOW : clock(one.now as string);
  const last = hours === undefined ? one.last as string : formatTime(micros(NOW - seconds(Number(hours) * HOUR)));
  const job = { metadata: { name: 'j', creationTimestamp: last.length === 8 ? `2026-01-01T${last}Z` : last }, spec: { schedule: one.schedule, startingDeadlineSeconds: one.startingDeadlineSeconds } };
  const recent = mostRecent(job as never, parsed.value, now as never, true);
  const started = recent.time === undefined ? [] : [formatTime(recent.time).slice(11, 19)];
  return { started, missed: recent.missed, event: tooMany(recent) ? 'TooManyMissedTimes' : null };
}

const runners: Readonly<Record<string, (one: Case) => unknown>> = {
  deployment: deploymentCase, replicaset: replicaSetCase, endpointslice: endpointSliceCase, nodelifecycle: nodeCase, tainteviction: taintCase, podgc: podGcCase, namespace: namespaceCase, job: jobCase, daemonset: daemonSetCase, statefulset: () => undefined, cronjob: cronJobCase,
};

/** Cases that need a running cluster, and where they are run. */
const elsewhere: Readonly<Record<string, string>> = {
  'ctl-deployment-57': 'stories', 'ctl-replicaset-15': 'stories', 'ctl-endpointslice-15': 'stories', 'ctl-namespace-02': 'stories', 'ctl-namespace-03': 'apiserver admission', 'ctl-nodelifecycle-12': 'apiserver admission',
  'ctl-job-38': 'testdata/job-queue', 'ctl-job-42': 'testdata/job-failures', 'ctl-job-45': 'testdata/job-failures', 'ctl-job-46': 'testdata/job-queue',
  'ctl-cronjob-06': 'testdata/cronjob', 'ctl-cronjob-07': 'testdata/cronjob', 'ctl-cronjob-10': 'testdata/cronjob',
  'ctl-daemonset-04': 'testdata/daemonset', 'ctl-daemonset-07': 'testdata/daemonset', 'ctl-daemonset-17': 'testdata/daemonset',
  'ctl-statefulset-02': 'testdata/statefulset', 'ctl-statefulset-06': 'testdata/statefulset', 'ctl-statefulset-07': 'testdata/statefulset', 'ctl-statefulset-08': 'testdata/statefulset',
  'ctl-statefulset-11': 'testdata/statefulset', 'ctl-statefulset-14': 'testdata/statefulset', 'ctl-statefulset-17': 'testdata/statefulset',
};

t.test('vectors of these controllers hold', async t => {
  for (const one of file.cases) {
    const run = runners[one.controller];
    if (run === undefined || elsewhere[one.id] !== undefined) continue;
    const got = run(one);
    t.not(got, undefined, `${one.id} is run`);
    t.match(got, one.expect, `${one.id} ${one.name}`);
  }
});

t.test('pods counted as they change are those that one would count', async (t) => {
  const labelSets = [{ app: 'a' }, { app: 'b' }, undefined, ...Array.from({ length: 20 }, (_, i) => ({ app: `l${i}` }))];
  const owners = [undefined, { kind: 'ReplicaSet', uid: 'u1', controller: true }, { kind: 'ReplicaSet', uid: 'u2', controller: true }, { kind: 'Job', uid: 'u1', controller: true }, { kind: 'ReplicaSet', uid: 'u1' }];
  const states = ['Pending', 'Running', 'Ready', 'Succeeded', 'Failed'] as const;
  const counting = (pods: readonly Pod[], uid: string): string[] => {
    const groups = new Map<string, number[]>();
    for (const pod of pods) {
      if (!(pod.metadata.ownerReferences ?? []).some((one) => one.controller === true && one.kind === 'ReplicaSet' && one.uid === uid)) continue;
      const group = groups.get(JSON.stringify(pod.metadata.labels ?? null)) ?? [0, 0, 0, 0];
      groups.set(JSON.stringify(pod.metadata.labels ?? null), group);
      const { phase, conditions = [] } = pod.status ?? {};
      const place = phase === 'Succeeded' || phase === 'Failed' ? 0 : pod.metadata.deletionTimestamp !== undefined ? 1 : conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? 3 : 2;
      group[place] = (group[place] ?? 0) + 1;
    }
    return [...groups].map(([labels, numbers]) => `${labels} ${numbers.join(' ')}`).sort();
  };
  let many = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const stream = newStream(seed, 'pods');
    const pick = <T>(list: readonly T[]): T => list[drawBelow(stream, list.length)] as T;
    const memory = new Map<string, unknown>();
    const pods = new Map<string, Pod>();
    // Every fifth run has more sets of labels than are kept apart.
    const labels = seed % 5 === 0 ? labelSets : labelSets.slice(0, 3);
    for (let step = 0; step < (seed % 5 === 0 ? 300 : 120); step++) {
      const name = `p${drawBelow(stream, seed % 5 === 0 ? 90 : 6)}`;
      const old = pods.get(name);
      const owner = pick(owners);
      const state = pick(states);
      const keeps = old !== undefined && drawBelow(stream, 2) === 0;
      const object = deepFreeze({
        metadata: keeps ? { ...old.metadata, ...(drawBelow(stream, 3) === 0 ? { deletionTimestamp: 'now' } : {}) } : { name, ...(owner === undefined ? {} : { ownerReferences: [owner] }), ...((chosen): object => (chosen === undefined ? {} : { labels: chosen }))(pick(labels)) },
        status: { phase: state === 'Ready' ? 'Running' : state, conditions: [{ type: 'Ready', status: state === 'Ready' ? 'True' : 'False' }] },
      }) as unknown as Pod;
      const isGone = old !== undefined && drawBelow(stream, 4) === 0;
      if (isGone) pods.delete(name); else pods.set(name, object);
      countReplica({ type: isGone ? 'delete' : old === undefined ? 'add' : 'update', object, ...(old === undefined ? {} : { old }), cause: 0 }, memory as never, 'ReplicaSet');
      for (const uid of ['u1', 'u2']) {
        const known = memory.get(`replicas/${uid}`) as { readonly groups?: readonly ReplicaGroup[] } | undefined;
        if (known !== undefined && known.groups === undefined) { many++; continue; }
        const found = (known?.groups ?? []).map(({ labels: own = null, finished, terminating, unready, ready }) => `${JSON.stringify(own)} ${finished} ${terminating} ${unready} ${ready}`).sort();
        const wanted = counting([...pods.values()], uid);
        if (found.join() !== wanted.join()) { t.fail(`seed ${seed}, step ${step}: ${uid} has ${found.join('; ')}, not ${wanted.join('; ')}`); return; }
      }
    }
  }
  t.ok(many > 100 && many < 7000, `${many} times there were too many sets of labels`);
});

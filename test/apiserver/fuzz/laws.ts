import fc from 'fast-check';
import { deepFreeze, seconds } from '../../../src/base/data.ts';
import { equalData } from '../../../src/base/compare.ts';
import { fieldSetOf } from '../../../src/api/fields/compare.ts';
import { difference, type FieldSet, isEmptySet, pathsOf } from '../../../src/api/fields/set.ts';
import { fieldTypeOf } from '../../../src/api/fields/types.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { applyStrategicPatch } from '../../../src/api/patch/strategic.ts';
import { createThreeWayPatch } from '../../../src/api/patch/three-way.ts';
import type { ServerState } from '../../../src/apiserver/state.ts';
import { Cluster, configMap, message, serviceAccount, user } from '../harness.ts';

/**
 * What must hold whatever is asked of the API server. Each law plays a random run and says what was broken, or '' when it held. `bugs.ts` has changes of the
 * program that break them.
 */
export type Law = (seed: number) => string;

/* eslint-disable @typescript-eslint/no-explicit-any */
const names = ['a', 'b', 'c', 'web'] as const;
const name = fc.constantFrom(...names);
const texts = fc.dictionary(fc.constantFrom('a', 'b', 'k/v', 'x-y'), fc.constantFrom('', '1', 'long-value'), { maxKeys: 3 });
const container = fc.record({
  name, image: fc.constantFrom('i', 'j:1'), env: fc.uniqueArray(fc.record({ name, value: fc.constantFrom('1', '2') }), { selector: item => item.name, maxLength: 3 }),
  command: fc.array(name, { maxLength: 2 }),
}, { requiredKeys: ['name', 'image'] });
const podSpec = fc.record({ containers: fc.uniqueArray(container, { selector: item => item.name, minLength: 1, maxLength: 3 }), nodeSelector: texts }, { requiredKeys: ['containers'] });

/** What fast-check says of a property, as one line. */
function told(property: fc.IProperty<any>, seed: number, numRuns: number): string {
  const outcome = fc.check(property, { seed, numRuns });
  return outcome.failed ? `after ${outcome.numRuns} runs: ${String((outcome.errorInstance as Error | null)?.message ?? '')} ${JSON.stringify(outcome.counterexample)}`.slice(0, 600) : '';
}

function begun(seed: number): Cluster {
  const cluster = new Cluster({ seed }).settle();
  cluster.create(serviceAccount('default'));
  return cluster;
}

/** A patch that was made from two states leads from the one to the other. */
const patchAfterDiff: Law = seed => told(fc.property(podSpec, podSpec, (from, to) => {
  const [live, wanted] = [{ spec: from }, { spec: to }] as unknown as Record<string, unknown>[] as [Record<string, unknown>, Record<string, unknown>];
  const patched = applyStrategicPatch(live, createThreeWayPatch({ last: live, live, wanted }, 'Pod'), 'Pod');
  return patched.ok && equalData(JSON.parse(JSON.stringify(patched.value)), JSON.parse(JSON.stringify(wanted)));
}), seed, 150);

/** Fields whose zero is not the same as nothing come back as they were sent; those whose zero is nothing do not. */
const zeros: Law = seed => {
  const cluster = begun(seed);
  const pod = { terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, enableServiceLinks: false, hostNetwork: false, volumes: [{ name: 'v', configMap: { name: 'm', optional: false, defaultMode: 0 } }] };
  const containers = [{ name: 'c', image: 'i', stdin: false, securityContext: { runAsUser: 0, privileged: false, allowPrivilegeEscalation: false }, livenessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 0 } }];
  const made = cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'zero', namespace: 'default' }, spec: { ...pod, containers } }).body;
  const deployment = cluster.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'zero', namespace: 'default' }, spec: { replicas: 0, revisionHistoryLimit: 0, paused: false, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } }).body;
  const job = cluster.create({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'zero', namespace: 'default' }, spec: { parallelism: 0, backoffLimit: 0, ttlSecondsAfterFinished: 0, suspend: false, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } }).body;
  const [c] = made.spec?.containers ?? [];
  const found = [
    made.spec?.terminationGracePeriodSeconds, made.spec?.automountServiceAccountToken, made.spec?.enableServiceLinks, made.spec?.volumes?.[0].configMap.optional, made.spec?.volumes?.[0].configMap.defaultMode,
    c?.securityContext?.runAsUser, c?.securityContext?.privileged, deployment.spec?.replicas, deployment.spec?.revisionHistoryLimit, job.spec?.parallelism, job.spec?.backoffLimit, job.spec?.ttlSecondsAfterFinished, job.spec?.suspend,
  ];
  const wanted = [0, false, false, false, 0, 0, false, 0, 0, 0, 0, 0, false];
  if (!equalData(found, wanted)) return `zeros were lost: ${JSON.stringify(found)}`;
  const gone = [made.spec.hostNetwork, c.stdin, c.livenessProbe.initialDelaySeconds, deployment.spec.paused];
  return gone.every(value => value === undefined) ? '' : `zeros that are nothing were kept: ${JSON.stringify(gone)}`;
};

/** The pages of a list are the list. */
const pages: Law = seed => {
  const cluster = begun(seed);
  for (let i = 0; i < 23; i++) cluster.create(configMap(`m-${i}`, {}));
  const names = (namespace: string): readonly string[] => cluster.list('ConfigMap', namespace).items.map(({ metadata }) => metadata.name);
  const all = { everywhere: names(''), here: names('default') };
  return told(fc.property(fc.integer({ min: 1, max: 9 }), fc.boolean(), (limit, everywhere) => {
    const whole = everywhere ? all.everywhere : all.here;
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page: any = cluster.list('ConfigMap', everywhere ? '' : 'default', { limit, ...(token === undefined ? {} : { continue: token }) });
      seen.push(...page.items.map(({ metadata }: KubeObject) => metadata.name));
      token = page.metadata.continue;
    } while (token !== undefined && seen.length <= whole.length);
    if (!equalData(seen, whole)) throw new Error(`pages of ${limit} are ${seen.join(' ')}`);
    return true;
  }), seed, 12);
};

const verbs = fc.constantFrom('create', 'update', 'stale', 'patch', 'label', 'apply', 'delete');
const action = fc.record({ verb: verbs, name, data: texts, manager: fc.constantFrom('one', 'two'), label: fc.constantFrom('x', 'y') });

/** Does something to a config map. @returns what was wrong with the answer */
function act(cluster: Cluster, { verb, name: of, data, manager, label }: { verb: string; name: string; data: Record<string, string>; manager: string; label: string }): string {
  const key = `default/${of}`;
  const options = { fieldManager: manager };
  const body = Object.fromEntries(Object.entries(data).filter(([entry]) => !entry.includes('/')));
  switch (verb) {
    case 'create': cluster.create({ ...configMap(of, body), metadata: { name: of, namespace: 'default', labels: { x: label } } }, { options }); return '';
    case 'patch': cluster.call('patch', 'ConfigMap', key, { patchType: 'merge', body: { data: { ...body, a: null } }, options }); return '';
    case 'label': cluster.call('patch', 'ConfigMap', key, { patchType: 'strategic', body: { metadata: { labels: { x: label } } }, options }); return '';
    case 'apply': cluster.call('patch', 'ConfigMap', key, { patchType: 'apply', body: configMap(of, body), options: { ...options, force: true } }); return '';
    case 'delete': cluster.call('delete', 'ConfigMap', key); return '';
  }
  const old = cluster.call('get', 'ConfigMap', key);
  if (old.code !== 200) return '';
  if (verb === 'stale') cluster.call('patch', 'ConfigMap', key, { patchType: 'merge', body: { metadata: { annotations: { n: old.body.metadata.resourceVersion } } } });
  const answer = cluster.call('update', 'ConfigMap', key, { body: deepFreeze({ ...old.body, data: body }), options });
  if (verb === 'stale' && answer.code !== 409) return `a change of an old version was answered ${answer.code} ${message(answer)}`;
  return '';
}

/** What an entry of `managedFields` says is owned is there. */
function ownedByNobody(objects: readonly KubeObject[]): string {
  const type = fieldTypeOf('ConfigMap');
  for (const object of objects) {
    for (const { manager, fieldsV1 } of object.metadata.managedFields ?? []) {
      const there = fieldSetOf(object, type);
      const known = [...pathsOf(there)];
      const missing = difference(fieldsV1 as FieldSet, there);
      // Who made a map owns the map beside its entries, and an empty one is not stored.
      const paths = isEmptySet(missing) ? [] : [...pathsOf(missing)].filter(path => path !== '.data' && !known.some(one => one.startsWith(`${path}.`)));
      if (paths.length > 0) return `${manager ?? ''} owns ${paths.join(', ')}, which ${object.metadata.name} does not have`;
    }
  }
  return '';
}

/** Random changes by two managers: old versions are refused, owned fields exist, versions rise, and a watch tells all of it. */
const changes: Law = seed => {
  const cluster = begun(seed);
  return told(fc.property(fc.array(action, { minLength: 3, maxLength: 12 }), fc.constantFrom('', 'x=x', 'x!=y'), (actions, labelSelector) => {
    const options = labelSelector === '' ? {} : { labelSelector };
    const before: any = cluster.list('ConfigMap', 'default', options);
    const watch = cluster.begin('watch', 'ConfigMap', 'default/', { options: { ...options, resourceVersion: before.metadata.resourceVersion } });
    for (const one of actions) {
      const wrong = act(cluster, one);
      if (wrong !== '') throw new Error(wrong);
    }
    cluster.runSeconds(1);
    const wrong = ownedByNobody(cluster.list('ConfigMap', 'default').items) || differs(before.items, cluster.events(watch), cluster.list('ConfigMap', 'default', options).items);
    if (wrong !== '') throw new Error(wrong);
    return true;
  }), seed, 25);
};

/** A list with the events of a watch on top has to be the list of now. */
function differs(before: readonly KubeObject[], events: Cluster['events'] extends (id: number) => infer E ? E : never, after: readonly KubeObject[]): string {
  const objects = new Map(before.map(object => [object.metadata.name, object]));
  let last = 0;
  for (const { type, object } of events) {
    const version = Number(object.metadata.resourceVersion);
    if (version < last) return `an event of version ${version} came after ${last}`;
    last = version;
    const isKnown = objects.has(object.metadata.name);
    if (type === 'ADDED' ? isKnown : !isKnown) return `${type} of ${object.metadata.name}, which was ${isKnown ? '' : 'not '}there`;
    if (type === 'DELETED') objects.delete(object.metadata.name); else objects.set(object.metadata.name, object);
  }
  const [told_, real] = [[...objects.values()], after].map(list => list.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion ?? ''}`).sort().join(' '));
  return told_ === real ? '' : `the watch says ${told_ ?? ''}, the list says ${real ?? ''}`;
}

/** However many come at once, what is there never exceeds the quota, and the quota knows it. */
const quotas: Law = seed => {
  const cluster = begun(seed);
  cluster.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'default' }, spec: { hard: { 'count/configmaps': '7', 'secrets': '4' } } });
  const quota: any = cluster.call('get', 'ResourceQuota', 'default/q').body;
  cluster.call('update', 'ResourceQuota', 'default/q', { subresource: 'status', body: { ...quota, status: { hard: quota.spec.hard, used: { 'count/configmaps': '0', 'secrets': '0' } } } });
  cluster.runSeconds(1);
  const started = Array.from({ length: 24 }, (_, i) => (i % 3 === 0
    ? cluster.begin('create', 'Secret', 'default/', { body: deepFreeze({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `s-${i}`, namespace: 'default' } }) })
    : cluster.begin('create', 'ConfigMap', 'default/', { body: deepFreeze(configMap(`m-${i}`)) })));
  const codes = started.map(id => cluster.answer(id).code);
  cluster.runSeconds(2);
  const counts = [cluster.list('ConfigMap', 'default').items.length, cluster.list('Secret', 'default').items.length];
  const { used }: any = cluster.call('get', 'ResourceQuota', 'default/q').body.status;
  if (counts[0] !== 7 || counts[1] !== 4) return `${counts.join(' and ')} objects where 7 and 4 are allowed; answers ${codes.join(' ')}`;
  return used['count/configmaps'] === '7' && used['secrets'] === '4' ? '' : `the quota says ${JSON.stringify(used)}`;
};

/** Whoever comes in a crowd is served or turned away, no level takes more seats than it may, and afterwards all seats are free. */
const crowds: Law = seed => {
  const cluster = begun(seed);
  cluster.create({ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'PriorityLevelConfiguration', metadata: { name: 'narrow' }, spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type: 'Queue', queuing: { queues: 4, handSize: 2, queueLengthLimit: 5 } } } } });
  const rules = [{ subjects: [{ kind: 'Group', group: { name: 'crowd' } }], resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }] }];
  cluster.create({ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: 'narrow' }, spec: { matchingPrecedence: 50, distinguisherMethod: { type: 'ByUser' }, priorityLevelConfiguration: { name: 'narrow' }, rules } });
  cluster.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'crowd' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'crowd' }] });
  cluster.runSeconds(1);
  const state = (): ServerState => cluster.kernel.stateOf<ServerState>(cluster.servers[0] as never) as ServerState;
  const crowd = Array.from({ length: 60 }, (_, i) => cluster.begin('create', 'ConfigMap', 'default/', { as: user(`u-${i % 3}`, 'crowd'), body: deepFreeze(configMap(`c-${i}`)) }));
  let most = 0;
  cluster.kernel.run({ until: (cluster.kernel.world.now + seconds(70)) as never, stop: () => { most = Math.max(most, state().levels.get('narrow')?.executing ?? 0); return crowd.every(id => cluster.client.responses.has(id)); } });
  const codes = crowd.map(id => cluster.client.responses.get(id)?.code ?? 0);
  if (codes.some(code => code !== 201 && code !== 429)) return `answers ${codes.join(' ')}`;
  if (!codes.includes(429) || !codes.includes(201)) return `nobody was ${codes.includes(429) ? 'served' : 'turned away'}`;
  if (most > 3) return `${most} requests ran at once on a level with three seats`;
  const left = [...state().levels].filter(([, { executing, waiting, queues }]) => executing !== 0 || waiting !== 0 || [...queues.values()].some(queue => queue.waiting.length > 0));
  if (left.length > 0 || state().reads !== 0 || state().mutations !== 0) return `left behind: ${left.map(([level, { executing, waiting }]) => `${level} ${executing} ${waiting}`).join(', ')} ${state().reads} ${state().mutations}`;
  const served = new Set(crowd.flatMap((_, i) => (codes[i] === 201 ? [`u-${i % 3}`] : [])));
  return served.size === 3 ? '' : `only ${[...served].join(' ')} were served`;
};

/** All laws by name. */
export const laws: Readonly<Record<string, Law>> = { patchAfterDiff, zeros, pages, changes, quotas, crowds };

import t from 'tap';
import { type Answer, type CallOptions, Cluster, configMap, message, serviceAccount } from './harness.ts';
import type { RequestOptions } from '../../src/api/wire.ts';
import type { ServerState } from '../../src/apiserver/state.ts';
import { decodeContinue, encodeContinue } from '../../src/apiserver/registry/continue-token.ts';

/* eslint-disable @typescript-eslint/no-explicit-any */
const cluster = new Cluster({ verify: true }).settle();
cluster.create(serviceAccount('default'));
const versions: string[] = [];
for (const name of ['a', 'b', 'c', 'd', 'e']) versions.push(cluster.create({ ...configMap(name, { k: name }), metadata: { name, namespace: 'default', labels: { odd: String(versions.length % 2 === 1) } } }).body.metadata.resourceVersion);
const third = versions[2] ?? '';
const last = versions[4] ?? '';
const list = (options: any, more: CallOptions = {}): Answer => cluster.call('list', 'ConfigMap', 'default/', { ...more, options: options as RequestOptions });
const names = (answer: Answer): string => answer.body.items?.map(({ metadata }: any) => metadata.name).join('') ?? `${answer.code} ${message(answer)}`;

/** @source kubernetes.io reference/using-api/api-concepts (resource versions): the table for get and list */
const rows: readonly (readonly [options: any, want: string, version?: string])[] = [
  [{}, 'abcde'], [{ resourceVersion: '0' }, 'abcde'], [{ resourceVersion: third }, 'abcde'], [{ resourceVersion: third, resourceVersionMatch: 'NotOlderThan' }, 'abcde'],
  [{ resourceVersion: third, resourceVersionMatch: 'Exact' }, 'abc', third], [{ limit: 2 }, 'ab'], [{ limit: 2, resourceVersion: '0' }, 'abcde'],
  [{ limit: 2, resourceVersion: third }, 'ab', third], [{ limit: 4, resourceVersion: third }, 'abc', third], [{ limit: 2, resourceVersion: third, resourceVersionMatch: 'NotOlderThan' }, 'ab'],
  [{ limit: 2, resourceVersion: last, resourceVersionMatch: 'Exact' }, 'ab', last], [{ labelSelector: 'odd=true', limit: 1 }, 'b'], [{ fieldSelector: 'metadata.name!=c' }, 'abde'],
  [{ resourceVersionMatch: 'Exact' }, '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'],
  [{ resourceVersionMatch: 'Exact', resourceVersion: '0' }, '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"'],
  [{ resourceVersionMatch: 'Newer', resourceVersion: '5' }, '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Newer": supported values: "Exact", "NotOlderThan", ""'],
  [{ sendInitialEvents: true }, '422 ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
  [{ continue: 'x', resourceVersion: '5', resourceVersionMatch: 'Exact' }, '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided'],
  [{ continue: encodeContinue({ revision: 5, start: 'b\0' }), resourceVersion: '5' }, '400 specifying resource version is not allowed when using continue'],
  [{ continue: '%%%' }, '400 continue key is not valid: illegal base64 data at input byte 0'],
];
t.test('what a list with a resourceVersion shows', t => {
  for (const [options, want, version] of rows) {
    const answer = list(options);
    t.equal(names(answer), want, JSON.stringify(options));
    if (version !== undefined) t.equal(answer.body.metadata.resourceVersion, version, 'the version asked for');
  }
  t.end();
});

t.test('a version from the future', t => {
  for (const options of [{ resourceVersion: '99999' }, { resourceVersion: '99999', resourceVersionMatch: 'Exact' }, { resourceVersion: '99999', limit: 2, resourceVersionMatch: 'NotOlderThan' }]) {
    const answer = list(options);
    t.match(message(answer), /^Timeout: Too large resource version: 99999, current: \d+$/, JSON.stringify(options));
    t.same([answer.code, answer.body.reason, answer.body.details.causes], [504, 'Timeout', [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]]);
  }
  const get = cluster.call('get', 'ConfigMap', 'default/a', { options: { resourceVersion: '99999' } });
  t.match(message(get), /^Timeout: Too large resource version: 99999, current: \d+$/);
  t.equal(cluster.call('get', 'ConfigMap', 'default/a', { options: { resourceVersion: third } }).code, 200);
  t.end();
});

t.test('pages show one state, count what is left, and expire', t => {
  const own = new Cluster({ verify: true }).settle();
  for (const name of ['a', 'b', 'c', 'd', 'e']) own.create(configMap(name));
  const page = (options: object): Answer => own.call('list', 'ConfigMap', 'default/', { options });
  const first = page({ limit: 2 });
  t.same([names(first), first.body.metadata.remainingItemCount], ['ab', 3]);
  own.create(configMap('aa'));
  own.call('delete', 'ConfigMap', 'default/d');
  const second = page({ limit: 2, continue: first.body.metadata.continue });
  t.same([names(second), second.body.metadata.remainingItemCount, second.body.metadata.resourceVersion], ['cd', 1, first.body.metadata.resourceVersion], 'the deleted one is still there');
  const end = page({ limit: 2, continue: second.body.metadata.continue });
  t.same([names(end), end.body.metadata.continue, end.body.metadata.remainingItemCount], ['e', undefined, undefined]);
  t.equal(page({ limit: 2, labelSelector: '!x' }).body.metadata.remainingItemCount, undefined, 'nobody counts what a selector would leave');
  own.runSeconds(660);
  const expired = page({ limit: 2, continue: first.body.metadata.continue });
  t.same([expired.code, expired.body.reason], [410, 'Expired']);
  t.match(message(expired), /^The provided continue parameter is too old to display a consistent list result\./);
  t.equal((decodeContinue(expired.body.metadata.continue) as any).revision, -1);
  const rest = page({ limit: 2, continue: expired.body.metadata.continue });
  t.equal(names(rest), 'ce', 'the rest as it is now');
  const gone = page({ resourceVersion: first.body.metadata.resourceVersion, resourceVersionMatch: 'Exact' });
  t.same([gone.code, gone.body.reason, message(gone)], [410, 'Expired', 'The resourceVersion for the provided list is too old.']);
  t.end();
});

t.test('how a watch begins', t => {
  const began = (options: any): string => {
    const id = cluster.begin('watch', 'ConfigMap', 'default/', { options });
    cluster.runSeconds(2);
    const refused = cluster.client.responses.get(id);
    return refused === undefined ? cluster.events(id).map(({ type, object }) => (type === 'BOOKMARK' ? `!${object.metadata.annotations?.['k8s.io/initial-events-end'] ?? ''}` : object.metadata?.name ?? (object as any).message)).join(' ')
      : `${refused.code} ${(refused.body as any).message}`;
  };
  const cases: readonly (readonly [any, string])[] = [
    [{}, 'a b c d e'], [{ resourceVersion: '0' }, 'a b c d e'], [{ resourceVersion: third }, 'd e'], [{ resourceVersion: last }, ''], [{ labelSelector: 'odd=true' }, 'b d'],
    [{ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true }, 'a b c d e !true'],
    [{ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', resourceVersion: third, allowWatchBookmarks: true }, 'a b c d e !true'],
    [{ sendInitialEvents: false, resourceVersionMatch: 'NotOlderThan' }, ''],
    [{ sendInitialEvents: true }, '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    [{ resourceVersionMatch: 'NotOlderThan' }, '422 ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'],
  ];
  for (const [options, want] of cases) t.equal(began(options), want, JSON.stringify(options));
  t.end();
});

t.test('a watch ends when its time is over', t => {
  const id = cluster.begin('watch', 'ConfigMap', 'default/', { options: { timeoutSeconds: 10 } });
  cluster.runSeconds(9);
  t.equal(cluster.client.watches.get(id)?.ended ?? false, false);
  cluster.runSeconds(2);
  t.equal(cluster.client.watches.get(id)?.ended, true);
  t.end();
});

t.test('a watch that begins while the cache lists anew misses nothing', t => {
  const one = new Cluster({ servers: 1, members: 1 }).settle();
  const { resourceVersion } = one.list('ConfigMap', 'default').metadata;
  const { caches, etcd } = one.kernel.stateOf<ServerState>(one.servers[0] as string) as ServerState;
  const id = caches.get('/configmaps')?.etcdWatch ?? 0;
  // What etcd tells does not arrive for a while; then it says that the history which the cache needs is gone.
  etcd.watches.delete(id);
  t.equal(one.create(configMap('late')).code, 201);
  etcd.watches.set(id, '/configmaps');
  const pause = one.kernel.inject('pause', ['cp-1/etcd'], ['cp-1/etcd']);
  one.kernel.deliver(one.servers[0] as string, { type: 'etcd.watchCanceled', id, compactRevision: 1, reason: 'compacted' });
  const watch = one.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion } });
  one.runSeconds(1);
  t.equal(one.client.watches.get(watch)?.ended ?? false, false, 'the list is still on its way');
  one.kernel.heal(pause);
  one.runSeconds(2);
  t.equal(one.client.watches.get(watch)?.ended, true, 'it had begun at the old state');
  const again = one.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion } });
  one.runSeconds(2);
  t.match(one.events(again), [{ type: 'ERROR', object: { code: 410, message: /^too old resource version: \d+ \(\d+\)$/ } }]);
  t.end();
});

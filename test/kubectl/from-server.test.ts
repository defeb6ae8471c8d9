import t from 'tap';
import type { ApiCall } from '../../src/api/wire.ts';
import type { ApiAnswer } from '../../src/kubectl/command.ts';
import { drive } from './drive.ts';

const labels = { app: 'db' };
const template = (image: string): object => ({ metadata: { labels }, spec: { containers: [{ name: 'db', image }] } });
const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'default', uid: 'u1', generation: 2 }, spec: { replicas: 2, serviceName: 'db', selector: { matchLabels: labels }, template: template('nginx:2'), updateStrategy: { type: 'RollingUpdate' } } };
const revision = (number: number, image: string, cause?: string): object => ({
  apiVersion: 'apps/v1', kind: 'ControllerRevision', revision: number,
  metadata: { name: `db-${number}`, namespace: 'default', labels, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u1', controller: true }], ...(cause === undefined ? {} : { annotations: { 'kubernetes.io/change-cause': cause } }) },
  data: { spec: { template: { ...template(image), $patch: 'replace' } } },
});
const done = (body: unknown): ApiAnswer => ({ ok: true, code: 200, body, warnings: [] });

/** A server with the stateful set, its status, and its revisions. */
const serving = (status: object, revisions: readonly object[]) => (call: ApiCall): ApiAnswer => {
  if (call.resource === 'controllerrevisions') return done({ apiVersion: 'apps/v1', kind: 'ControllerRevisionList', metadata: { resourceVersion: '9' }, items: revisions });
  return done(call.verb === 'list' ? { apiVersion: 'apps/v1', kind: 'StatefulSetList', metadata: { resourceVersion: '9' }, items: [{ ...set, status }] } : { ...set, status });
};
const settled = { observedGeneration: 2, replicas: 2, readyReplicas: 2, updatedReplicas: 2, currentReplicas: 2, currentRevision: 'db-2', updateRevision: 'db-2' };

t.test('rollouts of stateful sets', t => {
  const two = [revision(2, 'nginx:2', 'kubectl set image'), revision(1, 'nginx:1')];
  const cases: readonly { readonly line: string; readonly status?: object; readonly revisions?: readonly object[]; readonly exit?: number; readonly out?: string; readonly err?: string }[] = [
    { line: 'kubectl rollout history sts/db', out: 'statefulset.apps/db \nREVISION  CHANGE-CAUSE\n1         <none>\n2         kubectl set image\n\n' },
    { line: 'kubectl rollout history sts/db', revisions: [], out: 'statefulset.apps/db \nNo rollout history found.\n' },
    { line: 'kubectl rollout undo sts/db', out: 'statefulset.apps/db rolled back\n' },
    { line: 'kubectl rollout undo sts/db --to-revision=2', out: 'statefulset.apps/db skipped rollback (current template already matches revision 2)\n' },
    { line: 'kubectl rollout undo sts/db --to-revision=7', exit: 1, err: 'error: unable to find specified revision 7 in history\n' },
    { line: 'kubectl rollout undo sts/db', revisions: two.slice(0, 1), exit: 1, err: 'error: no last revision to roll back to\n' },
    { line: 'kubectl rollout status sts/db', out: 'statefulset rolling update complete 2 pods at revision db-2...\n' },
    { line: 'kubectl rollout status sts/db --watch=false', status: { ...settled, readyReplicas: 1 }, out: 'Waiting for 1 pods to be ready...\n' },
    { line: 'kubectl rollout status sts/db --watch=false', status: { ...settled, updatedReplicas: 1, currentRevision: 'db-1' }, out: 'waiting for statefulset rolling update to complete 1 pods at revision db-2...\n' },
    { line: 'kubectl rollout status sts/db --watch=false', status: { ...settled, observedGeneration: 1 }, out: 'Waiting for statefulset spec update to be observed...\n' },
  ];
  for (const { line, status = settled, revisions = two, exit = 0, out = '', err = '' } of cases) {
    const { calls: _calls, ...driven } = drive(line, serving(status, revisions));
    t.same(driven, { exit, stdout: out, stderr: err }, line);
  }
  const undone = drive('kubectl rollout undo sts/db', serving(settled, two)).calls.at(-1);
  t.match(undone, { verb: 'patch', resource: 'statefulsets', name: 'db' });
  t.end();
});

const cron = { apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name: 'my', namespace: 'default' }, spec: { cronSpec: '* * * * *' } };
const columnDefinitions = [{ name: 'Name', type: 'string', priority: 0 }, { name: 'Spec', type: 'string', priority: 0 }, { name: 'Note', type: 'string', priority: 1 }];
const table = { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: '7' }, columnDefinitions, rows: [{ cells: ['my', '* * * * *', 'n'], object: cron }] };

/** A server that has a kind of its own. */
function withCronTabs(call: ApiCall): ApiAnswer {
  if (call.path?.startsWith('/apis?') === true) {
    const resources = [{ resource: 'crontabs', responseKind: { group: 'stable.example.com', version: 'v1', kind: 'CronTab' }, scope: 'Namespaced', singularResource: 'crontab', verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'], shortNames: ['ct'], categories: ['all'] }];
    return done({ kind: 'APIGroupDiscoveryList', items: [{ metadata: { name: 'stable.example.com' }, versions: [{ version: 'v1', resources }] }] });
  }
  if (call.path !== undefined) return done({ kind: 'APIGroupDiscoveryList', items: [] });
  if (call.options?.as === 'Table') return done(table);
  return done(call.verb === 'list' ? { apiVersion: cron.apiVersion, kind: 'CronTabList', metadata: { resourceVersion: '7' }, items: [cron] } : cron);
}

t.test('kinds that only the server knows', t => {
  const cases: readonly { readonly line: string; readonly objects?: readonly object[]; readonly exit?: number; readonly out?: string; readonly err?: string }[] = [
    { line: 'kubectl get ct', out: 'NAME   SPEC\nmy     * * * * *\n' },
    { line: 'kubectl get crontabs.stable.example.com my -o wide', out: 'NAME   SPEC        NOTE\nmy     * * * * *   n\n' },
    { line: 'kubectl get ct -w', out: 'NAME   SPEC\nmy     * * * * *\nmy2    @daily\n' },
    { line: 'kubectl get crontab -o name', out: 'crontab.stable.example.com/my\n' },
    { line: 'kubectl get ct my -o jsonpath={.spec.cronSpec}', out: '* * * * *' },
    { line: 'kubectl delete ct my --wait=false', out: 'crontab.stable.example.com "my" deleted from default namespace\n' },
    { line: 'kubectl create -f -', objects: [cron], out: 'crontab.stable.example.com/my created\n' },
    { line: 'kubectl create -f -', objects: [], exit: 1, err: 'error: no objects passed to create\n' },
    { line: 'kubectl label ct my a=b', out: 'crontab.stable.example.com/my labeled\n' },
    { line: 'kubectl get nosuch', exit: 1, err: 'error: the server doesn\'t have a resource type "nosuch"\n' },
  ];
  for (const { line, objects, exit = 0, out = '', err = '' } of cases) {
    const { calls: _calls, ...driven } = drive(line, withCronTabs, { ...(objects === undefined ? {} : { objects }), events: [{ type: 'ADDED', cause: 0, object: { ...table, rows: [{ cells: ['my2', '@daily', ''], object: { ...cron, metadata: { name: 'my2', namespace: 'default' } } }] } as never }] });
    t.same(driven, { exit, stdout: out, stderr: err }, line);
  }
  t.end();
});

t.test('apply of a kind without a known structure sends a merge patch', t => {
  const last = { ...cron, spec: { cronSpec: '1', old: { a: 1 } } };
  const live = { ...cron, metadata: { ...cron.metadata, resourceVersion: '5', uid: 'u', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(last) } }, spec: { ...last.spec, filled: 'by a controller' }, status: { ready: true } };
  const { calls } = drive('kubectl apply -f -', (call) => (call.path !== undefined || call.options?.as !== undefined ? withCronTabs(call) : done(live)), { objects: [{ ...cron, spec: { cronSpec: '2' } }] });
  const sent = calls.find(({ verb }) => verb === 'patch');
  t.equal(sent?.patchType, 'merge');
  const { metadata, ...rest } = sent?.body as { readonly metadata: object };
  t.same(rest, { spec: { cronSpec: '2', old: null } }, 'what others set stays, what was applied and is gone is taken away');
  t.same(Object.keys(metadata), ['annotations'], 'nothing of the metadata but the annotation');
  t.end();
});

import t from 'tap';
import { alreadyExists, conflict, forbiddenStatus, invalidStatus, notFound, unauthorized } from '../../src/api/status.ts';
import { invalid, required } from '../../src/api/field-error.ts';
import type { ApiCall } from '../../src/api/wire.ts';
import type { ApiAnswer } from '../../src/kubectl/command.ts';
import { drive } from './drive.ts';

const pod = (name: string, more: { readonly labels?: Readonly<Record<string, string>>; readonly image?: string; readonly phase?: string } = {}): object => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '7', creationTimestamp: '2026-01-01T00:01:00Z', ...(more.labels === undefined ? {} : { labels: more.labels }) },
  spec: { containers: [{ name: 'main', image: more.image ?? 'nginx' }], nodeName: 'worker-1' },
  status: { phase: more.phase ?? 'Running', containerStatuses: [{ name: 'main', ready: true, restartCount: 0, image: '', imageID: '', state: { running: {} } }] },
});
const list = (...items: readonly object[]): ApiAnswer => ({ ok: true, code: 200, warnings: [], body: { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '9' }, items } });
const one = (body: object): ApiAnswer => ({ ok: true, code: 200, warnings: [], body });
const refuse = (status: object): ApiAnswer => ({ ok: false, code: 400, status: status as { message: string } });
const pods = { group: '', resource: 'pods' };

t.test('of several pods behind an owner the one that serves best is taken', (t) => {
  const at = (ready: string, more: { readonly restarts?: number; readonly created?: string; readonly phase?: string; readonly node?: string } = {}) => (name: string): object => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { app: 'x' }, creationTimestamp: more.created ?? '2026-01-01T00:00:01Z' }, spec: { containers: [{ name: `main-${name}`, image: 'nginx' }, { name: 'side', image: 'nginx' }], nodeName: more.node ?? 'worker-1' },
    status: { phase: more.phase ?? 'Running', conditions: ready === '' ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ready }], containerStatuses: [{ name: 'main', restartCount: more.restarts ?? 0 }] },
  });
  const [early, late] = ['2026-01-01T00:00:05Z', '2026-01-01T00:00:09Z'];
  const cases: readonly { readonly what: string; readonly a: (name: string) => object; readonly b: (name: string) => object; readonly logs: string; readonly exec: string }[] = [
    { what: 'on a node', a: at(early, { node: '' }), b: at(late), logs: 'b', exec: 'b' },
    { what: 'running before pending', a: at('', { phase: 'Pending' }), b: at(''), logs: 'b', exec: 'b' },
    { what: 'a phase of no rank', a: at('', { phase: 'Succeeded', created: late }), b: at('', { phase: 'Unknown' }), logs: 'a', exec: 'b' },
    { what: 'ready before not ready', a: at(''), b: at(late), logs: 'b', exec: 'b' },
    { what: 'ready for longer', a: at(late), b: at(early, { restarts: 2 }), logs: 'b', exec: 'b' },
    { what: 'restarts', a: at(early), b: at(early, { restarts: 2 }), logs: 'b', exec: 'a' },
    { what: 'older', a: at(early, { created: '2026-01-01T00:00:02Z' }), b: at(early), logs: 'b', exec: 'b' },
    { what: 'all the same', a: at(early), b: at(early), logs: 'a', exec: 'a' },
  ];
  for (const { what, a, b, logs, exec } of cases) {
    const asked: string[] = [];
    const api = (call: ApiCall): ApiAnswer => {
      if (call.resource === 'deployments') return one({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'x' } } } });
      if (call.verb === 'list') return list(a('a'), b('b'));
      asked.push(call.name);
      return refuse(notFound(pods, call.name));
    };
    drive('logs deploy/web', api);
    t.same(asked, [logs], `logs: ${what}`);
    t.match(drive('exec deploy/web -- ls', api).stderr, `out of: main-${exec}, side`, `exec: ${what}`);
  }
  t.end();
});

t.test('tables of kubectl get', (t) => {
  const api = (call: ApiCall): ApiAnswer => (call.resource === 'pods' && call.verb === 'list' ? list(pod('web', { labels: { app: 'x', tier: 'front' } }), pod('db')) : call.verb === 'list' ? list() : one(pod(call.name)));
  const cases: readonly { readonly line: string; readonly out?: string; readonly err?: string | RegExp; readonly exit?: number }[] = [
    { line: 'get pods', out: 'NAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running   0          40s\ndb     1/1     Running   0          40s\n' },
    { line: 'get pods --no-headers', out: 'web   1/1   Running   0     40s\ndb    1/1   Running   0     40s\n' },
    { line: 'get pods -A', out: 'NAMESPACE   NAME   READY   STATUS    RESTARTS   AGE\ndefault     web    1/1     Running   0          40s\ndefault     db     1/1     Running   0          40s\n' },
    { line: 'get pods --show-labels -L app', out: 'NAME   READY   STATUS    RESTARTS   AGE   APP   LABELS\nweb    1/1     Running   0          40s   x     app=x,tier=front\ndb     1/1     Running   0          40s         <none>\n' },
    { line: 'get pods --sort-by=.metadata.name -o name', out: 'pod/db\npod/web\n' },
    { line: 'get pods --sort-by=.spec.nothing', err: 'No resources found in default namespace.\n' },
    { line: 'get pods -o name --sort-by=.spec.nothing', err: 'error: couldn\'t find any field with path "{.spec.nothing}" in the list of objects\n', exit: 1 },
    { line: "get pods --sort-by='{.spec}'", err: /^F\d{4} [\d:.]+ +1 sorter\.go:375\] Field \{\.spec\} in \[\]\[\]\[\]reflect\.Value is an unsortable type: interface, err: unsortable type: map\[string\]interface \{\}\n$/, exit: 1 },
    { line: "get pods --sort-by='{.x' -o name", err: "error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'\n", exit: 1 },
    { line: 'get pod web --sort-by=.nope -o name', out: 'pod/web\n' },
    { line: 'get pods,cm --sort-by=.metadata.name', err: 'error: couldn\'t find any field with path "{.metadata.name}" in the list of objects\n', exit: 1 },
    { line: 'get ev', err: 'Warning: short name "ev" could also match lower priority resource events.events.k8s.io\nNo resources found in default namespace.\n' },
    { line: 'get ev.events.k8s.io', err: 'No resources found in default namespace.\n' },
    { line: 'get PODS -o name', out: 'pod/web\npod/db\n' },
    { line: 'get PO', err: 'error: the server doesn\'t have a resource type "PO"\n', exit: 1 },
    { line: 'get svc', err: 'No resources found in default namespace.\n' },
    { line: 'get svc -A', err: 'No resources found\n' },
    { line: 'get nodes', err: 'No resources found\n' },
    { line: 'get svc --ignore-not-found', out: '' },
    { line: 'get svc -o name', out: '' },
    { line: 'get pod/web cm/x', out: 'NAME      READY   STATUS    RESTARTS   AGE\npod/web   1/1     Running   0          40s\n\nNAME          DATA   AGE\nconfigmap/x   0      40s\n' },
    { line: 'get foos', err: 'error: the server doesn\'t have a resource type "foos"\n', exit: 1 },
    { line: 'get pods web -A', err: 'error: a resource cannot be retrieved by name across all namespaces\n', exit: 1 },
    { line: 'get pod web -o jsonpath={.metadata.name}', out: 'web' },
    { line: 'get pods -o custom-columns=N:.metadata.name', out: 'N\nweb\ndb\n' },
    { line: 'get pods -o jsonpath="{.items[*].metadata.name}"', out: 'web db' },
  ];
  for (const { line, out = '', err = '', exit = 0 } of cases) t.match(drive(line, api), { stdout: out, stderr: err, exit }, line);
  t.match(drive('get svc -o yaml', api).stdout, 'apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""\n');
  t.end();
});

t.test('requests have the forms that real kubectl sends', (t) => {
  const cases: readonly { readonly line: string; readonly calls: readonly object[] }[] = [
    { line: 'get pods -n shop -l app=x --field-selector a=b', calls: [{ verb: 'list', resource: 'pods', namespace: 'shop', options: { labelSelector: 'app=x', fieldSelector: 'a=b', limit: 500 } }] },
    { line: 'get pods -A', calls: [{ verb: 'list', namespace: '' }] },
    { line: 'get nodes worker-1 -n shop', calls: [{ verb: 'get', resource: 'nodes', namespace: '', name: 'worker-1' }] },
    { line: 'get deploy.apps web', calls: [{ group: 'apps', version: 'v1', resource: 'deployments', name: 'web' }] },
    { line: 'create ns shop', calls: [{ verb: 'create', resource: 'namespaces', namespace: '', options: { fieldManager: 'kubectl-create' }, body: { kind: 'Namespace', metadata: { name: 'shop' } } }] },
    { line: 'create deployment web --image=a -n shop --dry-run=server', calls: [{ verb: 'create', namespace: 'shop', options: { fieldManager: 'kubectl-create', dryRun: true } }] },
    { line: 'run web --image=a', calls: [{ verb: 'create', resource: 'pods', options: { fieldManager: 'kubectl-run' }, body: { metadata: { labels: { run: 'web' } }, spec: { restartPolicy: 'Always' } } }] },
    { line: 'delete pod web --wait=false', calls: [{ verb: 'delete', name: 'web', options: { propagationPolicy: 'Background' } }] },
    { line: 'delete pod web --wait=false --now --cascade=orphan', calls: [{ options: { propagationPolicy: 'Orphan', gracePeriodSeconds: 1 } }] },
    { line: 'delete pod web --force --grace-period=0', calls: [{ options: { gracePeriodSeconds: 0 } }] },
    { line: 'scale deploy web --replicas=4', calls: [{ verb: 'get' }, { verb: 'patch', subresource: 'scale', patchType: 'merge', body: { spec: { replicas: 4 } } }] },
    { line: 'label pod web a=b c-', calls: [{ verb: 'get' }, { verb: 'patch', patchType: 'merge', body: { metadata: { labels: { a: 'b', c: null } } }, options: { fieldManager: 'kubectl-label' } }] },
    { line: 'patch pod web -p \'{"a":1}\'', calls: [{ verb: 'get' }, { verb: 'patch', patchType: 'strategic', body: { a: 1 } }] },
    { line: 'cordon worker-1', calls: [{ verb: 'get', resource: 'nodes' }, { verb: 'patch', patchType: 'strategic', body: { spec: { unschedulable: true } } }] },
  ];
  for (const { line, calls } of cases) t.match(drive(line, (call) => (call.verb === 'list' ? list() : one(pod(call.name)))).calls, calls, line);
  t.end();
});

t.test('failures are worded as kubectl words them', (t) => {
  const problem = invalidStatus({ group: 'apps', kind: 'Deployment' }, 'web', [invalid('spec.replicas', -1, 'must be greater than or equal to 0')]);
  const problems = invalidStatus({ group: '', kind: 'Pod' }, 'web', [required('spec.a'), required('spec.b')]);
  const cases: readonly { readonly line: string; readonly answer: ApiAnswer; readonly err: string; readonly objects?: readonly object[] }[] = [
    { line: 'get pod nope', answer: refuse(notFound(pods, 'nope')), err: 'Error from server (NotFound): pods "nope" not found\n' },
    { line: 'get pods', answer: refuse(forbiddenStatus(pods, '', 'User "bob" cannot list resource "pods" in API group "" in the namespace "default"')), err: 'Error from server (Forbidden): pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"\n' },
    { line: 'get pods', answer: refuse(unauthorized()), err: 'error: You must be logged in to the server (Unauthorized)\n' },
    { line: 'get pods', answer: { ok: false, code: 0, unreachable: 'Unable to connect to the server: EOF' }, err: 'Unable to connect to the server: EOF\n' },
    { line: 'create deployment web --image=a', answer: refuse(problem), err: 'error: failed to create deployment: Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0\n' },
    { line: 'create -f x.yaml', answer: refuse(problems), objects: [pod('web')], err: 'The Pod "web" is invalid: \n* spec.a: Required value\n* spec.b: Required value\n' },
    { line: 'create -f x.yaml', answer: refuse(alreadyExists(pods, 'web')), objects: [pod('web')], err: 'Error from server (AlreadyExists): error when creating "STDIN": pods "web" already exists\n' },
    { line: 'create cm web', answer: refuse(alreadyExists({ group: '', resource: 'configmaps' }, 'web')), err: 'error: failed to create configmap: configmaps "web" already exists\n' },
    { line: 'replace -f x.yaml', answer: refuse(conflict(pods, 'web')), objects: [pod('web')], err: 'Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on pods "web": the object has been modified; please apply your changes to the latest version and try again\n' },
    { line: 'create -f x.yaml', answer: one({}), objects: [{ apiVersion: 'example.com/v1', kind: 'Foo', metadata: { name: 'f' } }], err: 'error: resource mapping not found for name: "f" namespace: "" from "STDIN": no matches for kind "Foo" in version "example.com/v1"\nensure CRDs are installed first\n' },
    { line: 'create -n shop -f x.yaml', answer: one({}), objects: [pod('web')], err: 'error: the namespace from the provided object "default" does not match the namespace "shop". You must pass \'--namespace=default\' to perform this operation.\n' },
  ];
  for (const { line, answer, err, objects } of cases) t.match(drive(line, () => answer, objects === undefined ? {} : { objects }), { stderr: err, exit: 1 }, err.slice(0, 60));
  const warned = drive('create ns x', () => ({ ok: true, code: 201, warnings: ['old field'], body: { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'x' } } }));
  t.match(warned, { stderr: 'Warning: old field\n', stdout: 'namespace/x created\n', exit: 0 });
  t.end();
});

t.test('apply compares what was, what is and what shall be', (t) => {
  const wanted = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } };
  const missing = refuse(notFound({ group: '', resource: 'configmaps' }, 'c'));
  const created = drive('apply -f x.yaml', (call) => (call.verb === 'get' ? missing : one(call.body ?? {})), { objects: [wanted] });
  t.match(created, { stdout: 'configmap/c created\n', exit: 0 });
  const sent = created.calls[1]?.body as { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
  const annotation = sent.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'];
  t.equal(annotation, '{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"c","namespace":"default"}}\n');
  t.match(created.calls[1]?.options, { fieldManager: 'kubectl-client-side-apply', fieldValidation: 'Strict' });
  const live = { ...sent, data: { a: '1', theirs: '2' }, metadata: { ...sent.metadata, resourceVersion: '5', uid: 'u' } };
  t.match(drive('apply -f x.yaml', () => one(live), { objects: [wanted] }), { stdout: 'configmap/c unchanged\n', calls: [{ verb: 'get' }] });
  const changed = drive('apply -f x.yaml', (call) => one(call.verb === 'get' ? live : { ...live, metadata: { ...live.metadata, resourceVersion: '6' } }), { objects: [{ ...wanted, data: { b: '2' } }] });
  t.match(changed, { stdout: 'configmap/c configured\n' });
  t.match(changed.calls[1], { verb: 'patch', patchType: 'strategic', body: { data: { a: null, b: '2' } } });
  const plain = drive('apply -f x.yaml', (call) => one(call.verb === 'get' ? { ...wanted, metadata: { name: 'c', namespace: 'default' } } : live), { objects: [wanted] });
  t.ok(plain.stderr.startsWith('Warning: resource configmaps/c is missing the kubectl.kubernetes.io/last-applied-configuration annotation'));
  t.end();
});

t.test('describe shows a pod as kubectl does', (t) => {
  const web = { ...pod('web', { labels: { app: 'x', tier: 'front' } }), status: { phase: 'Pending', podIP: '', qosClass: 'BestEffort', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] }, spec: { containers: [{ name: 'main', image: 'nginx', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }], resources: { requests: { cpu: '100m' } } }], tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }] } };
  const event = { kind: 'Event', metadata: { name: 'e', namespace: 'default' }, involvedObject: { kind: 'Pod', name: 'web' }, type: 'Warning', reason: 'FailedScheduling', message: '0/3 nodes are available', source: { component: 'default-scheduler' }, firstTimestamp: '2026-01-01T00:01:00Z', lastTimestamp: '2026-01-01T00:01:30Z', count: 3 };
  const { stdout } = drive('describe pod web', (call) => (call.resource === 'events' ? list(event) : one(web)));
  t.equal(stdout, [
    'Name:         web', 'Namespace:    default', 'Node:         <none>', 'Labels:       app=x', '              tier=front', 'Annotations:  <none>', 'Status:       Pending', 'IP:           ', 'IPs:          <none>',
    'Containers:', '  main:', '    Image:      nginx', '    Port:       80/TCP', '    Host Port:  0/TCP', '    Requests:', '      cpu:  100m', '    Environment:', '      A:     1', '    Mounts:  <none>',
    'Conditions:', '  Type           Status', '  PodScheduled   False ', 'Volumes:         <none>', 'QoS Class:       BestEffort', 'Node-Selectors:  <none>', 'Tolerations:     k:NoExecute op=Exists for 300s',
    'Events:', '  Type     Reason            Age                From               Message', '  ----     ------            ----               ----               -------',
    '  Warning  FailedScheduling  10s (x3 over 40s)  default-scheduler  0/3 nodes are available', '',
  ].join('\n'));
  t.match(drive('describe pod nope', (call) => (call.verb === 'get' ? refuse(notFound(pods, 'nope')) : list())), { stderr: 'Error from server (NotFound): pods "nope" not found\n', exit: 1 });
  t.match(drive('describe pod we', (call) => (call.verb === 'get' ? refuse(notFound(pods, 'we')) : call.resource === 'pods' ? list(web) : list())).stdout, /^Name: +web\n/);
  t.end();
});

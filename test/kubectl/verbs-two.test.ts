import t, { type Test } from 'tap';
import type { DaemonSet, Deployment } from '../../src/api/kinds/all.ts';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { accessCells, accessRows, type AccessRule } from '../../src/kubectl/access-rules.ts';
import { progressOf } from '../../src/kubectl/verbs/rollout/status.ts';
import { wordWrap } from '../../src/kubectl/word-wrap.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import { Session } from '../../src/repl/session.ts';

/** A line and what must come of it: texts exactly, patterns somewhere. Standard error is empty unless said otherwise. */
interface Case { readonly line: string; readonly exit?: number; readonly out?: string | RegExp; readonly err?: string | RegExp }

function sit(): Session {
  const topology = presets['default'] as Topology;
  const booted = bootedWorld(topology, 1);
  return new Session({ topology, seed: 1, lang: 'en', lessonsFolder: 'lessons', topologyOf: name => presets[name], ...(booted !== undefined ? { booted } : {}) });
}

/** One cluster that the lines only look at, and one that they change: booting takes time. */
const still = sit();
const busy = sit();

function check(t: Test, session: Session, cases: readonly Case[]): void {
  for (const { line, exit = 0, out, err } of cases) {
    const typed = session.run(line);
    t.equal(typed.exit, exit, `${line}: exit code`);
    if (typeof out === 'string') t.equal(typed.stdout, out, line); else if (out !== undefined) t.match(typed.stdout, out, line);
    if (err instanceof RegExp) t.match(typed.stderr, err, `${line}: standard error`); else t.equal(typed.stderr, err ?? '', `${line}: standard error`);
  }
}

t.test('what the server serves', t => {
  const session = still;
  check(t, session, [
    { line: 'kubectl api-resources', out: /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\nbindings +v1 +true +Binding\ncomponentstatuses +cs +v1 +false +ComponentStatus\nconfigmaps +cm +v1 +true +ConfigMap\n/ },
    { line: 'kubectl api-resources --api-group=apps', out: `NAME                  SHORTNAMES   APIVERSION   NAMESPACED   KIND
controllerrevisions                apps/v1      true         ControllerRevision
daemonsets            ds           apps/v1      true         DaemonSet
deployments           deploy       apps/v1      true         Deployment
replicasets           rs           apps/v1      true         ReplicaSet
statefulsets          sts          apps/v1      true         StatefulSet
` },
    { line: 'kubectl api-resources --api-group=apps --no-headers -o wide | grep deploy', out: /^deployments +deploy +apps\/v1 +true +Deployment +create,delete,deletecollection,get,list,patch,update,watch +all\n$/ },
    { line: 'kubectl api-resources --namespaced=false -o name', out: /^componentstatuses\nnamespaces\nnodes\npersistentvolumes\n[^]*clusterroles\.rbac\.authorization\.k8s\.io\n/ },
    { line: 'kubectl api-resources --verbs=list,get --no-headers | grep -c reviews', exit: 1, out: '0\n' },
    { line: 'kubectl api-resources --sort-by=kind -o name | grep role', out: ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].map((name) => `${name}.rbac.authorization.k8s.io\n`).join('') },
    { line: 'kubectl api-resources --sort-by=size', exit: 1, err: 'error: --sort-by accepts only name or kind\n' },
    { line: 'kubectl api-resources -o table', exit: 1, err: /^error: unable to match a printer suitable for the output format "table", allowed formats are: json,kyaml,name,wide,yaml\n$/ },
    { line: 'kubectl api-versions', out: /^admissionregistration\.k8s\.io\/v1\napiextensions\.k8s\.io\/v1\n[^]*\nstorage\.k8s\.io\/v1\nv1\n$/ },
    { line: 'kubectl version', out: 'Client Version: v1.35.2\nKustomize Version: v5.7.1\nServer Version: v1.35.2\n' },
    { line: 'kubectl version --client', out: 'Client Version: v1.35.2\nKustomize Version: v5.7.1\n' },
    { line: 'kubectl version -o json', out: /^\{\n {2}"clientVersion": \{\n {4}"major": "1",[^]*"serverVersion": \{\n {4}"major"/ },
    { line: 'kubectl version -o name', exit: 1, err: "error: --output must be 'yaml' or 'json'\n" },
    { line: 'kubectl cluster-info', out: /^Kubernetes control plane is running at https:\/\/10\.0\.0\.10:6443\nCoreDNS is running at https:\/\/10\.0\.0\.10:6443\/api\/v1\/namespaces\/kube-system\/services\/kube-dns:dns\/proxy\n\nTo further debug/ },
    { line: 'kubectl get --raw /readyz', out: 'ok' },
    { line: 'kubectl get --raw /api/v1/namespaces/default', out: /^\{"kind":"Namespace","apiVersion":"v1",/ },
    { line: 'kubectl get --raw /apis/apps/v1/namespaces/default/deployments', out: /^\{"kind":"DeploymentList","apiVersion":"apps\/v1","metadata":\{[^}]*\},"items":\[\]\}/ },
    { line: 'kubectl get --raw /api/v1/namespaces/nope', exit: 1, err: 'Error from server (NotFound): namespaces "nope" not found\n' },
  ]);
  t.end();
});

t.test('templates in files, and watch events as they are', t => {
  const folder = t.testdir({ path: '{.items[*].metadata.name}', go: '{{range .items}}{{.metadata.name}};{{end}}', columns: 'NAME   KIND\n.metadata.name .kind\n', uneven: 'NAME KIND\n.kind\n', header: 'NAME\n' });
  const cells = (text: string): string => text.replace(/ {2,}/g, '|');
  check(t, still, [
    { line: `kubectl get nodes -o jsonpath-file=${folder}/path`, out: 'cp-1 worker-1 worker-2' },
    { line: `kubectl get nodes -o go-template-file=${folder}/go`, out: 'cp-1;worker-1;worker-2;' },
    { line: `kubectl get nodes -o go-template-file --template=${folder}/go`, out: 'cp-1;worker-1;worker-2;' },
    { line: `kubectl get node cp-1 -o custom-columns-file=${folder}/columns`, out: 'NAME   KIND\ncp-1   Node\n' },
    { line: `kubectl get nodes -o custom-columns-file=${folder}/uneven`, exit: 1, err: "error: number of headers (2) and field specifications (1) don't match\n" },
    { line: `kubectl get nodes -o custom-columns-file=${folder}/header`, exit: 1, err: /^error: invalid template, missing spec line\. Expected format is one line/ },
    { line: 'kubectl get nodes -o jsonpath-file=/nope', exit: 1, err: 'error: error reading --template /nope, open /nope: no such file or directory\n' },
    { line: 'kubectl get nodes -o jsonpath-file', exit: 1, err: 'error: template format specified but no template given\n' },
    { line: 'kubectl get nodes -o custom=x', exit: 1, err: /^error: unable to match a printer suitable for the output format "custom=x", allowed formats are: custom-columns,/ },
    { line: 'kubectl get node cp-1 -w --output-watch-events -o name --request-timeout=1', out: 'node/cp-1\n' },
    { line: 'kubectl get node cp-1 -w --output-watch-events -o yaml --request-timeout=1', out: /^object:\n {2}apiVersion: v1\n[^]*\ntype: ADDED\n$/ },
  ]);
  t.match(cells(still.run('kubectl get nodes -w --output-watch-events --request-timeout=1').stdout), /^EVENT\|?.*NAME[^]*\nADDED\|cp-1\|Ready\|control-plane\|/);
  t.end();
});

t.test('explain', t => {
  const session = still;
  check(t, session, [
    { line: 'kubectl explain pods', out: /^KIND: {7}Pod\nVERSION: {4}v1\n\nDESCRIPTION:\n {4}Pod is a collection[^]*\n {4}\nFIELDS:\n {2}apiVersion\t<string>\n[^]*\n {2}spec\t<PodSpec>\n {4}Specification[^]*\n\n\n$/ },
    { line: 'kubectl explain deployment.spec.replicas', out: /^GROUP: {6}apps\nKIND: {7}Deployment\nVERSION: {4}v1\n\nFIELD: replicas <integer>\n\n\nDESCRIPTION:\n {4}Number of desired pods/ },
    { line: 'kubectl explain pods.spec.containers', out: /\nFIELD: containers <\[\]Container>\n[^]*\n {2}name\t<string> -required-\n/ },
    { line: 'kubectl explain deployments.apps.spec --api-version=apps/v1', out: /\nFIELD: spec <DeploymentSpec>\n[^]*\n {2}selector\t<LabelSelector> -required-\n/ },
    { line: 'kubectl explain hpa.spec --api-version=autoscaling/v1', out: /^GROUP: {6}autoscaling\nKIND: {7}HorizontalPodAutoscaler\nVERSION: {4}v1\n[^]*\n {2}targetCPUUtilizationPercentage\t<integer>\n/ },
    { line: 'kubectl explain pods --recursive | grep nodeName', out: '    nodeName\t<string>\n' },
    { line: 'kubectl explain pods.spec.shoes', exit: 1, err: 'error: field "shoes" does not exist\n' },
    { line: 'kubectl explain gadgets', exit: 1, err: 'the server doesn\'t have a resource type "gadgets"\n' },
    { line: 'kubectl explain deploy --api-version=batch/v1', exit: 1, err: 'error: couldn\'t find resource for "batch/v1, Resource=deployments"\n' },
    { line: 'kubectl explain', exit: 1, err: /^error: You must specify the type of resource to explain\. Use "kubectl api-resources"/ },
  ]);
  t.ok(JSON.stringify(session.toSave().journal).length < 100_000, 'descriptions of other types do not fill the journal');
  t.end();
});

t.test('rollouts', t => {
  const session = busy;
  session.run('kubectl create deployment web --image=images.example/web:1 --replicas=2');
  check(t, session, [
    { line: 'kubectl rollout status deploy/web --watch=false', out: /^Waiting for deployment / },
    { line: 'kubectl rollout status deploy/web --timeout=1s', exit: 1, out: /^Waiting for deployment /, err: 'error: timed out waiting for the condition\n' },
    { line: 'kubectl rollout status deploy/web', out: /^Waiting for deployment "web" rollout to finish: 0 of 2 updated replicas are available\.\.\.\n[^]*deployment "web" successfully rolled out\n$/ },
    { line: 'kubectl rollout status deploy/web --revision=9', exit: 1, err: 'error: desired revision (9) is different from the running revision (1)\n' },
    { line: 'kubectl rollout history deploy/web', out: 'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n\n' },
    { line: 'kubectl rollout undo deploy/web', exit: 1, err: 'error: no rollout history found for deployment "web"\n' },
    { line: 'kubectl set image deploy/web web=images.example/web:2', out: 'deployment.apps/web image updated\n' },
    { line: 'kubectl set image deploy/web web=images.example/web:2', out: '' },
    { line: 'kubectl annotate deploy/web kubernetes.io/change-cause=faster', out: 'deployment.apps/web annotated\n' },
    { line: 'kubectl rollout status deploy', out: /successfully rolled out\n$/ },
    { line: 'kubectl rollout history deploy web', out: 'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         faster\n\n' },
    { line: 'kubectl rollout history deploy/web --revision=2', out: /^deployment\.apps\/web with revision #2\nPod Template:\n {2}Labels:\tapp=web\n\tpod-template-hash=\w+\n {2}Annotations:\tkubernetes\.io\/change-cause: faster\n {2}Containers:\n {3}web:\n {4}Image:\timages\.example\/web:2\n/ },
    { line: 'kubectl rollout history deploy/web --revision=5', exit: 1, err: 'error: unable to find the specified revision\n' },
    { line: 'kubectl rollout undo deploy/web --to-revision=2', out: 'deployment.apps/web skipped rollback (current template already matches revision 2)\n' },
    { line: 'kubectl rollout undo deploy/web --to-revision=7', exit: 1, err: 'error: unable to find specified revision 7 in history\n' },
    { line: 'kubectl rollout undo deploy/web --dry-run=server', out: 'deployment.apps/web rolled back (server dry run)\n' },
    { line: 'kubectl rollout undo deploy/web', out: 'deployment.apps/web rolled back\n' },
    { line: 'kubectl rollout status deploy/web', out: /successfully rolled out\n$/ },
    { line: "kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[0].image} {.metadata.annotations}'", out: /^images\.example\/web:1 \{"deployment\.kubernetes\.io\/revision":"3"\}$/ },
    { line: 'kubectl rollout pause deploy/web', out: 'deployment.apps/web paused\n' },
    { line: 'kubectl rollout pause deploy/web', exit: 1, err: 'error: deployments.apps "web" is already paused\n' },
    { line: 'kubectl rollout restart deploy/web', exit: 1, err: 'error: deployments.apps "web" can\'t restart paused deployment (run rollout resume first)\n' },
    { line: 'kubectl rollout undo deploy/web', exit: 1, err: "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again\n" },
    { line: 'kubectl rollout resume deploy/web', out: 'deployment.apps/web resumed\n' },
    { line: 'kubectl rollout resume deploy/web', exit: 1, err: 'error: deployments.apps "web" is not paused\n' },
    { line: 'kubectl rollout restart deploy web', out: 'deployment.apps/web restarted\n' },
    { line: 'kubectl rollout restart svc/kubernetes', exit: 1, err: 'error: services "kubernetes" restarting is not supported\n' },
    { line: 'kubectl rollout restart svc/kubernetes pod/nope', exit: 1, err: /NotFound/ },
    { line: 'kubectl rollout status svc/kubernetes', exit: 1, err: 'error: no status viewer has been implemented for Service\n' },
    { line: 'kubectl rollout status deploy/nope', exit: 1, err: 'Error from server (NotFound): deployments.apps "nope" not found\n' },
    { line: 'kubectl rollout status', exit: 1, err: 'error: required resource not specified\n' },
    { line: 'kubectl rollout restart deploy -l app=none', err: 'No resources found in default namespace.\n' },
  ]);
  t.end();
});

t.test('set image', t => {
  const session = busy;
  session.run('kubectl create deployment shop --image=images.example/web:1');
  check(t, session, [
    { line: 'kubectl set image deploy/shop x=1', exit: 1, err: 'error: unable to find container named "x"\n' },
    { line: 'kubectl set image deploy/shop x=1 y=2', exit: 1, err: 'error: unable to find container named "x"\nerror: unable to find container named "y"\n' },
    { line: 'kubectl set image deploy/shop web=images.example/web:2 x=1', exit: 1, out: 'deployment.apps/shop image updated\n', err: 'error: unable to find container named "x"\n' },
    { line: "kubectl set image deploy -l app=shop '*=images.example/web:3'", out: 'deployment.apps/shop image updated\n' },
    { line: "kubectl set image deploy/shop '*=a' b=c", exit: 1, err: 'error: all containers are already specified by *, but saw more than one container_name=container_image pairs\n' },
    { line: 'kubectl set image deploy/shop web=a --dry-run=client', out: 'deployment.apps/shop image updated (dry run)\n' },
    { line: 'kubectl set image deploy/shop', exit: 1, err: 'error: at least one image update is required\n' },
    { line: 'kubectl set image svc/kubernetes a=b', exit: 1, err: 'error: services/kubernetes the object is not a pod or does not have a pod template: *v1.Service\n' },
    { line: 'kubectl set image deploy/shop web=', exit: 1, err: 'error: failed to patch image update to pod template: Deployment.apps "shop" is invalid: spec.template.spec.containers[0].image: Required value\n' },
  ]);
  t.end();
});

t.test('who may do what', t => {
  const session = still;
  session.run('kubectl create role reader --verb=get,list --resource=pods');
  session.run('kubectl create rolebinding readers --role=reader --user=jane');
  check(t, session, [
    { line: 'kubectl auth can-i create deployments', out: 'yes\n' },
    { line: 'kubectl auth can-i list pods --as=jane', out: 'yes\n' },
    { line: 'kubectl auth can-i delete pods --as=jane', exit: 1, out: 'no\n' },
    { line: 'kubectl auth can-i list pods --as=jane -n kube-system', exit: 1, out: 'no\n' },
    { line: 'kubectl auth can-i list pods --as=jane -q', out: '' },
    { line: 'kubectl auth can-i get pods --subresource=log --as=jane', exit: 1, out: 'no\n' },
    { line: 'kubectl auth can-i get /healthz --as=jane', out: 'yes\n' },
    { line: 'kubectl auth can-i list nodes', out: 'yes\n', err: "Warning: resource 'nodes' is not namespace scoped\n\n" },
    { line: 'kubectl auth can-i list nodes -A', out: 'yes\n' },
    { line: 'kubectl auth can-i list clusterroles', out: 'yes\n', err: "Warning: resource 'clusterroles' is not namespace scoped in group 'rbac.authorization.k8s.io'\n\n" },
    { line: 'kubectl auth can-i fly pods', out: 'yes\n', err: "Warning: verb 'fly' is not a known verb\n\n" },
    { line: 'kubectl auth can-i get gadgets', out: 'yes\n', err: "Warning: the server doesn't have a resource type 'gadgets'\n\n" },
    { line: 'kubectl auth can-i impersonate users', out: 'yes\n' },
    { line: 'kubectl auth can-i list', exit: 1, err: /^error: you must specify two arguments: verb resource or verb resource\/resourceName\.\n/ },
    { line: 'kubectl auth can-i --list --as=jane', out: /^Resources +Non-Resource URLs +Resource Names +Verbs\n[^]*\npods +\[\] +\[\] +\[get list\]\n/ },
    { line: 'kubectl auth can-i --list -A', exit: 1, err: "error: list option can't be specified with neither quiet, all-namespaces nor subresource options\n" },
    { line: 'kubectl auth whoami --as=jane --as-group=devs', out: 'ATTRIBUTE   VALUE\nUsername    jane\nGroups      [devs system:authenticated]\n' },
    { line: 'kubectl get pods --as=jane', err: 'No resources found in default namespace.\n' },
    { line: 'kubectl get nodes --as=jane', exit: 1, err: 'Error from server (Forbidden): nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope\n' },
  ]);
  t.end();
});

t.test('events', t => {
  const session = busy;
  check(t, session, [
    { line: 'kubectl events -n kube-public', err: 'No events found in kube-public namespace.\n' },
    { line: 'kubectl create deployment talk --image=images.example/web:1', out: /created/ },
    { line: 'kubectl rollout status deploy/talk', out: /rolled out/ },
    { line: 'kubectl events --for deploy/talk', out: /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n\d+s +Normal +ScalingReplicaSet +Deployment\/talk +Scaled up replica set talk-\w+ from 0 to 1\n$/ },
    { line: 'kubectl events --types=warning -n kube-public', err: 'No events found in kube-public namespace.\n' },
    { line: 'kubectl events -A --types=Normal | head -1', out: /^NAMESPACE +LAST SEEN/ },
    { line: 'kubectl events --types=Odd', exit: 1, err: 'error: valid --types are Normal or Warning\n' },
    { line: 'kubectl events --for pod', exit: 1, err: 'error: --for must be in resource/name form\n' },
    { line: 'kubectl events --for bogus/x', exit: 1, err: 'the server doesn\'t have a resource type "bogus"\n' },
    { line: 'kubectl events --for deploy/talk -o jsonpath={.kind},{.items[0].kind}', out: 'EventList,Event' },
    { line: 'kubectl events --for deploy/talk -w --no-headers', out: /^\d+s +Normal +ScalingReplicaSet/ },
  ]);
  t.end();
});

t.test('commands that ask the server say when nobody answers', t => {
  const session = still;
  session.run('fault crash cp-1/kube-apiserver');
  const refused = 'The connection to the server 10.0.0.10:6443 was refused - did you specify the right host or port?\n';
  check(t, session, [
    { line: 'kubectl version', exit: 1, out: 'Client Version: v1.35.2\nKustomize Version: v5.7.1\n', err: refused },
    ...['api-resources', 'api-versions', 'explain pods', 'cluster-info', 'events', 'auth can-i get pods', 'rollout status deploy/x', 'rollout restart deploy/x', 'set image deploy/x a=b']
      .map(words => ({ line: `kubectl ${words}`, exit: 1, out: '', err: refused })),
  ]);
  t.end();
});

t.test('rules are put together per resource and sorted by verbs', t => {
  const cases: readonly { readonly name: string; readonly rules: readonly AccessRule[]; readonly cells: readonly (readonly string[])[] }[] = [
    { name: 'verbs of two rules', rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }, { verbs: ['list'], apiGroups: [''], resources: ['pods'] }], cells: [['pods', '[]', '[]', '[get list]']] },
    { name: 'names stay apart', rules: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b'] }], cells: [['secrets', '[]', '[a]', '[get]'], ['secrets', '[]', '[b]', '[get]']] },
    { name: 'subresources of a group', rules: [{ verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments/scale'] }], cells: [['deployments.apps/scale', '[]', '[]', '[patch]']] },
    { name: 'everything first', rules: [{ verbs: ['get', 'head'], nonResourceURLs: ['/api'] }, { verbs: ['*'], nonResourceURLs: ['*'] }, { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], cells: [['*.*', '[]', '[]', '[*]'], ['', '[*]', '[]', '[*]'], ['', '[/api]', '[]', '[get]'], ['', '[/api]', '[]', '[head]']] },
  ];
  for (const { name, rules, cells } of cases) t.same(accessRows(rules).map(accessCells), cells, name);
  t.end();
});

t.test('words are wrapped as go-wordwrap wraps them', t => {
  const cases: readonly (readonly [text: string, width: number, lines: readonly string[]])[] = [
    ['one two three', 7, ['one two', 'three']],
    ['one two', 3, ['one', 'two']],
    ['a https://long.example/path b', 10, ['a', 'https://long.example/path', 'b']],
    ['first\n\n - second', 40, ['first', '', ' - second']],
    ['', 10, ['']],
  ];
  for (const [text, width, lines] of cases) t.same(wordWrap(text, width), lines, JSON.stringify(text));
  t.end();
});

t.test('how far a rollout has come', t => {
  const deployment = (status: object, more: object = {}): Deployment => ({ kind: 'Deployment', metadata: { name: 'web', generation: 2 }, spec: { replicas: 3, ...more }, status: { observedGeneration: 2, ...status } }) as unknown as Deployment;
  const set = (status: object, type = 'RollingUpdate'): DaemonSet => ({ kind: 'DaemonSet', metadata: { name: 'agent', generation: 1 }, spec: { updateStrategy: { type } }, status: { observedGeneration: 1, desiredNumberScheduled: 3, ...status } }) as unknown as DaemonSet;
  const cases: readonly (readonly [object: Deployment | DaemonSet, type: string, text: string])[] = [
    [deployment({ observedGeneration: 1 }), 'waiting', 'Waiting for deployment spec update to be observed...\n'],
    [deployment({ updatedReplicas: 1, replicas: 3 }), 'waiting', 'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...\n'],
    [deployment({ updatedReplicas: 3, replicas: 5 }), 'waiting', 'Waiting for deployment "web" rollout to finish: 2 old replicas are pending termination...\n'],
    [deployment({ updatedReplicas: 3, replicas: 3, availableReplicas: 2 }), 'waiting', 'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...\n'],
    [deployment({ updatedReplicas: 3, replicas: 3, availableReplicas: 3 }), 'done', 'deployment "web" successfully rolled out\n'],
    [deployment({ conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }), 'failed', 'deployment "web" exceeded its progress deadline'],
    [set({ observedGeneration: 0 }), 'waiting', 'Waiting for daemon set spec update to be observed...\n'],
    [set({ updatedNumberScheduled: 1 }), 'waiting', 'Waiting for daemon set "agent" rollout to finish: 1 out of 3 new pods have been updated...\n'],
    [set({ updatedNumberScheduled: 3, numberAvailable: 2 }), 'waiting', 'Waiting for daemon set "agent" rollout to finish: 2 of 3 updated pods are available...\n'],
    [set({ updatedNumberScheduled: 3, numberAvailable: 3 }), 'done', 'daemon set "agent" successfully rolled out\n'],
    [set({}, 'OnDelete'), 'failed', 'rollout status is only available for RollingUpdate strategy type'],
  ];
  for (const [object, type, text] of cases) {
    const progress = progressOf(object, 0);
    t.same([progress.type, progress.type === 'failed' ? progress.message : progress.text], [type, text], text);
  }
  t.end();
});

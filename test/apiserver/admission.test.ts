/** What admission plugins change, refuse and warn of. */
import t from 'tap';
import { type Answer, Cluster, message, pod, serviceAccount } from './harness.ts';

const shared = new Cluster({ verify: true }).settle();
shared.create(serviceAccount('default'));
const code = (answer: Answer): [number, string] => [answer.code, message(answer)];

function namespace(name: string, labels: Record<string, string> = {}): Answer {
  const made = shared.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  shared.create({ ...serviceAccount('default'), metadata: { name: 'default', namespace: name } });
  return made;
}
const secured = (level: string, version = 'latest', mode = 'enforce'): Record<string, string> => ({ [`pod-security.kubernetes.io/${mode}`]: level, [`pod-security.kubernetes.io/${mode}-version`]: version });

t.test('PodSecurity', t => {
  namespace('strict', secured('restricted'));
  namespace('base', secured('baseline'));
  namespace('old', secured('baseline', 'v1.18'));
  const inside = (where: string, spec: object, metadata: object = {}): Answer => shared.create(pod('web', { namespace: where, ...metadata }, spec), { options: { dryRun: true } });
  const container = (securityContext: object, more: object = {}): object => ({ containers: [{ name: 'c', image: 'i', securityContext, ...more }] });
  const good = { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } };
  const cases: readonly (readonly [string, object, string, object?])[] = [
    ['strict', {}, 'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'],
    ['strict', { ...container(good), volumes: [{ name: 'a', hostPath: { path: '/' } }, { name: 'b', nfs: { server: 's', path: '/' } }] }, 'restricted volume types (volumes "a", "b" use restricted volume types "hostPath", "nfs")'],
    ['strict', container({ ...good, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'CHOWN'] } }), 'unrestricted capabilities (container "c" must not include "CHOWN" in securityContext.capabilities.add)'],
    ['strict', container({ ...good, runAsNonRoot: false }), 'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)'],
    ['strict', { ...container(good), securityContext: { runAsUser: 0 } }, 'runAsUser=0 (pod must not set runAsUser=0)'],
    ['strict', { ...container({ ...good, seccompProfile: { type: 'Unconfined' } }), securityContext: { seccompProfile: { type: 'Unconfined' } } }, 'seccompProfile (pod and container "c" must not set securityContext.seccompProfile.type to "Unconfined")'],
    ['base', { hostNetwork: true, hostPID: true, ...container({}, { ports: [{ containerPort: 80, hostPort: 80 }] }) }, 'host namespaces (hostNetwork=true, hostPID=true), hostPort (container "c" uses hostPort 80)'],
    ['base', container({ privileged: true }), 'privileged (container "c" must not set securityContext.privileged=true)'],
    ['base', { containers: [{ name: 'c', image: 'i', securityContext: { capabilities: { add: ['SYS_ADMIN', 'NET_ADMIN'] } } }, { name: 'd', image: 'i', securityContext: { capabilities: { add: ['SYS_TIME'] } } }] }, 'non-default capabilities (containers "c", "d" must not include "NET_ADMIN", "SYS_ADMIN", "SYS_TIME" in securityContext.capabilities.add)'],
    ['base', { ...container({}), volumes: [{ name: 'a', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "a")'],
    ['base', { ...container({}), securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } } }, 'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)'],
    ['base', { ...container({}), securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }, { name: 'net.ipv4.tcp_rmem', value: '1' }] } }, 'forbidden sysctls (kernel.msgmax)'],
    ['base', container({}, { livenessProbe: { httpGet: { host: '10.0.0.1', port: 80 } } }), 'probe or lifecycle host (container "c" uses probe or lifecycle host "10.0.0.1")'],
    ['base', container({}), 'forbidden AppArmor profile (container.apparmor.security.beta.kubernetes.io/c="unconfined")', { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } }],
  ];
  for (const [where, spec, text, metadata] of cases) {
    t.same(code(inside(where, spec, metadata)), [403, `pods "web" is forbidden: violates PodSecurity "${where === 'strict' ? 'restricted' : 'baseline'}:latest": ${text}`], text);
  }
  t.equal(inside('strict', container(good)).code, 201, 'a pod that does everything right');
  t.equal(inside('base', {}).code, 201);
  t.equal(inside('old', container({}, { livenessProbe: { httpGet: { host: '10.0.0.1', port: 80 } } })).code, 201, 'an older version does not know newer checks');
  t.match(message(inside('old', container({ privileged: true }))), /violates PodSecurity "baseline:v1.18": privileged/);
  t.end();
});

t.test('PodSecurity warns', t => {
  namespace('loud', { ...secured('restricted', 'latest', 'warn'), ...secured('baseline', 'latest', 'audit') });
  const made = shared.create(pod('web', { namespace: 'loud' }, { hostNetwork: true }));
  t.equal(made.code, 201);
  t.match(made.warnings, [/^would violate PodSecurity "restricted:latest": host namespaces \(hostNetwork=true\), allowPrivilegeEscalation != false/]);
  shared.create(pod('web2', { namespace: 'loud' }));
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'loud' }, spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } };
  t.match(shared.create(deployment).warnings, [/^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "c"/], 'the author of a workload hears it too');
  shared.runSeconds(1);
  const label = (labels: Record<string, string>): Answer => shared.call('patch', 'Namespace', 'loud', { patchType: 'merge', body: { metadata: { labels } } });
  t.same(label({ 'pod-security.kubernetes.io/enforce': 'restricted' }).warnings, [
    'existing pods in namespace "loud" violate the new PodSecurity enforce level "restricted:latest"',
    'web2: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    'web: host namespaces, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
  ]);
  t.same(label({ 'pod-security.kubernetes.io/enforce': 'baseline' }).warnings, [], 'nothing to warn of when it gets looser');
  t.same(code(label({ 'pod-security.kubernetes.io/enforce': 'strong' })), [422, 'Namespace "loud" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strong": must be one of privileged, baseline, restricted']);
  t.same(code(namespace('bad', { 'pod-security.kubernetes.io/warn-version': '1.2' })), [422, 'Namespace "bad" is invalid: metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"']);
  t.end();
});

const object = (apiVersion: string, kind: string, name: string, where: string, more: object): object => ({ apiVersion, kind, metadata: { name, namespace: where }, ...more });
const amounts = (requests: object, limits: object = {}): object => ({ containers: [{ name: 'c', image: 'i', resources: { requests, limits } }] });

t.test('LimitRanger', t => {
  namespace('limited');
  shared.create(object('v1', 'LimitRange', 'l', 'limited', {
    spec: { limits: [
      { type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '200m' }, max: { cpu: '800m' }, min: { memory: '100Mi' }, maxLimitRequestRatio: { cpu: '4' } },
      { type: 'Pod', max: { memory: '1Gi' } }, { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } },
    ] },
  }));
  shared.runSeconds(1);
  const inside = (spec: object): Answer => shared.create(pod('web', { namespace: 'limited' }, spec), { options: { dryRun: true } });
  const good = inside(amounts({ memory: '200Mi' }, { memory: '400Mi' }));
  t.equal(good.code, 201);
  t.match(good.body, { metadata: { annotations: { 'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c' } }, spec: { containers: [{ resources: { requests: { cpu: '200m', memory: '200Mi' }, limits: { cpu: '500m', memory: '400Mi' } } }] } });
  const cases: readonly (readonly [object, string])[] = [
    [amounts({ memory: '50Mi' }, { memory: '60Mi' }), 'minimum memory usage per Container is 100Mi, but request is 50Mi'],
    [amounts({ memory: '200Mi', cpu: '900m' }, { cpu: '900m', memory: '200Mi' }), 'maximum cpu usage per Container is 800m, but limit is 900m'],
    [amounts({ memory: '200Mi', cpu: '100m' }, { memory: '200Mi' }), 'cpu max limit to request ratio per Container is 4, but provided ratio is 5.000000'],
    [amounts({ memory: '200Mi' }, { memory: '2Gi' }), 'maximum memory usage per Pod is 1Gi, but limit is 2Gi'],
    [amounts({ cpu: '1' }, { cpu: '1', memory: '50Mi' }), '[minimum memory usage per Container is 100Mi, but request is 50Mi, maximum cpu usage per Container is 800m, but limit is 1]'],
  ];
  for (const [spec, text] of cases) t.same(code(inside(spec)), [403, `pods "web" is forbidden: ${text}`], text);
  const claim = (storage: string): Answer => shared.create(object('v1', 'PersistentVolumeClaim', 'data', 'limited', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } } }), { options: { dryRun: true } });
  t.same(code(claim('500Mi')), [403, 'persistentvolumeclaims "data" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi']);
  t.same(code(claim('6Gi')), [403, 'persistentvolumeclaims "data" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi']);
  t.equal(claim('2Gi').code, 201);
  t.end();
});

/** A quota as its controller leaves it. */
function quota(name: string, where: string, hard: Record<string, string>, spec: object = {}): void {
  shared.create(object('v1', 'ResourceQuota', name, where, { spec: { hard, ...spec } }));
  const used = Object.fromEntries(Object.keys(hard).map(resource => [resource, '0']));
  shared.call('patch', 'ResourceQuota', `${where}/${name}`, { subresource: 'status', patchType: 'merge', body: { status: { hard, used } } });
  shared.runSeconds(1);
}

t.test('ResourceQuota', t => {
  namespace('small');
  const used = (name: string): object => shared.call('get', 'ResourceQuota', `small/${name}`).body.status.used;
  const make = (name: string, spec: object = amounts({ cpu: '1', memory: '1Gi' }, { cpu: '2' }), dryRun = false): Answer => shared.create(pod(name, { namespace: 'small' }, spec), dryRun ? { options: { dryRun } } : {});
  shared.create(object('v1', 'ResourceQuota', 'new', 'small', { spec: { hard: { pods: '5' } } }));
  shared.runSeconds(1);
  t.same(code(make('early')), [201, ''], 'a quota that says nothing yet in its status limits nothing');
  shared.call('delete', 'ResourceQuota', 'small/new');
  shared.runSeconds(1);
  quota('compute', 'small', { pods: '2', 'requests.cpu': '3', 'limits.cpu': '8', 'count/configmaps': '1' });
  t.same(code(make('a', {})), [403, 'pods "a" is forbidden: failed quota: compute: must specify limits.cpu for: c; requests.cpu for: c']);
  t.equal(make('a').code, 201);
  t.same(used('compute'), { pods: '1', 'requests.cpu': '1', 'limits.cpu': '2', 'count/configmaps': '0' }, 'counted before it is stored');
  t.equal(make('dry', undefined, true).code, 201);
  t.match(used('compute'), { pods: '1' }, 'a dry run is checked, not counted');
  t.same(code(make('big', amounts({ cpu: '5' }, { cpu: '7' }))), [403, 'pods "big" is forbidden: exceeded quota: compute, requested: limits.cpu=7,requests.cpu=5, used: limits.cpu=2,requests.cpu=1, limited: limits.cpu=8,requests.cpu=3']);
  t.equal(make('b').code, 201);
  t.same(code(make('c')), [403, 'pods "c" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=2, limited: pods=2']);
  t.equal(shared.create(object('v1', 'ConfigMap', 'one', 'small', {})).code, 201);
  t.same(code(shared.create(object('v1', 'ConfigMap', 'two', 'small', {}))), [403, 'configmaps "two" is forbidden: exceeded quota: compute, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1']);
  t.equal(shared.call('patch', 'ConfigMap', 'small/one', { patchType: 'merge', body: { data: { a: 'b' } } }).code, 200, 'a change that uses no more passes');
  t.end();
});

t.test('quotas at once and in scopes', t => {
  namespace('crowd');
  quota('five', 'crowd', { pods: '5' });
  quota('effort', 'crowd', { pods: '3' }, { scopes: ['BestEffort'] });
  const ids = Array.from({ length: 9 }, (_, i) => shared.begin('create', 'Pod', 'crowd/', { body: pod(`p${i}`, { namespace: 'crowd' }, i < 5 ? {} : amounts({ cpu: '1' })) }));
  const codes = ids.map(id => shared.answer(id).code);
  t.same([codes.filter(one => one === 201).length, codes.filter(one => one === 403).length], [5, 4], 'nobody takes a place twice');
  t.equal(codes.slice(0, 5).filter(one => one === 201).length, 3, 'the scope has a limit of its own');
  t.same(shared.call('get', 'ResourceQuota', 'crowd/five').body.status.used, { pods: '5' });
  t.same(shared.call('get', 'ResourceQuota', 'crowd/effort').body.status.used, { pods: '3' });
  namespace('ports');
  quota('q', 'ports', { services: '2', 'services.nodeports': '1', 'requests.storage': '10Gi', 'gold.storageclass.storage.k8s.io/requests.storage': '5Gi' });
  const service = (name: string, type: string, ports: number[]): Answer => shared.create(object('v1', 'Service', name, 'ports', { spec: { type, ports: ports.map(port => ({ port, name: `p${port}` })) } }));
  t.match(message(service('n', 'NodePort', [80, 81])), /exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1/);
  t.equal(service('c', 'ClusterIP', [80]).code, 201);
  t.match(message(shared.call('patch', 'Service', 'ports/c', { patchType: 'merge', body: { spec: { type: 'NodePort', ports: [{ port: 80, name: 'a' }, { port: 81, name: 'b' }] } } })), /services "c" is forbidden: exceeded quota: q, requested: services.nodeports=2/);
  const claim = (name: string, storage: string): Answer => shared.create(object('v1', 'PersistentVolumeClaim', name, 'ports', { spec: { storageClassName: 'gold', accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } } }));
  t.match(message(claim('big', '6Gi')), /requested: gold.storageclass.storage.k8s.io\/requests.storage=6Gi, used: gold.storageclass.storage.k8s.io\/requests.storage=0, limited: gold.storageclass.storage.k8s.io\/requests.storage=5Gi$/);
  t.equal(claim('fits', '4Gi').code, 201);
  t.end();
});

t.test('eviction asks the disruption budget', t => {
  namespace('guarded');
  const labels = { app: 'web' };
  const status = (more: object): Answer => shared.call('patch', 'PodDisruptionBudget', 'guarded/web', { subresource: 'status', patchType: 'merge', body: { status: { observedGeneration: 1, currentHealthy: 2, desiredHealthy: 2, expectedPods: 2, disruptionsAllowed: 0, ...more } } });
  const ready = (name: string, value: string): Answer => shared.call('patch', 'Pod', `guarded/${name}`, { subresource: 'status', patchType: 'merge', body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: value }] } } });
  const evict = (name: string, options = {}): Answer => shared.call('create', 'Pod', `guarded/${name}`, { subresource: 'eviction', body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'guarded' } }, ...options });
  for (const name of ['a', 'b', 'c', 'd']) { shared.create(pod(name, { namespace: 'guarded', labels }, { nodeName: 'worker-1' })); ready(name, 'True'); }
  shared.create(object('policy/v1', 'PodDisruptionBudget', 'web', 'guarded', { spec: { minAvailable: 2, selector: { matchLabels: labels } } }));
  shared.runSeconds(1);
  const unseen = evict('a');
  t.same(code(unseen), [429, "Cannot evict pod as it would violate the pod's disruption budget."]);
  t.match(unseen.body.details, { retryAfterSeconds: 10, causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web is still being processed by the server.' }] });
  status({});
  shared.runSeconds(1);
  t.match(evict('a').body.details.causes, [{ reason: 'DisruptionBudget', message: 'The disruption budget web needs 2 healthy pods and has 2 currently' }]);
  status({ disruptionsAllowed: 1, currentHealthy: 3 });
  shared.runSeconds(1);
  t.equal(evict('a', { options: { dryRun: true } }).code, 201);
  t.equal(evict('a').code, 201);
  t.match(shared.call('get', 'Pod', 'guarded/a').body.status.conditions, [{ type: 'Ready' }, { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }]);
  t.match(shared.call('get', 'PodDisruptionBudget', 'guarded/web').body.status, { disruptionsAllowed: 0, disruptedPods: { a: /^2026/ }, conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }] });
  t.equal(evict('b').code, 429, 'the place was taken');
  ready('b', 'False');
  shared.runSeconds(1);
  t.equal(evict('b').code, 201, 'a pod that is not ready is no loss while enough are');
  shared.create(object('policy/v1', 'PodDisruptionBudget', 'second', 'guarded', { spec: { maxUnavailable: 1, selector: { matchLabels: labels } } }));
  shared.runSeconds(1);
  t.same(code(evict('c')), [500, 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.']);
  t.same(code(shared.call('create', 'Pod', 'guarded/c', { subresource: 'eviction', body: { metadata: { name: 'd' } } })), [400, 'name in URL does not match name in Eviction object']);
  t.equal(evict('none').code, 404);
  t.end();
});

t.test('classes and protection', t => {
  const dry = { options: { dryRun: true } };
  const claim = (spec: object = {}): object => object('v1', 'PersistentVolumeClaim', 'data', 'default', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec } });
  t.equal(shared.create(claim(), dry).body.spec.storageClassName, undefined);
  const storageClass = (name: string, more: object = {}): object => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'example.com/disk', ...more });
  shared.create(storageClass('old'));
  shared.runSeconds(2);
  shared.create(storageClass('new', { allowVolumeExpansion: true }));
  shared.runSeconds(1);
  t.match(shared.create(claim(), dry).body, { spec: { storageClassName: 'new' }, metadata: { finalizers: ['kubernetes.io/pvc-protection'] } }, 'the newest default');
  t.equal(shared.create(claim({ storageClassName: '' }), dry).body.spec.storageClassName, '', 'none is a choice');
  shared.create(claim());
  const grow = (): Answer => shared.call('patch', 'PersistentVolumeClaim', 'default/data', { patchType: 'merge', body: { spec: { resources: { requests: { storage: '2Gi' } } } } });
  t.same(grow().code === 200, false);
  t.match(message(grow()), /Only bound persistent volume claims can be expanded|spec is immutable/);
  shared.create({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'main', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }, spec: { controller: 'example.com/ingress' } });
  shared.create({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'kata' }, handler: 'kata', overhead: { podFixed: { memory: '120Mi' } }, scheduling: { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] } });
  shared.runSeconds(1);
  const ingress = object('networking.k8s.io/v1', 'Ingress', 'in', 'default', { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } });
  t.equal(shared.create(ingress, dry).body.spec.ingressClassName, 'main');
  const inKata = (spec: object = {}, runtimeClassName = 'kata'): Answer => shared.create(pod('vm', {}, { runtimeClassName, ...spec }), dry);
  t.match(inKata().body.spec, { overhead: { memory: '120Mi' }, nodeSelector: { vm: 'yes' } });
  t.ok(inKata().body.spec.tolerations.some((toleration: any) => toleration.key === 'vm'));
  t.same(code(inKata({}, 'none')), [403, 'pods "vm" is forbidden: pod rejected: RuntimeClass "none" not found']);
  t.same(code(inKata({ nodeSelector: { vm: 'no' } })), [403, 'pods "vm" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no']);
  t.same(code(inKata({ overhead: { memory: '1Mi' } })), [403, "pods \"vm\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"]);
  t.end();
});

t.test('ServiceAccount and Priority: what they refuse', t => {
  const mirror = (spec: object = {}): Answer => shared.create(pod('static', { annotations: { 'kubernetes.io/config.mirror': 'abc' } }, { nodeName: 'n', ...spec }), { options: { dryRun: true } });
  t.equal(mirror().code, 201);
  t.same(code(mirror({ serviceAccountName: 'default' })), [403, 'pods "static" is forbidden: a mirror pod may not reference service accounts']);
  t.same(code(mirror({ volumes: [{ name: 's', secret: { secretName: 's' } }] })), [403, 'pods "static" is forbidden: a mirror pod may not reference secrets']);
  shared.create({ ...serviceAccount('tight'), metadata: { name: 'tight', namespace: 'default', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } }, secrets: [{ name: 'mine' }] });
  const tight = (spec: object): Answer => shared.create(pod('p', {}, { serviceAccountName: 'tight', ...spec }), { options: { dryRun: true } });
  const reads = (name: string): object => ({ name: 'c', image: 'i', env: [{ name: 'E', valueFrom: { secretKeyRef: { name, key: 'k' } } }] });
  const because = 'is not allowed because service account tight does not reference that';
  t.equal(tight({ containers: [reads('mine')], volumes: [{ name: 's', secret: { secretName: 'mine' } }] }).code, 201);
  t.same(code(tight({ volumes: [{ name: 's', secret: { secretName: 'yours' } }] })), [403, `pods "p" is forbidden: volume with secret.secretName="yours" ${because} secret`]);
  t.same(code(tight({ containers: [reads('yours')] })), [403, `pods "p" is forbidden: container c with envVar E referencing secret.secretName="yours" ${because} secret`]);
  t.same(code(tight({ initContainers: [{ ...reads('yours'), name: 'first' }] })), [403, `pods "p" is forbidden: init container first with envVar E referencing secret.secretName="yours" ${because} secret`]);
  t.same(code(tight({ imagePullSecrets: [{ name: 'yours' }] })), [403, `pods "p" is forbidden: imagePullSecrets[0].name="yours" ${because} imagePullSecret`]);
  t.same(code(tight({ containers: [{ name: 'c', image: 'i', envFrom: [{ secretRef: { name: 'yours' } }] }] })), [403, `pods "p" is forbidden: container c with envFrom referencing secret.secretName="yours" ${because} secret`]);
  t.equal(shared.create(pod('debugged', {}, { serviceAccountName: 'tight' })).code, 201);
  const debug = (more: object): Answer => shared.call('patch', 'Pod', 'default/debugged', { subresource: 'ephemeralcontainers', patchType: 'strategic', body: { spec: { ephemeralContainers: [{ name: 'd', image: 'i', ...more }] } }, options: { dryRun: true } });
  t.equal(debug({ env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'mine', key: 'k' } } }] }).code, 200);
  t.same(code(debug({ env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'yours', key: 'k' } } }] })), [500, `ephemeral container d with envVar E referencing secret.secretName="yours" ${because} secret`]);
  t.same(code(debug({ envFrom: [{ secretRef: { name: 'yours' } }] })), [500, `ephemeral container d with envFrom referencing secret.secretName="yours" ${because} secret`]);
  const priorityClass = (name: string): object => ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value: 10, globalDefault: true });
  t.equal(shared.create(priorityClass('usual')).code, 201);
  shared.runSeconds(1);
  t.same(code(shared.create(priorityClass('other'))), [403, 'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist']);
  t.equal(shared.call('patch', 'PriorityClass', 'usual', { patchType: 'merge', body: { description: 'mine' } }).code, 200, 'itself it may change');
  const made: any = shared.create(pod('kept')).body;
  t.equal(made.spec.priority, 10);
  const { priority: _priority, preemptionPolicy: _policy, ...spec } = made.spec;
  t.match(shared.call('update', 'Pod', 'default/kept', { body: { ...made, spec } }).body, { spec: { priority: 10, preemptionPolicy: 'PreemptLowerPriority' } }, 'left out is not changed');
  t.end();
});

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

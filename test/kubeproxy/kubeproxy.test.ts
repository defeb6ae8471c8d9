import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import type { Service } from '../../src/api/kinds/core/service.ts';
import type { EndpointSlice } from '../../src/api/kinds/discovery/endpoint-slice.ts';
import { endpointChain, serviceChain } from '../../src/kubeproxy/chain-names.ts';
import { kernelRules, type KubeProxyState } from '../../src/kubeproxy/proxy.ts';
import { iptablesSave, probabilityText } from '../../src/kubeproxy/render.ts';
import { route } from '../../src/kubeproxy/route.ts';
import { serviceRules, type ServiceRules } from '../../src/kubeproxy/rules.ts';
import { Cluster } from '../kubelet/cluster.ts';

const cx = { clusterCIDR: '10.244.0.0/16', nodeName: 'worker-1' };

function service(name: string, spec: object = {}): Service {
  return deepFreeze({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { clusterIP: '10.96.0.50', ports: [{ port: 80, protocol: 'TCP' }], ...spec } }) as Service;
}

function slice(name: string, ips: readonly string[], conditions: object = { ready: true }): EndpointSlice {
  const endpoints = ips.map((ip, i) => ({ addresses: [ip], conditions, nodeName: `worker-${i + 1}` }));
  return deepFreeze({
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: `${name}-abcde`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4', ports: [{ port: 8080, protocol: 'TCP' }], endpoints,
  }) as EndpointSlice;
}

const rulesOf = (one: Service, slices: readonly EndpointSlice[]): ServiceRules => {
  const rules = serviceRules(one, slices, cx);
  if (rules === undefined) throw new Error('no rules');
  return rules;
};

t.test('chain names are the hashes that real dumps show', t => {
  const cases = [
    { want: 'KUBE-SVC-NPX46M4PTMTKRN6Y', got: serviceChain('SVC', 'default/kubernetes:https', 'tcp') },
    { want: 'KUBE-SVC-TCOU7JCQXEZGVUNU', got: serviceChain('SVC', 'kube-system/kube-dns:dns', 'udp') },
    { want: 'KUBE-SVC-ERIFXISQEP7F7OF4', got: serviceChain('SVC', 'kube-system/kube-dns:dns-tcp', 'tcp') },
    { want: 'KUBE-SVC-L65ENXXZWWSAPRCR', got: serviceChain('SVC', 'default/my-nginx', 'tcp') },
    { want: 'KUBE-SEP-ZXMNUKOKXUTL2MK2', got: endpointChain('kube-system/kube-dns:dns-tcp', 'tcp', '10.244.0.3:53') },
  ];
  for (const { want, got } of cases) t.equal(got, want);
  t.end();
});

t.test('probabilities are printed as iptables keeps them', t => {
  for (const [oneIn, want] of [[2, '0.50000000000'], [3, '0.33333333349'], [4, '0.25000000000'], [5, '0.20000000019'], [7, '0.14285714272'], [10, '0.10000000009']] as const) t.equal(probabilityText(oneIn), want);
  t.end();
});

t.test('a service with three endpoints: shares of a third, a half, and the rest', t => {
  const lines = iptablesSave([rulesOf(service('web'), [slice('web', ['10.244.1.2', '10.244.2.2', '10.244.3.2'])])]);
  const svc = serviceChain('SVC', 'default/web', 'tcp');
  const sep = (ip: string): string => endpointChain('default/web', 'tcp', `${ip}:8080`);
  t.ok(lines.includes(`-A KUBE-SERVICES -d 10.96.0.50/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j ${svc}`));
  t.strictSame(lines.filter(line => line.startsWith(`-A ${svc} `)), [
    `-A ${svc} ! -s 10.244.0.0/16 -d 10.96.0.50/32 -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ`,
    `-A ${svc} -m comment --comment "default/web -> 10.244.1.2:8080" -m statistic --mode random --probability 0.33333333349 -j ${sep('10.244.1.2')}`,
    `-A ${svc} -m comment --comment "default/web -> 10.244.2.2:8080" -m statistic --mode random --probability 0.50000000000 -j ${sep('10.244.2.2')}`,
    `-A ${svc} -m comment --comment "default/web -> 10.244.3.2:8080" -j ${sep('10.244.3.2')}`,
  ]);
  t.strictSame(lines.filter(line => line.startsWith(`-A ${sep('10.244.1.2')} `)), [
    `-A ${sep('10.244.1.2')} -s 10.244.1.2/32 -m comment --comment "default/web" -j KUBE-MARK-MASQ`,
    `-A ${sep('10.244.1.2')} -p tcp -m comment --comment "default/web" -m tcp -j DNAT --to-destination 10.244.1.2:8080`,
  ]);
  t.equal(lines.at(-2), '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS');
  t.end();
});

t.test('services without endpoints refuse, headless ones have no rules', t => {
  const lines = iptablesSave([rulesOf(service('web', { ports: [{ name: 'http', port: 80 }] }), [])]);
  t.ok(lines.includes('-A KUBE-SERVICES -d 10.96.0.50/32 -p tcp -m comment --comment "default/web:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable'));
  t.equal(serviceRules(service('headless', { clusterIP: 'None' }), [], cx), undefined);
  t.equal(serviceRules(service('name', { type: 'ExternalName' }), [], cx), undefined);
  t.end();
});

t.test('connections: shares, refusal, node ports, terminating endpoints, local traffic policy', t => {
  const draws = (list: readonly number[]) => { let at = 0; return (bound: number): number => (list[at++] ?? 0) % bound; };
  const three = [slice('web', ['10.244.1.2', '10.244.2.2', '10.244.3.2'])];
  const plain = [rulesOf(service('web', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }), three)];
  const to = { ip: '10.96.0.50', port: 80, source: '10.244.1.9' };
  t.match(route(plain, to, draws([0])), { result: 'endpoint', address: '10.244.1.2:8080', masqueraded: false });
  t.match(route(plain, to, draws([1, 0])), { address: '10.244.2.2:8080' });
  t.match(route(plain, to, draws([1, 1])), { address: '10.244.3.2:8080' });
  t.match(route(plain, { ...to, source: '10.0.0.99' }, draws([0])), { masqueraded: true });
  t.match(route(plain, { ip: '10.0.0.21', port: 30080, nodeAddresses: ['10.0.0.21'], source: '10.0.0.99' }, draws([0])), { result: 'endpoint', masqueraded: true, chains: ['KUBE-NODEPORTS', /^KUBE-EXT-/, /^KUBE-SVC-/, /^KUBE-SEP-/] });
  t.match(route(plain, { ...to, port: 81 }, draws([])), { result: 'direct' });
  t.match(route([rulesOf(service('web'), [])], to, draws([])), { result: 'refused', why: 'default/web has no endpoints' });
  t.match(route([rulesOf(service('web'), [slice('web', ['10.244.1.2'], { ready: false })])], to, draws([])), { result: 'refused' });
  t.match(route([rulesOf(service('web'), [slice('web', ['10.244.1.2'], { ready: false, serving: true, terminating: true })])], to, draws([])), { address: '10.244.1.2:8080' });
  const local = [rulesOf(service('web', { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30080 }] }), three)];
  t.match(route(local, { ip: '10.0.0.21', port: 30080, nodeAddresses: ['10.0.0.21'], source: '10.0.0.99' }, draws([0])), { address: '10.244.1.2:8080', masqueraded: false });
  t.end();
});

t.test('every node has the same rules, they outlive kube-proxy, and syncs are a second apart', t => {
  const cluster = new Cluster({ nodes: 2, proxy: true });
  const rules = (node: string): readonly ServiceRules[] => kernelRules(cluster.kernel.process(`${node}/kube-proxy`)?.disk as never);
  cluster.request('create', 'Service', 'default/web', service('web'));
  cluster.request('create', 'EndpointSlice', 'default/web-abcde', slice('web', ['10.244.1.2', '10.244.2.2']));
  cluster.run(3);
  t.equal(rules('worker-1')[0]?.endpoints, 2);
  t.equal(rules('worker-1')[0], rules('worker-2')[0], 'one rule set, shared');
  const events = cluster.kernel.stateOf<KubeProxyState>('worker-1/kube-proxy')?.writes ?? 0;
  for (let i = 0; i < 20; i++) cluster.request('update', 'EndpointSlice', 'default/web-abcde', slice('web', ['10.244.1.2', `10.244.2.${i + 3}`]));
  cluster.run(3);
  t.ok((cluster.kernel.stateOf<KubeProxyState>('worker-1/kube-proxy')?.writes ?? 0) - events <= 2, 'twenty changes in a moment are one or two syncs');
  cluster.kernel.crash('worker-2/kube-proxy');
  cluster.request('update', 'EndpointSlice', 'default/web-abcde', slice('web', ['10.244.1.2']));
  cluster.run(3);
  t.equal(rules('worker-1')[0]?.endpoints, 1);
  t.equal(rules('worker-2')[0]?.endpoints, 2, 'stale rules stay');
  cluster.kernel.restart('worker-2/kube-proxy');
  cluster.run(1);
  t.equal(rules('worker-2')[0]?.endpoints, 1);
  cluster.kernel.crash('worker-2/kube-proxy');
  cluster.request('delete', 'Service', 'default/web');
  cluster.kernel.restart('worker-2/kube-proxy');
  cluster.run(1);
  t.equal(rules('worker-2').length, 0, 'what went while it was away is removed');
  t.end();
});

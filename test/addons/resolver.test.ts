import t from 'tap';
import type { Service } from '../../src/api/kinds/core/service.ts';
import type { EndpointSlice } from '../../src/api/kinds/discovery/endpoint-slice.ts';
import { corednsManifests } from '../../src/addons/coredns.ts';
import { type DnsView, lookUp, resolvConf, searchNames } from '../../src/addons/resolver.ts';

const services: Readonly<Record<string, object>> = {
  'shop/db': { clusterIP: '10.96.4.4', ports: [{ name: 'sql', port: 5432 }] },
  'shop/peers': { clusterIP: 'None' },
  'shop/outside': { type: 'ExternalName', externalName: 'db.example.com' },
};
const view: DnsView = {
  service: (namespace, name) => { const spec = services[`${namespace}/${name}`]; return spec === undefined ? undefined : { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec } as Service; },
  slices: (_namespace, name) => (name !== 'peers' ? [] : [{ endpoints: [{ addresses: ['10.244.1.5'], hostname: 'peer-0', conditions: { ready: true } }, { addresses: ['10.244.2.5'], conditions: { ready: false } }] } as unknown as EndpointSlice]),
  hasNamespace: name => name === 'shop' || name === 'default',
};

t.test('names are answered as CoreDNS answers them', t => {
  const cases = [
    { name: 'db', from: 'shop', want: { name: 'db.shop.svc.cluster.local', answer: { code: 'NOERROR', addresses: ['10.96.4.4'] } } },
    { name: 'db', from: 'default', want: { name: 'db', answer: { code: 'OUTSIDE' } } },
    { name: 'db.shop', from: 'default', want: { name: 'db.shop.svc.cluster.local', tried: ['db.shop.default.svc.cluster.local', 'db.shop.svc.cluster.local'] } },
    { name: 'db.shop.svc.cluster.local.', from: 'default', want: { tried: ['db.shop.svc.cluster.local'], answer: { code: 'NOERROR', addresses: ['10.96.4.4'] } } },
    { name: 'peers', from: 'shop', want: { answer: { code: 'NOERROR', addresses: ['10.244.1.5'] } } },
    { name: 'peer-0.peers', from: 'shop', want: { answer: { code: 'NOERROR', addresses: ['10.244.1.5'] } } },
    { name: '_sql._tcp.db.shop.svc.cluster.local', from: 'default', want: { answer: { code: 'NOERROR', addresses: ['10.96.4.4'] } } },
    { name: '10-244-1-5.shop.pod.cluster.local', from: 'default', want: { answer: { code: 'NOERROR', addresses: ['10.244.1.5'] } } },
    { name: 'outside', from: 'shop', want: { answer: { code: 'NOERROR', addresses: [], cname: 'db.example.com' } } },
    { name: 'nobody.shop.svc.cluster.local.', from: 'shop', want: { answer: { code: 'NXDOMAIN' } } },
    { name: 'example.com', from: 'shop', want: { answer: { code: 'OUTSIDE' }, name: 'example.com' } },
  ];
  for (const { name, from, want } of cases) t.match(lookUp(name, from, view), want, `${name} from ${from}`);
  t.strictSame(searchNames('db.shop', 'web'), ['db.shop.web.svc.cluster.local', 'db.shop.svc.cluster.local', 'db.shop.cluster.local', 'db.shop']);
  t.equal(resolvConf('web', '10.96.0.10'), 'search web.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n');
  t.strictSame(corednsManifests.map(object => object.kind), ['ConfigMap', 'ClusterRole', 'ClusterRoleBinding', 'ServiceAccount', 'Service', 'Deployment']);
  t.end();
});

/** Who somebody is and what he may do: tokens, impersonation, RBAC and its escalation checks, the Node authorizer, reviews. */
import t from 'tap';
import { deepFreeze, micros } from '../../src/base/data.ts';
import { decodeBase64Text, encodeBase64Text } from '../../src/api/base64.ts';
import { legacyClaims, signJwt } from '../../src/api/jwt.ts';
import { formatTime } from '../../src/api/time.ts';
import type { Credential, Impersonation } from '../../src/api/wire.ts';
import type { AuditPolicy } from '../../src/apiserver/audit/policy.ts';
import { newDrops, turnAway } from '../../src/apiserver/fairness/retry-after.ts';
import { admin, type Answer, type CallOptions, callOf, Cluster, configMap, message, pod, serviceAccount, user } from './harness.ts';

const shared = new Cluster({ verify: true }).settle();
shared.create(serviceAccount('default'));
const code = (answer: Answer): [number, string] => [answer.code, message(answer)];
const RBAC = 'rbac.authorization.k8s.io';
const rbac = (kind: string, name: string, more: object): object => ({ apiVersion: `${RBAC}/v1`, kind, metadata: { name, ...(kind.startsWith('Cluster') ? {} : { namespace: 'default' }) }, ...more });
const rule = (verbs: string[], resources: string[], apiGroups = ['']): object => ({ verbs, apiGroups, resources });
const subject = (kind: string, name: string): object => (kind === 'ServiceAccount' ? { kind, name, namespace: 'default' } : { kind, name, apiGroup: RBAC });
const roleRef = (kind: string, name: string): object => ({ apiGroup: RBAC, kind, name });
const token = (body: object, account = 'default'): Answer => shared.call('create', 'ServiceAccount', `default/${account}`, { subresource: 'token', body: deepFreeze({ spec: body }) });
const bearer = (answer: Answer): Credential => deepFreeze({ type: 'token', token: answer.body.status.token });

t.test('service account tokens', t => {
  const plain = token({});
  t.equal(plain.code, 201);
  const [, payload = ''] = plain.body.status.token.split('.');
  const claims = JSON.parse(decodeBase64Text(payload));
  t.match(claims, { aud: ['https://kubernetes.default.svc.cluster.local'], iss: 'https://kubernetes.default.svc.cluster.local', sub: 'system:serviceaccount:default:default', 'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default' } } });
  t.equal(claims.exp - claims.iat, 3600, 'an hour unless asked otherwise');
  t.match(message(shared.list('Secret').kind === 'SecretList' ? shared.call('list', 'Secret', 'default/', { as: bearer(plain) }) : plain), /User "system:serviceaccount:default:default" cannot list resource "secrets"/);
  const [head, , signature] = plain.body.status.token.split('.');
  const forged = encodeBase64Text(JSON.stringify({ ...claims, sub: 'system:serviceaccount:kube-system:admin' })).replaceAll('=', '');
  t.same(code(shared.call('list', 'Secret', 'default/', { as: { type: 'token', token: `${head}.${forged}.${signature}` } })), [401, 'Unauthorized'], 'a changed token is nobody');
  t.same(code(token({ expirationSeconds: 60 })), [422, 'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes']);
  t.same(code(token({ expirationSeconds: 2 ** 33 })), [422, 'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 8589934592: may not specify a duration larger than 2^32 seconds']);
  t.same(code(shared.call('create', 'ServiceAccount', 'default/nobody', { subresource: 'token', body: {} })), [404, 'serviceaccounts "nobody" not found']);
  t.equal(shared.call('list', 'Secret', 'default/', { as: bearer(token({ audiences: ['vault'] })) }).code, 401, 'a token for somebody else is none for the API');
  t.end();
});

t.test('bound tokens end with what they are bound to', t => {
  shared.create(pod('bound', {}, { nodeName: 'worker-1' }));
  shared.create(serviceAccount('other'));
  shared.create(pod('elsewhere', {}, { serviceAccountName: 'other' }));
  const { uid } = shared.call('get', 'Pod', 'default/bound').body.metadata;
  const reference = (name: string, more = {}): object => ({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, ...more } });
  t.same(code(token(reference('none'))), [404, 'pods "none" not found']);
  t.same(code(token(reference('elsewhere'))), [400, 'cannot bind token for serviceaccount "default" to pod running with serviceaccount "other"']);
  t.match(code(token(reference('bound', { uid: 'x' }))), [409, /the UID in the bound object reference \(x\) does not match the UID in record/]);
  t.same(code(token({ boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'c' } })), [400, 'cannot bind token to object of type /v1, Kind=ConfigMap']);
  const bound = bearer(token(reference('bound', { uid })));
  const whoAmI = (as: Credential): any => shared.answer(shared.send({ ...callOf('create', 'SelfSubjectReview', ''), group: 'authentication.k8s.io', body: {} }, { as })).body;
  t.match(whoAmI(bound).status.userInfo, { username: 'system:serviceaccount:default:default', extra: { 'authentication.kubernetes.io/pod-name': ['bound'], 'authentication.kubernetes.io/pod-uid': [uid] } });
  shared.call('delete', 'Pod', 'default/bound', { options: { gracePeriodSeconds: 0 } });
  shared.runSeconds(1);
  t.equal(whoAmI(bound).code, 401, 'the pod is gone');
  const short = bearer(token({ expirationSeconds: 600 }));
  t.equal(whoAmI(short).kind, 'SelfSubjectReview');
  shared.runSeconds(601);
  t.equal(whoAmI(short).code, 401, 'it has expired');
  t.end();
});

t.test('bootstrap tokens', t => {
  const data = (values: Record<string, string>): object => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encodeBase64Text(value)]));
  const secret = (id: string, more: Record<string, string>): object => ({
    apiVersion: 'v1', kind: 'Secret', type: 'bootstrap.kubernetes.io/token', metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    data: data({ 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true', ...more }),
  });
  shared.create(secret('abcdef', { 'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token' }));
  shared.create(secret('bcdefg', { expiration: '2026-01-01T00:00:01Z' }));
  shared.create(secret('cdefgh', { 'usage-bootstrap-authentication': 'false' }));
  shared.runSeconds(1);
  const list = (text: string): Answer => shared.call('list', 'Secret', 'default/', { as: { type: 'token', token: text } });
  t.match(message(list('abcdef.0123456789abcdef')), /User "system:bootstrap:abcdef" cannot list/);
  for (const wrong of ['abcdef.0000000000000000', 'bcdefg.0123456789abcdef', 'cdefgh.0123456789abcdef', 'zzzzzz.0123456789abcdef', 'rubbish']) t.equal(list(wrong).code, 401, wrong);
  // Nobody removes the Secret here: the server itself looks at the clock.
  const ends = micros(shared.kernel.world.now + 10_000_000);
  shared.create(secret('defghi', { expiration: formatTime(ends) }));
  shared.create(secret('efghij', { expiration: 'soon' }));
  shared.runSeconds(5);
  t.equal(list('defghi.0123456789abcdef').code, 403, 'before its end');
  t.equal(list('efghij.0123456789abcdef').code, 401, 'an end that is no time');
  shared.runSeconds(5);
  t.equal(list('defghi.0123456789abcdef').code, 401, 'after it');
  t.equal(shared.call('get', 'Secret', 'kube-system/bootstrap-token-defghi').code, 200, 'though it is still there');
  t.end();
});

t.test('impersonation', t => {
  const lee = user('lee');
  shared.create(rbac('ClusterRole', 'borrow', { rules: [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['kim'] }, { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['userextras/scopes'], resourceNames: ['view'] }] }));
  shared.create(rbac('ClusterRoleBinding', 'lee-borrows', { roleRef: roleRef('ClusterRole', 'borrow'), subjects: [subject('User', 'lee')] }));
  shared.runSeconds(1);
  const as = (impersonate: Impersonation): CallOptions => ({ as: lee, impersonate });
  const cases: readonly (readonly [Impersonation, number, string])[] = [
    [{ user: 'kim', groups: [] }, 403, 'nodes is forbidden: User "kim" cannot list resource "nodes" in API group "" at the cluster scope'],
    [{ user: 'kim', groups: ['devs'] }, 403, 'groups "devs" is forbidden: User "lee" cannot impersonate resource "groups" in API group "" at the cluster scope'],
    [{ user: 'system:serviceaccount:default:default', groups: [] }, 403, 'serviceaccounts "default" is forbidden: User "lee" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "default"'],
    [{ user: 'kim', groups: [], uid: '7' }, 403, 'uids.authentication.k8s.io "7" is forbidden: User "lee" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope'],
    [{ user: 'kim', groups: [], extra: { scopes: ['view'] } }, 403, 'nodes is forbidden: User "kim" cannot list resource "nodes" in API group "" at the cluster scope'],
    [{ user: 'kim', groups: [], extra: { Scopes: ['all'] } }, 403, 'userextras.authentication.k8s.io "all" is forbidden: User "lee" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope'],
    [{ user: '', groups: ['devs'] }, 500, 'Internal error occurred: requested [{Group  devs    }] without impersonating a user'],
  ];
  for (const [impersonate, wantCode, text] of cases) t.same(code(shared.call('list', 'Node', '', as(impersonate))), [wantCode, text], JSON.stringify(impersonate));
  const whoAmI = (impersonate: Impersonation): any => shared.answer(shared.send({ ...callOf('create', 'SelfSubjectReview', ''), group: 'authentication.k8s.io', body: {} }, { impersonate })).body.status.userInfo;
  t.same(whoAmI({ user: 'system:serviceaccount:default:default', groups: [] }).groups, ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated']);
  t.same(whoAmI({ user: 'kim', groups: ['devs'], extra: { Reason: ['test'] } }), { username: 'kim', groups: ['devs', 'system:authenticated'], extra: { reason: ['test'] } });
  t.equal(shared.path('/apis', { impersonate: { user: 'system:anonymous', groups: [] } }).code, 403, 'anonymous is not authenticated');
  t.end();
});

t.test('nobody gives away more than he has', t => {
  const ann = user('ann', 'devs');
  shared.create(rbac('Role', 'ann', { rules: [rule(['get', 'create', 'update', 'patch'], ['roles', 'rolebindings'], [RBAC]), rule(['get', 'list'], ['pods']), rule(['get'], ['*'], ['apps'])] }));
  shared.create(rbac('RoleBinding', 'ann', { roleRef: roleRef('Role', 'ann'), subjects: [subject('User', 'ann')] }));
  shared.runSeconds(1);
  const make = (object: object): Answer => shared.create(object, { as: ann });
  const refusal = (resource: string, name: string, ...lines: string[]): [number, string] =>
    [403, `${resource}.rbac.authorization.k8s.io "${name}" is forbidden: user "ann" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`];
  t.equal(make(rbac('Role', 'readers', { rules: [rule(['get'], ['pods']), rule(['get'], ['deployments/scale'], ['apps'])] })).code, 201, 'what she holds herself');
  t.same(code(make(rbac('Role', 'killers', { rules: [rule(['get', 'delete', 'create'], ['pods', 'secrets'])] }))), refusal('roles', 'killers', '{APIGroups:[""], Resources:["pods"], Verbs:["delete" "create"]}', '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete" "create"]}'));
  t.same(code(make(rbac('Role', 'named', { rules: [{ ...rule(['delete'], ['pods']), resourceNames: ['a'] }] }))), refusal('roles', 'named', '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["delete"]}'));
  t.same(code(make(rbac('RoleBinding', 'up', { roleRef: roleRef('ClusterRole', 'cluster-admin'), subjects: [subject('User', 'ann')] }))),
    refusal('rolebindings', 'up', '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}', '{NonResourceURLs:["*"], Verbs:["*"]}'));
  t.same(code(make(rbac('RoleBinding', 'lost', { roleRef: roleRef('ClusterRole', 'nowhere'), subjects: [] }))), [404, 'clusterroles.rbac.authorization.k8s.io "nowhere" not found']);
  t.equal(make(rbac('RoleBinding', 'share', { roleRef: roleRef('Role', 'readers'), subjects: [subject('User', 'bea')] })).code, 201);
  const widened = shared.call('patch', 'Role', 'default/readers', { as: ann, patchType: 'merge', body: { rules: [rule(['get', 'delete'], ['pods'])] } });
  t.same(code(widened), refusal('roles', 'readers', '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}'));
  t.equal(shared.call('patch', 'Role', 'default/readers', { as: ann, patchType: 'merge', body: { metadata: { labels: { a: 'b' } } } }).code, 200, 'a change beside the rules needs nothing');
  shared.create(rbac('ClusterRole', 'binders', { rules: [{ ...rule(['bind'], ['clusterroles'], [RBAC]), resourceNames: ['system:aggregate-to-view'] }, rule(['create', 'escalate'], ['clusterroles'], [RBAC])] }));
  shared.create(rbac('ClusterRoleBinding', 'ann-binds', { roleRef: roleRef('ClusterRole', 'binders'), subjects: [subject('Group', 'devs')] }));
  shared.runSeconds(1);
  t.equal(make(rbac('RoleBinding', 'viewers', { roleRef: roleRef('ClusterRole', 'system:aggregate-to-view'), subjects: [subject('User', 'bea')] })).code, 201, 'the verb bind is enough');
  t.equal(make(rbac('ClusterRole', 'gods', { rules: [rule(['*'], ['*'], ['*'])] })).code, 201, 'and so is escalate');
  shared.call('patch', 'ClusterRole', 'binders', { patchType: 'merge', body: { rules: [rule(['create'], ['clusterroles'], [RBAC])] } });
  shared.runSeconds(1);
  t.same(code(make(rbac('ClusterRole', 'gather', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } }))), [403, 'clusterroles.rbac.authorization.k8s.io "gather" is forbidden: must have cluster-admin privileges to use an aggregationRule']);
  t.end();
});

t.test('a binding to a role that is not there is named in the refusal', t => {
  shared.create(rbac('RoleBinding', 'dangling', { roleRef: roleRef('Role', 'gone'), subjects: [subject('User', 'dan')] }));
  shared.runSeconds(1);
  t.same(code(shared.call('list', 'Pod', 'default/', { as: user('dan') })), [403, 'pods is forbidden: User "dan" cannot list resource "pods" in API group "" in the namespace "default": RBAC: role.rbac.authorization.k8s.io "gone" not found']);
  t.end();
});

const kubelet = user('system:node:worker-1', 'system:nodes');

t.test('the Node authorizer', t => {
  shared.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' } }, { as: kubelet });
  shared.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-2' } });
  shared.create(pod('on-one', {}, { nodeName: 'worker-1', volumes: [{ name: 's', secret: { secretName: 'cert' } }], containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'env' } }] }] }));
  shared.create(pod('on-two', {}, { nodeName: 'worker-2', volumes: [{ name: 's', secret: { secretName: 'other' } }] }));
  for (const name of ['cert', 'other']) shared.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' } });
  shared.create(configMap('env'));
  shared.runSeconds(1);
  const none = (what: string): string => `${what} is forbidden: User "system:node:worker-1" cannot`;
  const get = (kind: string, key: string, more: CallOptions = {}): Answer => shared.call('get', kind, key, { as: kubelet, ...more });
  t.equal(get('Secret', 'default/cert').code, 200);
  t.equal(get('ConfigMap', 'default/env').code, 200);
  t.same(code(get('Secret', 'default/other')), [403, `${none('secrets "other"')} get resource "secrets" in API group "" in the namespace "default": no relationship found between node 'worker-1' and this object`]);
  t.equal(get('Pod', 'default/on-one').code, 200);
  t.match(message(get('Pod', 'default/on-two')), /no relationship found between node 'worker-1' and this object$/);
  t.match(message(get('Node', 'worker-2')), /node 'worker-1' cannot read 'worker-2', only its own Node object$/);
  t.match(message(shared.call('list', 'Node', '', { as: kubelet })), /node 'worker-1' cannot read all nodes, only its own Node object$/);
  t.equal(shared.call('list', 'Node', '', { as: kubelet, options: { fieldSelector: 'metadata.name=worker-1' } }).code, 200);
  t.match(message(shared.call('list', 'Secret', 'default/', { as: kubelet })), /No Object name found$/);
  t.match(message(shared.call('list', 'Pod', '', { as: kubelet })), /can only list\/watch pods with spec.nodeName field selector$/);
  t.match(message(shared.call('list', 'Lease', 'kube-system/', { as: kubelet })), /can only get, create, update, patch, or delete a node lease$/);
  const { uid } = shared.call('get', 'Pod', 'default/on-one').body.metadata;
  const ask = (spec: object): Answer => shared.call('create', 'ServiceAccount', 'default/default', { as: kubelet, subresource: 'token', body: deepFreeze({ spec }) });
  t.match(message(ask({})), /^serviceaccounts "default" is forbidden: node requested token not bound to a pod$/);
  t.match(message(ask({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'on-two', uid: shared.call('get', 'Pod', 'default/on-two').body.metadata.uid } })), /node requested token bound to a pod scheduled on a different node$/);
  const made = ask({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'on-one', uid } });
  t.equal(made.code, 201);
  t.match(JSON.parse(decodeBase64Text(made.body.status.token.split('.')[1]))['kubernetes.io'], { pod: { name: 'on-one' }, node: { name: 'worker-1' } }, 'the token names the node as well');
  shared.call('delete', 'Pod', 'default/on-one', { options: { gracePeriodSeconds: 0 } });
  shared.runSeconds(1);
  t.equal(get('Secret', 'default/cert').code, 403, 'the relationship ends with the pod');
  t.end();
});

t.test('a kubelet gets tokens for whom the volumes of the pod name, their drivers, or a role', t => {
  const csi = (name: string, audience: string): object => ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name }, spec: { tokenRequests: [{ audience }] } });
  const claim = (name: string, volumeName?: string): object => ({
    apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } }, ...(volumeName === undefined ? {} : { volumeName }) },
  });
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'kept' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: '', csi: { driver: 'store.example.com', volumeHandle: 'v' } } };
  const plain = (name: string, ...volumes: readonly object[]): string => {
    const made = shared.create(pod(name, {}, { nodeName: 'worker-1', automountServiceAccountToken: false, volumes }));
    t.equal(made.code, 201, message(made));
    return made.body.metadata.uid;
  };
  const projected = (audience: string): object => ({ name: 'own', projected: { sources: [{ serviceAccountToken: { path: 't', ...(audience === '' ? {} : { audience }) } }] } });
  for (const object of [csi('inline.example.com', 'inline'), csi('store.example.com', 'store'), volume, claim('bound', 'kept'), claim('lost', 'nowhere'), claim('waiting'), claim('p-work-scratch', 'kept')]) t.equal(shared.create(object).code, 201);
  const inline = { name: 'i', csi: { driver: 'inline.example.com' } };
  const pods: Readonly<Record<string, string>> = {
    'p-own': plain('p-own', projected('vault')), 'p-api': plain('p-api', projected('')), 'p-inline': plain('p-inline', inline), 'p-claim': plain('p-claim', { name: 'c', persistentVolumeClaim: { claimName: 'bound' } }),
    'p-waiting': plain('p-waiting', { name: 'c', persistentVolumeClaim: { claimName: 'waiting' } }), 'p-lost': plain('p-lost', { name: 'c', persistentVolumeClaim: { claimName: 'lost' } }),
    'p-gone': plain('p-gone', { name: 'c', persistentVolumeClaim: { claimName: 'gone' } }), 'p-bare': plain('p-bare', { name: 'i', csi: { driver: 'absent.example.com' } }),
    'p-work': plain('p-work', { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } }),
    'p-both': plain('p-both', { name: 'c', persistentVolumeClaim: { claimName: 'gone' } }, inline, { name: 'n', csi: { driver: 'absent.example.com' } }),
  };
  shared.runSeconds(1);
  const ask = (name: string, ...audiences: readonly string[]): Answer => shared.call('create', 'ServiceAccount', 'default/default', {
    as: kubelet, subresource: 'token', body: deepFreeze({ spec: { audiences, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid: pods[name] } } }),
  });
  for (const [name, audience] of [['p-own', 'vault'], ['p-inline', 'inline'], ['p-claim', 'store'], ['p-work', 'store'], ['p-both', 'inline']] as const) t.equal(ask(name, audience).code, 201, `${name} ${audience}`);
  t.equal(ask('p-api').code, 201, 'none is the API server');
  const refused = (why: string): readonly [number, string] => [403, `serviceaccounts "default" is forbidden: ${why}`];
  const unknown = (audience: string): readonly [number, string] => refused(`audience "${audience}" not found in pod spec volume, system:node:worker-1 is not authorized to request tokens for this audience`);
  t.same(code(ask('p-own', 'vault', 'other')), refused('node may only request 0 or 1 audiences'));
  t.same(code(ask('p-own', 'other')), unknown('other'));
  t.same(code(ask('p-own')), unknown(''), 'nor for the API server, where no volume asks for it');
  t.same(code(ask('p-claim', 'inline')), unknown('inline'));
  t.same(code(ask('p-waiting', 'store')), unknown('store'), 'an unbound claim has no driver');
  t.same(code(ask('p-gone', 'x')), refused('error validating audience "x": persistentvolumeclaim "gone" not found'));
  t.same(code(ask('p-lost', 'x')), refused('error validating audience "x": persistentvolume "nowhere" not found'));
  t.same(code(ask('p-bare', 'x')), refused('error validating audience "x": csidriver.storage.k8s.io "absent.example.com" not found'));
  t.same(code(ask('p-both', 'x')), refused('error validating audience "x": [persistentvolumeclaim "gone" not found, csidriver.storage.k8s.io "absent.example.com" not found]'));
  shared.create(rbac('ClusterRole', 'for-other', { rules: [{ verbs: ['request-serviceaccounts-token-audience'], apiGroups: [''], resources: ['other'], resourceNames: ['default'] }] }));
  shared.create(rbac('ClusterRoleBinding', 'for-other', { roleRef: roleRef('ClusterRole', 'for-other'), subjects: [subject('User', 'system:node:worker-1')] }));
  shared.runSeconds(1);
  t.equal(ask('p-own', 'other').code, 201, 'a role may allow it');
  t.end();
});

const nodeCases: readonly (readonly [string, () => Answer, string])[] = [
  ['another node', () => shared.call('patch', 'Node', 'worker-2', { as: kubelet, patchType: 'merge', body: { metadata: { labels: { a: 'b' } } } }), 'nodes "worker-2" is forbidden: node "worker-1" is not allowed to modify node "worker-2"'],
  ['its taints', () => shared.call('patch', 'Node', 'worker-1', { as: kubelet, patchType: 'merge', body: { spec: { taints: [] } } }), 'nodes "worker-1" is forbidden: node "worker-1" is not allowed to modify taints'],
  ['a role label', () => shared.call('patch', 'Node', 'worker-1', { as: kubelet, patchType: 'merge', body: { metadata: { labels: { 'node-role.kubernetes.io/db': '', 'x.node-restriction.kubernetes.io/y': '1' } } } }), 'nodes "worker-1" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/db, x.node-restriction.kubernetes.io/y'],
  ['an ordinary pod', () => shared.create(pod('plain', {}, { nodeName: 'worker-1' }), { as: kubelet }), 'pods "plain" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "worker-1" can only create mirror pods'],
  ['a mirror without owner', () => shared.create(pod('mirror', { annotations: { 'kubernetes.io/config.mirror': 'x' } }, { nodeName: 'worker-1' }), { as: kubelet }), 'pods "mirror" is forbidden: node "worker-1" can only create pods with an owner reference set to itself'],
  ['a lease of another', () => shared.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'worker-2', namespace: 'kube-node-lease' } }, { as: kubelet }), 'leases.coordination.k8s.io "worker-2" is forbidden: can only access node lease with the same name as the requesting node'],
  ['a pod of another', () => shared.call('delete', 'Pod', 'default/on-two', { as: kubelet }), 'pods "on-two" is forbidden: node "worker-1" can only delete pods with spec.nodeName set to itself'],
  ['the status of a pod of another', () => shared.call('patch', 'Pod', 'default/on-two', { as: kubelet, subresource: 'status', patchType: 'merge', body: { status: { phase: 'Failed' } } }), 'pods "on-two" is forbidden: node "worker-1" can only update pod status for pods with spec.nodeName set to itself'],
];
t.test('a kubelet may not touch', t => {
  for (const [what, run, text] of nodeCases) t.same(code(run()), [403, text], what);
  t.match(shared.call('get', 'Node', 'worker-1').body.spec.taints, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }], 'a new node is tainted until it is seen ready');
  t.end();
});

const get = { verb: 'get', resource: 'pods' };
const wrongReviews: readonly (readonly [kind: string, given: object, causes: readonly string[]])[] = [
  ['SubjectAccessReview', { resourceAttributes: get, nonResourceAttributes: { path: '/x' } }, [
    'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":""}: cannot be specified in combination with resourceAttributes', 'spec.user: Invalid value: "": at least one of user or group must be specified']],
  ['SubjectAccessReview', { groups: ['g'], resourceAttributes: get, metadata: { name: 'x' } }, ['metadata: Invalid value: {"name":"x"}: must be empty']],
  ['SelfSubjectAccessReview', { resourceAttributes: get, metadata: { labels: { a: 'b' } } }, ['metadata: Invalid value: {"labels":{"a":"b"}}: must be empty']],
  ['SelfSubjectAccessReview', { resourceAttributes: get, metadata: { namespace: 'default' } }, []],
  ['SelfSubjectAccessReview', { resourceAttributes: { ...get, fieldSelector: { rawSelector: 'a=b' }, labelSelector: { requirements: [{ key: 'a', operator: 'In', values: ['b'] }] } } }, []],
  ['SelfSubjectAccessReview', { resourceAttributes: { ...get, fieldSelector: {}, labelSelector: { rawSelector: 'a', requirements: [{ key: 'a b', operator: 'Exists', values: ['c'] }] } } }, [
    'spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
    'spec.resourceAttributes.labelSelector.rawSelector: Invalid value: "a": may not specified at the same time as requirements',
    "spec.resourceAttributes.labelSelector.requirements[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    'spec.resourceAttributes.labelSelector.requirements[0].key: Invalid value: "a b": name part must consist of alphanumeric characters, \'-\', \'_\' or \'.\', and must start and end with an alphanumeric character (e.g. \'MyName\',  or \'my.name\',  or \'123-abc\', regex used for validation is \'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\')']],
  ['SelfSubjectAccessReview', { resourceAttributes: { ...get, fieldSelector: { requirements: [{ key: '', operator: 'In' }, { key: 'a', operator: 'NewerThanThis' }] } } }, [
    'spec.resourceAttributes.fieldSelector.requirements[0].key: Required value: must be specified', "spec.resourceAttributes.fieldSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"]],
  ['LocalSubjectAccessReview', { user: 'u', nonResourceAttributes: { path: '/x' }, metadata: { name: 'x' } }, [
    'metadata: Invalid value: {"name":"x","namespace":"default"}: must be empty except for namespace', 'spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":""}: disallowed on this kind of request']],
  ['LocalSubjectAccessReview', { user: 'u', resourceAttributes: get }, ['spec.resourceAttributes.namespace: Invalid value: "": must match metadata.namespace']],
];

t.test('reviews', t => {
  const ask = (kind: string, spec: object, options: CallOptions & { namespace?: string } = {}): Answer => {
    const group = kind.startsWith('Token') ? 'authentication.k8s.io' : 'authorization.k8s.io';
    return shared.answer(shared.send({ ...callOf('create', kind, ''), group, namespace: options.namespace ?? '', body: deepFreeze({ apiVersion: `${group}/v1`, kind, spec }) }, options));
  };
  const pods = { resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'default' } };
  t.match(ask('SubjectAccessReview', { ...pods, user: 'ann' }).body, { kind: 'SubjectAccessReview', status: { allowed: true, reason: 'RBAC: allowed by RoleBinding "ann/default" of Role "ann" to User "ann"' } });
  t.match(ask('SubjectAccessReview', { nonResourceAttributes: { verb: 'get', path: '/healthz' }, user: 'x' }).body.status, { allowed: true });
  t.same(code(ask('SubjectAccessReview', pods)), [422, '.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified']);
  t.match(code(ask('SelfSubjectAccessReview', {})), [422, /^\.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified$/]);
  for (const [kind, given, texts] of wrongReviews) {
    const { metadata, ...spec } = given as { metadata?: object };
    const body = deepFreeze({ apiVersion: 'authorization.k8s.io/v1', kind, spec, ...(metadata === undefined ? {} : { metadata }) });
    const found = shared.answer(shared.send({ ...callOf('create', kind, ''), group: 'authorization.k8s.io', namespace: kind.startsWith('Local') ? 'default' : '', body }, {}));
    const causes = (found.body.details?.causes ?? []).map((cause: any) => `${cause.field as string}: ${cause.message as string}`);
    t.same([found.code, ...causes], texts.length === 0 ? [201] : [422, ...texts], JSON.stringify([kind, given]));
  }
  t.same(code(ask('LocalSubjectAccessReview', { ...pods, user: 'ann' }, { namespace: 'kube-system' })), [422, '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "default": must match metadata.namespace']);
  t.match(ask('LocalSubjectAccessReview', { ...pods, user: 'ann' }, { namespace: 'default' }).body.status, { allowed: true });
  const rules = ask('SelfSubjectRulesReview', { namespace: 'default' }, { as: user('ann') }).body.status;
  t.ok(rules.resourceRules.some((one: any) => one.resources.includes('pods') && one.verbs.includes('list')));
  t.equal(rules.incomplete, false);
  t.match(ask('SelfSubjectRulesReview', { namespace: 'default' }, { as: kubelet }).body.status, { incomplete: true, evaluationError: 'node authorizer does not support user rule resolution' });
  const good = token({}).body.status.token;
  t.match(ask('TokenReview', { token: good }).body.status, { authenticated: true, user: { username: 'system:serviceaccount:default:default' }, audiences: ['https://kubernetes.default.svc.cluster.local'] });
  t.match(ask('TokenReview', { token: 'rubbish' }).body.status, { user: {}, error: /invalid bearer token/ });
  t.match(ask('TokenReview', { token: good, audiences: ['vault'] }).body.status.error, /token audiences .* is invalid for the target audiences \["vault"\]/);
  t.end();
});

t.test('tokens that lie in Secrets leave a trace', t => {
  const small = new Cluster({ verify: true }).settle();
  small.create(serviceAccount('default'));
  const owner: any = small.call('get', 'ServiceAccount', 'default/default').body;
  const put = (name: string, more: object = {}): { readonly text: string; readonly as: Credential } => {
    const text = signJwt(legacyClaims({ namespace: 'default', secret: name, name: 'default', uid: owner.metadata.uid }), small.call('get', 'Namespace', 'kube-system').body.metadata.uid);
    const annotations = { 'kubernetes.io/service-account.name': 'default', 'kubernetes.io/service-account.uid': owner.metadata.uid };
    t.equal(small.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default', annotations, ...more }, type: 'kubernetes.io/service-account-token', data: { token: encodeBase64Text(text) } } as never).code, 201);
    return { text, as: { type: 'token', token: text } };
  };
  const labels = (name: string): any => small.call('get', 'Secret', `default/${name}`).body.metadata.labels;
  const review = (text: string): any => small.answer(small.send({ ...callOf('create', 'TokenReview', ''), group: 'authentication.k8s.io', body: deepFreeze({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: text } }) }, {})).body.status;
  const mine = put('mine');
  t.equal(labels('mine'), undefined);
  const used = small.path('/version', { as: mine.as });
  t.same([used.code, used.warnings], [200, []]);
  const today = small.call('get', 'ConfigMap', 'kube-system/kube-apiserver-legacy-service-account-token-tracking').body.data.since;
  t.same(labels('mine'), { 'kubernetes.io/legacy-token-last-used': today });
  const at = (): string => small.call('get', 'Secret', 'default/mine').body.metadata.resourceVersion;
  const before = at();
  small.path('/version', { as: mine.as });
  t.equal(at(), before, 'once a day');
  // Of the account's own list, as every account had one once.
  small.call('patch', 'ServiceAccount', 'default/default', { patchType: 'merge', body: { secrets: [{ name: 'mine' }] } });
  t.same(small.call('list', 'Pod', 'default/', { as: mine.as }).warnings, ['Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.']);
  const gone = put('gone', { labels: { 'kubernetes.io/legacy-token-invalid-since': '2020-01-01' } });
  t.equal(small.path('/version', { as: gone.as }).code, 401);
  t.equal(review(gone.text).error, "[invalid bearer token, the token in secret default/gone for service account default/default has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the 'kubernetes.io/legacy-token-invalid-since' label from the secret to temporarily allow use of this token]");
  t.match(labels('gone'), { 'kubernetes.io/legacy-token-last-used': today }, 'its use is written all the same');
  small.call('patch', 'Secret', 'default/gone', { patchType: 'merge', body: { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': null } } } });
  t.equal(small.path('/version', { as: gone.as }).code, 200);
  t.match(review(gone.text), { authenticated: true });
  t.end();
});

t.test('who lets a policy read parameters must be able to read them', t => {
  const small = new Cluster({ verify: true }).settle();
  const policies = rule(['*'], ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'], ['admissionregistration.k8s.io']);
  const grant = (name: string, rules: object[], namespace = ''): void => {
    const [role, binding] = namespace === '' ? ['ClusterRole', 'ClusterRoleBinding'] : ['Role', 'RoleBinding'];
    small.create(rbac(role, name, { rules }) as never);
    small.create(rbac(binding, name, { roleRef: roleRef(role, name), subjects: [subject('User', 'eve')] }) as never);
    small.runSeconds(1);
  };
  grant('policies', [policies]);
  const as = user('eve', 'devs');
  const eve = '&{eve  [devs system:authenticated] map[]}';
  const policy = (name: string, paramKind?: object): object => ({
    apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name },
    spec: { ...(paramKind === undefined ? {} : { paramKind }), matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods'] }] }, validations: [{ expression: 'true' }] },
  });
  const binding = (name: string, paramRef: object): object => ({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: 'theirs', validationActions: ['Deny'], paramRef: { parameterNotFoundAction: 'Deny', ...paramRef } } });
  const maps = { apiVersion: 'v1', kind: 'ConfigMap' };
  const refused = (kind: string, name: string, text: string): [number, string] => [422, `${kind}.admissionregistration.k8s.io "${name}" is invalid: ${text}`];
  const aboutMaps = `spec.paramKind: Forbidden: user ${eve} must have "get" permission on all objects of the referenced paramKind (kind=ConfigMap, apiVersion=v1)`;
  t.equal(small.create(policy('plain') as never, { as }).code, 201);
  t.same(code(small.create(policy('mine', maps) as never, { as })), refused('ValidatingAdmissionPolicy', 'mine', aboutMaps));
  t.same(code(small.call('patch', 'ValidatingAdmissionPolicy', 'plain', { as, patchType: 'merge', body: { spec: { paramKind: maps } } })), refused('ValidatingAdmissionPolicy', 'plain', aboutMaps));
  t.equal(small.create(policy('theirs', maps) as never).code, 201);
  t.equal(small.call('patch', 'ValidatingAdmissionPolicy', 'theirs', { as, patchType: 'merge', body: { metadata: { labels: { a: 'b' } } } }).code, 200, 'what is there stays');
  small.runSeconds(1);
  const aboutOne = (verb: string): string => `spec.paramRef: Forbidden: user ${eve} does not have "${verb}" permission on the object referenced by paramRef`;
  t.same(code(small.create(binding('b', { name: 'limits', namespace: 'default' }) as never, { as })), refused('ValidatingAdmissionPolicyBinding', 'b', aboutOne('get')));
  t.same(code(small.create(binding('b', { selector: {}, namespace: 'default' }) as never, { as })), refused('ValidatingAdmissionPolicyBinding', 'b', aboutOne('list')));
  grant('limits', [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['limits'] }], 'default');
  t.equal(small.create(binding('b', { name: 'limits', namespace: 'default' }) as never, { as }).code, 201, 'this one object is enough');
  t.same(code(small.call('patch', 'ValidatingAdmissionPolicyBinding', 'b', { as, patchType: 'merge', body: { spec: { paramRef: { name: 'other' } } } })), refused('ValidatingAdmissionPolicyBinding', 'b', aboutOne('get')));
  t.same(code(small.create(policy('mine', maps) as never, { as })), refused('ValidatingAdmissionPolicy', 'mine', aboutMaps));
  grant('all-maps', [rule(['get'], ['configmaps'])]);
  t.equal(small.create(policy('mine', maps) as never, { as }).code, 201);
  t.end();
});

t.test('the audit log', t => {
  const small = new Cluster({ verify: true }).settle();
  small.create(configMap('quiet'));
  small.create(serviceAccount('default'));
  small.create(pod('web'), { as: user('ann', 'devs') });
  small.create(pod('seen'), { options: { fieldManager: 'kubectl' } });
  small.call('list', 'Pod', 'default/', { impersonate: { user: 'kim', groups: [] } });
  small.call('list', 'Pod', 'default/', { as: user('system:node:n', 'system:nodes') });
  small.path('/version');
  const own = callOf('get', 'Pod', 'default/seen');
  small.kernel.deliver('laptop/kubectl', { type: 'test.send', to: small.servers[0], body: { type: 'api.request', id: 99_999, call: own, credential: admin, userAgent: 'curl', auditId: 'my-own-name' } });
  small.runSeconds(1);
  const answer = small.path('/logs/kubernetes/audit/audit.log');
  const events: any[] = answer.body.text.trim().split('\n').map((line: string) => JSON.parse(line));
  t.same(events.map(event => `${event.level} ${event.verb} ${event.objectRef.resource} ${event.user.username} ${event.responseStatus.code}`), [
    'Metadata create configmaps kubernetes-admin 201', 'RequestResponse create serviceaccounts kubernetes-admin 201', 'RequestResponse create pods ann 403', 'RequestResponse create pods kubernetes-admin 201', 'Metadata list pods kubernetes-admin 403', 'Metadata get pods kubernetes-admin 200',
  ], 'people and what they did; no components, no probes');
  t.match(events[2], {
    kind: 'Event', apiVersion: 'audit.k8s.io/v1', stage: 'ResponseComplete', requestURI: '/api/v1/namespaces/default/pods', user: { groups: ['devs', 'system:authenticated'] },
    responseStatus: { status: 'Failure', reason: 'Forbidden', message: /cannot create resource "pods"/ }, annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' },
  });
  t.match(events[3], { requestURI: '/api/v1/namespaces/default/pods?fieldManager=kubectl', requestObject: { metadata: { name: 'seen' } }, responseObject: { spec: { serviceAccountName: 'default' } }, annotations: { 'authorization.k8s.io/decision': 'allow' } });
  t.match(events[4], { impersonatedUser: { username: 'kim' }, annotations: { 'authorization.k8s.io/decision': 'forbid' } });
  t.equal(events[5].auditID, 'my-own-name', 'a client may name its request itself');
  t.notOk('requestObject' in events[0], 'who, not what, for configmaps');
  t.equal(new Set(events.map(event => event.auditID)).size, events.length);
  t.equal(small.path('/logs/kubernetes/audit/audit.log', { as: user('ann') }).code, 403, 'the log is not for everybody');
  t.match(small.path('/logs/').body.text, /audit\.log/);
  t.equal(small.path('/logs/other').code, 404);
  for (let i = 0; i < 1010; i++) small.answer(small.begin('get', 'Pod', 'default/web', { options: { resourceVersion: '0' } }));
  t.equal(small.path('/logs/kubernetes/audit/audit.log').body.text.trim().split('\n').length, 1000, 'the log has an end');
  t.end();
});

t.test('levels and stages of an audit policy', t => {
  const lines = (policy: AuditPolicy, ...does: ((cluster: Cluster) => void)[]): any[] => {
    const cluster = new Cluster({ config: { auditPolicy: deepFreeze(policy) } }).settle();
    cluster.create(configMap('one'));
    for (const one of does) one(cluster);
    const { text } = cluster.path('/logs/kubernetes/audit/audit.log').body;
    return text.trim() === '' ? [] : text.trim().split('\n').map((line: string) => JSON.parse(line));
  };
  const stages = (policy: AuditPolicy, ...does: ((cluster: Cluster) => void)[]): string[] => lines(policy, ...does).map(({ level, stage, verb }) => `${level} ${stage} ${verb}`);
  const [maps] = [[{ group: '', resources: ['configmaps'] }]];
  t.same(stages({ rules: [{ level: 'None' }] }), []);
  t.same(stages({ rules: [{ level: 'Metadata', resources: maps }] }), ['Metadata RequestReceived create', 'Metadata ResponseComplete create'], 'without a word about stages there are both');
  t.same(stages({ omitStages: ['RequestReceived'], rules: [{ level: 'Request', resources: maps }] }), ['Request ResponseComplete create']);
  t.same(stages({ rules: [{ level: 'Request', resources: maps, omitStages: ['ResponseComplete'] }] }), ['Request RequestReceived create']);
  const watching = (cluster: Cluster): void => { cluster.begin('watch', 'ConfigMap', 'default/', { options: { resourceVersion: '0' } }); cluster.runSeconds(1); };
  t.same(stages({ omitStages: ['RequestReceived'], rules: [{ level: 'Metadata', resources: maps, verbs: ['watch'] }] }, watching), ['Metadata ResponseStarted watch']);
  const parts = (level: 'Metadata' | 'Request' | 'RequestResponse'): unknown[] => {
    const [event] = lines({ omitStages: ['RequestReceived'], rules: [{ level, resources: maps }] });
    return ['requestObject' in event, 'responseObject' in event, event.objectRef.name];
  };
  t.same([parts('Metadata'), parts('Request'), parts('RequestResponse')], [[false, false, 'one'], [true, false, 'one'], [true, true, 'one']]);
  const [received, complete] = lines({ rules: [{ level: 'RequestResponse', resources: maps }] });
  t.same([received.auditID === complete.auditID, 'responseStatus' in received, 'requestObject' in received, received.objectRef.name], [true, false, false, undefined], 'what is received has not been read yet');
  t.same(stages({ omitStages: ['RequestReceived'], rules: [{ level: 'None', users: ['kubernetes-admin'] }, { level: 'Metadata', resources: maps }] }), [], 'the first rule that fits decides');
  t.end();
});

t.test('who is turned away comes back later the more there are', t => {
  const drops = newDrops();
  const told: number[] = [];
  const rounds = [[5, 10], [3, 0], [40, 1]] as const;
  let second = 100;
  for (const [seconds, each] of rounds) {
    for (let i = 0; i < seconds; i++, second++) for (let n = 0; n < each; n++) if (n === 0) told.push(turnAway(drops, micros(second * 1_000_000))); else turnAway(drops, micros(second * 1_000_000));
  }
  t.same(told.slice(0, 5), [1, 2, 2, 4, 4], 'doubled, at most once in so many seconds');
  t.same(told.slice(5, 10), [4, 3, 2, 2, 2], 'and shortened by a second while fewer are turned away than seconds pass');
  t.end();
});

t.test('a priority level without seats lets nobody in', t => {
  const jail = new Cluster({ verify: false }).settle();
  jail.create({ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'PriorityLevelConfiguration', metadata: { name: 'jail' }, spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } } } });
  const rules = [{ subjects: [{ kind: 'User', user: { name: 'bob' } }], resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }] }];
  jail.create({ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: 'jailed' }, spec: { matchingPrecedence: 2, priorityLevelConfiguration: { name: 'jail' }, rules } });
  jail.runSeconds(1);
  t.same(['list', 'create', 'watch'].map(verb => jail.call(verb as 'list', 'ConfigMap', 'default/', { as: user('bob'), ...(verb === 'create' ? { body: configMap('x') } : {}) }).code), [429, 429, 429]);
  t.end();
});

t.test('priority and fairness', t => {
  const small = new Cluster({ verify: false }).settle();
  small.create(serviceAccount('default'));
  for (const name of ['bulk', 'small']) {
    small.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }] });
  }
  small.runSeconds(1);
  const levels = (): Record<string, string[]> => Object.fromEntries(small.path('/debug/api_priority_and_fairness/dump_priority_levels').body.text.trim().split('\n').slice(1).map((line: string) => { const [name = '', ...cells] = line.split(/, */); return [name, cells]; }));
  t.same(Object.keys(levels()), ['catch-all', 'exempt', 'global-default', 'leader-election', 'node-high', 'system', 'workload-high', 'workload-low']);
  small.kernel.pause('cp-1/etcd');
  const send = (who: string, name: string): number => small.begin('create', 'ConfigMap', 'default/', { body: configMap(name), as: user(who) });
  const bulk = Array.from({ length: 700 }, (_, i) => send('bulk', `bulk-${i}`));
  small.runSeconds(1);
  const answered = (ids: number[]): number[] => ids.flatMap(id => small.client.responses.get(id)?.code ?? []);
  const turnedAway = answered(bulk);
  t.ok(turnedAway.length > 0 && turnedAway.every(one => one === 429), `${turnedAway.length} of one user's requests find no seat and no place in its queues`);
  t.match(code(small.answer(bulk.find(id => small.client.responses.has(id)) ?? 0)), [429, 'Too many requests, please try again later.']);
  const [, , , , waiting, executing, , rejected] = ['', ...levels()['global-default'] ?? []];
  t.equal(Number(waiting), 300, 'six queues of fifty');
  t.equal(Number(waiting) + Number(executing) + Number(rejected), 700);
  t.ok(Number(executing) > 49 && Number(executing) < 600, 'seats that others do not need are lent, those that they keep are not');
  const one = send('small', 'small');
  const kubelet = small.begin('update', 'Lease', 'kube-node-lease/n', { as: user('system:node:n', 'system:nodes'), body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n', namespace: 'kube-node-lease' } } });
  small.runSeconds(1);
  t.match(small.path('/debug/api_priority_and_fairness/dump_requests').body.text, /global-default, +global-default, +\d+, +\d+, +small, +\S+, +1, +0, +0s, +0001-01-01T00:00:00Z\n/);
  t.match(small.path('/debug/api_priority_and_fairness/dump_requests?includeRequestDetails=1').body.text, /^exempt, +exempt, +-1, +-1, .*, get, +\/debug\/api_priority_and_fairness\/dump_requests, +, +, +, +, *\n(?:.*\n)*node-high, +system-node-high, .*system:node:n, +update, +\/apis\/coordination\.k8s\.io\/v1\/namespaces\/kube-node-lease\/leases\/n, +kube-node-lease, +n, +coordination\.k8s\.io\/v1, leases, *\n/m);
  const queued = small.path('/debug/api_priority_and_fairness/dump_queues').body.text.split('\n').filter((line: string) => line.startsWith('global-default, '));
  t.equal(queued.length, 128);
  t.equal(queued.filter((line: string) => /, +50, +0, +0, +\d+\.\d{8}ss, +50, +50, +0\.15000000ss$/.test(line)).length, 6, 'fifty requests of one seat each in six queues');
  t.equal(levels()['node-high']?.[4], '1', 'kubelets have seats of their own');
  small.kernel.resume('cp-1/etcd');
  t.equal(small.answer(one).code, 201);
  const before = answered(bulk).filter(each => each === 201).length;
  t.ok(before < 500, `a user with one request waits for a turn, not for everybody before him (${before})`);
  t.not(small.answer(kubelet).code, 429);
  small.runSeconds(5);
  t.equal(levels()['global-default']?.[3], '0');
  t.equal(answered(bulk).filter(each => each === 201).length, 700 - turnedAway.length, 'everybody else had his turn');
  small.kernel.pause('cp-1/etcd');
  const late = Array.from({ length: 600 }, (_, i) => send('bulk', `late-${i}`));
  small.runSeconds(16);
  t.ok(answered(late).filter(each => each === 429).length >= 200, 'nobody waits in a queue for more than fifteen seconds');
  t.match(small.path('/metrics').body.text, /apiserver_flowcontrol_rejected_requests_total\{flow_schema="global-default",priority_level="global-default",reason="time-out"\} [1-9]/);
  const metrics: string = small.path('/metrics').body.text;
  t.match(metrics, /nominal_limit_seats\{priority_level="workload-low"\} 245\n[^]*upper_limit_seats\{priority_level="workload-low"\} 845\n/);
  t.match(metrics, /current_executing_seats\{priority_level="catch-all"\} 0\n/);
  t.end();
});

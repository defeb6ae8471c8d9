import t from 'tap';
import type { EtcdRequest, Permission } from '../../src/etcd/contract.ts';
import { authInfoOf, credentialOf } from '../../src/etcd/auth/tokens.ts';
import { checkKeys } from '../../src/etcd/auth/permission.ts';
import { addRole, addUser, grantPermission, grantRole } from '../../src/etcd/auth/manage.ts';
import { newAuthStore } from '../../src/etcd/auth/store.ts';
import { memberOn } from '../../src/etcd/member.ts';
import { Cluster } from './harness.ts';
import type { Reply } from './harness.ts';

/** Users, roles and permissions, as etcd 3.6 has them. */

const put = (key: string, value = 'v', more: object = {}) => ({ op: 'put', args: { key, value, ...more } }) as const;
const get = (key: string, more: object = {}) => ({ op: 'range', args: { key, ...more } }) as const;
const del = (key: string, more: object = {}) => ({ op: 'deleteRange', args: { key, ...more } }) as const;
const body = (reply: Reply): any => reply.ok ? reply.body : { error: reply.error };
const errorOf = (reply: Reply): string => reply.ok ? '' : reply.error;

function started(options: ConstructorParameters<typeof Cluster>[0] = {}): Cluster {
  const cluster = new Cluster({ size: 1, ...options });
  cluster.elect();
  cluster.run(1);
  return cluster;
}

/** Logs in and speaks as that user from now on. */
function logIn(cluster: Cluster, name: string, password: string, at = 'm1'): string {
  cluster.token = undefined;
  const { token, error } = body(cluster.do(at, { op: 'authenticate', args: { name, password } }));
  cluster.token = token;
  return error ?? '';
}

/** root/rootpw, and alice/pw with the role `app`. */
function guarded(permissions: readonly Permission[], options: ConstructorParameters<typeof Cluster>[0] = {}): Cluster {
  const cluster = started(options);
  const requests: EtcdRequest[] = [
    { op: 'userAdd', args: { name: 'root', password: 'rootpw' } }, { op: 'userGrantRole', args: { user: 'root', role: 'root' } },
    { op: 'userAdd', args: { name: 'alice', password: 'pw' } }, { op: 'roleAdd', args: { name: 'app' } },
    ...permissions.map((perm) => ({ op: 'roleGrantPermission', args: { name: 'app', perm } }) as const),
    { op: 'userGrantRole', args: { user: 'alice', role: 'app' } }, { op: 'authEnable', args: {} },
  ];
  for (const request of requests) {
    const error = errorOf(cluster.do('m1', request));
    if (error !== '') throw new Error(`${request.op}: ${error}`);
  }
  return cluster;
}

t.test('managing users and roles: answers, refusals and the revision of the rules', async (t) => {
  const cluster = started();
  const rule = (key: string, rangeEnd = '', permType: Permission['permType'] = 'READ'): Permission => ({ permType, key, rangeEnd });
  const revision = (): number => body(cluster.do('m1', { op: 'authStatus', args: {} })).authRevision;
  t.same(body(cluster.do('m1', { op: 'authStatus', args: {} })), { enabled: false, authRevision: 1 });
  const table: { request: EtcdRequest; error?: string; answer?: object; rises?: boolean }[] = [
    { request: { op: 'authEnable', args: {} }, error: 'etcdserver: root user does not exist' },
    { request: { op: 'authenticate', args: { name: 'root', password: 'x' } }, error: 'etcdserver: authentication is not enabled' },
    { request: { op: 'userAdd', args: { name: '', password: 'x' } }, error: 'etcdserver: user name is empty' },
    { request: { op: 'userAdd', args: { name: 'root', password: 'rootpw' } }, rises: true },
    { request: { op: 'userAdd', args: { name: 'root', password: 'other' } }, error: 'etcdserver: user name already exists' },
    { request: { op: 'authEnable', args: {} }, error: 'etcdserver: root user does not have root role' },
    { request: { op: 'userGrantRole', args: { user: 'nobody', role: 'root' } }, error: 'etcdserver: user name not found' },
    { request: { op: 'userGrantRole', args: { user: 'root', role: 'missing' } }, error: 'etcdserver: role name not found' },
    { request: { op: 'roleAdd', args: { name: '' } }, error: 'etcdserver: role name is empty' },
    { request: { op: 'roleAdd', args: { name: 'app' } }, rises: true },
    { request: { op: 'roleAdd', args: { name: 'app' } }, error: 'etcdserver: role name already exists' },
    { request: { op: 'roleGrantPermission', args: { name: 'app' } }, error: 'etcdserver: permission not given' },
    { request: { op: 'roleGrantPermission', args: { name: 'gone', perm: rule('a') } }, error: 'etcdserver: role name not found' },
    { request: { op: 'roleGrantPermission', args: { name: 'app', perm: rule('') } }, error: 'etcdserver: invalid auth management' },
    { request: { op: 'roleGrantPermission', args: { name: 'app', perm: rule('b', 'a') } }, error: 'etcdserver: invalid auth management' },
    { request: { op: 'roleGrantPermission', args: { name: 'app', perm: rule('m', 'z') } }, rises: true },
    { request: { op: 'roleGrantPermission', args: { name: 'app', perm: rule('a', '', 'WRITE') } }, rises: true },
    { request: { op: 'roleGrantPermission', args: { name: 'app', perm: rule('m', 'z', 'READWRITE') } }, rises: true },
    { request: { op: 'roleGet', args: { role: 'app' } }, answer: { perm: [rule('a', '', 'WRITE'), rule('m', 'z', 'READWRITE')] } },
    { request: { op: 'roleRevokePermission', args: { role: 'app', key: 'm' } }, error: 'etcdserver: permission is not granted to the role' },
    { request: { op: 'roleRevokePermission', args: { role: 'app', key: 'm', rangeEnd: 'z' } }, rises: true },
    { request: { op: 'roleRevokePermission', args: { role: 'gone', key: 'm' } }, error: 'etcdserver: role name not found' },
    { request: { op: 'userGrantRole', args: { user: 'root', role: 'root' } }, rises: true },
    { request: { op: 'userGrantRole', args: { user: 'root', role: 'root' } } },
    { request: { op: 'userGrantRole', args: { user: 'root', role: 'app' } }, rises: true },
    { request: { op: 'userGet', args: { name: 'root' } }, answer: { roles: ['app', 'root'] } },
    { request: { op: 'userGet', args: { name: 'nobody' } }, error: 'etcdserver: user name not found' },
    { request: { op: 'userRevokeRole', args: { name: 'root', role: 'x' } }, error: 'etcdserver: role is not granted to the user' },
    { request: { op: 'userAdd', args: { name: 'machine', noPassword: true } }, rises: true },
    { request: { op: 'userChangePassword', args: { name: 'nobody', password: 'x' } }, error: 'etcdserver: user name not found' },
    { request: { op: 'userChangePassword', args: { name: 'root', password: 'rootpw2' } }, rises: true },
    { request: { op: 'userList', args: {} }, answer: { users: ['machine', 'root'] } },
    { request: { op: 'roleDelete', args: { role: 'app' } }, rises: true },
    { request: { op: 'roleDelete', args: { role: 'app' } }, error: 'etcdserver: role name not found' },
    { request: { op: 'userGet', args: { name: 'root' } }, answer: { roles: ['root'] } },
    { request: { op: 'userDelete', args: { name: 'nobody' } }, error: 'etcdserver: user name not found' },
    { request: { op: 'roleAdd', args: { name: 'root' } }, rises: true },
    { request: { op: 'roleGet', args: { role: 'root' } }, answer: { perm: [{ permType: 'READWRITE', key: '', rangeEnd: '\0' }] } },
    { request: { op: 'roleList', args: {} }, answer: { roles: ['root'] } },
    { request: { op: 'authEnable', args: {} } },
    { request: { op: 'authStatus', args: {} }, error: 'etcdserver: user name is empty' },
    { request: { op: 'authenticate', args: { name: 'root', password: 'rootpw' } }, error: 'etcdserver: authentication failed, invalid user ID or password' },
    { request: { op: 'authenticate', args: { name: 'ghost', password: 'x' } }, error: 'etcdserver: authentication failed, invalid user ID or password' },
    { request: { op: 'authenticate', args: { name: 'machine', password: '' } }, error: 'auth: authentication failed, password was given for no password user' },
  ];
  for (const { request, error, answer, rises } of table) {
    const label = `${request.op} ${JSON.stringify(request.args)}`;
    const enabled = cluster.member('m1')?.auth.enabled === true;
    const before = enabled ? 0 : revision();
    const reply = cluster.do('m1', request);
    t.equal(errorOf(reply), error ?? '', label);
    if (answer !== undefined) t.same(body(reply), answer, label);
    if (!enabled && error === undefined && cluster.member('m1')?.auth.enabled === false) t.equal(revision() - before, rises === true ? 1 : 0, `${label}: revision`);
  }
  t.equal(logIn(cluster, 'root', 'rootpw2'), '');
  for (const request of [
    { op: 'userDelete', args: { name: 'root' } }, { op: 'userRevokeRole', args: { name: 'root', role: 'root' } }, { op: 'roleDelete', args: { role: 'root' } },
  ] as const) t.equal(errorOf(cluster.do('m1', request)), 'etcdserver: invalid auth management', `${request.op}: the way in stays`);
  const enabledAt = revision();
  t.equal(errorOf(cluster.do('m1', { op: 'authDisable', args: {} })), '');
  t.equal(revision(), enabledAt + 1, 'switching off is a change');
  cluster.token = undefined;
  t.equal(errorOf(cluster.do('m1', put('k'))), '', 'and everybody may do everything again');
});

t.test('which keys a user may touch', async (t) => {
  const auth = newAuthStore();
  auth.enabled = true;
  addUser(auth, { name: 'u', hashedPassword: '', noPassword: true });
  const grants: Record<string, Permission[]> = {
    one: [{ permType: 'READ', key: 'a', rangeEnd: 'c' }, { permType: 'WRITE', key: 'k' }],
    two: [{ permType: 'READ', key: 'c', rangeEnd: 'f' }, { permType: 'READWRITE', key: 'x', rangeEnd: '\0' }],
  };
  for (const [name, permissions] of Object.entries(grants)) {
    addRole(auth, name);
    for (const perm of permissions) grantPermission(auth, { name, perm });
    grantRole(auth, { user: 'u', role: name });
  }
  const who = { username: 'u', revision: auth.revision };
  const table: readonly [access: 'READ' | 'WRITE', key: string, rangeEnd: string | undefined, allowed: boolean][] = [
    ['READ', 'a', undefined, true], ['READ', 'b/x', undefined, true], ['READ', 'c', undefined, true], ['READ', 'f', undefined, false],
    ['READ', 'a', 'f', true], ['READ', 'b', 'e', true], ['READ', 'a', 'f\0', false], ['READ', '0', 'b', false], ['READ', 'a', '\0', false],
    ['WRITE', 'a', undefined, false], ['WRITE', 'k', undefined, true], ['WRITE', 'k', 'k\0', true], ['WRITE', 'k', 'l', false], ['READ', 'k', undefined, false],
    ['READ', 'x', '\0', true], ['WRITE', 'y', 'z', true], ['WRITE', 'w', '\0', false], ['READ', 'zzz', undefined, true],
  ];
  for (const [access, key, rangeEnd, allowed] of table) {
    const error = checkKeys(auth, who, access, rangeEnd === undefined ? { key } : { key, rangeEnd });
    t.equal(error, allowed ? undefined : 'etcdserver: permission denied', `${access} [${key}, ${rangeEnd ?? 'single'})`);
  }
  t.equal(checkKeys(auth, { username: 'u', revision: auth.revision - 1 }, 'READ', { key: 'a' }), 'etcdserver: revision of auth store is old');
  t.equal(checkKeys(auth, { username: 'gone', revision: auth.revision }, 'READ', { key: 'a' }), 'etcdserver: permission denied');
  t.equal(checkKeys(auth, undefined, 'READ', { key: 'a' }), 'etcdserver: user name is empty');
});

t.test('what a user may do through requests', async (t) => {
  const cluster = guarded([{ permType: 'READWRITE', key: 'app/', rangeEnd: 'app0' }, { permType: 'WRITE', key: 'drop' }]);
  const denied = 'etcdserver: permission denied';
  const nobody = 'etcdserver: user name is empty';
  cluster.token = undefined;
  const open: readonly [EtcdRequest, string][] = [
    [put('app/a'), nobody], [get('app/a'), nobody], [get('app/a', { serializable: true }), nobody], [del('app/a'), nobody],
    [{ op: 'status', args: {} }, nobody], [{ op: 'snapshot', args: {} }, nobody], [{ op: 'defragment', args: {} }, nobody],
    [{ op: 'memberAdd', args: { peerURLs: ['http://m9:2380'] } }, nobody], [{ op: 'userList', args: {} }, nobody],
    [{ op: 'memberList', args: {} }, ''], [{ op: 'alarm', args: { action: 'get' } }, ''], [{ op: 'health', args: {} }, ''],
  ];
  for (const [request, error] of open) t.equal(errorOf(cluster.do('m1', request)), error, `nobody: ${request.op}`);
  cluster.token = 'forged.1';
  t.equal(errorOf(cluster.do('m1', put('app/a'))), 'etcdserver: invalid auth token');
  t.equal(logIn(cluster, 'alice', 'wrong'), 'etcdserver: authentication failed, invalid user ID or password');
  t.equal(logIn(cluster, 'alice', 'pw'), '');
  t.match(cluster.token, /^[a-zA-Z]{16}\.\d+$/);
  const alice: readonly [EtcdRequest, string][] = [
    [put('app/a'), ''], [put('other'), denied], [get('app/a'), ''], [get('other'), denied], [get('app/', { rangeEnd: 'app0' }), ''],
    [get('\0', { rangeEnd: '\0' }), denied], [put('drop'), ''], [put('drop', 'v', { prevKv: true }), denied], [get('drop'), denied],
    [del('drop', { prevKv: true }), denied], [del('drop'), ''], [del('app/', { rangeEnd: 'app0' }), ''],
    [{ op: 'txn', args: { compare: [{ key: 'app/a', target: 'version', result: 'equal', operand: 0 }], success: [put('app/b')].map(({ args }) => ({ put: args })), failure: [] } }, ''],
    [{ op: 'txn', args: { compare: [{ key: 'other', target: 'version', result: 'equal', operand: 0 }], success: [], failure: [] } }, denied],
    [{ op: 'txn', args: { compare: [], success: [{ range: { key: 'app/b' } }], failure: [{ put: { key: 'other', value: '' } }] } }, denied],
    [{ op: 'txn', args: { compare: [], success: [{ txn: { compare: [], success: [{ put: { key: 'other', value: '' } }], failure: [] } }], failure: [] } }, denied],
    [{ op: 'status', args: {} }, denied], [{ op: 'hashKV', args: {} }, denied], [{ op: 'memberRemove', args: { id: 'abc' } }, denied],
    [{ op: 'userAdd', args: { name: 'x', password: 'x' } }, denied], [{ op: 'userGet', args: { name: 'alice' } }, ''], [{ op: 'userGet', args: { name: 'root' } }, denied],
    [{ op: 'roleGet', args: { role: 'app' } }, ''], [{ op: 'roleGet', args: { role: 'root' } }, denied], [{ op: 'authDisable', args: {} }, denied],
    [{ op: 'leaseGrant', args: { ttl: 60, id: '77' } }, ''], [put('app/l', 'v', { lease: '77' }), ''], [{ op: 'leaseTimeToLive', args: { id: '77', keys: true } }, ''],
  ];
  for (const [request, error] of alice) t.equal(errorOf(cluster.do('m1', request)), error, `alice: ${request.op} ${JSON.stringify(request.args)}`);
  const watch = cluster.watch('m1', { key: 'other' });
  const allowed = cluster.watch('m1', { key: 'app/', rangeEnd: 'app0' });
  cluster.do('m1', put('app/w'));
  cluster.run(0.1);
  t.match(cluster.client.answers.find((one) => one.id === watch), { type: 'etcd.watchCanceled', reason: denied });
  t.equal(cluster.events(allowed).length, 1);
  t.equal(logIn(cluster, 'root', 'rootpw'), '');
  for (const request of [put('other', 'v', { lease: '77' }), { op: 'status', args: {} }, { op: 'userAdd', args: { name: 'bob', password: 'b' } }] as const) {
    t.equal(errorOf(cluster.do('m1', request)), '', `root: ${request.op}`);
  }
  logIn(cluster, 'alice', 'pw');
  t.equal(errorOf(cluster.do('m1', { op: 'leaseRevoke', args: { id: '77' } })), denied, 'a lease with a key of others');
  t.equal(errorOf(cluster.do('m1', put('app/m', 'v', { lease: '77' }))), denied, 'nor is anything attached to it');
  t.equal(errorOf(cluster.do('m1', { op: 'leaseTimeToLive', args: { id: '77', keys: true } })), denied);
});

t.test('tokens', async (t) => {
  const cluster = guarded([{ permType: 'READWRITE', key: 'a', rangeEnd: 'b' }], { size: 3 });
  cluster.run(1);
  logIn(cluster, 'alice', 'pw', 'm2');
  const token = cluster.token;
  for (const name of cluster.names) t.equal(errorOf(cluster.do(name, put('a/k', name))), '', `known on ${name}`);
  cluster.run(250);
  t.equal(errorOf(cluster.do('m1', get('a/k'))), '', 'use prolongs it there');
  cluster.run(100);
  t.equal(errorOf(cluster.do('m1', get('a/k'))), '');
  t.equal(errorOf(cluster.do('m3', get('a/k'))), 'etcdserver: invalid auth token', 'and nowhere else');
  logIn(cluster, 'root', 'rootpw');
  const root = cluster.token;
  t.equal(errorOf(cluster.do('m1', { op: 'userChangePassword', args: { name: 'alice', password: 'new' } })), '');
  cluster.token = token;
  t.equal(errorOf(cluster.do('m1', get('a/k'))), 'etcdserver: invalid auth token', 'a new password ends the old logins');
  t.equal(logIn(cluster, 'alice', 'pw'), 'etcdserver: authentication failed, invalid user ID or password');
  t.equal(logIn(cluster, 'alice', 'new'), '');
  const again = cluster.token;
  cluster.token = root;
  cluster.do('m1', { op: 'roleRevokePermission', args: { role: 'app', key: 'a', rangeEnd: 'b' } });
  cluster.token = again;
  t.equal(errorOf(cluster.do('m1', get('a/k'))), 'etcdserver: permission denied', 'changed rules count at once');
  cluster.kernel.crash(memberOn('m1'));
  cluster.kernel.restart(memberOn('m1'));
  cluster.run(3);
  t.equal(cluster.member('m1')?.auth.enabled, true, 'rules survive a restart');
  t.equal(errorOf(cluster.do('m1', get('a/k'))), 'etcdserver: invalid auth token', 'tokens do not');
  cluster.token = root;
  t.equal(errorOf(cluster.do('m2', { op: 'userDelete', args: { name: 'alice' } })), '');
  cluster.run(1);
  for (const { auth } of cluster.members) t.same([...auth.users.keys()], ['root']);
});

t.test('leases of a guarded cluster end by themselves', async (t) => {
  const cluster = guarded([{ permType: 'READWRITE', key: 'a', rangeEnd: 'b' }]);
  logIn(cluster, 'alice', 'pw');
  cluster.do('m1', { op: 'leaseGrant', args: { ttl: 2, id: '7' } });
  cluster.do('m1', put('a', 'v', { lease: '7' }));
  cluster.run(4);
  t.equal(body(cluster.do('m1', get('a'))).count, 0);
});

t.test('kube-apiserver is known by its certificate, others by their tokens', async (t) => {
  const cluster = started();
  for (const request of [
    { op: 'userAdd', args: { name: 'root', password: 'pw' } }, { op: 'userGrantRole', args: { user: 'root', role: 'root' } }, { op: 'authEnable', args: {} },
  ] as const) cluster.do('m1', request);
  const member = cluster.member('m1')!;
  const who = (process: string, token?: string): unknown => authInfoOf(member, credentialOf(member, process as never, token), 0);
  t.same(who('cp-1/kube-apiserver'), { username: 'kube-apiserver-etcd-client', revision: member.auth.revision });
  t.equal(who('cp-1/terminal'), undefined, 'without a token nobody');
  t.equal(who('cp-1/kube-apiserver', 'forged'), 'etcdserver: invalid auth token', 'a token counts before the certificate');
  const asked = checkKeys(member.auth, who('cp-1/kube-apiserver') as never, 'READ', { key: '/registry/pods/' });
  t.equal(asked, 'etcdserver: permission denied', 'as long as there is no such user');
  logIn(cluster, 'root', 'pw');
  cluster.do('m1', { op: 'userAdd', args: { name: 'kube-apiserver-etcd-client', noPassword: true } });
  cluster.do('m1', { op: 'userGrantRole', args: { user: 'kube-apiserver-etcd-client', role: 'root' } });
  t.equal(checkKeys(cluster.member('m1')!.auth, who('cp-1/kube-apiserver') as never, 'READ', { key: '/registry/pods/' }), undefined);
});

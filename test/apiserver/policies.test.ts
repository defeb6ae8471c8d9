/** Policies in CEL and webhooks, asked directly: which requests they see, what they say. */
import t from 'tap';
import { deepFreeze, type NodeName, processId } from '../../src/base/data.ts';
import { Table } from '../../src/base/table.ts';
import { encodeBase64Text } from '../../src/api/base64.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { descriptorOfKind } from '../../src/api/scheme.ts';
import { isStatus, type Status } from '../../src/api/status.ts';
import type { AdmissionAttributes, Need, Operation } from '../../src/apiserver/admission/plugin.ts';
import { validatingPolicy } from '../../src/apiserver/admission/policy/validating-policy.ts';
import { mutatingWebhook } from '../../src/apiserver/admission/webhook/mutating-webhook.ts';
import { validatingWebhook } from '../../src/apiserver/admission/webhook/validating-webhook.ts';
import { answerReview } from '../../src/kubelet/programs/webhook.ts';
import type { Server } from '../../src/apiserver/state.ts';
import { type Answer, Cluster, configMap, message, serviceAccount, user } from './harness.ts';
import { fakeRuntime } from './fake-runtime.ts';

const GROUP = 'admissionregistration.k8s.io';
const PREFIXES: Record<string, string> = { '/namespaces': '/registry/namespaces/', '/configmaps': '/registry/configmaps/default/' };

/** A server whose caches hold some objects. */
function serverWith(objects: Record<string, object[]>): Server {
  const caches = new Map(Object.entries(objects).map(([resource, list]) => {
    const entries = list.map(one => [`${PREFIXES[resource] ?? `/registry/${resource}/`}${(one as KubeObject).metadata.name}`, deepFreeze(one) as KubeObject] as const);
    return [resource, { items: new Table(entries) }];
  }));
  return { state: { caches, config: { alwaysAllow: false }, definitions: {}, rbacVersion: {}, podsByNode: new Table() }, out: { now: 0, draw: () => 0, record: () => undefined } } as unknown as Server;
}

interface Ask { readonly object?: object; readonly old?: object; readonly operation?: Operation; readonly kind?: string; readonly namespace?: string; readonly dryRun?: boolean; readonly groups?: string[] }
function attributesOf({ object, old, operation = 'CREATE', kind = 'Pod', namespace = 'default', dryRun = false, groups = [] }: Ask, learned: ReadonlyMap<string, unknown> = new Map()): AdmissionAttributes {
  const descriptor = descriptorOfKind(kind);
  if (descriptor === undefined) throw new Error(kind);
  const one = object === undefined ? undefined : deepFreeze(object) as KubeObject;
  return {
    operation, descriptor, subresource: '', namespace, name: operation === 'CREATE' ? '' : (one ?? old as KubeObject).metadata.name, object: one, old: old as KubeObject | undefined, user: { name: 'jane', uid: '', groups },
    options: {}, dryRun, learned, reinvocation: undefined, notes: '', warnings: [], annotations: undefined,
  };
}

const pod = (labels: object = {}, spec: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], replicas: 3, ...spec } });
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: { env: 'prod' } } };
const everything = { resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }] };
const policy = (spec: object): object => ({ apiVersion: `${GROUP}/v1`, kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' }, spec: { matchConstraints: everything, failurePolicy: 'Fail', ...spec } });
const binding = (spec: object = {}): object => ({ metadata: { name: 'b' }, spec: { policyName: 'p', validationActions: ['Deny'], ...spec } });

function judge(spec: object, ask: Ask, bindingSpec: object = {}, more: Record<string, object[]> = {}): { status: Status | undefined; attributes: AdmissionAttributes } {
  const server = serverWith({ '/namespaces': [namespace], [`${GROUP}/validatingadmissionpolicies`]: [policy(spec)], [`${GROUP}/validatingadmissionpolicybindings`]: [binding(bindingSpec)], ...more });
  const attributes = attributesOf(ask);
  return { status: validatingPolicy.validate?.(attributes, server) as Status | undefined, attributes };
}
const denied = (text: string): string => `pods "web" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${text}`;

const rules: readonly (readonly [name: string, spec: object, ask: Ask, text: string, code?: number])[] = [
  ['a check that holds', { validations: [{ expression: 'object.spec.replicas <= 5' }] }, { object: pod() }, ''],
  ['a check that fails', { validations: [{ expression: 'object.spec.replicas <= 2' }] }, { object: pod() }, 'failed expression: object.spec.replicas <= 2', 422],
  ['a message', { validations: [{ expression: 'false', message: ' too many ', reason: 'Forbidden' }] }, { object: pod() }, 'too many', 403],
  ['a computed message', { validations: [{ expression: 'object.spec.replicas < 3', message: 'm', messageExpression: "'has ' + string(object.spec.replicas) + ' replicas'" }] }, { object: pod() }, 'has 3 replicas', 422],
  ['a computed message that fails', { validations: [{ expression: 'false', message: 'm', messageExpression: 'object.nope' }] }, { object: pod() }, 'm', 422],
  ['a check that costs too much', { validations: [{ expression: 'object.spec.numbers.all(x, object.spec.numbers.all(y, x + y > 0))' }] }, { object: pod({}, { numbers: Array.from({ length: 1000 }, () => 1) }) }, "expression 'object.spec.numbers.all(x, object.spec.numbers.all(y, x + y > 0))' resulted in error: operation cancelled: actual cost limit exceeded", 422],
  ['a check over two variables that costs too much', { validations: [{ expression: 'object.spec.numbers.all(i, x, object.spec.numbers.all(j, y, x + y > 0))' }] }, { object: pod({}, { numbers: Array.from({ length: 1000 }, () => 1) }) }, "expression 'object.spec.numbers.all(i, x, object.spec.numbers.all(j, y, x + y > 0))' resulted in error: operation cancelled: actual cost limit exceeded", 422],
  ['addresses in a block', { validations: [{ expression: "cidr('10.0.0.0/8').containsIP(object.spec.hostIP)", message: 'only from inside' }] }, { object: pod({}, { hostIP: '192.168.0.1' }) }, 'only from inside', 422],
  ['images by their registry', { validations: [{ expression: "object.spec.containers.all(c, image(c.image).registry() == 'registry.k8s.io')", message: 'our registry only' }] }, { object: pod({}, { containers: [{ name: 'a', image: 'nginx' }] }) }, 'our registry only', 422],
  ['checks that cost too much together', { validations: Array.from({ length: 30 }, () => ({ expression: 'object.spec.numbers.all(x, object.spec.numbers.all(y, x + y > 0))' })) }, { object: pod({}, { numbers: Array.from({ length: 250 }, () => 1) }) }, 'validation failed due to running out of cost budget, no further validation rules will be run', 422],
  ['authorization is dear', { validations: [{ expression: "[1, 2, 3].all(x, authorizer.group('').resource('pods').check('get').allowed() || true)" }] }, { object: pod() }, "expression '[1, 2, 3].all(x, authorizer.group('').resource('pods').check('get').allowed() || true)' resulted in error: operation cancelled: actual cost limit exceeded", 422],
  ['a field that is not there', { validations: [{ expression: 'object.spec.nope == 1' }] }, { object: pod() }, "expression 'object.spec.nope == 1' resulted in error: no such key: nope", 422],
  ['the same, ignored', { failurePolicy: 'Ignore', validations: [{ expression: 'object.spec.nope == 1' }] }, { object: pod() }, ''],
  ['variables', { variables: [{ name: 'app', expression: "has(object.metadata.labels.app) ? object.metadata.labels.app : 'none'" }, { name: 'long', expression: 'variables.app.size() > 3' }], validations: [{ expression: 'variables.long' }] }, { object: pod({ app: 'web' }) }, 'failed expression: variables.long', 422],
  ['a condition that does not hold', { matchConditions: [{ name: 'only-x', expression: "request.userInfo.username == 'x'" }], validations: [{ expression: 'false' }] }, { object: pod() }, ''],
  ['the request', { validations: [{ expression: "request.operation == 'UPDATE' && request.kind.kind == 'Pod'" }] }, { object: pod() }, "failed expression: request.operation == 'UPDATE' && request.kind.kind == 'Pod'", 422],
  ['the namespace', { validations: [{ expression: "namespaceObject.metadata.labels.env != 'prod'", message: 'not in production' }] }, { object: pod() }, 'not in production', 422],
  ['old and new', { validations: [{ expression: 'object.spec.replicas >= oldObject.spec.replicas', message: 'no scaling down' }] }, { object: pod(), old: pod({}, { replicas: 4 }), operation: 'UPDATE' }, 'no scaling down', 422],
  ['lists', { validations: [{ expression: "object.spec.containers.all(c, c.image.contains(':') && !c.image.endsWith(':latest'))", message: 'fixed tags only' }] }, { object: pod({}, { containers: [{ name: 'a', image: 'nginx:latest' }] }) }, 'fixed tags only', 422],
  ['quantities', { validations: [{ expression: "quantity(object.spec.size).isLessThan(quantity('1Gi'))", message: 'too big' }] }, { object: pod({}, { size: '2Gi' }) }, 'too big', 422],
  ['the authorizer', { validations: [{ expression: "authorizer.group('').resource('secrets').namespace('default').check('get').allowed()", message: 'readers of secrets only' }] }, { object: pod() }, 'readers of secrets only', 422],
  ['the authorizer, who may', { validations: [{ expression: "authorizer.group('').resource('secrets').namespace('default').check('get').allowed()" }] }, { object: pod(), groups: ['system:masters'] }, ''],
  ['an expression that is none', { validations: [{ expression: 'object.spec.' }] }, { object: pod() }, 'compilation error', 422],
  ['another operation', { matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['pods'] }] }, validations: [{ expression: 'false' }] }, { object: pod() }, ''],
  ['an exception', { matchConstraints: { ...everything, excludeResourceRules: [{ apiGroups: [''], apiVersions: ['*'], operations: ['*'], resources: ['pods'] }] }, validations: [{ expression: 'false' }] }, { object: pod() }, ''],
  ['a selector of objects', { matchConstraints: { ...everything, objectSelector: { matchLabels: { app: 'db' } } }, validations: [{ expression: 'false' }] }, { object: pod({ app: 'web' }) }, ''],
  ['a selector of namespaces', { matchConstraints: { ...everything, namespaceSelector: { matchLabels: { env: 'test' } } }, validations: [{ expression: 'false' }] }, { object: pod() }, ''],
];
for (const [name, spec, ask, text, wantCode] of rules) {
  t.test(`policy: ${name}`, t => {
    const { status } = judge(spec, ask);
    if (text === '') t.equal(status, undefined);
    else {
      t.ok(status?.message?.startsWith(denied(text)), `${status?.message ?? 'nothing'}`);
      t.equal(status?.code, wantCode);
    }
    t.end();
  });
}

t.test('policy: params, actions and annotations', t => {
  const limit = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'limits', namespace: 'default' }, data: { max: '2' } };
  const spec = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'object.spec.replicas <= int(params.data.max)', messageExpression: "'at most ' + params.data.max" }] };
  const ref = { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } };
  t.equal(judge(spec, { object: pod() }, ref, { '/configmaps': [limit] }).status?.message, denied('at most 2'));
  t.equal(judge(spec, { object: pod() }, ref, { '/configmaps': [] }).status?.message, denied('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'));
  t.equal(judge(spec, { object: pod() }, { paramRef: { ...ref.paramRef, parameterNotFoundAction: 'Allow' } }, { '/configmaps': [] }).status, undefined);
  const warned = judge({ validations: [{ expression: 'false', message: 'no' }], auditAnnotations: [{ key: 'replicas', valueExpression: "'had ' + string(object.spec.replicas)" }] }, { object: pod() }, { validationActions: ['Warn', 'Audit'] });
  t.equal(warned.status, undefined);
  t.same(warned.attributes.warnings, ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no"]);
  t.match(warned.attributes.annotations, { 'p/replicas': 'had 3', 'validation.policy.admission.k8s.io/validation_failure': /"expressionIndex":0/ });
  t.end();
});

// ---- Webhooks --------------------------------------------------------------------------------------------------------

const hook = (name: string, path: string, more: object = {}): object => ({
  name, clientConfig: { service: { namespace: 'default', name: 'hooks', path } }, rules: everything.resourceRules, failurePolicy: 'Fail', sideEffects: 'None', timeoutSeconds: 10, ...more,
});
const configuration = (name: string, ...webhooks: object[]): object => ({ metadata: { name }, webhooks });

/** Runs a plugin and plays the program that it asks. */
function run(kind: 'mutating' | 'validating', configurations: object[], ask: Ask): { result: KubeObject | Status | undefined; asked: string[]; warnings: readonly string[] } {
  const server = serverWith({ '/namespaces': [namespace], [`${GROUP}/${kind}webhookconfigurations`]: configurations });
  const learned = new Map<string, unknown>();
  const asked: string[] = [];
  for (let round = 0; round < 20; round++) {
    const attributes = attributesOf(ask, learned);
    let result = kind === 'mutating' ? mutatingWebhook.mutate?.(attributes, server) : validatingWebhook.validate?.(attributes, server);
    if (kind === 'mutating' && attributes.reinvocation?.wanted === true && result !== undefined && !isStatus(result) && !('need' in result)) {
      attributes.object = result as KubeObject;
      attributes.reinvocation.round = 1;
      result = mutatingWebhook.mutate?.(attributes, server);
    }
    if (result === undefined || isStatus(result) || !('need' in result)) return { result: result as KubeObject | Status | undefined, asked, warnings: attributes.warnings };
    const { key, args } = (result as Need).need;
    const { name, client, request } = args as { name: string; client: any; request: object };
    asked.push(name);
    const { path } = client.service;
    const answered = answerReview(path, { request: { uid: 'u', ...request } });
    learned.set(key, path === '/refused' ? { ok: false, error: 'dial tcp 10.244.1.5:8443: connect: connection refused' } : { ok: true, uid: 'u', code: answered.code, body: answered.body });
  }
  throw new Error('no end');
}
const refusal = (result: unknown): [number | undefined, string | undefined] => [(result as Status).code, (result as Status).message];

t.test('validating webhooks', t => {
  const check = (webhooks: object[], ask: Ask = { object: pod() }): ReturnType<typeof run> => run('validating', [configuration('c', ...webhooks)], ask);
  t.equal(check([hook('ok.example.com', '/always-allow')]).result, undefined);
  t.same(refusal(check([hook('no.example.com', '/always-deny')]).result), [400, 'admission webhook "no.example.com" denied the request: this webhook denies all requests']);
  t.same(refusal(check([hook('team.example.com', '/require-label/team')]).result), [400, 'admission webhook "team.example.com" denied the request: the label "team" is required']);
  t.equal(check([hook('team.example.com', '/require-label/team')], { object: pod({ team: 'a' }) }).result, undefined);
  t.same(refusal(check([hook('gone.example.com', '/refused')]).result), [500, 'Internal error occurred: failed calling webhook "gone.example.com": failed to call webhook: dial tcp 10.244.1.5:8443: connect: connection refused']);
  t.equal(check([hook('gone.example.com', '/refused', { failurePolicy: 'Ignore' })]).result, undefined, 'nobody misses a webhook whose policy is Ignore');
  t.same(refusal(check([hook('odd.example.com', '/nowhere')]).result), [500, 'Internal error occurred: failed calling webhook "odd.example.com": failed to call webhook: the server could not find the requested resource']);
  t.match(refusal(check([hook('ill.example.com', '/error')]).result)[1], /an error on the server \("the webhook stumbled"\) has prevented the request from succeeding$/);
  t.same(check([hook('w.example.com', '/warn/careful+there')]).warnings, ['careful there']);
  t.same(refusal(check([hook('se.example.com', '/always-allow', { sideEffects: 'Some' })], { object: pod(), dryRun: true }).result), [400, 'admission webhook "se.example.com" does not support dry run']);
  const never: readonly (readonly [string, object, Ask?])[] = [
    ['other operations', { rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['pods'] }] }],
    ['other resources', { rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods/status', 'services'] }] }],
    ['cluster-wide things', { rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'], scope: 'Cluster' }] }],
    ['other namespaces', { namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['prod'] }] } }],
    ['other objects', { objectSelector: { matchLabels: { guard: 'on' } } }],
    ['other users', { matchConditions: [{ name: 'u', expression: "request.userInfo.username != 'jane'" }] }],
  ];
  for (const [what, more] of never) t.same(check([hook('x.example.com', '/always-deny', more)]).asked, [], `it wants ${what} only`);
  const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } };
  t.same(check([hook('x.example.com', '/always-deny', { namespaceSelector: { matchLabels: { env: 'prod' } } })], { object: own, kind: 'Namespace', namespace: '' }).asked, [], 'a namespace is selected by its own labels');
  t.end();
});

t.test('mutating webhooks', t => {
  const labels = (result: unknown): object | undefined => (result as KubeObject).metadata.labels;
  const one = run('mutating', [configuration('c', hook('l.example.com', '/add-label/team/a'))], { object: pod({ app: 'web' }) });
  t.same(labels(one.result), { app: 'web', team: 'a' });
  const order = run('mutating', [configuration('b', hook('second', '/add-label/x/2')), configuration('a', hook('first', '/add-label/x/1'))], { object: pod() });
  t.same([order.asked, labels(order.result)], [['first', 'second'], { x: '2' }], 'by the names of their configurations');
  const again = run('mutating', [configuration('a', hook('early', '/require-label/x', { reinvocationPolicy: 'IfNeeded', failurePolicy: 'Ignore' })), configuration('b', hook('late', '/add-label/x/1'))], { object: pod({ x: '0' }) });
  t.same(again.asked, ['early', 'late', 'early'], 'who asked for it sees what the later one changed');
  const once = run('mutating', [configuration('a', hook('early', '/always-allow')), configuration('b', hook('late', '/add-label/x/1'))], { object: pod() });
  t.same(once.asked, ['early', 'late']);
  t.same(refusal(run('mutating', [configuration('a', hook('no', '/always-deny'))], { object: pod() }).result), [400, 'admission webhook "no" denied the request: this webhook denies all requests']);
  t.end();
});

// ---- The whole way ---------------------------------------------------------------------------------------------------

t.test('webhooks are programs in pods behind a Service', t => {
  const cluster = new Cluster({ verify: true, extraKinds: [fakeRuntime as never] }).settle();
  cluster.kernel.spawn({ id: processId('worker-1', 'containerd'), kind: 'fake-runtime', node: 'worker-1' as NodeName, config: {} });
  cluster.create(serviceAccount('default'));
  const endpoints = (ready: boolean, port = 8443): object => ({
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'hooks', namespace: 'default', labels: { 'kubernetes.io/service-name': 'hooks' } }, addressType: 'IPv4',
    ports: [{ name: '', port, protocol: 'TCP' }], endpoints: [{ addresses: ['10.244.1.5'], nodeName: 'worker-1', conditions: { ready }, targetRef: { kind: 'Pod', name: 'hook', namespace: 'default' } }],
  });
  cluster.create({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'hooks', namespace: 'default' }, spec: { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 8443 }] } });
  cluster.create(endpoints(true));
  const configure = (kind: 'Validating' | 'Mutating', name: string, path: string, more: object = {}): void => {
    const webhook = { ...hook(`${name}.example.com`, path, more), admissionReviewVersions: ['v1'], rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }] };
    const made = cluster.create({ apiVersion: `${GROUP}/v1`, kind: `${kind}WebhookConfiguration`, metadata: { name }, webhooks: [webhook] });
    t.equal(made.code, 201, message(made));
    cluster.runSeconds(1);
  };
  const remove = (kind: string, name: string): void => { cluster.call('delete', `${kind}WebhookConfiguration`, name); cluster.runSeconds(1); };
  configure('Mutating', 'marker', '/add-label/marked/yes');
  t.same(cluster.create(configMap('one')).body.metadata.labels, { marked: 'yes' });
  const patched = cluster.call('patch', 'ConfigMap', 'default/one', { patchType: 'merge', body: { metadata: { labels: { marked: null, x: 'y' } } } });
  t.same(patched.body.metadata.labels, { x: 'y', marked: 'yes' }, 'an update goes the same way');
  configure('Validating', 'guard', '/require-label/team');
  const refused = (answer: Answer): [number, string] => [answer.code, message(answer)];
  t.same(refused(cluster.create(configMap('two'))), [400, 'admission webhook "guard.example.com" denied the request: the label "team" is required']);
  t.same(refused(cluster.call('patch', 'ConfigMap', 'default/one', { patchType: 'merge', body: { data: { a: 'b' } } })), [400, 'admission webhook "guard.example.com" denied the request: the label "team" is required']);
  t.equal(cluster.create({ ...configMap('three'), metadata: { name: 'three', namespace: 'default', labels: { team: 'a' } } }).code, 201);
  remove('Validating', 'guard');
  configure('Validating', 'slow', '/delay/30', { timeoutSeconds: 3 });
  const began = cluster.kernel.world.now;
  t.same(refused(cluster.create(configMap('late'))), [500, 'Internal error occurred: failed calling webhook "slow.example.com": failed to call webhook: Post "https://hooks.default.svc:443/delay/30?timeout=3s": context deadline exceeded']);
  t.ok(Math.abs(cluster.kernel.world.now - began - 3_000_000) < 100_000, 'after its own time-out');
  cluster.call('patch', 'ValidatingWebhookConfiguration', 'slow', { patchType: 'json', body: [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }] });
  cluster.runSeconds(1);
  t.equal(cluster.create(configMap('late')).code, 201, 'with Ignore it only takes longer');
  remove('Validating', 'slow');
  const text = (why: string): [number, string] => [500, `Internal error occurred: failed calling webhook "marker.example.com": failed to call webhook: Post "https://hooks.default.svc:443/add-label/marked/yes?timeout=10s": ${why}`];
  cluster.call('update', 'EndpointSlice', 'default/hooks', { body: { ...endpoints(true, 9999), metadata: cluster.call('get', 'EndpointSlice', 'default/hooks').body.metadata } });
  cluster.runSeconds(1);
  t.same(refused(cluster.create(configMap('four'))), text('dial tcp 10.244.1.5:9999: connect: connection refused'));
  cluster.call('update', 'EndpointSlice', 'default/hooks', { body: { ...endpoints(true), metadata: cluster.call('get', 'EndpointSlice', 'default/hooks').body.metadata } });
  cluster.runSeconds(1);
  cluster.kernel.crash('worker-1/containerd');
  t.same(refused(cluster.create(configMap('four'))), text('dial tcp 10.244.1.5:8443: connect: connection refused'));
  cluster.call('update', 'EndpointSlice', 'default/hooks', { body: { ...endpoints(false), metadata: cluster.call('get', 'EndpointSlice', 'default/hooks').body.metadata } });
  cluster.runSeconds(1);
  t.same(refused(cluster.create(configMap('four'))), text('no endpoints available for service "hooks"'));
  cluster.call('delete', 'Service', 'default/hooks');
  cluster.runSeconds(1);
  t.same(refused(cluster.create(configMap('four'))), text('service "hooks" not found'));
  t.equal(cluster.call('delete', 'MutatingWebhookConfiguration', 'marker').code, 200, 'a configuration can always be removed');
  cluster.runSeconds(1);
  t.equal(cluster.create(configMap('four')).code, 201);
  t.end();
});

t.test('certificates are approved and signed by those who may', t => {
  const cluster = new Cluster({ verify: true }).settle();
  // O=system:masters, CN=bob
  const masters = 'MIHiMIGJAgEAMCcxFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJzMQwwCgYDVQQDDANib2IwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATfAmuZtpm+FTSsDWIDXuavuUd3MJTrpq95Z1i8SnLPtEKnZqsFYnai3wRPis2aIMdtvtRE+dR2iESrWVWjwg6WoAAwCgYIKoZIzj0EAwIDSAAwRQIgdl4d6Oqizm6W8so5Fjo0YxpZu9zFsEEvmzFA9CoADMECIQDLOM1KXQOy4czfjiLbDwPjgUiitVYU9CcTv/iHkR/QMg==';
  const pem = (body: string): string => encodeBase64Text(`-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`);
  const request = (name: string, body: string): Answer => cluster.create({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec: { request: pem(body), signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] } });
  t.match([request('boss', masters).code, message(request('boss', masters))], [403, /use of kubernetes.io\/kube-apiserver-client signer with system:masters group is not allowed$/]);
  // O=dev, CN=alice
  const alice = 'MIHYMIGAAgEAMB4xDjAMBgNVBAMMBWFsaWNlMQwwCgYDVQQKDANkZXYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATfAmuZtpm+FTSsDWIDXuavuUd3MJTrpq95Z1i8SnLPtEKnZqsFYnai3wRPis2aIMdtvtRE+dR2iESrWVWjwg6WoAAwCgYIKoZIzj0EAwIDRwAwRAIgWqYRTEqfk/OCXpzSOzPEbq5wEEWibMHOkgJnD5kce4ACIEybPWYG+n4sb66IwP1KhsvxESKmlL4ns+fB4R+F7y/O';
  t.match(message(request('ann', encodeBase64Text('no request at all'))), /asn1: structure error: tags don't match/);
  t.equal(request('ann', alice).code, 201);
  const grant = (name: string, rules: object[]): void => {
    cluster.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules });
    cluster.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'eve' }] });
    cluster.runSeconds(1);
  };
  grant('touch', [{ apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status', 'certificatesigningrequests'], verbs: ['*'] }]);
  const approve = (): Answer => cluster.call('update', 'CertificateSigningRequest', 'ann', { as: user('eve'), subresource: 'approval', body: { ...cluster.call('get', 'CertificateSigningRequest', 'ann').body, status: { conditions: [{ type: 'Approved', status: 'True', reason: 'ok' }] } } });
  const signed = 'MIIBbTCCAROgAwIBAgIUdqlUabiJSvmpSEZF/IkcgEAk2+IwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAeFw0yNjExMjMwMTI2MjNaFw0zNjExMjAwMTI2MjNaMAwxCjAIBgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASUiScifdPkZ5dwHJkLd0LV0baW1SW+pviJ/IiXqLl0kpJYzVWUJWi7yg87+BLGZY2zmJsp0VuCuKDZpLfc5nS8o1MwUTAdBgNVHQ4EFgQU1txap8ARQhke9Rt7HV7s1s/w4HAwHwYDVR0jBBgwFoAU1txap8ARQhke9Rt7HV7s1s/w4HAwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBNA57RAR2oW2QJPKmAIMJtqvE77szixWd5l6qM1mxfbAIhAIodxoEALCdby7kVxXWG0gY6iWZdsu7PvbxzaEcgxZS6';
  const sign = (): Answer => cluster.call('patch', 'CertificateSigningRequest', 'ann', { as: user('eve'), subresource: 'status', patchType: 'merge', body: { status: { certificate: encodeBase64Text(`-----BEGIN CERTIFICATE-----\n${signed}\n-----END CERTIFICATE-----\n`) } } });
  t.match(message(approve()), /user not permitted to approve requests with signerName "kubernetes.io\/kube-apiserver-client"$/);
  grant('approve', [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['kubernetes.io/*'], verbs: ['approve'] }]);
  t.equal(approve().code, 200, 'the right for all signers of the domain is enough');
  t.match(message(sign()), /user not permitted to sign requests with signerName "kubernetes.io\/kube-apiserver-client"$/);
  grant('sign', [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['kubernetes.io/kube-apiserver-client'], verbs: ['sign'] }]);
  t.equal(sign().code, 200);
  t.end();
});

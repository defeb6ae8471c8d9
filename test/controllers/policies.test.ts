import t from 'tap';
import { presets, type Topology } from '../../src/cluster/topology.ts';
import { bootedWorld } from '../../src/program/booted.ts';
import { Session } from '../../src/repl/session.ts';

/** Policies and webhooks as their user meets them: at the prompt, on a whole cluster. */

function sit(): Session {
  const topology = presets['default'] as Topology;
  const booted = bootedWorld(topology, 1);
  return new Session({ topology, seed: 1, lang: 'en', lessonsFolder: 'lessons', topologyOf: (name) => presets[name], ...(booted !== undefined ? { booted } : {}) });
}

const json = (session: Session, line: string): any => JSON.parse(session.run(`${line} -o json`).stdout);
const put = (session: Session, object: object): string => {
  const { stdout, stderr } = session.run(`kubectl apply -f - <<'EOF'\n${JSON.stringify(object)}\nEOF`);
  return (stdout + stderr).trimEnd();
};
const API = 'admissionregistration.k8s.io/v1';
const rule = (more: object = {}): object => ({ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'], ...more });
const policy = (name: string, spec: object): object => ({ apiVersion: API, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec: { failurePolicy: 'Fail', matchConstraints: { resourceRules: [rule()] }, ...spec } });
const binding = (name: string, spec: object = {}): object => ({ apiVersion: API, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name, validationActions: ['Deny'], ...spec } });
const map = (name: string, data: object = {}, more: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...more }, data });
/** The last audit event about an object. */
const audited = (session: Session, name: string): any => {
  const lines = session.run(`kubectl get --raw /logs/kubernetes/audit/audit.log | grep '"name":"${name}"'`).stdout.split('\n').filter(line => line !== '' && !line.includes('"verb":"get"'));
  return JSON.parse(lines[lines.length - 1] ?? '{}');
};

t.test('expressions are checked when a policy is written, and against the kinds that it is about', t => {
  const session = sit();
  const refused = (spec: object): string => put(session, policy('p', spec));
  t.equal(refused({ validations: [{ expression: 'object.data.size() >' }] }).split('\n').slice(0, 3).join('\n'),
    "The ValidatingAdmissionPolicy \"p\" is invalid: spec.validations[0].expression: Invalid value: \"object.data.size() >\": compilation failed: ERROR: <input>:1:21: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | object.data.size() >\n | ....................^");
  t.match(refused({ validations: [{ expression: '1 + 1' }] }), /spec\.validations\[0\]\.expression: Invalid value: "1 \+ 1": must evaluate to bool$/);
  t.match(refused({ validations: [{ expression: 'true', messageExpression: '3' }] }), /messageExpression: Invalid value: "3": must evaluate to string$/);
  t.match(refused({ validations: [{ expression: 'params.x == 1' }] }), /undeclared reference to 'params' \(in container ''\)/, 'without a kind there are no parameters');
  t.match(refused({ validations: [{ expression: 'variables.b' }], variables: [{ name: 'a', expression: 'true' }] }), /undefined field 'b'/);
  t.match(refused({ variables: [{ name: 'a', expression: 'variables.b' }, { name: 'b', expression: 'true' }], validations: [{ expression: 'variables.a' }] }), /spec\.variables\[0\]\.expression: Invalid value: "variables\.b".*undefined field 'b'/s, 'a variable names those before it');
  t.match(refused({ auditAnnotations: [{ key: 'k', valueExpression: 'true' }] }), /valueExpression: Invalid value: "true": must evaluate to one of \[string null_type\]$/);
  t.match(refused({ matchConditions: [{ name: 'c', expression: '"a"' }], validations: [{ expression: 'true' }] }), /spec\.matchConditions\[0\]\.expression: Invalid value: "\\"a\\"": must evaluate to bool$/);
  put(session, policy('deployments', {
    matchConstraints: { resourceRules: [rule({ apiGroups: ['apps'], resources: ['deployments', 'replicasets'] })] },
    validations: [{ expression: 'object.spec.replicas > "5"' }, { expression: 'object.spec.replcas < 5', messageExpression: 'object.metadata.nam' }, { expression: 'object.spec.template.spec.containers.all(c, c.image.contains(":"))' }],
  }));
  session.run('advance 2s');
  const { status } = json(session, 'kubectl get validatingadmissionpolicy deployments');
  t.equal(status.observedGeneration, 1);
  t.same(status.typeChecking.expressionWarnings.map(({ fieldRef }: any) => fieldRef), ['spec.validations[0].expression', 'spec.validations[1].expression', 'spec.validations[1].messageExpression']);
  t.equal(status.typeChecking.expressionWarnings[1].warning, ['Deployment', 'ReplicaSet'].map(kind => `apps/v1, Kind=${kind}: ERROR: <input>:1:12: undefined field 'replcas'\n | object.spec.replcas < 5\n | ...........^\n`).join('\n'));
  t.match(status.typeChecking.expressionWarnings[0].warning, /^apps\/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '\(int, string\)'\n/);
  put(session, policy('deployments', { validations: [{ expression: 'object.data.size() < 5' }] }));
  session.run('advance 2s');
  const changed = json(session, 'kubectl get validatingadmissionpolicy deployments').status;
  t.same([changed.observedGeneration, changed.typeChecking?.expressionWarnings], [2, undefined], 'what is right leaves no warnings');
  t.end();
});

t.test('parameters: custom ones, selected ones, those of the own namespace, and none', t => {
  const session = sit();
  const schema = { openAPIV3Schema: { type: 'object', properties: { max: { type: 'integer' } } } };
  put(session, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'limits.example.com' }, spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'limits', kind: 'Limit' }, versions: [{ name: 'v1', served: true, storage: true, schema }] } });
  session.run('kubectl wait --for=condition=established crd/limits.example.com && advance 2s');
  const limit = (name: string, max: number, namespace = 'default'): string => put(session, { apiVersion: 'example.com/v1', kind: 'Limit', metadata: { name, namespace, labels: { use: 'yes' } }, max });
  const small = { paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' }, validations: [{ expression: 'object.data.size() <= params.max', messageExpression: '"at most " + string(params.max)' }] };
  put(session, policy('small', small));
  const bind = (spec: object): void => { session.run('kubectl delete validatingadmissionpolicybinding small'); put(session, binding('small', spec)); session.run('advance 1s'); };
  const denied = (text: string): string => `The configmaps "big" is invalid: : ValidatingAdmissionPolicy 'small' with binding 'small' denied request: ${text}`;
  const big = (): string => put(session, map('big', { a: '1', b: '2' }));
  bind({ paramRef: { name: 'here', parameterNotFoundAction: 'Deny' } });
  t.equal(big(), denied('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'));
  limit('here', 1);
  t.equal(big(), denied('at most 1'), 'a namespaced parameter is looked for in the namespace of the request');
  session.run('kubectl create namespace house');
  limit('loose', 5, 'house');
  bind({ paramRef: { name: 'loose', namespace: 'house', parameterNotFoundAction: 'Deny' } });
  t.equal(big(), 'configmap/big created');
  session.run('kubectl delete configmap big');
  limit('strict', 0, 'house');
  bind({ paramRef: { selector: { matchLabels: { use: 'yes' } }, namespace: 'house', parameterNotFoundAction: 'Deny' } });
  t.equal(big(), denied('at most 0'), 'each of the selected parameters has to be content');
  bind({ paramRef: { selector: { matchLabels: { use: 'no' } }, namespace: 'house', parameterNotFoundAction: 'Allow' } });
  t.equal(big(), 'configmap/big created');
  put(session, policy('lost', { ...small, paramKind: { apiVersion: 'example.com/v1', kind: 'Lost' } }));
  put(session, binding('lost', { paramRef: { name: 'x', parameterNotFoundAction: 'Allow' } }));
  session.run('advance 1s');
  t.equal(put(session, map('other')), "The configmaps \"other\" is invalid: : ValidatingAdmissionPolicy 'lost' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example.com/v1, Kind=Lost'");
  t.end();
});

t.test('actions and annotations of policies', t => {
  const session = sit();
  put(session, policy('named', { validations: [{ expression: '"owner" in object.metadata.?labels.orValue({})', message: 'who owns it?' }], auditAnnotations: [{ key: 'entries', valueExpression: 'string(object.data.size()) + " entries"' }] }));
  put(session, binding('named', { validationActions: ['Warn', 'Audit'] }));
  put(session, { ...binding('named') as any, metadata: { name: 'second' }, spec: { policyName: 'named', validationActions: ['Audit'] } });
  session.run('advance 1s');
  const made = session.run("kubectl create configmap warned --from-literal=a=1");
  t.same([made.exit, made.stderr], [0, "Warning: Validation failed for ValidatingAdmissionPolicy 'named' with binding 'named': who owns it?\n"]);
  const { annotations } = audited(session, 'warned');
  t.equal(annotations['named/entries'], '1 entries', 'the same value of two bindings stands once');
  t.same(JSON.parse(annotations['validation.policy.admission.k8s.io/validation_failure']).map(({ binding: by, message, expressionIndex, validationActions }: any) => [by, message, expressionIndex, validationActions]), [['named', 'who owns it?', 0, ['Warn', 'Audit']], ['second', 'who owns it?', 0, ['Audit']]]);
  t.end();
});

/** A cluster with the webhook image behind a Service. */
function withHooks(): Session {
  const session = sit();
  session.run('kubectl run hook --image=images.example/webhook:1.0 --port=8443 && kubectl expose pod hook --port=443 --target-port=8443 && kubectl wait --for=condition=Ready pod/hook');
  session.run('advance 3s');
  return session;
}
const hook = (kind: 'Validating' | 'Mutating', name: string, path: string, more: object = {}): object => ({
  apiVersion: API, kind: `${kind}WebhookConfiguration`, metadata: { name },
  webhooks: [{ name: `${name}.example.com`, clientConfig: { service: { namespace: 'default', name: 'hook', path } }, rules: [rule()], sideEffects: 'None', admissionReviewVersions: ['v1'], ...more }],
});

t.test('streams are asked about too', t => {
  const session = withHooks();
  session.run('kubectl run web --image=images.example/nginx:1.27 && kubectl wait --for=condition=Ready pod/web');
  const connects = { matchConstraints: { resourceRules: [rule({ operations: ['CONNECT'], resources: ['pods/exec', 'pods/attach', 'pods/portforward'] })] } };
  put(session, policy('noshell', { ...connects, validations: [{ expression: "object.kind != 'PodExecOptions' || !('sh' in object.command)", message: 'no shells', reason: 'Forbidden' }] }));
  put(session, binding('noshell'));
  session.run('advance 1s');
  t.equal(session.run('kubectl exec web -- echo hi').stdout, 'hi\n');
  t.same(session.run('kubectl exec web -- sh -c date'), { ...session.run('kubectl exec web -- sh -c date'), exit: 1, stderr: "Error from server (Forbidden): pods \"web\" is forbidden: ValidatingAdmissionPolicy 'noshell' with binding 'noshell' denied request: no shells\n" });
  put(session, hook('Validating', 'closed', '/always-deny', { rules: [rule({ operations: ['CONNECT'], resources: ['pods/portforward'] })] }));
  session.run('advance 1s');
  t.match(session.run('kubectl port-forward pod/web 8080:80').stderr, /admission webhook "closed\.example\.com" denied the request: this webhook denies all requests/);
  t.equal(session.run('kubectl exec web -- echo hi').stdout, 'hi\n', 'a rule for port-forward says nothing about exec');
  t.end();
});

t.test('webhooks see the version that their rules name', t => {
  const session = withHooks();
  const autoscaling = (apiVersions: string[]): object => rule({ apiGroups: ['autoscaling'], apiVersions, resources: ['horizontalpodautoscalers'] });
  const scaler = (name: string): string => session.run(`kubectl apply -f - <<'EOF'\n${JSON.stringify({ apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name }, spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' } } })}\nEOF`).stderr;
  put(session, hook('Validating', 'exact', '/always-deny', { rules: [autoscaling(['v2'])], matchPolicy: 'Exact' }));
  session.run('advance 1s');
  t.equal(scaler('one'), '', 'Exact: a request to another version is not seen');
  put(session, hook('Validating', 'exact', '/always-deny', { rules: [autoscaling(['v2'])], matchPolicy: 'Equivalent' }));
  session.run('advance 1s');
  t.match(scaler('two'), /admission webhook "exact\.example\.com" denied the request/);
  session.run('kubectl delete validatingwebhookconfiguration exact');
  put(session, policy('versions', { matchConstraints: { resourceRules: [autoscaling(['v2'])] }, validations: [{ expression: "object.apiVersion == 'autoscaling/v2' && request.requestKind.version == 'v1' && request.kind.version == 'v2' && has(object.spec.metrics)" }] }));
  put(session, binding('versions'));
  session.run('advance 1s');
  t.equal(scaler('three'), '', 'a policy is shown the version of its rule');
  put(session, hook('Mutating', 'marker', '/add-label/marked/yes', { rules: [autoscaling(['v2'])] }));
  session.run('advance 1s');
  t.equal(scaler('four'), '');
  t.same(json(session, 'kubectl get hpa four').metadata.labels, { marked: 'yes' }, 'a patch is made in that version, too');
  t.match(audited(session, 'four').annotations, { 'mutation.webhook.admission.k8s.io/round_0_index_0': '{"configuration":"marker","webhook":"marker.example.com","mutated":true}' });
  t.end();
});

t.test('what becomes of a request whose webhook is away', t => {
  const session = withHooks();
  put(session, hook('Validating', 'guard', '/require-label/team', { failurePolicy: 'Ignore', matchConditions: [{ name: 'people', expression: "!request.userInfo.username.startsWith('system:')" }] }));
  session.run('advance 1s');
  t.match(put(session, map('one')), /admission webhook "guard\.example\.com" denied the request: the label "team" is required/);
  t.match(session.run('kubectl create configmap dry --dry-run=server').stderr, /the label "team" is required/, 'without side effects it is asked in a dry run');
  session.run('kubectl delete pod hook --now');
  session.run('advance 5s');
  t.equal(put(session, map('two')), 'configmap/two created');
  t.match(audited(session, 'two').annotations, { 'failed-open.validating.webhook.admission.k8s.io/round_0_index_0': 'guard.example.com' });
  session.run(`kubectl patch validatingwebhookconfiguration guard --type=json -p '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Fail"}]'`);
  session.run('advance 1s');
  t.equal(put(session, map('three')), 'Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://hook.default.svc:443/require-label/team?timeout=10s": no endpoints available for service "hook"');
  session.run(`kubectl patch validatingwebhookconfiguration guard --type=json -p '[{"op":"add","path":"/webhooks/0/matchConditions/-","value":{"name":"odd","expression":"object.nope == 1"}}]'`);
  session.run('advance 1s');
  t.match(put(session, map('four')), /configmaps "four" is forbidden: match condition 'odd': expression 'object\.nope == 1' resulted in error: no such key: nope/);
  t.match(put(session, hook('Validating', 'bad', '/x', { matchConditions: [{ name: 'c', expression: 'nope' }] })), /webhooks\[0\]\.matchConditions\[0\]\.expression: Invalid value: "nope": compilation failed: ERROR: <input>:1:1: undeclared reference to 'nope'/);
  t.end();
});

import fc from 'fast-check';
import t from 'tap';
import { deepFreeze, seconds } from '../../src/base/data.ts';
import type { Micros } from '../../src/base/data.ts';
import { auditId } from '../../src/api/audit-id.ts';
import { decodeBase64Text, encodeBase64Text } from '../../src/api/base64.ts';
import { setCondition } from '../../src/api/condition.ts';
import { aggregateText, invalid, notSupported, required, tooMany } from '../../src/api/field-error.ts';
import { answerInGoOrder, inGoOrder } from '../../src/api/go-order.ts';
import { scaledValue } from '../../src/api/intstr.ts';
import { cidrContains, cidrSubnet, formatCidr, formatIPv4, isIP, parseCidr, parseIPv4 } from '../../src/api/ip.ts';
import { evaluateJsonPath, relaxedJsonPath } from '../../src/api/jsonpath.ts';
import type { Deployment, Lease, Node, Pod, PodSpec, Service } from '../../src/api/kinds/all.ts';
import { podResource } from '../../src/api/kinds/core/pod.ts';
import { linkedSpec, withAddressList } from '../../src/api/kinds/core/service-links.ts';
import type { Condition, KubeObject } from '../../src/api/meta.ts';
import { applyJsonPatch, applyMergePatch, createMergePatch, createThreeWayMergePatch } from '../../src/api/patch/json-patch.ts';
import { inOrder } from '../../src/api/patch/order.ts';
import { applyStrategicPatch } from '../../src/api/patch/strategic.ts';
import { createThreeWayPatch } from '../../src/api/patch/three-way.ts';
import { addQuantity, canonicalQuantity, compareQuantity, inUnits, isQuantity, milliValue, parseQuantity, quantityFault, subtractQuantity, wholeValue } from '../../src/api/quantity.ts';
import { storageKey } from '../../src/api/resource.ts';
import type { ResourceDescriptor } from '../../src/api/resource.ts';
import { apiGroups, descriptorOfKind, descriptorOfWord, descriptors } from '../../src/api/scheme.ts';
import { matchesLabels, parseLabelSelector, selectorOf, selectorText } from '../../src/api/selector.ts';
import * as status from '../../src/api/status.ts';
import { decodeObject, schemaTypeOf, fieldComplaints, strictErrorText } from '../../src/api/strict.ts';
import { age, formatMicroTime, formatTime, parseTime } from '../../src/api/time.ts';
import { schemaTypes } from '../../src/api/schema.generated.ts';
import { kept } from '../../src/api/zero-values.ts';

const kind = (name: string): ResourceDescriptor => {
  const found = descriptorOfKind(name);
  if (found === undefined) throw new Error(name);
  return found;
};

t.test('times begin with 2026 and go both ways', async (t) => {
  const cases: readonly [number, string][] = [
    [0, '2026-01-01T00:00:00Z'], [59.9, '2026-01-01T00:00:59Z'], [31 * 86_400, '2026-02-01T00:00:00Z'],
    [58 * 86_400 + 86_399, '2026-02-28T23:59:59Z'], [(365 + 365 + 59) * 86_400, '2028-02-29T00:00:00Z'],
  ];
  for (const [at, text] of cases) t.equal(formatTime(seconds(at)), text);
  t.equal(formatMicroTime(1_500_001 as Micros), '2026-01-01T00:00:01.500001Z');
  t.equal(parseTime('2026-01-01T01:00:00.25+01:00'), 250_000);
  for (const wrong of ['', '2026-13-01T00:00:00Z', '2026-01-01', '2026-01-01T00:00:00', 'x026-01-01T00:00:00Z']) t.equal(parseTime(wrong), undefined, wrong);
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (n) => parseTime(formatMicroTime(n as Micros)) === n));
  t.equal(age(undefined, seconds(1)), '<unknown>');
  t.equal(age('2026-01-01T00:00:00Z', seconds(90)), '90s');
});

t.test('amounts keep their value in canonical form', async (t) => {
  const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'E-2');
  fc.assert(fc.property(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 999 }), suffix, (whole, part, end) => {
    for (const text of [`${whole}${end}`, `${whole}.${part}${end}`, `-${whole}${end}`]) {
      const canonical = canonicalQuantity(text);
      const before = parseQuantity(text);
      const after = parseQuantity(canonical ?? '');
      if (!before.ok || !after.ok || before.value.nanos !== after.value.nanos) return false;
      if (canonicalQuantity(canonical ?? '') !== canonical) return false;
    }
    return true;
  }));
  const fast: readonly [string, number, number][] = [['250m', 250, 1], ['2', 2000, 2], ['1.5', 1500, 2], ['128Mi', 134_217_728_000, 134_217_728], ['1G', 1e12, 1e9], ['', 0, 0], ['9000Gi', 9000 * 1073741824000, 9000 * 1073741824]];
  for (const [text, milli, whole] of fast) t.same([milliValue(text), wholeValue(text)], [milli, whole], text);
});

t.test('short ways to an amount lead to the exact one', (t) => {
  const number = fc.oneof(fc.nat(20).map(String), fc.nat(9_999_999).map(String), fc.constantFrom('0', '8191', '8192', '999999999999', '1000000000000', '9007199254740993', '0.5', '1.0005', '.3', '12.'), fc.nat(10 ** 13).map(String));
  const text = fc.tuple(fc.constantFrom('', '', '', '-', '+'), number, fc.constantFrom('', '', 'm', 'm', 'Mi', 'Ki', 'Gi', 'Ti', 'Pi', 'k', 'M', 'G', 'n', 'u', 'e3', 'E-2')).map((all) => all.join(''));
  const nanos = (of: string): bigint => { const read = parseQuantity(of); return read.ok ? read.value.nanos : 0n; };
  const up = (of: string, unit: bigint): number => { const all = nanos(of); return Number(all / unit + (all % unit === 0n ? 0n : all > 0n ? 1n : -1n)); };
  const canonical = (of: string): string => canonicalQuantity(of) ?? '';
  const most = 2n ** 63n * 1_000_000_000n;
  fc.assert(fc.property(text, text, (a, b) => {
    // Beyond the largest amount there is nothing to be exact about.
    if ([a, b].some((of) => nanos(of) > most / 2n || nanos(of) < -most / 2n)) return;
    const found = [milliValue(a), wholeValue(a), Math.sign(compareQuantity(a, b)), nanos(addQuantity(a, b)), nanos(subtractQuantity(a, b)), nanos(canonical(a)), canonical(canonical(a)), isQuantity(a), quantityFault(a)].map(String);
    const order = nanos(a) < nanos(b) ? -1 : nanos(a) > nanos(b) ? 1 : 0;
    const wanted = [up(a, 1_000_000n), up(a, 1_000_000_000n), order, nanos(a) + nanos(b), nanos(a) - nanos(b), nanos(a), canonical(a), true, ''].map(String);
    if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${a} and ${b}: ${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
  }), { numRuns: 3000, seed: 1 });
  t.same([compareQuantity(undefined, '0'), compareQuantity('1m', undefined), compareQuantity(undefined, undefined), milliValue(undefined), wholeValue(undefined)].map(Math.sign), [0, 1, 0, 0, 0]);
  const units: readonly (readonly [resource: string, amount: string | undefined, divisor: string | undefined, wanted: number])[] = [
    ['cpu', '1500m', undefined, 2], ['cpu', '1500m', '1m', 1500], ['cpu', '1500m', '0', 2], ['cpu', '3', '2', 2], ['memory', '64Mi', '1Mi', 64], ['memory', '65Mi', '1Gi', 1], ['memory', '1Ki', undefined, 1024], ['memory', '1Ki', '1000', 2], ['cpu', undefined, undefined, 0],
  ];
  for (const [resource, amount, divisor, wanted] of units) t.equal(inUnits(resource, amount, divisor), wanted, `${resource} ${amount} ${divisor}`);
  t.end();
});

t.test('selectors print what they parse, and errors say what was expected', async (t) => {
  const errors: readonly [string, string][] = [
    ['x in a', "unable to parse requirement: found 'a' expected: '('"],
    ['x notin', "unable to parse requirement: found '' expected: '('"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['x==a==b', "found '==', expected: ',' or 'end of string'"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['x y', "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt"],
    ['-x', 'unable to parse requirement: <nil>: Invalid value: "-x": name part must consist of'],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['x>a', "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer"],
    ['x=%', 'unable to parse requirement: values[0][x]: Invalid value: "%": a valid label must be'],
  ];
  for (const [text, want] of errors) {
    const parsed = parseLabelSelector(text);
    t.ok(!parsed.ok && parsed.error.startsWith(want), `${text}: ${parsed.ok ? 'no error' : parsed.error}`);
  }
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
  const term = fc.oneof(word, word.map((w) => `!${w}`), fc.tuple(word, word).map(([a, b]) => `${a}=${b}`), fc.tuple(word, word, word).map(([a, b, c]) => `${a} in (${b},${c})`));
  fc.assert(fc.property(fc.array(term, { maxLength: 4 }), fc.dictionary(word, word), (terms, labels) => {
    const parsed = parseLabelSelector(terms.join(','));
    if (!parsed.ok) return false;
    const again = parseLabelSelector(selectorText(parsed.value));
    return again.ok && selectorText(again.value) === selectorText(parsed.value) && matchesLabels(again.value, labels) === matchesLabels(parsed.value, labels);
  }));
  fc.assert(fc.property(fc.string(), (text) => { parseLabelSelector(text); evaluateJsonPath(`{${text}}`, {}); evaluateJsonPath(text, {}); return true; }));
  t.equal(matchesLabels(selectorOf({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'DoesNotExist' }] }), { a: 'b' }), true);
  t.equal(matchesLabels(selectorOf(undefined), {}), false);
  t.equal(matchesLabels(selectorOf({}), {}), true);
});

t.test('failures are worded as upstream words them', async (t) => {
  const pods = { group: '', resource: 'pods' };
  const deployments = { group: 'apps', resource: 'deployments' };
  const cases: readonly [status.Status, number, string, string][] = [
    [status.notFound(pods, 'nope'), 404, 'NotFound', 'pods "nope" not found'],
    [status.alreadyExists(deployments, 'web'), 409, 'AlreadyExists', 'deployments.apps "web" already exists'],
    [status.conflict(deployments, 'web'), 409, 'Conflict', 'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again'],
    [status.forbiddenStatus(pods, '', 'User "bob" cannot list resource "pods" in API group "" in the namespace "default"'), 403, 'Forbidden', 'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"'],
    [status.forbiddenStatus(pods, 'x', 'exceeded quota: q1'), 403, 'Forbidden', 'pods "x" is forbidden: exceeded quota: q1'],
    [status.unauthorized(), 401, 'Unauthorized', 'Unauthorized'],
    [status.tooOldResourceVersion('1', '5'), 410, 'Expired', 'too old resource version: 1 (5)'],
    [status.invalidStatus({ group: '', kind: 'Pod' }, 'x', [required('spec.containers')]), 422, 'Invalid', 'Pod "x" is invalid: spec.containers: Required value'],
    [status.invalidStatus({ group: 'apps', kind: 'Deployment' }, 'w', [invalid('spec.replicas', -1, 'must be greater than or equal to 0'), notSupported('spec.a', 'b', ['c'])]), 422, 'Invalid',
      'Deployment.apps "w" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.a: Unsupported value: "b": supported values: "c"]'],
  ];
  for (const [made, code, reason, message] of cases) t.same([made.code, made.reason, made.message], [code, reason, message]);
  const shown: readonly (readonly [unknown, string])[] = [
    ['a\u0007\b\u001b\u007f"\\<b>', '"a\\a\\b\\x1b\\x7f\\"\\\\<b>"'], ['é\u00a0한\u2028😀\u200b', '"é\\u00a0한\\u2028😀\\u200b"'], [1234567.5, '1.2345675e+06'], [0.00001, '1e-05'], [0.5, '0.5'], [7_000_000, '7000000'], [true, 'true'], [undefined, 'null'],
    [{ a: '<x>&\u2028', b: [], c: null }, '{"a":"\\u003cx\\u003e\\u0026\\u2028","b":[],"c":null}'], [[], '[]'],
  ];
  for (const [value, want] of shown) t.equal(aggregateText([invalid('f', value, 'why')]), `f: Invalid value: ${want}: why`);
  t.equal(aggregateText([tooMany('a', 3, 2), tooMany('a', 3, 2)]), 'a: Too many: 3: must have at most 2 items');
});

t.test('decoding finds unknown fields and wrong types', async (t) => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } };
  const wrongType = decodeObject(kind('Deployment'), { ...deployment, spec: { replicas: 'three' } });
  t.equal(wrongType.ok ? '' : wrongType.error, 'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32');
  const unknown = decodeObject(kind('Deployment'), { ...deployment, spec: { foo: 1, template: { spec: { containers: [{ name: 'c', imag: 'x' }] } } }, dataa: {} });
  t.ok(unknown.ok);
  if (unknown.ok) {
    t.same(unknown.value.unknownFields, ['spec.foo', 'spec.template.spec.containers[0].imag', 'dataa']);
    t.equal(strictErrorText(kind('Deployment'), fieldComplaints(['spec.foo', 'dataa'], ['kind'])), 'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: duplicate field "kind", unknown field "spec.foo", unknown field "dataa"');
    t.notOk('dataa' in unknown.value.object);
  }
  const amounts = decodeObject(kind('Pod'), { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: null }, spec: { containers: [{ name: 'c', resources: { limits: { cpu: 0.5, memory: '1000m' } } }] } });
  t.match(amounts.ok && amounts.value.object, { spec: { containers: [{ resources: { limits: { cpu: '500m', memory: '1' } } }] } });
  t.equal(amounts.ok && 'labels' in amounts.value.object.metadata, false);
  const frozen = deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', ports: [{ containerPort: 80 }] }] } });
  const same = decodeObject(kind('Pod'), frozen);
  t.equal(same.ok && same.value.object, frozen, 'a clean object is not copied');
  for (const [body, want] of [
    [{ containerPort: '80' }, 'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32'],
    [{ containerPort: 1.5 }, 'json: cannot unmarshal number 1.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32'],
  ] as const) {
    const result = decodeObject(kind('Pod'), { ...frozen, spec: { containers: [{ name: 'c', ports: [body] }] } });
    t.match(result.ok ? '' : result.error, want);
  }
  const list = decodeObject(kind('Pod'), { ...frozen, spec: { containers: {} } });
  t.match(list.ok ? '' : list.error, 'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container');
  const secret = decodeObject(kind('Secret'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'not base64!' } });
  t.match(secret.ok ? '' : secret.error, 'illegal base64 data at input byte 3');
});

t.test('every kind is declared as discovery and storage need it', async (t) => {
  const keys: Record<string, string> = {
    Pod: '/registry/pods/ns/n', Service: '/registry/services/specs/ns/n', Endpoints: '/registry/services/endpoints/ns/n', Node: '/registry/minions/n', Lease: '/registry/leases/ns/n',
    Event: '/registry/events/ns/n', Deployment: '/registry/deployments/ns/n', ClusterRole: '/registry/clusterroles/n', EndpointSlice: '/registry/endpointslices/ns/n', PriorityClass: '/registry/priorityclasses/n',
  };
  for (const name of Object.keys(keys)) t.equal(storageKey(kind(name), 'ns', 'n'), keys[name]);
  const words: readonly [string, string][] = [['po', 'Pod'], ['deployments.apps', 'Deployment'], ['deployment.v1.apps', 'Deployment'], ['SERVICE', 'Service'], ['ep', 'Endpoints'], ['pods.v1', 'Pod'], ['no', 'Node']];
  for (const [word, name] of words) t.equal(descriptorOfWord(word)?.kind, name, word);
  for (const word of ['bogus', 'SVC']) t.equal(descriptorOfWord(word), undefined, word);
  t.equal(new Set(descriptors.map((descriptor) => `${descriptor.group}/${descriptor.plural}`)).size, descriptors.length, 'resources are unique');
  for (const descriptor of descriptors) t.not(schemaTypeOf(descriptor), '', `${descriptor.kind} has a structure`);
  t.same(apiGroups.map((group) => group.group), [
    '', 'apiregistration.k8s.io', 'apps', 'events.k8s.io', 'autoscaling', 'batch', 'certificates.k8s.io', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'storage.k8s.io',
    'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'scheduling.k8s.io', 'coordination.k8s.io', 'node.k8s.io', 'discovery.k8s.io', 'flowcontrol.apiserver.k8s.io',
  ]);
});

const bare: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'nginx:1.27', resources: { limits: { cpu: '1' } } }] } };

t.test('pods are defaulted once and shared', async (t) => {
  const first = deepFreeze(podResource.defaults(deepFreeze(bare)));
  t.match(first.spec, {
    restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30, schedulerName: 'default-scheduler', securityContext: {}, enableServiceLinks: true,
    containers: [{ imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: { requests: { cpu: '1' }, limits: { cpu: '1' } } }],
  });
  t.equal(podResource.defaults(first), first, 'a complete pod comes back as it is');
  t.equal(podResource.defaults({ ...bare, metadata: { name: 'q', namespace: 'default' } }).spec, first.spec, 'pods of one template share their spec');
  const created = podResource.prepareForCreate(first);
  t.same([created.status, created.metadata.generation], [{ phase: 'Pending', qosClass: 'Burstable' }, 1]);
  const tag = (image: string): unknown => podResource.defaults({ ...bare, spec: { containers: [{ name: 'c', image }] } }).spec.containers[0]?.imagePullPolicy;
  t.same(['nginx', 'nginx:latest', 'nginx:1', 'h:5000/nginx', 'nginx@sha256:0'].map(tag), ['Always', 'Always', 'IfNotPresent', 'Always', 'IfNotPresent']);
});

t.test('generation counts changes of the spec and status stays where it belongs', async (t) => {
  const deployment = kind('Deployment') as ResourceDescriptor<Deployment>;
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const given: Deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'default' }, spec: { selector: { matchLabels: { a: 'b' } }, template }, status: { replicas: 9 } };
  const made = deepFreeze(deployment.prepareForCreate(deployment.defaults(given)));
  t.same([made.metadata.generation, made.status, made.spec.replicas, made.spec.strategy], [1, {}, 1, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } }]);
  t.equal(deployment.defaults(made), made);
  t.same(deployment.validate(made), []);
  const scaled = deployment.scale?.set(made, 3) ?? made;
  t.equal(deployment.prepareForUpdate({ ...scaled, status: { replicas: 7 } }, made).metadata.generation, 2);
  t.same(deployment.prepareForUpdate({ ...scaled, status: { replicas: 7 } }, made).status, {});
  t.equal(deployment.prepareForUpdate({ ...made, metadata: { ...made.metadata, labels: { x: 'y' } } }, made).metadata.generation, 1);
  const byStatus = deployment.prepareForStatusUpdate?.({ ...scaled, status: { replicas: 2 } }, made);
  t.same([byStatus?.spec.replicas, byStatus?.status], [1, { replicas: 2 }]);
});

t.test('get prints the cells of kubectl', async (t) => {
  const row = (object: KubeObject, wide = true): string => kind(object.kind).columns.filter((column) => wide || column.wide !== true).map((column) => String(column.cell(object, seconds(600)))).join(' | ');
  const at = '2026-01-01T00:00:00Z';
  const pod = podResource.defaults(bare);
  const cases: readonly [KubeObject, string][] = [
    [{ ...pod, metadata: { ...pod.metadata, creationTimestamp: at }, status: { phase: 'Pending' } } as Pod, 'p | 0/1 | Pending | 0 | 10m | <none> | <none> | <none> | <none>'],
    [{ ...pod, metadata: { ...pod.metadata, creationTimestamp: at }, spec: { ...pod.spec, nodeName: 'n1' }, status: {
      phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'c', ready: true, restartCount: 2, image: 'i', imageID: '', state: { running: { startedAt: at } }, lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:05:00Z' } } }],
    } } as Pod, 'p | 1/1 | Running | 2 (5m ago) | 10m | 10.0.0.1 | n1 | <none> | <none>'],
    [{ ...pod, metadata: { ...pod.metadata, creationTimestamp: at, deletionTimestamp: at }, status: { phase: 'Running', containerStatuses: [{ name: 'c', ready: false, restartCount: 0, image: 'i', imageID: '', state: { waiting: { reason: 'CrashLoopBackOff' } } }] } } as Pod,
      'p | 0/1 | Terminating | 0 | 10m | <none> | <none> | <none> | <none>'],
    [{ ...pod, metadata: { ...pod.metadata, creationTimestamp: at }, spec: { ...pod.spec, initContainers: [{ name: 'i' }, { name: 'k' }] }, status: { phase: 'Pending', initContainerStatuses: [
      { name: 'i', ready: true, restartCount: 0, image: '', imageID: '', state: { terminated: { exitCode: 0 } } }, { name: 'k', ready: false, restartCount: 1, image: '', imageID: '', state: { terminated: { exitCode: 3, reason: 'Error' } } }] } } as Pod,
      'p | 0/1 | Init:Error | 1 | 10m | <none> | <none> | <none> | <none>'],
    [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', creationTimestamp: at, labels: { 'node-role.kubernetes.io/control-plane': '' } }, spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }], addresses: [{ type: 'InternalIP', address: '10.0.0.9' }] } } as Node,
      'n | Ready,SchedulingDisabled | control-plane | 10m |  | 10.0.0.9 | <none> | <unknown> | <unknown> | <unknown>'],
    [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', creationTimestamp: at }, spec: { type: 'NodePort', clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5'], selector: { b: '2', a: '1' }, ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }, { port: 53, protocol: 'UDP' }] } } as Service,
      's | NodePort | 10.96.0.5 | <none> | 80:30080/TCP,53/UDP | 10m | a=1,b=2'],
    [{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l', creationTimestamp: at }, spec: { holderIdentity: 'me' } } as Lease, 'l | me | 10m'],
  ];
  for (const [object, want] of cases) t.equal(row(object), want);
});

t.test('small arithmetic of addresses, percentages, base64 and conditions', async (t) => {
  t.same(['10.0.0.256', '1.2.3', '01.2.3.4', '1.2.3.4.5', 'a.b.c.d', ''].map(parseIPv4), Array(6).fill(undefined));
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => parseIPv4(formatIPv4(n)) === n));
  t.same(['::1', 'fd00::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4', '1::2::3', ':::', '12345::'].map(isIP), [true, true, true, true, false, false, false]);
  const range = parseCidr('10.244.3.7/16');
  t.equal(range && formatCidr(range), '10.244.0.0/16');
  t.equal(range && formatCidr(cidrSubnet(range, 24, 5) ?? range), '10.244.5.0/24');
  t.equal(range && cidrSubnet(range, 24, 256), undefined);
  t.equal(range && cidrContains(range, parseIPv4('10.245.0.0') ?? 0), false);
  t.same(scaledValue('25%', 10, true), { ok: true, value: 3 });
  t.same(scaledValue('25%', 10, false), { ok: true, value: 2 });
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => decodeBase64Text(encodeBase64Text(text)) === text && encodeBase64Text(text) === Buffer.from(text).toString('base64')));
  const before: readonly Condition[] = [{ type: 'Ready', status: 'False', lastTransitionTime: 'a' }];
  t.equal(setCondition(before, { type: 'Ready', status: 'False', lastTransitionTime: 'b' }), before, 'nothing changed, nothing copied');
  t.same(setCondition(before, { type: 'Ready', status: 'True', lastTransitionTime: 'b' }), [{ type: 'Ready', status: 'True', lastTransitionTime: 'b' }]);
});

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

t.test('patches undo and redo each other', async (t) => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.boolean(), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(fc.stringMatching(/^[a-c]$/), tie('value'), { maxKeys: 3 }),
  }));
  fc.assert(fc.property(json.object, json.object, (a, b) => {
    t.strictSame(plain(applyMergePatch(a, createMergePatch(a as object as Record<string, unknown>, b as object as Record<string, unknown>))), plain(b));
  }), { numRuns: 50 });
  const container = fc.record({ name: fc.constantFrom('a', 'b', 'c'), image: fc.constantFrom('1', '2') }, { requiredKeys: ['name'] });
  const pod = fc.uniqueArray(container, { minLength: 1, selector: (c) => c.name }).map((containers) => ({ spec: { containers } }));
  fc.assert(fc.property(pod, pod, (last, wanted) => {
    const patch = createThreeWayPatch({ last, live: last, wanted }, 'Pod');
    const result = applyStrategicPatch(last, patch, 'Pod');
    t.strictSame(plain(result.ok && result.value), plain(wanted));
  }), { numRuns: 50 });
  const bad = applyJsonPatch({ a: 1 }, [{ op: 'replace', path: '/b/c', value: 1 }]);
  t.equal(bad.ok ? '' : bad.error.message, 'replace operation does not apply: doc is missing path: /b/c: missing value');
  const tested = applyJsonPatch({ a: 1 }, [{ op: 'test', path: '/a', value: 2 }]);
  t.equal(tested.ok ? '' : tested.error.message, 'testing value /a failed: test failed');
  const moved = applyJsonPatch({ a: { b: [1, 2] } }, [{ op: 'move', from: '/a/b/0', path: '/c' }, { op: 'copy', from: '/c', path: '/a/b/-' }, { op: 'remove', path: '/a/b/0' }]);
  t.same(moved, { ok: true, value: { a: { b: [1] }, c: 1 } });
});

t.test('jsonpath errors and the lenient form', async (t) => {
  const cases: readonly [string, string][] = [
    ['{.a', 'unclosed action'], ['{.a[0}', 'unterminated array'], ['{.a[x]}', 'invalid array index x'], ['{.l[5]}', 'array index out of bounds: index 5, length 2'],
    ['{end}', 'not in range, nothing to end'],
  ];
  for (const [template, want] of cases) {
    const result = evaluateJsonPath(template, { l: [1, 2] });
    t.equal(result.ok ? result.value : result.error, want, template);
  }
  const odd: readonly (readonly [template: string, document: object, wanted: string])[] = [
    ['{.items[?(@.a.b)].a.b}', { items: [{ x: 1 }, { a: { b: 1 } }] }, '1'], ['{.items[?(@.a.b)]}', { items: [{ x: 1 }] }, ''], ['{.l[5:2]}', { l: [1, 2, 3] }, 'array index out of bounds: index 5, length 3'],
    ['{.l[2:1]}', { l: [1, 2, 3] }, 'starting index 2 is greater than ending index 1'], ['{.l[-1]}{.l[-2:]}{.l[::2]}', { l: [1, 2, 3] }, '32 31 3'],
    ['{.l[?(@.x=="a\\")b")].y}', { l: [{ x: 'a")b', y: 1 }, { x: 'a', y: 2 }] }, '1'], ["{.l[?(@.x=='(')].y}", { l: [{ x: '(', y: 1 }] }, '1'],
    ['{"\\101\\x42\\u0043\\t\\""}', {}, 'ABC\t"'], ['{.x}', {}, 'x is not found'], ['x'.repeat(100_001), {}, 'template is longer than 100000 characters'],
  ];
  for (const [template, document, wanted] of odd) {
    const result = evaluateJsonPath(template, document, false);
    t.equal(result.ok ? result.value : result.error, wanted, template.slice(0, 40));
  }
  t.same(['metadata.name', '.x', '{.x}', '{x}'].map((text) => relaxedJsonPath(text)), ['metadata.name', 'x', 'x', 'x'].map((path) => ({ ok: true, value: `{.${path}}` })));
  t.equal(evaluateJsonPath('{range .l[*]}{@}{"\\n"}{end}done', { l: [1, 2] }).ok, true);
  t.same(evaluateJsonPath('{range .l[*]}{@}{"\\n"}{end}done', { l: [1, 2] }), { ok: true, value: '1\n2\ndone' });
  t.same(evaluateJsonPath('{.m.a\\.b}', { m: { 'a.b': 1 } }), { ok: true, value: '1' });
  t.same(evaluateJsonPath('{range .none[*]}x{end}y', { l: 1 }), { ok: true, value: 'y' });
});

t.test('answers are written with their fields in the order of Go', (t) => {
  const keys = (value: unknown): string => JSON.stringify(value).replaceAll(/:(?:"[^"]*"|\d+)/g, '').replaceAll('"', '');
  const meta = { labels: { b: '1', a: '2' }, uid: 'u', name: 'n', zone: 'z', ownerReferences: [], namespace: 'd' };
  const whole = (apiVersion: string, kind: string): object => ({ spec: { b: 1, a: 2 }, status: { z: 1, a: 2 }, metadata: meta, kind, apiVersion });
  const structure = '{kind,apiVersion,metadata:{name,namespace,uid,labels:{b,a},ownerReferences:[]},spec:{b,a},status:{z,a}}';
  const cases: readonly (readonly [object: object, wanted: string])[] = [
    [whole('v1', 'Pod'), structure], [whole('apps/v1', 'Deployment'), structure], [whole('metrics.k8s.io/v1beta1', 'NodeMetrics'), structure], [whole('extensions/v1', 'Thing'), structure],
    [whole('shop.example/v1', 'Order'), '{apiVersion,kind,metadata:{labels:{a,b},name,namespace,ownerReferences:[],uid,zone},spec:{a,b},status:{a,z}}'],
    [{ metadata: meta, kind: 'Pod' }, keys({ metadata: meta, kind: 'Pod' })], [{ metadata: meta, apiVersion: 'v1' }, keys({ metadata: meta, apiVersion: 'v1' })], [{ metadata: null, kind: 'Pod', apiVersion: 'v1' }, '{metadata:null,kind,apiVersion}'],
    [{ apiVersion: 'shop.example/v1', kind: 'Order', metadata: {}, spec: { list: [{ b: 1, a: null }, ['x']] } }, '{apiVersion,kind,metadata:{},spec:{list:[{a:null,b},[x]]}}'],
  ];
  for (const [object, wanted] of cases) t.equal(keys(inGoOrder(object)), wanted, wanted);
  const list = (kind: string | undefined, items: readonly object[], apiVersion = 'v1'): object => ({ items, metadata: { resourceVersion: '1' }, apiVersion, ...(kind === undefined ? {} : { kind }), remainingItemCount: 3 });
  const short = { spec: { a: 1 }, metadata: { uid: 'u', name: 'n' }, kind: 'Pod', apiVersion: 'v1' };
  t.equal(keys(answerInGoOrder(list('PodList', [short, short]))), '{kind,apiVersion,metadata:{resourceVersion},remainingItemCount,items:[{metadata:{name,uid},spec:{a}},{metadata:{name,uid},spec:{a}}]}', 'items of structures do not say again what they are');
  t.equal(keys(answerInGoOrder(list('List', [short]))), '{kind,apiVersion,metadata:{resourceVersion},remainingItemCount,items:[{kind,apiVersion,metadata:{name,uid},spec:{a}}]}', 'those of a list of anything do');
  const order = { kind: 'Order', apiVersion: 'shop.example/v1', metadata: { name: 'n' } };
  t.equal(keys(answerInGoOrder(list('OrderList', [order], 'shop.example/v1'))), '{kind,apiVersion,metadata:{resourceVersion},remainingItemCount,items:[{apiVersion,kind,metadata:{name}}]}', 'and those of custom kinds');
  const bare = list('PodList', [{ spec: {}, metadata: {} }]);
  t.equal(keys(answerInGoOrder(bare)), '{kind,apiVersion,metadata:{resourceVersion},remainingItemCount,items:[{spec:{},metadata:{}}]}');
  const nameless = list(undefined, [short]);
  t.equal(answerInGoOrder(nameless), nameless);
  t.equal(keys(answerInGoOrder(short)), '{kind,apiVersion,metadata:{name,uid},spec:{a}}');
  t.end();
});

t.test('ids of the audit log are UUIDs, one for each request of each server', (t) => {
  const ids = ['cp-1/kube-apiserver', 'cp-2/kube-apiserver'].flatMap((server) => Array.from({ length: 2000 }, (_, serial) => auditId(server, serial)));
  t.equal(new Set(ids).size, ids.length);
  t.same(ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/.test(id)), []);
  // All places of an id differ between requests, and no part repeats another.
  for (const place of [0, 9, 15, 20, 24, 35]) t.ok(new Set(ids.map((id) => id.charAt(place))).size > 8, `place ${place}`);
  t.ok(ids.filter((id) => new Set([id.slice(0, 4), id.slice(9, 13), id.slice(24, 28), id.slice(32)]).size === 4).length > 3900, 'the parts are drawn apart');
  t.equal(auditId('cp-1/kube-apiserver', 7), ids[7]);
  t.end();
});

t.test('what apply sends for kinds without a known structure sets what is wanted, takes away what was applied before, and leaves the rest', (t) => {
  type Doc = Readonly<Record<string, unknown>>;
  const isDoc = (value: unknown): value is Doc => typeof value === 'object' && value !== null && !Array.isArray(value);
  const { doc } = fc.letrec<{ doc: Doc }>((tie) => ({ doc: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof({ maxDepth: 3 }, fc.constantFrom<unknown>(0, 1, 'x', ['l']), tie('doc')), { maxKeys: 3 }) as fc.Arbitrary<Doc> }));
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a, sortKeys) === JSON.stringify(b, sortKeys);
  const sortKeys = (_key: string, value: unknown): unknown => (isDoc(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value);
  const isRight = (found: Doc, { last, live, wanted }: { readonly last: Doc; readonly live: Doc; readonly wanted: Doc }): boolean =>
    [...new Set([last, live, wanted, found].flatMap((one) => Object.keys(one)))].every((key) => {
      const [was, is, shall, got] = [last[key], live[key], wanted[key], found[key]];
      if (shall === undefined) return was === undefined ? same(got, is) : got === undefined;
      if (!isDoc(shall) || !isDoc(is)) return same(got, shall);
      return isDoc(got) && isRight(got, { last: isDoc(was) ? was : {}, live: is, wanted: shall });
    });
  fc.assert(fc.property(doc, doc, doc, (last, live, wanted) => isRight(applyMergePatch(live, createThreeWayMergePatch({ last, live, wanted })) as Doc, { last, live, wanted })), { numRuns: 1500, seed: 1 });
  const patch = (last: Doc | undefined, live: Doc, wanted: Doc): unknown => createThreeWayMergePatch({ last, live, wanted });
  t.same(patch({ spec: { a: { x: 1, y: 2 } } }, { spec: { a: { x: 1, y: 2 }, b: 1 } }, { spec: { a: { x: 1 } } }), { spec: { a: { y: null } } });
  t.same(patch(undefined, { spec: { a: 1, b: 1 } }, { spec: { a: 2 } }), { spec: { a: 2 } });
  t.same(patch({ a: 1 }, { a: 1 }, {}), { a: null });
  t.same(patch({ a: { b: { c: 1 } } }, { a: { b: { c: 1 } } }, { a: { b: { c: 1 } } }), {}, 'nothing to do is nothing to send');
  t.same(patch({}, {}, { a: {}, b: { c: {} } }), { a: {}, b: { c: {} } }, 'empty maps are settings');
  t.end();
});

t.test('long lists are put in order as short ones are', (t) => {
  const list = fc.array(fc.nat(30).map((n) => `k${n}`), { maxLength: 30 });
  fc.assert(fc.property(list, list, list, (merged, patchOrder, serverOrder) => {
    const plain = inOrder(merged, { patchOrder, serverOrder, mergeKey: '' });
    const asItems = (names: readonly string[]): { readonly name: string; readonly $patch?: string }[] => names.map((name) => ({ name }));
    const keyed = inOrder(asItems(merged), { patchOrder: asItems(patchOrder), serverOrder: asItems(serverOrder), mergeKey: 'name' });
    // Keys that are objects are never looked up in a map.
    const wrap = (names: readonly string[]): { readonly key: string }[] => names.map((key) => ({ key }));
    const slow = inOrder(wrap(merged), { patchOrder: wrap(patchOrder), serverOrder: wrap(serverOrder), mergeKey: '' });
    const wanted = JSON.stringify(slow.map((one) => (one as { readonly key: string }).key));
    return JSON.stringify(plain) === wanted && JSON.stringify(keyed.map((one) => (one as { readonly name: string }).name)) === wanted;
  }), { numRuns: 500, seed: 1 });
  t.same(inOrder(['c', 'a', 'b', 'x'], { patchOrder: ['a', 'b', 'c'], serverOrder: ['x', 'b'], mergeKey: '' }), ['a', 'x', 'b', 'c']);
  t.same(inOrder(['b', 'y', 'a', 'x'], { patchOrder: ['a', 'b'], serverOrder: ['a', 'x', 'b', 'y'], mergeKey: '' }), ['a', 'x', 'b', 'y'], 'what only the server has stays where it stood');
  t.end();
});

t.test('fields of a Service that hang together', (t) => {
  const address = { clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5'] };
  const ports = [{ name: 'a', port: 80, nodePort: 30080 }, { name: 'b', port: 81, nodePort: 30081 }];
  const bare = ports.map(({ name, port }) => ({ name, port }));
  const balancer = { type: 'LoadBalancer', ...address, ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster', externalTrafficPolicy: 'Local', healthCheckNodePort: 30001, allocateLoadBalancerNodePorts: true, loadBalancerClass: 'a/b', ports };
  const families = { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', internalTrafficPolicy: 'Cluster' };
  const inner = { type: 'ClusterIP', ...address, ports: bare };
  const cases: readonly (readonly [name: string, spec: object, old: object, wanted: object])[] = [
    ['nothing changes', balancer, balancer, balancer],
    ['what the server had given comes back', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: bare }, balancer, { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports, ...address, healthCheckNodePort: 30001 }],
    ['but not what it never gave', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: bare }, { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: bare }, { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: bare }],
    ['node ports go by name', { ...balancer, ports: [{ name: 'c', port: 80 }, { name: 'b', port: 9 }] }, balancer, { ...balancer, ports: [{ name: 'c', port: 80 }, { name: 'b', port: 9, nodePort: 30081 }] }],
    ['and are not given twice', { ...balancer, ports: [{ name: 'a', port: 80, nodePort: 30081 }, { name: 'b', port: 81 }] }, balancer, { ...balancer, ports: [{ name: 'a', port: 80, nodePort: 30081 }, { name: 'b', port: 81 }] }],
    ['a balancer no more', { ...balancer, type: 'ClusterIP' }, balancer, { type: 'ClusterIP', ...address, ...families, ports: bare }],
    ['a node port still', { ...balancer, type: 'NodePort' }, balancer, { type: 'NodePort', ...address, ...families, externalTrafficPolicy: 'Local', ports }],
    ['reached at addresses of its own', { ...balancer, type: 'ClusterIP', externalIPs: ['1.2.3.4'] }, balancer, { type: 'ClusterIP', ...address, ...families, externalTrafficPolicy: 'Local', externalIPs: ['1.2.3.4'], ports: bare }],
    ['what changes at the same time stays', { ...balancer, type: 'ClusterIP', loadBalancerClass: 'c/d', healthCheckNodePort: 30002, ports: [{ name: 'a', port: 80, nodePort: 30099 }] }, balancer, { type: 'ClusterIP', ...address, ...families, loadBalancerClass: 'c/d', healthCheckNodePort: 30002, ports: [{ name: 'a', port: 80, nodePort: 30099 }] }],
    ['no health check for all nodes', { ...balancer, externalTrafficPolicy: 'Cluster' }, balancer, (({ healthCheckNodePort: _gone, ...rest }) => ({ ...rest, externalTrafficPolicy: 'Cluster' }))(balancer)],
    ['a name elsewhere has no address', { ...inner, ...families, type: 'ExternalName', externalName: 'x.y' }, { ...inner, ...families }, { type: 'ExternalName', externalName: 'x.y', ports: bare }],
    ['unless it is a new one', { ...inner, type: 'ExternalName', clusterIP: '10.96.0.6', clusterIPs: ['10.96.0.6'] }, inner, { ...inner, type: 'ExternalName', clusterIP: '10.96.0.6', clusterIPs: ['10.96.0.6'] }],
    ['nor gets one back', { type: 'ExternalName', externalName: 'x.y' }, inner, { type: 'ExternalName', externalName: 'x.y' }],
    ['who changes the address means the list, too', { ...inner, clusterIP: '10.96.0.6' }, inner, { ...inner, clusterIP: '10.96.0.6', clusterIPs: ['10.96.0.6'] }],
    ['who takes it away gets it back', { ...inner, clusterIP: '' }, inner, inner],
    ['who changes both means both', { ...inner, clusterIP: '10.96.0.6', clusterIPs: ['10.96.0.7'] }, inner, { ...inner, clusterIP: '10.96.0.6', clusterIPs: ['10.96.0.7'] }],
    ['who takes the list away gets it back', { type: 'ClusterIP', clusterIP: '10.96.0.5', clusterIPs: [], ports: bare }, inner, inner],
    ['an old one without a list', { type: 'ClusterIP', clusterIP: '10.96.0.5' }, { type: 'ClusterIP', clusterIP: '10.96.0.5' }, { type: 'ClusterIP', clusterIP: '10.96.0.5' }],
  ];
  const sorted = (value: object): object => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  for (const [name, spec, old, wanted] of cases) t.strictSame(sorted(linkedSpec(spec as never, old as never)), sorted(wanted), name);
  t.same([withAddressList({ clusterIP: 'None' } as never), withAddressList({ clusterIP: 'a', clusterIPs: ['b'] } as never), withAddressList({} as never)], [{ clusterIP: 'None', clusterIPs: ['None'] }, { clusterIP: 'a', clusterIPs: ['b'] }, {}]);
  t.end();
});

t.test('a pod costs microseconds', async (t) => {
  const template: PodSpec = deepFreeze(podResource.defaults(bare).spec);
  const measure = (make: (i: number) => Pod): number => {
    const rounds = 20_000;
    const started = process.hrtime.bigint();
    for (let i = 0; i < rounds; i++) {
      const pod = podResource.prepareForCreate(podResource.defaults(make(i)));
      if (podResource.validate(pod).length > 0) throw new Error('invalid');
    }
    return Number(process.hrtime.bigint() - started) / rounds / 1000;
  };
  const labels = deepFreeze({ app: 'web', 'pod-template-hash': 'abc' });
  const shared = (i: number): Pod => ({ ...bare, metadata: { name: `p-${i}`, namespace: 'default', labels }, spec: template });
  const fresh = (i: number): Pod => ({ ...bare, metadata: { name: `p-${i}`, namespace: 'default', labels: { app: 'web' } }, spec: { ...bare.spec, containers: [{ name: 'c', image: 'nginx:1.27', resources: { limits: { cpu: '1', memory: '64Mi' } }, ports: [{ containerPort: 80 }] }] } });
  measure(shared);
  measure(fresh);
  t.comment(`defaults + prepare + validate: ${measure(shared).toFixed(2)} us with a shared template, ${measure(fresh).toFixed(2)} us with a new spec each`);
  t.ok(measure(shared) < 20, 'a shared template is cheap');
});

t.test('empty values of plain fields are left out as Go leaves them out, those of pointers stay', (t) => {
  const stored = (name: string, body: object): unknown => {
    const result = decodeObject(kind(name), { apiVersion: 'v1', kind: name, metadata: { name: 'x' }, ...body });
    if (!result.ok) throw new Error(result.error);
    const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = result.value.object as unknown as Record<string, unknown>;
    return rest;
  };
  const cases: readonly [string, object, object][] = [
    ['Deployment', { spec: { replicas: 0, paused: false, minReadySeconds: 0, revisionHistoryLimit: 0 } }, { spec: { replicas: 0, revisionHistoryLimit: 0 } }],
    ['Deployment', { status: { replicas: 0, unavailableReplicas: 0, terminatingReplicas: 0, observedGeneration: 1 } }, { status: { terminatingReplicas: 0, observedGeneration: 1 } }],
    ['ReplicaSet', { status: { replicas: 0, readyReplicas: 0 } }, { status: { replicas: 0 } }],
    ['Pod', { spec: { containers: [{ name: 'c', env: [{ name: 'A', value: '' }], args: [], tty: false, stdin: true, securityContext: { privileged: false }, resources: {} }], volumes: [{ name: 'v', emptyDir: {} }], hostNetwork: false, priority: 0, nodeSelector: {}, terminationGracePeriodSeconds: 0 } },
      { spec: { containers: [{ name: 'c', env: [{ name: 'A' }], stdin: true, securityContext: { privileged: false }, resources: {} }], volumes: [{ name: 'v', emptyDir: {} }], priority: 0, terminationGracePeriodSeconds: 0 } }],
    ['Pod', { spec: { containers: [{ name: '', image: '', livenessProbe: { periodSeconds: 0, terminationGracePeriodSeconds: 0, httpGet: { port: 0, path: '' } } }] } }, { spec: { containers: [{ name: '', livenessProbe: { terminationGracePeriodSeconds: 0, httpGet: { port: 0 } } }] } }],
    ['Service', { spec: { clusterIP: '', ports: [{ port: 0, nodePort: 0, targetPort: 0 }], selector: {}, externalIPs: [], internalTrafficPolicy: '' } }, { spec: { ports: [{ port: 0, targetPort: 0 }], internalTrafficPolicy: '' } }],
    ['ConfigMap', { data: {}, immutable: false }, { immutable: false }],
    ['Role', { rules: [] }, { rules: [] }],
  ];
  for (const [name, body, wanted] of cases) t.strictSame(stored(name, body), wanted, `${name} ${JSON.stringify(body)}`);
  for (const [type, fields] of Object.entries(kept)) {
    const declared = schemaTypes[type];
    if (declared === undefined) continue;
    for (const field of fields) t.match(declared[field], /^[^!]/, `${type}.${field} is an optional field`);
  }
  t.end();
});

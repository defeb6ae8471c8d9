import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import t from 'tap';
import { WebSocket } from 'ws';
import { presets } from '../../src/cluster/topology.ts';
import { openCluster } from '../../src/cluster/cluster.ts';
import { accepted } from '../../src/serve/accept.ts';
import { decodeProtobuf } from '../../src/serve/protobuf/decode.ts';
import { serve } from '../../src/serve/server.ts';
import { shareParts } from '../../src/serve/shared-parts.ts';
import { newRoot } from '../../src/serve/tls.ts';
import { micros } from '../../src/base/data.ts';
import { worldEpochSeconds } from '../../src/api/time.ts';
import { must } from '../../src/base/assert.ts';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Socket } from 'node:net';
import { request as httpsRequest } from 'node:https';
import { readFileSync } from 'node:fs';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

const folder = mkdtempSync(join(tmpdir(), 'pilothouse-test-'));
const newServer = (secure?: { readonly users: readonly { readonly name: string; readonly groups: readonly string[] }[] }): ReturnType<typeof serve> =>
  serve({ cluster: openCluster({ topology: must(presets['tiny'], 'tiny is a preset'), seed: 7 }), speed: 50, host: '127.0.0.1', port: 0, kubeconfig: join(folder, secure === undefined ? 'http' : 'https'), secure });

interface Answer { readonly code: number; readonly headers: Headers; readonly body: Record<string, unknown> & { readonly metadata: Record<string, string> }; readonly text: string }

async function ask(url: string, options: { readonly method?: string; readonly accept?: string; readonly type?: string; readonly body?: string | Buffer } = {}): Promise<Answer> {
  const { method = 'GET', accept = 'application/json', type, body } = options;
  const response = await fetch(url, { method, headers: { accept, ...(type === undefined ? {} : { 'content-type': type }) }, ...(body === undefined ? {} : { body: body as string }) });
  const text = await response.text();
  return { code: response.status, headers: response.headers, text, body: text.startsWith('{') ? JSON.parse(text) as Answer['body'] : {} as Answer['body'] };
}

const configMap = (name: string, data: Record<string, string>): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

t.test('over http', async (t) => {
  const server = await newServer();
  t.teardown(() => server.close());
  const maps = `${server.url}/api/v1/namespaces/default/configmaps`;

  await t.test('discovery comes in the form that the client accepts, with a tag', async (t) => {
    const all = await ask(`${server.url}/apis?timeout=32s`, { accept: AGGREGATED });
    t.equal(all.headers.get('content-type'), 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    t.equal(all.body['kind'], 'APIGroupDiscoveryList');
    const again = await fetch(`${server.url}/apis?timeout=32s`, { headers: { accept: AGGREGATED, 'if-none-match': all.headers.get('etag') ?? '' } });
    t.equal(again.status, 304);
    t.equal(again.headers.get('content-type'), all.headers.get('content-type'), 'an answer without content repeats the type');
    t.equal((await ask(`${server.url}/apis`)).body['kind'], 'APIGroupList');
    t.equal((await ask(`${server.url}/apis/apps/v1`)).body['groupVersion'], 'apps/v1');
  });

  await t.test('a list of pods is a Table for those who ask for one', async (t) => {
    const { body } = await ask(`${server.url}/api/v1/namespaces/kube-system/pods?limit=500`, { accept: TABLE });
    t.equal(body['kind'], 'Table');
    const columns = body['columnDefinitions'] as { name: string; format: string; description: string }[];
    t.match(columns[0], { name: 'Name', format: 'name' });
    t.same(columns.filter(({ description }) => description === ''), [], 'every column is described');
    const { components } = (await ask(`${server.url}/openapi/v3/api/v1`)).body as unknown as { components: { schemas: Record<string, { properties: Record<string, { description: string }> }> } };
    t.equal(columns.find(({ name }) => name === 'Nominated Node')?.description, components.schemas['io.k8s.api.core.v1.PodStatus']?.properties['nominatedNodeName']?.description, 'as the field that it shows');
    const [row] = body['rows'] as { object: { kind: string; metadata: { namespace: string } } }[];
    t.match(row?.object, { kind: 'PartialObjectMetadata', metadata: { namespace: 'kube-system' } });
    const whole = await ask(`${server.url}/api/v1/namespaces/kube-system/pods?includeObject=Object`, { accept: TABLE });
    t.equal((whole.body['rows'] as { object: { kind: string } }[])[0]?.object.kind, 'Pod');
    const refused = await ask(`${server.url}/api/v1/namespaces/kube-system/pods?includeObject=All`, { accept: TABLE });
    t.match(refused.body, { code: 400, message: `Unable to convert to Table as requested: includeObject: Invalid value: "All": must be 'Metadata', 'Object', 'None', or empty` });
    t.equal((await ask(`${server.url}/api/v1/namespaces/kube-system/pods?includeObject=All`)).code, 200, 'nobody looks at it without a Table');
  });

  await t.test('Tables and metadata come in the older version too, also in a watch', async (t) => {
    const accept = 'application/json;as=Table;v=v1beta1;g=meta.k8s.io';
    const { body } = await ask(`${server.url}/api/v1/nodes`, { accept });
    t.match(body, { kind: 'Table', apiVersion: 'meta.k8s.io/v1beta1', rows: [{ object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1beta1' } }] });
    const whole = await ask(`${server.url}/api/v1/nodes?includeObject=Object`, { accept });
    t.match(whole.body, { apiVersion: 'meta.k8s.io/v1beta1', rows: [{ object: { kind: 'Node', apiVersion: 'v1' } }] }, 'whole objects stay in theirs');
    const bare = await ask(`${server.url}/api/v1/nodes?includeObject=None`, { accept });
    t.match(bare.body, { apiVersion: 'meta.k8s.io/v1beta1', rows: [{ object: null }] });
    t.match((await ask(`${server.url}/api/v1/nodes`, { accept: 'application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io' })).body, { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1beta1', items: [{ apiVersion: 'meta.k8s.io/v1beta1' }] });
    t.equal((await ask(`${server.url}/api/v1/nodes`, { accept: 'application/json;as=Table;v=v2;g=meta.k8s.io' })).code, 406);
    const watching = await fetch(`${server.url}/api/v1/nodes?watch=true`, { headers: { accept } });
    const reader = must(watching.body, 'a watch has a body').getReader();
    const [line = ''] = Buffer.from((await reader.read()).value ?? []).toString().split('\n');
    t.match(JSON.parse(line), { type: 'ADDED', object: { kind: 'Table', apiVersion: 'meta.k8s.io/v1beta1', rows: [{ object: { apiVersion: 'meta.k8s.io/v1beta1' } }] } });
    await reader.cancel();
  });

  await t.test('objects are created, changed, watched and deleted', async (t) => {
    const made = await ask(maps, { method: 'POST', type: 'application/json', body: configMap('a', { k: '1' }) });
    t.equal(made.code, 201);
    const watching = await fetch(`${maps}?watch=true&resourceVersion=${made.body.metadata['resourceVersion'] ?? ''}`);
    const reader = must(watching.body, 'a watch has a body').getReader();
    const patched = await ask(`${maps}/a`, { method: 'PATCH', type: 'application/merge-patch+json', body: '{"data":{"k":"2"}}' });
    t.same(patched.body['data'], { k: '2' });
    const event = JSON.parse(Buffer.from((await reader.read()).value ?? []).toString()) as { type: string; object: { kind: string; data: object } };
    t.match(event, { type: 'MODIFIED', object: { kind: 'ConfigMap', data: { k: '2' } } });
    await reader.cancel();
    t.equal((await ask(`${maps}/a`, { method: 'DELETE', type: 'application/json', body: '{"propagationPolicy":"Background"}' })).code, 200);
    t.equal((await ask(`${maps}/a`)).body['message'], 'configmaps "a" not found');
  });

  await t.test('a watch from no version begins with what there is', async (t) => {
    const watching = await fetch(`${server.url}/api/v1/nodes?watch=true`);
    const reader = must(watching.body, 'a watch has a body').getReader();
    const text = Buffer.from((await reader.read()).value ?? []).toString();
    t.match(text, /^\{"type":"ADDED","object":\{"kind":"Node","apiVersion":"v1","metadata":\{"name":"[^"]*","uid":"[^"]*","resourceVersion":"\d+","creationTimestamp":"[^"]*","labels":/);
    await reader.cancel();
  });

  await t.test('a watch that asks for initial events is told where they end', async (t) => {
    const watching = await fetch(`${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1`);
    const text = await watching.text();
    t.match(text, /"type":"BOOKMARK","object":\{"kind":"ConfigMap".*"k8s.io\/initial-events-end":"true"/);
  });

  await t.test('bodies may be YAML, and protobuf', async (t) => {
    t.equal((await ask(maps, { method: 'POST', body: Buffer.from('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "y"\ndata:\n  k: "1"\n') })).code, 201);
    // ConfigMap { metadata { name: "pb" }, data { k: v } } as kubectl encodes it.
    const inner = Buffer.from([0x0a, 4, 0x0a, 2, 0x70, 0x62, 0x12, 6, 0x0a, 1, 0x6b, 0x12, 1, 0x76]);
    const meta = Buffer.concat([Buffer.from([0x0a, 2]), Buffer.from('v1'), Buffer.from([0x12, 9]), Buffer.from('ConfigMap')]);
    const body = Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0, 0x0a, meta.length]), meta, Buffer.from([0x12, inner.length]), inner]);
    const made = await ask(maps, { method: 'POST', type: 'application/vnd.kubernetes.protobuf', body });
    t.equal(made.code, 201);
    t.match(made.body, { metadata: { name: 'pb', namespace: 'default' }, data: { k: 'v' } });
  });

  await t.test('what cannot be read is refused with a Status that says why', async (t) => {
    const cases: readonly (readonly [name: string, options: Parameters<typeof ask>[1], code: number, reason: string, message: RegExp])[] = [
      ['half a JSON text', { method: 'POST', type: 'application/json', body: '{"kind":' }, 400, 'BadRequest', /^the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error: unexpected end of JSON input \(\{"kind":\)$/],
      ['bad YAML', { method: 'POST', type: 'application/yaml', body: 'a: [1\nb' }, 400, 'BadRequest', /^the object provided is unrecognized \(must be of type ConfigMap\): yaml: line \d+: .* \(613a205b310a62\)$/],
      ['protobuf without its mark', { method: 'POST', type: 'application/vnd.kubernetes.protobuf', body: 'xxxx' }, 400, 'BadRequest', /does not appear to be a protobuf message/],
      ['cut protobuf', { method: 'POST', type: 'application/vnd.kubernetes.protobuf', body: Buffer.from([0x6b, 0x38, 0x73, 0, 0x0a, 200]) }, 400, 'BadRequest', /unexpected EOF/],
      ['an unknown type', { method: 'POST', type: 'text/html', body: '<p>' }, 415, 'UnsupportedMediaType', /accepted media types include: application\/json, application\/yaml, application\/vnd.kubernetes.protobuf/],
      ['an unknown patch', { method: 'PATCH', type: 'application/json', body: '{}' }, 415, 'UnsupportedMediaType', /application\/json-patch\+json/],
      ['a form that nobody makes', { accept: 'application/vnd.kubernetes.protobuf' }, 406, 'NotAcceptable', /only the following media types are accepted/],
      ['too many levels', { method: 'POST', type: 'application/json', body: `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}` }, 400, 'BadRequest', /exceeded max depth/],
      ['too many levels of YAML', { method: 'POST', type: 'application/yaml', body: `${'['.repeat(20_000)}${']'.repeat(20_000)}` }, 400, 'BadRequest', /exceeded max depth/],
      ['too many levels of a patch', { method: 'PATCH', type: 'application/merge-patch+json', body: `{"data":${'[ '.repeat(501)}${']'.repeat(501)}}` }, 400, 'BadRequest', /exceeded max depth/],
      ['too much', { method: 'POST', type: 'application/json', body: Buffer.alloc(3 * 1024 * 1024 + 1, 0x20) }, 413, 'RequestEntityTooLarge', /limit is 3145728/],
    ];
    for (const [name, options, code, reason, message] of cases) {
      const answer = await ask(options?.method === 'PATCH' ? `${maps}/y` : maps, options);
      t.equal(answer.code, code, name);
      t.match(answer.body, { kind: 'Status', status: 'Failure', reason, code, message }, name);
    }
    t.equal((await ask(`${maps}?limit=x`)).body['message'], 'strconv.ParseInt: parsing "x": invalid syntax');
    t.equal((await ask(`${server.url}/healthz`)).text, 'ok', 'the server stays up');
  });

  await t.test('fields that come twice: refused, warned of, or the last one wins', async (t) => {
    const json = (name: string): string => `{"metadata":{"name":"${name}","name":"${name}"},"data":{"a":"1","a":"2"},"odd":1}`;
    const text = (name: string): string => `metadata:\n  name: ${name}\n  labels: {x: a, x: b}\ndata:\n  a: "1"\n  a: "2"\nodd: 1\n`;
    const twice = 'yaml: unmarshal errors:\n  line 3: key "x" already set in map\n  line 6: key "a" already set in map';
    const [json1, yaml1] = ['application/json', 'application/yaml'];
    const post = (how: string, type: string, body: string): Promise<Answer> => ask(`${maps}?fieldValidation=${how}`, { method: 'POST', type, body });
    const begins = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ';
    t.equal((await post('Strict', json1, json('t1'))).body['message'], `${begins}duplicate field "metadata.name", duplicate field "data.a", unknown field "odd"`);
    t.equal((await post('Strict', yaml1, text('t1'))).body['message'], `${begins}${twice}, unknown field "odd"`);
    const warned = await post('Warn', yaml1, text('t2'));
    t.equal(warned.headers.get('warning'), '299 - "line 3: key \\"x\\" already set in map", 299 - "line 6: key \\"a\\" already set in map", 299 - "unknown field \\"odd\\""');
    t.same([warned.code, warned.body['data']], [201, { a: '2' }]);
    const ignored = await post('Ignore', yaml1, text('t3'));
    t.same([ignored.code, ignored.headers.get('warning'), ignored.body['data']], [201, null, { a: '2' }]);
    const apply = (how: string): Promise<Answer> => ask(`${maps}/t4?fieldManager=m&fieldValidation=${how}`, { method: 'PATCH', type: 'application/apply-patch+yaml', body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: t4 }\ndata:\n  a: "1"\n  a: "2"\n' });
    t.equal((await apply('Strict')).body['message'], 'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "a" already set in map');
    t.equal((await apply('Warn')).headers.get('warning'), '299 - "line 6: key \\"a\\" already set in map"');
    const operations = '[{"op":"add","path":"/data/q","value":"1","value":"2"}]';
    t.match((await ask(`${maps}/t4?fieldValidation=Strict`, { method: 'PATCH', type: 'application/json-patch+json', body: operations })).body['message'], /strict decoding error: json patch duplicate field "\[0\]\.value"$/);
    t.match((await ask(`${maps}`, { method: 'POST', type: 'application/yaml', body: 'metadata: { name: t5 }\nimmutable: yes\ndata: { a: "on" }\n' })).body, { immutable: true, data: { a: 'on' } }, 'YAML 1.1, as the server reads it');
  });

  await t.test('a watch that asked for bookmarks is told where it stands before its time is over', async (t) => {
    const text = await (await fetch(`${server.url}/api/v1/namespaces/default/secrets?watch=true&allowWatchBookmarks=true&timeoutSeconds=5`)).text();
    t.match(text, /^\{"type":"BOOKMARK","object":\{"kind":"Secret","apiVersion":"v1","metadata":\{"resourceVersion":"\d+"\}\}\}\n$/);
    t.equal(await (await fetch(`${server.url}/api/v1/namespaces/default/secrets?watch=true&timeoutSeconds=5`)).text(), '', 'nobody else');
  });

  await t.test('methods that no route has, and paths that nobody answers', async (t) => {
    const cases: readonly (readonly [method: string, path: string])[] = [
      ['PUT', '/api/v1/namespaces/default/configmaps'], ['PATCH', '/api/v1/namespaces/default/configmaps'], ['POST', '/api/v1/namespaces/default/configmaps/a'], ['POST', '/api/v1/pods'],
      ['DELETE', '/api/v1/pods'], ['OPTIONS', '/api/v1/nodes'], ['POST', '/apis/apps/v1/deployments'],
    ];
    for (const [method, path] of cases) t.match((await ask(server.url + path, { method, type: 'application/json', ...(method === 'DELETE' ? {} : { body: '{}' }) })).body, { code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' }, `${method} ${path}`);
    for (const path of ['/nowhere', '/apis/nobody.example.com/v1', '/apis/nobody.example.com']) {
      const { code, text, headers } = await ask(server.url + path);
      t.same([code, text, headers.get('content-type')], [404, '404 page not found\n', 'text/plain; charset=utf-8'], path);
    }
    t.match((await ask(`${server.url}/api/v1/nothings`)).body, { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' });
    t.equal((await ask(`${server.url}/api/v1/namespaces`, { method: 'POST', type: 'application/json', body: '{"metadata":{"name":"made"}}' })).code, 201, 'what has no namespace');
    for (const [body, message] of [['', 'empty data'], ['k8s\0', 'empty body'], ['k8s\0\x0f\x01', 'proto: illegal wireType 7']] as const) {
      const { body: status } = await ask(maps, { method: 'POST', type: 'application/vnd.kubernetes.protobuf', body: Buffer.from(body, 'latin1') });
      t.equal(status['message'], `the object provided is unrecognized (must be of type ConfigMap): ${message} (${body === '' ? '<empty>' : Buffer.from(body, 'latin1').toString('hex')})`);
    }
  });

  await t.test('OpenAPI: an index, documents to keep, and a small protobuf document', async (t) => {
    const index = await ask(`${server.url}/openapi/v3`);
    const url = (index.body['paths'] as Record<string, { serverRelativeURL: string }>)['apis/apps/v1']?.serverRelativeURL ?? '';
    const document = await ask(`${server.url}${url}&timeout=32s`);
    t.match(document.headers.get('cache-control'), /immutable/);
    const patch = (document.body['paths'] as Record<string, { patch: { parameters: { name: string }[] } }>)['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.patch;
    t.ok(patch?.parameters.some(({ name }) => name === 'fieldValidation'));
    const { schemas } = document.body['components'] as { schemas: Record<string, { properties: Record<string, { enum?: unknown; items?: { enum?: unknown }; additionalProperties?: { enum?: unknown } }> }> };
    const field = (type: string, name: string): { enum?: unknown; items?: { enum?: unknown }; additionalProperties?: { enum?: unknown } } | undefined => schemas[`io.k8s.api.${type}`]?.properties[name];
    t.same(field('apps.v1.DeploymentStrategy', 'type')?.enum, ['Recreate', 'RollingUpdate'], 'a field with some values only');
    t.same(field('core.v1.PersistentVolumeClaimSpec', 'accessModes')?.items?.enum, ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'], 'a list of such');
    t.same(field('core.v1.PersistentVolumeClaimStatus', 'allocatedResourceStatuses')?.additionalProperties?.enum, ['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress', 'NodeResizeInfeasible', 'NodeResizePending'], 'a map of such');
    t.equal(field('apps.v1.DeploymentSpec', 'replicas')?.enum, undefined);
    const small = await fetch(`${server.url}/openapi/v2`, { headers: { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' } });
    t.equal(small.headers.get('content-type'), 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    t.equal(Buffer.from(await small.arrayBuffer()).subarray(0, 5).toString('hex'), '0a03322e30');
  });

  await t.test('a command runs in a container, over a WebSocket', async (t) => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box' }, spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '3600'] }] } };
    await ask(`${server.url}/api/v1/namespaces/default/pods`, { method: 'POST', type: 'application/json', body: JSON.stringify(pod) });
    const running = async (): Promise<boolean> => ((await ask(`${server.url}/api/v1/namespaces/default/pods/box`)).body['status'] as { phase?: string }).phase === 'Running';
    while (!await running()) await new Promise((resolve) => { setTimeout(resolve, 20); });
    const exec = (query: string, input?: string): Promise<Record<string, string>> => new Promise((resolve, reject) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/namespaces/default/pods/box/exec?${query}`, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
      const heard: Record<string, string> = {};
      socket.on('message', (data: Buffer) => { heard[String(data[0])] = (heard[String(data[0])] ?? '') + data.subarray(1).toString(); });
      socket.on('open', () => {
        heard['protocol'] = socket.protocol;
        if (input !== undefined) { socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(input)])); socket.send(Buffer.from([255, 0])); }
      });
      socket.on('close', () => { resolve(heard); });
      socket.on('error', reject);
    });
    t.match(await exec('command=echo&command=hi&stdout=true&stderr=true'), { protocol: 'v5.channel.k8s.io', 1: 'hi\n', 3: '{"metadata":{},"status":"Success"}' });
    t.match(await exec('command=sh&command=-c&command=echo+e+%3E%262%3B+exit+3&stdout=true&stderr=true'), { 2: 'e\n', 3: /"reason":"ExitCode","message":"3"/ });
    t.match(await exec('command=cat&stdin=true&stdout=true', '한글'), { 1: '한글' });
    t.match(await exec('command=nosuch&stdout=true'), { 3: /executable file not found in \$PATH/ });
    const refused = await ask(`${server.url}/api/v1/namespaces/default/pods/nope/exec?command=ls&stdout=true`);
    t.match((await ask(`${server.url}/api/v1/namespaces/default/pods/box/exec?command=ls&stdout=true`)).body, { code: 400, message: 'Upgrade request required' });
    t.match(refused.body, { kind: 'Status', code: 404, message: 'pods "nope" not found' });
  });

  await t.test('health and metrics are text', async (t) => {
    t.match((await ask(`${server.url}/readyz?verbose`)).text, /\[\+\]etcd ok\n/);
    t.match((await ask(`${server.url}/metrics`)).text, /apiserver_storage_objects\{resource="pods"\} \d+\n/);
  });
});

t.test('clients that behave badly', async (t) => {
  const server = await newServer();
  t.teardown(() => server.close());
  const { port } = new URL(server.url);
  const maps = `${server.url}/api/v1/namespaces/default/configmaps`;
  const until = async (holds: () => boolean, what: string): Promise<void> => {
    for (let i = 0; i < 500 && !holds(); i++) await new Promise((resolve) => { setTimeout(resolve, 10); });
    t.ok(holds(), what);
  };
  const open = (): Promise<Socket> => new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => { socket.write('GET /api/v1/namespaces/default/configmaps?watch=true HTTP/1.1\r\nHost: x\r\n\r\n'); });
    socket.on('error', () => undefined);
    socket.once('data', () => { resolve(socket); });
  });

  await t.test('hundreds of idle watches come and go', async () => {
    const sockets = await Promise.all(Array.from({ length: 400 }, open));
    t.ok(server.driver.load >= 400, `${server.driver.load} watches`);
    t.equal((await ask(`${server.url}/readyz`)).text, 'ok');
    for (const socket of sockets) socket.destroy();
    await until(() => server.driver.load === 0, 'nothing is left of them');
  });

  await t.test('a watch that nobody reads is dropped, and holds nobody up', async () => {
    const socket = await open();
    socket.pause();
    const text = 'x'.repeat(900_000);
    for (let i = 0; i < 24; i++) t.equal((await ask(maps, { method: 'POST', type: 'application/json', body: configMap(`big-${i}`, { text }) })).code, 201);
    await until(() => server.driver.load === 0, 'its watch is gone');
    socket.destroy();
  });

  await t.test('what is no HTTP is refused', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => { socket.write('\x16\x03\x01 nonsense\r\n\r\n'); });
      socket.once('data', (bytes: Buffer) => { resolve(bytes.toString()); });
    });
    t.match(answer, /^HTTP\/1.1 400 /);
    t.equal((await ask(`${server.url}/healthz`)).text, 'ok');
  });
});

t.test('over https nothing is accepted without a certificate or a token', async (t) => {
  const server = await newServer({ users: [{ name: 'alice', groups: ['dev'] }] });
  t.teardown(() => server.close());
  const config = JSON.parse(readFileSync(join(folder, 'https'), 'utf8')) as {
    clusters: { cluster: Record<string, string> }[]; users: { name: string; user: Record<string, string> }[];
  };
  const pem = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64');
  const ca = pem(config.clusters[0]?.cluster['certificate-authority-data']);
  const user = (name: string): Record<string, string> => config.users.find(one => one.name === name)?.user ?? {};
  const get = (path: string, how: object): Promise<{ code: number; text: string }> => new Promise((resolve, reject) => {
    const sent = httpsRequest(`${server.url}${path}`, { ca, agent: false, ...how }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => { text += part.toString(); });
      response.on('end', () => { resolve({ code: response.statusCode ?? 0, text }); });
    });
    sent.on('error', reject);
    sent.end();
  });
  const pods = '/api/v1/namespaces/default/pods';
  t.equal((await get(pods, {})).code, 401);
  t.equal((await get('/healthz', {})).code, 401);
  t.equal((await get(pods, { headers: { authorization: 'Bearer wrong' } })).code, 401);
  t.equal((await get(pods, { headers: { authorization: `Bearer ${user('kubernetes-admin-token')['token'] ?? ''}` } })).code, 200);
  const alice = { cert: pem(user('alice')['client-certificate-data']), key: pem(user('alice')['client-key-data']) };
  const refused = await get(pods, alice);
  t.equal(refused.code, 403);
  t.match(refused.text, /User \\"alice\\" cannot list resource \\"pods\\"/);
});

t.test('over https a user made by a request for a certificate is known to TLS, and its rights to RBAC', async (t) => {
  const root = await newRoot();
  const cluster = openCluster({ topology: must(presets['tiny'], 'tiny is a preset'), seed: 7, begins: micros((Math.floor(Date.now() / 1000) - worldEpochSeconds - 60) * 1_000_000), authority: root.certificate });
  const server = await serve({ cluster, speed: 50, host: '127.0.0.1', port: 0, kubeconfig: join(folder, 'signed'), secure: { users: [] }, root });
  t.teardown(() => server.close());
  const config = JSON.parse(readFileSync(join(folder, 'signed'), 'utf8')) as { users: { user: Record<string, string> }[] };
  const admin = { cert: Buffer.from(config.users[0]?.user['client-certificate-data'] ?? '', 'base64'), key: Buffer.from(config.users[0]?.user['client-key-data'] ?? '', 'base64') };
  const send = (method: string, path: string, how: { readonly as?: object; readonly body?: object } = {}): Promise<{ code: number; body: any }> => new Promise((resolve, reject) => {
    const sent = httpsRequest(`${server.url}${path}`, { ca: root.certificate, agent: false, method, headers: { 'content-type': 'application/json' }, ...(how.as ?? admin) }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => { text += part.toString(); });
      response.on('end', () => { resolve({ code: response.statusCode ?? 0, body: JSON.parse(text) }); });
    });
    sent.on('error', reject);
    sent.end(how.body === undefined ? undefined : JSON.stringify(how.body));
  });
  x509.cryptoProvider.set(webcrypto as never);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as webcrypto.CryptoKeyPair;
  const request = (await x509.Pkcs10CertificateRequestGenerator.create({ name: [{ CN: ['bob'] }, { O: ['ops'] }], keys, signingAlgorithm: algorithm })).toString('pem');
  const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
  const made = await send('POST', requests, { body: { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'bob' }, spec: { request: Buffer.from(request).toString('base64'), signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] } } });
  t.equal(made.code, 201);
  const approved = { ...made.body, status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Test', message: 'yes' }] } };
  t.equal((await send('PUT', `${requests}/bob/approval`, { body: approved })).code, 200);
  let certificate = '';
  for (let tries = 0; tries < 100 && certificate === ''; tries++) {
    await new Promise(resolve => { setTimeout(resolve, 30); });
    certificate = Buffer.from((await send('GET', `${requests}/bob`)).body.status.certificate ?? '', 'base64').toString();
  }
  const bob = { cert: certificate, key: `-----BEGIN PRIVATE KEY-----\n${Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')}\n-----END PRIVATE KEY-----\n` };
  t.match(await send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { as: bob, body: {} }), { code: 201, body: { status: { userInfo: { username: 'bob', groups: ['ops', 'system:authenticated'] } } } });
  t.match(await send('GET', '/api/v1/namespaces/default/pods', { as: bob }), { code: 403, body: { message: 'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"' } });
  t.equal((await send('GET', '/api/v1/namespaces/default/configmaps/kube-root-ca.crt')).body.data['ca.crt'], root.certificate, 'the cluster tells the same authority');
});

t.test('objects of one template share its parts, and only those', (t) => {
  const read = (name: string, image: string, more = ''): { metadata: Record<string, unknown>; spec: object } => {
    const object = JSON.parse(`{"metadata":{"name":"${name}","labels":{"app":"x"}${more}},"spec":{"containers":[{"name":"c","image":"${image}"}]}}`) as { metadata: Record<string, unknown>; spec: object };
    shareParts(object);
    return object;
  };
  const [a, b, c] = [read('a', 'nginx'), read('b', 'nginx', ',"annotations":{"k":"v"}'), read('c', 'redis')];
  t.equal(a.spec, b.spec);
  t.equal(a.metadata['labels'], b.metadata['labels']);
  t.same(b, { metadata: { name: 'b', labels: { app: 'x' }, annotations: { k: 'v' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
  t.same(c.spec, { containers: [{ name: 'c', image: 'redis' }] });
  t.ok(Object.isFrozen((a.spec as { containers: readonly object[] }).containers[0]), 'what is shared cannot be changed');
  for (const odd of [null, 1, 'text', [], { spec: null, metadata: null }, { spec: 'x', metadata: { labels: [1] } }]) {
    const before = JSON.stringify(odd);
    shareParts(odd);
    t.equal(JSON.stringify(odd), before);
  }
  const long = { spec: { text: 'x'.repeat(10_000) } };
  shareParts(long);
  t.notOk(Object.isFrozen(long.spec), 'long parts are not kept');
  t.end();
});

t.test('the Accept header', (t) => {
  t.same(accepted('application/vnd.kubernetes.protobuf,application/json'), { encoding: 'json' });
  t.same(accepted('application/json;as=Table;v=v1;g=meta.k8s.io,application/json'), { encoding: 'json', as: 'Table' });
  t.same(accepted('application/json;q=0.5,application/yaml'), { encoding: 'yaml' }, 'the better one first');
  t.equal(accepted('image/png'), undefined);
  t.end();
});

t.test('protobuf that nobody knows is refused by name', (t) => {
  const meta = Buffer.concat([Buffer.from([0x0a, 2]), Buffer.from('v1'), Buffer.from([0x12, 3]), Buffer.from('Foo')]);
  const read = decodeProtobuf(Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0, 0x0a, meta.length]), meta]));
  t.match(read, { ok: false, error: /no kind "Foo" is registered for version "v1"/ });
  t.end();
});

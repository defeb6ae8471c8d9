import t from 'tap';
import { must } from '../../src/base/assert.ts';
import type { ServerState } from '../../src/apiserver/state.ts';
import { GATEWAY, type GatewayState } from '../../src/client/gateway.ts';
import { openCluster } from '../../src/cluster/cluster.ts';
import { gatewayProcess } from '../../src/cluster/plan.ts';
import { presets } from '../../src/cluster/topology.ts';
import type { RuntimeState } from '../../src/kubelet/runtime.ts';
import { micros, type NodeName, processId } from '../../src/base/data.ts';
import type { EtcdEvent, EtcdServerMessage, ResponseHeader } from '../../src/etcd/contract.ts';
import { type Arrival, OUTSIDE_ETCD, outsideEtcd, type OutsideState } from '../../src/etcd/outside.ts';
import { Converter } from '../../src/serve/etcd/convert.ts';
import { isConnectionFailure, readEtcdChoices, sentenceOf } from '../../src/serve/etcd/connection.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { defineProcess } from '../../src/sim/process.ts';
import { dumpWorld, loadWorld } from '../../src/sim/checkpoint.ts';

const CLIENT = processId('cp-1', 'kube-apiserver');
/** Sends what it is told to, and keeps what it hears. */
const client = defineProcess<{ heard: EtcdServerMessage[] }, { readonly type: string }, object>({
  kind: 'client', mailboxMax: 100,
  boot: () => ({ heard: [] }),
  step(state, input, out) {
    if (input.type !== 'message') return;
    if (input.from === OUTSIDE_ETCD) state.heard.push(input.body as EtcdServerMessage);
    else out.send(OUTSIDE_ETCD, input.body);
  },
});

const header = (revision: number): ResponseHeader => ({ clusterId: 'c', memberId: 'm', revision, raftTerm: 2 });
const put = (key: string, revision: number): EtcdEvent => ({ type: 'PUT', cause: 0, kv: { key, value: {}, createRevision: revision, modRevision: revision, version: 1, lease: '' } });

class Desk {
  readonly kernel = new Kernel({ seed: 1, kinds: [outsideEtcd, client] });
  constructor() {
    for (const [id, kind] of [[OUTSIDE_ETCD, 'etcd-outside'], [CLIENT, 'client']] as const) this.kernel.spawn({ id, kind, node: id.split('/')[0] as NodeName, config: {} });
    this.#run();
  }
  #run(): void { this.kernel.run({ until: micros(this.kernel.world.now + 10_000) }); }
  ask(body: object): this { this.kernel.deliver(CLIENT, body); this.#run(); return this; }
  bring(...arrivals: Arrival[]): this {
    this.kernel.deliver(OUTSIDE_ETCD, { type: 'outside.work', taken: this.state.taken + this.state.asked.length, arrivals });
    this.#run();
    return this;
  }
  watch(id: number, startRevision?: number): this { return this.ask({ type: 'etcd.watchCreate', id, request: { key: '/a/', rangeEnd: '/a0', ...(startRevision === undefined ? {} : { startRevision }) } }); }
  get state(): OutsideState { return this.kernel.stateOf<OutsideState>(OUTSIDE_ETCD) as OutsideState; }
  /** What the client has heard since the last look, in short. */
  heard(): readonly string[] {
    const state = this.kernel.stateOf<{ heard: EtcdServerMessage[] }>(CLIENT);
    const heard = (state?.heard ?? []).map((message) => {
      if (message.type === 'etcd.watch') return `${message.id}@${message.header.revision}: ${message.events.map(({ type, kv }) => `${type} ${kv.key}`).join()}`;
      return message.type === 'etcd.watchCanceled' ? `${message.id} canceled, compacted ${message.compactRevision}` : `${message.type} ${message.id}`;
    });
    if (state !== undefined) state.heard = [];
    return heard;
  }
}

t.test('watches are fed from the one watch of the edge', t => {
  const desk = new Desk();
  desk.watch(1, 11).bring({ type: 'began', header: header(12), from: 10, events: [put('/a/x', 11), put('/b/y', 12)] });
  t.same(desk.heard(), ['1@12: PUT /a/x'], 'what it missed is told');
  desk.bring({ type: 'events', header: header(14), events: [put('/b/z', 13), put('/a/y', 14)] });
  t.same(desk.heard(), ['1@14: PUT /a/y'], 'only what is in its range');
  desk.watch(2, 12);
  t.same(desk.heard(), ['2@14: PUT /a/y'], 'a later watch begins in the past');
  desk.watch(3, 10);
  t.same(desk.heard(), ['3 canceled, compacted 10'], 'a past that is not kept is compacted');
  desk.watch(4, 99);
  t.same(desk.heard(), ['4 canceled, compacted 10'], 'a revision that the store never had is of another store');
  desk.ask({ type: 'etcd.watchCancel', id: 1 }).bring({ type: 'events', header: header(15), events: [put('/a/q', 15)] });
  t.same(desk.heard(), ['2@15: PUT /a/q']);
  t.end();
});

t.test('how far a watch is, is asked of the edge once for all that want to know', t => {
  const desk = new Desk();
  desk.watch(1).watch(2).bring({ type: 'began', header: header(5), from: 5, events: [] });
  desk.ask({ type: 'etcd.watchProgress', id: 1 }).ask({ type: 'etcd.watchProgress', id: 2 });
  t.same(desk.state.asked.map(({ request }) => request.op), ['progress']);
  const number = desk.state.asked[0]?.number ?? 0;
  desk.bring({ type: 'events', header: header(7), events: [] }, { type: 'answer', number, header: header(7), body: {} });
  t.same(desk.heard(), ['1@7: ', '2@7: ']);
  desk.bring({ type: 'events', header: header(9), events: [] });
  desk.kernel.run({ until: micros(desk.kernel.world.now + 6_000_000) });
  t.same(desk.heard(), ['1@9: ', '2@9: '], 'and from time to time everybody is told');
  t.end();
});

t.test('questions wait until the edge has taken them, and answers find who asked', t => {
  const desk = new Desk();
  desk.ask({ type: 'etcd.request', id: 41, request: { op: 'range', args: { key: '/a/' } } });
  const [asked] = desk.state.asked;
  t.match(asked, { request: { op: 'range', args: { key: '/a/' } } });
  const again = loadWorld(JSON.parse(JSON.stringify(dumpWorld(desk.kernel.world))));
  t.ok(again.ok, 'the process can be stored');
  desk.bring({ type: 'error', number: asked?.number ?? 0, error: 'etcdserver: leader changed' });
  t.same(desk.heard(), ['etcd.error 41']);
  t.same(desk.state.asked, []);
  desk.bring({ type: 'answer', number: 77, header: header(3), body: {} });
  t.same(desk.heard(), [], 'an answer to nobody is dropped');
  t.end();
});

t.test('values are JSON below the prefix, and what is no object is passed over by name', t => {
  const complaints: string[] = [];
  const converter = new Converter('/teams/blue', (key, revision, problem) => { complaints.push(`${key} ${revision}: ${problem}`); });
  t.equal(converter.key('/registry/pods/a/b').toString(), '/teams/blue/pods/a/b');
  t.equal(converter.key('compact_rev_key').toString(), 'compact_rev_key');
  const kv = (key: string, value: string | Buffer): Parameters<Converter['keyValue']>[0] => ({ key: Buffer.from(key), value: Buffer.from(value as string), create_revision: '1', mod_revision: '8', version: '2', lease: '255' });
  const read = converter.keyValue(kv('/teams/blue/pods/a/b', '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"b"}}'));
  t.match(read, { key: '/registry/pods/a/b', value: { kind: 'Pod' }, modRevision: 8, lease: 'ff' });
  t.ok(Object.isFrozen(read?.value) && Object.isFrozen((read?.value as { metadata: object }).metadata), 'frozen to its leaves');
  for (const value of ['', 'x', '[]', 'null', '7', '{"kind":"Pod"}', '{"kind":"Pod","apiVersion":"v1","metadata":null}', 'k8s\0…']) {
    const found = converter.keyValue(kv('/teams/blue/x', value));
    if (value === '') t.equal(found?.value, '', 'keys without values');
    else t.equal(found, undefined, value);
  }
  t.equal(complaints.length, 7);
  t.match(complaints.at(-1), /^\/teams\/blue\/x 8: it is protobuf, as kube-apiserver writes it/);
  t.match(converter.event({ type: 'Put', kv: kv('/teams/blue/x', 'x'), prev_kv: kv('', '') }), { type: 'DELETE', kv: { key: '/registry/x', modRevision: 8 } });
  t.match(converter.txn({ compare: [{ key: '/registry/a', result: 'notEqual', target: 'mod', operand: 3 }], success: [{ put: { key: '/registry/a', value: 'v', lease: 'ff' } }], failure: [{ range: { key: '/registry/a' } }] }), {
    compare: [{ result: 'NotEqual', target: 'Mod', mod_revision: 3 }], success: [{ request_put: { lease: '255' } }], failure: [{ request_range: {} }],
  });
  t.end();
});

t.test('addresses as people write them', t => {
  const choices = { cafile: '', certfile: '', keyfile: '', prefix: '/registry' };
  const hosts = (...servers: string[]): unknown => { const read = readEtcdChoices({ ...choices, servers }); return read.ok ? read.value : read.error; };
  t.same(hosts('http://a', 'http://[::1]:99/'), { hosts: ['http://a:2379', 'http://[::1]:99'] });
  t.same(hosts('https://u:p%40@a:1'), { hosts: ['https://a:1'], auth: { username: 'u', password: 'p@' } });
  for (const bad of ['a:2379', '', 'http://', 'http://a/path', 'ftp://a', 'http://a:99999']) t.equal(hosts(bad), `--etcd-servers: expected URLs such as http://127.0.0.1:2379, found "${bad}"`);
  t.equal(sentenceOf(new Error('14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1 (2026-01-01T00:00:00Z). Resolution note: ')), 'connect ECONNREFUSED 127.0.0.1:1');
  t.equal(isConnectionFailure(new Error('14 UNAVAILABLE: etcdserver: leader changed')), false);
  t.equal(isConnectionFailure(new Error('14 UNAVAILABLE: Connection dropped')), true);
  t.end();
});

t.test('a stream that nobody waits for any more is closed wherever it had come to', t => {
  const { kernel, timeline } = openCluster({ topology: must(presets['tiny'], 'tiny is a preset'), seed: 5 });
  timeline.act({ type: 'spawn', spec: gatewayProcess() });
  const base = { group: '', version: 'v1', resource: 'pods', subresource: '', namespace: 'default', name: 'box' } as const;
  const credential = { type: 'certificate', commonName: 'admin', organizations: ['system:masters'] } as const;
  const bring = (requests: readonly object[], cancels: readonly number[] = []): void => { timeline.act({ type: 'deliver', to: GATEWAY, body: { type: 'gateway.work', taken: 0, requests, cancels, frames: [] } }); };
  const pass = (seconds: number): void => { kernel.run({ until: micros(kernel.world.now + seconds * 1_000_000) }); };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  bring([{ id: 1, call: { ...base, name: '', verb: 'create', body }, credential, userAgent: 't' }]);
  pass(20);
  const server = (): ServerState => must(kernel.stateOf<ServerState>('cp-1/kube-apiserver'), 'it runs');
  const streams = (): number => must(kernel.stateOf<RuntimeState>('worker-1/containerd'), 'it runs').streams.size;
  const exec = { ...base, verb: 'create', subresource: 'exec', options: { command: ['cat'], stdin: true, stdout: true } };
  const places: readonly (readonly [string, () => boolean])[] = [
    ['at the API server', () => server().inFlight.size > 0], ['at the kubelet', () => server().kubeletCalls.size > 0], ['in the container', () => streams() > 0], ['open', () => server().streams.size > 0],
  ];
  places.forEach(([where, isThere], i) => {
    const id = 10 + i;
    bring([{ id, call: exec, credential, userAgent: 't' }]);
    t.equal(kernel.run({ eventsMax: 50_000, stop: isThere }), 'stopped', `it has come: ${where}`);
    bring([], [id]);
    pass(5);
    t.same([streams(), server().streams.size, server().kubeletCalls.size], [0, 0, 0], `given up ${where}`);
  });
  t.equal(must(kernel.stateOf<GatewayState>(GATEWAY), 'it runs').running.size, 0);
  t.end();
});

/** Seats and queues of the priority levels alone, without a server around them. */
import fc from 'fast-check';
import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import { Table } from '../../src/base/table.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { ApiCall } from '../../src/api/wire.ts';
import { classify, distinguisherOf, sortingOf } from '../../src/apiserver/fairness/classify.ts';
import { fairnessDump } from '../../src/apiserver/fairness/dump.ts';
import { admit, leave, levelState } from '../../src/apiserver/fairness/queues.ts';
import { widthOf } from '../../src/apiserver/fairness/width.ts';
import type { RequestRecord, Server } from '../../src/apiserver/state.ts';
import { valueBytes } from '../../src/etcd/mvcc/size.ts';

const GROUP = 'flowcontrol.apiserver.k8s.io';
/** Objects of 10,000 bytes each. */
function objects(count: number): Table<KubeObject> {
  const sized = (length: number): KubeObject => deepFreeze({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'default' }, data: { a: 'x'.repeat(length) } }) as KubeObject;
  const one = sized(10_000 - valueBytes(sized(0)));
  if (valueBytes(one) !== 10_000) throw new Error(`an object has ${valueBytes(one)} bytes`);
  return new Table(Array.from({ length: count }, (_, i) => [`default/m${i}`, one] as const));
}

interface Level { readonly shares: number; readonly lendable?: number; readonly borrowing?: number; readonly queuing?: { readonly queues?: number; readonly handSize?: number; readonly queueLengthLimit?: number } }
const levelObject = (name: string, { shares, lendable = 0, borrowing, queuing }: Level): object => ({
  metadata: { name }, spec: { type: 'Limited', limited: { nominalConcurrencyShares: shares, lendablePercent: lendable, ...(borrowing === undefined ? {} : { borrowingLimitPercent: borrowing }), limitResponse: queuing === undefined ? { type: 'Reject' } : { type: 'Queue', queuing } } },
});
const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] };
const schemaObject = (name: string, level: string, precedence: number, more: object = {}): object => ({
  metadata: { name, uid: `uid-${name}` }, spec: { priorityLevelConfiguration: { name: level }, matchingPrecedence: precedence, rules: [{ subjects: [{ kind: 'Group', group: { name: '*' } }], resourceRules: [everything] }], ...more },
});
function serverOf(levels: Readonly<Record<string, Level>>, schemas: readonly object[], more: object = {}): Server {
  const table = (list: readonly object[]): { items: Table<KubeObject> } => ({ items: new Table(list.map(one => [(one as KubeObject).metadata.name, one as KubeObject] as const)) });
  const exempt = { metadata: { name: 'exempt' }, spec: { type: 'Exempt' } };
  const caches = new Map<string, unknown>([[`${GROUP}/prioritylevelconfigurations`, table([exempt, ...Object.entries(levels).map(([name, level]) => levelObject(name, level))])], [`${GROUP}/flowschemas`, table(schemas)], ...Object.entries(more)]);
  return { state: { caches, levels: new Map(), inFlight: new Map(), turns: [], flowVersion: {} }, out: { now: 0 } } as unknown as Server;
}
const callOf = (more: object = {}): ApiCall => ({ verb: 'get', group: '', version: 'v1', resource: 'configmaps', subresource: '', namespace: 'default', name: 'm', ...more }) as ApiCall;

t.test('a list takes as many seats as its size asks for', t => {
  const few = { 'core/configmaps': { items: objects(30) }, '/configmaps': { items: objects(30) } };
  const many = { 'core/configmaps': { items: objects(200) }, '/configmaps': { items: objects(200) } };
  const width = (caches: object, call: object, widest = 100): number => widthOf(serverOf({}, [], caches), callOf(call), { widest } as never);
  const list = (options: object, more: object = {}): object => ({ verb: 'list', name: '', options, ...more });
  const cases: readonly (readonly [name: string, wanted: number, found: number])[] = [
    ['a get', 1, width(few, {})],
    ['a get with the options of a watch', 1, width(few, { options: { sendInitialEvents: true } })],
    ['a write', 1, width(many, { verb: 'create' })],
    ['a list without options', 3, width(few, { verb: 'list', name: '' })],
    ['of nothing', 1, width({}, list({}))],
    ['of an empty cache', 1, width({ 'core/configmaps': { items: new Table() }, '/configmaps': { items: new Table() } }, list({}))],
    ['of what is no resource', 1, width(few, list({}, { resource: '' }))],
    ['a page', 1, width(few, list({ limit: 5 }))],
    ['a larger page', 3, width(few, list({ limit: 25 }))],
    ['a page larger than all', 3, width(few, list({ limit: 500 }))],
    ['exactly one seat', 1, width(few, list({ limit: 10 }))],
    ['one object more', 2, width(few, list({ limit: 11 }))],
    ['a watch that begins with a list', 3, width(few, { verb: 'watch', name: '', options: { sendInitialEvents: true } })],
    ['a watch', 1, width(few, { verb: 'watch', name: '', options: {} })],
    ['one object by its name', 1, width(few, list({}, { name: 'm' }))],
    ['one object by a selector', 1, width(few, list({ fieldSelector: 'metadata.name=m' }))],
    ['one object by the other sign', 1, width(few, list({ fieldSelector: 'spec.x=1,metadata.name==m' }))],
    ['all but one', 3, width(few, list({ fieldSelector: 'metadata.name!=m' }))],
    ['a selector on the cache', 1, width(few, list({ labelSelector: 'a=b', limit: 1 }))],
    ['a selector that etcd does not know: half of all is read', 2, width(few, list({ labelSelector: 'a=b', limit: 1, resourceVersion: '5', resourceVersionMatch: 'Exact' }))],
    ['the same of a field', 2, width(few, list({ fieldSelector: 'spec.x=1', limit: 1, resourceVersion: '5', resourceVersionMatch: 'Exact' }))],
    ['without a selector the page is read', 1, width(few, list({ limit: 1, resourceVersion: '5', resourceVersionMatch: 'Exact' }))],
    ['a selector and a larger page', 3, width(few, list({ labelSelector: 'a=b', limit: 21, resourceVersion: '5', resourceVersionMatch: 'Exact' }))],
    ['a page of an old version', 2, width(few, list({ labelSelector: 'a=b', limit: 1, resourceVersion: '5' }))],
    ['a page of any version', 1, width(few, list({ labelSelector: 'a=b', limit: 1, resourceVersion: '0' }))],
    ['a page of the newest', 1, width(few, list({ labelSelector: 'a=b', limit: 1 }))],
    ['not older than', 1, width(few, list({ labelSelector: 'a=b', limit: 1, resourceVersion: '5', resourceVersionMatch: 'NotOlderThan' }))],
    ['the next page', 2, width(few, list({ labelSelector: 'a=b', limit: 1, continue: 'token' }))],
    ['a large list from the cache', 10, width(many, list({}))],
    ['a large list from etcd', 20, width(many, list({ resourceVersion: '5', resourceVersionMatch: 'Exact' }))],
    ['a large list of a small level', 8, width(many, list({}), 8)],
  ];
  for (const [name, wanted, found] of cases) t.equal(found, wanted, name);
  t.end();
});

const user = (name: string): RequestRecord['user'] => ({ name, groups: ['system:authenticated'], uid: '', extra: {} }) as unknown as RequestRecord['user'];
let serials = 0;
/** A request that has arrived. */
function arrive(server: Server, who: RequestRecord['user'], call: ApiCall = callOf()): { readonly request: RequestRecord; readonly became: string } {
  const request = { serial: ++serials, call, user: who, seats: 0, level: '', schema: '', waitUntil: 0, receivedAt: 0 } as unknown as RequestRecord;
  server.state.inFlight.set(request.serial, request);
  const flow = classify(server, call, who);
  if (flow === undefined) throw new Error('no flow');
  const became = admit(server, request, flow);
  if (became === 'rejected') server.state.inFlight.delete(request.serial);
  return { request, became };
}
function depart(server: Server, request: RequestRecord): void {
  server.state.inFlight.delete(request.serial);
  leave(server, request);
}

t.test('requests are sorted by the first schema that fits, and into flows', t => {
  const byUser = { distinguisherMethod: { type: 'ByUser' } };
  const byNamespace = { distinguisherMethod: { type: 'ByNamespace' } };
  const only = (resource: string): object => ({ rules: [{ subjects: [{ kind: 'Group', group: { name: '*' } }], resourceRules: [{ ...everything, resources: [resource] }] }] });
  const server = serverOf({ one: { shares: 1 }, two: { shares: 1 } }, [
    schemaObject('late', 'one', 900), schemaObject('gone', 'nowhere', 1), schemaObject('b-users', 'two', 5, { ...byUser, ...only('pods') }), schemaObject('a-users', 'one', 5, { ...byUser, ...only('pods') }), schemaObject('spaces', 'two', 7, { ...byNamespace, ...only('secrets') }),
    schemaObject('paths', 'two', 9, { rules: [{ subjects: [{ kind: 'User', user: { name: 'ann' } }], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] }] }),
  ]);
  const ann = user('ann');
  const of = (more: object, who = ann): unknown => { const flow = classify(server, callOf(more), who); return flow === undefined ? undefined : [flow.schema, flow.level.name, distinguisherOf(flow, { call: callOf(more), user: who }), flow.schemaUid]; };
  t.same(of({}), ['late', 'one', '', 'uid-late'], 'a schema without its level counts for nothing');
  t.same(of({ resource: 'pods' }), ['a-users', 'one', 'ann', 'uid-a-users'], 'of equal ones the first by name');
  t.same(of({ resource: 'pods' }, user('bob')), ['a-users', 'one', 'bob', 'uid-a-users']);
  t.same(of({ resource: 'secrets' }), ['spaces', 'two', 'default', 'uid-spaces']);
  t.same(of({ resource: 'secrets', namespace: 'shop' }), ['spaces', 'two', 'shop', 'uid-spaces'], 'what is remembered of a user is apart for each namespace');
  t.same(of({ resource: 'secrets', verb: 'list' }), ['spaces', 'two', 'default', 'uid-spaces']);
  t.same([of({ resource: '', path: '/healthz' }), of({ resource: '', path: '/livez' }), of({ resource: '', path: '/healthz' })], [['paths', 'two', '', 'uid-paths'], undefined, ['paths', 'two', '', 'uid-paths']], 'paths are looked at each time');
  t.end();
});

t.test('what is remembered of users and of groups is what would be found for each of them', t => {
  const groups = [['system:authenticated'], ['system:authenticated', 'devs'], ['system:authenticated', 'ops']].map(list => Object.freeze(list));
  const names = ['ann', 'bob', 'system:serviceaccount:shop:web', 'system:serviceaccount:shop:job', 'system:serviceaccount:kube-system:web', 'system:node:n'];
  const subject = fc.oneof(
    fc.constantFrom('ann', 'system:node:n', '*', 'nobody').map(name => ({ kind: 'User', user: { name } })), fc.constantFrom('devs', 'ops', '*').map(name => ({ kind: 'Group', group: { name } })),
    fc.record({ namespace: fc.constantFrom('shop', 'kube-system'), name: fc.constantFrom('web', '*') }).map(serviceAccount => ({ kind: 'ServiceAccount', serviceAccount })),
  );
  const resourceRule = fc.record({ verbs: fc.constantFrom(['*'], ['get', 'list']), apiGroups: fc.constantFrom(['*'], ['apps']), resources: fc.constantFrom(['*'], ['pods'], ['pods/status']), clusterScope: fc.boolean(), namespaces: fc.constantFrom([], ['*'], ['shop']) });
  const schemas = fc.array(fc.record({ precedence: fc.nat(4), level: fc.constantFrom('one', 'two', 'gone'), subjects: fc.array(subject, { minLength: 1, maxLength: 2 }), resourceRules: fc.array(resourceRule, { minLength: 1, maxLength: 2 }) }), { minLength: 1, maxLength: 5 });
  const question = fc.record({ who: fc.constantFrom(...names), groups: fc.constantFrom(...groups), verb: fc.constantFrom('get', 'create'), group: fc.constantFrom('', 'apps'), resource: fc.constantFrom('pods', 'secrets', ''), subresource: fc.constantFrom('', 'status'), namespace: fc.constantFrom('', 'shop', 'default') });
  fc.assert(fc.property(schemas, fc.array(question, { minLength: 20, maxLength: 60 }), (made, questions) => {
    const objects = made.map(({ precedence, level, subjects, resourceRules }, i) => schemaObject(`s${i}`, level, precedence, { rules: [{ subjects, resourceRules }] }));
    const levels = { one: { shares: 1 }, two: { shares: 2 } };
    const server = serverOf(levels, objects);
    for (const { who, groups: list, ...call } of questions) {
      const person = { ...user(who), groups: list };
      const [found, anew] = [classify(server, callOf(call), person), classify(serverOf(levels, objects), callOf(call), person)];
      if (found?.schema !== anew?.schema || found?.level.name !== anew?.level.name) throw new Error(`${who} (${list.join()}) ${JSON.stringify(call)}: ${found?.schema}, not ${anew?.schema}`);
    }
  }), { numRuns: 200, seed: 1 });
  t.end();
});

t.test('queues take turns, so that one flow with many requests does not hold up another', t => {
  const queuing = { queues: 64, handSize: 1, queueLengthLimit: 4 };
  const schemas = [schemaObject('all', 'narrow', 5, { distinguisherMethod: { type: 'ByUser' } })];
  // One seat of 600: the other level keeps the rest.
  const server = serverOf({ narrow: { shares: 1, borrowing: 0, queuing }, wide: { shares: 599 } }, schemas);
  t.match(sortingOf(server).levels.get('narrow'), { nominal: 1, most: 1, queues: 64, widest: 1 });
  const [ann, bob] = [user('a'), user('b')];
  const arrivals = [ann, ann, ann, bob, ann, ann].map(who => arrive(server, who));
  t.same(arrivals.map(({ became }) => became), ['runs', 'waits', 'waits', 'waits', 'waits', 'waits']);
  t.equal(arrive(server, ann).became, 'rejected', 'its queue is full');
  /** Lets one after the other go. @returns whose requests ran */
  const play = (first: RequestRecord | undefined): string[] => {
    const order: string[] = [];
    for (let running = first; running !== undefined;) {
      order.push(running.user.name);
      const before: number = server.state.turns.length;
      depart(server, running);
      running = server.state.inFlight.get(server.state.turns[before] ?? 0);
    }
    return order;
  };
  t.same(play(arrivals[0]?.request), ['a', 'a', 'b', 'a', 'a', 'a']);
  const { executing, seats, waiting } = levelState(server, 'narrow');
  t.same([executing, seats, waiting], [0, 0, 0]);
  t.same(levelState(server, 'narrow').flows.get('all'), { executing: 0, waiting: 0, dispatched: 6, queueFull: 1, noSeat: 0, timedOut: 0, cancelled: 0 });
  // A queue that was empty begins where the others are, and gains nothing from its rest.
  t.same(play([ann, ann, bob, ann, bob].map(who => arrive(server, who).request)[0]), ['a', 'b', 'a', 'b', 'a']);
  t.end();
});

t.test('whatever comes and goes, seats are counted, kept and lent', t => {
  const queuing = { queues: 8, handSize: 2, queueLengthLimit: 3 };
  const only = (resource: string): object => ({ rules: [{ subjects: [{ kind: 'Group', group: { name: '*' } }], resourceRules: [{ ...everything, resources: [resource] }] }] });
  const resources = ['configmaps', 'pods', 'secrets', 'services'] as const;
  const levelOf = { configmaps: 'queued', pods: 'strict', secrets: 'rejecting', services: 'exempt' } as const;
  let gaveUp = 0;
  const step = fc.oneof(
    { arbitrary: fc.record({ resource: fc.constantFrom(...resources, 'configmaps' as const, 'pods' as const), who: fc.constantFrom('a', 'b', 'c'), verb: fc.constantFrom('get', 'list'), count: fc.constantFrom(1, 20, 80, 200) }), weight: 3 },
    { arbitrary: fc.record({ leaves: fc.nat(99), many: fc.constantFrom(1, 1, 60) }), weight: 2 },
    { arbitrary: fc.record({ givesUp: fc.nat(99) }), weight: 2 },
  );
  fc.assert(fc.property(fc.array(step, { minLength: 15, maxLength: 40 }), steps => {
    const caches = Object.fromEntries([...resources].flatMap(resource => [[`core/${resource}`, { items: objects(60) }], [`/${resource}`, { items: objects(60) }]]));
    const server = serverOf({ queued: { shares: 1, lendable: 50, borrowing: 20, queuing }, strict: { shares: 1, borrowing: 10, queuing }, rejecting: { shares: 8, lendable: 100 } }, resources.map((resource, i) => schemaObject(resource, levelOf[resource], i, { distinguisherMethod: { type: 'ByUser' }, ...only(resource) })), caches);
    const { levels } = sortingOf(server);
    const users = Object.fromEntries(['a', 'b', 'c'].map(name => [name, user(name)]));
    const known = new Set<RequestRecord>();
    for (const one of steps) {
      const waiting = [...known].filter(({ seats }) => seats === 0);
      if ('givesUp' in one) {
        const request = waiting[one.givesUp % Math.max(1, waiting.length)];
        if (request !== undefined) { gaveUp++; known.delete(request); depart(server, request); }
      } else if ('leaves' in one) for (let i = 0; i < one.many && known.size > 0; i++) { const request = [...known][one.leaves % known.size] as RequestRecord; known.delete(request); depart(server, request); }
      else for (let i = 0; i < one.count; i++) { const { request, became } = arrive(server, users[one.who] as never, callOf({ resource: one.resource, verb: one.verb, name: one.verb === 'get' ? 'm' : '' })); if (became !== 'rejected') known.add(request); }
      let taken = 0;
      for (const [name, limits] of levels) {
        const state = levelState(server, name);
        const own = [...known].filter(({ level }) => level === name);
        const running = own.filter(({ seats }) => seats > 0);
        const queued = [...state.queues.values()].flatMap(({ waiting }) => waiting);
        const sum = (of: 'executing' | 'waiting'): number => [...state.flows.values()].reduce((all, counts) => all + counts[of], 0);
        const seats = running.reduce((all, request) => all + request.seats, 0);
        const facts = { executing: state.executing, seats: state.seats, waiting: state.waiting, flowsExecuting: sum('executing'), flowsWaiting: sum('waiting'), queued: queued.slice().sort().join() };
        const wanted = { executing: running.length, seats, waiting: own.length - running.length, flowsExecuting: running.length, flowsWaiting: own.length - running.length, queued: own.filter(request => request.seats === 0).map(({ serial }) => serial).sort().join() };
        if (JSON.stringify(facts) !== JSON.stringify(wanted)) throw new Error(`${name}: ${JSON.stringify(facts)} is not ${JSON.stringify(wanted)}`);
        if (limits.exempt) { if (state.waiting > 0) throw new Error('who is exempt waits'); continue; }
        if (limits.queues === 0 && state.waiting > 0) throw new Error(`${name} has no queues`);
        if (seats > limits.most && running.length > 1) throw new Error(`${name} has taken ${seats} seats of ${limits.most}`);
        if (queued.length > 0 && seats < limits.nominal && seats + limits.widest <= limits.nominal) throw new Error(`${name}: somebody waits while ${limits.nominal - seats} of its own seats are free`);
        taken += Math.max(seats, limits.kept);
      }
      // Each level may fill its own seats; beyond them, only what others do not keep is lent.
      if (taken > 600 + [...levels.values()].reduce((all, { nominal, kept }) => all + nominal - kept, 0)) throw new Error(`${taken} seats are taken or kept`);
    }
  }), { numRuns: 40, seed: 1 });
  t.ok(gaveUp > 20, `${gaveUp} gave up waiting`);
  t.end();
});

t.test('what is borrowed, what is kept, and who is too wide', t => {
  const schemas = [schemaObject('all', 'poor', 5)];
  const runs = (levels: Readonly<Record<string, Level>>, busy: Readonly<Record<string, number>> = {}): number => {
    const server = serverOf(levels, schemas);
    for (const [name, seats] of Object.entries(busy)) levelState(server, name).seats = seats;
    let count = 0;
    while (count < 700 && arrive(server, user('a')).became === 'runs') count++;
    return count;
  };
  t.equal(runs({ poor: { shares: 1, borrowing: 0 }, rich: { shares: 2, lendable: 100 } }), 200, 'nothing is borrowed');
  t.equal(runs({ poor: { shares: 1, borrowing: 50 }, rich: { shares: 2, lendable: 100 } }), 300, 'up to the limit');
  t.equal(runs({ poor: { shares: 1 }, rich: { shares: 2, lendable: 100 } }), 600, 'everything');
  t.equal(runs({ poor: { shares: 1 }, rich: { shares: 2, lendable: 50 } }), 400, 'but not what the other keeps');
  t.equal(runs({ poor: { shares: 1 }, rich: { shares: 2, lendable: 50 } }, { rich: 300 }), 300, 'nor what it uses');
  t.equal(runs({ poor: { shares: 1 }, rich: { shares: 2, lendable: 50 } }, { rich: 500 }), 200, 'its own seats are never taken from it');
  t.equal(runs({ poor: { shares: 1 }, rich: { shares: 2, lendable: 50 } }, { exempt: 500 }), 400, 'who is exempt takes nobody\'s seats');
  const caches = { 'core/configmaps': { items: objects(60) }, '/configmaps': { items: objects(60) } };
  const narrow = serverOf({ poor: { shares: 1, borrowing: 0 }, rich: { shares: 149 } }, schemas, caches);
  const list = callOf({ verb: 'list', name: '' });
  t.match(sortingOf(narrow).levels.get('poor'), { nominal: 4, most: 4 });
  const first = arrive(narrow, user('a'), list);
  t.same([first.became, first.request.seats], ['runs', 6], 'a list that is wider than its level goes alone');
  t.equal(arrive(narrow, user('a')).became, 'rejected');
  depart(narrow, first.request);
  t.equal(arrive(narrow, user('a')).became, 'runs');
  t.equal(arrive(narrow, user('a'), list).became, 'rejected', 'and not beside others');
  t.end();
});

t.test('the pages of the debug endpoint', t => {
  const queuing = { queues: 2, handSize: 1, queueLengthLimit: 2 };
  const server = serverOf({ small: { shares: 1, borrowing: 0, queuing }, other: { shares: 299 } }, [schemaObject('all', 'small', 5, { distinguisherMethod: { type: 'ByUser' } })]);
  const page = (name: string, detailed = false): string[] => (fairnessDump(server, asking, { page: name, detailed }) ?? '').trim().split('\n').slice(1).map(line => line.replace(/, +/g, ','));
  const asking = { serial: 0, call: callOf(), user: user('asks'), seats: 1, level: 'exempt', schema: 'exempt', receivedAt: 0 } as unknown as RequestRecord;
  t.same(page('dump_priority_levels'), ['exempt,0,true,false,0,0,0,0,0,0', 'other,0,true,false,0,0,0,0,0,0', 'small,0,true,false,0,0,0,0,0,0']);
  const all = Array.from({ length: 5 }, () => arrive(server, user('a'), callOf({ group: 'apps', resource: 'deployments', name: 'd' })));
  t.same(all.map(({ became }) => became), ['runs', 'runs', 'waits', 'waits', 'rejected']);
  const counts = levelState(server, 'small').flows.get('all');
  Object.assign(counts ?? {}, { timedOut: 3, cancelled: 4, noSeat: 5 });
  t.same(page('dump_priority_levels')[2], 'small,1,false,false,2,2,2,6,3,4');
  t.equal(fairnessDump(server, asking, { page: 'dump_nothing', detailed: false }), undefined);
  const rows = page('dump_requests');
  const index = rows[3]?.split(',')[2] ?? '';
  t.same(rows.map(row => row.replace(/,\d{4}-[^,]+Z/, ',T')), [
    'exempt,all,-1,-1,asks,T,1,0,0s,2026-01-01T00:00:00.000000Z', 'small,all,-1,-1,a,T,1,0,0s,2026-01-01T00:00:00.000000Z', 'small,all,-1,-1,a,T,1,0,0s,2026-01-01T00:00:00.000000Z',
    `small,all,${index},0,a,T,1,0,0s,0001-01-01T00:00:00Z`, `small,all,${index},1,a,T,1,0,0s,0001-01-01T00:00:00Z`,
  ]);
  t.match(sortingOf(serverOf({ usual: { shares: 1, queuing: {} } }, [])).levels.get('usual'), { queues: 64, handSize: 8, queueLength: 50, nominal: 600, kept: 600, most: 1200 }, 'the usual numbers of queues');
  t.match(page('dump_requests', true)[3], /,a,get,\/apis\/apps\/v1\/namespaces\/default\/deployments\/d,default,d,apps\/v1,deployments,$/);
  const lists = serverOf({ small: { shares: 1, borrowing: 0, queuing: { queues: 1, handSize: 1, queueLengthLimit: 9 } }, other: { shares: 29 } }, [schemaObject('all', 'small', 5)], { 'core/configmaps': { items: objects(20) }, '/configmaps': { items: objects(20) } });
  for (let i = 0; i < 20; i++) arrive(lists, user('a'));
  for (const verb of ['list', 'get', 'list']) t.equal(arrive(lists, user('a'), callOf({ verb, name: verb === 'list' ? '' : 'm' })).became, 'waits');
  t.match(fairnessDump(lists, asking, { page: 'dump_queues', detailed: false }), /small, +0, +3, +0, +0, +0\.00000000ss, +5, +5, +0\.01500000ss\n/, 'lists wait for two seats each');
  t.same(page('dump_queues').sort(), [`small,${index},2,0,0,0.00000000ss,2,2,0.00600000ss`, `small,${index === '0' ? '1' : '0'},0,0,0,0.00000000ss,0,0,0.00000000ss`].sort());
  t.end();
});

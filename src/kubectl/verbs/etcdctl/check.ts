/** `etcdctl check perf` and `check datascale`. @source etcd-io/etcd etcdctl/ctlv3/command/check.go */
import { prefixEnd, type RangeResponse, type ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, textFlag } from '../../options.ts';
import type { LoadResult } from '../../load.ts';
import { call, type Client, clientOf, only, refusal } from './client.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { EXIT, fail, type Failure, failure } from './output.ts';

const PREFIX = '/etcdctl-check-perf/';
const SECONDS = 60;
const VALUE_BYTES = 1024;
const KEY_BYTES = 256;
/** Writes in a second, and clients. */
const LOADS = { s: { rate: 150, clients: 50 }, m: { rate: 1000, clients: 200 }, l: { rate: 8000, clients: 500 }, xl: { rate: 15_000, clients: 1000 } } as const;
const NAMES: Readonly<Record<string, keyof typeof LOADS>> = { s: 's', small: 's', m: 'm', medium: 'm', l: 'l', large: 'l', xl: 'xl', xLarge: 'xl' };
/** Part of the wanted rate that must be reached; seconds that the slowest write and the deviation may take. */
const RATE_MIN = 0.9;
const SLOWEST_MAX = 0.5;
const DEVIATION_MAX = 0.1;
const BAR = `${'o'.repeat(59)}`;

/** What both checks take; `load`: what their size is about. */
const flagsOf = (load: string) => [
  ...etcdctlFlags, { name: 'load', type: 'string', summary: load, choices: ['s', 'm', 'l', 'xl'] }, { name: 'prefix', type: 'string', summary: 'where to write' },
  { name: 'auto-compact', type: 'bool', summary: 'compact afterwards' }, { name: 'auto-defrag', type: 'bool', summary: 'defragment afterwards' },
] as const;

/**
 * Writes at a steady rate for a minute and judges how it went.
 * @fidelity simplified: the bar is drawn once, at the end
 */
export const checkPerf = defineCommand({
  path: ['etcdctl', 'check', 'perf'],
  summary: 'write for a minute at a steady rate, and judge the cluster by it',
  flags: flagsOf('how hard to write'),
  changesWorld: true,
  examples: [{ line: 'etcdctl check perf', shows: 'PASS: Throughput is 150 writes/s' }],
  *run(args, settings) {
    const wanted = textFlag(args, 'load') || 's';
    const load = LOADS[NAMES[wanted] ?? 'none' as 's'];
    if (load === undefined) return yield* fail(failure(`unknown load option ${wanted}`, EXIT.badFeature));
    const prefix = textFlag(args, 'prefix') || PREFIX;
    const client = yield* clientOf(args, settings);
    const wrong = yield* wantNoKeys(client, prefix);
    if (wrong !== undefined) return yield* fail(wrong);
    const result = yield* cx.etcdLoad({
      members: client.endpoints.map(({ process }) => process), prefix, ...load, seconds: SECONDS, valueBytes: VALUE_BYTES, keyBytes: KEY_BYTES, ...(client.token === undefined ? {} : { token: client.token }),
    });
    yield* cx.print(` ${SECONDS} / ${SECONDS} B${BAR}! 100.00% 1m0s\n`);
    const deleted = yield* call<object>(client, { op: 'deleteRange', args: { key: prefix, rangeEnd: prefixEnd(prefix) } });
    if (!deleted.ok) return yield* fail(refusal(deleted));
    yield* tidyUp(args, client, deleted.header);
    return yield* judge(result, load.rate);
  },
});

/** Why the check cannot be made on this prefix. */
function* wantNoKeys(client: Client, prefix: string): Conversation<Failure | undefined> {
  const before = yield* call<RangeResponse>(client, { op: 'range', args: { key: prefix, rangeEnd: prefixEnd(prefix), limit: 1 } });
  if (!before.ok) return refusal(before);
  return before.body.kvs.length > 0 ? failure(`prefix ${goQuote(prefix)} has keys. Delete with etcdctl del --prefix ${prefix} first`, EXIT.invalidInput) : undefined;
}

function* tidyUp(args: Arguments, client: Client, { revision }: ResponseHeader): Conversation<void> {
  if (isOn(args, 'auto-compact')) {
    yield* cx.print(`Compacting with revision ${revision}\n`);
    const done = yield* call<object>(client, { op: 'compact', args: { revision, physical: true } });
    if (done.ok) yield* cx.print(`Compacted with revision ${revision}\n`);
  }
  if (!isOn(args, 'auto-defrag')) return;
  for (const endpoint of client.endpoints) {
    yield* cx.print(`Defragmenting ${goQuote(endpoint.name)}\n`);
    const done = yield* call<object>(only(client, endpoint), { op: 'defragment', args: {} });
    if (done.ok) yield* cx.print(`Defragmented ${goQuote(endpoint.name)}\n`);
  }
}

function* judge({ count, total, slowest, stddev, errors }: LoadResult, rate: number): Conversation<number> {
  const rps = total === 0 ? 0 : count / total;
  const [few, slow, uneven] = [rps / rate <= RATE_MIN, slowest > SLOWEST_MAX, stddev > DEVIATION_MAX];
  const wrong = Object.entries(errors);
  yield* tellErrors(errors);
  const writes = Math.floor(rps) + 1;
  yield* cx.print(few ? `FAIL: Throughput too low: ${writes} writes/s\n` : `PASS: Throughput is ${writes} writes/s\n`);
  yield* cx.print(slow ? `Slowest request took too long: ${slowest.toFixed(6)}s\n` : `PASS: Slowest request took ${slowest.toFixed(6)}s\n`);
  yield* cx.print(uneven ? `Stddev too high: ${stddev.toFixed(6)}s\n` : `PASS: Stddev is ${stddev.toFixed(6)}s\n`);
  const failed = wrong.length > 0 || few || slow || uneven;
  yield* cx.print(failed ? 'FAIL\n' : 'PASS\n');
  return failed ? EXIT.error : 0;
}

function* tellErrors(errors: LoadResult['errors']): Conversation<void> {
  const wrong = Object.entries(errors);
  if (wrong.length > 0) yield* cx.print(`FAIL: too many errors\n${wrong.map(([error, times]) => `FAIL: ERROR(${error}) -> ${times}\n`).join('')}`);
}

// ---- How much memory data take ---------------------------------------------------------------------------------------

const SCALE_PREFIX = '/etcdctl-check-datascale/';
const HALF_BYTES = 512;
/** Keys, and clients that write them. */
const SCALES = { s: { limit: 10_000, clients: 50 }, m: { limit: 100_000, clients: 200 }, l: { limit: 1_000_000, clients: 500 }, xl: { limit: 3_000_000, clients: 1000 } } as const;
/** As fast as the clients get answers; an hour at most. */
const UNLIMITED = 1_000_000;
const HOUR = 3600;
const MEGABYTE = 1024 * 1024;

/** Memory that a member says it takes; 0 = it could not be asked. */
function* memoryOf(client: Client): Conversation<number> {
  const [endpoint] = client.endpoints;
  if (endpoint === undefined) return 0;
  const answer = yield* call<{ readonly text: string }>(only(client, endpoint), { op: 'metrics', args: {} });
  return answer.ok ? Number(/^process_resident_memory_bytes (\S+)$/m.exec(answer.body.text)?.[1] ?? 0) : 0;
}

const unread = (when: string): Conversation<null> => cx.print(`FAIL: Could not read process_resident_memory_bytes ${when} the put operations.\n`);

/** Writes many keys and tells by how much the memory of the first endpoint's member has grown. */
export const checkDatascale = defineCommand({
  path: ['etcdctl', 'check', 'datascale'],
  summary: 'write many keys, and tell how much memory they take in a member',
  flags: flagsOf('how many keys'),
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const wanted = textFlag(args, 'load') || 's';
    const scale = SCALES[NAMES[wanted] ?? 'none' as 's'];
    if (scale === undefined) return yield* fail(failure(`unknown load option ${wanted}`, EXIT.badFeature));
    const prefix = textFlag(args, 'prefix') || SCALE_PREFIX;
    const client = yield* clientOf(args, settings);
    const wrong = yield* wantNoKeys(client, prefix);
    if (wrong !== undefined) return yield* fail(wrong);
    const before = yield* memoryOf(client);
    if (before === 0) { yield* unread('before'); return EXIT.error; }
    const { limit, clients } = scale;
    yield* cx.print(`Start data scale check for work load [${limit} key-value pairs, ${2 * HALF_BYTES} bytes per key-value, ${clients} concurrent clients].\n`);
    const began = yield* cx.now();
    const { errors } = yield* cx.etcdLoad({
      members: client.endpoints.map(({ process }) => process), prefix, rate: UNLIMITED, clients, limit, seconds: HOUR, keyBytes: HALF_BYTES, valueBytes: HALF_BYTES, ...(client.token === undefined ? {} : { token: client.token }),
    });
    yield* cx.print(` ${limit} / ${limit} B${BAR}! 100.00% ${Math.round(((yield* cx.now()) - began) / 1_000_000)}s\n`);
    const after = yield* memoryOf(client);
    if (after === 0) { yield* unread('after'); return EXIT.error; }
    const deleted = yield* call<object>(client, { op: 'deleteRange', args: { key: prefix, rangeEnd: prefixEnd(prefix) } });
    if (!deleted.ok) return yield* fail(refusal(deleted));
    yield* tidyUp(args, client, deleted.header);
    yield* tellErrors(errors);
    if (Object.keys(errors).length > 0) return EXIT.error;
    yield* cx.print(`PASS: Approximate system memory used : ${((after - before) / MEGABYTE).toFixed(2)} MB.\n`);
    return 0;
  },
});

/** `etcdctl make-mirror`. @source etcd-io/etcd etcdctl/ctlv3/command/make_mirror_command.go, client/v3/mirror/syncer.go */
import { micros, seconds } from '../../../base/data.ts';
import { type EtcdEvent, prefixEnd, type RangeResponse, type RequestOp } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, numberFlag, operands, textFlag } from '../../options.ts';
import { call, type Client, clientOf, refusal } from './client.ts';
import { valueText } from './json.ts';
import { badArguments, EXIT, fail, type Failure, failure } from './output.ts';

/** How often the number of keys is told. */
const TELL_EVERY = seconds(30);
/** Keys read at a time. @source client/v3/mirror/syncer.go batchLimit */
const BATCH = 1000;
const TXN_OPS = 128;
const ROUNDS_MAX = 1_000_000;

const mirrorFlags = [
  { name: 'prefix', type: 'string', summary: 'only keys that begin so' }, { name: 'dest-prefix', type: 'string', summary: 'what they begin with at the destination' },
  { name: 'no-dest-prefix', type: 'bool', summary: 'leave the prefix out at the destination' }, { name: 'rev', type: 'int', summary: 'begin with the changes after this revision' },
  { name: 'max-txn-ops', type: 'int', summary: 'operations in one transaction at most' }, { name: 'dest-cert', type: 'string', summary: 'client certificate for the destination' },
  { name: 'dest-key', type: 'string', summary: 'key of that certificate' }, { name: 'dest-cacert', type: 'string', summary: 'certificate of the authority of the destination' },
  { name: 'dest-insecure-transport', type: 'bool', summary: 'talk to the destination without TLS' }, { name: 'dest-user', type: 'string', summary: 'who asks at the destination: NAME or NAME:PASSWORD' },
  { name: 'dest-password', type: 'string', summary: 'the password of --dest-user' },
] as const;

interface Mirror {
  readonly from: Client;
  readonly to: Client;
  readonly prefix: string;
  readonly opsMax: number;
  rename(key: string): string;
  total: number;
}

/** Copies a range of keys to another cluster, and then every change of it, until it is stopped. */
export const makeMirror = defineCommand({
  path: ['etcdctl', 'make-mirror'], summary: 'copy keys to another cluster, and every later change of them', flags: [...etcdctlFlags, ...mirrorFlags], changesWorld: true, examples: [],
  *run(args, settings) {
    const [destination, ...more] = operands(args, 'words');
    if (destination === undefined || more.length > 0) return yield* fail(badArguments('make-mirror takes one destination argument'));
    const given = textFlag(args, 'dest-prefix');
    const bare = isOn(args, 'no-dest-prefix');
    const to = yield* clientOf({ ...args, flags: { ...args.flags, endpoints: [destination], user: textFlag(args, 'dest-user'), ...(textFlag(args, 'dest-password') === '' ? { password: undefined } : { password: textFlag(args, 'dest-password') }) } }, settings);
    const from = yield* clientOf(args, settings);
    if (bare && given !== '') return yield* fail(badArguments('`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one'));
    const prefix = textFlag(args, 'prefix');
    const target = bare || given !== '' ? given : prefix;
    const mirror: Mirror = { from, to, prefix, opsMax: numberFlag(args, 'max-txn-ops') ?? TXN_OPS, rename: (key) => key.replace(prefix, () => target), total: 0 };
    return yield* fail(yield* run(mirror, numberFlag(args, 'rev') ?? 0));
  },
});

function* run(mirror: Mirror, rev: number): Conversation<Failure> {
  if (rev > 0) return yield* followChanges(mirror, rev + 1);
  const base = yield* copyAll(mirror);
  return typeof base === 'number' ? yield* followChanges(mirror, base + 1) : base;
}

/** Copies what is there; the revision it was read at, or why not. */
function* copyAll(mirror: Mirror): Conversation<number | Failure> {
  const { from, to, prefix } = mirror;
  const rangeEnd = prefixEnd(prefix);
  let key = prefix === '' ? '\0' : prefix;
  let revision = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const read = yield* call<RangeResponse>(from, { op: 'range', args: { key, rangeEnd, limit: BATCH, ...(revision === 0 ? {} : { revision }) } });
    if (!read.ok) return refusal(read);
    if (revision === 0) ({ revision } = read.header);
    for (const kv of read.body.kvs) {
      const put = yield* call<object>(to, { op: 'put', args: { key: mirror.rename(kv.key), value: valueText(kv.value) } });
      if (!put.ok) return refusal(put);
      mirror.total += 1;
    }
    if (!read.body.more) break;
    key = `${read.body.kvs.at(-1)?.key ?? key}\0`;
  }
  return revision;
}

function* followChanges(mirror: Mirror, startRevision: number): Conversation<Failure> {
  const { from, prefix } = mirror;
  const handle = yield* cx.etcdWatch(from.endpoints[0]?.process ?? '', { key: prefix === '' ? '\0' : prefix, rangeEnd: prefixEnd(prefix), startRevision }, from.token);
  let tellAt = (yield* cx.now()) + TELL_EVERY;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = yield* cx.etcdNext(handle, micros(Math.max(1, tellAt - (yield* cx.now()))));
    if (next.type === 'canceled') return failure(next.compactRevision > 0 ? 'etcdserver: mvcc: required revision has been compacted' : next.reason, EXIT.error);
    if (next.type === 'events') {
      const failed = yield* write(mirror, next.events);
      if (failed !== undefined) return failed;
    }
    if ((yield* cx.now()) >= tellAt) {
      yield* cx.print(`${mirror.total}\n`);
      tellAt += TELL_EVERY;
    }
  }
  return failure('context canceled');
}

/** One transaction for each revision, or several where it is too large for one. */
function* write(mirror: Mirror, events: readonly EtcdEvent[]): Conversation<Failure | undefined> {
  let ops: RequestOp[] = [];
  for (const [i, { type, kv }] of events.entries()) {
    ops.push(type === 'PUT' ? { put: { key: mirror.rename(kv.key), value: valueText(kv.value) } } : { deleteRange: { key: mirror.rename(kv.key) } });
    mirror.total += 1;
    if (ops.length < mirror.opsMax && events[i + 1]?.kv.modRevision === kv.modRevision) continue;
    const done = yield* call<object>(mirror.to, { op: 'txn', args: { compare: [], success: ops, failure: [] } });
    if (!done.ok) return refusal(done);
    ops = [];
  }
  return undefined;
}

/** `etcdctl lock` and `etcdctl elect`. @source etcd-io/etcd etcdctl/ctlv3/command/{lock,elect}_command.go */
import { micros, seconds } from '../../../base/data.ts';
import { prefixEnd, type RangeResponse } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, numberFlag, operands } from '../../options.ts';
import { type Answer, call, type Client, clientOf, refusal } from './client.ts';
import { firstOf, isRefused, leavePlace, newSession, type Place, SESSION_TTL, takePlace, untilFirst, untilInterrupted } from './concurrency.ts';
import { execute } from './exec.ts';
import { rangeFields } from './fields.ts';
import { rangeJson } from './json.ts';
import { badArguments, EXIT, fail, failure, formOf, kvStyle, rangeText, show } from './output.ts';

const LOCK_TTL = 10;

type Read = Answer<RangeResponse> & { readonly ok: true };
const showRead = (args: Arguments, { header, body }: Read): Conversation<number> => show(args, {
  simple: () => rangeText(body, kvStyle(args)), json: () => rangeJson(header, body), fields: (isHex) => rangeFields(header, body, isHex),
});

/** Takes a lock and holds it until Ctrl-C, or as long as a program runs. */
export const lock = defineCommand({
  path: ['etcdctl', 'lock'],
  summary: 'take a lock by name, and hold it until Ctrl-C or while a program runs',
  flags: [...etcdctlFlags, { name: 'ttl', type: 'int', summary: 'seconds that the lock outlives its holder' }],
  changesWorld: true,
  examples: [{ line: 'etcdctl lock door echo mine', shows: 'mine' }],
  *run(args, settings) {
    const [name, ...program] = operands(args, 'words');
    if (name === undefined) return yield* fail(badArguments('lock takes a lock name argument and an optional command to execute'));
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    const client = yield* clientOf(args, settings);
    const place = yield* waitInLine(client, { name, value: '', ttl: numberFlag(args, 'ttl') ?? LOCK_TTL });
    if (typeof place === 'number') return place;
    return program.length > 0 ? yield* holdWhile(place, program) : yield* hold(args, place);
  },
});

interface Wish { readonly name: string; readonly value: string; readonly ttl: number }

/** A place at the head of the line, or the exit code of the command. */
function* waitInLine(client: Client, { name, value, ttl }: Wish): Conversation<Place | number> {
  const session = yield* newSession(client, ttl);
  if (!session.ok) return yield* fail(refusal(session));
  yield* cx.trap();
  const place = yield* takePlace(session.body, name, value);
  if (!place.ok) return yield* fail(refusal(place));
  const ended = yield* untilFirst(place.body);
  if (ended === null) return place.body;
  if (isRefused(ended)) return yield* fail(refusal(ended));
  yield* leavePlace(place.body);
  return yield* fail(failure(ended.type === 'interrupt' ? 'context canceled' : 'session expired'));
}

function* holdWhile(place: Place, program: readonly string[]): Conversation<number> {
  const ran = yield* execute(program, { ETCD_LOCK_KEY: place.key, ETCD_LOCK_REV: String(place.revision) });
  const left = yield* leavePlace(place);
  if (ran.exit !== 0) return yield* fail(failure(ran.error, ran.exit));
  return left.ok ? 0 : yield* fail(refusal(left));
}

function* hold(args: Arguments, place: Place): Conversation<number> {
  const read = yield* call<RangeResponse>(place.session.client, { op: 'range', args: { key: place.key } });
  if (!read.ok) return yield* fail(refusal(read));
  if (read.body.kvs.length === 0) return yield* fail(failure('lock lost on init'));
  const exit = yield* showRead(args, read);
  if (exit !== 0) return exit;
  const ended = yield* untilInterrupted(place.session);
  if (ended.type === 'expired') return yield* fail(failure('session expired'));
  const left = yield* leavePlace(place);
  return left.ok ? 0 : yield* fail(refusal(left));
}

/** Takes part in an election, or looks on. */
export const elect = defineCommand({
  path: ['etcdctl', 'elect'],
  summary: 'stand for election with a proposal, or look on with --listen',
  flags: [...etcdctlFlags, { name: 'listen', short: 'l', type: 'bool', summary: 'only look on' }],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [name, proposal, ...more] = operands(args, 'words');
    const isListening = isOn(args, 'listen');
    if (name === undefined || more.length > 0) return yield* fail(badArguments('elect takes one election name argument and an optional proposal argument'));
    if (proposal === undefined && !isListening) return yield* fail(badArguments('no proposal argument but -l not set'));
    if (proposal !== undefined && isListening) return yield* fail(badArguments('proposal given but -l is set'));
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    const client = yield* clientOf(args, settings);
    return proposal === undefined ? yield* observe(args, client, name) : yield* campaign(args, client, { name, value: proposal, ttl: SESSION_TTL });
  },
});

function* campaign(args: Arguments, client: Client, wish: Wish): Conversation<number> {
  const place = yield* waitInLine(client, wish);
  if (typeof place === 'number') return place;
  const read = yield* call<RangeResponse>(client, { op: 'range', args: { key: place.key } });
  if (!read.ok) return yield* fail(refusal(read));
  const exit = yield* showRead(args, read);
  if (exit !== 0) return exit;
  const ended = yield* untilInterrupted(place.session);
  if (ended.type === 'expired') return yield* fail(failure('elect: session expired'));
  yield* leavePlace(place);
  return 0;
}

/** How long an observer waits for the next change before it looks again. */
const LOOK_AGAIN = seconds(600);
const ROUNDS_MAX = 10_000;

/** Shows each new leader, and each new proposal of one. */
function* observe(args: Arguments, client: Client, name: string): Conversation<number> {
  const prefix = `${name}/`;
  let shown = '';
  const handle = yield* cx.etcdWatch(client.endpoints[0]?.process ?? '', { key: prefix, rangeEnd: prefixEnd(prefix) }, client.token);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const first = yield* firstOf(client, prefix);
    if (!first.ok) return yield* fail(refusal(first));
    const { kv } = first.body;
    const now = kv === undefined ? '' : `${kv.key} ${kv.modRevision}`;
    if (kv !== undefined && now !== shown) yield* showRead(args, { ...first, body: { kvs: [kv], more: false, count: 1 } });
    shown = now;
    const next = yield* cx.etcdNext(handle, micros(LOOK_AGAIN));
    if (next.type === 'canceled') break;
  }
  return yield* fail(failure('elect: observer lost', EXIT.error));
}

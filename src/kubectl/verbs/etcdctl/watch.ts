import { millis, type Result, seconds } from '../../../base/data.ts';
import { type EtcdEvent, prefixEnd, type ResponseHeader, type WatchCreateRequest } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type EtcdWatchAnswer, type Flag } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, numberFlag, operand, operands } from '../../options.ts';
import { type Client, clientOf } from './client.ts';
import { execute } from './exec.ts';
import { watchFields } from './fields.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { valueText, watchJson } from './json.ts';
import { prefixFlag, prevKvFlag } from './key-requests.ts';
import { badArguments, eventsText, EXIT, fail, type Failure, failure, formOf, kvStyle, show } from './output.ts';
import { flagsAndWords, wordsOf } from './txn-lines.ts';

/** A quiet watch asks again after this long; the world does not care. */
const WATCH_WAIT = seconds(600);
/** Before a broken watch is opened anew. @source etcd-io/etcd client/v3/watch.go (backoff of openWatchClient) */
const OPEN_AGAIN = millis(100);
/** Answers that one watch shows, and times that it is opened anew: a conversation has a limit. */
const ROUNDS_MAX = 1200;

const watchFlags: readonly Flag[] = [
  prefixFlag, prevKvFlag, { name: 'rev', type: 'int', summary: 'from this revision on' },
  { name: 'progress-notify', type: 'bool', summary: 'also show how far the watch has heard' },
];

/**
 * Shows changes of keys until it is interrupted, and starts a program at each when one follows `--`.
 * @source etcd-io/etcd etcdctl/ctlv3/command/watch_command.go
 * @fidelity simplified: the here-document of --interactive stands for a terminal that stays open, so its end does not end the command
 */
export const watch = defineCommand({
  path: ['etcdctl', 'watch'],
  summary: 'show changes of a key or a range of keys; -- PROGRAM starts a program at each',
  flags: [...etcdctlFlags, ...watchFlags, { name: 'interactive', short: 'i', type: 'bool', summary: 'read what to watch from a here-document' }],
  changesWorld: false,
  examples: [],
  *run(args, settings) {
    const form = formOf(args);
    if (isOn(args, 'interactive')) return form.ok ? yield* interactive(args, yield* clientOf(args, settings)) : yield* fail(form.error);
    const wish = wishOf(args, args);
    if (!wish.ok) return yield* fail(wish.error);
    if (!form.ok) return yield* fail(form.error);
    return yield* follow({ args, client: yield* clientOf(args, settings) }, [wish.value]);
  },
});

/** One thing to watch, and the program to start at each change. */
interface Wish { readonly request: WatchCreateRequest; readonly program: readonly string[] }

/** The watch that words and flags ask for; `line` gives them, which is the command itself or a line of its input. */
function wishOf(args: Arguments, line: Arguments): Result<Wish, Failure> {
  const refuse = (message: string): Result<Wish, Failure> => ({ ok: false, error: badArguments(message) });
  const [key, end, ...more] = operands(line, 'keys');
  const program = operands(line, 'program');
  if (key === undefined) return refuse('bad number of arguments');
  if (operand(line, 'dashes') !== '' && program.length === 0) return refuse('bad number of arguments (found separator --, but no commands)');
  if (more.length > 0) return refuse('bad number of arguments');
  if (end !== undefined && isOn(line, 'prefix')) return refuse('`range_end` and `--prefix` are mutually exclusive');
  const rangeEnd = isOn(line, 'prefix') ? prefixEnd(key) : end;
  const request: WatchCreateRequest = {
    // A watch that would never hear anything is of no use. @source watch_command.go getWatchChan (WithRequireLeader)
    requireLeader: true,
    key: key === '' ? '\0' : key, startRevision: numberFlag(line, 'rev') ?? 0, progressNotify: isOn(args, 'progress-notify'), prevKv: isOn(line, 'prev-kv'),
    ...(rangeEnd === undefined ? {} : { rangeEnd }),
  };
  return { ok: true, value: { request, program } };
}

// ---- Interactive -----------------------------------------------------------------------------------------------------

/** Reads `watch …` and `progress` from the lines of the input. */
function* interactive(args: Arguments, client: Client): Conversation<number> {
  const input = args.files['-'];
  const wishes: Wish[] = [];
  let progress = false;
  for (const line of (input ?? '').split('\n').slice(0, -1)) {
    const [word, ...rest] = wordsOf(line);
    if (word === undefined) yield* cx.printError(`Invalid command: ${line} (watch and progress supported)\n`);
    else if (word === 'progress') progress = true;
    else if (word !== 'watch') yield* cx.printError(`Invalid command ${line} (only support watch)\n`);
    else if (rest.length === 0) yield* cx.printError(`Invalid command ${line} (command type or key is not provided)\n`);
    else {
      const wish = yield* lineWish(args, line, rest);
      if (!wish.ok) return yield* fail(wish.error);
      if (wish.value !== undefined) wishes.push(wish.value);
    }
  }
  if (wishes.length === 0) return yield* fail(failure('error reading watch request line: EOF', EXIT.invalidInput));
  return yield* follow({ args, client, progress }, wishes);
}

/** A line of the input; undefined = it was wrong, and that was said. */
function* lineWish(args: Arguments, text: string, words: readonly string[]): Conversation<Result<Wish | undefined, Failure>> {
  const dashes = words.indexOf('--');
  const parsed = flagsAndWords('watch', dashes < 0 ? words : words.slice(0, dashes), watchFlags);
  if (parsed === undefined) return { ok: false, error: badArguments(`unknown flag in: ${text}`) };
  const program = dashes < 0 ? [] : words.slice(dashes + 1);
  const wish = wishOf(args, { ...parsed, operands: { ...parsed.operands, program, dashes: dashes < 0 ? '' : '--' } });
  if (wish.ok || !wish.error.message.startsWith('`range_end`')) return wish;
  yield* cx.printError(`Invalid command ${text} (${wish.error.message})\n`);
  return { ok: true, value: undefined };
}

// ---- Following -------------------------------------------------------------------------------------------------------

interface Following { readonly args: Arguments; readonly client: Client; readonly progress?: boolean }
/** A watch that is open: where it would go on if its member went away. */
interface Open { readonly wish: Wish; handle: number; from: number }

const showEvents = (args: Arguments, header: ResponseHeader, events: readonly EtcdEvent[]): Conversation<number> => show(args, {
  simple: () => eventsText(events, kvStyle(args)), json: () => watchJson(header, events), fields: (isHex) => watchFields(header, events, isHex),
});

const processAt = (client: Client, at: number): string => client.endpoints[at % client.endpoints.length]?.process ?? '';

/** Opens the watches, and opens each anew where it stood when its member goes away. */
function* follow({ args, client, progress = false }: Following, wishes: readonly Wish[]): Conversation<number> {
  if (client.refused !== undefined) return yield* fail(failure(client.refused.error, EXIT.badConnection));
  let at = 0;
  const open: Open[] = [];
  for (const wish of wishes) open.push({ wish, handle: yield* cx.etcdWatch(processAt(client, at), wish.request, client.token), from: wish.request.startRevision ?? 0 });
  if (progress) for (const { handle } of open) yield* cx.etcdProgress(handle);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = yield* cx.etcdNext(0, WATCH_WAIT);
    const one = open.find(({ handle }) => handle === next.handle);
    if (next.type === 'timeout' || next.type === 'interrupt' || one === undefined) continue;
    if (next.type === 'events') {
      one.from = next.header.revision + 1;
      const exit = yield* tell(args, one.wish, next);
      if (exit !== 0) return exit;
    } else if (next.reason !== 'connection lost') {
      return yield* canceled(args, next);
    } else {
      at += 1;
      yield* cx.unwatch(one.handle);
      yield* cx.sleep(OPEN_AGAIN);
      one.handle = yield* cx.etcdWatch(processAt(client, at), { ...one.wish.request, startRevision: one.from }, client.token);
    }
  }
  return yield* fail(failure('watch is canceled by the server', EXIT.interrupted));
}

function* tell(args: Arguments, { program }: Wish, { header, events }: EtcdWatchAnswer & { readonly type: 'events' }): Conversation<number> {
  if (events.length === 0) yield* cx.print(`progress notify: ${header.revision}\n`);
  const exit = yield* showEvents(args, header, events);
  if (exit !== 0 || program.length === 0) return exit;
  for (const { type, kv } of events) {
    const ran = yield* execute(program, {
      ETCD_WATCH_REVISION: String(header.revision), ETCD_WATCH_EVENT_TYPE: goQuote(type), ETCD_WATCH_KEY: goQuote(kv.key), ETCD_WATCH_VALUE: goQuote(valueText(kv.value)),
    });
    if (ran.exit === 0) continue;
    yield* cx.printError(`command [${program.map(goQuote).join(' ')}] error (${ran.error})\n`);
    return EXIT.error;
  }
  return 0;
}

const NOBODY: ResponseHeader = { clusterId: '0', memberId: '0', revision: 0, raftTerm: 0 };

/** The server ends the watch: the past that it wants is compacted, or its range is empty. */
function* canceled(args: Arguments, { compactRevision, reason, header = NOBODY }: EtcdWatchAnswer & { readonly type: 'canceled' }): Conversation<number> {
  yield* cx.printError(`watch was canceled (${reason})\n`);
  // A watch that was never opened ends without a last answer.
  if (compactRevision > 0) {
    const exit = yield* show(args, { simple: () => '', json: () => watchJson(header, [], { compactRevision }), fields: (isHex) => watchFields(header, [], isHex) });
    if (exit !== 0) return exit;
  }
  return yield* fail(failure('watch is canceled by the server', EXIT.interrupted));
}

import { millis, seconds } from '../../../base/data.ts';
import { type EtcdEvent, prefixEnd, type ResponseHeader, type WatchCreateRequest } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, numberFlag, operands } from '../../options.ts';
import { type Client, clientOf } from './client.ts';
import { watchFields } from './fields.ts';
import { watchJson } from './json.ts';
import { prefixFlag, prevKvFlag } from './key-requests.ts';
import { badArguments, eventsText, EXIT, fail, failure, formOf, kvStyle, show } from './output.ts';

/** A quiet watch asks again after this long; the world does not care. */
const WATCH_WAIT = seconds(600);
/** Before a broken watch is opened anew. @source etcd-io/etcd client/v3/watch.go (backoff of openWatchClient) */
const OPEN_AGAIN = millis(100);
/** Answers that one watch shows, and times that it is opened anew: a conversation has a limit. */
const ROUNDS_MAX = 1200;

/** Shows changes of keys until it is interrupted. @source etcd-io/etcd etcdctl/ctlv3/command/watch_command.go */
export const watch = defineCommand({
  path: ['etcdctl', 'watch'],
  summary: 'show changes of a key or a range of keys',
  flags: [
    ...etcdctlFlags, prefixFlag, prevKvFlag,
    { name: 'rev', type: 'int', summary: 'from this revision on' },
    { name: 'progress-notify', type: 'bool', summary: 'also show how far the watch has heard' },
  ],
  changesWorld: false,
  examples: [],
  *run(args, settings) {
    const [key, end] = operands(args, 'keys');
    if (key === undefined) return yield* fail(badArguments('bad number of arguments'));
    if (end !== undefined && isOn(args, 'prefix')) return yield* fail(badArguments('`range_end` and `--prefix` are mutually exclusive'));
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    return yield* follow(args, yield* clientOf(args, settings), requestOf(args, key, end));
  },
});

function requestOf(args: Arguments, key: string, end: string | undefined): WatchCreateRequest {
  const rangeEnd = isOn(args, 'prefix') ? prefixEnd(key) : end;
  return {
    key: key === '' ? '\0' : key, startRevision: numberFlag(args, 'rev') ?? 0, progressNotify: isOn(args, 'progress-notify'), prevKv: isOn(args, 'prev-kv'),
    ...(rangeEnd === undefined ? {} : { rangeEnd }),
  };
}

const showEvents = (args: Arguments, header: ResponseHeader, events: readonly EtcdEvent[]): Conversation<number> => show(args, {
  simple: () => eventsText(events, kvStyle(args)), json: () => watchJson(header, events), fields: (isHex) => watchFields(header, events, isHex),
});

const processAt = (client: Client, at: number): string => client.endpoints[at % client.endpoints.length]?.process ?? '';

/** Opens the watch, and opens it anew where it stood when a member goes away. */
function* follow(args: Arguments, client: Client, request: WatchCreateRequest): Conversation<number> {
  let from = request.startRevision ?? 0;
  let at = 0;
  let handle = yield* cx.etcdWatch(processAt(client, at), request);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = yield* cx.etcdNext(handle, WATCH_WAIT);
    if (next.type === 'timeout') continue;
    if (next.type === 'events') {
      from = next.header.revision + 1;
      if (next.events.length === 0) yield* cx.print(`progress notify: ${next.header.revision}\n`);
      const exit = yield* showEvents(args, next.header, next.events);
      if (exit !== 0) return exit;
    } else if (next.compactRevision > 0) {
      return yield* canceled(args, next);
    } else {
      at += 1;
      yield* cx.sleep(OPEN_AGAIN);
      handle = yield* cx.etcdWatch(processAt(client, at), { ...request, startRevision: from });
    }
  }
  return yield* fail(failure('watch is canceled by the server', EXIT.interrupted));
}

/** The past that the watch wants is compacted. */
function* canceled(args: Arguments, { compactRevision }: { readonly compactRevision: number }): Conversation<number> {
  yield* cx.printError('watch was canceled (etcdserver: mvcc: required revision has been compacted)\n');
  const nobody: ResponseHeader = { clusterId: '0', memberId: '0', revision: 0, raftTerm: 0 };
  const exit = yield* show(args, { simple: () => '', json: () => watchJson(nobody, [], { compactRevision }), fields: (isHex) => watchFields(nobody, [], isHex) });
  return exit !== 0 ? exit : yield* fail(failure('watch is canceled by the server', EXIT.interrupted));
}

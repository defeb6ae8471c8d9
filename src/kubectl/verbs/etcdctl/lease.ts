/** `etcdctl lease …`. @source etcd-io/etcd etcdctl/ctlv3/command/lease_command.go, client/v3/lease.go */
import { millis, micros, type Result, seconds } from '../../../base/data.ts';
import type { ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, operands, textFlag } from '../../options.ts';
import { type Answer, call, type Client, clientOf, refusal } from './client.ts';
import { headerFields as headerLines, leaseField, line } from './fields.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { decimalOf, paddedId } from './go-text.ts';
import { always, byteList, headerFields, headerJson, list, record } from './json.ts';
import { parseId, parseNumber } from './key-requests.ts';
import { badArguments, EXIT, fail, type Failure, failure, formOf, show } from './output.ts';

interface Lease { readonly id: string; readonly ttl: number }

/** Renewals of one `keep-alive`: a conversation has a limit. */
const RENEWALS_MAX = 1000;
/** Before a member that is away is asked again. @source client/v3/lease.go retryConnWait */
const RETRY = millis(500);
/** How long the first renewal may take: the time to dial and a second. @source client/v3/lease.go firstKeepAliveTimeout */
const FIRST_RENEWAL = seconds(3);
const NOT_FOUND = 'etcdserver: requested lease not found';

/** A lease as Go's client struct has it: the header's fields are on its own level. */
const leaseJson = (header: ResponseHeader, lease: Lease, ...more: readonly string[]): string =>
  record(...headerFields(header), always('ID', decimalOf(lease.id)), always('TTL', lease.ttl), ...more);
const leaseLines = (header: ResponseHeader, lease: Lease, isHex: boolean): string => headerLines(header, isHex) + leaseField('ID', lease.id, isHex) + line('TTL', lease.ttl);

/** The one lease that the line names. */
function leaseOf(args: Arguments, usage: string): Result<string, Failure> {
  const [given, ...more] = operands(args, 'leases');
  if (given === undefined || more.length > 0) return { ok: false, error: badArguments(usage) };
  const id = parseId(given, 'ParseInt');
  return id.ok ? id : { ok: false, error: badArguments(`bad lease ID arg (${id.error}), expecting ID in Hex`) };
}

/** `lease grant`. */
export const leaseGrant = defineCommand({
  path: ['etcdctl', 'lease', 'grant'],
  summary: 'make a lease that lives for some seconds',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [{ line: 'etcdctl lease grant 60', shows: 'granted with TTL(60s)' }],
  *run(args, settings) {
    const [ttl, ...more] = operands(args, 'ttls');
    if (ttl === undefined || more.length > 0) return yield* fail(badArguments('lease grant command needs TTL argument'));
    const seconds = parseNumber(ttl);
    if (!seconds.ok) return yield* fail(badArguments(`bad TTL (${seconds.error})`));
    const answer = yield* call<Lease>(yield* clientOf(args, settings), { op: 'leaseGrant', args: { ttl: seconds.value } });
    if (!answer.ok) return yield* fail(refusal(answer, EXIT.error, (why) => `failed to grant lease (${why})`));
    const { header, body } = answer;
    return yield* show(args, {
      simple: () => `lease ${paddedId(body.id)} granted with TTL(${body.ttl}s)\n`, json: () => leaseJson(header, body, always('Error', '""')),
      fields: (isHex) => leaseLines(header, body, isHex),
    });
  },
});

/** `lease revoke`. */
export const leaseRevoke = defineCommand({
  path: ['etcdctl', 'lease', 'revoke'],
  summary: 'end a lease and delete its keys',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const id = leaseOf(args, 'lease revoke command needs 1 argument');
    if (!id.ok) return yield* fail(id.error);
    const answer = yield* call<object>(yield* clientOf(args, settings), { op: 'leaseRevoke', args: { id: id.value } });
    if (!answer.ok) return yield* fail(refusal(answer, EXIT.error, (why) => `failed to revoke lease (${why})`));
    const { header } = answer;
    return yield* show(args, {
      simple: () => `lease ${paddedId(id.value)} revoked\n`, json: () => record(always('header', headerJson(header))), fields: (isHex) => headerLines(header, isHex),
    });
  },
});

interface Remaining extends Lease { readonly grantedTtl: number; readonly keys?: readonly string[] }

/** `lease timetolive`. */
export const leaseTimeToLive = defineCommand({
  path: ['etcdctl', 'lease', 'timetolive'],
  summary: 'show how long a lease still lives',
  flags: [...etcdctlFlags, { name: 'keys', type: 'bool', summary: 'also show its keys' }],
  changesWorld: false,
  examples: [{ line: 'etcdctl lease timetolive 1', shows: 'lease 0000000000000001 already expired' }],
  *run(args, settings) {
    const id = leaseOf(args, 'lease timetolive command needs lease ID as argument');
    if (!id.ok) return yield* fail(id.error);
    const answer = yield* call<Remaining>(yield* clientOf(args, settings), { op: 'leaseTimeToLive', args: { id: id.value, keys: isOn(args, 'keys') } });
    if (!answer.ok) return yield* fail(refusal(answer, EXIT.badConnection));
    const { header, body } = answer;
    return yield* show(args, {
      simple: () => remainingText(body, isOn(args, 'keys')),
      json: () => record(
        ...headerFields(header), always('id', decimalOf(body.id)), always('ttl', body.ttl), always('granted-ttl', body.grantedTtl),
        always('keys', byteList(body.keys === undefined || body.keys.length === 0 ? undefined : body.keys)),
      ),
      fields: (isHex) => leaseLines(header, body, isHex) + line('GrantedTTL', body.grantedTtl) + (body.keys ?? []).map((key) => line('Key', goQuote(key))).join(''),
    });
  },
});

function remainingText({ id, ttl, grantedTtl, keys = [] }: Remaining, withKeys: boolean): string {
  if (grantedTtl === 0 && ttl === -1) return `lease ${paddedId(id)} already expired\n`;
  return `lease ${paddedId(id)} granted with TTL(${grantedTtl}s), remaining(${ttl}s)${withKeys ? `, attached keys([${keys.join(' ')}])` : ''}\n`;
}

/** `lease list`. */
export const leaseList = defineCommand({
  path: ['etcdctl', 'lease', 'list'],
  summary: 'show all leases',
  flags: etcdctlFlags,
  changesWorld: false,
  examples: [{ line: 'etcdctl lease list', shows: 'found' }],
  *run(args, settings) {
    const answer = yield* call<{ readonly leases: readonly { readonly id: string }[] }>(yield* clientOf(args, settings), { op: 'leaseLeases', args: {} });
    if (!answer.ok) return yield* fail(refusal(answer, EXIT.badConnection));
    const { header, body: { leases } } = answer;
    return yield* show(args, {
      simple: () => `found ${leases.length} leases\n${leases.map(({ id }) => `${paddedId(id)}\n`).join('')}`,
      json: () => record(...headerFields(header), list('leases', leases.map(({ id }) => record(always('id', decimalOf(id))))) || always('leases', '[]')),
      fields: (isHex) => headerLines(header, isHex) + leases.map(({ id }) => leaseField('ID', id, isHex)).join(''),
    });
  },
});

/** `lease keep-alive`: once, or until the lease is gone. */
export const leaseKeepAlive = defineCommand({
  path: ['etcdctl', 'lease', 'keep-alive'],
  summary: 'renew a lease again and again',
  flags: [...etcdctlFlags, { name: 'once', type: 'bool', summary: 'renew it once' }],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const id = leaseOf(args, 'lease keep-alive command needs lease ID as argument');
    if (!id.ok) return yield* fail(id.error);
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    const client = yield* clientOf(args, settings);
    return isOn(args, 'once') ? yield* renewOnce(args, client, id.value) : yield* keepAlive(args, client, id.value);
  },
});

const renew = (client: Client, id: string): Conversation<Answer<Lease>> => call<Lease>(client, { op: 'leaseKeepAlive', args: { id } });
const renewed = (args: Arguments, header: ResponseHeader, body: Lease): Conversation<number> => show(args, {
  simple: () => `lease ${paddedId(body.id)} keepalived with TTL(${body.ttl})\n`, json: () => leaseJson(header, body), fields: (isHex) => leaseLines(header, body, isHex),
});

function* renewOnce(args: Arguments, client: Client, id: string): Conversation<number> {
  const answer = yield* renew(client, id);
  if (!answer.ok) return yield* fail(refusal(answer, EXIT.badConnection));
  if (answer.body.ttl <= 0) return yield* fail(failure(NOT_FOUND, EXIT.badConnection));
  return yield* renewed(args, answer.header, answer.body);
}

/** Renews after each third of the lease's life, until it is gone or could not be renewed for its whole life. */
function* keepAlive(args: Arguments, client: Client, id: string): Conversation<number> {
  let lastsUntil = (yield* cx.now()) + FIRST_RENEWAL;
  for (let round = 0; round < RENEWALS_MAX; round++) {
    const answer = yield* renew(client, id);
    const now = yield* cx.now();
    if (answer.ok && answer.body.ttl <= 0) break;
    if (!answer.ok && now >= lastsUntil) break;
    if (answer.ok) {
      lastsUntil = now + answer.body.ttl * 1_000_000;
      const exit = yield* renewed(args, answer.header, answer.body);
      if (exit !== 0) return exit;
    }
    yield* cx.sleep(answer.ok ? micros(Math.floor(seconds(answer.body.ttl) / 3)) : RETRY);
  }
  if ((textFlag(args, 'write-out') || 'simple') === 'simple') yield* cx.print(`lease ${paddedId(id)} expired or revoked.\n`);
  return 0;
}

/** The commands for leases. */
export const leaseCommands = [leaseGrant, leaseRevoke, leaseTimeToLive, leaseList, leaseKeepAlive] as const;

/**
 * `etcdctl endpoint …`: what is asked of each member by itself.
 * @source etcd-io/etcd etcdctl/ctlv3/command/ep_command.go, printer.go
 */
import type { ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Flag, type Settings } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { numberFlag } from '../../options.ts';
import { toCompactJson } from '../../json.ts';
import { asciiTable } from './ascii-table.ts';
import { type Answer, call, type Client, clientOf, type Endpoint, endpointsOf, only } from './client.ts';
import { headerFields, idField, line } from './fields.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { decimalOf, goDuration, humanBytes } from './go-text.ts';
import { always, flag, list, number, record, text, withHeader } from './json.ts';
import { commaRows, EXIT, fail, failure, formOf, show } from './output.ts';

/** `--cluster`, for what is asked of each member. */
export const clusterFlag: Flag = { name: 'cluster', type: 'bool', summary: 'ask all members in the member list' };

// ---- Status ----------------------------------------------------------------------------------------------------------

interface Status {
  readonly version: string; readonly storageVersion: string; readonly dbSize: number; readonly dbSizeInUse: number; readonly dbSizeQuota: number; readonly leader: string;
  readonly raftIndex: number; readonly raftTerm: number; readonly raftAppliedIndex: number; readonly errors: readonly string[]; readonly isLearner: boolean;
  readonly downgradeInfo: { readonly enabled: boolean; readonly targetVersion: string };
}
interface StatusOf { readonly name: string; readonly header: ResponseHeader; readonly body: Status }

const STATUS_HEADER = [
  'endpoint', 'ID', 'version', 'storage version', 'db size', 'in use', 'percentage not in use', 'quota', 'is leader', 'is learner', 'raft term', 'raft index',
  'raft applied index', 'errors', 'downgrade target version', 'downgrade enabled',
] as const;

/** The share of the file that holds nothing, as etcdctl computes it: in whole numbers. */
const notInUse = ({ dbSize, dbSizeInUse }: Status): number => (dbSize === 0 ? 0 : 100 - Math.floor((dbSizeInUse * 100) / dbSize));

const statusRow = ({ name, header, body }: StatusOf): readonly string[] => [
  name, header.memberId, body.version, body.storageVersion, humanBytes(body.dbSize), humanBytes(body.dbSizeInUse), `${notInUse(body)}%`, humanBytes(body.dbSizeQuota),
  String(body.leader === header.memberId), String(body.isLearner), String(body.raftTerm), String(body.raftIndex), String(body.raftAppliedIndex), body.errors.join(', '),
  body.downgradeInfo.targetVersion, String(body.downgradeInfo.enabled),
];

const statusJson = ({ name, header, body }: StatusOf): string => record(always('Endpoint', toCompactJson(name)), always('Status', withHeader(
  header, text('version', body.version), number('dbSize', body.dbSize), number('leader', decimalOf(body.leader)), number('raftIndex', body.raftIndex),
  number('raftTerm', body.raftTerm), number('raftAppliedIndex', body.raftAppliedIndex), list('errors', body.errors.map((each) => toCompactJson(each))),
  number('dbSizeInUse', body.dbSizeInUse), flag('isLearner', body.isLearner), text('storageVersion', body.storageVersion), number('dbSizeQuota', body.dbSizeQuota),
  always('downgradeInfo', record(flag('enabled', body.downgradeInfo.enabled), text('targetVersion', body.downgradeInfo.targetVersion))),
)));

const statusFields = ({ name, header, body }: StatusOf, isHex: boolean): string => headerFields(header, isHex) + line('Version', goQuote(body.version))
  + line('StorageVersion', goQuote(body.storageVersion)) + line('DBSize', body.dbSize) + line('DBSizeInUse', body.dbSizeInUse) + line('DBSizeQuota', body.dbSizeQuota)
  + idField('Leader', body.leader, false) + line('IsLearner', body.isLearner) + line('RaftIndex', body.raftIndex) + line('RaftTerm', body.raftTerm)
  + line('RaftAppliedIndex', body.raftAppliedIndex) + line('Errors', `[${body.errors.join(' ')}]`) + line('Endpoint', goQuote(name))
  + line('DowngradeTargetVersion', goQuote(body.downgradeInfo.targetVersion)) + `${line('DowngradeEnabled', body.downgradeInfo.enabled)}\n`;

/** Asks every endpoint the same; says of each that fails what failed. */
function* askEach<B>(asked: Asked<B>): Conversation<{ readonly answers: readonly { readonly name: string; readonly header: ResponseHeader; readonly body: B }[]; readonly error: string }> {
  const answers: { name: string; header: ResponseHeader; body: B }[] = [];
  let error = '';
  for (const endpoint of asked.endpoints) {
    const answer = yield* asked.ask(only(asked.client, endpoint));
    if (answer.ok) { answers.push({ name: endpoint.name, header: answer.header, body: answer.body }); continue; }
    error = answer.error;
    yield* cx.printError(`Failed to get the ${asked.what} of endpoint ${endpoint.name} (${answer.error})\n`);
  }
  return { answers, error };
}
interface Asked<B> { readonly client: Client; readonly endpoints: readonly Endpoint[]; readonly what: string; ask(client: Client): Conversation<Answer<B>> }

/** `endpoint status`: versions, sizes, and where each stands in the log. */
const endpointStatus = defineCommand({
  path: ['etcdctl', 'endpoint', 'status'],
  summary: 'show how each member is',
  flags: [...etcdctlFlags, clusterFlag],
  changesWorld: false,
  examples: [{ line: 'etcdctl endpoint status --cluster -w table', shows: 'RAFT APPLIED INDEX' }],
  *run(args, settings) {
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    const client = yield* clientOf(args, settings);
    const endpoints = yield* endpointsOf(args, settings, client);
    if (!endpoints.ok) return yield* fail(endpoints.error);
    const { answers, error } = yield* askEach<Status>({ client, endpoints: endpoints.value, what: 'status', ask: (one) => call(one, { op: 'status', args: {} }) });
    const rows = answers.map(statusRow);
    yield* show(args, {
      simple: () => commaRows(rows), table: () => asciiTable(STATUS_HEADER, rows), json: () => `[${answers.map(statusJson).join(',')}]`,
      fields: (isHex) => answers.map((one) => statusFields(one, isHex)).join(''),
    });
    return error === '' ? 0 : EXIT.error;
  },
});

// ---- Hash ------------------------------------------------------------------------------------------------------------

interface Hash { readonly hash: number; readonly compactRevision: number; readonly hashRevision: number }

/** `endpoint hashkv`: equal on members that hold the same. */
const endpointHashKv = defineCommand({
  path: ['etcdctl', 'endpoint', 'hashkv'],
  summary: 'show the hash of what each member holds',
  flags: [...etcdctlFlags, clusterFlag, { name: 'rev', type: 'int', summary: 'up to this revision' }],
  changesWorld: false,
  examples: [{ line: 'etcdctl endpoint hashkv --cluster -w table', shows: 'HASH REVISION' }],
  *run(args, settings) {
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    const client = yield* clientOf(args, settings);
    const endpoints = yield* endpointsOf(args, settings, client);
    if (!endpoints.ok) return yield* fail(endpoints.error);
    const revision = numberFlag(args, 'rev') ?? 0;
    const { answers, error } = yield* askEach<Hash>({ client, endpoints: endpoints.value, what: 'hash', ask: (one) => call(one, { op: 'hashKV', args: { revision } }) });
    const rows = answers.map(({ name, body }) => [name, String(body.hash), String(body.hashRevision)]);
    yield* show(args, {
      simple: () => commaRows(rows), table: () => asciiTable(['endpoint', 'hash', 'hash_revision'], rows),
      json: () => `[${answers.map(({ name, header, body }) => record(always('Endpoint', toCompactJson(name)), always('HashKV', withHeader(
        header, number('hash', body.hash), number('compact_revision', body.compactRevision), number('hash_revision', body.hashRevision),
      )))).join(',')}]`,
      fields: (isHex) => answers.map(({ name, header, body }) =>
        `${headerFields(header, isHex)}${line('Endpoint', goQuote(name))}${line('Hash', body.hash)}${line('HashRevision', body.hashRevision)}\n`).join(''),
    });
    return error === '' ? 0 : yield* fail(failure(error));
  },
});

// ---- Health ----------------------------------------------------------------------------------------------------------

interface Health { readonly name: string; readonly took: number; readonly error: string }

/** A member is well when it can read a key with a majority behind it, and there is no alarm. */
function* healthOf(client: Client, endpoint: Endpoint): Conversation<Health> {
  const began = yield* cx.now();
  // A client for each, with a log of its own.
  const own = { ...only(client, endpoint), target: endpoint.name, logger: 'client' };
  const read = yield* call<object>(own, { op: 'range', args: { key: 'health' } });
  const took = (yield* cx.now()) - began;
  if (!read.ok) return { name: endpoint.name, took, error: read.error };
  const alarms = yield* call<{ readonly alarms: readonly { readonly alarm: string }[] }>(own, { op: 'alarm', args: { action: 'get' } });
  if (!alarms.ok) return { name: endpoint.name, took, error: 'Unable to fetch the alarm list' };
  const active = alarms.body.alarms.map(({ alarm }) => `${alarm} `).join('');
  return { name: endpoint.name, took, error: active === '' ? '' : `Active Alarm(s): ${active}` };
}

function* showHealth(args: Arguments, list: readonly Health[]): Conversation<void> {
  const form = formOf(args);
  if (form.ok && form.value === 'simple') {
    for (const { name, took, error } of list) {
      if (error === '') yield* cx.print(`${name} is healthy: successfully committed proposal: took = ${goDuration(took)}\n`);
      else yield* cx.printError(`${name} is unhealthy: failed to commit proposal: ${error}\n`);
    }
    return;
  }
  const rows = list.map(({ name, took, error }) => [name, String(error === ''), goDuration(took), error]);
  yield* show(args, {
    simple: () => '', table: () => asciiTable(['endpoint', 'health', 'took', 'error'], rows),
    json: () => `[${list.map(({ name, took, error }) =>
      record(always('endpoint', toCompactJson(name)), always('health', error === ''), always('took', toCompactJson(goDuration(took))), text('error', error))).join(',')}]`,
    fields: () => list.map(({ name, took, error }) =>
      `${line('Endpoint', goQuote(name))}${line('Health', error === '')}${line('Took', goDuration(took))}${line('Error', error)}\n`).join(''),
  });
}

/** `endpoint health`: whether each member can read with a majority behind it. */
const endpointHealth = defineCommand({
  path: ['etcdctl', 'endpoint', 'health'],
  summary: 'show whether each member can get something agreed on',
  flags: [...etcdctlFlags, clusterFlag],
  changesWorld: false,
  examples: [{ line: 'etcdctl endpoint health', shows: '127.0.0.1:2379 is healthy: successfully committed proposal: took = ' }],
  *run(args: Arguments, settings: Settings) {
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    const client = yield* clientOf(args, settings);
    const endpoints = yield* endpointsOf(args, settings, client);
    if (!endpoints.ok) return yield* fail(endpoints.error);
    const list: Health[] = [];
    for (const endpoint of endpoints.value) list.push(yield* healthOf(client, endpoint));
    // etcdctl asks all at once, so the quickest answer comes first.
    yield* showHealth(args, [...list].sort((a, b) => a.took - b.took));
    return list.every(({ error }) => error === '') ? 0 : yield* fail(failure('unhealthy cluster'));
  },
});

/** The commands for endpoints. */
export const endpointCommands = [endpointStatus, endpointHealth, endpointHashKv] as const;

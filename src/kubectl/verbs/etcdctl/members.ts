/** `etcdctl member …`, `endpoint …`, `alarm …`, `move-leader`, `defrag`, `version`. */
import type { Member } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Command, cx, type Flag } from '../../command.ts';
import { isOn, listFlag, operand } from '../../options.ts';
import { asciiTable } from './ascii-table.ts';
import { call, callAny, type Cli, defineEtcdctl, etcdError, EXIT } from './client.ts';
import { BigNumber, decimalId, headerJson, headerFields, humanBytes, json } from './format.ts';

const VERSION = '3.6.6';

interface MembersBody { readonly members: readonly Member[]; readonly member?: Member }

const memberRow = (member: Member): readonly string[] => [member.id, member.name === '' ? 'unstarted' : 'started', member.name, member.peerURLs.join(','), member.clientURLs.join(','), String(member.isLearner)];

export const memberList = defineEtcdctl({
  path: ['member', 'list'], summary: 'list the members', changesWorld: false, flags: [{ name: 'consistency', type: 'string', summary: 'l or s', choices: ['l', 's'] }],
  examples: [{ line: 'etcdctl member list -w table', shows: 'PEER ADDRS' }],
  *run(cli) {
    const answer = yield* callAny<MembersBody>(cli, { op: 'memberList', args: cli.args.flags['consistency'] === 's' ? { linearizable: false } : {} });
    if (!answer.ok) return yield* etcdError(answer.error);
    const { header, body } = answer.value;
    const rows = body.members.map(memberRow);
    switch (cli.form) {
      case 'table': yield* cx.print(asciiTable(['ID', 'Status', 'Name', 'Peer Addrs', 'Client Addrs', 'Is Learner'], rows)); break;
      case 'json': yield* cx.print(`${json({ header: headerJson(header), members: body.members.map((member) => ({ ID: new BigNumber(decimalId(member.id)), name: member.name, peerURLs: member.peerURLs, clientURLs: member.clientURLs, isLearner: member.isLearner ? true : undefined })) })}\n`); break;
      case 'fields': yield* cx.print([...headerFields(header), ...body.members.flatMap((member) => [`"ID" : ${decimalId(member.id)}`, `"Name" : "${member.name}"`, ...member.peerURLs.map((url) => `"PeerURL" : "${url}"`), ...member.clientURLs.map((url) => `"ClientURL" : "${url}"`), `"IsLearner" : ${member.isLearner}`, ''])].map((line) => `${line}\n`).join('')); break;
      case 'simple': yield* cx.print(rows.map((row) => `${row.join(', ')}\n`).join(''));
    }
    return 0;
  },
});

const peerFlags: readonly Flag[] = [{ name: 'peer-urls', type: 'list', summary: 'where the others find it' }, { name: 'learner', type: 'bool', summary: 'first without a vote' }];

function memberChange(change: { readonly name: string; readonly summary: string; readonly flags: readonly Flag[]; run(cli: Cli): Conversation<number> }): Command {
  return defineEtcdctl({ path: ['member', change.name], summary: change.summary, changesWorld: true, flags: change.flags, examples: [], run: (cli) => change.run(cli) });
}

export const memberAdd = memberChange({
  name: 'add', summary: 'let another member in', flags: peerFlags,
  *run(cli) {
    const name = operand(cli.args, 'name');
    const urls = listFlag(cli.args, 'peer-urls');
    if (urls.length === 0) return yield* etcdError('member peer urls not provided', EXIT.badArguments);
    const answer = yield* callAny<MembersBody>(cli, { op: 'memberAdd', args: { name, peerURLs: urls, ...(isOn(cli.args, 'learner') ? { isLearner: true } : {}) } });
    if (!answer.ok) return yield* etcdError(answer.error);
    const { header, body } = answer.value;
    const cluster = body.members.map((member) => `${member.id === body.member?.id ? name : member.name}=${member.peerURLs.join(',')}`).join(',');
    yield* cx.print(`Member ${body.member?.id ?? ''} added to cluster ${header.clusterId}\n\nETCD_NAME="${name}"\nETCD_INITIAL_CLUSTER="${cluster}"\nETCD_INITIAL_ADVERTISE_PEER_URLS="${urls.join(',')}"\nETCD_INITIAL_CLUSTER_STATE="existing"\n`);
    return 0;
  },
});

function changeById(name: 'remove' | 'promote', done: string): Command {
  return memberChange({
    name, summary: name === 'remove' ? 'put a member out' : 'give a learner its vote', flags: [],
    *run(cli) {
      const id = operand(cli.args, 'member');
      const answer = yield* callAny<MembersBody>(cli, name === 'remove' ? { op: 'memberRemove', args: { id } } : { op: 'memberPromote', args: { id } });
      if (!answer.ok) return yield* etcdError(answer.error);
      yield* cx.print(`Member ${id} ${done} cluster ${answer.value.header.clusterId}\n`);
      return 0;
    },
  });
}
export const memberRemove = changeById('remove', 'removed from');
export const memberPromote = changeById('promote', 'promoted in');

export const memberUpdate = memberChange({
  name: 'update', summary: 'change where a member is found', flags: peerFlags.slice(0, 1),
  *run(cli) {
    const id = operand(cli.args, 'member');
    const answer = yield* callAny<MembersBody>(cli, { op: 'memberUpdate', args: { id, peerURLs: listFlag(cli.args, 'peer-urls') } });
    if (!answer.ok) return yield* etcdError(answer.error);
    yield* cx.print(`Member ${id} updated in cluster ${answer.value.header.clusterId}\n`);
    return 0;
  },
});

export const moveLeader = defineEtcdctl({
  path: ['move-leader'], summary: 'hand the lead to another member', changesWorld: true, flags: [], examples: [],
  *run(cli) {
    const target = operand(cli.args, 'member');
    for (const endpoint of cli.endpoints) {
      const status = yield* call<StatusBody>(endpoint, { op: 'status', args: {} });
      if (!status.ok || status.value.body.leader !== status.value.header.memberId) continue;
      const answer = yield* call<object>(endpoint, { op: 'moveLeader', args: { targetId: target } });
      if (!answer.ok) return yield* etcdError(answer.error);
      yield* cx.print(`Leadership transferred from ${status.value.header.memberId} to ${target}\n`);
      return 0;
    }
    return yield* etcdError(`no leader endpoint given at [${cli.endpoints.map((endpoint) => endpoint.name).join(' ')}]`, EXIT.badArguments);
  },
});

interface StatusBody {
  readonly version: string; readonly storageVersion: string; readonly dbSize: number; readonly dbSizeInUse: number; readonly dbSizeQuota: number;
  readonly leader: string; readonly raftIndex: number; readonly raftTerm: number; readonly raftAppliedIndex: number; readonly errors: readonly string[]; readonly isLearner: boolean;
}
const clusterFlag: Flag = { name: 'cluster', type: 'bool', summary: 'every member, not only this one' };
const STATUS_HEADER = ['endpoint', 'ID', 'version', 'storage version', 'db size', 'in use', 'percentage not in use', 'quota', 'is leader', 'is learner', 'raft term', 'raft index', 'raft applied index', 'errors', 'downgrade target version', 'downgrade enabled'];

export const endpointStatus = defineEtcdctl({
  path: ['endpoint', 'status'], summary: 'show how a member is doing', changesWorld: false, flags: [clusterFlag],
  examples: [{ line: 'etcdctl endpoint status --cluster -w table', shows: 'IS LEADER' }],
  *run(cli) {
    const found: { readonly name: string; readonly memberId: string; readonly header: object; readonly body: StatusBody }[] = [];
    let failed = false;
    for (const endpoint of cli.endpoints) {
      const answer = yield* call<StatusBody>(endpoint, { op: 'status', args: {} });
      if (answer.ok) { found.push({ name: endpoint.name, memberId: answer.value.header.memberId, header: headerJson(answer.value.header), body: answer.value.body }); continue; }
      failed = true;
      yield* cx.printError(`Failed to get the status of endpoint ${endpoint.name} (${answer.error})\n`);
    }
    const rows = found.map(({ name, memberId, body }) => [
      name, memberId, body.version, body.storageVersion, humanBytes(body.dbSize), humanBytes(body.dbSizeInUse), `${body.dbSize === 0 ? 0 : 100 - Math.floor((body.dbSizeInUse * 100) / body.dbSize)}%`, humanBytes(body.dbSizeQuota),
      String(body.leader === memberId), String(body.isLearner), String(body.raftTerm), String(body.raftIndex), String(body.raftAppliedIndex), body.errors.join(', '), '', 'false',
    ]);
    if (cli.form === 'table') yield* cx.print(asciiTable(STATUS_HEADER, rows));
    else if (cli.form === 'json') yield* cx.print(`${json(found.map(({ name, header, body }) => ({ Endpoint: name, Status: statusJson(header, body) })))}\n`);
    else if (cli.form === 'fields') yield* cx.print(found.map(({ name, memberId, body }) => `"MemberID" : ${decimalId(memberId)}\n"Version" : "${body.version}"\n"DBSize" : ${body.dbSize}\n"DBSizeInUse" : ${body.dbSizeInUse}\n"Leader" : ${decimalId(body.leader)}\n"IsLearner" : ${body.isLearner}\n"RaftIndex" : ${body.raftIndex}\n"RaftTerm" : ${body.raftTerm}\n"RaftAppliedIndex" : ${body.raftAppliedIndex}\n"Errors" : [${body.errors.map((text) => JSON.stringify(text)).join(' ')}]\n"Endpoint" : "${name}"\n\n`).join(''));
    else if (rows.length > 0) yield* cx.print(rows.map((row) => `${row.join(', ')}\n`).join(''));
    return failed ? EXIT.error : 0;
  },
});

function statusJson(header: object, body: StatusBody): object {
  return {
    header, version: body.version, dbSize: body.dbSize, leader: new BigNumber(decimalId(body.leader)), raftIndex: body.raftIndex, raftTerm: body.raftTerm, raftAppliedIndex: body.raftAppliedIndex,
    errors: body.errors.length > 0 ? body.errors : undefined, dbSizeInUse: body.dbSizeInUse, isLearner: body.isLearner ? true : undefined, storageVersion: body.storageVersion, dbSizeQuota: body.dbSizeQuota, downgradeInfo: {},
  };
}

export const endpointHealth = defineEtcdctl({
  path: ['endpoint', 'health'], summary: 'ask whether a member can agree with the others', changesWorld: false, flags: [clusterFlag],
  examples: [{ line: 'etcdctl endpoint health --cluster', shows: 'is healthy: successfully committed proposal' }],
  *run(cli) {
    const found: { readonly name: string; readonly tookMicros: number; readonly error: string }[] = [];
    for (const endpoint of cli.endpoints) {
      const start = yield* cx.now();
      // A read through the majority is what health means; a missing key is fine.
      const answer = yield* call<object>(endpoint, { op: 'range', args: { key: 'health' } });
      found.push({ name: endpoint.name, tookMicros: (yield* cx.now()) - start, error: answer.ok ? '' : answer.error });
    }
    if (cli.form === 'table') yield* cx.print(asciiTable(['endpoint', 'health', 'took', 'error'], found.map((each) => [each.name, String(each.error === ''), tookText(each.tookMicros), each.error])));
    else if (cli.form === 'json') yield* cx.print(`${json(found.map((each) => ({ endpoint: each.name, health: each.error === '', took: tookText(each.tookMicros), error: each.error === '' ? undefined : each.error })))}\n`);
    else {
      for (const each of found) {
        if (each.error === '') yield* cx.print(`${each.name} is healthy: successfully committed proposal: took = ${tookText(each.tookMicros)}\n`);
        else yield* cx.printError(`${each.name} is unhealthy: failed to commit proposal: ${each.error}\n`);
      }
    }
    return found.some((each) => each.error !== '') ? yield* etcdError('unhealthy cluster') : 0;
  },
});

/** A Go duration: `1.25ms`, `2.001s`. */
const tookText = (micros: number): string => (micros >= 1_000_000 ? `${micros / 1_000_000}s` : micros >= 1000 ? `${micros / 1000}ms` : `${micros}µs`);

export const endpointHashKV = defineEtcdctl({
  path: ['endpoint', 'hashkv'], summary: 'hash what a member holds', changesWorld: false, flags: [clusterFlag, { name: 'rev', type: 'int', summary: 'up to this revision' }],
  examples: [{ line: 'etcdctl endpoint hashkv --cluster', shows: ', ' }],
  *run(cli) {
    const rows: string[][] = [];
    const revision = cli.args.flags['rev'];
    for (const endpoint of cli.endpoints) {
      const answer = yield* call<{ readonly hash: number; readonly hashRevision: number }>(endpoint, { op: 'hashKV', args: typeof revision === 'number' ? { revision } : {} });
      if (!answer.ok) return yield* etcdError(`Failed to get the hash of endpoint ${endpoint.name} (${answer.error})`);
      rows.push([endpoint.name, String(answer.value.body.hash), String(answer.value.body.hashRevision)]);
    }
    yield* cx.print(cli.form === 'table' ? asciiTable(['endpoint', 'hash', 'hash revision'], rows) : rows.map((row) => `${row.join(', ')}\n`).join(''));
    return 0;
  },
});

function alarmCommand(name: 'list' | 'disarm'): Command {
  return defineEtcdctl({
    path: ['alarm', name], summary: name === 'list' ? 'list alarms' : 'put alarms out', changesWorld: name === 'disarm', flags: [], examples: [{ line: `etcdctl alarm ${name}`, shows: '' }],
    *run(cli) {
      const answer = yield* callAny<{ readonly alarms: readonly { readonly memberId: string; readonly alarm: string }[] }>(cli, { op: 'alarm', args: { action: name === 'list' ? 'get' : 'deactivate' } });
      if (!answer.ok) return yield* etcdError(answer.error);
      const lines = answer.value.body.alarms.map((each) => `memberID:${decimalId(each.memberId)} alarm:${each.alarm} \n`).join('');
      if (lines !== '') yield* cx.print(lines);
      return 0;
    },
  });
}
export const alarmList = alarmCommand('list');
export const alarmDisarm = alarmCommand('disarm');

export const defrag = defineEtcdctl({
  path: ['defrag'], summary: 'give free space back to the disk', changesWorld: true, flags: [clusterFlag], examples: [{ line: 'etcdctl defrag', shows: 'Finished defragmenting etcd member' }],
  *run(cli) {
    let failures = 0;
    for (const endpoint of cli.endpoints) {
      const start = yield* cx.now();
      const answer = yield* call<object>(endpoint, { op: 'defragment', args: {} });
      if (answer.ok) yield* cx.print(`Finished defragmenting etcd member[${endpoint.name}]. took ${tookText((yield* cx.now()) - start)}\n`);
      else { failures++; yield* cx.printError(`Failed to defragment etcd member[${endpoint.name}] (${answer.error})\n`); }
    }
    return failures > 0 ? EXIT.error : 0;
  },
});

export const etcdVersion = defineEtcdctl({
  path: ['version'], summary: 'show the version', changesWorld: false, flags: [], examples: [{ line: 'etcdctl version', shows: 'API version: 3.6' }],
  *run() {
    yield* cx.print(`etcdctl version: ${VERSION}\nAPI version: 3.6\n`);
    return 0;
  },
});

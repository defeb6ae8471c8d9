/** `etcdctl member …`. @source etcd-io/etcd etcdctl/ctlv3/command/member_command.go */
import type { Result } from '../../../base/data.ts';
import type { EtcdRequest, Member, ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, operands, textFlag } from '../../options.ts';
import { asciiTable } from './ascii-table.ts';
import { call, type Client, clientOf, refusal } from './client.ts';
import { membersFields } from './fields.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { membersJson } from './json.ts';
import { parseId } from './key-requests.ts';
import { badArguments, commaRows, EXIT, fail, type Failure, failure, formOf, show } from './output.ts';

interface Members { readonly members: readonly Member[] }

const HEADER = ['ID', 'Status', 'Name', 'Peer Addrs', 'Client Addrs', 'Is Learner'] as const;
const rowOf = ({ id, name, peerURLs, clientURLs, isLearner }: Member): readonly string[] =>
  [id, name === '' ? 'unstarted' : 'started', name, peerURLs.join(','), clientURLs.join(','), String(isLearner)];

/** Answers about the cluster have no revision. */
const withoutRevision = (header: ResponseHeader): ResponseHeader => ({ ...header, revision: 0 });
/** An id as `%16x` prints it. */
const idText = (id: string): string => id.padStart(16);

const peerUrlsFlag = { name: 'peer-urls', type: 'string', summary: 'addresses at which the other members reach it, with commas' } as const;

/** `member list`. */
export const memberList = defineCommand({
  path: ['etcdctl', 'member', 'list'],
  summary: 'show all members of the cluster',
  flags: [...etcdctlFlags, { name: 'consistency', type: 'string', summary: 'linearizable (l) or serializable (s)', choices: ['l', 's'] }],
  changesWorld: false,
  examples: [
    { line: 'etcdctl member list', shows: 'started' },
    { line: 'etcdctl member list -w table', shows: 'CLIENT ADDRS' },
  ],
  *run(args, settings) {
    const consistency = textFlag(args, 'consistency') || 'l';
    if (consistency !== 'l' && consistency !== 's') return yield* fail(failure(`unknown consistency flag ${JSON.stringify(consistency)}`, EXIT.badFeature));
    const answer = yield* call<Members>(yield* clientOf(args, settings), { op: 'memberList', args: { linearizable: consistency === 'l' } });
    if (!answer.ok) return yield* fail(refusal(answer));
    const { header, body } = answer;
    const rows = body.members.map(rowOf);
    return yield* show(args, {
      simple: () => commaRows(rows), table: () => asciiTable(HEADER, rows), json: () => membersJson(header, body, isOn(args, 'hex')),
      fields: (isHex) => membersFields(withoutRevision(header), body.members, isHex),
    });
  },
});

/** `member add`: also prints the settings that the new member is to be started with. */
export const memberAdd = defineCommand({
  path: ['etcdctl', 'member', 'add'],
  summary: 'add a member, which is started afterwards',
  flags: [...etcdctlFlags, peerUrlsFlag, { name: 'learner', type: 'bool', summary: 'as a learner, that does not vote' }],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [name, ...more] = operands(args, 'names');
    if (name === undefined) return yield* fail(badArguments('member name not provided'));
    if (more.length > 0) return yield* fail(badArguments(`too many arguments${more.filter((word) => /^http/i.test(word)).map((url) => `, did you mean --peer-urls=${url}`).join('')}`));
    const urls = textFlag(args, 'peer-urls');
    if (urls === '') return yield* fail(badArguments('member peer urls not provided'));
    return yield* add(args, yield* clientOf(args, settings), { name, urls });
  },
});

function* add(args: Arguments, client: Client, { name, urls }: { readonly name: string; readonly urls: string }): Conversation<number> {
  const isLearner = isOn(args, 'learner');
  const answer = yield* call<Members & { readonly member: Member }>(client, { op: 'memberAdd', args: { peerURLs: urls.split(','), isLearner } });
  if (!answer.ok) return yield* fail(refusal(answer));
  const { header, body } = answer;
  const exit = yield* show(args, {
    simple: () => `Member ${idText(body.member.id)} added${isLearner ? ' as learner ' : ' '}to cluster ${idText(header.clusterId)}\n`,
    json: () => membersJson(header, body, isOn(args, 'hex')),
  });
  if (exit !== 0 || (textFlag(args, 'write-out') || 'simple') !== 'simple') return exit;
  const cluster = body.members.flatMap((member) => member.peerURLs.map((url) => `${member.id === body.member.id ? name : member.name}=${url}`));
  yield* cx.print([
    '', `ETCD_NAME=${goQuote(name)}`, `ETCD_INITIAL_CLUSTER=${goQuote(cluster.join(','))}`, `ETCD_INITIAL_ADVERTISE_PEER_URLS=${goQuote(urls)}`,
    'ETCD_INITIAL_CLUSTER_STATE="existing"', '',
  ].join('\n'));
  return 0;
}

/** The one member that the line names. */
function memberOf(args: Arguments): Result<string, Failure> {
  const [given, ...more] = operands(args, 'members');
  if (given === undefined || more.length > 0) return { ok: false, error: badArguments('member ID is not provided') };
  const id = parseId(given, 'ParseUint');
  return id.ok ? id : { ok: false, error: badArguments(`bad member ID arg (${id.error}), expecting ID in Hex`) };
}

/** A change of one member; `done` is what the simple form says of it: `removed from`. */
interface Change { readonly id: string; readonly request: EtcdRequest; readonly done: string }

function* change(args: Arguments, settings: Settings, { id, request, done }: Change): Conversation<number> {
  const form = formOf(args);
  if (!form.ok) return yield* fail(form.error);
  const answer = yield* call<Members>(yield* clientOf(args, settings), request);
  if (!answer.ok) return yield* fail(refusal(answer));
  const { header, body } = answer;
  return yield* show(args, {
    simple: () => `Member ${idText(id)} ${done} cluster ${idText(header.clusterId)}\n`, json: () => membersJson(header, body, isOn(args, 'hex')),
  });
}

/** `member remove`. */
export const memberRemove = defineCommand({
  path: ['etcdctl', 'member', 'remove'],
  summary: 'remove a member from the cluster',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const id = memberOf(args);
    if (!id.ok) return yield* fail(id.error);
    return yield* change(args, settings, { id: id.value, request: { op: 'memberRemove', args: { id: id.value } }, done: 'removed from' });
  },
});

/** `member update`. */
export const memberUpdate = defineCommand({
  path: ['etcdctl', 'member', 'update'],
  summary: 'give a member other peer addresses',
  flags: [...etcdctlFlags, peerUrlsFlag],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const id = memberOf(args);
    if (!id.ok) return yield* fail(id.error);
    const urls = textFlag(args, 'peer-urls');
    if (urls === '') return yield* fail(badArguments('member peer urls not provided'));
    return yield* change(args, settings, { id: id.value, request: { op: 'memberUpdate', args: { id: id.value, peerURLs: urls.split(',') } }, done: 'updated in' });
  },
});

/** `member promote`. */
export const memberPromote = defineCommand({
  path: ['etcdctl', 'member', 'promote'],
  summary: 'make a learner a voting member',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const id = memberOf(args);
    if (!id.ok) return yield* fail(id.error);
    return yield* change(args, settings, { id: id.value, request: { op: 'memberPromote', args: { id: id.value } }, done: 'promoted in' });
  },
});

/** The commands for members. */
export const memberCommands = [memberList, memberAdd, memberRemove, memberUpdate, memberPromote] as const;

/** `etcdctl compaction`, `defrag`, `alarm …`, `move-leader` and `version`. */
import type { ResponseHeader } from '../../../etcd/contract.ts';
import { ETCD_VERSION } from '../../../etcd/member-state.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, operands } from '../../options.ts';
import { call, type Client, clientOf, endpointsOf, only, refusal } from './client.ts';
import { clusterFlag } from './endpoint.ts';
import { headerFields, idField, line } from './fields.ts';
import { decimalOf, goDuration } from './go-text.ts';
import { always, headerJson, list, number, record } from './json.ts';
import { parseId, parseNumber } from './key-requests.ts';
import { badArguments, EXIT, fail, failure, formOf, show } from './output.ts';

/** Forgets the past before a revision. @source etcd-io/etcd etcdctl/ctlv3/command/compaction_command.go */
export const compaction = defineCommand({
  path: ['etcdctl', 'compaction'],
  summary: 'forget all revisions before this one',
  flags: [...etcdctlFlags, { name: 'physical', type: 'bool', summary: 'wait until it is done' }],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [revision, ...more] = operands(args, 'revisions');
    if (revision === undefined || more.length > 0) return yield* fail(badArguments('compaction command needs 1 argument'));
    const at = parseNumber(revision);
    if (!at.ok) return yield* fail(failure(at.error));
    const answer = yield* call<object>(yield* clientOf(args, settings), { op: 'compact', args: { revision: at.value, physical: isOn(args, 'physical') } });
    if (!answer.ok) return yield* fail(refusal(answer));
    yield* cx.print(`compacted revision ${at.value}\n`);
    return 0;
  },
});

/** Gives free space of the file back. @source etcd-io/etcd etcdctl/ctlv3/command/defrag_command.go */
export const defrag = defineCommand({
  path: ['etcdctl', 'defrag'],
  summary: 'give the free space of the files back',
  flags: [...etcdctlFlags, clusterFlag],
  changesWorld: true,
  examples: [{ line: 'etcdctl defrag', shows: 'Finished defragmenting etcd member[127.0.0.1:2379]. took ' }],
  *run(args, settings) {
    const client = yield* clientOf(args, settings);
    const endpoints = yield* endpointsOf(args, settings, client);
    if (!endpoints.ok) return yield* fail(endpoints.error);
    let failed = 0;
    for (const endpoint of endpoints.value) {
      const began = yield* cx.now();
      const answer = yield* call<object>(only(client, endpoint), { op: 'defragment', args: {} });
      const took = goDuration((yield* cx.now()) - began);
      if (answer.ok) {
        yield* cx.print(`Finished defragmenting etcd member[${endpoint.name}]. took ${took}\n`);
      } else {
        failed += 1;
        yield* cx.printError(`Failed to defragment etcd member[${endpoint.name}]. took ${took}. (${answer.error})\n`);
      }
    }
    return failed === 0 ? 0 : EXIT.error;
  },
});

// ---- Alarms ----------------------------------------------------------------------------------------------------------

interface Alarm { readonly memberId: string; readonly alarm: 'NOSPACE' | 'CORRUPT' }
interface Alarms { readonly alarms: readonly Alarm[] }
/** Numbers of the kinds of alarm. @source etcd-io/etcd api/etcdserverpb/rpc.proto AlarmType */
const ALARM_NUMBERS: Readonly<Record<Alarm['alarm'], number>> = { NOSPACE: 1, CORRUPT: 2 };

const showAlarms = (args: Arguments, alarms: readonly Alarm[], header: ResponseHeader | undefined): Conversation<number> => show(args, {
  simple: () => alarms.map(({ memberId, alarm }) => `memberID:${decimalOf(memberId)} alarm:${alarm} \n`).join(''),
  json: () => record(
    header === undefined ? '' : always('header', headerJson(header)),
    list('alarms', alarms.map(({ memberId, alarm }) => record(number('memberID', decimalOf(memberId)), number('alarm', ALARM_NUMBERS[alarm])))),
  ),
  fields: (isHex) => (header === undefined ? '' : headerFields(header, isHex))
    + alarms.map(({ memberId, alarm }) => `${idField('MemberID', memberId, isHex)}${line('AlarmType', alarm)}\n`).join(''),
});

/** `alarm list`. */
export const alarmList = defineCommand({
  path: ['etcdctl', 'alarm', 'list'],
  summary: 'show all alarms',
  flags: etcdctlFlags,
  changesWorld: false,
  examples: [{ line: 'etcdctl alarm list', shows: '' }],
  *run(args, settings) {
    const answer = yield* call<Alarms>(yield* clientOf(args, settings), { op: 'alarm', args: { action: 'get' } });
    return answer.ok ? yield* showAlarms(args, answer.body.alarms, answer.header) : yield* fail(refusal(answer));
  },
});

/** Disarms each alarm there is. @source etcd-io/etcd client/v3/maintenance.go AlarmDisarm */
export const alarmDisarm = defineCommand({
  path: ['etcdctl', 'alarm', 'disarm'],
  summary: 'disarm all alarms',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [{ line: 'etcdctl alarm disarm', shows: '' }],
  *run(args, settings) {
    const client = yield* clientOf(args, settings);
    const listed = yield* call<Alarms>(client, { op: 'alarm', args: { action: 'get' } });
    if (!listed.ok) return yield* fail(refusal(listed));
    const disarmed: Alarm[] = [];
    for (const { alarm, memberId } of listed.body.alarms) {
      const answer = yield* call<Alarms>(client, { op: 'alarm', args: { action: 'deactivate', alarm, memberId } });
      if (!answer.ok) return yield* fail(refusal(answer));
      disarmed.push(...answer.body.alarms);
    }
    return yield* showAlarms(args, disarmed, undefined);
  },
});

// ---- The leader ------------------------------------------------------------------------------------------------------

/** Makes another member the leader. @source etcd-io/etcd etcdctl/ctlv3/command/move_leader_command.go */
export const moveLeader = defineCommand({
  path: ['etcdctl', 'move-leader'],
  summary: 'make another member the leader; the endpoints must include the present one',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [given, ...more] = operands(args, 'members');
    if (given === undefined || more.length > 0) return yield* fail(badArguments('move-leader command needs 1 argument'));
    const target = parseId(given, 'ParseUint');
    if (!target.ok) return yield* fail(badArguments(target.error));
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    return yield* transfer(args, yield* clientOf(args, settings), target.value);
  },
});

function* transfer(args: Arguments, client: Client, targetId: string): Conversation<number> {
  for (const endpoint of client.endpoints) {
    const one = only(client, endpoint);
    const status = yield* call<{ readonly leader: string }>(one, { op: 'status', args: {} });
    if (!status.ok) return yield* fail(refusal(status));
    const { leader } = status.body;
    if (status.header.memberId !== leader) continue;
    const answer = yield* call<object>(one, { op: 'moveLeader', args: { targetId } });
    if (!answer.ok) return yield* fail(refusal(answer));
    return yield* show(args, { simple: () => `Leadership transferred from ${leader} to ${targetId}\n`, json: () => '{}' });
  }
  return yield* fail(badArguments(`no leader endpoint given at [${client.endpoints.map(({ name }) => name).join(' ')}]`));
}

/** `version`; the members are of the same one. */
export const version = defineCommand({
  path: ['etcdctl', 'version'],
  summary: 'show the version of etcdctl',
  flags: etcdctlFlags,
  changesWorld: false,
  examples: [{ line: 'etcdctl version', shows: 'API version: 3.6' }],
  *run() {
    yield* cx.print(`etcdctl version: ${ETCD_VERSION}\nAPI version: ${ETCD_VERSION.split('.').slice(0, 2).join('.')}\n`);
    return 0;
  },
});

/**
 * What clientv3 logs on standard error beside the words of etcdctl: a line of JSON for each attempt that failed.
 *
 * @source etcd-io/etcd client/v3/retry_interceptor.go, client/pkg/logutil/zap.go, api/v3rpc/rpctypes/error.go
 */
import { formatMicroTime } from '../../../api/time.ts';
import type { EtcdRequest } from '../../../etcd/contract.ts';
import { ETCD_VERSION } from '../../../etcd/member-state.ts';
import { ERRORS } from '../../../etcd/mvcc/errors.ts';
import { cx } from '../../command.ts';
import type { Conversation } from '../../../sim/conversation.ts';

type Failing = keyof typeof ERRORS;
/** The code that gRPC gives each refusal. */
const CODES: readonly (readonly [code: string, errors: readonly Failing[]])[] = [
  ['InvalidArgument', ['emptyKey', 'keyNotFound', 'valueProvided', 'leaseProvided', 'tooManyOps', 'duplicateKey', 'invalidSortOption', 'memberBadUrls', 'requestTooLarge', 'userEmpty', 'roleEmpty', 'authFailed', 'permissionNotGiven',
    'invalidAuthMgmt', 'authOldRevision', 'wrongDowngradeVersion', 'invalidDowngradeTarget']],
  ['OutOfRange', ['compacted', 'futureRevision', 'leaseTtlTooLarge']],
  ['ResourceExhausted', ['noSpace', 'tooManyRequests']],
  ['NotFound', ['leaseNotFound', 'memberNotFound']],
  ['Unavailable', ['noLeader', 'leaderChanged', 'notCapable', 'stopped', 'timeout', 'timeoutDueToLeaderFail', 'timeoutDueToConnectionLost', 'timeoutLeaderTransfer', 'timeoutWaitAppliedIndex', 'unhealthy', 'notSupportedForLearner', 'clusterVersionUnavailable']],
  ['FailedPrecondition', ['leaseExists', 'memberExists', 'peerUrlExists', 'memberNotEnoughStarted', 'memberNotLearner', 'learnerNotReady', 'tooManyLearners', 'rootUserNotExist', 'rootRoleNotExist', 'userAlreadyExist', 'userNotFound',
    'roleAlreadyExist', 'roleNotFound', 'roleNotGranted', 'permissionNotGranted', 'authNotEnabled', 'notLeader', 'badLeaderTransferee', 'downgradeInProcess', 'noInflightDowngrade']],
  ['PermissionDenied', ['permissionDenied']],
  ['Unauthenticated', ['invalidAuthToken']],
  ['DataLoss', ['corrupt']],
];

/** The code of a refusal; a text that is none of etcd's for clients has none of its own. */
export const codeOf = (error: string): string => CODES.find(([, errors]) => errors.some((name) => ERRORS[name] === error))?.[0] ?? 'Unknown';

/** A refusal as gRPC writes it. */
export const rpcError = (error: string): string => (error.startsWith('rpc error: ') ? error : `rpc error: code = ${codeOf(error)} desc = ${error}`);

const SERVICES: readonly (readonly [service: string, operations: Partial<Record<EtcdRequest['op'], string>>])[] = [
  ['KV', { range: 'Range', put: 'Put', deleteRange: 'DeleteRange', txn: 'Txn', compact: 'Compact' }],
  ['Lease', { leaseGrant: 'LeaseGrant', leaseRevoke: 'LeaseRevoke', leaseTimeToLive: 'LeaseTimeToLive', leaseLeases: 'LeaseLeases' }],
  ['Cluster', { memberList: 'MemberList', memberAdd: 'MemberAdd', memberRemove: 'MemberRemove', memberUpdate: 'MemberUpdate', memberPromote: 'MemberPromote' }],
  ['Maintenance', { alarm: 'Alarm', status: 'Status', hashKV: 'HashKV', defragment: 'Defragment', moveLeader: 'MoveLeader', downgrade: 'Downgrade' }],
];
const AUTH = /^(auth|user|role)/;
/** Operations whose name in the protocol is not ours with a capital letter. */
const AUTH_NAMES: Readonly<Record<string, string>> = { authEnable: 'AuthEnable', authDisable: 'AuthDisable', authStatus: 'AuthStatus', authenticate: 'Authenticate' };

/** The method of a request with one answer; undefined for streams, of which clientv3 logs nothing. */
function methodOf(op: EtcdRequest['op']): string | undefined {
  for (const [service, operations] of SERVICES) {
    const name = operations[op];
    if (name !== undefined) return `/etcdserverpb.${service}/${name}`;
  }
  return AUTH.test(op) ? `/etcdserverpb.Auth/${AUTH_NAMES[op] ?? `${op.charAt(0).toUpperCase()}${op.slice(1)}`}` : undefined;
}

/** One attempt that failed. */
export interface FailedAttempt {
  readonly op: EtcdRequest['op'];
  readonly attempt: number;
  /** As gRPC writes it. */
  readonly error: string;
  /** Address that the client was made for. */
  readonly target: string;
  readonly logger: string;
}

/** Where a program's client lies in memory: another place each time, and of no meaning. */
const CLIENT_POINTER = '0xc00038a000';

/** The client's module as a released etcdctl names it. */
const CLIENT = `v3@v${ETCD_VERSION}`;

/** Where in the programs' sources the log speaks of a snapshot. @source etcd-io/etcd release-3.6 client/v3/snapshot/v3_snapshot.go, client/v3/maintenance.go */
const SNAPSHOT_LINES = {
  'created temporary db file': 'snapshot/v3_snapshot.go:83', 'opened snapshot stream; downloading': `${CLIENT}/maintenance.go:236`, 'fetching snapshot': 'snapshot/v3_snapshot.go:96',
  'completed snapshot read; closing': `${CLIENT}/maintenance.go:302`, 'fetched snapshot': 'snapshot/v3_snapshot.go:111', saved: 'snapshot/v3_snapshot.go:121',
} as const;

/** Logs a step of fetching a snapshot, as the programs do at their level "info". */
export function* logSnapshot(msg: keyof typeof SNAPSHOT_LINES, fields: Readonly<Record<string, string>> = {}): Conversation<void> {
  const caller = SNAPSHOT_LINES[msg];
  const line = { level: 'info', ts: formatMicroTime(yield* cx.now()), ...(caller.startsWith(CLIENT) ? { logger: 'client' } : {}), caller, msg, ...fields };
  yield* cx.printError(`${JSON.stringify(line)}\n`);
}

/** Logs a failed attempt, as clientv3 does at its level "warn". */
export function* logFailedAttempt({ op, attempt, error, target, logger }: FailedAttempt): Conversation<void> {
  const method = methodOf(op);
  if (method === undefined) return;
  const line = {
    level: 'warn', ts: formatMicroTime(yield* cx.now()), logger, caller: `${CLIENT}/retry_interceptor.go:65`, msg: 'retrying of unary invoker failed',
    target: `etcd-endpoints://${CLIENT_POINTER}/${target.replace(/^[a-z]+:\/\//, '')}`, method, attempt, error,
  };
  yield* cx.printError(`${JSON.stringify(line)}\n`);
}

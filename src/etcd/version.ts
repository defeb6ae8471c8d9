import type { EtcdMember, Proposal } from './member-state.ts';
import { ETCD_STORAGE_VERSION } from './member-state.ts';
import type { DowngradeRequest } from './contract.ts';
import { ERRORS } from './mvcc/errors.ts';
import type { EtcdError } from './mvcc/errors.ts';
import { propose, proposeOwn } from './propose.ts';
import { readLinearizable } from './reads.ts';
import { refuse, reply } from './reply.ts';
import type { Cx } from './reply.ts';
import { seconds } from '../base/data.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * The version at which the cluster works: decided by the leader, kept in the log, and one minor version lower while a downgrade is under way.
 *
 * @source etcd-io/etcd server/etcdserver/version/monitor.go, version/downgrade.go, server/etcdserver/v3_server.go (Downgrade)
 * @fidelity simplified: every member is of the same version, so the first version of a new cluster is that one, and no member ever comes back older
 */

/** How often a leader looks whether the version should be another. @source server/etcdserver/server.go monitorVersionInterval */
const LOOK_INTERVAL = seconds(4);

/** A leader that has committed in its term, or whose look is due, sets what differs from what is wanted. */
export function decideVersion(member: EtcdMember): void {
  const wanted = member.downgradeTarget === '' ? ETCD_STORAGE_VERSION : member.downgradeTarget;
  if (member.raft.role !== 'leader' || member.clusterVersion === wanted) return;
  proposeOwn(member, { op: 'clusterVersionSet', args: { version: wanted } }, 0);
}

/** The version of the file format follows that of the cluster. */
export const storageVersionOf = ({ clusterVersion }: Pick<EtcdMember, 'clusterVersion'>): string => (clusterVersion === '' ? ETCD_STORAGE_VERSION : clusterVersion);

/** `3.5` and `3.5.2` as `3.5.0`; undefined for what is no version. */
function minorVersion(text: string): { readonly major: number; readonly minor: number } | undefined {
  const parts = /^(\d+)\.(\d+)(?:\.\d+(?:[-+][0-9A-Za-z.+-]*)?)?$/.exec(text);
  return parts === null ? undefined : { major: Number(parts[1]), minor: Number(parts[2]) };
}

function checkTarget(member: EtcdMember, given: string): EtcdError | undefined {
  if (member.clusterVersion === '') return ERRORS.clusterVersionUnavailable;
  const target = minorVersion(given);
  if (target === undefined) return ERRORS.wrongDowngradeVersion;
  const cluster = minorVersion(member.clusterVersion);
  if (target.major !== cluster?.major || target.minor !== cluster.minor - 1) return ERRORS.invalidDowngradeTarget;
  return member.downgradeTarget === '' ? undefined : ERRORS.downgradeInProcess;
}

/** Answers what a downgrade would meet, or begins or ends one; first the member makes sure that it knows the present. */
export function handleDowngrade(member: EtcdMember, args: DowngradeRequest, cx: Cx): void {
  readLinearizable(member, { op: 'downgrade', args }, cx);
}

const versionAnswer = ({ clusterVersion }: EtcdMember): object => ({ version: clusterVersion.split('.').slice(0, 2).join('.') });

/** The second half: the member knows the present. */
export function downgradeNow(member: EtcdMember, { action, version }: DowngradeRequest, cx: Cx): void {
  const nothing = member.downgradeTarget === '' ? ERRORS.noInflightDowngrade : undefined;
  const error = action === 'cancel' ? nothing : checkTarget(member, version);
  if (error !== undefined) return refuse(cx.caller, error, cx.out);
  if (action === 'validate') return reply(member, versionAnswer(member), cx);
  const target = minorVersion(version);
  propose(member, { op: 'downgradeInfoSet', args: { target: action === 'cancel' ? '' : `${target?.major ?? 0}.${target?.minor ?? 0}.0` } }, cx);
}

/** What entries about versions do. */
export function applyVersion(member: EtcdMember, { op, args }: Pick<Proposal, 'op' | 'args'>, out: Outbox): object {
  if (op === 'clusterVersionSet') {
    member.clusterVersion = (args as { version: string }).version;
    return {};
  }
  member.downgradeTarget = (args as { target: string }).target;
  if (member.raft.role === 'leader') out.startTimer('version', LOOK_INTERVAL);
  return versionAnswer(member);
}

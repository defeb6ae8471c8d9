import type { EtcdMember } from './member-state.ts';
import { readLinearizable } from './reads.ts';
import { reply } from './reply.ts';
import type { Cx } from './reply.ts';
import { NONE } from './raft/types.ts';

/**
 * What a member says at `/health`: alarms, then the leader, then a read of the store that must succeed.
 *
 * @source etcd-io/etcd server/etcdserver/api/etcdhttp/health.go
 */

/** Query parameters: `serializable` asks about this member alone, `exclude` names alarms that do not count. */
export interface HealthArgs { readonly serializable?: boolean; readonly exclude?: readonly string[] }

/** The body of the answer; `health` is a text there. */
export interface Health { readonly health: 'true' | 'false'; readonly reason: string }

/** What is wrong at first sight. */
function complaint(member: EtcdMember, { serializable = false, exclude = [] }: HealthArgs): string | undefined {
  for (const { alarm } of member.alarms.values()) if (!exclude.includes(alarm)) return `ALARM ${alarm}`;
  return !serializable && member.raft.leader === NONE ? 'RAFT NO LEADER' : undefined;
}

/** Answers for a member's health; only the linearizable kind needs the others. */
export function handleHealth(member: EtcdMember, args: HealthArgs, cx: Cx): void {
  const reason = complaint(member, args);
  const { health } = member.counts;
  if (reason !== undefined) {
    health.failures += 1;
    return reply(member, { health: 'false', reason }, cx);
  }
  if (args.serializable === true) {
    health.successes += 1;
    return reply(member, { health: 'true', reason: '' }, cx);
  }
  readLinearizable(member, { op: 'health' }, cx);
}

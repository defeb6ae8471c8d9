import type { EtcdMember } from './member-state.ts';
import type { MemberId } from './raft/types.ts';

/**
 * Which peers are connected, and since when: what membership changes and the words of a time-out depend on.
 *
 * @source etcd-io/etcd server/etcdserver/cluster_util.go (isConnectedSince, numConnectedSince), rafthttp/peer_status.go
 * @fidelity simplified: there are no streams between members, so a connection is what Raft's own messages show: broken by
 *   an election timeout of silence. A follower hears nobody but its leader, and takes the others to be connected.
 */

/** When a peer was last heard, and since when it has been heard without a break. Own clock, µs. */
export interface Heard { readonly id: MemberId; at: number; since: number }

/** How long membership must have been healthy before a change. @source server/etcdserver/server.go HealthInterval */
export const HEALTH_INTERVAL = 5_000_000;

const silenceMax = (member: EtcdMember): number => member.settings.electionTimeout * 1000;

/** The last moment from which a peer's silence means something: only a leader expects answers of everyone. */
const expectedFrom = (member: EtcdMember, heard: Heard | undefined): number =>
  Math.max(heard?.at ?? 0, member.leaderSince, member.bootedAt);

/** Notes a message of a peer. */
export function noteHeard(member: EtcdMember, from: MemberId, now: number): void {
  const heard = member.heardFrom.find(({ id }) => id === from);
  if (heard === undefined) {
    const isLate = isExpected(member, from) && now - expectedFrom(member, undefined) > silenceMax(member);
    member.heardFrom.push({ id: from, at: now, since: isLate ? now : member.bootedAt });
    return;
  }
  if (isExpected(member, from) && now - expectedFrom(member, heard) > silenceMax(member)) heard.since = now;
  heard.at = now;
}

/** Whether a peer's silence would be noticed: by the leader everybody's, by others the leader's. */
const isExpected = ({ raft }: EtcdMember, peer: MemberId): boolean => raft.role === 'leader' || raft.leader === peer;

/** Since when a peer is connected; undefined = it is not. */
export function activeSince(member: EtcdMember, peer: MemberId, now: number): number | undefined {
  const heard = member.heardFrom.find(({ id }) => id === peer);
  if (now - expectedFrom(member, heard) > silenceMax(member) && (isExpected(member, peer) || member.raft.leader === '')) return undefined;
  return heard?.since ?? member.bootedAt;
}

/** Whether a peer has been connected since before a moment. */
export function isConnectedSince(member: EtcdMember, peer: MemberId, cx: { readonly since: number; readonly now: number }): boolean {
  const active = activeSince(member, peer, cx.now);
  return active !== undefined && active < cx.since;
}

/** How many of some members, the own one included, have been connected since before a moment. */
export function connectedSince(member: EtcdMember, ids: readonly MemberId[], cx: { readonly since: number; readonly now: number }): number {
  return ids.filter((id) => id === member.id || isConnectedSince(member, id, cx)).length;
}

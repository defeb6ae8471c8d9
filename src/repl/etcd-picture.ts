/** The members of etcd as the etcd tab shows them: where each stands, and what is on its way between them. */
import { micros } from '../base/data.ts';
import type { EtcdMember, PeerMessage } from '../etcd/member-state.ts';
import type { Message } from '../etcd/raft/types.ts';
import type { Kernel } from '../sim/kernel.ts';
import type { EtcdLane, EtcdMemberView, EtcdPicture } from './session-view.ts';

/** Lanes told of at a time. */
const LANES_MAX = 40;

/** A picture of the moment; undefined when the cluster has no etcd. */
export function etcdPicture(kernel: Kernel): EtcdPicture | undefined {
  const processes = kernel.world.processes.filter(({ kind }) => kind === 'etcd');
  if (processes.length === 0) return undefined;
  const members = processes.map(({ id, node, status }) => memberView(node, kernel.stateOf<EtcdMember>(id), status));
  const term = Math.max(0, ...members.map((member) => member.term));
  const leader = members.find((member) => member.role === 'leader' && member.term === term)?.name ?? '';
  return { term, leader, members, lanes: lanesOf(kernel) };
}

function memberView(name: string, member: EtcdMember | undefined, status: EtcdMemberView['status']): EtcdMemberView {
  const nothing = { name, status, role: '', term: 0, last: 0, commit: 0, applied: 0, revision: 0, dbBytes: 0, quotaBytes: 0, alarms: [] } as const;
  if (member === undefined || status === 'crashed') return nothing;
  const { raft, store, settings } = member;
  return {
    ...nothing, role: member.status === 'removed' ? 'removed' : raft.membership.learners.includes(member.id) ? 'learner' : raft.role, term: raft.term, last: raft.log.last, commit: raft.log.committed,
    applied: raft.log.applied, revision: store.revision, dbBytes: store.bytesAllocated, quotaBytes: settings.quotaBackendBytes,
    alarms: [...member.alarms.values()].filter(({ memberId }) => memberId === member.id).map(({ alarm }) => alarm),
  };
}

/** Messages of Raft that have been sent and have not arrived, the next to arrive first. */
function lanesOf(kernel: Kernel): readonly EtcdLane[] {
  const { world } = kernel;
  const lanes: EtcdLane[] = [];
  world.queue.each((at, target, item) => {
    const to = world.processes[target];
    if (item.type !== 'message' || to?.kind !== 'etcd') return;
    const body = item.body as PeerMessage;
    if (body.type !== 'etcd.raft') return;
    const from = String(item.from).split('/')[0] ?? '';
    for (const message of body.messages) lanes.push({ from, to: to.node, kind: message.type, detail: detailOf(message), inMicros: micros(Math.max(0, at - world.now)) });
  });
  return lanes.sort((a, b) => a.inMicros - b.inMicros || (a.from + a.to < b.from + b.to ? -1 : 1)).slice(0, LANES_MAX);
}

/** What a message brings: its entries, or how far it confirms. */
function detailOf({ type, entries, index, reject }: Message): string {
  if (entries.length > 0) return `+${entries.length}`;
  if (type === 'MsgAppResp') return reject ? `✗${index}` : `#${index}`;
  return reject ? '✗' : '';
}

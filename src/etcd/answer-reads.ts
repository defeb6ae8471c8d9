import { login } from './auth/login.ts';
import { finishPeriodic } from './corruption.ts';
import { keepAlive } from './lessor.ts';
import type { EtcdMember, PendingRead } from './member-state.ts';
import { ERRORS } from './mvcc/errors.ts';
import type { ReadState } from './raft/types.ts';
import { confirmRounds, readAllowed } from './reads.ts';
import { answer } from './reply.ts';
import { downgradeNow } from './version.ts';
import type { Outbox } from '../sim/process.ts';

/** What becomes of a linearizable read once its index is applied. */
function answerRead(member: EtcdMember, pending: PendingRead, out: Outbox): void {
  const { read } = pending;
  switch (read.op) {
    case 'authenticate': return login(member, read.args, { caller: pending, out });
    case 'downgrade': return downgradeNow(member, read.args, { caller: pending, out });
    case 'corruptCheck': return finishPeriodic(member, pending.cause);
    case 'leaseKeepAlive':
      answer(member, member.lessor === undefined ? ERRORS.leaderChanged : keepAlive(member, read.args.id, out), { caller: pending, out });
      return;
    case 'health':
      member.counts.health.successes += 1;
      break;
    default:
  }
  answer(member, readAllowed(member, read, { caller: pending, out }), { caller: pending, out });
}

/** Takes confirmed rounds in and answers the reads whose index is applied. */
export function finishRounds(member: EtcdMember, readStates: readonly ReadState[], out: Outbox): void {
  const confirmed = confirmRounds(member, readStates, out);
  for (let i = 0; i < confirmed.length; i++) answerRead(member, confirmed[i] as PendingRead, out);
}

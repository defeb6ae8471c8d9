import { micros, minutes } from '../base/data.ts';
import type { EtcdMember, EtcdSettings } from './member-state.ts';
import { proposeOwn } from './propose.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * Compaction that a leader does by itself: of what is older than a time, or than a number of revisions. (Kubernetes
 * leaves it off and has its API servers compact.)
 *
 * @source etcd-io/etcd server/etcdserver/api/v3compactor/{periodic,revision}.go
 */

/** What `--auto-compaction-retention` means: µs of history, or revisions; 0 = off. */
interface Plan { readonly mode: 'periodic' | 'revision'; readonly retention: number }

/** Revisions seen, oldest first, and the last compaction. */
export interface AutoCompaction { revisions: number[]; lastRevision: number; lastAt: number; done: boolean }

/** Nothing compacted yet; the first waits a whole period from the start. */
export const newAutoCompaction = (now: number): AutoCompaction => ({ revisions: [], lastRevision: 0, lastAt: now, done: false });

/** How often revisions are counted. @source v3compactor/revision.go revInterval */
const REVISION_INTERVAL = minutes(5);
/** Longer periods are looked after every hour. */
const HOUR = minutes(60);
/** Looks in one interval. @source periodic.go retryDivisor */
const LOOKS = 10;

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000_000, m: 60_000_000, s: 1_000_000, ms: 1_000, us: 1, µs: 1, ns: 0.001 };

/** A duration as Go writes it ("1h30m"), µs; undefined if it is none. */
function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)];
  return Math.round(parts.reduce((sum, [, n = '0', unit = 's']) => sum + Number(n) * (UNITS[unit] ?? 0), 0));
}

/** The plan of two flags, or what is wrong with them in etcd's words. */
export function compactionPlan({ autoCompactionMode: mode, autoCompactionRetention: retention }: Pick<EtcdSettings, 'autoCompactionMode' | 'autoCompactionRetention'>): Plan | string {
  if (/^\d+$/.test(retention)) return { mode, retention: mode === 'revision' ? Number(retention) : Number(retention) * HOUR };
  const period = parseDuration(retention);
  return period === undefined ? `error parsing CompactionRetention: time: invalid duration ${JSON.stringify(retention)}` : { mode, retention: period };
}

/** Times between looks, and between compactions after the first. */
function intervals({ mode, retention }: Plan): { readonly look: number; readonly compact: number } {
  if (mode === 'revision') return { look: REVISION_INTERVAL, compact: REVISION_INTERVAL };
  const compact = Math.min(retention, HOUR);
  return { look: Math.max(1, Math.floor(compact / LOOKS)), compact };
}

function noteRevision({ autoCompaction, store }: EtcdMember, plan: Plan): void {
  const keep = Math.floor(plan.retention / intervals(plan).look) + 1;
  autoCompaction.revisions.push(store.revision);
  if (autoCompaction.revisions.length > keep) autoCompaction.revisions.shift();
}

/** Begins to look, if compaction is wanted. */
export function startAutoCompaction(member: EtcdMember, out: Outbox): void {
  const plan = compactionPlan(member.settings);
  if (typeof plan === 'string' || plan.retention === 0) return;
  if (plan.mode === 'periodic') noteRevision(member, plan);
  out.startTimer('auto-compaction', micros(intervals(plan).look));
}

/** The revision to compact to, if it is time. */
function due({ autoCompaction, store }: EtcdMember, plan: Plan, now: number): number | undefined {
  const { revisions, lastRevision, lastAt, done } = autoCompaction;
  if (plan.mode === 'revision') {
    const revision = store.revision - plan.retention;
    return revision > 0 && revision !== lastRevision ? revision : undefined;
  }
  const wait = done ? intervals(plan).compact : plan.retention;
  const revision = revisions[0] ?? 0;
  return now - lastAt >= wait && revision !== lastRevision ? revision : undefined;
}

/** A look: the leader compacts what has become too old. */
export function autoCompactionAlarm(member: EtcdMember, out: Outbox): void {
  const plan = compactionPlan(member.settings);
  if (typeof plan === 'string' || plan.retention === 0) return;
  const revision = member.raft.role === 'leader' ? due(member, plan, out.monotonic) : undefined;
  if (revision !== undefined) {
    Object.assign(member.autoCompaction, { lastRevision: revision, lastAt: out.monotonic, done: true });
    proposeOwn(member, { op: 'compact', args: { revision } }, out.cause);
  }
  if (plan.mode === 'periodic') noteRevision(member, plan);
  out.startTimer('auto-compaction', micros(intervals(plan).look));
}

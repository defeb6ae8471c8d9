import { goFloat } from '../base/go-float.ts';
import type { EtcdMember } from './member-state.ts';
import { ETCD_VERSION } from './member-state.ts';
import { NONE } from './raft/types.ts';
import type { MemberId } from './raft/types.ts';

/**
 * What a member counts about itself, and the text at `/metrics`. Counters begin at zero with every start.
 *
 * @source etcd-io/etcd server/etcdserver/metrics.go, server/storage/{wal,backend,mvcc}/metrics.go, rafthttp/metrics.go
 * @fidelity simplified: of some two hundred metrics those an operator looks at; a backend commit is taken to last as long
 *   as the write of the log it rides on; round trips are those of heartbeats
 */

/* ---- Counting ---- */

/** Counts per upper bound (not cumulative), the last for all above. */
export interface Histogram { readonly buckets: number[]; sum: number }

/** Counters of one life of a member. */
export interface Counts {
  leaderChanges: number;
  proposalsFailed: number;
  readIndexesFailed: number;
  slowReadIndexes: number;
  leasesExpired: number;
  readonly health: { successes: number; failures: number };
  readonly walSync: Histogram;
  readonly roundTrips: Map<MemberId, Histogram>;
  /** When the write under way began, µs. */
  writeBegan: number;
}

/** Upper bounds in seconds: 0.001 doubled 13 times; round trips start ten times lower and double 15 times. */
function bounds(first: number, n: number): readonly number[] {
  const list = [first];
  for (let i = 1; i < n; i++) list.push((list.at(-1) ?? first) * 2);
  return list;
}
const SYNC_BOUNDS = bounds(0.001, 14);
const ROUND_TRIP_BOUNDS = bounds(0.0001, 16);

const newHistogram = (of: readonly number[]): Histogram => ({ buckets: new Array<number>(of.length + 1).fill(0), sum: 0 });

/** Nothing has happened yet. */
export const newCounts = (): Counts => ({
  leaderChanges: 0, proposalsFailed: 0, readIndexesFailed: 0, slowReadIndexes: 0, leasesExpired: 0,
  health: { successes: 0, failures: 0 }, walSync: newHistogram(SYNC_BOUNDS), roundTrips: new Map(), writeBegan: 0,
});

function observe(histogram: Histogram, of: readonly number[], micros: number): void {
  const seconds = micros / 1_000_000;
  const place = of.findIndex((bound) => seconds <= bound);
  const i = place < 0 ? of.length : place;
  histogram.buckets[i] = (histogram.buckets[i] ?? 0) + 1;
  histogram.sum += seconds;
}

/** The write under way is durable. */
export function countSync({ counts }: EtcdMember, now: number): void {
  observe(counts.walSync, SYNC_BOUNDS, now - counts.writeBegan);
}

/** A heartbeat was answered; it left with the last tick. */
export function countRoundTrip({ counts, ticks, settings }: EtcdMember, from: MemberId, now: number): void {
  let known = counts.roundTrips.get(from);
  if (known === undefined) counts.roundTrips.set(from, known = newHistogram(ROUND_TRIP_BOUNDS));
  observe(known, ROUND_TRIP_BOUNDS, Math.max(0, now - ticks.base - ticks.done * settings.heartbeatInterval * 1000));
}

/* ---- Telling ---- */

interface Metric { readonly name: string; readonly help: string; readonly type: 'counter' | 'gauge' | 'histogram'; readonly lines: readonly string[] }

const one = (type: 'counter' | 'gauge', name: string, cx: { help: string; value: number; labels?: string }): Metric =>
  ({ name, help: cx.help, type, lines: [`${name}${cx.labels ?? ''} ${goFloat(cx.value)}`] });

function histogramLines(name: string, { buckets, sum }: Histogram, cx: { of: readonly number[]; label: string }): string[] {
  const lines: string[] = [];
  let total = 0;
  const before = cx.label === '' ? '' : `${cx.label},`;
  const alone = cx.label === '' ? '' : `{${cx.label}}`;
  for (const [i, count] of buckets.entries()) {
    total += count;
    const bound = cx.of[i];
    lines.push(`${name}_bucket{${before}le="${bound === undefined ? '+Inf' : goFloat(bound)}"} ${total}`);
  }
  return [...lines, `${name}_sum${alone} ${goFloat(sum)}`, `${name}_count${alone} ${total}`];
}

function roundTripLines(name: string, trips: ReadonlyMap<MemberId, Histogram>): string[] {
  return [...trips].sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, histogram]) => histogramLines(name, histogram, { of: ROUND_TRIP_BOUNDS, label: `To="${id}"` }));
}

function liveKeys({ store }: EtcdMember): number {
  let live = 0;
  for (const version of store.index.values()) if (version.event.type === 'PUT') live += 1;
  return live;
}

function serverMetrics(member: EtcdMember): Metric[] {
  const { raft, counts, settings, id, pending } = member;
  return [
    one('gauge', 'etcd_cluster_version', { help: 'Which version is running. 1 for \'cluster_version\' label with current cluster version', labels: `{cluster_version="${(member.clusterVersion || ETCD_VERSION).replace(/\.\d+$/, '')}"}`, value: 1 }),
    one('gauge', 'etcd_server_has_leader', { help: 'Whether or not a leader exists. 1 is existence, 0 is not.', value: raft.leader === NONE ? 0 : 1 }),
    one('counter', 'etcd_server_health_failures', { help: 'The total number of failed health checks', value: counts.health.failures }),
    one('counter', 'etcd_server_health_success', { help: 'The total number of successful health checks', value: counts.health.successes }),
    one('gauge', 'etcd_server_id', { help: 'Server or member ID in hexadecimal format. 1 for \'server_id\' label with current ID.', labels: `{server_id="${id}"}`, value: 1 }),
    one('gauge', 'etcd_server_is_leader', { help: 'Whether or not this member is a leader. 1 if is, 0 otherwise.', value: raft.role === 'leader' ? 1 : 0 }),
    one('gauge', 'etcd_server_is_learner', { help: 'Whether or not this member is a learner. 1 if is, 0 otherwise.', value: raft.membership.learners.includes(id) ? 1 : 0 }),
    one('counter', 'etcd_server_leader_changes_seen_total', { help: 'The number of leader changes seen.', value: counts.leaderChanges }),
    one('gauge', 'etcd_server_proposals_applied_total', { help: 'The total number of consensus proposals applied.', value: raft.log.applied }),
    one('gauge', 'etcd_server_proposals_committed_total', { help: 'The total number of consensus proposals committed.', value: raft.log.committed }),
    one('counter', 'etcd_server_proposals_failed_total', { help: 'The total number of failed proposals seen.', value: counts.proposalsFailed }),
    one('gauge', 'etcd_server_proposals_pending', { help: 'The current number of pending proposals to commit.', value: pending.size }),
    one('gauge', 'etcd_server_quota_backend_bytes', { help: 'Current backend storage quota size in bytes.', value: settings.quotaBackendBytes }),
    one('counter', 'etcd_server_read_indexes_failed_total', { help: 'The total number of failed read indexes seen.', value: counts.readIndexesFailed }),
    one('counter', 'etcd_server_slow_read_indexes_total', { help: 'The total number of pending read indexes not in sync with leader\'s or timed out read index requests.', value: counts.slowReadIndexes }),
    one('gauge', 'etcd_server_version', { help: 'Which version is running. 1 for \'server_version\' label with current version.', labels: `{server_version="${ETCD_VERSION}"}`, value: 1 }),
  ];
}

function storeMetrics(member: EtcdMember): Metric[] {
  const { store, hub, counts } = member;
  return [
    one('gauge', 'etcd_debugging_mvcc_compact_revision', { help: 'The revision of the last compaction in store.', value: store.compactRevision }),
    one('gauge', 'etcd_debugging_mvcc_current_revision', { help: 'The current revision of store.', value: store.revision }),
    one('gauge', 'etcd_debugging_mvcc_keys_total', { help: 'Total number of keys.', value: liveKeys(member) }),
    one('gauge', 'etcd_debugging_mvcc_watcher_total', { help: 'Total number of watchers.', value: hub.count }),
    one('counter', 'etcd_debugging_server_lease_expired_total', { help: 'The total number of expired leases.', value: counts.leasesExpired }),
    one('gauge', 'etcd_mvcc_db_total_size_in_bytes', { help: 'Total size of the underlying database physically allocated in bytes.', value: store.bytesAllocated }),
    one('gauge', 'etcd_mvcc_db_total_size_in_use_in_bytes', { help: 'Total size of the underlying database logically in use in bytes.', value: store.bytesInUse }),
  ];
}

function durationMetrics({ counts, raft, id }: EtcdMember): Metric[] {
  const sync = (name: string, help: string): Metric =>
    ({ name, help, type: 'histogram', lines: histogramLines(name, counts.walSync, { of: SYNC_BOUNDS, label: '' }) });
  const trip = 'etcd_network_peer_round_trip_time_seconds';
  const peers = raft.progress.filter((progress) => progress.id !== id);
  return [
    sync('etcd_disk_backend_commit_duration_seconds', 'The latency distributions of commit called by backend.'),
    sync('etcd_disk_wal_fsync_duration_seconds', 'The latency distributions of fsync called by WAL.'),
    {
      name: 'etcd_network_active_peers', help: 'The current number of active peer connections.', type: 'gauge',
      lines: peers.map((peer) => `etcd_network_active_peers{Local="${id}",Remote="${peer.id}"} 1`),
    },
    { name: trip, help: 'Round-Trip-Time histogram between peers', type: 'histogram', lines: roundTripLines(trip, counts.roundTrips) },
  ];
}

/** Memory of a member that holds nothing, and of the entry of one key in the index, bytes. */
const RESIDENT_BASE = 25_000_000;
const INDEX_ENTRY_BYTES = 300;

/**
 * What the operating system would say of the process.
 * @fidelity simplified: reckoned from the size of the file, which etcd maps into memory, and from the index
 */
const processMetrics = ({ store }: EtcdMember): Metric[] => [
  one('gauge', 'process_resident_memory_bytes', { help: 'Resident memory size in bytes.', value: RESIDENT_BASE + store.bytesAllocated + store.index.size * INDEX_ENTRY_BYTES }),
];

/** The text format that Prometheus reads, in order of the names. */
export function metricsText(member: EtcdMember): string {
  return [...serverMetrics(member), ...storeMetrics(member), ...durationMetrics(member), ...processMetrics(member)]
    .filter(({ lines }) => lines.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, help, type, lines }) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`)
    .join('');
}

/**
 * What etcdutl logs on standard error while it restores a snapshot, in zap's form for people.
 *
 * @source etcd-io/etcd release-3.6 etcdutl/snapshot/v3_snapshot.go (Restore), server/storage/schema/membership.go, server/etcdserver/api/membership/cluster.go
 * @fidelity simplified: the lines of bbolt, which opens the file, are left out
 */
import { formatTime } from '../../../api/time.ts';
import { compareText } from '../../../base/compare.ts';
import { clusterIdOf, memberIdOf } from '../../../etcd/identity.ts';
import type { RestoreOptions } from '../../../etcd/snapshot-file.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { cx } from '../../command.ts';

type Value = string | number | boolean | readonly string[];
type Fields = Readonly<Record<string, Value>>;

/** Where a snapshot comes from and goes to. `mapped`: bytes of memory that the file is mapped to at first. */
export interface Restoring { readonly path: string; readonly directory: string; readonly walDirectory: string; readonly mapped: number }

const valueText = (value: Value): string => (Array.isArray(value) ? `[${value.map(one => JSON.stringify(one)).join(', ')}]` : JSON.stringify(value));
const fieldsText = (fields: Fields): string => `{${Object.entries(fields).map(([name, value]) => `${JSON.stringify(name)}: ${valueText(value)}`).join(', ')}}`;

function* info(caller: string, message: string, fields?: Fields): Conversation<void> {
  const words = [formatTime(yield* cx.now()), 'info', caller, message, ...(fields === undefined ? [] : [fieldsText(fields)])];
  yield* cx.printError(`${words.join('\t')}\n`);
}

const placesOf = ({ path, directory, walDirectory, mapped }: Restoring): Fields => ({
  path, 'wal-dir': walDirectory === '' ? `${directory}/member/wal` : walDirectory, 'data-dir': directory, 'snap-dir': `${directory}/member/snap`, 'initial-memory-map-size': mapped,
});

/** The restore begins. */
export function* logRestoring(restoring: Restoring): Conversation<void> {
  yield* info('snapshot/v3_snapshot.go:305', 'restoring snapshot', placesOf(restoring));
}

/** The new cluster's members are in the file, and it is done. */
export function* logRestored(restoring: Restoring, { initialCluster, initialClusterToken = 'etcd-cluster' }: RestoreOptions): Conversation<void> {
  yield* info('schema/membership.go:138', 'Trimming membership information from the backend...');
  const members = initialCluster.map(({ peerURLs }) => ({ id: memberIdOf(peerURLs, initialClusterToken), peerURLs }));
  const cluster = clusterIdOf(members.map(({ id }) => id));
  for (const { id, peerURLs } of members.sort((a, b) => compareText(a.id.padStart(16, '0'), b.id.padStart(16, '0')))) {
    yield* info('membership/cluster.go:424', 'added member', { 'cluster-id': cluster, 'local-member-id': '0', 'added-peer-id': id, 'added-peer-peer-urls': peerURLs, 'added-peer-is-learner': false });
  }
  yield* info('snapshot/v3_snapshot.go:333', 'restored snapshot', placesOf(restoring));
}

import { Table } from '../base/table.ts';
import type { DiskChange } from '../sim/process.ts';
import type { Proposal } from './member-state.ts';
import { DEFRAGMENTED, readDisk } from './persistence.ts';

/**
 * Work on the disk of a member that does not run.
 *
 * @source etcd-io/etcd etcdutl/etcdutl
 */

/** The same disk with a file without free space. */
export function defragmented(content: readonly DiskChange[]): readonly DiskChange[] {
  const { hardState, snapshot } = readDisk(new Table(content));
  const index = Math.max(hardState?.commit ?? 0, snapshot?.index ?? 0);
  return [...content.filter(([key]) => key !== DEFRAGMENTED), [DEFRAGMENTED, index]];
}

/** Versions of the cluster that entries of the log set. */
export function clusterVersionsIn(content: readonly DiskChange[]): readonly string[] {
  const { entries = [] } = readDisk(new Table(content));
  return entries.flatMap(({ type, data }) => {
    const proposal = type === 'normal' ? data as Proposal | null : null;
    return proposal?.op === 'clusterVersionSet' ? [(proposal.args as { version: string }).version] : [];
  });
}

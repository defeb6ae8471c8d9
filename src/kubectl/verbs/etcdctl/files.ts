/**
 * Files and data directories on the simulated machines: a snapshot is saved on the machine that etcdctl runs on, and restored there.
 * @fidelity simplified: only files that etcdctl and etcdutl have written exist, and the data directory of the machine's member; `/backup` is one
 *   volume that every machine has mounted
 */
import { restoredDisk, type RestoreOptions, type SnapshotFile } from '../../../etcd/snapshot-file.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import type { DiskChange } from '../../../sim/process.ts';
import { cx, type Settings } from '../../command.ts';

/** Where programs are started. */
const HOME = '/root';
/** Where kubeadm's etcd keeps its data. @source kubernetes/kubernetes cmd/kubeadm/app/apis/kubeadm/v1beta4/defaults.go DefaultEtcdDataDir */
export const DATA_DIR = '/var/lib/etcd';

/** A data directory that a restore has made: what a member that starts on it finds. */
export interface RestoredDirectory { readonly format: 'etcd-restored'; readonly file: SnapshotFile; readonly options: RestoreOptions }
/** A data directory that was moved away from where the member looks for it. */
export interface MovedDirectory { readonly format: 'etcd-moved'; readonly content: readonly DiskChange[] }

const formatOf = (value: unknown): unknown => (typeof value === 'object' && value !== null ? (value as { format?: unknown }).format : undefined);
/** Whether something written is a directory, not a file. */
export const isDirectory = (value: unknown): value is RestoredDirectory | MovedDirectory => formatOf(value) === 'etcd-restored' || formatOf(value) === 'etcd-moved';

/** What a directory becomes as the disk of a member. */
export const contentOf = (directory: RestoredDirectory | MovedDirectory): readonly DiskChange[] =>
  (directory.format === 'etcd-moved' ? directory.content : restoredDisk(directory.file, directory.options));

/** The member whose data lies in `/var/lib/etcd` of the machine. */
const memberOf = (settings: Settings): string => `${settings.node}/etcd`;

/** What a path holds: a file, a directory, or nothing; `busy` = the directory of a member that runs. */
export function* lookAt(settings: Settings, path: string): Conversation<{ readonly value: unknown; readonly isBusy: boolean }> {
  if (!isDataDir(path)) return { value: yield* cx.readFile(fileAt(settings, path)), isBusy: false };
  const content = yield* cx.stoppedDisk(memberOf(settings));
  if (content === null) return { value: { format: 'etcd-moved', content: [] } satisfies MovedDirectory, isBusy: true };
  return { value: content.length === 0 ? null : { format: 'etcd-moved', content } satisfies MovedDirectory, isBusy: false };
}

/** Puts something at a path; null takes away what is there. False when a running member is in the way. */
export function* putAt(settings: Settings, path: string, value: unknown): Conversation<boolean> {
  if (!isDataDir(path)) {
    yield* cx.writeFile(fileAt(settings, path), value);
    return true;
  }
  return yield* cx.prepareDisk(memberOf(settings), isDirectory(value) ? contentOf(value) : []);
}

/** A path without `.`, `..` and double slashes, from the root on. */
export function absolute(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${HOME}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A volume that every machine has mounted, so that a file saved on one is there to be restored on all. */
const SHARED = '/backup/';

/** The place of a file among all machines'. */
export function fileAt(settings: Settings, path: string): string {
  const place = absolute(path);
  return place.startsWith(SHARED) ? `shared:${place}` : `${settings.node}:${place}`;
}

/** Whether a path is the data directory of the machine's member. */
const isDataDir = (path: string): boolean => absolute(path) === DATA_DIR;

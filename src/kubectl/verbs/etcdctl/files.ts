/**
 * Files and data directories on the simulated machines: a snapshot is saved on the machine that etcdctl runs on, and restored there.
 * @fidelity simplified: only files that etcdctl and etcdutl have written exist, and the data directory of the machine's member; `/backup` is one
 *   volume that every machine has mounted
 */
import type { Settings } from '../../command.ts';

/** Where programs are started. */
const HOME = '/root';
/** Where kubeadm's etcd keeps its data. @source kubernetes/kubernetes cmd/kubeadm/app/apis/kubeadm/v1beta4/defaults.go DefaultEtcdDataDir */
export const DATA_DIR = '/var/lib/etcd';

/** A path without `.`, `..` and double slashes, from the root on. */
function absolute(path: string): string {
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
export const isDataDir = (path: string): boolean => absolute(path) === DATA_DIR;

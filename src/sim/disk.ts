import { Table } from '../base/table.ts';
import type { CrashFate } from './fault.ts';
import type { DiskChange } from './process.ts';
import type { ProcessRecord } from './world.ts';

/**
 * The simulated disk: a table of records per process. A write reaches it as a whole when it is synced; until then the operating system has it.
 *
 *     the process is killed             kept: the system writes it out, only nobody was told
 *     the machine loses power           lost
 *     a torn tail (a fault)             the first part of the oldest log record is there, nothing behind it
 *
 * @fidelity simplified: no bandwidth, no read latency; writes of one process are synced in order
 */

/** One synced append on a virtual SSD, µs: 2.3 KB written with O_DSYNC took 0.18 ms where this was measured. */
const SYNC_BASE = 150;
const SYNC_JITTER = 100;

/** How long a synced write takes, µs. `random` is in `[0, 65536)`. */
export function planWrite(random: number): number {
  return SYNC_BASE + ((SYNC_JITTER * random) >> 16);
}

/** A record at the end of an append-only file that a crash cut off: the parts before the cut are whole. Whoever keeps a log repairs it when it starts. */
export interface TornRecord { readonly torn: true; readonly whole: readonly unknown[]; readonly lost: number }

/** Whether a record was cut off. */
export const isTorn = (value: unknown): value is TornRecord =>
  typeof value === 'object' && value !== null && (value as Partial<TornRecord>).torn === true;

type Disk = ProcessRecord['disk'];

/** Puts a write onto the disk. */
export function putChanges(disk: Disk, changes: readonly DiskChange[]): void {
  for (const [key, value] of changes) {
    if (value === undefined) disk.delete(key); else disk.set(key, value);
  }
}

/** Puts a disk with these records in the place of a process's own. */
export function insertDisk(process: ProcessRecord, records: readonly DiskChange[]): void {
  process.disk = new Table(records);
  process.unsynced = [];
  process.diskReplaced = records.length === 0;
}

/** What a process that does not run has on its disk. */
export const diskOfStopped = (process: ProcessRecord | undefined): readonly DiskChange[] | undefined => (process?.status === 'crashed' ? [...process.disk] : undefined);

/** Whether a write begins with a record appended to a log; only such a write can be torn. Whole files are replaced by renaming, which is all or nothing. */
export const isAppend = (changes: readonly DiskChange[]): boolean => Array.isArray(changes[0]?.[1]);

/** The part of an append that a crash left. */
function tear(changes: readonly DiskChange[], draw: (bound: number) => number): readonly DiskChange[] {
  const [key, parts] = changes[0] ?? ['', []];
  const all = parts as readonly unknown[];
  const whole = all.slice(0, draw(all.length));
  return [[key, Object.freeze({ torn: true, whole: Object.freeze(whole), lost: all.length - whole.length } satisfies TornRecord)]];
}

/** What a death leaves of the writes that were under way. */
export function settleUnsynced(process: ProcessRecord, fate: CrashFate, draw: (bound: number) => number): void {
  const { unsynced, disk } = process;
  if (fate === 'kept') for (const { changes } of unsynced) putChanges(disk, changes);
  const oldest = unsynced[0]?.changes ?? [];
  if (fate === 'torn' && isAppend(oldest)) putChanges(disk, tear(oldest, draw));
  process.unsynced = [];
}

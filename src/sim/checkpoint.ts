/**
 * Copies of the world: checkpoints (cheap, sharing everything frozen) and dumps (plain JSON).
 *
 * A checkpoint shares every process record with the living world and raises the epoch; the kernel copies a record before
 * it changes one of an older epoch. So a checkpoint costs one pass over the list of processes, and later each process that
 * really does something pays for its own small state once.
 */
import { deepFreeze } from '../base/data.ts';
import type { Digest } from '../base/digest.ts';
import { EventHeap } from '../base/heap.ts';
import { Numbered } from '../base/numbered.ts';
import { Table } from '../base/table.ts';
import type { ProcessRecord, QueueItem, World } from './world.ts';
import { NO_MAIL, WORLD_FORMAT } from './world.ts';
import type { Result } from '../base/data.ts';

/**
 * Copies what may change and shares what is frozen. Tables are copied in constant time when their values are frozen; a `Map` or
 * `Numbered` in process state is copied whole, so it suits small indexes only.
 */
function copyState<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Table) return copyTable(value) as T;
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copyState(item)])) as T;
  if (value instanceof Numbered) return new Numbered([...value].map(([number, item]) => [number, copyState(item)] as const)) as T;
  if (Array.isArray(value)) return value.map(copyState) as T;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyState((value as Record<string, unknown>)[key]);
  return copy as T;
}

function copyTable(table: Table<unknown>): Table<unknown> {
  const copy = table.checkpoint();
  if (!holdsMutable(table)) return copy;
  for (const [key, value] of table) copy.set(key, copyState(value));
  return copy;
}

/** A table holds either frozen values only or owned values only, so its first value tells. */
function holdsMutable(table: Table<unknown>): boolean {
  const first = table.firstKey();
  if (first === undefined) return false;
  const value = table.get(first);
  return typeof value === 'object' && value !== null && !Object.isFrozen(value);
}

/** A copy of a process record that may be changed. */
export function copyProcess(process: ProcessRecord, epoch: number): ProcessRecord {
  return {
    ...process,
    epoch,
    mailbox: process.mailbox.length === 0 ? NO_MAIL : process.mailbox.slice(),
    timers: new Map(process.timers),
    links: new Map([...process.links].map(([id, link]) => [id, { ...link }])),
    network: [...process.network],
    streams: new Map([...process.streams].map(([purpose, stream]) => [purpose, [...stream]])),
    state: copyState(process.state),
    disk: process.disk.checkpoint(),
    unsynced: process.unsynced.slice(),
  };
}

/** A world that stands still, sharing its processes with the living one. Raises the epoch of the living one. */
export function takeCheckpoint(world: World): World {
  const copy: World = {
    ...world,
    queue: world.queue.copy(),
    processes: world.processes.slice(),
    machinesDown: world.machinesDown.slice(),
    boots: new Map(world.boots),
    faults: world.faults.slice(),
    broken: new Map([...world.broken].map(([pair, state]) => [pair, { ...state }])),
    digest: [...world.digest] as Digest,
  };
  world.epoch++;
  return copy;
}

/** A living world that continues from a checkpoint; the checkpoint stays as it is. */
export function restoreCheckpoint(checkpoint: World, epoch: number): World {
  const world = takeCheckpoint({ ...checkpoint });
  world.epoch = epoch;
  return world;
}

// ---- Dumps -----------------------------------------------------------------------------------------------------------

/** A world as JSON: frozen objects stand once in `pool` and are referred to by number, so that sharing survives. */
export interface Dump { readonly formatVersion: number; readonly pool: readonly unknown[]; readonly world: unknown }

const POOLED = '$pool';
const TABLE = '$table';
const MAP = '$map';
const NUMBERED = '$numbered';

/** Writes a world as plain JSON data. */
export function dumpWorld(world: World): Dump {
  const pool: unknown[] = [];
  const numbers = new Map<object, number>();
  const encode = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (!Object.isFrozen(value)) return encodeParts(value);
    const known = numbers.get(value);
    if (known !== undefined) return { [POOLED]: known };
    const parts = encodeParts(value);
    numbers.set(value, pool.length);
    pool.push(parts);
    return { [POOLED]: pool.length - 1 };
  };
  const encodeParts = (value: object): unknown => {
    if (value instanceof Table) return { [TABLE]: [...value].map(([key, item]) => [key, encode(item)]) };
    if (value instanceof Numbered) return { [NUMBERED]: [...value].map(([number, item]) => [number, encode(item)]) };
    if (value instanceof Map) return { [MAP]: [...value].map(([key, item]) => [key, encode(item)]) };
    if (Array.isArray(value)) return value.map(encode);
    const parts: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[key];
      if (item !== undefined) parts[key] = encode(item);
    }
    return parts;
  };
  const { queue, ...rest } = world;
  const encoded = encode({ ...rest, queue: queue.toSorted() });
  return { formatVersion: WORLD_FORMAT, pool, world: encoded };
}

/** Reads a dump back. The error says what is wrong with it. */
export function loadWorld(dump: Dump): Result<World, string> {
  if (dump.formatVersion !== WORLD_FORMAT) {
    return { ok: false, error: `this save has format ${String(dump.formatVersion)}, this build reads format ${WORLD_FORMAT}` };
  }
  const pool: unknown[] = [];
  const decode = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(decode);
    const parts = value as Record<string, unknown>;
    if (POOLED in parts) return pool[parts[POOLED] as number];
    if (TABLE in parts) return new Table((parts[TABLE] as [string, unknown][]).map(([key, item]) => [key, decode(item)] as const));
    if (NUMBERED in parts) return new Numbered((parts[NUMBERED] as [number, unknown][]).map(([number, item]) => [number, decode(item)] as const));
    if (MAP in parts) return new Map((parts[MAP] as [unknown, unknown][]).map(([key, item]) => [key, decode(item)] as const));
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(parts)) out[key] = decode(parts[key]);
    return out;
  };
  for (const item of dump.pool) pool.push(deepFreeze(decode(item)));
  const parts = decode(dump.world) as Omit<World, 'queue'> & { queue: Parameters<EventHeap<QueueItem>['push']>[0][] };
  const queue = new EventHeap<QueueItem>();
  for (const entry of parts.queue) queue.push(entry);
  return { ok: true, value: { ...parts, queue } };
}

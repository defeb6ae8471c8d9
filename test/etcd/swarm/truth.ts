import type { Compare, DeleteRangeRequest, PutRequest, RequestOp, TxnRequest } from '../../../src/etcd/contract.ts';
import type { Proposal } from '../../../src/etcd/member-state.ts';
import type { Entry } from '../../../src/etcd/raft/types.ts';

/**
 * A small model of the store: what the entries that were committed must have done, told without any of the product's code for it. Everything clients saw is
 * held against it.
 *
 * @source etcd-io/etcd tests/robustness/model/deterministic.go
 */
export interface Version {
  readonly type: 'PUT' | 'DELETE';
  readonly key: string;
  readonly value: string;
  readonly create: number;
  readonly mod: number;
  readonly version: number;
  readonly lease: string;
  /** The version before, if the key was there. */
  readonly before: Version | undefined;
}

export interface Truth {
  /** Revision of the last change. */
  readonly revision: number;
  readonly compacted: number;
  /** All changes in order. */
  readonly events: readonly Version[];
  readonly byRevision: ReadonlyMap<number, readonly Version[]>;
  readonly leases: ReadonlySet<string>;
  /** Value → revisions at which it was put: a request that was done twice stands twice. */
  readonly puts: ReadonlyMap<string, readonly number[]>;
  /** Revokes by a leader because the time was over: lease and log index. */
  readonly expired: readonly { readonly lease: string; readonly index: number }[];
}

interface Model { revision: number; compacted: number; readonly now: Map<string, Version>; readonly leases: Set<string>; readonly events: Version[]; readonly expired: { lease: string; index: number }[] }

const inRange = (key: string, from: string, end: string | undefined): boolean =>
  end === undefined || end === '' ? key === from : key >= from && (end === '\0' || key < end);

function doPut(model: Model, put: PutRequest, revision: number): void {
  const before = model.now.get(put.key);
  const version: Version = {
    type: 'PUT', key: put.key, value: String(put.value), create: before?.create ?? revision, mod: revision, version: (before?.version ?? 0) + 1,
    lease: put.lease ?? '', before,
  };
  model.now.set(put.key, version);
  model.events.push(version);
}

function doDelete(model: Model, { key: from, rangeEnd }: DeleteRangeRequest, revision: number): number {
  const gone = [...model.now.keys()].filter(key => inRange(key, from, rangeEnd)).sort();
  for (const key of gone) dropKey(model, key, revision);
  return gone.length;
}

function dropKey(model: Model, key: string, revision: number): void {
  model.events.push({ type: 'DELETE', key, value: '', create: 0, mod: revision, version: 0, lease: '', before: model.now.get(key) });
  model.now.delete(key);
}

function holds(model: Model, { key, target, result, operand }: Compare): boolean {
  const found = model.now.get(key);
  const actual = target === 'mod' ? found?.mod ?? 0 : target === 'create' ? found?.create ?? 0 : target === 'version' ? found?.version ?? 0 : found?.value;
  switch (result) {
    case 'equal': return actual === operand;
    case 'notEqual': return actual !== operand;
    case 'greater': return Number(actual) > Number(operand);
    case 'less': return Number(actual) < Number(operand);
  }
}

/** Does the operations of one branch in one revision; true if something changed. */
function doOps(model: Model, ops: readonly RequestOp[], revision: number): boolean {
  let changed = false;
  for (const op of ops) {
    if ('put' in op) { doPut(model, op.put, revision); changed = true; }
    if ('deleteRange' in op && doDelete(model, op.deleteRange, revision) > 0) changed = true;
    if ('txn' in op && doOps(model, branchOf(model, op.txn), revision)) changed = true;
  }
  return changed;
}

const branchOf = (model: Model, txn: TxnRequest): readonly RequestOp[] => txn.compare.every(one => holds(model, one)) ? txn.success : txn.failure;

function play(model: Model, { op, args, origin }: Proposal, index: number): void {
  const next = model.revision + 1;
  const given = args as PutRequest & DeleteRangeRequest & TxnRequest & { id: string; revision: number };
  let changed = false;
  switch (op) {
    case 'put':
      if ((given.lease ?? '') !== '' && !model.leases.has(given.lease ?? '')) return;
      doPut(model, given, next);
      changed = true;
      break;
    case 'deleteRange': changed = doDelete(model, given, next) > 0; break;
    case 'txn': changed = doOps(model, branchOf(model, given), next); break;
    case 'leaseGrant': model.leases.add(given.id); return;
    case 'leaseRevoke': {
      if (!model.leases.delete(given.id)) return;
      const attached = [...model.now.values()].filter(({ lease }) => lease === given.id).map(({ key }) => key).sort();
      for (const key of attached) dropKey(model, key, next);
      if (origin === '') model.expired.push({ lease: given.id, index });
      changed = attached.length > 0;
      break;
    }
    case 'compact':
      if (given.revision > model.compacted && given.revision <= model.revision) model.compacted = given.revision;
      return;
    default: return;
  }
  if (changed) model.revision = next;
}

/** What the committed log means. */
export function truthOf(committed: ReadonlyMap<number, Entry>): Truth {
  const model: Model = { revision: 1, compacted: -1, now: new Map(), leases: new Set(), events: [], expired: [] };
  for (let index = 1; index <= committed.size; index++) {
    const entry = committed.get(index);
    if (entry === undefined) throw new Error(`nobody was seen committing entry ${index}`);
    if (entry.type === 'normal' && entry.data !== null) play(model, entry.data as Proposal, index);
  }
  const byRevision = new Map<number, Version[]>();
  const puts = new Map<string, number[]>();
  for (const event of model.events) {
    byRevision.set(event.mod, [...byRevision.get(event.mod) ?? [], event]);
    if (event.type === 'PUT') puts.set(event.value, [...puts.get(event.value) ?? [], event.mod]);
  }
  return { ...model, byRevision, puts };
}

/** The version of a key at a revision; undefined = not there. */
export function versionAt(truth: Truth, key: string, revision: number): Version | undefined {
  const last = truth.events.findLast(event => event.key === key && event.mod <= revision);
  return last?.type === 'PUT' ? last : undefined;
}

import { prefixEnd } from '../../src/etcd/contract.ts';
import type { Compare, EtcdRequest, RangeRequest, RequestOp } from '../../src/etcd/contract.ts';
import { Cluster } from './harness.ts';
import type { Reply } from './harness.ts';

/** Runs the `mvcc` cases of the vectors file against one member, through its client interface. */

export interface MvccCase { readonly id: string; readonly name: string; readonly ops: readonly Record<string, any>[] }

const hex = (id: unknown): string => Number(id).toString(16);

function rangeOf(op: Record<string, any>): RangeRequest {
  const key = op.key === '' ? '\0' : op.key;
  const end = op.fromKey ? '\0' : op.prefix ? (op.key === '' ? '\0' : prefixEnd(op.key)) : op.rangeEnd;
  const { revision, limit, countOnly, keysOnly, minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = op;
  const sort = op.sortBy === undefined && op.order === undefined ? {} : {
    sortTarget: op.sortBy ?? 'key', sortOrder: op.order === 'desc' ? 'descend' : op.order === 'asc' ? 'ascend' : 'none',
  };
  const given = { rangeEnd: end, revision, limit, countOnly, keysOnly, minModRevision, maxModRevision, minCreateRevision, maxCreateRevision };
  return { key, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), ...sort } as RangeRequest;
}

const RESULTS: Record<string, Compare['result']> = { '=': 'equal', '!=': 'notEqual', '>': 'greater', '<': 'less' };

const compareOf = (c: Record<string, any>): Compare =>
  ({ key: c.key, target: c.target, result: RESULTS[c.op] ?? 'equal', operand: c.to });

function putOf(op: Record<string, any>): any {
  return { ...op, value: op.value ?? '', ...(op.lease === undefined ? {} : { lease: hex(op.lease) }) };
}

function opOf(op: Record<string, any>): RequestOp {
  if (op.put) return { put: putOf(op.put) };
  if (op.range) return { range: rangeOf(op.range) };
  if (op.deleteRange) return { deleteRange: rangeOf(op.deleteRange) };
  return { txn: txnOf(op.txn) };
}

const txnOf = (txn: Record<string, any>): any => ({
  compare: (txn.compare ?? []).map(compareOf), success: (txn.success ?? []).map(opOf), failure: (txn.failure ?? []).map(opOf),
});

function requestOf(op: Record<string, any>): EtcdRequest {
  if (op.put) return { op: 'put', args: putOf(op.put) };
  if (op.range) return { op: 'range', args: rangeOf(op.range) };
  if (op.deleteRange) return { op: 'deleteRange', args: rangeOf(op.deleteRange) };
  if (op.txn) return { op: 'txn', args: txnOf(op.txn) };
  if (op.compact) return { op: 'compact', args: op.compact };
  if (op.leaseGrant) return { op: 'leaseGrant', args: { id: hex(op.leaseGrant.id), ttl: op.leaseGrant.ttl } };
  if (op.leaseRevoke) return { op: 'leaseRevoke', args: { id: hex(op.leaseRevoke.id) } };
  if (op.leaseKeepAlive) return { op: 'leaseKeepAlive', args: { id: hex(op.leaseKeepAlive.id) } };
  if (op.leaseTimeToLive) return { op: 'leaseTimeToLive', args: { id: hex(op.leaseTimeToLive.id), keys: true } };
  throw new Error(`unknown operation ${Object.keys(op).join()}`);
}

/** What the vectors look at, of an answer. */
function shown(reply: Reply): Record<string, unknown> {
  if (!reply.ok) return { error: reply.error };
  const { body, header } = reply;
  return { ...body, revision: header.revision, ...(body.kvs ? { keys: body.kvs.map((kv: any) => kv.key) } : {}) };
}

/** Runs one case; `check` gets a label, what was found and what was wanted. */
export function runMvccCase(one: MvccCase, check: (label: string, found: unknown, wanted: unknown) => void): void {
  const cluster = new Cluster({ size: 1 });
  cluster.elect();
  const watches = new Map<string, number>();
  one.ops.forEach((op, i) => {
    const label = `${one.id} step ${i + 1}`;
    if (op.sleepSeconds) return cluster.run(op.sleepSeconds);
    if (op.watchStart) {
      const { name, startRevision, filters, prevKv } = op.watchStart;
      const { key, rangeEnd } = rangeOf(op.watchStart);
      const request = {
        key, ...(rangeEnd === undefined ? {} : { rangeEnd }), ...(startRevision ? { startRevision } : {}), ...(prevKv ? { prevKv } : {}),
        filters: (filters ?? []).map((f: string) => f.toLowerCase()),
      };
      watches.set(name, cluster.watch('m1', request));
      return cluster.run(0.01);
    }
    if (op.watchRead) {
      cluster.run(0.01);
      const id = watches.get(op.watchRead.name) ?? 0;
      const canceled = cluster.client.answers.find((answer) => answer.type === 'etcd.watchCanceled' && answer.id === id) as any;
      const events = cluster.events(id).map(({ type, kv, prevKv }) => ({ type, ...kv, ...(prevKv === undefined ? {} : { prevValue: prevKv.value, prevKv }) }));
      return checkParts(label, { events, cancelled: canceled !== undefined, compactRevision: canceled?.compactRevision }, op.expect, check);
    }
    const found = shown(cluster.do('m1', requestOf(op)));
    checkParts(label, found, op.expect ?? {}, check);
    if (op.expect?.error === undefined && found.error !== undefined) check(`${label} is no error`, found.error, undefined);
  });
}

type Check = (label: string, found: unknown, wanted: unknown) => void;

function checkParts(label: string, found: Record<string, any>, wanted: Record<string, any>, check: Check): void {
  for (const [field, want] of Object.entries(wanted)) {
    const where = `${label}: ${field}`;
    if (field === 'error') check(where, String(found.error).includes(want) ? want : found.error, want);
    else if (field === 'kvs' || field === 'events') {
      const items: any[] = found[field] ?? [];
      check(`${where} length`, items.length, want.length);
      want.forEach((part: any, i: number) => {
        for (const key of Object.keys(part)) check(`${where} ${i} ${key}`, items[i]?.[key], part[key]);
      });
    } else check(where, found[field], want);
  }
}

import type { EtcdRequest, KeyValue, ResponseHeader, TxnResponse } from '../../../src/etcd/contract.ts';
import { isLinearizable } from './linearizable.ts';
import type { Operation } from './linearizable.ts';
import { versionAt } from './truth.ts';
import type { Truth, Version } from './truth.ts';

/** One request of a client and what became of it. Times are virtual µs. */
export interface Call {
  readonly client: number;
  readonly member: string;
  readonly request: EtcdRequest;
  /** The values it writes, each used once in a run. */
  readonly values: readonly string[];
  readonly start: number;
  end: number;
  /** `unknown`: no answer, or one that does not say whether it was done. `refused`: certainly not done. */
  outcome: 'done' | 'refused' | 'unknown';
  header: ResponseHeader | undefined;
  body: unknown;
}

/** Keys that only puts, deletes and transactions of clients change; leases take others away. */
export const PLAIN_KEYS = ['a', 'b', 'c'];

const show = ({ client, member, request, start, end }: Call): string =>
  `client ${client} at ${member}, ${start}–${end} µs: ${request.op} ${JSON.stringify(request.args)}`;

const isSerializable = ({ request }: Call): boolean => request.op === 'range' && request.args.serializable === true;

function sameKv(kv: KeyValue | undefined, version: Version | undefined): boolean {
  if (kv === undefined || version === undefined) return kv === version;
  return kv.key === version.key && kv.value === version.value && kv.createRevision === version.create && kv.modRevision === version.mod
    && kv.version === version.version && kv.lease === version.lease;
}

/** Whether an answer fits the state at its revision. */
function checkAnswer(call: Call, truth: Truth): string | undefined {
  const { request, header, body, values } = call;
  const revision = header?.revision ?? 0;
  if (revision > truth.revision) return `answered with revision ${revision}, the log leads to ${truth.revision}`;
  const here = truth.byRevision.get(revision) ?? [];
  switch (request.op) {
    case 'range': {
      const at = request.args.revision ?? revision;
      const { kvs } = body as { kvs: readonly KeyValue[] };
      const expected = versionAt(truth, request.args.key, at);
      return sameKv(kvs[0], expected) ? undefined : `read ${JSON.stringify(kvs[0])} at revision ${at}, where the log has ${JSON.stringify({ ...expected, before: undefined })}`;
    }
    case 'put':
      return here.some(({ type, value }) => type === 'PUT' && value === values[0]) ? undefined : `acknowledged at revision ${revision}, which the log gives to ${here.map(({ key, value }) => `${key}=${value}`).join() || 'nothing'}`;
    case 'deleteRange': {
      const { deleted } = body as { deleted: number };
      if (deleted === 0) return versionAt(truth, request.args.key, revision) === undefined ? undefined : `deleted nothing at revision ${revision}, where the key is there`;
      return here.some(({ type, key }) => type === 'DELETE' && key === request.args.key) ? undefined : `deleted at revision ${revision}, which the log gives to something else`;
    }
    case 'txn': {
      const { succeeded } = body as TxnResponse;
      const written = here.some(({ value }) => values.includes(value));
      return succeeded === written ? undefined : `says succeeded=${String(succeeded)} at revision ${revision}, the log says ${String(written)}`;
    }
    default: return undefined;
  }
}

/** Nothing may be done twice, and what was refused may not be done at all. */
function checkEffects(calls: readonly Call[], truth: Truth): string | undefined {
  for (const call of calls) {
    for (const value of call.values) {
      const at = truth.puts.get(value) ?? [];
      if (at.length > 1) return `done twice, at revisions ${at.join(' and ')}: ${show(call)}`;
      if (at.length > 0 && call.outcome === 'refused') return `refused and yet done at revision ${at.join()}: ${show(call)}`;
    }
  }
  return undefined;
}

/** Where a call stands in the order of revisions; undefined = nowhere (it changed nothing that is known). */
function placeOf(call: Call, truth: Truth): { readonly revision: number; readonly writes: boolean } | undefined {
  if (call.outcome === 'refused' || isSerializable(call)) return undefined;
  const written = call.values.flatMap(value => truth.puts.get(value) ?? [])[0];
  if (written !== undefined) return { revision: written, writes: true };
  if (call.outcome === 'unknown' || call.header === undefined) return undefined;
  const { op } = call.request;
  if (op === 'range' && call.request.args.revision !== undefined) return undefined;
  const deletes = op === 'deleteRange' && (call.body as { deleted: number }).deleted > 0;
  return ['range', 'put', 'deleteRange', 'txn'].includes(op) ? { revision: call.header.revision, writes: deletes } : undefined;
}

/** Who begins after another has ended must come after it in the order of revisions: that is linearizability, given that order. */
function checkRealTime(calls: readonly Call[], truth: Truth): string | undefined {
  const placed = calls.flatMap(call => { const place = placeOf(call, truth); return place === undefined ? [] : [{ call, ...place }]; });
  const ended = placed.filter(({ call }) => call.outcome === 'done').sort((one, other) => one.call.end - other.call.end);
  let next = 0;
  let latest: typeof placed[number] | undefined;
  for (const one of placed.sort((left, right) => left.call.start - right.call.start)) {
    for (; (ended[next]?.call.end ?? Infinity) < one.call.start; next++) if ((ended[next]?.revision ?? 0) > (latest?.revision ?? 0)) latest = ended[next];
    if (latest !== undefined && (one.revision < latest.revision || (one.writes && one.revision === latest.revision))) {
      return `not linearizable: ${show(one.call)} stands at revision ${one.revision}, after ${show(latest.call)} had ended at ${latest.revision}`;
    }
  }
  return undefined;
}

/** The calls on one key as operations of a register, for a check that does not look at revisions at all. */
function registerOf(calls: readonly Call[], key: string, truth: Truth): Operation[] {
  return calls.flatMap((call): Operation[] => {
    const { request, start, outcome } = call;
    if (outcome === 'refused' || isSerializable(call)) return [];
    const end = outcome === 'done' ? call.end : Infinity;
    const happened = call.values.some(value => truth.puts.has(value));
    if (request.op === 'range' && request.args.key === key && request.args.revision === undefined && outcome === 'done') {
      return [{ kind: 'read', value: (call.body as { kvs: readonly KeyValue[] }).kvs[0]?.value as string | undefined, start, end }];
    }
    if (request.op === 'put' && request.args.key === key && happened) return [{ kind: 'write', value: call.values[0], start, end }];
    if (request.op === 'deleteRange' && request.args.key === key) return [{ kind: 'write', value: undefined, start, end }];
    if (request.op !== 'txn' || !happened) return [];
    const put = request.args.success.find(op => 'put' in op && op.put.key === key);
    return put !== undefined && 'put' in put ? [{ kind: 'write', value: String(put.put.value), start, end }] : [];
  });
}

/** What is wrong with what clients saw. */
export function checkHistory(calls: readonly Call[], truth: Truth): string | undefined {
  for (const call of calls) {
    const wrong = call.outcome === 'done' ? checkAnswer(call, truth) : undefined;
    if (wrong !== undefined) return `${wrong}: ${show(call)}`;
  }
  const wrong = checkEffects(calls, truth) ?? checkRealTime(calls, truth);
  if (wrong !== undefined) return wrong;
  for (const key of PLAIN_KEYS) {
    if (!isLinearizable(registerOf(calls, key, truth))) return `the history of ${key} is not linearizable`;
  }
  return undefined;
}

/**
 * A lease may not end by itself before its time, counted from the last keep-alive that was answered. A leader that is cut off and has not noticed answers
 * keep-alives of which its successor knows nothing: etcd accepts that for as long as a leader may take to notice. What counts is when the end was proposed:
 * a revocation that lay uncommitted when its leader fell is committed by the next one, even if that has just renewed the lease (seed 2910; so does etcd's own).
 */
export function checkLeases(calls: readonly Call[], truth: Truth, { proposedAt, blindness }: { readonly proposedAt: (index: number) => number; readonly blindness: number }): string | undefined {
  for (const { lease, index } of truth.expired) {
    const ended = proposedAt(index);
    const renewals = calls.filter(({ request, outcome }) => outcome === 'done'
      && (request.op === 'leaseKeepAlive' || request.op === 'leaseGrant') && (request.args as { id?: string }).id === lease);
    for (const call of renewals) {
      const { ttl } = call.body as { ttl: number };
      if (ttl > 0 && call.end < ended && ended < call.start + ttl * 1_000_000 - blindness) return `lease ${lease} ended at ${ended} µs, before its time: ${show(call)}`;
    }
  }
  return undefined;
}

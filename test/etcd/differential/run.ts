import { isDeepStrictEqual } from 'node:util';
import type { EtcdRequest, EtcdServerMessage, WatchCreateRequest } from '../../../src/etcd/contract.ts';
import { RealCluster, type EtcdPrograms } from '../../../src/bench/real/etcd.ts';
import { Cluster } from '../harness.ts';
import { ourAnswer, ourEvent, realAnswer, realEvents, toGateway, watchToGateway } from './gateway.ts';
import { type Known, type Operation, Operations } from './operations.ts';

/** The same random operations on a real etcd and on ours, each answer compared. */

export interface Difference { readonly at: number; readonly asked: unknown; readonly real: unknown; readonly ours: unknown }
export interface Compared { readonly compared: number; readonly differences: readonly Difference[] }

type Json = Readonly<Record<string, unknown>>;
interface Watch { readonly asked: object; readonly at: number; readonly id: number; readonly real: Json[]; realEnd: string }

/** Watches open at a time. */
const WATCHES_MAX = 60;
/** @source etcd-io/etcd server/storage/mvcc/watchable_store.go syncWatchersLoop */
const CATCH_UP_MS = 120;
/** How long the last events may take to arrive. */
const SETTLE_MS = 500;

class Pair {
  readonly real: RealCluster;
  readonly ours = new Cluster({ seed: 1, size: 3 });
  readonly known: Known = { revision: 1, compacted: 0, leases: [] };
  readonly differences: Difference[] = [];
  readonly watches: Watch[] = [];
  compared = 0;

  constructor(real: RealCluster) {
    this.real = real;
    this.ours.elect();
    this.ours.run(1);
  }

  async step(at: number, operation: Operation): Promise<void> {
    if (operation.kind === 'request') await this.#request(at, operation.request);
    else if (this.watches.length < WATCHES_MAX) await this.#watch(at, operation.request);
  }

  async #request(at: number, request: EtcdRequest): Promise<void> {
    const { path, body } = toGateway(request);
    const real = realAnswer(request.op, await this.real.call(path, body));
    const ours = ourAnswer(request.op, this.ours.do('m1', request));
    this.compared += 1;
    if (!isDeepStrictEqual(real, JSON.parse(JSON.stringify(ours)))) this.differences.push({ at, asked: request, real, ours });
    this.#learn(request, real);
  }

  #learn(request: EtcdRequest, real: Json): void {
    const { known } = this;
    if (real['error'] !== undefined) return;
    if (typeof real['revision'] === 'number') known.revision = Math.max(known.revision, real['revision']);
    if (request.op === 'compact') known.compacted = request.args.revision;
    if (request.op === 'leaseGrant') known.leases.push(String(real['id']));
    if (request.op === 'leaseRevoke') known.leases.splice(known.leases.indexOf(request.args.id), 1);
  }

  async #watch(at: number, create: WatchCreateRequest): Promise<void> {
    // A watch on no key is one on every key to the gateway.
    if (create.key === '') return;
    const watch: Watch = { asked: create, at, id: this.ours.watch('m1', create), real: [], realEnd: '' };
    this.watches.push(watch);
    await this.real.watch(watchToGateway(create), (result) => {
      if (result['canceled'] === true) watch.realEnd = endOf(Number(result['compact_revision'] ?? 0), result['cancel_reason']);
      watch.real.push(...realEvents(result));
    });
    this.ours.run(0.01);
    // etcd catches watches of the past up every 100 ms; a compaction in between would cancel one there and not here.
    if ((create.startRevision ?? 0) > 0) await new Promise((done) => { setTimeout(done, CATCH_UP_MS); });
  }

  async compareWatches(): Promise<void> {
    await new Promise((done) => { setTimeout(done, SETTLE_MS); });
    this.ours.run(1);
    for (const watch of this.watches) {
      const ours = this.ours.events(watch.id).map(ourEvent);
      const canceled = this.ours.client.answers.find((one): one is EtcdServerMessage & { type: 'etcd.watchCanceled'; at: number } => one.type === 'etcd.watchCanceled' && one.id === watch.id);
      const ourEnd = canceled === undefined ? '' : endOf(canceled.compactRevision, canceled.reason);
      this.compared += 1;
      const [a, b] = [{ events: watch.real, end: watch.realEnd }, JSON.parse(JSON.stringify({ events: ours, end: ourEnd }))];
      if (!isDeepStrictEqual(a, b)) this.differences.push(firstDifference(watch, a, b));
    }
  }
}

interface Heard { readonly events: readonly Json[]; readonly end: string }

const endOf = (compactRevision: number, reason: unknown): string => (compactRevision > 0 ? `compacted at ${compactRevision}` : String(reason));

/** Where two watches part: the first event that is not the same. */
function firstDifference({ at, asked }: Watch, real: Heard, ours: Heard): Difference {
  const i = real.events.findIndex((event, j) => !isDeepStrictEqual(event, ours.events[j]));
  const show = ({ events, end }: Heard): object => ({ event: events[i < 0 ? real.events.length : i], of: events.length, end });
  return { at, asked: { watch: asked, event: i }, real: show(real), ours: show(ours) };
}

/** Runs so many operations of a seed against a fresh real cluster. */
export async function compareOperations(programs: EtcdPrograms, { seed, count, size = 1 }: { readonly seed: number; readonly count: number; readonly size?: number }): Promise<Compared> {
  const real = await RealCluster.start(programs, size);
  try {
    const pair = new Pair(real);
    const operations = new Operations(seed);
    for (let at = 0; at < count; at++) await pair.step(at, operations.next(pair.known));
    await pair.compareWatches();
    return { compared: pair.compared, differences: pair.differences };
  } finally {
    real.stop();
  }
}

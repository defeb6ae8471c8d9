import type { EtcdEvent, EtcdServerMessage, WatchCreateRequest } from '../../../src/etcd/contract.ts';
import { memberOn } from '../../../src/etcd/member.ts';
import type { Cluster } from '../harness.ts';
import type { Chance } from './load.ts';
import type { Truth, Version } from './truth.ts';

/**
 * Watches that are broken and resumed all the time, and a check of what etcd guarantees about them, which looks at nothing but what was delivered and
 * what the log says happened.
 *
 * @source etcd-io/etcd tests/robustness/validate/watch.go; https://etcd.io/docs/v3.6/learning/api_guarantees
 */

/** One answer on a watch: events, or (with none) word that everything up to a revision was delivered. */
interface Response { readonly events: readonly EtcdEvent[]; readonly revision: number }
/** A watch from its creation to its end. */
interface Opening { readonly request: WatchCreateRequest; readonly member: string; readonly responses: Response[] }
/** What one watcher asks for, again and again, each time where the last opening broke off. */
interface Watcher { readonly name: string; readonly wants: Omit<WatchCreateRequest, 'startRevision'>; readonly fromNow: boolean; id: number; next: number; openings: Opening[]; isOpen: boolean; rests: number }

const ALL = { key: 'a', rangeEnd: 'z' } as const;
const KINDS: readonly Pick<Watcher, 'name' | 'wants' | 'fromNow'>[] = [
  { name: 'everything', wants: { ...ALL, prevKv: true }, fromNow: false },
  { name: 'key a', wants: { key: 'a' }, fromNow: false },
  { name: 'deletions', wants: { ...ALL, filters: ['noput'] }, fromNow: false },
  { name: 'puts from now on', wants: { key: 'b', rangeEnd: 'm', filters: ['nodelete'] }, fromNow: true },
];

export class Watches {
  readonly #cluster: Cluster;
  readonly #chance: Chance;
  readonly #watchers: Watcher[];

  constructor(cluster: Cluster, chance: Chance) {
    this.#cluster = cluster;
    this.#chance = chance;
    this.#watchers = KINDS.map(kind => ({ ...kind, id: 0, next: kind.fromNow ? 0 : 2, openings: [], isOpen: false, rests: 0 }));
  }

  /** Opens what is closed; sometimes breaks a watch or asks how far it is. */
  tend(members: readonly string[], settled = false): void {
    const { draw, pick } = this.#chance;
    for (const watcher of this.#watchers) {
      const on = watcher.openings.at(-1)?.member ?? '';
      if (watcher.isOpen && (draw(40) === 0 || !members.includes(on))) {
        this.#cluster.tell(on, { type: 'etcd.watchCancel', id: watcher.id });
        watcher.isOpen = false;
      }
      if (watcher.isOpen && draw(10) === 0) this.#cluster.tell(on, { type: 'etcd.watchProgress', id: watcher.id });
      // Who rests for a while comes back with a revision that may be compacted.
      if (!watcher.isOpen && watcher.rests === 0 && draw(4) === 0) watcher.rests = draw(80);
      if (watcher.rests > 0 && !settled) watcher.rests -= 1;
      else if (!watcher.isOpen && members.length > 0) this.#open(watcher, pick(members));
    }
  }

  #open(watcher: Watcher, member: string): void {
    const request: WatchCreateRequest = { ...watcher.wants, ...(watcher.next === 0 ? {} : { startRevision: watcher.next }) };
    watcher.openings.push({ request, member, responses: [] });
    watcher.id = this.#cluster.watch(member, request);
    watcher.isOpen = true;
  }

  take(answer: EtcdServerMessage): void {
    const watcher = this.#watchers.find(({ id, isOpen }) => isOpen && id === answer.id);
    if (watcher === undefined) return;
    if (answer.type === 'etcd.watchCanceled') {
      watcher.isOpen = false;
      watcher.next = Math.max(watcher.next, answer.compactRevision);
    }
    if (answer.type !== 'etcd.watch') return;
    watcher.openings.at(-1)?.responses.push({ events: answer.events, revision: answer.header.revision });
    const last = answer.events.at(-1)?.kv.modRevision;
    if (last !== undefined) watcher.next = Math.max(watcher.next, last + 1);
  }

  lost(peer: string): void {
    for (const watcher of this.#watchers) if (memberOn(watcher.openings.at(-1)?.member ?? '') === peer) watcher.isOpen = false;
  }

  /** The first guarantee that was broken. `settled`: everybody has had time to hear everything. */
  check(truth: Truth, settled: boolean): string | undefined {
    for (const { name, openings, isOpen } of this.#watchers) {
      const wrong = checkUnique(openings) ?? firstOf(openings, opening => checkOpening(opening, truth))
        ?? (settled && isOpen ? checkComplete(openings.at(-1), truth) : undefined);
      if (wrong !== undefined) return `watch of ${name}: ${wrong}`;
    }
    return undefined;
  }
}

function firstOf<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const wrong = check(item);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const wanted = ({ key, rangeEnd = '', filters = [] }: WatchCreateRequest, event: Version): boolean =>
  (rangeEnd === '' ? event.key === key : event.key >= key && event.key < rangeEnd)
  && !filters.includes(event.type === 'PUT' ? 'noput' : 'nodelete');

const shown = (event: EtcdEvent): string => `${event.type} ${event.kv.key}=${String(event.kv.value)} @${event.kv.modRevision}`;
const told = (event: Version): string => `${event.type} ${event.key}=${event.value} @${event.mod}`;

/** Unique: an event never appears twice, not even over resumed watches. */
function checkUnique(openings: readonly Opening[]): string | undefined {
  const seen = new Set<string>();
  for (const { responses } of openings) {
    for (const event of responses.flatMap(({ events }) => events)) {
      const key = `${event.kv.modRevision} ${event.kv.key}`;
      if (seen.has(key)) return `unique: ${shown(event)} came twice`;
      seen.add(key);
    }
  }
  return undefined;
}

function checkOpening(opening: Opening, truth: Truth): string | undefined {
  return checkOrder(opening) ?? checkBookmarks(opening) ?? checkAtomic(opening, truth) ?? checkReliable(opening, truth) ?? checkContent(opening, truth);
}

/** Ordered: no event precedes one already delivered. */
function checkOrder({ responses }: Opening): string | undefined {
  let last = 0;
  for (const event of responses.flatMap(({ events }) => events)) {
    if (event.kv.modRevision < last) return `ordered: ${shown(event)} came after revision ${last}`;
    last = event.kv.modRevision;
  }
  return undefined;
}

/** Bookmarkable: after word of a revision nothing of that revision or before it comes. */
function checkBookmarks({ responses }: Opening): string | undefined {
  let mark = 0;
  for (const { events, revision } of responses) {
    const late = events.find(({ kv }) => kv.modRevision <= mark);
    if (late !== undefined) return `bookmarkable: ${shown(late)} came after everything up to ${mark} was said to be delivered`;
    if (events.length === 0) mark = Math.max(mark, revision);
  }
  return undefined;
}

/** Atomic: all events of a revision come in one list. */
function checkAtomic({ responses, request }: Opening, truth: Truth): string | undefined {
  for (const { events } of responses) {
    for (const revision of new Set(events.map(({ kv }) => kv.modRevision))) {
      const here = events.filter(({ kv }) => kv.modRevision === revision).length;
      const all = (truth.byRevision.get(revision) ?? []).filter(event => wanted(request, event)).length;
      if (here !== all) return `atomic: ${here} of the ${all} events of revision ${revision} came together`;
    }
  }
  return undefined;
}

/** Reliable: nothing is missing between two events. Resumable: nor between the revision asked for and the first event, nor before a bookmark. */
function checkReliable({ responses, request }: Opening, truth: Truth): string | undefined {
  const got = responses.flatMap(({ events }) => events);
  const from = request.startRevision ?? got[0]?.kv.modRevision ?? Infinity;
  const marks = responses.filter(({ events }) => events.length === 0).map(({ revision }) => revision);
  const until = Math.max(0, got.at(-1)?.kv.modRevision ?? 0, ...(request.startRevision === undefined ? [] : marks));
  const expected = truth.events.filter(event => event.mod >= from && event.mod <= until && wanted(request, event));
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const [event, due] = [got[i], expected[i]];
    if (due === undefined) return `reliable: ${event === undefined ? '' : shown(event)} never happened`;
    if (event?.kv.modRevision === due.mod && event.kv.key === due.key) continue;
    return `${i === 0 ? 'resumable' : 'reliable'}: ${told(due)} is missing${event === undefined ? '' : `, ${shown(event)} came instead`} (asked from ${from})`;
  }
  return undefined;
}

/** Every event tells what happened, and the value before it unless that is compacted. */
function checkContent({ responses, request }: Opening, truth: Truth): string | undefined {
  for (const event of responses.flatMap(({ events }) => events)) {
    const due = (truth.byRevision.get(event.kv.modRevision) ?? []).find(({ key }) => key === event.kv.key);
    if (due === undefined) continue;
    const { kv } = event;
    const same = event.type === due.type && kv.value === due.value && kv.createRevision === due.create && kv.version === due.version && kv.lease === due.lease;
    if (!same) return `${shown(event)} (created ${kv.createRevision}, version ${kv.version}) should be ${told(due)} (created ${due.create}, version ${due.version})`;
    if (event.prevKv !== undefined && request.prevKv !== true) return `${shown(event)} has a previous value that nobody asked for`;
    if (event.prevKv !== undefined && event.prevKv.modRevision !== due.before?.mod) return `${shown(event)} names revision ${event.prevKv.modRevision} as the one before, it was ${due.before?.mod}`;
    const lacks = request.prevKv === true && event.prevKv === undefined && due.before !== undefined && due.before.mod >= truth.compacted;
    if (lacks) return `${shown(event)} lacks its previous value`;
  }
  return undefined;
}

/** Peace has come: an open watch has heard everything. */
function checkComplete(opening: Opening | undefined, truth: Truth): string | undefined {
  if (opening?.request.startRevision === undefined) return undefined;
  const last = opening.responses.flatMap(({ events }) => events).at(-1)?.kv.modRevision ?? 0;
  const missed = truth.events.find(event => event.mod > last && event.mod >= (opening.request.startRevision ?? 0) && wanted(opening.request, event));
  return missed === undefined ? undefined : `reliable: ${told(missed)} never came, though ${opening.member} had all the time`;
}

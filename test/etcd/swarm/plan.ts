import { drawBelow, newStream } from '../../../src/base/prng.ts';
import type { EtcdConfig } from '../../../src/etcd/member-state.ts';
import { memberPoints } from '../../../src/etcd/points.ts';

/**
 * What will go wrong in a run, drawn from its seed before it begins: so the same trouble can be played again with some of it left out, which is how a
 * failing run is made smaller.
 */
export interface Trouble {
  /** Virtual µs since the cluster is up. */
  readonly at: number;
  /** How long it lasts. */
  readonly lasts: number;
  /** The words of `fault`; LEADER stands for the machine that leads at that moment. Or an operator's act. */
  readonly line: string;
}

/** Size, timing and trouble of one run. */
export interface Plan { readonly size: 1 | 3 | 5; readonly config: Partial<EtcdConfig>; readonly troubles: readonly Trouble[] }

/** µs of trouble; then comes peace, in which everything must recover. */
export const TROUBLE = 8_000_000;
/** Draws until a line of the families in focus comes; enough for the rarest. */
const FOCUS_TRIES = 200;
/** Stands for whoever leads. */
export const LEADER = 'LEADER';

type Draw = (bound: number) => number;
type Make = (who: string, cx: { readonly others: readonly string[]; readonly draw: Draw }) => string;

const pick = <T>(draw: Draw, items: readonly T[]): T => items[draw(items.length)] as T;
/** Where a member most often dies: at every write and every answer. */
const busyPoints = ['raftBeforeSave', 'raftAfterSave', 'raftBeforeLeaderSend', 'raftBeforeFollowerSend', 'beforeCommit', 'afterCommit'];
const point = (draw: Draw): string => draw(2) === 0 ? pick(draw, busyPoints) : pick(draw, memberPoints).name;

/** Every family of faults, with how often it is drawn. */
const families: readonly (readonly [weight: number, make: Make])[] = [
  [3, who => `crash ${who}/etcd`],
  [3, who => `crash ${who}`],
  [3, who => `pause ${who}/etcd`],
  [6, (who, { draw }) => `crash-at ${point(draw)} ${who}/etcd`],
  [3, (who, { draw }) => `sleep-at ${point(draw)} ${1 + draw(400)}ms ${who}/etcd`],
  [4, who => `lost-writes ${who}/etcd`],
  [4, who => `torn-tail ${who}/etcd`],
  [3, (who, { draw }) => `slow-disk ${1 + draw(300)}ms ${who}/etcd`],
  [1, who => `full-disk ${who}/etcd`],
  [1, (who, { draw }) => `io-error ${1 + draw(40)}% ${who}/etcd`],
  [3, (who, { others, draw }) => `partition ${who}${draw(2) === 0 || others.length === 0 ? '' : ` | ${others.join(' ')}`}`],
  [3, (who, { others, draw }) => others.length === 0 ? `pause ${who}/etcd` : `block ${draw(2) === 0 ? `${who} -> ${others.join(' ')}` : `${others.join(' ')} -> ${who}`}`],
  [4, (who, { others, draw }) => others.length === 0 ? `crash ${who}` : `blackhole ${pick(draw, ['in ', 'out ', ''])}${who}/etcd`],
  [2, (who, { draw }) => `delay ${1 + draw(400)}ms ${who}`],
  [2, (who, { draw }) => `drop ${10 + draw(60)}% ${who}`],
  [3, (who, { draw }) => `duplicate ${10 + draw(80)}% ${who}/etcd`],
  [3, (who, { draw }) => `reorder ${10 + draw(80)}% ${who}/etcd`],
  [1, (who, { draw }) => `clock-skew ${pick(draw, ['+', '-'])}${1 + draw(100)}s ${who}`],
  [2, who => `operator replace ${who}`],
  [1, () => 'operator grow'],
  [2, () => 'operator joint'],
  [1, () => 'operator move-leader'],
];
const bag = families.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));

/** Names of the machines of a cluster. */
export const machines = (size: number): string[] => Array.from({ length: size }, (_, i) => `m${i + 1}`);

/** The plan of a seed. `focus`: families, by the words their lines begin with, of which every second trouble is one. */
export function planOf(seed: number, focus: readonly string[] = []): Plan {
  const stream = newStream(seed, 'swarm plan');
  const draw: Draw = bound => drawBelow(stream, bound);
  const size = ([1, 3, 3, 3, 3, 3, 3, 5, 5, 5] as const)[draw(10)] ?? 3;
  const [heartbeatInterval, electionTimeout] = pick(draw, [[100, 1000], [100, 1000], [50, 500], [30, 300]] as const);
  const config = { heartbeatInterval, electionTimeout, preVote: draw(4) > 0, strictReconfigCheck: draw(3) === 0, snapshotCount: 15 + draw(40), snapshotCatchupEntries: 1 + draw(15) };
  const names = machines(size);
  const troubles: Trouble[] = [];
  const victims = new Map<string, number>();
  for (let at = draw(400_000); at < TROUBLE; at += 20_000 + draw(700_000)) {
    for (const [name, until] of victims) if (until < at) victims.delete(name);
    // Mostly a minority is in trouble, or nothing would ever be decided.
    const most = (size - 1) / 2 + (draw(6) === 0 ? 1 : 0);
    const who = victims.size >= most && victims.size > 0 ? pick(draw, [...victims.keys()]) : pick(draw, draw(focus.length > 0 ? 2 : 3) === 0 ? [LEADER] : names);
    const lasts = draw(3) === 0 ? 50_000 + draw(4_000_000) : 50_000 + draw(900_000);
    const cx = { others: size === 1 ? [] : names.filter(name => name !== who), draw };
    let line = pick(draw, bag)(who, cx);
    for (let tries = 0; tries < FOCUS_TRIES && focus.length > 0 && at % 2 === 0 && !focus.some(begin => line.startsWith(`${begin} `)); tries++) line = pick(draw, bag)(who, cx);
    victims.set(who, Math.max(victims.get(who) ?? 0, at + lasts));
    troubles.push({ at, lasts, line });
  }
  return { size, config, troubles };
}

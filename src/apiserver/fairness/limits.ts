/** How the seats of the server are shared out among the levels. @source kubernetes/apiserver pkg/util/flowcontrol/apf_controller.go (lockAndDigestConfigObjects) */
import { MUTATING_IN_FLIGHT_MAX, READ_IN_FLIGHT_MAX } from '../config.ts';
import type { PriorityLevel } from './configuration.ts';

/** Requests that run at once in all. */
export const SEATS = READ_IN_FLIGHT_MAX + MUTATING_IN_FLIGHT_MAX;

/** @source kubernetes/apiserver pkg/util/flowcontrol/request/config.go (maximumListSeatsLimit), pkg/util/flowcontrol/apf_controller.go (priorityLevelMaxSeatsPercent) */
const WIDTH_MAX = 100;
const WIDEST_SHARE = 0.15;

/** A level in numbers. */
export interface LevelLimits {
  readonly name: string;
  readonly uid: string;
  readonly exempt: boolean;
  /** Seats of its own, and how many of them it keeps when others need some. */
  readonly nominal: number;
  readonly kept: number;
  /** Seats that it may hold at most, borrowed ones included. */
  readonly most: number;
  /** Seats that one request takes at most. */
  readonly widest: number;
  /** 0 = who finds no seat is turned away. */
  readonly queues: number;
  readonly handSize: number;
  readonly queueLength: number;
}

/** The numbers of all levels by name. */
export function limitsOf(levels: readonly PriorityLevel[]): ReadonlyMap<string, LevelLimits> {
  const shares = ({ spec }: PriorityLevel): number => (spec.type === 'Exempt' ? 0 : spec.limited?.nominalConcurrencyShares ?? 30);
  const total = levels.reduce((sum, level) => sum + shares(level), 0);
  return new Map(levels.map(level => {
    const { limited, type } = level.spec;
    const nominal = total === 0 ? SEATS : Math.ceil((SEATS * shares(level)) / total);
    const kept = nominal - Math.round((nominal * (limited?.lendablePercent ?? 0)) / 100);
    const most = limited?.borrowingLimitPercent === undefined ? nominal + SEATS : nominal + Math.round((nominal * limited.borrowingLimitPercent) / 100);
    const { queues = 64, handSize = 8, queueLengthLimit = 50 } = limited?.limitResponse.queuing ?? {};
    const isQueuing = limited?.limitResponse.type === 'Queue';
    const widest = Math.min(WIDTH_MAX, isQueuing ? Math.max(1, Math.min(Math.ceil(nominal * WIDEST_SHARE), Math.floor(nominal / handSize))) : WIDTH_MAX);
    return [level.metadata.name, { name: level.metadata.name, uid: level.metadata.uid ?? '', exempt: type === 'Exempt', nominal, kept, most, widest, queues: isQueuing ? queues : 0, handSize, queueLength: queueLengthLimit }];
  }));
}

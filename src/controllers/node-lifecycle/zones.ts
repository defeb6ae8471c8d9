/**
 * Zones: how much of a zone is silent decides how fast its nodes are given up.
 *
 * @source kubernetes/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go (ComputeZoneState, ReducedQPSFunc, handleDisruption)
 */
import { compareText } from '../../base/compare.ts';
import type { ConditionStatus } from '../../api/meta.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import type { ControllerSettings } from '../settings.ts';

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** What is remembered of a zone. `rate`: nodes given up per 1,000 s. */
export interface Zone { readonly state: ZoneState; readonly rate: number }

export interface ZoneCount { readonly ready: number; readonly notReady: number }

/** Region and zone of a node; nodes without these labels share one. */
export function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

/** Nodes with this label do not count. */
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

/** Ready and other nodes by zone, in order of the zones' names. */
export function countZones(nodes: readonly { readonly node: Node; readonly current: ConditionStatus | undefined }[]): ReadonlyMap<string, ZoneCount> {
  const counts = new Map<string, ZoneCount>();
  for (const { node, current } of nodes) {
    if (current === undefined || node.metadata.labels?.[EXCLUDED] !== undefined) continue;
    const zone = zoneOf(node);
    const { ready, notReady } = counts.get(zone) ?? { ready: 0, notReady: 0 };
    counts.set(zone, current === 'True' ? { ready: ready + 1, notReady } : { ready, notReady: notReady + 1 });
  }
  return new Map([...counts].sort(([a], [b]) => compareText(a, b)));
}

function zoneState({ ready, notReady }: ZoneCount, settings: ControllerSettings): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  if (notReady > 2 && notReady * 100 >= settings.unhealthyZonePercent * (ready + notReady)) return 'PartialDisruption';
  return 'Normal';
}

/** How fast nodes of a zone are given up: slowly, or not at all, when much of it is silent. */
function evictionRate(state: ZoneState, size: number, settings: ControllerSettings): number {
  if (state !== 'PartialDisruption') return settings.evictionsPer1000Seconds;
  return size > settings.largeClusterSizeThreshold ? settings.secondaryEvictionsPer1000Seconds : 0;
}

/** Zones after a look: new states and rates, and whether all of the cluster fell silent or came back. */
export interface Disruption { readonly zones: ReadonlyMap<string, Zone>; readonly allSilent: boolean; readonly turned: boolean }

export function disruption(counts: ReadonlyMap<string, ZoneCount>, before: ReadonlyMap<string, Zone>, settings: ControllerSettings): Disruption {
  const states = new Map([...counts].map(([zone, count]) => [zone, zoneState(count, settings)] as const));
  const allSilent = counts.size > 0 && [...states.values()].every(state => state === 'FullDisruption');
  const wereAllSilent = before.size > 0 && [...before.values()].every(({ state }) => state === 'FullDisruption');
  const zones = new Map<string, Zone>();
  for (const [zone, state] of states) {
    const { ready, notReady } = counts.get(zone) ?? { ready: 0, notReady: 0 };
    zones.set(zone, { state, rate: allSilent ? 0 : evictionRate(state, ready + notReady, settings) });
  }
  return { zones, allSilent, turned: allSilent !== wereAllSilent };
}

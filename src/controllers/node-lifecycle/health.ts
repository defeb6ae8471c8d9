/**
 * Signs of life: when each node was last heard of, and which nodes are silent for too long.
 *
 * @source kubernetes/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth)
 */
import { type Micros, micros, seconds } from '../../base/data.ts';
import { findCondition } from '../../api/condition.ts';
import type { Condition, ConditionStatus } from '../../api/meta.ts';
import { formatTime, parseTime } from '../../api/time.ts';
import type { Lease } from '../../api/kinds/coordination/lease.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import type { ControllerSettings } from '../settings.ts';

/** What is remembered of a node between two looks. */
export interface NodeHealth {
  readonly name: string;
  readonly uid: string;
  /** Of its Lease. */
  readonly renewTime: string | undefined;
  /** Heartbeat of condition Ready; undefined without that condition. */
  readonly heartbeat: string | undefined;
  readonly ready: ConditionStatus | undefined;
  /** Own clock at the last sign of life. */
  readonly probe: Micros;
}

/** Conditions that turn Unknown together. */
const WATCHED: readonly string[] = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** What one look at a node found. */
export interface Finding {
  readonly node: Node;
  readonly health: NodeHealth;
  /** Condition Ready as found, and as it is after this look. */
  readonly observed: ConditionStatus | undefined;
  readonly current: ConditionStatus | undefined;
  /** Conditions to write, when the node is silent. */
  readonly conditions: readonly Condition[] | undefined;
}

/** Looks at one node. The same health comes back when nothing was heard. */
export function examine(node: Node, lease: Lease | undefined, before: NodeHealth | undefined, at: { readonly now: Micros; readonly settings: ControllerSettings }): Finding {
  const ready = findCondition(node.status?.conditions, 'Ready');
  const health = listen(node, lease, before, ready, at.now);
  const graceSeconds = ready === undefined ? at.settings.nodeStartupGraceSeconds : at.settings.nodeMonitorGraceSeconds;
  const isSilent = at.now - health.probe >= seconds(graceSeconds);
  const conditions = isSilent ? silentConditions(node, at.now) : undefined;
  return { node, health, observed: ready?.status, current: isSilent ? 'Unknown' : ready?.status, conditions };
}

function listen(node: Node, lease: Lease | undefined, before: NodeHealth | undefined, ready: Condition | undefined, now: Micros): NodeHealth {
  const { name, uid = '' } = node.metadata;
  const renewTime = lease?.spec?.renewTime;
  const heartbeat = ready === undefined ? undefined : ready.lastHeartbeatTime ?? '';
  if (before === undefined || before.uid !== uid) return { name, uid, renewTime, heartbeat, ready: ready?.status, probe: firstProbe(node, ready, now) };
  const renewed = renewTime !== undefined && (before.renewTime === undefined || before.renewTime < renewTime);
  const posted = heartbeat !== before.heartbeat;
  if (!renewed && !posted && before.ready === ready?.status) return before;
  return { name, uid, renewTime: renewTime ?? before.renewTime, heartbeat, ready: ready?.status, probe: renewed || posted ? now : before.probe };
}

/** A node without Ready is given its start-up time from its creation; any other one counts as heard of just now. */
function firstProbe(node: Node, ready: Condition | undefined, now: Micros): Micros {
  if (ready !== undefined) return now;
  return micros(Math.min(now, parseTime(node.metadata.creationTimestamp ?? '') ?? now));
}

/** The watched conditions as Unknown; undefined when they are already. */
function silentConditions(node: Node, now: Micros): readonly Condition[] | undefined {
  let conditions = node.status?.conditions ?? [];
  let changed = false;
  for (const type of WATCHED) {
    const old = findCondition(conditions, type);
    if (old?.status === 'Unknown') continue;
    changed = true;
    const at = formatTime(now);
    if (old === undefined) {
      const created = node.metadata.creationTimestamp ?? at;
      conditions = [...conditions, { type, status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.', lastHeartbeatTime: created, lastTransitionTime: at }];
    } else {
      const silent: Condition = { ...old, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime: at };
      conditions = conditions.map(condition => (condition === old ? silent : condition));
    }
  }
  return changed ? conditions : undefined;
}

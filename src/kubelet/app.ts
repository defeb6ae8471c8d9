/**
 * The programs in containers as seen over the network: probes reach them, and faults change their health. These messages stand for traffic that
 * does not pass the CRI; the process `NODE/containerd` answers them because the containers live there.
 */
import type { Probe } from '../api/kinds/core/container.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** Health of a program: what a fault or a lesson may change. */
export interface AppHealth {
  /** Readiness probes pass. */
  readonly ready: boolean;
  /** It answers at all. */
  readonly live: boolean;
}

export type AppMessage =
  /** The kubelet asks once. `port` is the resolved number. */
  | { readonly type: 'app.probe'; readonly id: number; readonly containerId: string; readonly kind: ProbeKind; readonly probe: Probe; readonly port: number }
  /** `until`: when the answer may change by itself (virtual time, -1 = not before an `app.changed`). */
  | { readonly type: 'app.probed'; readonly id: number; readonly ok: boolean; readonly message: string; readonly until: number }
  | { readonly type: 'app.changed'; readonly containerId: string }
  /** A program that had ended was started by other hands: its container is wanted now. */
  | { readonly type: 'app.revived'; readonly podUid: string; readonly container: string }
  /** From outside: makes the containers of a pod sick or well again. `container` '' = all. */
  | { readonly type: 'app.health'; readonly namespace: string; readonly pod: string; readonly container: string; readonly health: AppHealth }
  /** From outside: the program of a container ends with this code. */
  | { readonly type: 'app.exit'; readonly namespace: string; readonly pod: string; readonly container: string; readonly code: number };

/**
 * Probes: asked while the answer can still change something. A probe whose result is settled, and whose program cannot change by itself,
 * waits for word from the program instead of asking each period.
 *
 * @source kubernetes/kubernetes pkg/kubelet/prober/worker.go
 * @fidelity simplified: a settled failure is not repeated in Events each period
 */
import type { Container, Probe } from '../api/kinds/core/container.ts';
import type { AppMessage, ProbeKind } from './app.ts';
import { podEvent } from './cri-client.ts';
import { type ContainerWork, type Kubelet, type PodWorker, type ProbeWork, specOf, wake, workOf } from './state.ts';
import { stopOne } from './stop.ts';

const SECOND = 1_000_000;
/** Upstream's first probe waits until the next relist has seen the container run. @source pkg/kubelet/kubelet.go (genericPlegRelistPeriod) */
const FIRST_LOOK = SECOND;
const ALL: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];

function probeSpec(container: Container, kind: ProbeKind): Probe | undefined {
  return kind === 'startup' ? container.startupProbe : kind === 'liveness' ? container.livenessProbe : container.readinessProbe;
}

function portOf(container: Container, probe: Probe): number {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port ?? 0;
  if (typeof port === 'number') return port;
  return container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);
}

/** The container runs: it is ready unless a probe has to say so first. `wasReady`: found running by a new kubelet. */
export function startProbes(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, wasReady = false): void {
  const container = specOf(worker, work);
  work.probes = [];
  if (work.ephemeral === true) return;
  for (const kind of ALL) {
    const spec = probeSpec(container, kind);
    if (spec === undefined || (work.init && !work.sidecar)) continue;
    work.probes.push({ kind, spec, port: portOf(container, spec), anchor: 0, nextAt: 0, result: 'unknown', run: 0, last: false, waiting: false });
  }
  work.started = wasReady || container.startupProbe === undefined;
  work.ready = (wasReady || container.readinessProbe === undefined) && work.started;
  for (const probe of work.probes) if (work.started ? probe.kind !== 'startup' : probe.kind === 'startup') schedule(kubelet, worker, work, probe);
}

function schedule(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, probe: ProbeWork): void {
  const first = work.startedAt + Math.max(FIRST_LOOK, (probe.spec.initialDelaySeconds ?? 0) * SECOND);
  // Containers found at the kubelet's start are spread over a period, as upstream does.
  const jitter = work.startedAt < kubelet.state.startedAt ? kubelet.out.draw('probe', period(probe)) : 0;
  probe.anchor = Math.max(first, kubelet.out.now) + jitter;
  probe.nextAt = probe.anchor;
  wake(kubelet, worker, probe.nextAt);
}

const period = (probe: ProbeWork): number => (probe.spec.periodSeconds ?? 10) * SECOND;

/** The first time of the probe's beat at or after a moment. */
function beat(probe: ProbeWork, from: number): number {
  return probe.anchor + Math.max(0, Math.ceil((from - probe.anchor) / period(probe))) * period(probe);
}

/** Asks what is due. */
export function runProbes(kubelet: Kubelet, worker: PodWorker): void {
  const { state, out } = kubelet;
  for (const work of worker.containers) {
    if (work.state !== 'running') continue;
    for (const probe of work.probes) {
      if (probe.nextAt === 0 || probe.waiting) continue;
      if (probe.nextAt > out.now) { wake(kubelet, worker, probe.nextAt); continue; }
      probe.waiting = true;
      const id = state.nextCall++;
      state.calls.set(id, Object.freeze({ op: 'probe', uid: worker.uid, container: work.name, at: out.now, extra: Object.freeze({ kind: probe.kind }) }));
      out.send(state.config.runtime, { type: 'app.probe', id, containerId: work.id, kind: probe.kind, probe: probe.spec, port: probe.port } satisfies AppMessage);
    }
  }
}

/** An answer to a probe. */
export function probed(kubelet: Kubelet, at: { readonly uid: string; readonly container: string; readonly kind: ProbeKind; readonly asked: number }, answer: { readonly ok: boolean; readonly message: string; readonly until: number }): void {
  const worker = kubelet.state.workers.get(at.uid);
  const work = worker === undefined ? undefined : workOf(worker, at.container);
  const probe = work?.probes.find(one => one.kind === at.kind);
  if (worker === undefined || work === undefined || probe === undefined || !probe.waiting) return;
  probe.waiting = false;
  probe.run = probe.last === answer.ok ? probe.run + 1 : 1;
  probe.last = answer.ok;
  if (!answer.ok) {
    const name = `${probe.kind.charAt(0).toUpperCase()}${probe.kind.slice(1)}`;
    podEvent(kubelet, worker, { type: 'Warning', reason: 'Unhealthy', message: `${name} probe failed: ${answer.message}`, container: work.name, init: work.init });
  }
  const threshold = answer.ok ? probe.spec.successThreshold ?? 1 : probe.spec.failureThreshold ?? 3;
  if (probe.run >= threshold) settle(kubelet, worker, work, { probe, ok: answer.ok });
  if (probe.nextAt !== 0) plan(kubelet, worker, probe, { asked: at.asked, until: answer.until });
}

/** A beat that passed while the answer was awaited is made up for at once, as Go's tickers keep one. */
function plan(kubelet: Kubelet, worker: PodWorker, probe: ProbeWork, { asked, until }: { readonly asked: number; readonly until: number }): void {
  const settled = probe.result === (probe.last ? 'success' : 'failure');
  const next = kubelet.out.now + 1;
  probe.nextAt = !settled ? Math.max(beat(probe, asked + 1), kubelet.out.now) : until < 0 ? 0 : beat(probe, Math.max(until, next));
  if (probe.nextAt !== 0) wake(kubelet, worker, probe.nextAt);
}

/** The probe has said the same often enough. */
function settle(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, change: { readonly probe: ProbeWork; readonly ok: boolean }): void {
  const { probe, ok } = change;
  const changed = probe.result !== (ok ? 'success' : 'failure');
  probe.result = ok ? 'success' : 'failure';
  if (!changed) return;
  kubelet.touched.add(worker.uid);
  if (probe.kind === 'readiness') {
    work.ready = ok;
    if (!ok) kubelet.out.record('probe.readiness.failed', { pod: worker.pod.metadata.name, container: work.name });
    return;
  }
  if (ok) { if (probe.kind === 'startup') startupDone(kubelet, worker, work, probe); return; }
  kubelet.out.record(`probe.${probe.kind}.failed`, { pod: worker.pod.metadata.name, container: work.name, n: probe.run });
  probe.nextAt = 0;
  podEvent(kubelet, worker, { type: 'Normal', reason: 'Killing', message: `Container ${work.name} failed ${probe.kind} probe, will be restarted`, container: work.name, init: work.init });
  stopOne(kubelet, worker, work, probe.spec.terminationGracePeriodSeconds ?? worker.pod.spec.terminationGracePeriodSeconds ?? 30);
}

function startupDone(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, probe: ProbeWork): void {
  probe.nextAt = 0;
  work.started = true;
  work.ready = !work.probes.some(one => one.kind === 'readiness');
  for (const other of work.probes) if (other.kind !== 'startup') schedule(kubelet, worker, work, other);
}

/** The program says that its answers changed: all its probes ask at their next beat. */
export function programChanged(kubelet: Kubelet, containerId: string): void {
  for (const worker of kubelet.state.workers.values()) {
    const work = worker.containers.find(one => one.id === containerId);
    if (work === undefined || work.state !== 'running') continue;
    for (const probe of work.probes) {
      if (probe.anchor === 0 || (probe.kind === 'startup' && work.started)) continue;
      probe.nextAt = beat(probe, kubelet.out.now + 1);
      wake(kubelet, worker, probe.nextAt);
    }
    return;
  }
}

/**
 * The kubelet: runs the pods of its node and tells the API how they are. Process kind `kubelet`.
 *
 * One step takes one input, changes what the workers know, looks at each worker that was touched, and reports what changed. There is no tick:
 * an idle kubelet only renews its Lease.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet.go (syncLoop)
 * @fidelity simplified: no eviction, no volumes beyond their names
 */
import type { ProcessId } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { Table } from '../base/table.ts';
import type { CriServerMessage } from '../api/cri.ts';
import type { Node } from '../api/kinds/core/node.ts';
import { handleRecorderAnswer, handleRecorderTimer, newRecorder } from '../client/event-recorder.ts';
import { handleInformer, handleInformerTimer, newInformer, startInformer } from '../client/informer.ts';
import { handleRest, newRest, type RestEvent } from '../client/rest.ts';
import { defineProcess, type Input } from '../sim/process.ts';
import type { AppMessage } from './app.ts';
import { fromRuntime } from './cri-answers.ts';
import { takeCall } from './cri-client.ts';
import { httpAsked } from './http/server.ts';
import { logsAsked } from './logs.ts';
import { handleNodeAnswer, handleNodeTimer, nodeObserved, startNodeAgent } from './node-agent.ts';
import { apiSynced, ensureMirror, lookAtMirrors, mirrorAnswered, podChanged, readManifests } from './pod-sources.ts';
import { syncPod } from './pod-worker.ts';
import { probed, programChanged } from './probes.ts';
import { sourceAnswered } from './references.ts';
import { configureNetwork, handleRuntimeTimer, relist, runtimeLost } from './relist.ts';
import { scraped } from './scrape.ts';
import { programRevived } from './restart.ts';
import type { Kubelet, KubeletConfig, KubeletMessage, KubeletState } from './state.ts';
import { report, reported } from './status-manager.ts';
import { fromOpener, fromStream, streamAsked, streamsLost } from './streaming.ts';

export type { KubeletConfig, KubeletMessage, KubeletState } from './state.ts';

type Message = CriServerMessage | AppMessage | KubeletMessage;

/** Looks that one step may take at its workers: a look may touch others, for example when a pull ends. */
const LOOKS_MAX = 10_000;

export const kubelet = defineProcess<KubeletState, Message, KubeletConfig>({
  kind: 'kubelet',
  mailboxMax: 10_000,
  boot({ config, reboots, out }) {
    const state = newState(config, reboots, out.now);
    const self: Kubelet = { state, out, touched: new Set() };
    startInformer(state.node, state.rest, out);
    startInformer(state.services, state.rest, out);
    startInformer(state.pods, state.rest, out);
    relist(self);
    startNodeAgent(self);
    readManifests(self, config.staticPods ?? []);
    settle(self);
    return state;
  },
  step(state, input, out) {
    const self: Kubelet = { state, out, touched: new Set() };
    handle(self, input);
    if (self.touched.size > 0) settle(self);
  },
});

function newState(config: KubeletConfig, reboots: number, now: number): KubeletState {
  return {
    config, reboots, rest: newRest(config.rest), recorder: newRecorder('kubelet', config.nodeName),
    pods: newInformer({ kind: 'Pod', fieldSelector: `spec.nodeName=${config.nodeName}` }), node: newInformer({ kind: 'Node', fieldSelector: `metadata.name=${config.nodeName}` }),
    services: newInformer({ kind: 'Service' }), serviceVariables: new Map(),
    work: { registered: false, attempts: 0, lease: null, leaseRequest: 0, leaseFailures: 0, reported: null, reportedAt: 0, reporting: 0, ready: false },
    workers: new Table(), names: new Table(), calls: new Numbered(), streams: new Map(), streamsOf: new Map(), nextCall: 1, runtime: 'unknown', runtimeDownSince: 0, foundSandboxes: [], foundContainers: null, hasListed: false,
    networkReady: false, podCIDR: config.podCIDR ?? '', images: new Table(), imagesReported: false, pullQueue: new Table(), pulling: 0, nextPull: 1, staticPods: [],
    orphansStopped: false, startedAt: now,
  };
}

function handle(self: Kubelet, input: Input<Message>): void {
  const { state } = self;
  if (input.type === 'timer' && onTimer(self, input.name)) return;
  if (input.type === 'message' && onMessage(self, input.from, input.body)) return;
  if (input.type === 'connectionLost') streamsLost(self, input.peer);
  if (input.type === 'connectionLost' && input.peer === state.config.runtime) { runtimeLost(self); return; }
  for (const event of handleRest(state.rest, input, self.out) ?? []) onAnswer(self, event);
}

function onTimer(self: Kubelet, name: string): boolean {
  const { state, out } = self;
  if (name.startsWith('pod:')) {
    const worker = state.workers.get(name.slice('pod:'.length));
    if (worker !== undefined) { worker.wakeAt = 0; self.touched.add(worker.uid); }
    return true;
  }
  if (name === 'mirrors') { lookAtMirrors(self); return true; }
  return handleNodeTimer(self, name) || handleRuntimeTimer(self, name) || handleRecorderTimer(() => state.recorder, state.rest, name, out)
    || handleInformerTimer(state.pods, state.rest, name, out) || handleInformerTimer(state.node, state.rest, name, out) || handleInformerTimer(state.services, state.rest, name, out);
}

function onMessage(self: Kubelet, from: ProcessId, message: Message): boolean {
  switch (message.type) {
    case 'cri.response': case 'cri.error': case 'cri.event': fromRuntime(self, message); return true;
    case 'app.probed': {
      const pending = takeCall(self, message.id);
      if (pending?.extra !== undefined && 'kind' in pending.extra) probed(self, { uid: pending.uid, container: pending.container, kind: pending.extra.kind, asked: pending.at }, message);
      return true;
    }
    case 'app.changed': programChanged(self, message.containerId); return true;
    case 'app.revived': programRevived(self, message); return true;
    case 'cri.stream': fromStream(self, message); return true;
    case 'kubelet.logs': logsAsked(self, from, message); return true;
    case 'kubelet.http': httpAsked(self, from, message); return true;
    case 'kubelet.metrics': scraped(self, from, message.id); return true;
    case 'kubelet.open': streamAsked(self, from, message); return true;
    case 'kubelet.stream': fromOpener(self, from, message); return true;
    case 'kubelet.manifests': readManifests(self, message.staticPods); return true;
    default: return false;
  }
}

function onAnswer(self: Kubelet, event: RestEvent): void {
  const { state, out } = self;
  if (handleRecorderAnswer(() => state.recorder, state.rest, event, out)) return;
  // Changes are for informers alone.
  if (event.type !== 'watch' && (reported(self, event) || handleNodeAnswer(self, event) || mirrorAnswered(self, event) || sourceAnswered(self, event))) return;
  const synced = state.pods.synced;
  const pods = handleInformer(state.pods, state.rest, event, out);
  if (pods !== undefined) {
    for (const delta of pods) {
      out.because(delta.cause !== 0 ? delta.cause : out.cause);
      podChanged(self, delta);
    }
    if (!synced && state.pods.synced) apiSynced(self);
    return;
  }
  const services = handleInformer(state.services, state.rest, event, out);
  if (services !== undefined && services.length > 0) state.serviceVariables.clear();
  for (const delta of handleInformer(state.node, state.rest, event, out) ?? []) nodeSeen(self, delta.type === 'delete' ? undefined : delta.object as Node);
}

function nodeSeen(self: Kubelet, node: Node | undefined): void {
  const { state } = self;
  nodeObserved(self, node);
  const podCIDR = node?.spec?.podCIDR ?? '';
  if (podCIDR !== '' && podCIDR !== state.podCIDR) {
    state.podCIDR = podCIDR;
    configureNetwork(self);
  }
  for (const worker of state.workers.values()) if (worker.isStatic && worker.mirror === 'none') self.touched.add(worker.uid);
}

/** Looks at every worker that was touched, and reports. A look may touch more. */
function settle(self: Kubelet): void {
  const { out } = self;
  let looks = 0;
  for (const uid of self.touched) {
    if (looks++ > LOOKS_MAX) return;
    self.touched.delete(uid);
    const worker = self.state.workers.get(uid);
    if (worker === undefined) continue;
    ensureMirror(self, worker);
    // How a container ended is reported before it is started again.
    if (worker.call === 0 && worker.termination === null && worker.containers.some(work => work.state === 'exited' && work.finishedAt === out.now)) report(self, worker);
    syncPod(self, worker);
    report(self, worker);
  }
}

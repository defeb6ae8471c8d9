/**
 * metrics-server: scrapes all kubelets every 15 seconds, keeps the last two samples of everything, and answers for metrics.k8s.io.
 *
 * @source kubernetes-sigs/metrics-server pkg/server/server.go, pkg/storage
 */
import type { AppHttpRequest } from '../../api/app-http.ts';
import { type Micros, seconds } from '../../base/data.ts';
import type { Table } from '../../base/table.ts';
import { handleInformer, handleInformerTimer, type InformerState, newInformer, startInformer } from '../../client/informer.ts';
import { handleRest, type RestEvent, type RestState } from '../../client/rest.ts';
import type { Input } from '../../sim/process.ts';
import type { ScrapeMessage } from '../state.ts';
import { answerFor } from './metrics-api.ts';
import { isStorageReady, newPoints, type Points, type Scraped, store } from './metrics-storage.ts';
import { type GuestWorld, kubeletOf } from './world.ts';

/** Plain state of the program. */
export interface MetricsServer {
  readonly rest: RestState;
  readonly nodes: InformerState;
  readonly pods: InformerState;
  points: Points;
  /** The scrape under way: nodes that have not answered, and what the others said. */
  scrape: { readonly id: number; readonly open: Map<string, true>; readonly answers: Map<string, Scraped> } | null;
  nextScrape: number;
  /** What the kubelet's probes see at present. */
  told: boolean;
}

/** `--metric-resolution`. */
const RESOLUTION = seconds(15);
/** `--kubelet-request-timeout`. @source cmd/metrics-server/app/options/kubelet_client.go */
const SCRAPE_TIMEOUT = seconds(10);
/** The kubelets' certificates are their own, so that nobody else can check them: without this flag no scrape succeeds. */
const INSECURE = '--kubelet-insecure-tls';

/** Begins: the informers first. */
export function beginMetrics(rest: RestState, { out }: GuestWorld): MetricsServer {
  const state: MetricsServer = {
    rest, nodes: newInformer({ kind: 'Node' }), pods: newInformer({ kind: 'Pod' }), points: newPoints(), scrape: null, nextScrape: 1, told: false,
  };
  for (const informer of [state.nodes, state.pods]) startInformer(informer, rest, out);
  return state;
}

/** Takes one input. */
export function handleMetrics(state: MetricsServer, input: Input<{ readonly type: string }>, world: GuestWorld): void {
  const { out } = world;
  if (input.type === 'timer') {
    if (input.name === 'tick') { tick(state, world); return; }
    if (input.name === 'scraped') { finishScrape(state); return; }
    for (const informer of [state.nodes, state.pods]) if (handleInformerTimer(informer, state.rest, input.name, out)) return;
  }
  if (input.type === 'message' && input.body.type === 'kubelet.metricsGiven') { given(state, input.from, input.body as ScrapeMessage & { readonly type: 'kubelet.metricsGiven' }); return; }
  if (input.type === 'connectionLost') silent(state, input.peer);
  for (const event of handleRest(state.rest, input, out) ?? []) onRest(state, event, world);
}

function onRest(state: MetricsServer, event: RestEvent, world: GuestWorld): void {
  const wasSynced = isSynced(state);
  for (const informer of [state.nodes, state.pods]) if (handleInformer(informer, state.rest, event, world.out) !== undefined) break;
  if (!wasSynced && isSynced(state)) tick(state, world);
}

const isSynced = ({ nodes, pods }: MetricsServer): boolean => nodes.synced && pods.synced;

/** One round: all kubelets are asked at once. */
function tick(state: MetricsServer, { out, args }: GuestWorld): void {
  out.startTimer('tick', RESOLUTION);
  out.startTimer('scraped', SCRAPE_TIMEOUT);
  const id = state.nextScrape++;
  const nodes = args.includes(INSECURE) ? [...keysOf(state.nodes.store)] : [];
  state.scrape = { id, open: new Map(nodes.map(node => [node, true])), answers: new Map() };
  for (const node of nodes) out.send(kubeletOf(node), { type: 'kubelet.metrics', id } satisfies ScrapeMessage);
  if (nodes.length === 0) finishScrape(state);
}

function* keysOf(store: Table<unknown>): Iterable<string> {
  for (const [key] of store) yield key;
}

function given(state: MetricsServer, from: string, { id, node, containers }: ScrapeMessage & { readonly type: 'kubelet.metricsGiven' }): void {
  const name = from.slice(0, from.indexOf('/'));
  if (state.scrape?.id !== id || !state.scrape.open.delete(name)) return;
  state.scrape.answers.set(name, Object.freeze({ node, containers }));
  if (state.scrape.open.size === 0) finishScrape(state);
}

/** A kubelet that is gone answers nothing any more. */
function silent(state: MetricsServer, peer: string): void {
  if (state.scrape?.open.delete(peer.slice(0, peer.indexOf('/'))) === true && peer.endsWith('/kubelet') && state.scrape.open.size === 0) finishScrape(state);
}

/** What came in is stored; whoever did not answer has no metrics until the next round. */
function finishScrape(state: MetricsServer): void {
  if (state.scrape === null) return;
  state.points = store(state.points, state.scrape.answers);
  state.scrape = null;
}

/** @source pkg/server/server.go (readyz: metric-storage-ready) */
export const metricsAreReady = (state: MetricsServer): boolean => isStorageReady(state.points);

/** Answers a request of the aggregator. */
export function answerMetrics(state: MetricsServer, { passedOn }: AppHttpRequest, now: Micros): { readonly code: number; readonly body: object | string } {
  if (passedOn === undefined) return { code: 403, body: 'forbidden' };
  return answerFor(passedOn.call, { points: state.points, nodes: state.nodes.store, pods: state.pods.store, now });
}

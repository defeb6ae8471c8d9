/**
 * The container runtime of a node: process kind `containerd`. It answers the CRI, keeps pods' sandboxes and containers, and lives on when the
 * kubelet does not.
 *
 * @source containerd internal/cri/server; kubernetes/cri-api pkg/apis/runtime/v1/api.proto
 * @fidelity simplified: what a program does is a plan computed at its start (`behaviour.ts`); a crash of this process takes its containers along
 * (upstream's shims keep them), images stay on the disk
 */
import type { ProcessId } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { CriClientMessage, CriImage } from '../api/cri.ts';
import { defineProcess, type Input, type ProcessNews } from '../sim/process.ts';
import type { AppHttpRequest } from '../api/app-http.ts';
import type { AppMessage } from './app.ts';
import { processChanged, processTimer } from './component-news.ts';
import { toGuests } from './guests/guest.ts';
import { canonicalImage, imageRecord } from './images.ts';
import { changeHealth, dueTimer, exitByName, probeContainer } from './runtime-containers.ts';
import { answerHttpMessage } from './runtime-http.ts';
import { answer } from './runtime-service.ts';
import { dropStreamsOf, streamInput } from './runtime-streams.ts';
import { type ContainerdConfig, IMAGE, type Runtime, type RuntimeState } from './runtime-state.ts';

export type { ContainerdConfig, RuntimeState } from './runtime-state.ts';

type Message = CriClientMessage | AppMessage | AppHttpRequest | ProcessNews;

export const containerd = defineProcess<RuntimeState, Message, ContainerdConfig>({
  kind: 'containerd',
  mailboxMax: 10_000,
  boot({ config, disk }) {
    const images = new Table<CriImage>(presentImages(config.images));
    disk.range(IMAGE, `${IMAGE}\uffff`, (key, value) => { images.set(key.slice(IMAGE.length), value as CriImage); });
    return {
      config, subscriber: '', podCIDR: '', lastAddress: 1, addresses: new Table(), sandboxes: new Table(), containers: new Table(), images, pulls: new Table(), nextPull: 1,
      streams: new Map(), files: new Table(), late: new Map(), goneCpu: 0, guests: new Map(),
    };
  },
  step(state, input, out) { handle({ state, out }, input); },
});

/** Records of the images that nodes begin with; nodes share their list. */
const present = new WeakMap<readonly string[], readonly (readonly [string, CriImage])[]>();

function presentImages(names: readonly string[]): readonly (readonly [string, CriImage])[] {
  let known = present.get(names);
  if (known === undefined) present.set(names, (known = names.map(name => [canonicalImage(name), imageRecord(canonicalImage(name))] as const)));
  return known;
}

function handle(runtime: Runtime, input: Input<Message>): void {
  switch (input.type) {
    case 'timer': if (!processTimer(runtime, input.name)) dueTimer(runtime, input.name); return;
    case 'connectionLost':
      if (input.peer === runtime.state.subscriber) runtime.state.subscriber = '';
      dropStreamsOf(runtime, input.peer);
      toGuests(runtime, input);
      return;
    case 'message': receive(runtime, input.from, input.body); return;
    default: return;
  }
}

function receive(runtime: Runtime, from: ProcessId, message: Message): void {
  switch (message.type) {
    case 'cri.request': answer(runtime, { from, id: message.id }, message.request); return;
    case 'cri.stream': streamInput(runtime, { from, id: message.id }, message); return;
    case 'app.probe': probeContainer(runtime, from, message); return;
    case 'app.http': answerHttpMessage(runtime, from, message); return;
    case 'app.health': changeHealth(runtime, message); return;
    case 'app.exit': exitByName(runtime, message); return;
    case 'process': processChanged(runtime, from, message); return;
    default: toGuests(runtime, { type: 'message', from, body: message });
  }
}

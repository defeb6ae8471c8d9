/** State of the container runtime, and the small steps that its parts share. */
import type { AppHttpAnswer } from '../api/app-http.ts';
import { deepFreeze, micros, type ProcessId } from '../base/data.ts';
import type { Table } from '../base/table.ts';
import type { AttachedInput, CriContainer, CriImage, CriServerMessage, Environment, LogChoice, PodSandbox, StreamScene } from '../api/cri.ts';
import type { StreamRequest } from '../api/stream.ts';
import type { ConversationRecord } from '../sim/conversation.ts';
import type { Outbox } from '../sim/process.ts';
import type { AppHealth } from './app.ts';
import type { GuestState } from './guests/guest.ts';
import type { ProgramPlan } from './behaviour.ts';
import { imageRecord } from './images.ts';

/** Settings of a runtime. */
export interface ContainerdConfig {
  /** Images already on the node's disk. */
  readonly images: readonly string[];
  /** Rate of pulls with unpacking, bytes per second. */
  readonly bytesPerSecond?: number;
  /** Processes of this machine that are the programs of its static pods' containers. */
  readonly components?: readonly ProcessId[];
  /** What stands behind the Service `kubernetes`, for programs in pods; absent = there is no API here. */
  readonly api?: ProcessId;
}

/** A container and what its program does. Frozen. */
export interface ContainerRecord {
  readonly info: CriContainer;
  readonly plan: ProgramPlan;
  /** Variables that it was made with, shared by containers that have the same. */
  readonly env: Environment;
  readonly health: AppHealth;
  readonly memoryLimitBytes?: number;
  readonly cpuLimitMilli?: number;
  /** Its program reads what those send who attach. */
  readonly input?: AttachedInput;
  /** Its program is a client of the API: whose rights it has, and its arguments. */
  readonly guest?: { readonly serviceAccount: string; readonly args: readonly string[] };
  /** Arguments of a webhook, which hold its rules. */
  readonly args?: readonly string[];
  /** A stop under way: who asked, and how it will end. */
  readonly stopping?: { readonly waiters: readonly Asker[]; readonly at: number; readonly code: number };
}

export interface Asker { readonly from: ProcessId; readonly id: number }
export interface Pull { readonly asker: Asker; readonly image: string }

/** What a program has written, or removed of what its image brought. Frozen. */
export interface FileRecord { readonly kind: 'file' | 'dir' | 'gone'; readonly data: string; readonly mode: number; readonly mtime: number }

/** One open stream. */
export interface RuntimeStream {
  readonly asker: Asker;
  /** Container, or the sandbox of a forwarded port. */
  readonly target: string;
  readonly request: StreamRequest;
  readonly scene: StreamScene;
  readonly log: LogChoice;
  /** Bytes that came in and were not read. */
  stdin: string;
  stdinEnded: boolean;
  /** The program that exec started. */
  program: ConversationRecord | null;
  waiting: '' | 'read' | 'sleep';
  /** Lines until then were shown; -1 = none yet. */
  shownUntil: number;
  /** The program is the container's own: whoever attaches shares it. */
  readonly isMain?: true;
  /** What such a program has printed of a line that has not ended. */
  line?: string;
  /** Bytes of the log sent so far, where only so many are wanted. */
  shownBytes?: number;
  width: number;
  height: number;
}

/** Plain state of a runtime. */
export interface LateAnswer { readonly to: ProcessId; readonly answer: AppHttpAnswer }

export interface RuntimeState {
  readonly config: ContainerdConfig;
  /** Who receives events: the kubelet. */
  subscriber: ProcessId | '';
  podCIDR: string;
  /** Offset of the address handed out last. */
  lastAddress: number;
  readonly addresses: Table<string>;
  readonly sandboxes: Table<PodSandbox>;
  readonly containers: Table<ContainerRecord>;
  readonly images: Table<CriImage>;
  readonly pulls: Table<Pull>;
  /** `asker number` → stream. */
  readonly streams: Map<string, RuntimeStream>;
  /** `container path` or `volume path` → what was written there. */
  readonly files: Table<FileRecord>;
  nextPull: number;
  /** `asker number` → answer of a program that takes its time. */
  readonly late: Map<string, LateAnswer>;
  /** CPU time (ns) of containers that were removed. */
  goneCpu: number;
  /** Container → state of a program that is a client of the API. */
  readonly guests: Map<string, GuestState>;
}

/** What the parts of the runtime hand to each other for one step. */
export interface Runtime { readonly state: RuntimeState; readonly out: Outbox }

/** Prefix of the timers at which programs end. */
export const EXIT = 'exit:';
/** Prefix of the disk records of images. */
export const IMAGE = 'image/';

/** Answers a request after a time. */
export function respond(runtime: Runtime, to: Asker, body: object, after = 0): void {
  runtime.out.send(to.from, { type: 'cri.response', id: to.id, body } satisfies CriServerMessage, micros(after));
}

/** Refuses a request with a gRPC status. */
export function refuse(runtime: Runtime, to: Asker, code: string, message: string, after = 0): void {
  runtime.out.send(to.from, { type: 'cri.error', id: to.id, code, message } satisfies CriServerMessage, micros(after));
}

/** Keeps an image, also over a restart. */
export function keepImage(runtime: Runtime, name: string): CriImage {
  const image = imageRecord(name);
  if (!runtime.state.images.has(name)) runtime.out.write(`image ${name}`, [[`${IMAGE}${name}`, image]]);
  runtime.state.images.set(name, image);
  return image;
}

/** Forgets an image. */
export function dropImage(runtime: Runtime, name: string): void {
  runtime.state.images.delete(name);
  runtime.out.write(`image ${name}`, [[`${IMAGE}${name}`, undefined]]);
}

/** Replaces a container's record. What it is about and what its program does are flat or frozen; the rest is rarely there. */
export function putContainer(runtime: Runtime, record: ContainerRecord): ContainerRecord {
  Object.freeze(record.info);
  runtime.state.containers.set(record.info.id, deepFreeze(record));
  return record;
}

/**
 * The runtime as crictl asks it, and crictl's failures.
 * @source kubernetes-sigs/cri-tools cmd/crictl/main.go, util.go
 */
import { type Micros, micros, type Result, seconds } from '../../../base/data.ts';
import type { CriContainer, CriImage, CriRequest, PodSandbox } from '../../../api/cri.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, type Settings } from '../../command.ts';
import { numberFlag, operands } from '../../options.ts';

const SOCKET = 'unix:///run/containerd/containerd.sock';
/** `--timeout` when nothing is said. @source cri-tools cmd/crictl/main.go defaultTimeout */
const TIMEOUT = seconds(2);
/** Longest wait for one answer of a pull or a stop. */
export const LONG = seconds(3600);

/** A run of crictl: on which machine, since when. */
export interface Runtime { readonly node: string; readonly timeout: Micros; readonly began: Micros }

/** The runtime of the machine that the line runs on. `--timeout` of stop and logs is another flag. */
export function* runtimeOf(args: Arguments, settings: Settings): Conversation<Runtime> {
  const asked = args.path[1] === 'stop' || args.path[1] === 'logs' ? undefined : numberFlag(args, 'timeout');
  return { node: settings.node, timeout: asked === undefined || asked <= 0 ? TIMEOUT : micros(asked), began: yield* cx.now() };
}

/** One request; the error is the text that follows what was being done. */
export function* call<B>(runtime: Runtime, request: CriRequest, within = runtime.timeout): Conversation<Result<B, string>> {
  const answer = yield* cx.cri(runtime.node, request, within);
  if (answer.ok) return { ok: true, value: answer.body as B };
  return { ok: false, error: `rpc error: code = ${answer.code} desc = ${answer.message}` };
}

/** Whether the runtime is there: crictl looks before it does anything. The failure has been printed. */
export function* connect(runtime: Runtime): Conversation<boolean> {
  const answer = yield* cx.cri(runtime.node, { op: 'version' }, runtime.timeout);
  if (answer.ok) return true;
  const refused = `connection error: desc = "transport: Error while dialing: dial ${SOCKET.replace('://', ' ')}: connect: connection refused"`;
  const why = answer.code === 'Unavailable' ? refused : answer.message;
  yield* fatal(runtime, `validate service connection: validate CRI v1 runtime API for endpoint "${SOCKET}": rpc error: code = ${answer.code} desc = ${why}`);
  return false;
}

/** Prints why the run ends, with the seconds since its start, and gives the exit code. @source sirupsen/logrus text_formatter.go */
export function* fatal(runtime: Runtime, message: string): Conversation<number> {
  const passed = Math.floor(((yield* cx.now()) - runtime.began) / 1_000_000);
  yield* cx.printError(`FATA[${String(passed).padStart(4, '0')}] ${message}\n`);
  return 1;
}

/** Several failures in one line. @source kubernetes/apimachinery pkg/util/errors/errors.go */
export const aggregate = (errors: readonly string[]): string => (errors.length === 1 ? errors[0] ?? '' : `[${[...new Set(errors)].join(', ')}]`);

/** All containers. */
export const listContainers = (runtime: Runtime): Conversation<Result<{ readonly containers: readonly CriContainer[] }, string>> => call(runtime, { op: 'listContainers' });
/** All sandboxes. */
export const listSandboxes = (runtime: Runtime): Conversation<Result<{ readonly sandboxes: readonly PodSandbox[] }, string>> => call(runtime, { op: 'listPodSandbox' });
/** All images. */
export const listImages = (runtime: Runtime): Conversation<Result<{ readonly images: readonly CriImage[] }, string>> => call(runtime, { op: 'listImages' });

/** The ids that the line names. */
export const idsOf = (args: Arguments): readonly string[] => operands(args, 'ids');

/** What an id, or the beginning of one, names. @source containerd internal/truncindex */
export function findById<T extends { readonly id: string }>(items: readonly T[], id: string, kind: 'container' | 'sandbox'): Result<T, string> {
  const found = items.filter((item) => item.id.startsWith(id));
  const [first] = found;
  if (first !== undefined && (found.length === 1 || first.id === id)) return { ok: true, value: first };
  const looking = kind === 'container' ? `an error occurred when try to find container "${id}"` : `an error occurred when try to find sandbox "${id}"`;
  if (first === undefined) return { ok: false, error: `rpc error: code = NotFound desc = ${looking}: not found` };
  return { ok: false, error: `rpc error: code = Unknown desc = ${looking}: multiple IDs found with provided prefix: ${id}` };
}

/** The image of a container. */
export const imageOf = (container: CriContainer, images: readonly CriImage[]): CriImage | undefined =>
  images.find((image) => image.repoDigests.includes(container.imageRef) || image.id === container.imageRef);

/** Whether a text names an image: by id, by the whole name or by a short one. */
export function namesImage(image: CriImage, text: string): boolean {
  const id = text.replace(/^sha256:/, '');
  if (/^[0-9a-f]+$/.test(id) && image.id.replace(/^sha256:/, '').startsWith(id)) return true;
  const wanted = text.includes(':') || text.includes('@') ? text : `${text}:latest`;
  return [...image.repoTags, ...image.repoDigests].some((name) => name === wanted || name === `docker.io/${wanted}` || name === `docker.io/library/${wanted}`);
}

/** Pulls of the runtime: resolve, download, unpack. */
import { micros } from '../base/data.ts';
import { canonicalImage, pullError, pullMicros, traitsOf } from './images.ts';
import { type Asker, keepImage, refuse, respond, type Runtime } from './runtime-state.ts';

/** Bytes per second of a pull with unpacking: about what a node in a data centre shows against a public registry. */
const PULL_RATE = 25_000_000;
/** Time until the registry has refused, µs. */
const REFUSAL_TIME = 900_000;

/** Begins a pull; the answer comes when it is done. */
export function pull(runtime: Runtime, asker: Asker, text: string): void {
  const { state, out } = runtime;
  const image = canonicalImage(text);
  if (image === '') { refuse(runtime, asker, 'InvalidArgument', `failed to parse image reference "${text}": invalid reference format`); return; }
  const key = String(state.nextPull++).padStart(10, '0');
  state.pulls.set(key, Object.freeze({ asker: Object.freeze(asker), image }));
  const random = out.draw('pull', 65_536);
  const took = pullError(image) !== undefined
    ? REFUSAL_TIME + random * 5
    : pullMicros(traitsOf(image).size, { present: state.images.has(image), bytesPerSecond: state.config.bytesPerSecond ?? PULL_RATE, random });
  out.startTimer(`pull:${key}`, micros(took));
}

/** The registry has answered. */
export function finishPull(runtime: Runtime, key: string): void {
  const { state } = runtime;
  const pulled = state.pulls.get(key);
  state.pulls.delete(key);
  if (pulled === undefined) return;
  const error = pullError(pulled.image);
  if (error !== undefined) { refuse(runtime, pulled.asker, error.code, error.message); return; }
  const image = keepImage(runtime, pulled.image);
  respond(runtime, pulled.asker, { imageRef: image.repoDigests[0] ?? image.id, size: image.size });
}

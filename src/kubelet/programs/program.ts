/** What a program in a container is: straight-line code that asks for its input, its files and the time. */
import type { StreamChannel } from '../../api/stream.ts';
import type { Micros } from '../../base/data.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';

/** What does not change while a program runs. */
export interface Facts {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly hostname: string;
  readonly image: string;
  readonly tty: boolean;
  /** Ports that the container's own server listens on. */
  readonly ports: readonly number[];
}

/** A file as a program sees it. Times in virtual µs. */
export interface FileStat { readonly kind: 'file' | 'dir'; readonly size: number; readonly mode: number; readonly mtime: number; readonly readOnly: boolean }

/** Questions of programs. All data are byte strings. */
export const sys = {
  /** Some input; null at its end. */
  read: (): Conversation<string | null> => ask('read', null),
  write: (channel: StreamChannel, data: string): Conversation<null> => ask('write', { channel, data }),
  sleep: (duration: Micros): Conversation<null> => ask('sleep', duration),
  now: (): Conversation<Micros> => ask('now', null),
  stat: (path: string): Conversation<FileStat | null> => ask('stat', path),
  readFile: (path: string): Conversation<string | null> => ask('readFile', path),
  /** The error is the system's word for it; null = done. */
  writeFile: (path: string, data: string, how: { readonly append?: boolean; readonly mode?: number; readonly mtime?: number } = {}): Conversation<string | null> => ask('writeFile', { path, data, ...how }),
  makeDir: (path: string): Conversation<string | null> => ask('makeDir', path),
  remove: (path: string): Conversation<string | null> => ask('remove', path),
  /** Names in a directory; null = it is none. */
  list: (path: string): Conversation<readonly string[] | null> => ask('list', path),
  /** What a port of the own pod answers; null = nobody listens. */
  connect: (port: number, data: string): Conversation<string | null> => ask('connect', { port, data }),
} as const;

/** Where a program writes and reads: its own streams, or a pipe of the shell. */
export interface Io {
  readonly facts: Facts;
  /** Working directory. */
  cwd: string;
  readonly env: Map<string, string>;
  read(): Conversation<string | null>;
  out(text: string): Conversation<null>;
  error(text: string): Conversation<null>;
}

/** A program; its result is the exit code. */
export type Program = (io: Io, args: readonly string[]) => Conversation<number>;

/** A path from the root, without dots. */
export function absolute(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Everything that is still to come. */
export function* readAll(io: Io): Conversation<string> {
  let all = '';
  for (;;) {
    const some = yield* io.read();
    if (some === null) return all;
    all += some;
  }
}

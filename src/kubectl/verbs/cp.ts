/**
 * `kubectl cp`: an archive through exec, as upstream does it.
 * @source kubernetes/kubectl pkg/cmd/cp/cp.go
 * @fidelity simplified: copied files belong to whoever copies them, with `--no-preserve` or without; a copy does not break off in the middle, so that `--retries` has nothing to try again
 */
import { archiveEnd, packEntry, unpackArchive } from '../../base/archive.ts';
import { bytesOf, textOf } from '../../base/bytes.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { worldEpochSeconds } from '../../api/time.ts';
import type { Pod } from '../../api/kinds/all.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { bareFailure, fail, type Failure, plainFailure, usage } from '../errors.ts';
import { namespaceOf, operands, textFlag } from '../options.ts';
import { containerIn, podOf } from '../pod-word.ts';
import { runInside } from '../streaming.ts';

/** One side of a copy; `pod` '' = this machine. */
interface Side { readonly namespace: string; readonly pod: string; readonly file: string }

/** `FILE`, `POD:FILE`, `NAMESPACE/POD:FILE`. */
function sideOf(word: string, namespace: string): Side | undefined {
  const colon = word.indexOf(':');
  if (colon < 0 || /^[.~/]/.test(word)) return { namespace: '', pod: '', file: word };
  const [first = '', second, ...rest] = word.slice(0, colon).split('/');
  const file = word.slice(colon + 1);
  if (first === '' || rest.length > 0) return undefined;
  return second === undefined ? { namespace, pod: first, file } : { namespace: first, pod: second, file };
}

export const cp = defineCommand({
  path: ['kubectl', 'cp'], summary: 'copy files into a container or out of it', changesWorld: true, examples: [],
  flags: [
    { name: 'container', short: 'c', type: 'string', summary: 'which container', completes: 'container' },
    { name: 'no-preserve', type: 'bool', summary: 'do not keep owners and permissions', hidden: true }, { name: 'retries', type: 'int', summary: 'how often to try again', hidden: true },
  ],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const words = operands(args, 'names');
    if (words.length !== 2) return yield* usage('source and destination are required');
    const [from, to] = words.map((word) => sideOf(word, namespaceOf(args, settings)));
    if (from === undefined || to === undefined) return yield* usage('filespec must match the canonical format: [[namespace/]pod:]file/path');
    if (from.pod !== '' && to.pod !== '') return yield* usage('one of src or dest must be a local file specification');
    if (from.pod === '' && to.pod === '') return yield* usage('one of src or dest must be a remote file specification');
    if (from.file === '' || to.file === '') return yield* usage('filepath can not be empty');
    if (from.pod === '' && localFiles(args, from.file).length === 0) return yield* usage(`${from.file} doesn't exist in local filesystem`);
    const remote = from.pod === '' ? to : from;
    const pod = yield* podOf(remote.pod, remote.namespace);
    if (!pod.ok) return yield* fail(pod.error);
    const container = containerIn(pod.value, textFlag(args, 'container'), 'unchecked');
    if (!container.ok) return yield* fail(container.error);
    if (container.value.note !== '') yield* cx.printError(container.value.note);
    const copying: Copying = { args, pod: pod.value, container: container.value.name, from: from.file, to: to.file };
    const failure = yield* (from.pod === '' ? upload(copying) : download(copying));
    return failure === undefined ? 0 : yield* fail(failure);
  },
});

interface Copying { readonly args: Arguments; readonly pod: Pod; readonly container: string; readonly from: string; readonly to: string }
/** A local file: its name below the source, and its bytes. */
interface LocalFile { readonly name: string; readonly data: string }

/** The file, or the files below the folder, that the edge has read. */
function localFiles(args: Arguments, path: string): readonly LocalFile[] {
  const plain = path.replace(/\/+$/, '');
  const bytes = (name: string): string => (args.files[name] === undefined ? latin(args.binaryFiles?.[name] ?? '') : bytesOf(args.files[name]));
  const names = [...Object.keys(args.files), ...Object.keys(args.binaryFiles ?? {})].sort();
  return names.filter((name) => name === plain || name.startsWith(`${plain}/`)).map((name) => ({ name: name.slice(plain.length), data: bytes(name) }));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Base64 as one character per byte. */
function latin(encoded: string): string {
  let bytes = '';
  let [bits, count] = [0, 0];
  for (const character of encoded) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) continue;
    [bits, count] = [((bits << 6) | value) & 0xffffff, count + 6];
    if (count < 8) continue;
    count -= 8;
    bytes += String.fromCharCode((bits >> count) & 255);
  }
  return bytes;
}

const baseName = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '');
const folderOf = (path: string): string => { const at = path.replace(/\/+$/, '').lastIndexOf('/'); return at < 0 ? '.' : at === 0 ? '/' : path.slice(0, at); };

function* upload({ args, pod, container, from, to }: Copying): Conversation<Failure | undefined> {
  const isFolder = to.endsWith('/') || (yield* isFolderThere(pod, container, to));
  const target = isFolder ? `${to.replace(/\/+$/, '')}/${baseName(from)}` : to;
  const mtime = worldEpochSeconds + Math.floor((yield* cx.now()) / 1_000_000);
  const name = baseName(target);
  const entries = localFiles(args, from).map((file) => packEntry({ name: `${name}${file.name}`, directory: false, data: file.data, mode: 0o644, mtime }));
  const done = yield* runInside(pod, container, { command: ['tar', '-xmf', '-', '-C', folderOf(target)], stdin: `${entries.join('')}${archiveEnd}` });
  if (!done.ok) return done.error;
  // What tar says goes where kubectl's own output goes.
  if (done.value.stderr !== '') yield* cx.print(textOf(done.value.stderr));
  return done.value.exit === 0 ? undefined : bareFailure(`command terminated with exit code ${done.value.exit}`);
}

function* isFolderThere(pod: Pod, container: string, path: string): Conversation<boolean> {
  const done = yield* runInside(pod, container, { command: ['test', '-d', path] });
  return done.ok && done.value.exit === 0;
}

function* download({ pod, container, from, to }: Copying): Conversation<Failure | undefined> {
  const done = yield* runInside(pod, container, { command: ['tar', 'cf', '-', from] });
  if (!done.ok) return done.error;
  if (done.value.stderr !== '') yield* cx.print(textOf(done.value.stderr));
  if (done.value.exit !== 0) return bareFailure(`command terminated with exit code ${done.value.exit}`);
  const entries = unpackArchive(done.value.stdout);
  if (entries === undefined) return plainFailure('unexpected EOF');
  const root = from.replace(/^\/+/, '').replace(/\/+$/, '');
  for (const entry of entries) {
    if (entry.directory) continue;
    const below = entry.name === root ? '' : entry.name.slice(root.length);
    yield* cx.saveFile(below === '' && to.endsWith('/') ? `${to}${baseName(from)}` : `${to.replace(/\/+$/, '')}${below}`, entry.data);
  }
  return undefined;
}

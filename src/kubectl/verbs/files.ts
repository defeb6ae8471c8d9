/**
 * `ls`, `mv`, `rm` and `scp` on the machines, as far as moving data directories of etcd about needs them.
 * @source coreutils ls, mv, rm and OpenSSH scp: their words
 */
import { type Command, cx, defineCommand, type Flag, type Settings } from '../command.ts';
import { operands } from '../options.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { absolute, DATA_DIR, fileAt, isDirectory, lookAt, putAt } from './etcdctl/files.ts';

const FAILED = 1;
const USAGE = 1;

function* complain(text: string, exit = FAILED): Conversation<number> {
  yield* cx.printError(`${text}\n`);
  return exit;
}

/** Names directly below a path, of what has been written there and of the member's data. */
function* namesBelow(settings: Settings, path: string): Conversation<readonly string[]> {
  const prefix = absolute(path) === '/' ? '/' : `${absolute(path)}/`;
  const written = yield* cx.listFiles(fileAt(settings, prefix));
  const data = yield* lookAt(settings, DATA_DIR);
  const paths = [...written.map((each) => each.slice(each.indexOf(':') + 1)), ...(data.isBusy || data.value !== null ? [DATA_DIR] : [])];
  const below = paths.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length).split('/')[0] ?? '');
  return [...new Set(below)].sort();
}

const ls = defineCommand({
  path: ['ls'],
  summary: 'show the files of a machine that commands have written',
  flags: [{ name: 'long', short: 'l', type: 'bool', summary: 'one to a line' }],
  changesWorld: false,
  examples: [{ line: 'ls /var/lib', shows: 'etcd' }],
  *run(args, settings) {
    const [path = '.'] = operands(args, 'words');
    const names = yield* namesBelow(settings, path);
    const { value, isBusy } = yield* lookAt(settings, path);
    const isThere = isBusy || value !== null;
    if (names.length === 0 && !isThere && absolute(path) !== absolute('.')) return yield* complain(`ls: cannot access '${path}': No such file or directory`, 2);
    const shown = isThere ? (isDirectory(value) ? ['member'] : [path]) : names;
    yield* cx.print(shown.map((name) => `${name}\n`).join(''));
    return 0;
  },
});

const mv = defineCommand({
  path: ['mv'],
  summary: 'move a file or a data directory of a machine',
  flags: [],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    const [from, to, ...more] = operands(args, 'words');
    if (from === undefined || to === undefined || more.length > 0) return yield* complain('mv: missing file operand', USAGE);
    const source = yield* lookAt(settings, from);
    if (source.isBusy) return yield* complain(`mv: cannot move '${from}': Device or resource busy`);
    if (source.value === null) return yield* complain(`mv: cannot stat '${from}': No such file or directory`);
    const target = yield* lookAt(settings, to);
    if (target.isBusy || (target.value !== null && isDirectory(target.value))) return yield* complain(`mv: cannot move '${from}' to '${to}': Directory not empty`);
    yield* putAt(settings, to, source.value);
    yield* putAt(settings, from, null);
    return 0;
  },
});

/** `HOST:PATH` of scp; without a host the machine that one is on. */
function placeOf(settings: Settings, word: string): { readonly settings: Settings; readonly path: string } {
  const [, host = '', path = ''] = /^(?:[^@:/]+@)?([^:/]+):(.*)$/.exec(word) ?? [];
  return host === '' ? { settings, path: word } : { settings: { ...settings, node: host }, path };
}

const scp = defineCommand({
  path: ['scp'],
  summary: 'copy a file to another machine: scp PATH HOST:PATH',
  flags: [],
  changesWorld: true,
  examples: [{ line: 'etcdctl snapshot save s.db && scp s.db cp-1:/backup/s.db && ls /backup', shows: 's.db' }],
  *run(args, settings) {
    const [from, to, ...more] = operands(args, 'words');
    if (from === undefined || to === undefined || more.length > 0) return yield* complain('usage: scp source target', USAGE);
    const [source, target] = [placeOf(settings, from), placeOf(settings, to)];
    const machines = new Set((yield* cx.processes()).map(({ node }) => node));
    for (const { settings: { node } } of [source, target]) if (!machines.has(node)) return yield* complain(`ssh: Could not resolve hostname ${node}: Name or service not known`);
    const { value, isBusy } = yield* lookAt(source.settings, source.path);
    if (value === null) return yield* complain(`scp: ${source.path}: No such file or directory`);
    if (isBusy || isDirectory(value)) return yield* complain(`scp: ${source.path}: not a regular file`);
    yield* putAt(target.settings, target.path, value);
    return 0;
  },
});

const rmFlags: readonly Flag[] = [
  { name: 'recursive', short: 'r', type: 'bool', summary: 'directories too' }, { name: 'force', short: 'f', type: 'bool', summary: 'say nothing of what is not there' },
];

const rm = defineCommand({
  path: ['rm'],
  summary: 'remove files and data directories of a machine',
  flags: rmFlags,
  changesWorld: true,
  examples: [{ line: 'rm -f nothing', shows: '' }],
  *run(args, settings) {
    const paths = operands(args, 'words');
    if (paths.length === 0) return yield* complain('rm: missing operand', USAGE);
    let exit = 0;
    for (const path of paths) {
      const { value, isBusy } = yield* lookAt(settings, path);
      if (isBusy) exit = yield* complain(`rm: cannot remove '${path}': Device or resource busy`);
      else if (value === null && args.flags['force'] !== true) exit = yield* complain(`rm: cannot remove '${path}': No such file or directory`);
      else if (isDirectory(value) && args.flags['recursive'] !== true) exit = yield* complain(`rm: cannot remove '${path}': Is a directory`);
      else yield* putAt(settings, path, null);
    }
    return exit;
  },
});

/** The commands for files. */
export const fileCommands: readonly Command[] = [ls, mv, rm, scp];

/** `etcdutl …`: works on files, not on a cluster. @source etcd-io/etcd etcdutl/etcdutl/{snapshot,defrag,hashkv,version}_command.go, printer_*.go */
import type { Result } from '../../../base/data.ts';
import { ETCD_VERSION, type InitialMember } from '../../../etcd/member-state.ts';
import { hashKV } from '../../../etcd/mvcc/hash.ts';
import { isIntact, isSnapshotFile, type RestoreOptions, type SnapshotFile, storeOf } from '../../../etcd/snapshot-file.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, type Command, cx, defineCommand, type Settings } from '../../command.ts';
import { etcdutlFlags } from '../../flags.ts';
import { isOn, isSet, numberFlag, operands, textFlag } from '../../options.ts';
import { asciiTable } from './ascii-table.ts';
import { completionOf } from './completion.ts';
import { defragOffline, migrate } from './data-dir.ts';
import { fileAt, lookAt, putAt, type RestoredDirectory } from './files.ts';
import { line } from './fields.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { humanBytes } from './go-text.ts';
import { always, record, text } from './json.ts';
import { logRestored, logRestoring } from './restore-log.ts';
import { badArguments, commaRows, fail, type Failure, failure, formOf, show } from './output.ts';

/** Reads a snapshot file of the machine. */
function* readSnapshot(settings: Settings, path: string, missing: string): Conversation<Result<SnapshotFile, Failure>> {
  const file = yield* cx.readFile(fileAt(settings, path));
  if (isSnapshotFile(file)) return { ok: true, value: file };
  return { ok: false, error: failure(file === null ? missing : `${path}: is a directory`) };
}

/** `snapshot status`. */
const snapshotStatus = defineCommand({
  path: ['etcdutl', 'snapshot', 'status'],
  summary: 'show what a snapshot file holds',
  flags: etcdutlFlags,
  changesWorld: false,
  examples: [{ line: 'etcdctl snapshot save s.db && etcdutl snapshot status s.db -w table', shows: 'TOTAL KEYS' }],
  *run(args, settings) {
    const [path, ...more] = operands(args, 'words');
    if (path === undefined || more.length > 0) return yield* fail(badArguments('snapshot status requires exactly one argument'));
    const form = formOf(args);
    const file = yield* readSnapshot(settings, path, `stat ${path}: no such file or directory`);
    if (!file.ok) return yield* fail(file.error);
    if (!form.ok) return yield* fail(form.error);
    const { hash, revision, totalKeys, totalSize, version } = file.value;
    const rows = [[hash.toString(16), String(revision), String(totalKeys), humanBytes(totalSize), version]];
    return yield* show(args, {
      simple: () => commaRows(rows), table: () => asciiTable(['hash', 'revision', 'total keys', 'total size', 'version'], rows),
      json: () => record(always('hash', hash), always('revision', revision), always('totalKey', totalKeys), always('totalSize', totalSize), text('version', version) || always('version', '""')),
      fields: () => line('Hash', hash) + line('Revision', revision) + line('Keys', totalKeys) + line('Size', totalSize) + line('Version', version),
    });
  },
});

/** `hashkv`. */
const hashkv = defineCommand({
  path: ['etcdutl', 'hashkv'],
  summary: 'show the hash of the keys in a snapshot file',
  flags: [...etcdutlFlags, { name: 'rev', type: 'int', summary: 'up to this revision' }],
  changesWorld: false,
  examples: [],
  *run(args, settings) {
    const [path, ...more] = operands(args, 'words');
    if (path === undefined || more.length > 0) return yield* fail(failure(`accepts 1 arg(s), received ${path === undefined ? 0 : 1 + more.length}`));
    const file = yield* readSnapshot(settings, path, `stat ${path}: no such file or directory`);
    if (!file.ok) return yield* fail(file.error);
    const store = storeOf(file.value);
    const revision = numberFlag(args, 'rev') ?? 0;
    const at = revision === 0 ? store.revision : revision;
    if (at > store.revision) return yield* fail(failure('mvcc: required revision is a future revision'));
    if (at < store.compactRevision) return yield* fail(failure('mvcc: required revision has been compacted'));
    const hash = hashKV(store, at);
    const rows = [[String(hash), String(at), String(store.compactRevision)]];
    return yield* show(args, {
      simple: () => commaRows(rows), table: () => asciiTable(['hash', 'hash revision', 'compact revision'], rows),
      json: () => record(always('hash', hash), always('hashRevision', at), always('compactRevision', store.compactRevision)),
      fields: () => line('Hash', hash) + line('Hash revision', at) + line('Compact revision', store.compactRevision),
    });
  },
});

// ---- Restoring -------------------------------------------------------------------------------------------------------

const PEER_URL = 'http://localhost:2380';
/** Bytes. @source etcd-io/etcd server/storage/backend/backend.go (InitialMmapSize) */
const MAPPED = 10 * 1024 * 1024 * 1024;
const restoreFlags = [
  { name: 'data-dir', type: 'string', summary: 'directory to make' }, { name: 'wal-dir', type: 'string', summary: 'directory of the log, if elsewhere' },
  { name: 'name', type: 'string', summary: 'name of the member' }, { name: 'initial-cluster', type: 'string', summary: 'NAME=PEER-URL of all members, with commas' },
  { name: 'initial-cluster-token', type: 'string', summary: 'what tells this cluster from the one before' },
  { name: 'initial-advertise-peer-urls', type: 'string', summary: 'peer URLs of this member' }, { name: 'skip-hash-check', type: 'bool', summary: 'do not check whether the file was changed' },
  { name: 'initial-memory-map-size', type: 'int', summary: 'bytes of memory that the file is mapped to at first' }, { name: 'bump-revision', type: 'int', summary: 'how much later the revision is to be' }, { name: 'mark-compacted', type: 'bool', summary: 'end all watches of before' },
] as const;

/** `NAME=URL,NAME=URL` as members. */
function parseCluster(given: string): readonly Pick<InitialMember, 'name' | 'peerURLs'>[] {
  const members = new Map<string, string[]>();
  for (const part of given.split(',')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals));
    members.set(name, [...members.get(name) ?? [], part.slice(equals + 1)]);
  }
  return [...members].map(([name, peerURLs]) => ({ name, peerURLs }));
}

function optionsOf(args: Arguments): Result<RestoreOptions, Failure> {
  const name = textFlag(args, 'name') || 'default';
  const initialCluster = parseCluster(textFlag(args, 'initial-cluster') || `default=${PEER_URL}`);
  const own = initialCluster.find((member) => member.name === name);
  if (own === undefined) return { ok: false, error: failure(`couldn't find local name ${goQuote(name)} in the initial cluster configuration`) };
  const advertised = (textFlag(args, 'initial-advertise-peer-urls') || PEER_URL).split(',');
  if ([...own.peerURLs].sort().join(',') !== [...advertised].sort().join(',')) {
    return { ok: false, error: failure(`--initial-cluster has ${name}=${own.peerURLs.join(',')} but missing from --initial-advertise-peer-urls=${advertised.join(',')}`) };
  }
  const token = textFlag(args, 'initial-cluster-token');
  const bumpRevision = numberFlag(args, 'bump-revision') ?? 0;
  return { ok: true, value: { name, initialCluster, ...(token === '' ? {} : { initialClusterToken: token }), bumpRevision, markCompacted: isOn(args, 'mark-compacted') } };
}

function* restore(args: Arguments, settings: Settings, path: string): Conversation<number> {
  const options = optionsOf(args);
  if (!options.ok) return yield* fail(options.error);
  const directory = textFlag(args, 'data-dir');
  const there = yield* lookAt(settings, directory);
  if (there.isBusy || there.value !== null) return yield* fail(failure(`data-dir ${goQuote(directory)} not empty or could not be read`));
  const restoring = { path, directory, walDirectory: textFlag(args, 'wal-dir'), mapped: numberFlag(args, 'initial-memory-map-size') ?? MAPPED };
  yield* logRestoring(restoring);
  const file = yield* readSnapshot(settings, path, `open ${path}: no such file or directory`);
  if (!file.ok) return yield* fail(file.error);
  if (!isOn(args, 'skip-hash-check') && !isIntact(file.value)) return yield* fail(failure('expected sha256 of the file, got another: the file was changed'));
  const made: RestoredDirectory = { format: 'etcd-restored', file: file.value, options: options.value };
  yield* putAt(settings, directory, made);
  yield* logRestored(restoring, options.value);
  return 0;
}

/** `snapshot restore`: a data directory that begins a new cluster. */
const snapshotRestore = defineCommand({
  path: ['etcdutl', 'snapshot', 'restore'],
  summary: 'make a data directory of a new cluster from a snapshot file',
  flags: [...etcdutlFlags, ...restoreFlags],
  changesWorld: true,
  examples: [{ line: 'etcdctl snapshot save s.db && etcdutl snapshot restore s.db --data-dir /var/lib/etcd-new', shows: 'Snapshot saved at s.db' }],
  *run(args, settings) {
    if (!isSet(args, 'data-dir')) return yield* fail(failure('required flag(s) "data-dir" not set'));
    const [path, ...more] = operands(args, 'words');
    if (path === undefined || more.length > 0) return yield* fail(badArguments('snapshot restore requires exactly one argument'));
    const bumps = (numberFlag(args, 'bump-revision') ?? 0) > 0;
    if (bumps !== isOn(args, 'mark-compacted')) return yield* fail(badArguments('--mark-compacted required if --revision-bump > 0'));
    return yield* restore(args, settings, path);
  },
});

/** `version`. */
const version = defineCommand({
  path: ['etcdutl', 'version'],
  summary: 'show the version of etcdutl',
  flags: etcdutlFlags,
  changesWorld: false,
  examples: [{ line: 'etcdutl version', shows: 'etcdutl version: 3.6' }],
  *run() {
    yield* cx.print(`etcdutl version: ${ETCD_VERSION}\nAPI version: ${ETCD_VERSION.split('.').slice(0, 2).join('.')}\n`);
    return 0;
  },
});

/** The commands of etcdutl, in the order of the help. */
export const etcdutlCommands: readonly Command[] = [defragOffline, snapshotStatus, snapshotRestore, hashkv, version, completionOf('etcdutl', etcdutlFlags), migrate];

/** `etcdctl snapshot save`. @source etcd-io/etcd etcdctl/ctlv3/command/snapshot_command.go, client/v3/snapshot/v3_snapshot.go */
import type { SnapshotFile } from '../../../etcd/snapshot-file.ts';
import { cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { operands } from '../../options.ts';
import { call, clientOf, refusal } from './client.ts';
import { logSnapshot } from './client-log.ts';
import { fileAt } from './files.ts';
import { goDuration, humanBytes } from './go-text.ts';
import { badArguments, EXIT, fail, failure } from './output.ts';

/** A transfer may take long: etcdctl sets no limit of its own. */
const NO_LIMIT = 3_600_000_000;

/** Fetches the whole store of one member into a file of the machine. */
export const snapshotSave = defineCommand({
  path: ['etcdctl', 'snapshot', 'save'],
  summary: 'save everything that a member holds in a file of the machine',
  flags: etcdctlFlags,
  changesWorld: true,
  examples: [{ line: 'etcdctl snapshot save /backup/today.db', shows: 'Snapshot saved at /backup/today.db' }],
  *run(args, settings) {
    const [path, ...more] = operands(args, 'words');
    if (path === undefined || more.length > 0) return yield* fail(badArguments('snapshot save expects one argument'));
    const client = yield* clientOf(args, settings);
    if (client.endpoints.length !== 1) {
      return yield* fail(failure(`snapshot must be requested to one selected node, not multiple [${client.endpoints.map(({ name }) => name).join(' ')}]`, EXIT.interrupted));
    }
    const patient = args.flags['command-timeout'] === undefined ? { ...client, timeout: NO_LIMIT as typeof client.timeout } : client;
    const endpoint = client.endpoints[0]?.name ?? '';
    yield* logSnapshot('created temporary db file', { path: `${path}.part` });
    const began = yield* cx.now();
    const answer = yield* call<{ readonly snapshot: SnapshotFile; readonly version: string }>(patient, { op: 'snapshot', args: {} });
    if (!answer.ok) return yield* fail(refusal(answer, EXIT.interrupted));
    yield* logSnapshot('opened snapshot stream; downloading');
    yield* logSnapshot('fetching snapshot', { endpoint });
    yield* logSnapshot('completed snapshot read; closing');
    const { snapshot, version } = answer.body;
    yield* logSnapshot('fetched snapshot', { endpoint, size: humanBytes(snapshot.totalSize), took: goDuration((yield* cx.now()) - began), 'etcd-version': version });
    yield* cx.writeFile(fileAt(settings, path), snapshot);
    yield* logSnapshot('saved', { path });
    yield* cx.print(`Snapshot saved at ${path}\nServer version ${version}\n`);
    return 0;
  },
});

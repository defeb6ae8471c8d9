/** `etcdutl defrag` and `etcdutl migrate`: work on the data directory of a member that does not run. @source etcd-io/etcd etcdutl/etcdutl/{defrag,migrate}_command.go */
import { millis, seconds } from '../../../base/data.ts';
import { clusterVersionsIn, defragmented } from '../../../etcd/offline.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import type { DiskChange } from '../../../sim/process.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../../command.ts';
import { etcdutlFlags } from '../../flags.ts';
import { isOn, isSet, textFlag } from '../../options.ts';
import { contentOf, isDirectory, lookAt, putAt } from './files.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { badArguments, fail, failure } from './output.ts';

/** How long the lock may be held by another before that is told, and how often it is tried. */
const PATIENCE = seconds(1);
const TRY_AGAIN = millis(200);
const ROUNDS_MAX = 1_000_000;
/** Exit code of a Go program that panics. */
const PANICKED = 2;

const dataDirFlag = { name: 'data-dir', type: 'string', summary: 'data directory of a member that does not run' } as const;

/** What lies in a directory that nobody holds; waits for a member that does. Null = there is no such directory. */
function* openDirectory(settings: Settings, path: string): Conversation<readonly DiskChange[] | null> {
  const began = yield* cx.now();
  let isTold = false;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { value, isBusy } = yield* lookAt(settings, path);
    if (!isBusy) return isDirectory(value) ? contentOf(value) : null;
    if (!isTold && (yield* cx.now()) - began >= PATIENCE) {
      isTold = true;
      yield* cx.printError(`waiting for etcd to close and release its lock on ${goQuote(`${path}/member/snap/db`)}. To defrag a running etcd instance, use \`etcdctl defrag\` instead.\n`);
    }
    yield* cx.sleep(TRY_AGAIN);
  }
  return null;
}

function* panicked(): Conversation<number> {
  yield* cx.printError('panic: failed to open database\n');
  return PANICKED;
}

/**
 * `defrag`: gives the free space of the file back.
 * @fidelity simplified: the lines of the program's own log and the traces of its panics are left out
 */
export const defragOffline = defineCommand({
  path: ['etcdutl', 'defrag'],
  summary: 'give the free space of a stopped member\'s file back',
  flags: [...etcdutlFlags, dataDirFlag],
  changesWorld: true,
  examples: [],
  *run(args, settings) {
    if (!isSet(args, 'data-dir')) return yield* fail(failure('required flag(s) "data-dir" not set'));
    const path = textFlag(args, 'data-dir');
    const content = yield* openDirectory(settings, path);
    if (content === null) return yield* panicked();
    yield* putAt(settings, path, { format: 'etcd-moved', content: defragmented(content) });
    return 0;
  },
});

const OLDEST = '3.5';
const NEWEST = '3.6';

/** `3.6` as a number that can be compared. */
const ordinal = (version: string): number => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
};

function* migrateTo(content: readonly DiskChange[], target: string, isForced: boolean): Conversation<number> {
  if (target === NEWEST) return 0;
  const [major] = target.split('.');
  let wrong = '';
  if (major !== '3') wrong = 'changing major storage version is not supported';
  else if (ordinal(target) > ordinal(NEWEST)) wrong = `version "${NEWEST.replace(/\d+$/, (minor) => String(Number(minor) + 1))}.0" is not supported`;
  else if (clusterVersionsIn(content).some((version) => ordinal(version) > ordinal(target))) wrong = 'cannot downgrade storage, WAL contains newer entries';
  return wrong === '' || isForced ? 0 : yield* fail(failure(wrong));
}

/**
 * `migrate`: makes the files fit another version.
 * @fidelity simplified: the files hold the same in both versions, and a member that starts brings the version back to the cluster's; so only what may not be done is told
 */
export const migrate = defineCommand({
  path: ['etcdutl', 'migrate'],
  summary: 'make the files of a stopped member fit another version',
  flags: [...etcdutlFlags, dataDirFlag, { name: 'target-version', type: 'string', summary: 'version to fit, for example 3.5' }, { name: 'force', type: 'bool', summary: 'even if something in the files is newer' }],
  changesWorld: true,
  examples: [],
  *run(args: Arguments, settings: Settings) {
    const missing = ['data-dir', 'target-version'].filter((name) => !isSet(args, name)).map(goQuote);
    if (missing.length > 0) return yield* fail(failure(`required flag(s) ${missing.join(', ')} not set`));
    const target = textFlag(args, 'target-version');
    if (target.split('.').length !== 2) return yield* fail(badArguments(`wrong target version format, expected "X.Y", got ${goQuote(target)}`));
    const odd = target.split('.').find((part) => !/^\d+$/.test(part));
    if (odd !== undefined) return yield* fail(badArguments(`failed to parse target version: strconv.ParseInt: parsing ${goQuote(odd)}: invalid syntax`));
    if (ordinal(target) < ordinal(OLDEST)) return yield* fail(badArguments(`target version ${goQuote(target)} not supported. Minimal "${OLDEST}"`));
    const content = yield* openDirectory(settings, textFlag(args, 'data-dir'));
    return content === null ? yield* panicked() : yield* migrateTo(content, target, isOn(args, 'force'));
  },
});


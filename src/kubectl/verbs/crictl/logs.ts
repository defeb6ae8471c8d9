import { micros, type Micros, type Result, seconds } from '../../../base/data.ts';
import { parseDuration } from '../../../base/duration.ts';
import { parseTime } from '../../../api/time.ts';
import type { CriContainer } from '../../../api/cri.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../../command.ts';
import { crictlFlags } from '../../flags.ts';
import { isOn, numberFlag, textFlag } from '../../options.ts';
import { call, connect, fatal, findById, idsOf, listContainers, type Runtime, runtimeOf } from './client.ts';
import { isPrevious } from './status-json.ts';
import { logTime } from './words.ts';

/** `-f` looks for new lines this often. */
const FOLLOW_EVERY = seconds(1);
/** Looks of one `-f`: a conversation has a limit. */
const FOLLOW_MAX = 900;

interface Lines { readonly lines: readonly string[]; readonly times: readonly number[] }

/** Shows what a container has written. @source kubernetes-sigs/cri-tools cmd/crictl/logs.go; kubernetes/cri-client pkg/logs/logs.go */
export const logs = defineCommand({
  path: ['crictl', 'logs'],
  summary: 'show what a container has written',
  flags: [
    ...crictlFlags.filter(({ name }) => name !== 'timeout'),
    { name: 'tail', type: 'int', summary: 'only so many lines from the end' },
    { name: 'since', type: 'string', summary: 'only lines since then, for example 5m' },
    { name: 'timestamps', short: 't', type: 'bool', summary: 'with the time of each line' },
    { name: 'follow', short: 'f', type: 'bool', summary: 'go on with what it writes' },
    { name: 'previous', short: 'p', type: 'bool', summary: 'of the start before' },
  ],
  changesWorld: false,
  examples: [],
  *run(args, settings) {
    const runtime = yield* runtimeOf(args, settings);
    const [id] = idsOf(args);
    if (id === undefined) return yield* fatal(runtime, 'ID cannot be empty');
    if (!(yield* connect(runtime))) return 1;
    const since = sinceOf(textFlag(args, 'since'), yield* cx.now());
    if (!since.ok) return yield* fatal(runtime, since.error);
    const container = yield* containerOf(runtime, id, isOn(args, 'previous'));
    if (!container.ok) return yield* fatal(runtime, container.error);
    return yield* show(args, runtime, { container: container.value, since: since.value });
  },
});

/** From when on: a span of time back from now, or a time. */
function sinceOf(text: string, now: Micros): Result<number, string> {
  if (text === '') return { ok: true, value: -Infinity };
  const span = parseDuration(text);
  if (span.ok) return { ok: true, value: now - span.value };
  const at = parseTime(text);
  return at === undefined ? { ok: false, error: `failed to parse value as time or duration: "${text}"` } : { ok: true, value: at };
}

function* containerOf(runtime: Runtime, id: string, previous: boolean): Conversation<Result<CriContainer, string>> {
  const listed = yield* listContainers(runtime);
  if (!listed.ok) return listed;
  const found = findById(listed.value.containers, id, 'container');
  if (!found.ok || !previous) return found;
  const before = listed.value.containers.find((one) => isPrevious(one, found.value));
  if (found.value.attempt === 0) return { ok: false, error: `previous terminated container ${found.value.name} not found` };
  return before === undefined ? { ok: false, error: `failed to try resolving symlinks in path "${logFile(found.value)}": lstat ${logFile(found.value)}: no such file or directory` } : { ok: true, value: before };
}

const logFile = ({ podNamespace, podName, podUid, name, attempt }: CriContainer): string => `/var/log/pods/${podNamespace}_${podName}_${podUid}/${name}/${attempt - 1}.log`;

function* show(args: Arguments, runtime: Runtime, what: { readonly container: CriContainer; readonly since: number }): Conversation<number> {
  const tail = numberFlag(args, 'tail') ?? -1;
  let shown = 0;
  for (let round = 0; round < FOLLOW_MAX; round++) {
    const answer = yield* call<Lines>(runtime, { op: 'containerLogs', id: what.container.id });
    if (!answer.ok) return round === 0 ? yield* fatal(runtime, answer.error) : 0;
    const { lines, times } = answer.value;
    const from = round === 0 && tail >= 0 ? Math.max(0, lines.length - tail) : shown;
    const fresh = lines.map((line, i) => ({ line, at: times[i] ?? 0 })).slice(from).filter(({ at }) => at >= what.since);
    shown = lines.length;
    if (fresh.length > 0) yield* cx.print(fresh.map(({ line, at }) => `${isOn(args, 'timestamps') ? `${logTime(at)} ` : ''}${line}\n`).join(''));
    if (!isOn(args, 'follow') || (yield* hasEnded(runtime, what.container.id))) return 0;
    yield* cx.sleep(micros(FOLLOW_EVERY));
  }
  return 0;
}

function* hasEnded(runtime: Runtime, id: string): Conversation<boolean> {
  const listed = yield* listContainers(runtime);
  return !listed.ok || listed.value.containers.find((one) => one.id === id)?.state !== 'CONTAINER_RUNNING';
}

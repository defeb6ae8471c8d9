/** What befalls the processes behind containers, and what their containers make of it: see `components.ts`. */
import type { ProcessId } from '../base/data.ts';
import { KILLED } from '../sim/panic.ts';
import type { ProcessNews } from '../sim/process.ts';
import { EXEC, processOf } from './components.ts';
import { finish, tell } from './runtime-containers.ts';
import type { Runtime } from './runtime-state.ts';

/** Takes a timer. False = it is none of a process. A process that a fault keeps down ends as soon as it was started. */
export function processTimer(runtime: Runtime, name: string): boolean {
  if (!name.startsWith(EXEC)) return false;
  const { state, out } = runtime;
  const record = state.containers.get(name.slice(EXEC.length));
  const process = record === undefined ? undefined : processOf(runtime, record.info);
  if (record?.info.state !== 'CONTAINER_RUNNING' || process === undefined || out.statusOf(process) !== 'crashed') return true;
  if (!out.startProcess(process)) finish(runtime, record, { code: KILLED });
  return true;
}

/** A process ended, was stopped, or goes on. */
export function processChanged(runtime: Runtime, process: ProcessId, { status, code }: ProcessNews): void {
  const records = [...runtime.state.containers.values()].filter(({ info }) => processOf(runtime, info) === process);
  const running = records.find(({ info }) => info.state === 'CONTAINER_RUNNING');
  if (status === 'crashed') { if (running !== undefined) finish(runtime, running, { code }); return; }
  if (running !== undefined) { tell(runtime, { type: 'app.changed', containerId: running.info.id }); return; }
  const { info } = records.at(-1) ?? {};
  if (info !== undefined) tell(runtime, { type: 'app.revived', podUid: info.podUid, container: info.name });
}

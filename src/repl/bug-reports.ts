/** What the prompt says when something of its own fails: where, what stays as it was, and what to report. Never a stack trace. */
import { formatClock } from '../base/duration.ts';
import type { Bug } from '../sim/panic.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { programVersion } from './package-root.ts';
import type { Chunk } from './session-view.ts';

/** What is needed of the session. */
export interface BugDesk {
  readonly lang: 'ko' | 'en';
  readonly cluster: Cluster;
  print(text: string, stream?: Chunk['stream']): void;
}

/** Different messages of one session that are shown; a process that fails again and again says so once. */
const MESSAGES_MAX = 50;

export class BugReports {
  readonly #told = new Set<string>();

  /** A process of the world failed. It died like one that panics and will be started again. */
  stepFailed({ process, message, at, event }: Bug, desk: BugDesk): void {
    const clock = formatClock(at);
    this.#tell(`${process} ${message}`, desk, desk.lang === 'ko'
      ? `조타실의 버그예요: ${clock}에 ${process}가 더 나아가지 못했어요 (${message}). 그 프로세스는 패닉한 것처럼 죽었고 10초 뒤에 다시 시작해요. 하던 일은 그대로 있고 저장도 돼요.`
      : `This is a bug of pilothouse: at ${clock} ${process} could not go on (${message}). The process died as one that panics does and starts again in 10 s. Your work is all there and is saved.`, event);
  }

  /** Something beside the world failed while a line ran. */
  sessionFailed(error: unknown, desk: BugDesk): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#tell(message, desk, desk.lang === 'ko'
      ? `조타실의 버그예요: 이 줄을 끝내지 못했어요 (${message}). 클러스터와 하던 일은 그대로 있고 저장도 돼요.`
      : `This is a bug of pilothouse: the line could not be finished (${message}). The cluster and your work are all there and are saved.`, desk.cluster.kernel.events);
  }

  #tell(what: string, desk: BugDesk, text: string, event: number): void {
    const { lang, cluster } = desk;
    if (this.#told.has(what) || this.#told.size >= MESSAGES_MAX) return;
    this.#told.add(what);
    const facts = `pilothouse ${programVersion()}, ${cluster.topology.name}, seed ${cluster.seed}, event ${event}`;
    desk.print(`${text}\n${lang === 'ko' ? '알려 주실 때 함께 적어 주세요' : 'With a report please give'}: ${facts}`, 'stderr');
  }
}

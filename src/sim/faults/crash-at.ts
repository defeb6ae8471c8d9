import { defineFault } from '../fault.ts';
import { expects, processWithPoint } from './operands.ts';

interface CrashAtArgs { readonly point: string; readonly process: string }

/**
 * A process panics the next time it comes to a named place between two of its effects, and stays down until healed.
 *
 * @source etcd-io/etcd tests/robustness/failpoint/gofail.go (panic)
 */
export const crashAt = defineFault<CrashAtArgs>({
  name: 'crash-at',
  summary: { ko: '프로세스가 정해진 지점에 오면 그 자리에서 죽어요', en: 'let a process die when it next comes to a named place, until healed' },
  about: {
    ko: '디스크에 적기 바로 앞, 적은 바로 뒤, 보내기 바로 앞처럼 두 일 사이에서 죽여 보는 거예요. etcd 개발자들이 쓰는 것과 같은 이름(gofail)이에요. 걸어 두고 쓰기를 하나 보내면 그 자리에서 죽어요. `raftBeforeSave` 지점에서 죽으면 그 쓰기를 기억하지 못하고, `raftAfterSave` 지점에서 죽으면 기억해요. 어느 쪽이든 클러스터가 약속한 건 사라지지 않아요.',
    en: 'It dies between two steps: just before it writes to disk, just after, just before it sends. The names are those of etcd\'s own failpoints (gofail). Arm it, send one write, and it dies there. After `raftBeforeSave` it does not remember that write, after `raftAfterSave` it does; what the cluster has promised survives either way.',
  },
  usage: 'crash-at POINT MACHINE|PROCESS',
  example: 'fault crash-at raftAfterSave cp-1/etcd',
  operands: ['point', 'target'],
  parse(words, targets) {
    const [point, where, ...rest] = words;
    if (point === undefined || where === undefined || rest.length > 0) {
      return expects('crash-at', { ko: '지점과 프로세스를', en: 'a place and a process' }, 'crash-at raftAfterSave cp-1/etcd');
    }
    const process = processWithPoint(point, where, targets);
    return process.ok ? { ok: true, value: { point, process: process.value } } : process;
  },
  stop: (args, kernel) => { kernel.restart(args.process); },
  holds: (args, process, fired) => fired && args.process === process,
  onPoint: (args, process, point) => (args.process === process && args.point === point ? 'panic' : 'pass'),
});

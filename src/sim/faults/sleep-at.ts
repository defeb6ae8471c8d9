import { defineFault } from '../fault.ts';
import { duration, expects, processWithPoint } from './operands.ts';

interface SleepAtArgs { readonly point: string; readonly micros: number; readonly process: string }

/**
 * A process waits each time it comes to a named place; what it does after that place comes later by as much.
 *
 * @source etcd-io/etcd tests/robustness/failpoint/gofail.go (sleep)
 */
export const sleepAt = defineFault<SleepAtArgs>({
  name: 'sleep-at',
  summary: { ko: '프로세스가 정해진 지점마다 잠깐씩 멈춰요', en: 'let a process wait each time it comes to a named place, until healed' },
  about: {
    ko: '죽이지는 않고 두 일 사이를 벌려요. 예를 들어 저장하기 전에 1초씩 기다리게 하면 느린 리더가 되고, `beforeSendWatchResponse` 지점에서 기다리게 하면 감시 소식만 늦어져요.',
    en: 'Nothing dies, but time passes between two steps. Waiting a second before each save makes a slow leader; waiting at `beforeSendWatchResponse` makes only the news of watches late.',
  },
  usage: 'sleep-at POINT DURATION MACHINE|PROCESS',
  example: 'fault sleep-at raftBeforeSave 200ms cp-1/etcd',
  operands: ['point', 'duration', 'target'],
  parse(words, targets) {
    const [point, time, where, ...rest] = words;
    if (point === undefined || time === undefined || where === undefined || rest.length > 0) {
      return expects('sleep-at', { ko: '지점과 시간, 프로세스를', en: 'a place, a duration and a process' }, 'sleep-at raftBeforeSave 200ms cp-1/etcd');
    }
    const micros = duration(time);
    if (!micros.ok) return micros;
    const process = processWithPoint(point, where, targets);
    return process.ok ? { ok: true, value: { point, micros: micros.value, process: process.value } } : process;
  },
  onPoint: (args, process, point) => (args.process === process && args.point === point ? args.micros : 'pass'),
});

import { isAppend } from '../disk.ts';
import { defineFault } from '../fault.ts';
import { expects, processWith } from './operands.ts';

/** A process dies in the middle of appending to its log: the first part of the record is on the disk. It stays down until healed, and repairs its log when it starts. */
export const tornTail = defineFault<string>({
  name: 'torn-tail',
  summary: { ko: '로그 끝을 적다가 죽어서 마지막 기록이 반만 남아요', en: 'let a process die while it appends to its log: half of the record is left, until healed' },
  about: {
    ko: '다음에 로그를 적는 순간 전원이 나가요. 마지막 기록은 앞부분만 디스크에 남아요. 고치고 나면 etcd는 시작하면서 로그(WAL) 끝을 읽다가 잘린 기록을 찾아 잘라 내고, 모자라는 부분은 리더에게 다시 받아요. 잘린 기록은 아직 아무에게도 약속하지 않은 것이라 버려도 돼요.',
    en: 'The power goes at the moment of the next log write, so only the first part of the last record is on the disk. After `heal`, etcd finds the torn record while reading its write-ahead log, cuts it off, and gets what is missing from the leader. Nobody had been promised that record, so it may go.',
  },
  usage: 'torn-tail MACHINE|PROCESS',
  example: 'fault torn-tail cp-2/etcd',
  operands: ['target'],
  parse(words, targets) {
    const [word] = words;
    if (word === undefined || words.length > 1) return expects('torn-tail', { ko: '로그를 적는 프로세스 하나를', en: 'one process that keeps a log' }, 'torn-tail cp-2/etcd');
    return processWith(word, targets, {
      has: ({ keepsLog }) => keepsLog,
      lacks: id => ({ ko: `${id} 프로세스는 로그(WAL)를 적지 않아요. etcd 멤버를 적어 주세요. 예: cp-2/etcd`, en: `${id} keeps no write-ahead log; name an etcd member, for example cp-2/etcd` }),
    });
  },
  start(on, kernel, id) {
    // A log write that is under way is torn at once, else the next one will be.
    if (!isAppend(kernel.process(on)?.unsynced[0]?.changes ?? [])) return;
    kernel.fire(id);
    kernel.crash(on);
  },
  stop(on, kernel) { kernel.restart(on); },
  holds: (on, process, fired) => fired && on === process,
  onWrite: (on, process, planned) => (on === process ? 'dies' : planned),
  onCrash: (on, process, planned) => (on === process ? 'torn' : planned),
});

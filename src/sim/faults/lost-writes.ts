import { defineFault } from '../fault.ts';
import { places } from './operands.ts';

const shape = { name: 'lost-writes', what: { ko: '머신이나 프로세스를', en: 'machines or processes' }, example: 'lost-writes cp-1/etcd' };

/**
 * A process dies together with the cache of its disk: everything not yet synced is gone.
 *
 * @source etcd-io/etcd tests/robustness/failpoint/gofail.go (LazyFS, ClearCache)
 */
export const lostWrites = defineFault<readonly string[]>({
  name: 'lost-writes',
  summary: { ko: '프로세스를 죽이고 아직 동기화(fsync)하지 않은 쓰기를 모두 버려요', en: 'kill a process and lose every write that was not synced, until healed' },
  about: {
    ko: '운영체제는 쓴 것을 잠시 메모리에 모아 둬요. `fsync`가 끝나기 전에 전원이 나가면 그만큼 사라져요. etcd는 `fsync`가 끝난 뒤에만 약속하므로 잃는 약속이 없어요. 느린 디스크(`slow-disk`)와 함께 써 보세요.',
    en: 'The operating system keeps writes in memory for a while; if the power goes before `fsync` ends they are gone. etcd promises only after `fsync`, so no promise is lost. Try it together with `slow-disk`.',
  },
  usage: 'lost-writes MACHINE|PROCESS…',
  example: 'fault lost-writes cp-1/etcd',
  operands: ['target'],
  parse: (words, targets) => places(words, targets, shape),
  start(args, kernel) { for (const id of args) kernel.crash(id); },
  stop(args, kernel) { for (const id of args) kernel.restart(id); },
  holds: (args, process) => args.includes(process),
  onCrash: (args, on, planned) => (args.includes(on) ? 'lost' : planned),
});

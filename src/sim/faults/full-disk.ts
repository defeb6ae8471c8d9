import { defineFault } from '../fault.ts';
import { places } from './operands.ts';

const shape = { name: 'full-disk', what: { ko: '머신이나 프로세스를', en: 'machines or processes' }, example: 'full-disk cp-1/etcd' };

/** No write finds room (ENOSPC). */
export const fullDisk = defineFault<readonly string[]>({
  name: 'full-disk',
  summary: { ko: '디스크가 꽉 차서 아무것도 적지 못해요(ENOSPC)', en: 'no disk write finds room (ENOSPC), until healed' },
  about: {
    ko: '로그를 적지 못한 etcd 멤버는 약속을 지킬 수 없어서 스스로 멈추고, 10초 뒤 다시 시작해 또 멈추기를 되풀이해요. etcd의 저장 한도(`NOSPACE` 경보)와는 달라요. 그쪽은 etcd가 미리 정해 둔 한도이고, 이쪽은 디스크가 정말로 꽉 찬 거예요.',
    en: 'A member that cannot write its log cannot keep a promise: it stops, is started again after 10 s, and stops again. This is not the quota (alarm `NOSPACE`), which etcd sets itself; here the disk is really full.',
  },
  usage: 'full-disk MACHINE|PROCESS…',
  example: 'fault full-disk cp-1/etcd',
  operands: ['target'],
  parse: (words, targets) => places(words, targets, shape),
  onWrite: (args, on, planned) => (args.includes(on) ? 'no space left on device' : planned),
});

import { defineFault } from '../fault.ts';
import { shareAndPlaces } from './operands.ts';

const shape = { name: 'io-error', what: { ko: '비율과 머신이나 프로세스를', en: 'a share and where' }, example: 'io-error 10% cp-1/etcd' };

/** A share of the writes fails (EIO). */
export const ioError = defineFault<{ readonly chance: number; readonly on: readonly string[] }>({
  name: 'io-error',
  summary: { ko: '디스크 쓰기의 일부가 입출력 오류(EIO)로 실패해요', en: 'let a share of the disk writes fail (EIO), until healed' },
  about: {
    ko: '망가져 가는 디스크예요. etcd는 로그 쓰기가 한 번이라도 실패하면 다시 시도하지 않고 스스로 멈춰요. 실패한 `fsync` 뒤에는 무엇이 남았는지 알 수 없기 때문이에요. 10초 뒤에 디스크에 남은 것부터 다시 시작해요.',
    en: 'A disk that is going bad. etcd does not retry a log write that failed, it stops: after a failed `fsync` nobody knows what is on the disk. Ten seconds later it starts again from what is there.',
  },
  usage: 'io-error PERCENT MACHINE|PROCESS…',
  example: 'fault io-error 10% cp-1/etcd',
  operands: ['percent', 'target'],
  parse: (words, targets) => shareAndPlaces(words, targets, shape),
  onWrite: (args, on, planned, draw) => (args.on.includes(on) && draw(10_000) < args.chance ? 'input/output error' : planned),
});

import { defineFault } from '../fault.ts';
import { onePlace } from './operands.ts';

const shape = { name: 'pause', what: { ko: '머신이나 프로세스 하나를', en: 'one machine or process' }, example: 'pause cp-1/etcd' };

/** A process is stopped in the middle (SIGSTOP): it keeps its memory and its connections, and answers nothing until healed. */
export const pause = defineFault<readonly string[]>({
  name: 'pause',
  summary: { ko: '프로세스를 죽이지 않고 멈춰요(SIGSTOP)', en: 'stop a process without killing it (like SIGSTOP), until healed' },
  about: {
    ko: '멈춘 프로세스는 기억을 그대로 지닌 채 아무것도 하지 않아요. 다시 움직이면 그사이 리더가 바뀐 걸 모른 채로 일을 이어 가려고 해요. 오래 걸리는 가비지 컬렉션이나 얼어붙은 가상 머신이 이런 모습이에요. 컨트롤 플레인의 정적 파드라면 kubelet의 라이브니스 프로브가 계속 실패해서, 2분쯤 뒤에 그 프로세스를 죽이고 새로 시작해요.',
    en: 'A paused process keeps its memory and does nothing. When it goes on it does not know what happened meanwhile, for example that somebody else leads now. Long garbage collections and frozen virtual machines look like this. The liveness probe of a static pod of the control plane goes on failing, so that the kubelet kills the process after about two minutes and starts another one.',
  },
  usage: 'pause MACHINE|PROCESS',
  example: 'fault pause cp-1/etcd',
  operands: ['target'],
  parse: (words, targets) => onePlace(words, targets, shape),
  start(args, kernel) { for (const id of args) kernel.pause(id); },
  stop(args, kernel) { for (const id of args) kernel.resume(id); },
});

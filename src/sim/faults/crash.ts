import { defineFault } from '../fault.ts';
import { expects, onePlace } from './operands.ts';

interface CrashArgs { readonly machine: string; readonly processes: readonly string[] }

const shape = { name: 'crash', what: { ko: '머신이나 프로세스 하나를', en: 'one machine or process' }, example: 'crash cp-1/etcd' };

/** A process is killed, or a whole machine loses power; it stays down until healed. What a killed process had written reaches the disk; what a machine had not synced is lost. */
export const crash = defineFault<CrashArgs>({
  name: 'crash',
  summary: { ko: '프로세스를 죽이거나 머신을 통째로 꺼요', en: 'kill a process, or switch a whole machine off, until healed' },
  about: {
    ko: '프로세스는 `kill -9`처럼 바로 죽고, 그 프로세스와 이어진 쪽은 연결이 끊긴 걸 곧 알아요. 머신을 끄면 아무도 알려 주지 않아서 상대는 시간이 다 돼야 알아요. 디스크에 다 적힌 것만 남아요. 컨트롤 플레인의 정적 파드라면 kubelet이 컨테이너를 다시 시작하려 하지만, 고칠 때까지는 시작하자마자 137로 끝나요(CrashLoopBackOff).',
    en: 'A process dies at once, as with `kill -9`, and whoever talked to it sees the connection close. A machine that is switched off tells nobody: the others learn it by their time-outs. What was on the disk is there again afterwards. The kubelet tries to restart the container of a static pod of the control plane, and until healed each attempt ends at once with 137 (CrashLoopBackOff).',
  },
  usage: 'crash MACHINE|PROCESS',
  example: 'fault crash cp-1/etcd',
  operands: ['target'],
  parse(words, targets) {
    const [word = ''] = words;
    if (words.length !== 1) return expects(shape.name, shape.what, shape.example);
    if (targets.machines.includes(word)) return { ok: true, value: { machine: word, processes: [] } };
    const found = onePlace(words, targets, shape);
    return found.ok ? { ok: true, value: { machine: '', processes: found.value } } : found;
  },
  start(args, kernel) {
    if (args.machine !== '') kernel.crashMachine(args.machine);
    for (const id of args.processes) kernel.crash(id);
  },
  stop(args, kernel) {
    if (args.machine !== '') kernel.startMachine(args.machine);
    for (const id of args.processes) kernel.restart(id);
  },
  holds: (args, process) => args.processes.includes(process),
});

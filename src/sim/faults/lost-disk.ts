import { defineFault } from '../fault.ts';
import { places } from './operands.ts';

const shape = { name: 'lost-disk', what: { ko: '머신이나 프로세스를', en: 'machines or processes' }, example: 'lost-disk cp-3/etcd' };

/**
 * The disk of a process dies for good. Healing puts in an empty one and starts the process again; an etcd member then joins the cluster that is there
 * (`--initial-cluster-state existing`), which works when it was replaced in the member list before.
 *
 * @source etcd-io/etcd tests/robustness/failpoint/cluster.go (MemberReplace)
 */
export const lostDisk = defineFault<readonly string[]>({
  name: 'lost-disk',
  summary: { ko: '디스크가 완전히 망가져요. 고치면 빈 디스크로 다시 시작해요', en: 'the disk dies for good; healing puts in an empty one and starts the process again' },
  about: {
    ko: 'etcd 멤버를 통째로 바꾸는 연습이에요. 순서는 이래요. 1) `etcdctl member remove ID`로 죽은 멤버를 먼저 빼요. 2) `etcdctl member add 이름 --peer-urls=http://머신:2380`으로 새 멤버를 넣어요. 3) `heal`로 빈 디스크를 끼워 시작해요. 빼고 넣지 않은 채 시작하면 옛 ID로 돌아와, 받은 적 있다고 약속한 로그가 없어서 스스로 멈춰요("Was the raft log corrupted, truncated, or lost?").',
    en: 'This is how to practise replacing an etcd member. First `etcdctl member remove ID` for the dead one, then `etcdctl member add NAME --peer-urls=http://MACHINE:2380`, then `heal`, which puts in an empty disk and starts it. Started without the first two steps it comes back under its old ID without the log it once promised to have, and gives up ("Was the raft log corrupted, truncated, or lost?").',
  },
  usage: 'lost-disk MACHINE|PROCESS…',
  example: 'fault lost-disk cp-3/etcd',
  operands: ['target'],
  parse: (words, targets) => places(words, targets, shape),
  start(args, kernel) {
    for (const id of args) {
      kernel.crash(id);
      kernel.replaceDisk(id);
    }
  },
  stop(args, kernel) { for (const id of args) kernel.restart(id); },
  holds: (args, process) => args.includes(process),
});

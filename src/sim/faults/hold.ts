import type { Text } from '../../base/text.ts';
import { defineFault } from '../fault.ts';
import { expects, noSuchPoint, processWith } from './operands.ts';

interface HoldArgs { readonly point: string; readonly process: string; /** '' = whatever comes. */ readonly subject: string }

const EXAMPLE = 'hold storage cp-1/kube-apiserver pods';

/** What comes to a named place stays there until healed, while the process goes on with everything else. */
export const hold = defineFault<HoldArgs>({
  name: 'hold',
  summary: { ko: '정해진 단계에 온 요청을 붙잡아 둬요', en: 'keep each request that comes to a named stage, until healed' },
  about: {
    ko: '요청 하나가 kube-apiserver 안에서 어느 단계에 있는지 멈춰 놓고 보는 거예요. 서버는 다른 요청을 계속 처리해요. `requests` 명령으로 붙잡힌 요청을 보고, 고치면 그 자리에서 이어 가요. 너무 오래 붙잡으면 실제처럼 시간 초과로 끝나요.',
    en: 'Stops a request inside kube-apiserver so that you can look at the stage it is in; the server goes on with all others. `requests` shows what is held, and healing lets it go on from there. Held too long, it times out as it would in a real server.',
  },
  usage: 'hold STAGE MACHINE|PROCESS [RESOURCE]',
  example: `fault ${EXAMPLE}`,
  operands: ['stage', 'target', 'resource'],
  parse(words, targets) {
    const [point, where, subject = '', ...rest] = words;
    if (point === undefined || where === undefined || rest.length > 0) return expects('hold', { ko: '단계와 프로세스를', en: 'a stage and a process' }, EXAMPLE);
    const process = processWith(where, targets, {
      has: ({ points }) => points.some(({ name, keeps }) => name === point && keeps === true),
      lacks: (id, { points }) => noSuchStage(id, point, points.filter(({ keeps }) => keeps === true).map(({ name }) => name)),
    });
    return process.ok ? { ok: true, value: { point, process: process.value, subject } } : process;
  },
  onPoint: (args, process, point, subject) => (args.process === process && args.point === point && (args.subject === '' || args.subject === subject) ? 'hold' : 'pass'),
});

function noSuchStage(id: string, stage: string, known: readonly string[]): Text {
  if (known.length > 0) return noSuchPoint(id, stage, known);
  return { ko: `${id} 프로세스에는 요청이 지나는 단계가 없어요. kube-apiserver 하나를 적어 주세요. 예: cp-1/kube-apiserver`, en: `${id} has no stages that requests pass; name a kube-apiserver, for example cp-1/kube-apiserver` };
}

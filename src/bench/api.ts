import { coreCall, newAsker } from './world.ts';
import { podOf } from './pod.ts';
import { defineSuite, median, spread } from './suite.ts';

const BATCH = 64;
/** By scale. */
const sizes = { full: { repetitions: 5, gets: 20_000, creates: 3_000 }, tiny: { repetitions: 1, gets: BATCH, creates: BATCH } } as const;

/** The API inside the simulation: every request passes the whole pipeline, and writes pass Raft. */
export const api = defineSuite({
  name: 'api',
  summary: `GET and create of a pod inside the simulation, ${BATCH} at a time: pipeline, admission, validation, etcd`,
  async run(scale) {
    const { repetitions, gets: getCount, creates: createCount } = sizes[scale];
    const asker = newAsker();
    asker.ask([coreCall('create', 'pods', { body: podOf('p') })]);
    const gets: number[] = [];
    const creates: number[] = [];
    let next = 0;
    for (let i = 0; i <= repetitions; i++) {
      const get = perSecond(getCount, () => { asker.ask(Array.from({ length: BATCH }, () => coreCall('get', 'pods', { name: 'p' }))); });
      const create = perSecond(createCount, () => { asker.ask(Array.from({ length: BATCH }, () => coreCall('create', 'pods', { body: podOf(`p-${next++}`) }))); });
      if (i > 0) { gets.push(get); creates.push(create); }
    }
    return [
      `GET pod     ${spread(gets, '/s')} (must: at least 300,000)`, `create pod  ${spread(creates, '/s')} (must: at least 15,000)`,
      `share       ${(median(gets) / 300_000).toFixed(2)} and ${(median(creates) / 15_000).toFixed(2)} of the must`,
    ];
  },
});

function perSecond(count: number, batch: () => void): number {
  const began = performance.now();
  for (let done = 0; done < count; done += BATCH) batch();
  return (count / (performance.now() - began)) * 1000;
}

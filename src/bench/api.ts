import type { ApiCall } from '../api/wire.ts';
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
    let next = 0;
    const get = (more: Partial<ApiCall>): (() => void) => {
      const calls = Array.from({ length: BATCH }, () => coreCall('get', 'pods', { name: 'p', ...more }));
      return () => { asker.ask(calls); };
    };
    const kinds = {
      cached: { count: getCount, batch: get({ options: { resourceVersion: '0' } }) },
      quorum: { count: getCount, batch: get({}) },
      create: { count: createCount, batch: () => { asker.ask(Array.from({ length: BATCH }, () => coreCall('create', 'pods', { body: podOf(`p-${next++}`) }))); } },
    };
    const rates: Record<keyof typeof kinds, number[]> = { cached: [], quorum: [], create: [] };
    for (let i = 0; i <= repetitions; i++) {
      for (const [kind, { count, batch }] of Object.entries(kinds) as [keyof typeof kinds, (typeof kinds)['create']][]) {
        const rate = perSecond(count, batch);
        if (i > 0) rates[kind].push(rate);
      }
    }
    return [
      `GET pod from the watch cache        ${spread(rates.cached, '/s')} (must: at least 300,000)`,
      `GET pod, agreed on by etcd's quorum ${spread(rates.quorum, '/s')}`,
      `create pod of a template            ${spread(rates.create, '/s')} (must: at least 15,000)`,
      `share       ${(median(rates.cached) / 300_000).toFixed(2)} and ${(median(rates.create) / 15_000).toFixed(2)} of the must`,
    ];
  },
});

function perSecond(count: number, batch: () => void): number {
  const began = performance.now();
  for (let done = 0; done < count; done += BATCH) batch();
  return (count / (performance.now() - began)) * 1000;
}

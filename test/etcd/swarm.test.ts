import t from 'tap';
import { runSwarm } from './swarm.ts';

/** Seeds run on every build. Failing ones found elsewhere are added here and stay. */
const SEEDS = [...Array.from({ length: 20 }, (_, i) => i + 1), 293];

t.test('random faults break no promise', async (t) => {
  let acknowledged = 0;
  let leaders = 0;
  for (const seed of SEEDS) {
    const result = runSwarm(seed);
    t.equal(result.wrong, undefined, `seed ${seed}: ${result.events} events, ${result.acknowledged} answers, ${result.leaders} leaders`);
    acknowledged += result.acknowledged;
    leaders += result.leaders;
  }
  t.ok(acknowledged > SEEDS.length * 50, `${acknowledged} requests were answered`);
  t.ok(leaders > SEEDS.length, `${leaders} leaders were elected`);
});

t.test('the same seed gives the same run', async (t) => {
  t.equal(runSwarm(7).digest, runSwarm(7).digest);
});

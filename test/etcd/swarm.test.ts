import t from 'tap';
import { runSwarm } from './swarm/run.ts';
t.test('x', t => { t.equal(runSwarm(1).wrong, undefined); t.end(); });

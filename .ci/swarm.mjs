// Long runs of the swarm by hand. `node .ci/swarm.mjs etcd 5000` runs seeds 1 to 5000; a failing one is made smaller and printed with the line that runs it again.
//   --from N     first seed          --seed N      one seed
//   --only 1,5   only these troubles of its plan   --bug NAME    with a planted bug (see test/etcd/swarm/bugs.ts)
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const swarm = join(fileURLToPath(import.meta.url), '..', '..', 'dist', 'test', 'etcd', 'swarm');
const load = (file) => import(pathToFileURL(join(swarm, file)).href);

function stop(text) {
  console.error(`swarm: ${text}`);
  process.exit(2);
}

const [what, ...words] = process.argv.slice(2);
if (what !== 'etcd') stop('usage: node .ci/swarm.mjs etcd [COUNT] [--from N] [--seed N] [--only N,N] [--bug NAME]');
if (!existsSync(swarm)) stop('build first: node .ci/build.mjs');

const options = { count: 1000, from: 1, only: undefined, bug: undefined };
const number = (text, name) => (/^\d+$/.test(text ?? '') ? Number(text) : stop(`${name}: expected a whole number, found "${text ?? ''}"`));
for (let i = 0; i < words.length; i++) {
  const word = words[i];
  if (word === '--from') options.from = number(words[++i], '--from');
  else if (word === '--seed') Object.assign(options, { from: number(words[++i], '--seed'), count: 1 });
  else if (word === '--only') options.only = (words[++i] ?? '').split(',').filter((text) => text !== '' && text !== 'none').map((text) => number(text, '--only'));
  else if (word === '--bug') options.bug = words[++i];
  else options.count = number(word, 'COUNT');
}

const { optionsOf, plantedBugs, withBug } = await load('bugs.js');
const bug = plantedBugs.find(({ name }) => name === options.bug);
if (options.bug !== undefined && bug === undefined) stop(`--bug: expected ${plantedBugs.map(({ name }) => name).join(', ')}, found "${options.bug}"`);
const { runSwarm } = bug === undefined ? await load('run.js') : await withBug(bug);
const { shrink, tell } = await load('shrink.js');
const drawn = bug === undefined ? {} : optionsOf(bug);

const began = performance.now();
const total = { seeds: 0, events: 0, done: 0, failed: 0 };
for (let seed = options.from; seed < options.from + options.count; seed++) {
  const result = runSwarm(seed, { ...drawn, ...(options.only === undefined ? {} : { only: options.only }) });
  total.seeds += 1;
  total.events += result.events;
  total.done += result.done;
  if (result.wrong !== undefined) {
    total.failed += 1;
    console.log(options.only === undefined ? tell(shrink(seed, drawn, { bug: bug?.name, run: runSwarm })) : `seed ${seed}: ${result.wrong}`);
  }
  if (total.seeds % 500 === 0) console.log(`# ${total.seeds} seeds, ${total.failed} failed, ${((performance.now() - began) / 1000).toFixed(0)} s`);
}
const seconds = (performance.now() - began) / 1000;
console.log(`${total.seeds} seeds from ${options.from}: ${total.failed} failed; ${total.events} events and ${total.done} answered calls in ${seconds.toFixed(1)} s`);
process.exit(total.failed > 0 ? 1 : 0);

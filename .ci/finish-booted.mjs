// Boots the preset clusters once and stores the booted worlds, so that starting is loading.
import { mkdirSync, writeFileSync } from 'node:fs';

const { openCluster } = await import('../dist/src/cluster/cluster.js');
const { presets } = await import('../dist/src/cluster/topology.js');
const { dumpWorld } = await import('../dist/src/sim/checkpoint.js');
const { DEFAULT_SEED } = await import('../dist/src/program/seed.js');

mkdirSync('dist/booted', { recursive: true });
for (const [name, topology] of Object.entries(presets)) {
  const { kernel } = openCluster({ topology, seed: DEFAULT_SEED });
  writeFileSync(`dist/booted/${name}.json`, JSON.stringify(dumpWorld(kernel.world)));
}

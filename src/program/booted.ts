/** Worlds that have booted already, made in the build for the preset clusters and the default seed. A shortcut only: a test compares digests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { presets, type Topology } from '../cluster/topology.ts';
import { type Dump, loadWorld } from '../sim/checkpoint.ts';
import type { World } from '../sim/world.ts';
import { packageRoot } from '../repl/package-root.ts';
import { DEFAULT_SEED } from './seed.ts';

/** Where the build puts them. */
const bootedFile = (name: string): string => join(packageRoot(), 'dist', 'booted', `${name}.json`);

/** The booted world of a preset, if the build made one and it is of this format. */
export function bootedWorld(topology: Topology, seed: number): World | undefined {
  if (seed !== DEFAULT_SEED || presets[topology.name] !== topology) return undefined;
  try {
    const loaded = loadWorld(JSON.parse(readFileSync(bootedFile(topology.name), 'utf8')) as Dump);
    return loaded.ok ? loaded.value : undefined;
  } catch {
    return undefined;
  }
}

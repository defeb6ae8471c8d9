import type { FaultKind } from '../fault.ts';
import { block } from './block.ts';
import { crash } from './crash.ts';
import { delay } from './delay.ts';
import { drop } from './drop.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { slowDisk } from './slow-disk.ts';

/** Every fault the learner can inject, in the order of the help. */
export const faultKinds = [crash, pause, partition, block, delay, drop, slowDisk] as const satisfies readonly FaultKind[];

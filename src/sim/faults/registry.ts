import type { FaultKind } from '../fault.ts';
import { blackhole } from './blackhole.ts';
import { block } from './block.ts';
import { clockSkew } from './clock-skew.ts';
import { crash } from './crash.ts';
import { crashAt } from './crash-at.ts';
import { delay } from './delay.ts';
import { drop } from './drop.ts';
import { duplicate } from './duplicate.ts';
import { fullDisk } from './full-disk.ts';
import { ioError } from './io-error.ts';
import { hold } from './hold.ts';
import { lostDisk } from './lost-disk.ts';
import { lostWrites } from './lost-writes.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { reorder } from './reorder.ts';
import { sleepAt } from './sleep-at.ts';
import { slowDisk } from './slow-disk.ts';
import { tornTail } from './torn-tail.ts';

/** Every fault the learner can inject, in the order of the help: what happens to processes, to disks, to the network, to clocks. */
export const faultKinds = [
  crash, pause, crashAt, sleepAt, hold,
  lostWrites, tornTail, lostDisk, slowDisk, fullDisk, ioError,
  partition, block, blackhole, delay, drop, duplicate, reorder,
  clockSkew,
] as const satisfies readonly FaultKind[];

import type { Command } from './command.ts';

/** Every command of kubectl, etcdctl, crictl and systemctl, in the order of the help. */
export const commands: readonly Command[] = [];

import type { Command } from '../../command.ts';
import { changeCommands } from './change.ts';
import { inspectCommands } from './inspect.ts';
import { listCommands } from './list.ts';
import { logs } from './logs.ts';

/** The commands of crictl, in the order of the help. */
export const crictlCommands: readonly Command[] = [...listCommands, ...inspectCommands, logs, ...changeCommands];

import type { Command } from '../../command.ts';
import { rolloutPause, rolloutRestart, rolloutResume } from './change.ts';
import { rolloutHistory } from './history.ts';
import { rolloutStatus } from './status.ts';
import { rolloutUndo } from './undo.ts';

/** The commands of `kubectl rollout`. */
export const rolloutCommands: readonly Command[] = [rolloutStatus, rolloutHistory, rolloutUndo, rolloutRestart, rolloutPause, rolloutResume];

import type { SessionCommand } from '../controls.ts';
import { fault, heal } from './faults.ts';
import { fidelity, help, quit, requests, restore, save, seed, status } from './session.ts';
import { advance, back, goto, pause, redo, resume, speed, step, undo, until } from './time.ts';
import { answer, check, explain, hint, lang, learn, lessons, level, next, reset, solution, trace, who, why } from './tutor.ts';

/** Every command of the session, in the order of the help. */
export const sessionCommands: readonly SessionCommand[] = [
  advance, step, until, pause, resume, speed, undo, redo, back, goto,
  fault, heal,
  trace, why, who, explain, lessons, learn, next, hint, solution, check, answer, reset,
  help, lang, level, seed, save, restore, status, requests, fidelity, quit,
];

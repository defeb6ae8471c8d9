/**
 * Lines that kubectl writes to its log: level, date, time, process, and the place in its sources.
 * @source kubernetes/klog v2 klog.go (formatHeader)
 * @fidelity simplified: the process always has the number 1
 */
import { formatMicroTime } from '../api/time.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx } from './command.ts';

/** Writes a warning. `place` is the file and line that upstream's warning comes from, such as `helpers.go:719`. */
export const logWarning = (place: string, text: string): Conversation<void> => log('W', place, text);
/** Writes why kubectl gives up. */
export const logFatal = (place: string, text: string): Conversation<void> => log('F', place, text);

function* log(level: 'W' | 'F', place: string, text: string): Conversation<void> {
  const [, month = '', day = '', time = ''] = /^\d+-(\d\d)-(\d\d)T([\d:.]+)Z$/.exec(formatMicroTime(yield* cx.now())) ?? [];
  yield* cx.printError(`${level}${month}${day} ${time}       1 ${place}] ${text}\n`);
}

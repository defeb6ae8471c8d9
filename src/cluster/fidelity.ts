/** What is modelled exactly, simply, or not at all: the table that `fidelity` prints. Made from the `@fidelity` notes in the sources. */
import { fidelityNotes } from './fidelity.generated.ts';

/** One line per note, by component. */
export function fidelityLines(lang: 'ko' | 'en'): readonly string[] {
  const width = Math.max(...fidelityNotes.map(({ where }) => where.length));
  const head = lang === 'ko' ? '진짜 쿠버네티스와 다른 곳 (소스의 @fidelity에서 뽑았어요):' : 'Where this differs from the real thing (from the @fidelity notes in the sources):';
  return [head, ...fidelityNotes.map(({ where, note }) => `  ${where.padEnd(width)}  ${note}`)];
}

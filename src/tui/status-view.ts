import { cleanText } from '../repl/columns.ts';
import type { StatusLine } from '../repl/session-view.ts';
import { cutLine, lineColumns, seg, type StyledLine } from './styled.ts';
import type { Words } from './words.ts';

/** Cuts of one field, so that no field pushes the others out. */
const FIELD_COLUMNS_MAX = 40;

/** The status line in exactly `columns`: clock and speed first; what matters less is left out first when it does not fit. */
export function viewStatus(status: StatusLine, words: Words, columns: number): StyledLine {
  const fields = fieldsOf(status, words).filter((field) => field.text !== '');
  // Fields of the highest number are the first to go.
  const order = fields.map((field) => field.rank).sort((a, b) => a - b);
  for (let keep = order.length; keep > 0; keep--) {
    const limit = order[keep - 1] as number;
    const line = join(fields.filter((field) => field.rank <= limit));
    const width = lineColumns(line);
    if (width <= columns) return [...line, seg(' '.repeat(columns - width), 'status')];
  }
  return cutLine(join(fields.slice(0, 1)), columns);
}

interface Field {
  readonly text: string;
  readonly style: 'status' | 'statusStrong' | 'statusWarn';
  readonly rank: number;
}

function fieldsOf(status: StatusLine, words: Words): readonly Field[] {
  const faults = status.faults.length;
  const short = (text: string): string => {
    const cut = cutLine([seg(cleanText(text).replaceAll('\n', ' '))], FIELD_COLUMNS_MAX);
    return cut.map((segment) => segment.text).join('');
  };
  return [
    { text: status.clock, style: 'statusStrong', rank: 0 },
    { text: status.paused ? `‖ ${words.paused}` : `${status.speed}x`, style: status.paused ? 'statusWarn' : 'status', rank: 1 },
    { text: short(status.cluster), style: 'status', rank: 4 },
    { text: `${words.seed} ${status.seed}`, style: 'status', rank: 6 },
    { text: status.branch === '' ? '' : `${words.branch} ${short(status.branch)}`, style: 'status', rank: 5 },
    { text: status.lesson === '' ? '' : `${words.lesson} ${short(status.lesson)}`, style: 'status', rank: 3 },
    { text: faults === 0 ? '' : `${words.faults} ${faults}: ${short(status.faults.join(', '))}`, style: 'statusWarn', rank: 2 },
  ];
}

function join(fields: readonly Field[]): StyledLine {
  return fields.flatMap((field) => [seg(` ${field.text} `, field.style), seg(' ', 'status')]);
}

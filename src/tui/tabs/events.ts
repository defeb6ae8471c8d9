import type { HappenedEvent } from '../../repl/session-view.ts';
import { cleanText, columnsOf } from '../../repl/columns.ts';
import { cutLine, seg, type StyledLine, withCode } from '../styled.ts';
import type { Style } from '../theme.ts';
import { wrapLine } from '../wrap.ts';
import type { Tab, TabRoom } from './tab.ts';

/** Events kept in reach of scrolling. */
const EVENTS_SHOWN_MAX = 200;
/** Rows one event may take. */
const EVENT_ROWS_MAX = 3;
const INDENT = 2;

/** What happened lately: `!` marks warnings. */
export const eventsTab: Tab = {
  id: 'events',
  title: { ko: '이벤트', en: 'Events' },
  startsAtEnd: true,
  lines: (room) => {
    const events = room.session.events(EVENTS_SHOWN_MAX);
    return events.length === 0 ? [[seg(room.words.noEvents, 'dim')]] : events.flatMap((event) => eventLines(event, room.columns));
  },
  strip: (room) => room.session.events(room.rows).map((event) => cutLine(eventLine(event), room.columns)),
};

/** The latest event in one line, for the strip. */
export function latestEvent(room: TabRoom): StyledLine {
  const event = room.session.events(1).at(-1);
  return event === undefined ? [seg(room.words.noEvents, 'dim')] : cutLine(eventLine(event), room.columns);
}

function eventLine(event: HappenedEvent): StyledLine {
  return [...head(event), seg(' '), ...withCode([cleanText(event.text).replaceAll('\n', ' ')], styleOf(event)).flat()];
}

const styleOf = (event: HappenedEvent): Style => event.kind === 'Warning' ? 'warn' : 'text';

function head(event: HappenedEvent): StyledLine {
  const mark = event.kind === 'Warning' ? seg('! ', 'warn') : seg('· ', 'dim');
  return [mark, seg(event.at, 'dim'), seg(' '), seg(event.who, 'cluster')];
}

/** Who and when, and below it what, in at most three rows; in one row when it fits. */
function eventLines(event: HappenedEvent, columns: number): readonly StyledLine[] {
  const text = cleanText(event.text).replaceAll('\n', ' ');
  const first = head(event);
  const used = first.reduce((sum, segment) => sum + columnsOf(segment.text), 0);
  if (used + 1 + columnsOf(text) <= columns) return [[...first, seg(' '), ...withCode([text], styleOf(event)).flat()]];
  const rows = wrapLine(text, columns - INDENT);
  const shown = withCode(rows.map((row) => row.text), styleOf(event)).slice(0, EVENT_ROWS_MAX - 1).map((words, i) => {
    const isLast = i === EVENT_ROWS_MAX - 2 && rows.length > EVENT_ROWS_MAX - 1;
    return cutLine([seg(' '.repeat(INDENT)), ...words, ...(isLast ? [seg(' …', styleOf(event))] : [])], columns);
  });
  return [cutLine(first, columns), ...shown];
}

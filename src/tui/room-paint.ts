import { columnsOf, cutColumns } from '../repl/columns.ts';
import { paintPopup } from './completion.ts';
import { Grid, type Rect } from './grid.ts';
import { viewInput, type InputView } from './input-view.ts';
import { INPUT_ROWS_MAX, inputRowsMax, layOut, type Layout } from './layout.ts';
import type { Room } from './room.ts';
import { viewStatus } from './status-view.ts';
import { cutRow, seg, type StyledLine } from './styled.ts';
import { tabTitles } from './tab-titles.ts';
import { wrapLine } from './wrap.ts';
import { graphemeStyles, GUTTER_COLUMNS } from './transcript.ts';

/** A picture of the room, and where the cursor stands in it. */
export interface Picture {
  readonly grid: Grid;
  readonly caret: { readonly x: number; readonly y: number } | undefined;
}

/** Columns of the prompt. */
const PROMPT_COLUMNS = 2;

/** Paints the whole screen. The room remembers the layout, for keys that scroll by pages. */
export function paintRoom(room: Room): Picture {
  const { columns, rows } = room.window;
  const grid = new Grid(columns, rows);
  const input = viewInput(
    { graphemes: room.line.graphemes, cursor: room.line.cursor, styles: graphemeStyles(room.line.graphemes, room.typed().spans) },
    Math.max(1, columns - PROMPT_COLUMNS - 1), room.isEditing ? inputRowsMax({ rows, isEditing: true }) : Math.min(INPUT_ROWS_MAX, Math.max(1, Math.floor(rows / 4))),
  );
  const layout = layOut({ columns, rows, inputRows: room.search === undefined ? input.rows.length : 1, hidesSide: room.hidesSide, isEditing: room.isEditing });
  room.layout = layout;
  room.isDirty = false;
  if (layout === undefined) return paintTooSmall(room, grid);
  room.transcript.resize(layout.transcript.columns);
  paintTranscript(room, grid, layout.transcript);
  paintSide(room, grid, layout);
  paintStrip(room, grid, layout);
  paintRule(room, grid, layout);
  grid.line(layout.status, 0, viewStatus(room.session.status(), room.words, columns));
  const caret = room.search === undefined ? paintInput(room, grid, { input, rect: layout.input }) : paintSearch(room, grid, layout.input);
  if (room.popup !== undefined) paintPopup(grid, room.popup, { x: popupColumn(room, caret.x), y: layout.rule.y });
  return { grid, caret };
}

function paintTooSmall(room: Room, grid: Grid): Picture {
  const rows = wrapLine(room.words.tooSmall(grid.columns, grid.rows), grid.columns);
  const top = Math.max(0, Math.floor((grid.rows - rows.length) / 2));
  rows.forEach(({ text }, i) => grid.put(Math.max(0, Math.floor((grid.columns - columnsOf(text)) / 2)), top + i, text, { style: 'warn' }));
  return { grid, caret: undefined };
}

/** The rows in view: from the top while they are few, then standing on the rule as in a chat. */
function paintTranscript(room: Room, grid: Grid, rect: Rect): void {
  room.transcript.view(rect.rows).forEach((row, i) => {
    grid.line(rect, i, [row.mark]);
    const words = row.isCut ? cutRow(row.words, rect.columns - GUTTER_COLUMNS, room.shift) : row.words;
    grid.line({ ...rect, x: rect.x + GUTTER_COLUMNS, columns: rect.columns - GUTTER_COLUMNS }, i, words);
  });
}

function paintSide(room: Room, grid: Grid, layout: Layout): void {
  const { side, tabs, divider } = layout;
  if (side === undefined || tabs === undefined || divider === undefined) return;
  grid.fill(divider, 'rule', '│');
  grid.line(tabs, 0, tabTitles(room.session.lang, room.tabIndex));
  grid.fill({ ...tabs, y: 1 }, 'rule', '─');
  grid.put(divider.x, 1, '├', { style: 'rule' });
  const lines = room.sideLines(side.columns, side.rows, false);
  const excess = Math.max(0, lines.length - side.rows);
  room.sideScroll = Math.min(room.sideScroll, excess);
  const start = room.tab.startsAtEnd ? excess - room.sideScroll : room.sideScroll;
  lines.slice(start, start + side.rows).forEach((line, i) => grid.line(side, i, line));
  if (excess > 0) grid.put(tabs.x + tabs.columns - 8, 1, ` ${start > 0 ? '↑' : ' '}${start < excess ? '↓' : ' '} `, { style: 'rule' });
}

function paintStrip(room: Room, grid: Grid, layout: Layout): void {
  const { strip } = layout;
  if (strip === undefined) return;
  const rows = strip.rows - 1;
  room.sideLines(strip.columns, rows, true).slice(0, rows).forEach((line, i) => grid.line(strip, i, line));
  grid.fill({ ...strip, y: strip.y + rows, rows: 1 }, 'rule', '─');
  grid.line({ ...strip, y: strip.y + rows, rows: 1 }, 0, tabTitles(room.session.lang, room.tabIndex));
}

/** The line between transcript and input: what the keys do now, or a message; at the right the scroll position. */
function paintRule(room: Room, grid: Grid, layout: Layout): void {
  const { rule, divider } = layout;
  grid.fill(rule, 'rule', '─');
  if (divider !== undefined) grid.put(divider.x, rule.y, '┴', { style: 'rule' });
  const right = scrollInfo(room);
  const room4hints = rule.columns - columnsOf(right) - 4;
  const left: StyledLine = room.message === '' ? [seg(fitHints(hintsOf(room), room4hints), 'dim')] : [seg(` ${cutColumns(room.message, room4hints - 2)} `, 'warn')];
  grid.line({ ...rule, x: 1, columns: rule.columns - 1 }, 0, left);
  if (right !== '') grid.put(rule.columns - columnsOf(right) - 1, rule.y, right, { style: 'warn' });
}

function scrollInfo(room: Room): string {
  const parts: string[] = [];
  if (room.waiting.length > 0) parts.push(room.words.waiting(room.waiting.length));
  if (room.transcript.hidden > 0) parts.push(room.words.scrolled(room.transcript.hidden));
  if (room.transcript.unseen > 0) parts.push(room.words.newRows(room.transcript.unseen));
  return parts.length === 0 ? '' : ` ${parts.join(' · ')} `;
}

function hintsOf(room: Room): readonly string[] {
  const { words } = room;
  if (room.search !== undefined) return words.hintsSearch;
  if (room.popup !== undefined) return words.hintsPopup;
  if (room.isEditing) return words.hintsEdit;
  if (room.session.busy) return words.hintsBusy;
  if (room.line.graphemes.includes('\n')) return room.session.needsMore(room.line.text) ? words.hintsMore : words.hintsRows;
  return room.transcript.view(room.layout?.transcript.rows ?? 0).some((row) => row.isCut) ? [words.hintCut, ...words.hints] : words.hints;
}

/** As many hints as fit, whole. */
function fitHints(hints: readonly string[], columns: number): string {
  let out = '';
  for (const hint of hints) {
    const longer = out === '' ? ` ${hint} ` : `${out}· ${hint} `;
    if (columnsOf(longer) > columns) break;
    out = longer;
  }
  return out;
}

function paintInput(room: Room, grid: Grid, place: { readonly input: InputView; readonly rect: Rect }): { readonly x: number; readonly y: number } {
  const { input, rect } = place;
  input.rows.forEach((row, i) => {
    const isFirst = i === 0 && input.rowsAbove === 0;
    const mark = i === 0 && input.rowsAbove > 0 ? '↑ ' : i === input.rows.length - 1 && input.rowsBelow > 0 ? '↓ ' : isFirst ? promptOf(room) : '┊ ';
    grid.line(rect, i, [seg(mark, 'learner')]);
    grid.line({ ...rect, x: rect.x + PROMPT_COLUMNS, columns: rect.columns - PROMPT_COLUMNS }, i, row);
  });
  const caret = { x: rect.x + PROMPT_COLUMNS + input.caretColumn, y: rect.y + input.caretRow };
  const { suggestion } = room.typed();
  if (room.line.atEnd && suggestion !== '' && room.popup === undefined) {
    grid.put(caret.x, caret.y, cutColumns(suggestion.replaceAll('\n', ' '), rect.columns - caret.x), { style: 'suggestion' });
  }
  return caret;
}

function promptOf(room: Room): string {
  if (room.session.takesInput === true) return '» ';
  return room.session.busy ? '… ' : '❯ ';
}

function paintSearch(room: Room, grid: Grid, rect: Rect): { readonly x: number; readonly y: number } {
  const query = room.search?.query ?? '';
  const found = room.session.history[room.search?.found ?? -1];
  const at = grid.line(rect, 0, [seg(`${room.words.search}: `, 'learner'), seg(query)]);
  const shown = found === undefined ? (query === '' ? '' : room.words.noMatch) : found.replaceAll('\n', ' ⏎ ');
  grid.put(at + 2, rect.y, cutColumns(shown, rect.columns - at - 2), { style: 'command' });
  return { x: Math.min(at, rect.columns - 1), y: rect.y };
}

/** The column under which the list stands: where the word to complete begins. */
function popupColumn(room: Room, caretX: number): number {
  const from = room.popup?.from ?? 0;
  return Math.max(PROMPT_COLUMNS, caretX - columnsOf(room.line.text.slice(from, room.line.offset).replaceAll('\n', ' ')));
}

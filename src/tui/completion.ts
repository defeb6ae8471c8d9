import { columnsOf, cutColumns, padColumns } from '../repl/columns.ts';
import type { Completions } from '../repl/session-view.ts';
import type { Grid, Rect } from './grid.ts';

/** Items the list shows at once. */
export const POPUP_ROWS_MAX = 8;
/** Items kept of one completion. */
const ITEMS_MAX = 2_000;
/** Widest text column before the descriptions. */
const TEXT_COLUMNS_MAX = 40;

/** The open completion list. */
export interface Popup {
  readonly from: number;
  readonly items: Completions['items'];
  readonly selected: number;
}

export function popupOf(completions: Completions): Popup {
  return { from: completions.from, items: completions.items.slice(0, ITEMS_MAX), selected: 0 };
}

/** The list with the selection moved, around both ends. */
export function movePopup(popup: Popup, by: number): Popup {
  const count = popup.items.length;
  return { ...popup, selected: (popup.selected + (by % count) + count) % count };
}

/** What all items begin with. */
export function commonPrefix(items: Completions['items']): string {
  let prefix = items[0]?.text ?? '';
  for (const { text } of items) {
    let length = 0;
    while (length < prefix.length && prefix[length] === text[length]) length++;
    prefix = prefix.slice(0, length);
  }
  return /[\ud800-\udbff]$/.test(prefix) ? prefix.slice(0, -1) : prefix;
}

/** The item's text as it is put on the line: a space follows a finished word, nothing follows `--output=` or `deployment/`. */
export function insertion(text: string): string {
  return /[=/:,\s]$/.test(text) ? text : `${text} `;
}

/** Draws the list just above the input, its texts under the word they complete. */
export function paintPopup(grid: Grid, popup: Popup, anchor: { readonly x: number; readonly y: number }): void {
  const shown = Math.min(popup.items.length, POPUP_ROWS_MAX, anchor.y);
  const first = Math.max(0, Math.min(popup.selected - Math.floor(shown / 2), popup.items.length - shown));
  const items = popup.items.slice(first, first + shown);
  const widest = (pick: (item: Completions['items'][number]) => string): number => items.reduce((most, item) => Math.max(most, columnsOf(pick(item))), 0);
  const textColumns = Math.min(widest((item) => item.text), TEXT_COLUMNS_MAX);
  const summaryColumns = Math.min(widest((item) => item.summary), grid.columns - textColumns - 6);
  const hasMore = popup.items.length > shown;
  const counter = hasMore ? ` ${popup.selected + 1}/${popup.items.length} ` : '';
  const columns = Math.max(textColumns + (summaryColumns > 0 ? summaryColumns + 2 : 0) + 2, columnsOf(counter));
  const rect: Rect = { x: Math.max(0, Math.min(anchor.x - 1, grid.columns - columns)), y: anchor.y - shown - (hasMore ? 1 : 0), columns, rows: shown };
  items.forEach((item, row) => {
    const isSelected = first + row === popup.selected;
    const text = `${isSelected ? '>' : ' '}${padColumns(item.text, textColumns)}`;
    const summary = summaryColumns > 0 ? `  ${cutColumns(item.summary, summaryColumns)}` : '';
    const y = rect.y + row;
    grid.fill({ ...rect, y, rows: 1 }, isSelected ? 'selected' : 'popup');
    const at = grid.put(rect.x, y, text, { style: isSelected ? 'selected' : 'popup' });
    grid.put(at, y, summary, { style: isSelected ? 'selectedDim' : 'popupDim', end: rect.x + columns });
  });
  if (hasMore) grid.put(rect.x, rect.y + shown, padColumns(counter, columns), { style: 'popupDim' });
}

/** Which item a click on a row of the screen means. */
export function popupItemAt(popup: Popup, anchorY: number, y: number): number | undefined {
  const shown = Math.min(popup.items.length, POPUP_ROWS_MAX, anchorY);
  const first = Math.max(0, Math.min(popup.selected - Math.floor(shown / 2), popup.items.length - shown));
  const top = anchorY - shown - (popup.items.length > shown ? 1 : 0);
  return y >= top && y < top + shown ? first + y - top : undefined;
}

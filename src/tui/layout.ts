import type { Rect } from './grid.ts';

/** Smaller windows say so and wait. */
const COLUMNS_MIN = 60;
const ROWS_MIN = 16;
/** From this width on the side pane stands beside the transcript; below it folds into a strip. */
const SIDE_FROM_COLUMNS = 100;
/** Rows of input shown at once. */
export const INPUT_ROWS_MAX = 6;
/** Rows of the window that an editor leaves to the rest. */
const EDIT_LEAVES_ROWS = 8;
const SIDE_COLUMNS_MIN = 38;
const SIDE_COLUMNS_MAX = 64;
/** Share of the width that the side pane takes, in percent. */
const SIDE_PERCENT = 36;

/** Rows of input at most: an object being edited may take most of the window. */
export const inputRowsMax = (window: { readonly rows: number; readonly isEditing?: boolean }): number => (window.isEditing === true ? Math.max(INPUT_ROWS_MAX, window.rows - EDIT_LEAVES_ROWS) : INPUT_ROWS_MAX);

/** Where everything stands. Rows of the screen from above: strip (narrow windows), transcript, rule, input, status. */
export interface Layout {
  readonly strip: Rect | undefined;
  readonly transcript: Rect;
  /** The tab titles, and below them the pane of the chosen tab. */
  readonly tabs: Rect | undefined;
  readonly side: Rect | undefined;
  readonly divider: Rect | undefined;
  readonly rule: Rect;
  readonly input: Rect;
  readonly status: Rect;
}

/** Lays the screen out; undefined when the window is too small. */
export function layOut(window: { readonly columns: number; readonly rows: number; readonly inputRows: number; readonly hidesSide: boolean; readonly isEditing?: boolean }): Layout | undefined {
  const { columns, rows } = window;
  if (columns < COLUMNS_MIN || rows < ROWS_MIN) return undefined;
  const inputRows = Math.max(1, Math.min(window.inputRows, inputRowsMax(window)));
  const body = rows - inputRows - 2;
  const foot = {
    rule: { x: 0, y: body, columns, rows: 1 },
    input: { x: 0, y: body + 1, columns, rows: inputRows },
    status: { x: 0, y: rows - 1, columns, rows: 1 },
  };
  const none = { strip: undefined, tabs: undefined, side: undefined, divider: undefined };
  if (window.hidesSide) return { ...foot, ...none, transcript: { x: 0, y: 0, columns, rows: body } };
  if (columns < SIDE_FROM_COLUMNS) {
    const strip = stripRows(rows);
    return { ...foot, ...none, strip: { x: 0, y: 0, columns, rows: strip }, transcript: { x: 0, y: strip, columns, rows: body - strip } };
  }
  const side = Math.max(SIDE_COLUMNS_MIN, Math.min(SIDE_COLUMNS_MAX, Math.floor((columns * SIDE_PERCENT) / 100)));
  const left = columns - side - 1;
  return {
    ...foot,
    strip: undefined,
    transcript: { x: 0, y: 0, columns: left, rows: body },
    divider: { x: left, y: 0, columns: 1, rows: body },
    tabs: { x: left + 1, y: 0, columns: side, rows: 1 },
    side: { x: left + 2, y: 2, columns: side - 1, rows: body - 2 },
  };
}

/** Rows of the strip, its closing rule included: one line of nodes, a line for the latest event, and more nodes in high windows. */
function stripRows(rows: number): number {
  return rows >= 40 ? 4 : rows >= 20 ? 3 : 2;
}

/** Whether a cell lies in a rectangle. */
export function contains(rect: Rect | undefined, x: number, y: number): boolean {
  return rect !== undefined && x >= rect.x && x < rect.x + rect.columns && y >= rect.y && y < rect.y + rect.rows;
}

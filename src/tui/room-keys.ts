import { contains } from './layout.ts';
import { movePopup, popupItemAt, POPUP_ROWS_MAX } from './completion.ts';
import type { Room } from './room.ts';
import { searchHistory } from './search.ts';
import { TABS } from './tabs/registry.ts';
import { lineColumns } from './styled.ts';
import { tabAt } from './tab-titles.ts';
import { GUTTER_COLUMNS } from './transcript.ts';

/** A key by the name the terminal layer gives it (`C-r`, `M-enter`, `pageup`), with the text it types. */
export interface Key {
  readonly name: string;
  readonly text: string;
}

/** A mouse report; `x`, `y` from 0. */
export interface Mouse {
  readonly kind: 'press' | 'wheelUp' | 'wheelDown';
  readonly x: number;
  readonly y: number;
}

type Action = (room: Room) => void;

/** Rows of one notch of the wheel. */
const WHEEL_ROWS = 3;
/** Columns of one sideways step. */
const SHIFT_COLUMNS = 16;

/** Editing keys of a shell; after them the completion list is looked up again when it is open. */
const EDITS: Readonly<Record<string, Action>> = {
  'backspace': (room) => room.line.backspace(),
  'C-h': (room) => room.line.backspace(),
  'delete': (room) => room.line.delete(),
  'C-w': (room) => room.line.killWord(),
  'M-backspace': (room) => room.line.killWord(),
};

const KEYS: Readonly<Record<string, Action>> = {
  ...EDITS,
  'enter': (room) => room.submit(),
  'M-enter': (room) => room.line.insert('\n'),
  'linefeed': (room) => room.line.insert('\n'),
  'tab': (room) => room.complete(),
  'left': (room) => room.line.left(),
  'C-b': (room) => room.line.left(),
  'right': (room) => forward(room, () => room.line.right()),
  'C-f': (room) => forward(room, () => room.line.right()),
  'home': (room) => room.line.home(),
  'C-a': (room) => room.line.home(),
  'end': (room) => forward(room, () => room.line.end()),
  'C-e': (room) => forward(room, () => room.line.end()),
  'M-b': (room) => room.line.wordLeft(),
  'C-left': (room) => room.line.wordLeft(),
  'M-left': (room) => room.line.wordLeft(),
  'M-f': forwardWord,
  'C-right': forwardWord,
  'M-right': forwardWord,
  'M-d': (room) => room.line.killWordRight(),
  'C-k': (room) => room.line.killToEnd(),
  'C-u': (room) => room.line.killToStart(),
  'C-y': (room) => room.line.yank(),
  'up': older,
  'C-p': older,
  'down': newer,
  'C-n': newer,
  'C-r': (room) => { room.search = { query: '', found: -1 }; },
  'C-c': (room) => room.interrupt(),
  'C-d': (room) => (!room.line.isEmpty ? room.line.delete() : room.session.takesInput === true ? room.session.typeEnd?.() : room.quit()),
  'C-l': (room) => { room.transcript.wipe(); room.wantsRedraw = true; },
  'C-t': (room) => room.chooseTab((room.tabIndex + 1) % TABS.length),
  'f1': (room) => { if (room.line.isEmpty) { room.line.set('help'); room.submit(); } },
  'f4': (room) => { room.hidesSide = !room.hidesSide; },
  'M-0': (room) => { room.hidesSide = !room.hidesSide; },
  'f5': (room) => room.copyOutput(),
  'M-c': (room) => room.copyOutput(),
  'pageup': (room) => scroll(room, page(room)),
  'pagedown': (room) => scroll(room, -page(room)),
  'S-up': (room) => scroll(room, 1),
  'S-down': (room) => scroll(room, -1),
  'C-home': (room) => scroll(room, room.transcript.rows.length),
  'C-end': (room) => room.transcript.scrollToEnd(),
  'M-up': (room) => scrollSide(room, 1),
  'M-down': (room) => scrollSide(room, -1),
  'S-right': (room) => { room.shift = Math.min(room.shift + SHIFT_COLUMNS, shiftMax(room)); },
  'S-left': (room) => { room.shift = Math.max(0, room.shift - SHIFT_COLUMNS); },
  'escape': (room) => { room.shift = 0; },
};

/** While `kubectl edit` has its object in the input. */
const EDITOR_KEYS: Readonly<Record<string, Action>> = {
  'enter': (room) => room.line.insert('\n'),
  'tab': (room) => room.line.insert('  '),
  'C-s': (room) => room.finishEdit(true),
  'C-d': (room) => room.finishEdit(true),
  'C-c': (room) => room.finishEdit(false),
  'escape': (room) => room.finishEdit(false),
  'up': (room) => { room.line.up(); },
  'C-p': (room) => { room.line.up(); },
  'down': (room) => { room.line.down(); },
  'C-n': (room) => { room.line.down(); },
  'pageup': (room) => { for (let i = 0; i < EDITOR_PAGE; i++) room.line.up(); },
  'pagedown': (room) => { for (let i = 0; i < EDITOR_PAGE; i++) room.line.down(); },
};
/** Rows that Page Up and Page Down go in an editor. */
const EDITOR_PAGE = 10;

const POPUP_KEYS: Readonly<Record<string, Action>> = {
  'down': (room) => move(room, 1),
  'C-n': (room) => move(room, 1),
  'tab': (room) => move(room, 1),
  'up': (room) => move(room, -1),
  'C-p': (room) => move(room, -1),
  'S-tab': (room) => move(room, -1),
  'pagedown': (room) => move(room, Math.min(POPUP_ROWS_MAX, room.popup?.items.length ?? 0)),
  'pageup': (room) => move(room, -Math.min(POPUP_ROWS_MAX, room.popup?.items.length ?? 0)),
  'enter': (room) => room.takeCompletion(),
  'right': (room) => room.takeCompletion(),
  'escape': closePopup,
  'C-g': closePopup,
  'C-c': closePopup,
};

const SEARCH_KEYS: Readonly<Record<string, Action>> = {
  'C-r': (room) => look(room, room.search?.query ?? '', true),
  'up': (room) => look(room, room.search?.query ?? '', true),
  'backspace': (room) => look(room, Array.from(room.search?.query ?? '').slice(0, -1).join(''), false),
  'C-h': (room) => look(room, Array.from(room.search?.query ?? '').slice(0, -1).join(''), false),
  'C-u': (room) => look(room, '', false),
  'enter': takeFound,
  'tab': takeFound,
  'right': takeFound,
  'end': takeFound,
  'escape': (room) => { room.search = undefined; },
  'C-g': (room) => { room.search = undefined; },
  'C-c': (room) => { room.search = undefined; },
};

/** One key pressed. */
export function pressKey(room: Room, key: Key): void {
  room.isDirty = true;
  if (key.name === 'return') return;
  if (room.search !== undefined) {
    const action = SEARCH_KEYS[key.name];
    if (action !== undefined) return action(room);
    if (key.text !== '') return look(room, room.search.query + key.text, false);
    room.search = undefined;
  }
  if (room.popup !== undefined) {
    const action = POPUP_KEYS[key.name];
    if (action !== undefined) return action(room);
    const edit = EDITS[key.name];
    if (edit !== undefined) edit(room);
    else if (key.text !== '') room.line.insert(key.text);
    if (edit !== undefined || key.text !== '') return room.refreshPopup();
    room.popup = undefined;
  }
  const action = (room.isEditing ? EDITOR_KEYS[key.name] : undefined) ?? KEYS[key.name] ?? tabKey(key.name);
  if (action !== undefined) return action(room);
  if (key.text !== '') room.line.insert(key.text);
}

/** Composed text, for example from an input method: typed, never a command. */
export function typeText(room: Room, text: string): void {
  pressKey(room, { name: '', text });
}

/** A mouse report: the wheel scrolls what it is over, a press chooses a tab or a completion. */
export function useMouse(room: Room, mouse: Mouse): void {
  const layout = room.layout;
  if (layout === undefined) return;
  room.isDirty = true;
  if (mouse.kind === 'press') return pressMouse(room, mouse);
  const rows = mouse.kind === 'wheelUp' ? WHEEL_ROWS : -WHEEL_ROWS;
  if (contains(layout.side, mouse.x, mouse.y)) scrollSide(room, rows);
  else scroll(room, rows);
}

function pressMouse(room: Room, mouse: Mouse): void {
  const layout = room.layout;
  if (layout === undefined) return;
  if (room.popup !== undefined) {
    const item = popupItemAt(room.popup, layout.rule.y, mouse.y);
    if (item === undefined) return closePopup(room);
    room.popup = { ...room.popup, selected: item };
    return room.takeCompletion();
  }
  const titles = layout.tabs ?? (layout.strip === undefined ? undefined : { ...layout.strip, y: layout.strip.y + layout.strip.rows - 1, rows: 1 });
  if (titles === undefined || !contains(titles, mouse.x, mouse.y)) return;
  const tab = tabAt(room.session.lang, mouse.x - titles.x);
  if (tab !== undefined) room.chooseTab(tab);
}

/** F2, F3 … and Alt-1, Alt-2 … choose a tab; F4 and F5 have other work, so further tabs have Alt keys only. */
function tabKey(name: string): Action | undefined {
  const digit = /^M-([1-9])$/.exec(name)?.[1];
  const index = digit !== undefined ? Number(digit) - 1 : name === 'f2' ? 0 : name === 'f3' ? 1 : -1;
  return TABS[index] === undefined ? undefined : (room) => room.chooseTab(index);
}

/** At the end of the line a step to the right takes the grey suggestion. */
function forward(room: Room, step: () => void): void {
  const { suggestion } = room.typed();
  if (room.line.atEnd && suggestion !== '') room.line.insert(suggestion);
  else step();
}

function forwardWord(room: Room): void {
  const word = /^\s*\S+/.exec(room.typed().suggestion)?.[0];
  if (room.line.atEnd && word !== undefined) room.line.insert(word);
  else room.line.wordRight();
}

function older(room: Room): void {
  if (!room.line.up()) room.line.older(room.session.history);
}
function newer(room: Room): void {
  if (!room.line.down()) room.line.newer(room.session.history);
}

/** So far that the end of the longest row in view is seen. */
function shiftMax(room: Room): number {
  const { transcript } = room.layout ?? {};
  const widths = room.transcript.view(transcript?.rows ?? 0).map((row) => (row.isCut ? lineColumns(row.words) : 0));
  return Math.max(0, Math.max(0, ...widths) - (transcript?.columns ?? 0) + GUTTER_COLUMNS);
}

function page(room: Room): number {
  return Math.max(1, (room.layout?.transcript.rows ?? 3) - 2);
}
function scroll(room: Room, rows: number): void {
  room.transcript.scroll(rows, room.layout?.transcript.rows ?? 1);
}
/** Upwards is positive; `room-paint` keeps the scroll inside the content. */
function scrollSide(room: Room, rows: number): void {
  room.sideScroll = Math.max(0, room.sideScroll + (room.tab.startsAtEnd ? rows : -rows));
}

function move(room: Room, by: number): void {
  if (room.popup !== undefined) room.popup = movePopup(room.popup, by);
}
function closePopup(room: Room): void {
  room.popup = undefined;
}

function look(room: Room, query: string, wantsOlder: boolean): void {
  const history = room.session.history;
  const found = room.search?.found ?? -1;
  room.search = searchHistory(history, query, { before: wantsOlder && found >= 0 ? found : history.length, present: wantsOlder ? found : -1 });
}
function takeFound(room: Room): void {
  const entry = room.session.history[room.search?.found ?? -1];
  if (entry !== undefined) room.line.set(entry);
  room.search = undefined;
}

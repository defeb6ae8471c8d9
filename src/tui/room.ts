import { Line } from '../repl/line.ts';
import type { Chunk, SessionView, Span } from '../repl/session-view.ts';
import { commonPrefix, insertion, popupOf, type Popup } from './completion.ts';
import type { Layout } from './layout.ts';
import type { Search } from './search.ts';
import type { StyledLine } from './styled.ts';
import { TABS } from './tabs/registry.ts';
import type { Tab } from './tabs/tab.ts';
import { Transcript } from './transcript.ts';
import { wordsOf, type Words } from './words.ts';

/** Work of the simulator between two looks at the keyboard, in milliseconds (performance goal 11). */
export const SLICE_MS = 8;
/** Lines typed ahead while another one runs. */
export const LINES_WAITING_MAX = 16;
/** How long a message stays, and within which time a second Ctrl-C leaves, in milliseconds. */
const MESSAGE_MS = 2_500;
/** How old the side pane's content may be when a key is painted, in milliseconds. */
const SIDE_AGE_MS = 120;
/** Longest line that is highlighted and given suggestions while typing. */
const HIGHLIGHT_CHARACTERS_MAX = 4_096;

/** The size of the window. */
export interface Window {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The room: everything the screen shows and every key does, without a terminal. Keys come in by name (`room-keys.ts`), a picture goes out as
 * a grid of cells (`room-paint.ts`), and real time is told by `pass`.
 */
export class Room {
  readonly session: SessionView;
  readonly line = new Line();
  readonly transcript: Transcript;
  readonly waiting: string[] = [];
  window: Window;
  /** Where things stood at the latest painting; keys that scroll need the heights. */
  layout: Layout | undefined;
  popup: Popup | undefined;
  search: Search | undefined;
  tabIndex = 0;
  /** Rows the side pane is scrolled from its natural end. */
  sideScroll = 0;
  hidesSide = false;
  /** Columns that cut rows of the transcript are shifted. */
  shift = 0;
  /** The typed text is an object of `kubectl edit`. */
  isEditing = false;
  /** Text on its way to the clipboard. */
  clipboard: string | undefined;
  /** The whole screen must be drawn again (Ctrl-L). */
  wantsRedraw = false;
  /** Something to paint since the last painting. */
  isDirty = true;
  #wantsQuit = false;
  #now = 0;
  #message = { text: '', until: 0 };
  #interruptedAt = -MESSAGE_MS;
  #statusSeen = '';
  #side: { readonly at: number; readonly key: string; readonly lines: readonly StyledLine[] } | undefined;
  #typed = { text: '\n', spans: [] as readonly Span[], suggestion: '' };

  constructor(session: SessionView, window: Window) {
    this.session = session;
    this.window = window;
    this.transcript = new Transcript({ columns: window.columns, names: () => this.words, highlight: (line) => this.#spansOf(line) });
    session.onChunk((chunk) => this.#heard(chunk));
  }

  get wantsQuit(): boolean { return this.#wantsQuit || this.session.wantsQuit; }
  get message(): string { return this.#message.text; }
  /** The screen's own words, in the language that is spoken now. */
  get words(): Words { return wordsOf(this.session.lang); }
  get tab(): Tab { return TABS[this.tabIndex] ?? (TABS[0] as Tab); }

  /** Lets real time pass; the simulator works for at most `SLICE_MS`. */
  pass(realMs: number): void {
    this.#now += realMs;
    this.session.tick(realMs, SLICE_MS);
    this.#openEditor();
    this.#beginWaiting();
    if (this.#message.text !== '' && this.#now >= this.#message.until) {
      this.#message = { text: '', until: 0 };
      this.isDirty = true;
    }
    const status = this.session.status();
    const seen = `${status.clock} ${status.speed} ${status.paused} ${status.busy} ${status.lesson} ${status.branch} ${status.cluster} ${status.faults.join(',')}`;
    if (seen !== this.#statusSeen) this.isDirty = true;
    this.#statusSeen = seen;
  }

  say(text: string): void {
    this.#message = { text, until: this.#now + MESSAGE_MS };
  }

  /** Puts the text that `kubectl edit` wants edited in place of the typed line; what was typed ahead goes. */
  #openEditor(): void {
    const draft = this.session.editing;
    if (draft === undefined || this.isEditing) return;
    this.isEditing = true;
    this.line.clear();
    this.line.set(draft.text);
    this.line.toStart();
    this.say(this.words.editing(draft.name));
    this.isDirty = true;
  }

  /** Ends the edit with the text as it is, or as it was (`keeps` false). */
  finishEdit(keeps: boolean): void {
    const draft = this.session.editing;
    const text = keeps ? this.line.text : draft?.text ?? '';
    this.isEditing = false;
    this.line.clear();
    this.session.finishEdit?.(text);
  }

  /** Enter: begins the typed line, or goes on with a continuation row when it is unfinished. */
  submit(): void {
    const text = this.line.text;
    this.transcript.scrollToEnd();
    this.shift = 0;
    if (this.session.takesInput === true) {
      this.session.begin(text);
      return this.line.clear();
    }
    if (text.trim() === '') return;
    if (this.session.needsMore(text)) {
      this.line.set(text);
      this.line.insert('\n');
      return;
    }
    if (this.session.busy || this.waiting.length > 0) {
      if (this.waiting.length >= LINES_WAITING_MAX) return this.say(this.words.queueFull);
      this.waiting.push(text);
    } else {
      this.session.begin(text);
    }
    this.line.clear();
    this.#side = undefined;
  }

  /** Tab: completes what is certain, and opens the list when there is a choice. */
  complete(): void {
    const completions = this.session.complete(this.line.text, this.line.offset);
    const [only, second] = completions.items;
    if (only === undefined) return;
    if (second === undefined) return this.line.complete(completions.from, insertion(only.text));
    const prefix = commonPrefix(completions.items);
    if (prefix.length > this.line.offset - completions.from) this.line.complete(completions.from, prefix);
    this.popup = popupOf(completions);
  }

  /** Looks the list up again after a key changed the word; closes it when nothing fits. */
  refreshPopup(): void {
    const completions = this.session.complete(this.line.text, this.line.offset);
    this.popup = completions.items.length === 0 ? undefined : popupOf(completions);
  }

  takeCompletion(): void {
    const item = this.popup?.items[this.popup.selected];
    if (this.popup !== undefined && item !== undefined) this.line.complete(this.popup.from, insertion(item.text));
    this.popup = undefined;
  }

  /** Ctrl-C: stops the running line, else clears the input, else leaves when pressed twice. */
  interrupt(): void {
    if (this.session.busy) {
      this.waiting.length = 0;
      return this.session.interrupt();
    }
    if (!this.line.isEmpty) return this.line.clear();
    if (this.#now - this.#interruptedAt < MESSAGE_MS) this.quit();
    this.#interruptedAt = this.#now;
    this.say(this.words.leaveAgain);
  }

  quit(): void { this.#wantsQuit = true; }

  chooseTab(index: number): void {
    if (TABS[index] === undefined) return;
    this.tabIndex = index;
    this.sideScroll = 0;
    this.hidesSide = false;
  }

  paste(text: string): void {
    this.popup = undefined;
    if (!this.line.insert(text.replace(/[\r\n]+$/, ''))) this.say(this.words.pasteTooLong(text.length));
  }

  copyOutput(): void {
    const text = this.transcript.lastOutput();
    if (text === '') return this.say(this.words.nothingToCopy);
    this.clipboard = text;
    this.say(this.words.copied(text.split('\n').length));
  }

  /** How the typed line is highlighted, and what is suggested after it. */
  typed(): { readonly spans: readonly Span[]; readonly suggestion: string } {
    const text = this.line.text;
    if (text !== this.#typed.text) {
      const isShort = text.length <= HIGHLIGHT_CHARACTERS_MAX && text !== '' && !this.isEditing;
      this.#typed = { text, spans: this.isEditing ? [] : this.#spansOf(text), suggestion: isShort ? this.session.suggest(text) : '' };
    }
    return this.#typed;
  }

  /** The side pane's or strip's content, looked up at most every `SIDE_AGE_MS`. */
  sideLines(columns: number, rows: number, isStrip: boolean): readonly StyledLine[] {
    const key = `${this.tab.id} ${columns} ${rows} ${isStrip} ${this.session.lang}`;
    if (this.#side === undefined || this.#side.key !== key || this.#now - this.#side.at >= SIDE_AGE_MS) {
      const place = { session: this.session, words: this.words, columns, rows };
      this.#side = { at: this.#now, key, lines: isStrip ? this.tab.strip(place) : this.tab.lines(place) };
    }
    return this.#side.lines;
  }

  #spansOf(line: string): readonly Span[] {
    return line.length <= HIGHLIGHT_CHARACTERS_MAX && line !== '' ? this.session.highlight(line) : [];
  }
  #heard(chunk: Chunk): void {
    this.transcript.append(chunk);
    this.isDirty = true;
  }
  #beginWaiting(): void {
    if (this.session.busy) return;
    const next = this.waiting.shift();
    if (next === undefined) return;
    this.session.begin(next);
    this.#side = undefined;
    this.isDirty = true;
  }
}

import { cleanText, graphemes } from './columns.ts';

/** Characters the editor takes; longer texts belong in a file (`-f FILE`). */
export const LINE_CHARACTERS_MAX = 65_536;

const SPACE = /^\s$/;

/**
 * The line being typed: graphemes and a cursor, with the editing keys of a shell. No terminal here.
 *
 * A line may have several rows (a pasted manifest, a heredoc), parted by `\n`. Text is kept in composed form (NFC), so conjoining jamo
 * typed one by one become one syllable and Backspace removes a whole one.
 */
export class Line {
  #graphemes: string[] = [];
  #cursor = 0;
  #kill = '';
  /** What was typed before the history was walked, and where the walk stands. */
  #draft: string | undefined;
  #walk = 0;

  get text(): string { return this.#graphemes.join(''); }
  get graphemes(): readonly string[] { return this.#graphemes; }
  /** Index of the grapheme the cursor stands before. */
  get cursor(): number { return this.#cursor; }
  /** The cursor as a UTF-16 offset into `text`. */
  get offset(): number { return this.#before().length; }
  get atEnd(): boolean { return this.#cursor === this.#graphemes.length; }
  get isEmpty(): boolean { return this.#graphemes.length === 0; }

  set(text: string): void {
    this.#graphemes = graphemes(cleanText(text));
    this.#cursor = this.#graphemes.length;
  }

  clear(): void {
    this.set('');
    this.#draft = undefined;
  }

  /** Inserts at the cursor; false when the line would become longer than `LINE_CHARACTERS_MAX`. */
  insert(raw: string): boolean {
    if (raw.length + this.#graphemes.length > LINE_CHARACTERS_MAX) return false;
    // The grapheme before the cursor takes part: a vowel jamo completes the consonant typed before it.
    const start = Math.max(0, this.#cursor - 1);
    const joined = this.#graphemes.slice(start, this.#cursor).join('') + cleanText(raw);
    const added = graphemes(joined.normalize('NFC'));
    this.#graphemes = [...this.#graphemes.slice(0, start), ...added, ...this.#graphemes.slice(this.#cursor)];
    this.#cursor = start + added.length;
    this.#edited();
    return true;
  }

  /** Replaces the UTF-16 range from `from` to the cursor, as a completion does. */
  complete(from: number, text: string): void {
    const before = this.#before();
    const rest = this.#graphemes.slice(this.#cursor);
    const head = graphemes(cleanText(before.slice(0, from) + text));
    this.#graphemes = [...head, ...rest];
    this.#cursor = head.length;
    this.#edited();
  }

  backspace(): void {
    if (this.#cursor > 0) this.#graphemes.splice(--this.#cursor, 1);
    this.#edited();
  }
  delete(): void {
    if (!this.atEnd) this.#graphemes.splice(this.#cursor, 1);
    this.#edited();
  }
  left(): void { this.#cursor = Math.max(0, this.#cursor - 1); }
  right(): void { this.#cursor = Math.min(this.#graphemes.length, this.#cursor + 1); }
  home(): void { this.#cursor = this.#rowStart(this.#cursor); }
  /** The cursor before the first character. */
  toStart(): void { this.#cursor = 0; }
  end(): void { this.#cursor = this.#rowEnd(this.#cursor); }
  wordLeft(): void { this.#cursor = this.#wordStart(); }
  wordRight(): void { this.#cursor = this.#wordEnd(); }

  killWord(): void { this.#cut(this.#wordStart(), this.#cursor); }
  killWordRight(): void { this.#cut(this.#cursor, this.#wordEnd()); }
  killToEnd(): void {
    const end = this.#rowEnd(this.#cursor);
    this.#cut(this.#cursor, end === this.#cursor ? Math.min(end + 1, this.#graphemes.length) : end);
  }
  killToStart(): void {
    const start = this.#rowStart(this.#cursor);
    this.#cut(start === this.#cursor ? Math.max(0, start - 1) : start, this.#cursor);
  }
  yank(): void { this.insert(this.#kill); }

  /** Swaps the two graphemes around the cursor (Ctrl-T of shells). */
  transpose(): void {
    const at = this.atEnd ? this.#cursor - 1 : this.#cursor;
    const [left, right] = [this.#graphemes[at - 1], this.#graphemes[at]];
    if (left === undefined || right === undefined) return;
    this.#graphemes.splice(at - 1, 2, right, left);
    this.#cursor = at + 1;
    this.#edited();
  }

  /** Moves to the row above; false when the cursor stands in the first row. */
  up(): boolean {
    const start = this.#rowStart(this.#cursor);
    if (start === 0) return false;
    const above = this.#rowStart(start - 1);
    this.#cursor = Math.min(above + (this.#cursor - start), start - 1);
    return true;
  }
  /** Moves to the row below; false when the cursor stands in the last row. */
  down(): boolean {
    const end = this.#rowEnd(this.#cursor);
    if (end === this.#graphemes.length) return false;
    const column = this.#cursor - this.#rowStart(this.#cursor);
    this.#cursor = Math.min(end + 1 + column, this.#rowEnd(end + 1));
    return true;
  }

  /** The next older line of the history that begins with what was typed; false when there is none. */
  older(history: readonly string[]): boolean {
    if (this.#draft === undefined) {
      this.#draft = this.text;
      this.#walk = history.length;
    }
    for (let i = Math.min(this.#walk, history.length) - 1; i >= 0; i--) {
      if (this.#take(history, i)) return true;
    }
    return false;
  }
  /** The next newer line, at last what was typed; false when not walking. */
  newer(history: readonly string[]): boolean {
    if (this.#draft === undefined) return false;
    for (let i = this.#walk + 1; i < history.length; i++) if (this.#take(history, i)) return true;
    this.set(this.#draft);
    this.#draft = undefined;
    return true;
  }

  #take(history: readonly string[], index: number): boolean {
    const entry = history[index] ?? '';
    if (!entry.startsWith(this.#draft ?? '') || entry === this.text) return false;
    this.set(entry);
    this.#walk = index;
    return true;
  }
  /** Any edit ends the walk through the history. */
  #edited(): void { this.#draft = undefined; }
  #before(): string { return this.#graphemes.slice(0, this.#cursor).join(''); }
  #cut(from: number, to: number): void {
    this.#kill = this.#graphemes.splice(from, to - from).join('');
    this.#cursor = from;
    this.#edited();
  }
  #rowStart(at: number): number {
    let i = at;
    while (i > 0 && this.#graphemes[i - 1] !== '\n') i--;
    return i;
  }
  #rowEnd(at: number): number {
    let i = at;
    while (i < this.#graphemes.length && this.#graphemes[i] !== '\n') i++;
    return i;
  }
  #wordStart(): number {
    let i = this.#cursor;
    while (i > 0 && SPACE.test(this.#graphemes[i - 1] ?? '')) i--;
    while (i > 0 && !SPACE.test(this.#graphemes[i - 1] ?? '')) i--;
    return i;
  }
  #wordEnd(): number {
    let i = this.#cursor;
    while (i < this.#graphemes.length && SPACE.test(this.#graphemes[i] ?? '')) i++;
    while (i < this.#graphemes.length && !SPACE.test(this.#graphemes[i] ?? '')) i++;
    return i;
  }
}

import type { Flag } from '../../kubectl/command.ts';

/** What the lexer found a piece of the line to be; the grammar's terminals test it (terminals.ts). */
export type TokenType =
  | 'word' | 'operator' | 'raw' | 'rest' | 'dashes' | 'heredoc'
  | 'switch' | 'option' | 'assigned' | 'argument' | 'unknownFlag'
  | 'josa' | 'copula';

/** One piece of a line. */
export interface Token {
  readonly type: TokenType;
  /** What the grammar's literals compare with: the canonical word (`k` → `kubectl`). */
  readonly text: string;
  /** The word without quotes and escapes. */
  readonly value: string;
  /** UTF-16 offsets in the line. */
  readonly offset: number;
  readonly end: number;
  readonly isQuoted: boolean;
  /** Part of a question in plain words, not of a command. */
  readonly isAsked: boolean;
  /** The flag that a switch, option or argument belongs to. */
  readonly flag?: Flag;
  /** Resource that a noun means, or the canonical form of a state. */
  readonly means?: { readonly kind: string } | { readonly state: string };
  /** Body of a here-document. */
  body?: string;
}

/** A stretch of the line. */
export interface Range { readonly from: number; readonly to: number }

/** What the lexer made of a text. */
export interface Lexed {
  readonly tokens: readonly Token[];
  /** Comments and bodies of here-documents: not tokens, but coloured. */
  readonly comments: readonly Range[];
  readonly bodies: readonly Range[];
  /** Why the text is not finished: an open quote or a here-document without its end. */
  readonly open: 'quote' | 'heredoc' | '';
  /** Where that begins. */
  readonly openAt: number;
  /** Words of the command that the last segment is in, for completion of flags. */
  readonly path: readonly string[];
  /** Flags that may stand at the end of the text, by `--long` and `-s`. */
  readonly flags: ReadonlyMap<string, Flag>;
  /** Option that still waits for its value. */
  readonly waiting: Flag | undefined;
}

/**
 * Reading plain data of unknown shape (a lesson, a scenario, a topology) into a known one, with every problem named by its place.
 *
 * A `Shape` says what it expects and reads a value; a problem is recorded, never thrown, so one reading reports all of them. Text is parsed at the
 * edge, which also knows the line and column of each path (`Locate`).
 */
import { type Lang, nearestWords, type Text } from './text.ts';

/** Way from the root of a document to a value: keys and list positions. */
export type Path = readonly (string | number)[];

/** Line and column of a value, counted from 1. */
export interface Place { readonly line: number; readonly column: number }
/** Where a path stands in the text it came from. */
export type Locate = (path: Path) => Place;

/** What is wrong at a path. `within`: offset inside the text value itself, for example in an expression. */
export interface Problem {
  readonly path: Path;
  readonly message: Text;
  readonly within?: number;
}

/** A document with its name and the positions in its text. */
export interface Source {
  readonly file: string;
  readonly data: unknown;
  readonly locate: Locate;
}

/** Reads one value; undefined means a problem was recorded. */
export interface Shape<T> {
  /** Noun phrase: "a text", "a list of steps"; the Korean one brings its particle: "텍스트가". */
  readonly expects: Text;
  read(value: unknown, at: Path, problems: Problem[]): T | undefined;
}
/** A field that may be absent. */
export interface OptionalShape<T> extends Shape<T> { readonly optional: true }

type Fields = Readonly<Record<string, Shape<unknown>>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends OptionalShape<unknown> ? K : never }[keyof F];
type ValueOf<S> = S extends Shape<infer T> ? T : never;
/** The object that a record shape reads. */
export type RecordOf<F extends Fields> =
  & { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> }
  & { readonly [K in OptionalKeys<F>]?: ValueOf<F[K]> };

const SCALARS: Readonly<Record<string, string>> = { string: '텍스트 ', number: '숫자 ' };

const describe = (value: unknown): Text => {
  if (value === null || value === undefined) return { ko: '비어 있어요', en: 'nothing' };
  if (Array.isArray(value)) return { ko: '목록이 있어요', en: 'a list' };
  if (typeof value === 'object') return { ko: '맵이 있어요', en: 'a map' };
  const shown = JSON.stringify(value);
  return { ko: `${SCALARS[typeof value] ?? ''}${shown} 값이 있어요`, en: `${typeof value === 'string' ? 'the text' : `the ${typeof value}`} ${shown}` };
};

/** A field or word that is not known, with the nearest known one. */
function notKnown(name: string, known: readonly string[]): Text {
  const near = nearestWords(name, known, 1)[0];
  return {
    ko: `"${name}" 항목은 여기서 쓰지 않아요. ${near === undefined ? `쓸 수 있는 항목: ${known.join(', ')}` : `혹시 "${near}"인가요?`}`,
    en: `"${name}" is not known here; ${near === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${near}"?`}`,
  };
}

/** Records that something else was expected. */
export function refuse({ expects }: { readonly expects: Text }, value: unknown, at: Path, problems: Problem[]): undefined {
  const found = describe(value);
  problems.push({ path: at, message: { ko: `${expects.ko} 와야 하는데 ${found.ko}.`, en: `expected ${expects.en}, got ${found.en}` } });
  return undefined;
}

function scalar<T>(expects: Text, accept: (value: unknown) => T | undefined): Shape<T> {
  const shape: Shape<T> = { expects, read: (value, at, problems) => accept(value) ?? refuse(shape, value, at, problems) };
  return shape;
}

/** A text that is not empty. */
export const words: Shape<string> = scalar({ ko: '텍스트가', en: 'a text' }, value => (typeof value === 'string' && value.trim() !== '' ? value : undefined));
/** A text, perhaps empty. */
export const anyText: Shape<string> = scalar({ ko: '텍스트가', en: 'a text' }, value => (typeof value === 'string' ? value : undefined));
/** A whole number that is not negative. */
export const count: Shape<number> = scalar({ ko: '0 이상의 정수가', en: 'a whole number' }, value => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined));
/** True or false. */
export const flag: Shape<boolean> = scalar({ ko: 'true나 false가', en: 'true or false' }, value => (typeof value === 'boolean' ? value : undefined));

/** A text of a given form. */
export function matching(form: RegExp, expects: Text): Shape<string> {
  return scalar(expects, value => (typeof value === 'string' && form.test(value) ? value : undefined));
}

/** One of a closed list of words. */
export function oneOf<const W extends string>(...choices: readonly W[]): Shape<W> {
  return scalar({ ko: `${choices.join(', ')} 가운데 하나가`, en: `one of ${choices.join(', ')}` }, value => choices.find(choice => choice === value));
}

/** A text that a function accepts or refuses with a reason (and the offset of the trouble). */
export function checked<T>(expects: Text, parse: (text: string) => { ok: true; value: T } | { ok: false; message: Text; at?: number }): Shape<T> {
  const shape: Shape<T> = {
    expects,
    read(value, at, problems) {
      if (typeof value !== 'string') return refuse(shape, value, at, problems);
      const parsed = parse(value);
      if (parsed.ok) return parsed.value;
      problems.push({ path: at, message: parsed.message, ...(parsed.at === undefined ? {} : { within: parsed.at }) });
      return undefined;
    },
  };
  return shape;
}

/** A list of one shape. `max`: named limit of the format. */
export function listOf<T>(item: Shape<T>, { max = 1000, min = 0 }: { readonly max?: number; readonly min?: number } = {}): Shape<readonly T[]> {
  const shape: Shape<readonly T[]> = {
    expects: { ko: `${min > 0 ? `항목이 ${min}개 이상인` : `항목이 ${max}개까지인`} 목록이`, en: `a list of ${min > 0 ? `at least ${min}` : `up to ${max}`}: ${item.expects.en}` },
    read(value, at, problems) {
      if (!Array.isArray(value) || value.length > max || value.length < min) return refuse(shape, value, at, problems);
      const items = value.map((one, i) => item.read(one, [...at, i], problems));
      return items.includes(undefined) ? undefined : (items as T[]);
    },
  };
  return shape;
}

/** A single value, or a list of them. */
export function oneOrMore<T>(item: Shape<T>, max = 100): Shape<readonly T[]> {
  const many = listOf(item, { max });
  return {
    expects: { ko: `${item.expects.ko}(또는 그 목록이)`, en: `${item.expects.en}, or a list` },
    read: (value, at, problems) => {
      if (Array.isArray(value)) return many.read(value, at, problems);
      const one = item.read(value, at, problems);
      return one === undefined ? undefined : [one];
    },
  };
}

/** The field may be missing. */
export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { expects: shape.expects, read: shape.read, optional: true };
}

const isOptional = (shape: Shape<unknown>): boolean => 'optional' in shape;

/** A map with known fields; others are refused with the nearest known name. */
export function record<const F extends Fields>(expects: Text, fields: F): Shape<RecordOf<F>> {
  const shape: Shape<RecordOf<F>> = {
    expects,
    read(value, at, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(shape, value, at, problems);
      const given = value as Record<string, unknown>;
      const before = problems.length;
      refuseUnknown(given, Object.keys(fields), at, problems);
      const result: Record<string, unknown> = {};
      for (const [name, field] of Object.entries(fields)) {
        if (given[name] === undefined || given[name] === null) {
          if (!isOptional(field)) problems.push({ path: at, message: { ko: `"${name}" 항목이 빠졌어요. ${field.expects.ko} 와야 해요.`, en: `"${name}" is missing; expected ${field.expects.en}` } });
          continue;
        }
        const read = field.read(given[name], [...at, name], problems);
        if (read !== undefined) result[name] = read;
      }
      return problems.length > before ? undefined : (result as RecordOf<F>);
    },
  };
  return shape;
}

function refuseUnknown(given: Readonly<Record<string, unknown>>, known: readonly string[], at: Path, problems: Problem[]): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) problems.push({ path: [...at, name], message: notKnown(name, known) });
  }
}

/** The first shape whose telling field is present: `{ say: …, do: … }`. */
export function byField<T>(expects: Text, variants: Readonly<Record<string, Shape<T>>>): Shape<T> {
  const shape: Shape<T> = {
    expects,
    read(value, at, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(shape, value, at, problems);
      const given = value as Record<string, unknown>;
      const telling = Object.keys(variants).find(name => given[name] !== undefined);
      const variant = telling === undefined ? undefined : variants[telling];
      if (variant !== undefined) return variant.read(value, at, problems);
      const known = Object.keys(variants);
      const near = Object.keys(given).find(name => nearestWords(name, known, 1).length > 0);
      if (near === undefined) problems.push({ path: at, message: { ko: `${known.join(', ')} 가운데 한 항목이 있어야 해요.`, en: `expected one of the fields ${known.join(', ')}` } });
      else problems.push({ path: [...at, near], message: notKnown(near, known) });
      return undefined;
    },
  };
  return shape;
}

/** Reads a whole document: the value, or all problems in order of their place. */
export function readDocument<T>(shape: Shape<T>, source: Source): { readonly value: T | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const value = shape.read(source.data, [], problems);
  if (problems.length === 0) return { value, problems };
  const placed = problems.map(problem => ({ problem, place: source.locate(problem.path) }));
  placed.sort(({ place: a }, { place: b }) => a.line - b.line || a.column - b.column);
  return { value: undefined, problems: placed.map(({ problem }) => problem) };
}

/** `file:line:column: message`, as editors and build tools understand it. */
export function problemText(problem: Problem, source: Source, lang: Lang): string {
  const { line, column } = source.locate(problem.path);
  const { path, within, message } = problem;
  const at = within === undefined ? '' : lang === 'ko' ? `텍스트의 ${within + 1}번째 글자` : `character ${within + 1} of the text`;
  const where = path.length === 0 ? '' : lang === 'ko' ? `위치: ${pathText(path)}` : `at ${pathText(path)}`;
  const ends = [where, at].filter(part => part !== '');
  return `${source.file}:${line}:${column}: ${message[lang]}${ends.length === 0 ? '' : ` (${ends.join(', ')})`}`;
}

/** `steps[2].check[0].that` */
function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

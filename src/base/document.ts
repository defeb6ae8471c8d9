/**
 * Reading plain data of unknown shape (a lesson, a scenario, a topology) into a known one, with every problem named by its place.
 *
 * A `Shape` says what it expects and reads a value; a problem is recorded, never thrown, so one reading reports all of them. Text is parsed at the
 * edge, which also knows the line and column of each path (`Locate`).
 */
import { nearestWords } from './text.ts';

/** Way from the root of a document to a value: keys and list positions. */
export type Path = readonly (string | number)[];

/** Line and column of a value, counted from 1. */
export interface Place { readonly line: number; readonly column: number }
/** Where a path stands in the text it came from. */
export type Locate = (path: Path) => Place;

/** What is wrong at a path. `within`: offset inside the text value itself, for example in an expression. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
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
  /** Noun phrase: "a text", "a list of steps". */
  readonly expects: string;
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

const describe = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `${typeof value === 'string' ? 'the text' : `the ${typeof value}`} ${JSON.stringify(value)}`;
};

/** Records that something else was expected. */
export function refuse(shape: { readonly expects: string }, value: unknown, at: Path, problems: Problem[]): undefined {
  problems.push({ path: at, message: `expected ${shape.expects}, got ${describe(value)}` });
  return undefined;
}

function scalar<T>(expects: string, accept: (value: unknown) => T | undefined): Shape<T> {
  const shape: Shape<T> = { expects, read: (value, at, problems) => accept(value) ?? refuse(shape, value, at, problems) };
  return shape;
}

/** A text that is not empty. */
export const words: Shape<string> = scalar('a text', value => (typeof value === 'string' && value.trim() !== '' ? value : undefined));
/** A text, perhaps empty. */
export const anyText: Shape<string> = scalar('a text', value => (typeof value === 'string' ? value : undefined));
/** A whole number that is not negative. */
export const count: Shape<number> = scalar('a whole number', value => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined));
/** True or false. */
export const flag: Shape<boolean> = scalar('true or false', value => (typeof value === 'boolean' ? value : undefined));

/** A text of a given form. */
export function matching(form: RegExp, expects: string): Shape<string> {
  return scalar(expects, value => (typeof value === 'string' && form.test(value) ? value : undefined));
}

/** One of a closed list of words. */
export function oneOf<const W extends string>(...choices: readonly W[]): Shape<W> {
  return scalar(`one of ${choices.join(', ')}`, value => choices.find(choice => choice === value));
}

/** A text that a function accepts or refuses with a reason (and the offset of the trouble). */
export function checked<T>(expects: string, parse: (text: string) => { ok: true; value: T } | { ok: false; message: string; at?: number }): Shape<T> {
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
    expects: `a list of ${min > 0 ? `at least ${min}` : `up to ${max}`}: ${item.expects}`,
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
    expects: `${item.expects}, or a list`,
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
export function record<const F extends Fields>(expects: string, fields: F): Shape<RecordOf<F>> {
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
          if (!isOptional(field)) problems.push({ path: at, message: `"${name}" is missing; expected ${field.expects}` });
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
    if (known.includes(name)) continue;
    const near = nearestWords(name, known, 1)[0];
    problems.push({ path: [...at, name], message: `"${name}" is not known here; ${near === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${near}"?`}` });
  }
}

/** The first shape whose telling field is present: `{ say: …, do: … }`. */
export function byField<T>(expects: string, variants: Readonly<Record<string, Shape<T>>>): Shape<T> {
  const shape: Shape<T> = {
    expects,
    read(value, at, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(shape, value, at, problems);
      const given = value as Record<string, unknown>;
      const telling = Object.keys(variants).find(name => given[name] !== undefined);
      const variant = telling === undefined ? undefined : variants[telling];
      if (variant !== undefined) return variant.read(value, at, problems);
      const near = Object.keys(given).map(name => ({ name, meant: nearestWords(name, Object.keys(variants), 1)[0] })).find(({ meant }) => meant !== undefined);
      if (near === undefined) problems.push({ path: at, message: `expected one of the fields ${Object.keys(variants).join(', ')}` });
      else problems.push({ path: [...at, near.name], message: `"${near.name}" is not known here; did you mean "${near.meant ?? ''}"?` });
      return undefined;
    },
  };
  return shape;
}

/** Reads a whole document: the value, or all problems in order of their place. */
export function readDocument<T>(shape: Shape<T>, source: Source): { readonly value: T | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const value = shape.read(source.data, [], problems);
  return problems.length > 0 ? { value: undefined, problems } : { value, problems };
}

/** `file:line:column: message`, as editors and build tools understand it. */
export function problemText(problem: Problem, source: Source): string {
  const { line, column } = source.locate(problem.path);
  const where = problem.path.length === 0 ? '' : ` (at ${pathText(problem.path)})`;
  const within = problem.within === undefined ? '' : `, character ${problem.within + 1} of the text`;
  const message = within === '' ? problem.message : problem.message.replace(/\.$/, '');
  return `${source.file}:${line}:${column}: ${message}${within}${where}`;
}

/** `steps[2].check[0].that` */
function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

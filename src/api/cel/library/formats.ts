/**
 * Named formats of texts: `format.dns1123Label().validate('x')`.
 *
 * @source kubernetes/apiserver pkg/cel/library/format.go
 * @fidelity simplified: formats that are no names cost as if their patterns had 128 characters
 */
import { type Environment, Optional } from '@marcbachmann/cel-js';
import { formatFits } from '../../custom/formats.ts';
import { dns1035Label, dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from '../../names.ts';
import { requestUrlProblem } from '../../url.ts';
import type { Add } from './library.ts';

/** A format by its name, and what it has against a text. `patternSize`: characters of the pattern that upstream looks for, by which it costs. */
export class CelFormat {
  readonly name: string;
  readonly patternSize: number;
  readonly validate: (text: string) => readonly string[];
  constructor(name: string, patternSize: number, validate: CelFormat['validate']) { this.name = name; this.patternSize = patternSize; this.validate = validate; }
}

/** A name to which something will be added: it may end in a hyphen. */
const prefixOf = (check: CelFormat['validate']): CelFormat['validate'] => text => check(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
const fitting = (format: string, problem: string): CelFormat['validate'] => text => (formatFits(format, text) ? [] : [problem]);
const uri = (text: string): readonly string[] => {
  const problem = requestUrlProblem(text);
  return problem === '' ? [] : [problem];
};

/** Formats that are no names. */
const LONG = 128;

const formats: readonly CelFormat[] = [
  new CelFormat('dns1123Label', 30, dns1123Label), new CelFormat('dns1123Subdomain', 60, dns1123Subdomain), new CelFormat('dns1035Label', 30, dns1035Label), new CelFormat('qualifiedName', 60, qualifiedName),
  new CelFormat('dns1123LabelPrefix', 30, prefixOf(dns1123Label)), new CelFormat('dns1123SubdomainPrefix', 60, prefixOf(dns1123Subdomain)), new CelFormat('dns1035LabelPrefix', 30, prefixOf(dns1035Label)),
  new CelFormat('labelValue', 40, labelValue), new CelFormat('uri', LONG, uri), new CelFormat('uuid', LONG, fitting('uuid', 'does not match the UUID format')), new CelFormat('byte', LONG, fitting('byte', 'invalid base64')),
  new CelFormat('date', LONG, fitting('date', 'invalid date')), new CelFormat('datetime', LONG, fitting('datetime', 'invalid datetime')),
];

class Formats {}

/** Adds the types and their functions. */
export function registerFormats(environment: Environment, add: Add): void {
  environment.registerType('Format', CelFormat).registerType('Formats', Formats).registerConstant('format', 'Formats', new Formats());
  for (const format of formats) add(`Formats.${format.name}(): Format`, () => format);
  add('Formats.named(string): optional<Format>', (_: Formats, name: string) => optionalOf(formats.find(format => format.name === name)));
  add('Format.validate(string): optional<list<string>>', ({ validate }: CelFormat, text: string) => {
    const problems = validate(text);
    return optionalOf(problems.length === 0 ? undefined : [...problems]);
  });
}

const optionalOf = (value: unknown): Optional => (value === undefined ? Optional.none() : Optional.of(value));

/** Semantic versions. @source kubernetes/apiserver pkg/cel/library/semverlib.go (version 1), blang/semver semver.go */
import type { Environment } from '@marcbachmann/cel-js';
import type { Add } from './library.ts';

/** A version by its parts. What stands after `+` does not count. */
class CelVersion {
  readonly numbers: readonly bigint[];
  readonly before: readonly string[];
  constructor(numbers: readonly bigint[], before: readonly string[]) { this.numbers = numbers; this.before = before; }
}

const NAMES: readonly string[] = ['Major', 'Minor', 'Patch'];
const DIGITS = /^\d+$/;

/** Reads a version; throws what blang/semver would say. */
function parse(text: string): CelVersion {
  if (text === '') throw new Error('Version string empty');
  const parts = text.split('.');
  if (parts.length < 3) throw new Error('No Major.Minor.Patch elements found');
  const [, patch = '', before, build] = /^([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(parts.slice(2).join('.')) ?? [];
  const numbers = [parts[0] ?? '', parts[1] ?? '', patch].map((part, i) => {
    if (!DIGITS.test(part)) throw new Error(`Invalid character(s) found in ${(NAMES[i] ?? '').toLowerCase()} number ${JSON.stringify(part)}`);
    if (part.length > 1 && part.startsWith('0')) throw new Error(`${NAMES[i] ?? ''} number must not contain leading zeroes ${JSON.stringify(part)}`);
    return BigInt(part);
  });
  const prerelease = identifiers(before, 'Prerelease');
  for (const one of prerelease) if (DIGITS.test(one) && one.length > 1 && one.startsWith('0')) throw new Error(`Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(one)}`);
  identifiers(build, 'Build meta data');
  return new CelVersion(numbers, prerelease);
}

/** What stands between dots. */
function identifiers(text: string | undefined, name: string): readonly string[] {
  const found = text?.split('.') ?? [];
  for (const one of found) if (!/^[0-9A-Za-z-]+$/.test(one)) throw new Error(one === '' ? `${name} is empty` : `Invalid character(s) found in ${name.toLowerCase()} ${JSON.stringify(one)}`);
  return found;
}

/** Without `v` in front and zeros in front of numbers; what is missing of three numbers is 0. */
function normalized(text: string): string {
  const [major = '', minor, ...rest] = text.replace(/^v/, '').split('.');
  const parts = [major, ...(minor === undefined ? [] : [minor]), ...(rest.length === 0 ? [] : [rest.join('.')])].map(part => (part.length > 1 ? part.replace(/^0+(?=\d)/, '').replace(/^0+$/, '0') : part));
  if (parts.length < 3 && /[+-]/.test(parts[parts.length - 1] ?? '')) throw new Error('short version cannot contain PreRelease/Build meta data');
  while (parts.length < 3) parts.push('0');
  return parts.join('.');
}

const read = (text: string, isTolerant = false): CelVersion => parse(isTolerant ? normalized(text) : text);

function isVersion(text: string, isTolerant = false): boolean {
  try { read(text, isTolerant); return true; } catch { return false; }
}

const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** @source semver.org, precedence */
function compare(a: CelVersion, b: CelVersion): number {
  for (let i = 0; i < 3; i++) { const found = order(a.numbers[i] as bigint, b.numbers[i] as bigint); if (found !== 0) return found; }
  if (a.before.length === 0 || b.before.length === 0) return order(Number(a.before.length === 0), Number(b.before.length === 0));
  for (let i = 0; i < Math.min(a.before.length, b.before.length); i++) { const found = compareIdentifiers(a.before[i] ?? '', b.before[i] ?? ''); if (found !== 0) return found; }
  return order(a.before.length, b.before.length);
}

/** Numbers come before words. */
function compareIdentifiers(a: string, b: string): number {
  const [isNumberA, isNumberB] = [DIGITS.test(a), DIGITS.test(b)];
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return isNumberA ? order(BigInt(a), BigInt(b)) : order(a, b);
}

/** Adds the type and its functions. */
export function registerVersions(environment: Environment, add: Add): void {
  environment.registerType('Semver', CelVersion);
  environment.registerOperator('Semver == Semver', (a: CelVersion, b: CelVersion) => compare(a, b) === 0);
  for (const more of ['', ', bool']) {
    add(`semver(string${more}): Semver`, read);
    add(`isSemver(string${more}): bool`, isVersion);
  }
  add('Semver.major(): int', ({ numbers }: CelVersion) => numbers[0]);
  add('Semver.minor(): int', ({ numbers }: CelVersion) => numbers[1]);
  add('Semver.patch(): int', ({ numbers }: CelVersion) => numbers[2]);
  add('Semver.compareTo(Semver): int', (a: CelVersion, b: CelVersion) => BigInt(compare(a, b)));
  add('Semver.isLessThan(Semver): bool', (a: CelVersion, b: CelVersion) => compare(a, b) < 0);
  add('Semver.isGreaterThan(Semver): bool', (a: CelVersion, b: CelVersion) => compare(a, b) > 0);
}

/**
 * What names, keys and values may look like. Each check returns the messages of what is wrong, [] when nothing is.
 *
 * Loops over character codes instead of regular expressions: these run for every write.
 *
 * @source kubernetes/apimachinery pkg/util/validation/validation.go
 */

const none: readonly string[] = Object.freeze([]);

const isLower = (c: number): boolean => c >= 97 && c <= 122;
const isUpper = (c: number): boolean => c >= 65 && c <= 90;
const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isLowerAlphanumeric = (c: number): boolean => isLower(c) || isDigit(c);
const isAlphanumeric = (c: number): boolean => isLower(c) || isUpper(c) || isDigit(c);
const hyphen = 45;
const dot = 46;
const underscore = 95;

const withRegex = (message: string, regex: string, examples: readonly string[]): string =>
  `${message} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${regex}')`;

/** Text above its maximum. */
const maximumLengthText = (maximum: number): string => `must be no more than ${maximum} bytes`;
/** Number outside its range. */
export const inclusiveRangeText = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

const labelText = withRegex(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?', ['my-name', '123-abc'],
);
const subdomainText = withRegex(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*', ['example.com'],
);
const subdomainWithUnderscoreText = withRegex(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*', ['example.com'],
);
const label1035Text = withRegex(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  '[a-z]([-a-z0-9]*[a-z0-9])?', ['my-name', 'abc-123'],
);
const qualifiedText = withRegex(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]', ['MyName', 'my.name', '123-abc'],
);
const labelValueText = withRegex(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?', ['MyValue', 'my_value', '12345'],
);
const configMapKeyText = withRegex(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  '[-._a-zA-Z0-9]+', ['key.name', 'KEY_NAME', 'key-name'],
);

/** Whether `[from, to)` of the text is alphanumeric at both ends with '-' allowed inside. */
function isHyphenated(text: string, from: number, to: number): boolean {
  if (to <= from || !isLowerAlphanumeric(text.charCodeAt(from)) || !isLowerAlphanumeric(text.charCodeAt(to - 1))) return false;
  for (let i = from + 1; i < to - 1; i++) {
    const c = text.charCodeAt(i);
    if (!isLowerAlphanumeric(c) && c !== hyphen) return false;
  }
  return true;
}

/** Longest label, 63 bytes (RFC 1035). */
export const maximumLabelLength = 63;
/** Longest subdomain, 253 bytes (RFC 1035 less length octets). */
export const maximumSubdomainLength = 253;

export function dns1123Label(text: string): readonly string[] {
  if (text.length <= maximumLabelLength && isHyphenated(text, 0, text.length)) return none;
  const errors: string[] = [];
  if (text.length > maximumLabelLength) errors.push(maximumLengthText(maximumLabelLength));
  if (!isHyphenated(text, 0, text.length)) errors.push(labelText);
  return errors;
}

function isSubdomain(text: string): boolean {
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text.charCodeAt(i) !== dot) continue;
    if (!isHyphenated(text, from, i)) return false;
    from = i + 1;
  }
  return true;
}

export function dns1123Subdomain(text: string): readonly string[] {
  if (text.length <= maximumSubdomainLength && isSubdomain(text)) return none;
  const errors: string[] = [];
  if (text.length > maximumSubdomainLength) errors.push(maximumLengthText(maximumSubdomainLength));
  if (!isSubdomain(text)) errors.push(subdomainText);
  return errors;
}

const wildcardText = withRegex(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*', ['*.example.com'],
);

/** `*.` and a subdomain, as hosts of certificates and ingresses. */
export function wildcardSubdomain(text: string): readonly string[] {
  const errors: string[] = [];
  if (text.length > maximumSubdomainLength) errors.push(maximumLengthText(maximumSubdomainLength));
  if (!text.startsWith('*.') || !isSubdomain(text.slice(2))) errors.push(wildcardText);
  return errors.length === 0 ? none : errors;
}

/** A subdomain in which '_' counts as a letter, as resolvers' search lists have it. */
export function dns1123SubdomainWithUnderscore(text: string): readonly string[] {
  // One '_' may stand before a label; inside a label it counts as a hyphen.
  const plain = text.split('.').map((label) => (label.startsWith('_') ? label.slice(1) : label).replaceAll('_', '-')).join('.');
  const errors: string[] = [];
  if (text.length > maximumSubdomainLength) errors.push(maximumLengthText(maximumSubdomainLength));
  if (!isSubdomain(plain)) errors.push(subdomainWithUnderscoreText);
  return errors.length === 0 ? none : errors;
}

export function dns1035Label(text: string): readonly string[] {
  const fits = isLower(text.charCodeAt(0)) && isHyphenated(text, 0, text.length);
  if (fits && text.length <= maximumLabelLength) return none;
  const errors: string[] = [];
  if (text.length > maximumLabelLength) errors.push(maximumLengthText(maximumLabelLength));
  if (!fits) errors.push(label1035Text);
  return errors;
}

function isQualifiedPart(text: string, from: number): boolean {
  const last = text.length - 1;
  if (last < from || !isAlphanumeric(text.charCodeAt(from)) || !isAlphanumeric(text.charCodeAt(last))) return false;
  for (let i = from + 1; i < last; i++) {
    const c = text.charCodeAt(i);
    if (!isAlphanumeric(c) && c !== hyphen && c !== dot && c !== underscore) return false;
  }
  return true;
}

/** A key of labels, annotations, taints and resources: `name` or `prefix/name`. */
export function qualifiedName(text: string): readonly string[] {
  const slash = text.indexOf('/');
  if (slash < 0 && text.length <= maximumLabelLength && isQualifiedPart(text, 0)) return none;
  if (slash >= 0 && text.indexOf('/', slash + 1) >= 0) {
    return [`a qualified name ${qualifiedText} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const errors: string[] = [];
  if (slash === 0) errors.push('prefix part must be non-empty');
  else if (slash > 0) for (const message of dns1123Subdomain(text.slice(0, slash))) errors.push(`prefix part ${message}`);
  const nameLength = text.length - slash - 1;
  if (nameLength === 0) errors.push('name part must be non-empty');
  else if (nameLength > maximumLabelLength) errors.push(`name part ${maximumLengthText(maximumLabelLength)}`);
  if (!isQualifiedPart(text, slash + 1)) errors.push(`name part ${qualifiedText}`);
  return errors.length === 0 ? none : errors;
}

export function labelValue(text: string): readonly string[] {
  if (text.length === 0 || (text.length <= maximumLabelLength && isQualifiedPart(text, 0))) return none;
  const errors: string[] = [];
  if (text.length > maximumLabelLength) errors.push(maximumLengthText(maximumLabelLength));
  if (!isQualifiedPart(text, 0)) errors.push(labelValueText);
  return errors;
}

/** A key of a ConfigMap or Secret, which becomes a file name. */
export function configMapKey(text: string): readonly string[] {
  const errors: string[] = [];
  if (text.length > maximumSubdomainLength) errors.push(maximumLengthText(maximumSubdomainLength));
  let fits = text.length > 0;
  for (let i = 0; i < text.length && fits; i++) {
    const c = text.charCodeAt(i);
    fits = isAlphanumeric(c) || c === hyphen || c === dot || c === underscore;
  }
  if (!fits) errors.push(configMapKeyText);
  if (text === '.') errors.push("must not be '.'");
  else if (text === '..') errors.push("must not be '..'");
  else if (text.startsWith('..')) errors.push("must not start with '..'");
  return errors.length === 0 ? none : errors;
}

/** Any printable ASCII but '='. */
export function environmentName(text: string): readonly string[] {
  if (text.length === 0) return ['environment variable name must be non-empty'];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 32 || c > 126 || c === 61) return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
  }
  return none;
}

/** Name of a port: an IANA service name. */
export function portName(text: string): readonly string[] {
  const errors: string[] = [];
  if (text.length > 15) errors.push(maximumLengthText(15));
  let charset = text.length > 0;
  let letter = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (!isLowerAlphanumeric(c) && c !== hyphen) charset = false;
    if (isLower(c)) letter = true;
  }
  if (!charset) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!letter) errors.push('must contain at least one letter (a-z)');
  if (text.includes('--')) errors.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors.length === 0 ? none : errors;
}

export function portNumber(port: number): readonly string[] {
  return port >= 1 && port <= 65_535 ? none : [inclusiveRangeText(1, 65_535)];
}

/** User and group ids. */
export function userId(id: number): readonly string[] {
  return id >= 0 && id <= 2_147_483_647 ? none : [inclusiveRangeText(0, 2_147_483_647)];
}

const headerText = withRegex('a valid HTTP header must consist of alphanumeric characters or \'-\'', '[-A-Za-z0-9]+', ['X-Header-Name']);

export function httpHeaderName(text: string): readonly string[] {
  for (let i = 0; i < text.length; i++) if (!isAlphanumeric(text.charCodeAt(i)) && text.charCodeAt(i) !== hyphen) return [headerText];
  return text.length === 0 ? [headerText] : none;
}

/** Names of RBAC objects: anything that can be a path segment. */
export function pathSegment(text: string): readonly string[] {
  const errors: string[] = [];
  if (text === '.' || text === '..') errors.push(`may not be '${text}'`);
  for (const part of ['/', '%']) if (text.includes(part)) errors.push(`may not contain '${part}'`);
  return errors.length === 0 ? none : errors;
}

/** A check of an object's name. */
export type NameCheck = (name: string) => readonly string[];

/** The alphabet of generated names: no vowels and no digits that look like letters, so no words. */
export const generatedNameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
/** Characters that the server adds to `generateName`. */
export const generatedNameSuffixLength = 5;
/** Longest base that is kept of `generateName`: a label less the suffix. */
export const generatedNameMaximumBase = maximumLabelLength - generatedNameSuffixLength;

/** A name from its base and drawn numbers below the alphabet's length. */
export function generatedName(base: string, draws: readonly number[]): string {
  let name = base.slice(0, generatedNameMaximumBase);
  for (const draw of draws) name += generatedNameAlphabet.charAt(draw);
  return name;
}

/** Encodes a decimal hash with the alphabet of generated names, as pod-template-hash is. */
export function safeEncode(decimal: string): string {
  let text = '';
  for (let i = 0; i < decimal.length; i++) text += generatedNameAlphabet.charAt(decimal.charCodeAt(i) % generatedNameAlphabet.length);
  return text;
}

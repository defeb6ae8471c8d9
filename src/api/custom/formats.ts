/** Formats of texts in schemas; formats that are not known fit always. @source kubernetes/apiextensions-apiserver pkg/apiserver/validation/formats.go */
import { parseAddress, parsePrefix } from '../address.ts';
import { base64Fault } from '../base64.ts';
import { parseIPv4 } from '../ip.ts';
import { parseTime } from '../time.ts';
import { requestUrlProblem } from '../url.ts';

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const DURATION = /^[+-]?(?:0|(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))*)$/;
function isIPv6(text: string): boolean {
  const parsed = parseAddress(text);
  return parsed.ok && parsed.value.family === 6 && parsed.value.zone === '';
}
const byPattern = (pattern: RegExp) => (text: string): boolean => pattern.test(text);

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  'date': byPattern(DATE),
  'date-time': text => parseTime(text) !== undefined,
  'datetime': text => parseTime(text) !== undefined,
  'duration': byPattern(DURATION),
  'email': byPattern(/^[^\s@]+@[^\s@]+$/),
  'hostname': byPattern(/^(?=.{1,253}$)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/),
  'ipv4': text => parseIPv4(text) !== undefined,
  'ipv6': isIPv6,
  'cidr': text => parsePrefix(text).ok,
  'mac': byPattern(/^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i),
  'uri': text => requestUrlProblem(text) === '',
  'uuid': byPattern(UUID), 'uuid3': byPattern(UUID), 'uuid4': byPattern(UUID), 'uuid5': byPattern(UUID),
  'byte': text => base64Fault(text) < 0,
  'hexcolor': byPattern(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  'rgbcolor': byPattern(/^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/),
  'isbn': byPattern(/^[\d-]{9,16}[\dX]$/), 'isbn10': byPattern(/^\d{9}[\dX]$/), 'isbn13': byPattern(/^\d{13}$/),
  'creditcard': byPattern(/^\d{13,19}$/), 'ssn': byPattern(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  'k8s-short-name': byPattern(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
  'k8s-long-name': byPattern(/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/),
};

/** Whether a text has a format. */
export function formatFits(format: string, text: string): boolean {
  return formats[format]?.(text) ?? true;
}

/** Formats that are known but never refuse a text. */
const lenient: readonly string[] = ['bsonobjectid', 'password'];

/** Whether texts are held to a format; dashes in its name do not count. */
export function isKnownFormat(format: string): boolean {
  const plain = format.replaceAll('-', '');
  return lenient.includes(plain) || Object.keys(formats).some((known) => known.replaceAll('-', '') === plain);
}

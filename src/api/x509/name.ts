/** Names in certificates: who somebody is, and under which addresses. @source RFC 5280 §4.1.2.4, §4.2.1.6 */
import { textOf } from '../../base/bytes.ts';
import { type Element, inside, oidText } from './der.ts';

/** The parts of a subject that people look at, each in its order. */
export interface Name {
  readonly commonName: string;
  readonly serialNumber: string;
  readonly organizations: readonly string[];
  readonly organizationalUnits: readonly string[];
  readonly countries: readonly string[];
  readonly localities: readonly string[];
  readonly provinces: readonly string[];
  readonly streets: readonly string[];
  readonly postalCodes: readonly string[];
}

const ATTRIBUTES: Readonly<Record<string, keyof Name>> = {
  '2.5.4.3': 'commonName', '2.5.4.5': 'serialNumber', '2.5.4.6': 'countries', '2.5.4.7': 'localities', '2.5.4.8': 'provinces', '2.5.4.9': 'streets', '2.5.4.10': 'organizations',
  '2.5.4.11': 'organizationalUnits', '2.5.4.17': 'postalCodes',
};

/** Reads a distinguished name. */
export function nameIn(sequence: Element | undefined): Name {
  const found = new Map<keyof Name, string[]>();
  for (const set of inside(sequence)) {
    for (const attribute of inside(set)) {
      const [type, value] = inside(attribute);
      const key = type === undefined ? undefined : ATTRIBUTES[oidText(type)];
      if (key !== undefined && value !== undefined) found.set(key, [...found.get(key) ?? [], textOf(value.content)]);
    }
  }
  const all = (key: keyof Name): readonly string[] => found.get(key) ?? [];
  return {
    commonName: all('commonName').at(-1) ?? '', serialNumber: all('serialNumber').at(-1) ?? '', organizations: all('organizations'), organizationalUnits: all('organizationalUnits'),
    countries: all('countries'), localities: all('localities'), provinces: all('provinces'), streets: all('streets'), postalCodes: all('postalCodes'),
  };
}

/** Addresses under which a server or person is known. */
export interface AlternativeNames { readonly dns: readonly string[]; readonly emails: readonly string[]; readonly uris: readonly string[]; readonly ips: readonly string[] }

const TAG_EMAIL = 0x81;
const TAG_DNS = 0x82;
const TAG_URI = 0x86;
const TAG_IP = 0x87;

/** Reads the content of the extension. */
export function alternativeNamesIn(sequence: Element | undefined): AlternativeNames {
  const names = inside(sequence);
  const texts = (tag: number): readonly string[] => names.filter(name => name.tag === tag).map(({ content }) => content);
  return { dns: texts(TAG_DNS), emails: texts(TAG_EMAIL), uris: texts(TAG_URI), ips: texts(TAG_IP).map(ipText) };
}

function ipText(bytes: string): string {
  const numbers = [...bytes].map(byte => byte.charCodeAt(0));
  if (numbers.length === 4) return numbers.join('.');
  const words = Array.from({ length: 8 }, (_, i) => (((numbers[2 * i] ?? 0) << 8) | (numbers[2 * i + 1] ?? 0)).toString(16)).join(':');
  const zeros = [...words.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].reduce((longest, [run]) => (run.length > longest.length ? run : longest), '');
  return zeros === '' ? words : words.replace(zeros, ':').replace(/^:(?!:)/, '::').replace(/([^:]):$/, '$1::').replace(/^$/, '::');
}

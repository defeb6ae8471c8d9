/**
 * X.509: requests for certificates are read, certificates written and read. Signatures come from elsewhere (`signature.ts`, or whoever holds a key).
 *
 * @source RFC 2986 (requests), RFC 5280 (certificates)
 */
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { type Micros, micros } from '../../base/data.ts';
import { formatTime, parseTime } from '../time.ts';
import { childrenOf, der, type Element, elementAt, inside, integer, oid, oidText, TAGS } from './der.ts';
import { type AlternativeNames, alternativeNamesIn, type Name, nameIn } from './name.ts';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const ALTERNATIVE_NAMES = '2.5.29.17';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_IDENTIFIER = '2.5.29.35';
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
/** ECDSA with SHA-256. */
const SIGNATURE_ALGORITHM = der(TAGS.sequence, oid('1.2.840.10045.4.3.2'));
const TAG_VERSION = 0xa0;
const TAG_EXTENSIONS = 0xa3;

/** What a request asks for. `subject`, `publicKey` and `alternativeNames` as they stand in it. */
export interface CertificateRequest { readonly name: Name; readonly names: AlternativeNames; readonly subject: string; readonly publicKey: string; readonly alternativeNames: string }
/** What is looked at in a certificate. */
export interface Certificate { readonly issuer: Name; readonly name: Name; readonly subject: string; readonly notBefore: Micros; readonly notAfter: Micros; readonly keyIdentifier: string; readonly body: string; readonly signature: string }

/** The bytes of the first block of this type in a text; undefined = there is none. */
export function pemBytes(text: string, type: string): string | undefined {
  const found = new RegExp(`-----BEGIN ${type}-----([A-Za-z0-9+/=\\s]*)-----END ${type}-----`).exec(text);
  return found === null ? undefined : decodeBase64((found[1] ?? '').replaceAll(/\s/g, ''));
}

/** A block with lines of 64 characters. */
export function pemText(bytes: string, type: string): string {
  return `-----BEGIN ${type}-----\n${encodeBase64(bytes).replace(/.{1,64}/g, '$&\n')}-----END ${type}-----\n`;
}

/** Reads a request; undefined = it is none. */
export function readRequest(bytes: string): CertificateRequest | undefined {
  const [info] = inside(elementAt(bytes, 0));
  const [version, subject, publicKey, attributes] = inside(info);
  if (version?.tag !== TAGS.integer || subject?.tag !== TAGS.sequence || publicKey?.tag !== TAGS.sequence) return undefined;
  const asked = (attributes === undefined ? [] : childrenOf(attributes.content) ?? []).find(attribute => oidOf(attribute) === EXTENSION_REQUEST);
  const [extensions] = inside(inside(asked)[1]);
  const alternative = extensionIn(extensions, ALTERNATIVE_NAMES);
  return {
    name: nameIn(subject), names: alternativeNamesIn(alternative === undefined ? undefined : elementAt(alternative, 0)), subject: subject.whole, publicKey: publicKey.whole,
    alternativeNames: alternative ?? '',
  };
}

function oidOf(sequence: Element): string {
  const [type] = inside(sequence);
  return type?.tag === TAGS.oid ? oidText(type) : '';
}

/** The content of an extension. */
function extensionIn(extensions: Element | undefined, wanted: string): string | undefined {
  return inside(inside(extensions).find(extension => oidOf(extension) === wanted)).at(-1)?.content;
}

/** Reads a certificate; undefined = it is none. */
export function readCertificate(bytes: string): Certificate | undefined {
  const [body, , signature] = inside(elementAt(bytes, 0));
  const fields = inside(body).filter(({ tag }) => tag !== TAG_VERSION);
  const [, , issuer, validity, subject, , ...more] = fields;
  const [from, until] = inside(validity).map(timeIn);
  if (body === undefined || signature === undefined || subject === undefined || from === undefined || until === undefined) return undefined;
  const [extensions] = inside(more.find(({ tag }) => tag === TAG_EXTENSIONS));
  const identifier = extensionIn(extensions, SUBJECT_KEY_IDENTIFIER);
  return {
    issuer: nameIn(issuer), name: nameIn(subject), subject: subject.whole, notBefore: from, notAfter: until, keyIdentifier: identifier === undefined ? '' : elementAt(identifier, 0)?.content ?? '',
    body: body.whole, signature: signature.content.slice(1),
  };
}

/** UTCTime has two digits of the year: 50 and more are of the century before. */
function timeIn({ tag, content }: Element): Micros | undefined {
  const full = tag === TAGS.utcTime ? `${Number(content.slice(0, 2)) < 50 ? '20' : '19'}${content}` : content;
  return parseTime(full.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function timeOf(at: Micros): string {
  const text = formatTime(at).replaceAll(/[-:T]/g, '');
  return Number(text.slice(0, 4)) < 2050 ? der(TAGS.utcTime, text.slice(2)) : der(TAGS.generalizedTime, text);
}

/** What becomes of a request. `serial` in bytes; `issuer` and `issuerKey` are the authority's subject and key identifier. */
export interface Issue {
  readonly serial: string;
  readonly issuer: string;
  readonly issuerKey: string;
  readonly notBefore: Micros;
  readonly notAfter: Micros;
  readonly subject: string;
  readonly publicKey: string;
  readonly alternativeNames: string;
  readonly usages: readonly string[];
}

/** Bits of the key usage, and the purposes beside them, by the names that the API uses. @source pkg/controller/certificates/authority/policies.go */
const USAGE_BITS: Readonly<Record<string, number>> = {
  signing: 0, 'digital signature': 0, 'content commitment': 1, 'key encipherment': 2, 'data encipherment': 3, 'key agreement': 4, 'cert sign': 5, 'crl sign': 6, 'encipher only': 7, 'decipher only': 8,
};
const PURPOSES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0', 'server auth': '1.3.6.1.5.5.7.3.1', 'client auth': '1.3.6.1.5.5.7.3.2', 'code signing': '1.3.6.1.5.5.7.3.3', 'email protection': '1.3.6.1.5.5.7.3.4', 's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5', 'ipsec tunnel': '1.3.6.1.5.5.7.3.6', 'ipsec user': '1.3.6.1.5.5.7.3.7', timestamping: '1.3.6.1.5.5.7.3.8', 'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3', 'netscape sgc': '2.16.840.1.113730.4.1',
};

const extension = (id: string, isCritical: boolean, content: string): string => der(TAGS.sequence, oid(id), isCritical ? der(TAGS.boolean, '\xff') : '', der(TAGS.octets, content));

function usageBits(usages: readonly string[]): string {
  const bits = [...new Set(usages.map(usage => USAGE_BITS[usage]).filter(bit => bit !== undefined))];
  if (bits.length === 0) return '';
  const last = Math.max(...bits);
  const bytes = Array.from({ length: (last >> 3) + 1 }, (_, i) => bits.filter(bit => bit >> 3 === i).reduce((byte, bit) => byte | (0x80 >> (bit & 7)), 0));
  return extension(KEY_USAGE, true, der(TAGS.bits, String.fromCharCode(7 - (last & 7), ...bytes)));
}

/** The part of a certificate that is signed. */
export function certificateBody({ serial, issuer, issuerKey, notBefore, notAfter, subject, publicKey, alternativeNames, usages }: Issue): string {
  const purposes = [...new Set(usages.map(usage => PURPOSES[usage]).filter(purpose => purpose !== undefined))].sort();
  const extensions = [
    usageBits(usages), purposes.length === 0 ? '' : extension(EXTENDED_KEY_USAGE, false, der(TAGS.sequence, ...purposes.map(oid))), extension(BASIC_CONSTRAINTS, true, der(TAGS.sequence)),
    issuerKey === '' ? '' : extension(KEY_IDENTIFIER, false, der(TAGS.sequence, der(0x80, issuerKey))), alternativeNames === '' ? '' : extension(ALTERNATIVE_NAMES, false, alternativeNames),
  ];
  return der(
    TAGS.sequence, der(TAG_VERSION, der(TAGS.integer, '\x02')), integer(serial), SIGNATURE_ALGORITHM, issuer, der(TAGS.sequence, timeOf(notBefore), timeOf(notAfter)), subject, publicKey,
    der(TAG_EXTENSIONS, der(TAGS.sequence, ...extensions)),
  );
}

/** The whole certificate: the body with its signature, the two numbers of ECDSA in 32 bytes each. */
export function signedCertificate(body: string, signature: string): string {
  const pair = der(TAGS.sequence, integer(signature.slice(0, 32)), integer(signature.slice(32)));
  return der(TAGS.sequence, body, SIGNATURE_ALGORITHM, der(TAGS.bits, '\0', pair));
}

/** Whole seconds, as certificates keep them. */
export const wholeSecond = (at: number): Micros => micros(Math.floor(at / 1_000_000) * 1_000_000);

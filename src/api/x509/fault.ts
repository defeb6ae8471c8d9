/**
 * Why bytes are no request or no certificate, in the words of Go's libraries.
 *
 * @source Go encoding/asn1 asn1.go (parseTagAndLength, parseField), crypto/x509 parser.go
 * @fidelity simplified: what is inside a request is named only as far as it is missing; signatures are not checked
 */
import { readCertificate, readRequest } from './certificate.ts';
import { elementAt, TAGS } from './der.ts';

/** The identifier of a sequence in Go's count: 16, and the bit that says that it has parts. */
const SEQUENCE_NUMBER = 16;
const HAS_PARTS = 0x20;
/** What Go's reader prints of the field that it wanted. */
const PLAIN_FIELD = '{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}';
/** Lengths of this size and more are not read on. */
const LENGTH_MAX = 0x80_00_00;

interface Header { readonly length: number; readonly size: number }

/** Tag and length of the first element, or what is wrong with them. */
function headerOf(bytes: string): Header | string {
  if (bytes.length < 2) return 'syntax error: truncated tag or length';
  const first = bytes.charCodeAt(1);
  if (first < 0x80) return { length: first, size: 2 };
  const count = first & 0x7f;
  if (count === 0) return 'syntax error: indefinite length found (not DER)';
  let length = 0;
  for (let i = 0; i < count; i++) {
    if (bytes.length <= 2 + i) return 'syntax error: truncated tag or length';
    if (length >= LENGTH_MAX) return 'structure error: length too large';
    length = length * 256 + bytes.charCodeAt(2 + i);
    if (length === 0) return 'structure error: superfluous leading zeros in length';
  }
  return length < 0x80 ? 'structure error: non-minimal length' : { length, size: 2 + count };
}

/** What is wrong with the bytes of a request; '' for nothing. */
export function requestFault(bytes: string): string {
  const found = outerFault(bytes);
  if (found !== '') return `asn1: ${found}`;
  return readRequest(bytes) === undefined ? 'asn1: syntax error: sequence truncated' : '';
}

function outerFault(bytes: string): string {
  if (bytes === '') return 'syntax error: sequence truncated';
  const header = headerOf(bytes);
  if (typeof header === 'string') return header;
  const tag = bytes.charCodeAt(0);
  if (tag !== TAGS.sequence) {
    const seen = `{class:${tag >> 6} tag:${tag & 0x1f} length:${header.length} isCompound:${(tag & HAS_PARTS) !== 0}}`;
    return `structure error: tags don't match (${SEQUENCE_NUMBER} vs ${seen}) ${PLAIN_FIELD} certificateRequest @${header.size}`;
  }
  if (header.size + header.length > bytes.length) return 'syntax error: data truncated';
  return header.size + header.length < bytes.length ? 'syntax error: trailing data' : '';
}

/** What is wrong with the bytes of one or more certificates; '' for nothing. */
export function certificatesFault(bytes: string): string {
  if (bytes === '') return 'found CERTIFICATE PEM block containing 0 certificates';
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    if (element === undefined || readCertificate(element.whole) === undefined) return 'x509: malformed certificate';
    at += element.whole.length;
  }
  return '';
}

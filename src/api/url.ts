/**
 * URLs, read with the rules and complaints of Go's package net/url.
 *
 * @source golang/go src/net/url/url.go
 */
import type { Result } from '../base/data.ts';
import { quote } from './field-error.ts';

/** The parts of a URL. `host` with its port; `escapedPath`, `query` and `fragment` as they travel; `user`: what stands before the host and its `@`; undefined = nobody. */
export interface Url { readonly text: string; readonly scheme: string; readonly user: string | undefined; readonly host: string; readonly escapedPath: string; readonly query: string; readonly fragment: string }

/** What is wrong with a part. */
class Fault extends Error {}

/** What is against a text as the URL of a request, which is absolute or an absolute path; '' = nothing. */
export function requestUrlProblem(text: string): string {
  const parsed = parse(text, true);
  return parsed.ok ? '' : parsed.error;
}

/** A URL of a text. The error is Go's. */
export function parseUrl(text: string): Result<Url, string> {
  const hash = text.indexOf('#');
  const parsed = parse(hash < 0 ? text : text.slice(0, hash), false);
  if (!parsed.ok || hash < 0) return parsed;
  const fragment = text.slice(hash + 1);
  const bad = badEscape(fragment);
  return bad === undefined ? { ok: true, value: { ...parsed.value, fragment } } : { ok: false, error: `parse ${quote(text)}: ${bad}` };
}

function parse(text: string, isRequest: boolean): Result<Url, string> {
  try {
    return { ok: true, value: read(text, isRequest) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, error: `parse ${quote(text)}: ${error.message}` };
  }
}

function read(text: string, isRequest: boolean): Url {
  if (/[\x00-\x1f\x7f]/.test(text)) throw new Fault('net/url: invalid control character in URL');
  if (text === '' && isRequest) throw new Fault('empty url');
  if (text === '*') return { text, scheme: '', user: undefined, host: '', escapedPath: '*', query: '', fragment: '' };
  if (text.startsWith(':')) throw new Fault('missing protocol scheme');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1] ?? '';
  const behind = scheme === '' ? text : text.slice(scheme.length + 1);
  const mark = behind.indexOf('?');
  const [rest, query] = mark < 0 ? [behind, ''] : [behind.slice(0, mark), behind.slice(mark + 1)];
  const of = { text, scheme: scheme.toLowerCase(), user: undefined, query, fragment: '' };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...of, host: '', escapedPath: '' };
    if (isRequest) throw new Fault('invalid URI for request');
    if ((rest.split('/')[0] ?? '').includes(':')) throw new Fault('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || (!isRequest && !rest.startsWith('///')));
  if (!hasAuthority) return { ...of, host: '', escapedPath: escapedPath(rest) };
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  return { ...of, user: authority.includes('@') ? authority.slice(0, authority.lastIndexOf('@')) : undefined, host: hostOf(authority), escapedPath: escapedPath(slash < 0 ? '' : rest.slice(slash)) };
}

/** The host of `user:password@host:port`. */
function hostOf(authority: string): string {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^[\w\-.:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at))) throw new Fault('net/url: invalid userinfo');
  if (at >= 0) unescape(authority.slice(0, at));
  const host = authority.slice(at + 1);
  const end = host.startsWith('[') ? host.lastIndexOf(']') : -1;
  if (host.startsWith('[') && end < 0) throw new Fault("missing ']' in host");
  const colon = end >= 0 ? end + 1 : host.lastIndexOf(':');
  const port = colon < 0 ? '' : host.slice(colon);
  if (!/^(?::\d*)?$/.test(port)) throw new Fault(`invalid port ${quote(port)} after host`);
  const odd = /[^\w\-.~!$&'()*+,;=:[\]<>"%\u0080-\uffff]/.exec(host)?.[0];
  if (odd !== undefined) throw new Fault(`invalid character ${quote(odd)} in host name`);
  return unescape(host);
}

function badEscape(text: string): string | undefined {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  return bad === undefined ? undefined : `invalid URL escape ${quote(bad)}`;
}

/** `%2F` → `/`. A percent sign needs two digits behind it. */
function unescape(text: string): string {
  const bad = badEscape(text);
  if (bad !== undefined) throw new Fault(bad);
  const bytes = [...text.matchAll(/((?:%[0-9a-fA-F]{2})+)|([^%]+)/g)].map(([whole, escaped]) => (escaped === undefined ? whole : decoded(escaped)));
  return bytes.join('');
}

/** Bytes that are no UTF-8 become the sign for what cannot be shown. */
function decoded(escaped: string): string {
  try { return decodeURIComponent(escaped); } catch { return '\ufffd'; }
}

/** A path as it was written, if that may be sent; else with everything escaped that has to be. */
function escapedPath(path: string): string {
  const plain = unescape(path);
  if (/^[\w\-.~!$&'()*+,;=:@/[\]%]*$/.test(path)) return path;
  return encodeURI(plain).replaceAll(/[!'()*?#[\]]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `example.com` of `example.com:80`, `::1` of `[::1]:80`. */
export function hostnameOf(host: string): string {
  const port = portOf(host);
  const name = port === '' ? host.replace(/:$/, '') : host.slice(0, -port.length - 1);
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

/** '' when there is none. */
export const portOf = (host: string): string => /(?:^[^[\]:]*|\]):(\d+)$/.exec(host)?.[1] ?? '';

/** Keys and all of their values; a pair that cannot be read, or has a semicolon, is passed over. */
export function queryOf(query: string): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const pair of query.split('&').filter(one => one !== '' && !one.includes(';'))) {
    const equal = pair.indexOf('=');
    const [key, value] = (equal < 0 ? [pair, ''] : [pair.slice(0, equal), pair.slice(equal + 1)]).map(part => part.replaceAll('+', ' '));
    try {
      (found[unescape(key ?? '')] ??= []).push(unescape(value ?? ''));
    } catch (error) { if (!(error instanceof Fault)) throw error; }
  }
  return found;
}

/**
 * What Go says of texts that are no URLs.
 *
 * @source Go net/url url.go (Parse, parseAuthority, parseHost, unescape)
 * @fidelity simplified: IPv6 zones and the letters of user information are not looked at
 */
import { quote } from './field-error.ts';

/** Letters that may stand in a host unescaped, besides letters and digits. */
const HOST_LETTERS = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\uffff]*$/;

/** Why a text is no URL, as `parse "…": …`; '' when it is one. */
export function urlFault(text: string): string {
  const fault = faultOf(text);
  return fault === '' ? '' : `parse ${quote(text)}: ${fault}`;
}

function faultOf(text: string): string {
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'net/url: invalid control character in URL';
  const [url = '', fragment = ''] = splitAt(text, '#');
  const [, scheme, rest = url] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/.exec(url) ?? [];
  if (scheme === undefined && url.startsWith(':')) return 'missing protocol scheme';
  const [place = ''] = splitAt(rest, '?');
  if (scheme === undefined && !place.startsWith('/') && (place.split('/')[0] ?? '').includes(':')) return 'first path segment in URL cannot contain colon';
  const authority = place.startsWith('//') ? place.slice(2).split('/')[0] ?? '' : '';
  const path = place.startsWith('//') ? place.slice(2 + authority.length) : place;
  return hostFault(authority.slice(authority.lastIndexOf('@') + 1)) || escapeFault(path) || escapeFault(fragment);
}

function splitAt(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function hostFault(host: string): string {
  const bracket = host.startsWith('[') ? host.lastIndexOf(']') : -1;
  if (host.startsWith('[') && bracket < 0) return "missing ']' in host";
  const colon = bracket >= 0 ? bracket + 1 : host.lastIndexOf(':');
  const port = colon >= 0 ? host.slice(colon) : '';
  if (port !== '' && !/^:\d*$/.test(port)) return `invalid port ${quote(port)} after host`;
  const bad = [...host].find((letter) => !HOST_LETTERS.test(letter));
  if (bad !== undefined) return `invalid character ${quote(bad)} in host name`;
  return escapeFault(host);
}

function escapeFault(text: string): string {
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 3)) {
    const escape = text.slice(at, at + 3);
    if (!/^%[0-9A-Fa-f]{2}$/.test(escape)) return `invalid URL escape ${quote(escape)}`;
  }
  return '';
}

/** URLs by their parts. @source kubernetes/apiserver pkg/cel/library/urls.go */
import type { Environment } from '@marcbachmann/cel-js';
import { hostnameOf, parseUrl, portOf, queryOf, requestUrlProblem, type Url } from '../../url.ts';
import type { Add } from './library.ts';

/** A URL that has been read. */
class CelUrl {
  readonly url: Url;
  constructor(url: Url) { this.url = url; }
}

function read(text: string): CelUrl {
  const problem = requestUrlProblem(text);
  if (problem !== '') throw new Error(`URL parse error during conversion from string: ${problem}`);
  const parsed = parseUrl(text);
  if (!parsed.ok) throw new Error(`URL parse error during conversion from string: ${parsed.error}`);
  return new CelUrl(parsed.value);
}

/** Adds the type and its functions. */
export function registerUrls(environment: Environment, add: Add): void {
  environment.registerType('URL', CelUrl);
  environment.registerOperator('URL == URL', (a: CelUrl, b: CelUrl) => a.url.text === b.url.text);
  add('url(string): URL', read);
  add('isURL(string): bool', (text: string) => requestUrlProblem(text) === '');
  add('URL.getScheme(): string', ({ url }: CelUrl) => url.scheme);
  add('URL.getHost(): string', ({ url }: CelUrl) => url.host);
  add('URL.getHostname(): string', ({ url }: CelUrl) => hostnameOf(url.host));
  add('URL.getPort(): string', ({ url }: CelUrl) => portOf(url.host));
  add('URL.getEscapedPath(): string', ({ url }: CelUrl) => url.escapedPath);
  add('URL.getQuery(): map<string, list<string>>', ({ url }: CelUrl) => queryOf(url.query));
}

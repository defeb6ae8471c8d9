/**
 * HTTP as the simulation carries it where the API server only passes it on: to programs in pods and to kubelets. Bodies are byte strings.
 */

/** Names and values in their order; names as they were written. */
export type HttpHeaders = readonly (readonly [name: string, value: string])[];

/** A request on its way to a program. `target`: path and query. */
export interface HttpRequest { readonly method: string; readonly target: string; readonly headers: HttpHeaders; readonly data: string; /** It comes over TLS. */ readonly tls: boolean }
export interface HttpResponse { readonly code: number; readonly headers: HttpHeaders; readonly data: string }

/** What a request for the subresource `proxy` wants to have passed on. */
export interface Proxied {
  readonly method: string;
  /** Path of the request up to `/proxy`. */
  readonly prefix: string;
  /** What stands behind it, '' or with a slash in front. */
  readonly path: string;
  /** What stands behind the `?`; '' = nothing. */
  readonly query: string;
  readonly headers: HttpHeaders;
  readonly data: string;
}

/** The answer of a program as the API server passes it back. */
export interface ProxiedBody { readonly http: HttpResponse }

/** The value of a header; '' = it is not there. */
export function headerOf(headers: HttpHeaders, name: string): string {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1] ?? '';
}

/** An answer with a body of a type. */
export function page(code: number, type: string, data: string): HttpResponse {
  return { code, headers: [['Content-Type', type], ['Content-Length', String(data.length)]], data };
}

export const PLAIN = 'text/plain; charset=utf-8';
export const JSON_TYPE = 'application/json';

/** What Go's mux says of a path that it does not have. */
export const pageNotFound = (): HttpResponse => page(404, PLAIN, '404 page not found\n');

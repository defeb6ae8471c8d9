/**
 * From the method and URL of an HTTP request to the call that it is.
 *
 * @source kubernetes/apiserver pkg/endpoints/request/requestinfo.go, kubernetes/apimachinery pkg/apis/meta/v1/conversion.go
 */
import type { Result } from '../base/data.ts';
import type { Proxied } from './http.ts';
import { parseTime } from './time.ts';
import type { ApiCall, RequestOptions, Verb } from './wire.ts';

/** Parameters of a query in their order; a name may come several times. */
export type Query = ReadonlyMap<string, readonly string[]>;

/** Subresources of a namespace itself; anything else behind a namespace's name is a resource in it. */
const NAMESPACE_SUBRESOURCES: readonly string[] = ['status', 'finalize'];

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads what stands behind the `?`. */
export function parseQuery(text: string): Query {
  const query = new Map<string, string[]>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = decode((at < 0 ? part : part.slice(0, at)).replaceAll('+', ' '));
    const value = at < 0 ? '' : decode(part.slice(at + 1).replaceAll('+', ' '));
    const known = query.get(name);
    if (known === undefined) query.set(name, [value]); else known.push(value);
  }
  return query;
}

/** Resources that the API server passes requests on to. */
const PROXIES: readonly string[] = ['pods', 'services', 'nodes'];

/** What is to be passed on: the path behind `/proxy` as it was written. */
function proxiedBy(method: string, { path, query }: { readonly path: string; readonly query: string }, { group, resource, name, subresource }: Named): Proxied | undefined {
  if (group !== '' || name === '' || !PROXIES.includes(resource) || !/^proxy(\/|$)/.test(subresource)) return undefined;
  const at = /^.*?\/(?:pods|services|nodes)\/[^/]+\/proxy(?=\/|$)/.exec(path)?.[0].length ?? path.length;
  return { method, prefix: path.slice(0, at), path: path.slice(at), query, headers: [], data: '' };
}

/** What a path names, before the method says what is done with it. */
interface Named { readonly group: string; readonly version: string; readonly namespace: string; readonly resource: string; readonly name: string; readonly subresource: string; readonly watching: boolean }

function namedBy(path: string): Named | undefined {
  const parts = path.split('/').filter(part => part !== '').map(decode);
  const [root] = parts;
  if (root !== 'api' && root !== 'apis') return undefined;
  const [group, version] = root === 'api' ? ['', parts[1] ?? ''] as const : [parts[1] ?? '', parts[2] ?? ''] as const;
  let rest = parts.slice(root === 'api' ? 2 : 3);
  if (rest.length === 0) return undefined;
  const watching = rest[0] === 'watch' && rest.length > 1;
  if (watching) rest = rest.slice(1);
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && NAMESPACE_SUBRESOURCES.includes(rest[2] ?? ''))) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const [resource = '', name = '', ...below] = rest;
  return { group, version, namespace, resource, name, subresource: below.join('/'), watching };
}

const first = (query: Query, name: string): string | undefined => query.get(name)?.[0];

function verbOf(method: string, named: Named, watching: boolean): Verb | undefined {
  switch (method) {
    case 'GET': case 'HEAD': return watching ? 'watch' : named.name === '' ? 'list' : 'get';
    case 'POST': return 'create';
    case 'PUT': return 'update';
    case 'PATCH': return 'patch';
    case 'DELETE': return named.name === '' ? 'deletecollection' : 'delete';
    default: return undefined;
  }
}

const TEXTS = ['labelSelector', 'fieldSelector', 'resourceVersion', 'resourceVersionMatch', 'continue', 'fieldManager', 'fieldValidation', 'propagationPolicy', 'container', 'includeObject'] as const;
const WHOLE = ['limit', 'timeoutSeconds', 'gracePeriodSeconds', 'tailLines', 'sinceSeconds', 'limitBytes'] as const;
const FLAGS = ['allowWatchBookmarks', 'sendInitialEvents', 'force', 'previous', 'follow', 'timestamps', 'stdin', 'stdout', 'stderr', 'tty'] as const;

/** What Go takes for a truth value; upstream reads a flag without value as true, and any other text as true as well. */
const isTrue = (text: string): boolean => !['0', 'false'].includes(text.toLowerCase());

/** The options in a query. The error is upstream's sentence for a value that is no number. */
export function optionsOf(query: Query): Result<RequestOptions, string> {
  const options: Record<string, unknown> = {};
  for (const name of TEXTS) { const text = first(query, name); if (text !== undefined && text !== '') options[name] = text; }
  for (const name of FLAGS) { const text = first(query, name); if (text !== undefined) options[name] = isTrue(text); }
  for (const name of WHOLE) {
    const text = first(query, name);
    if (text === undefined || text === '') continue;
    if (!/^[+-]?\d{1,18}$/.test(text)) return { ok: false, error: `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${/^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax'}` };
    options[name] = Number(text);
  }
  const sinceTime = first(query, 'sinceTime');
  if (sinceTime !== undefined && sinceTime !== '') {
    if (parseTime(sinceTime) === undefined) return { ok: false, error: `parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(sinceTime)} as "2006"` };
    options['sinceTime'] = sinceTime;
  }
  if (query.has('dryRun')) options['dryRun'] = (query.get('dryRun') ?? []).includes('All');
  const command = query.get('command');
  if (command !== undefined) options['command'] = command;
  const ports = query.get('ports');
  if (ports !== undefined) options['ports'] = ports.flatMap(text => text.split(',')).map(Number);
  return { ok: true, value: options as RequestOptions };
}

/** What a request is; undefined = its method means nothing here. */
export interface Requested { readonly call: ApiCall; readonly query: Query }

/** The query of such a request means something to the program behind the proxy only. */
function proxyCall(named: Named, proxied: Proxied, query: Query): Requested | undefined {
  const { group, version, namespace, resource, name } = named;
  const verb = verbOf(proxied.method, named, false);
  return verb === undefined ? undefined : { query, call: { verb, group, version, resource, subresource: 'proxy', namespace, name, proxied } };
}

/** Finds out what a method and URL ask for. An error is a sentence for a 400. */
export function requestedBy(method: string, url: string): Result<Requested | undefined, string> {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const text = at < 0 ? '' : url.slice(at + 1);
  const query = parseQuery(text);
  const named = namedBy(path);
  if (named === undefined) {
    const call: ApiCall = { verb: method === 'GET' || method === 'HEAD' ? 'get' : method.toLowerCase() as Verb, group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: text === '' ? path : `${path}?${text}` };
    return { ok: true, value: { call, query } };
  }
  const proxied = proxiedBy(method, { path, query: text }, named);
  if (proxied !== undefined) return { ok: true, value: proxyCall(named, proxied, query) };
  const options = optionsOf(query);
  if (!options.ok) return options;
  const watch = first(query, 'watch');
  const watching = named.subresource === '' && (named.watching || (watch !== undefined && isTrue(watch)));
  const verb = verbOf(method, named, watching);
  if (verb === undefined) return { ok: true, value: undefined };
  const { group, version, namespace, resource, name, subresource } = named;
  return { ok: true, value: { query, call: { verb, group, version, resource, subresource, namespace, name, options: options.value } } };
}

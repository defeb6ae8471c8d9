/** Paths of the API as requests: what `--raw` asks for. @source kubernetes/apiserver pkg/endpoints/request/requestinfo.go */
import type { HttpHeaders } from '../api/http.ts';
import { requestedBy } from '../api/request-path.ts';
import type { ApiCall, RequestOptions } from '../api/wire.ts';

/** Parameters of a list or get that a path may carry. */
const TEXTS = ['labelSelector', 'fieldSelector', 'resourceVersion', 'continue', 'container'] as const;
const NUMBERS = ['limit', 'tailLines', 'sinceSeconds'] as const;

function optionsOf(query: string): RequestOptions {
  const found: Record<string, string | number | boolean> = {};
  for (const part of query.split('&').filter((each) => each !== '')) {
    const [key = '', value = ''] = part.split('=').map((each) => decodeURIComponent(each));
    if ((TEXTS as readonly string[]).includes(key)) found[key] = value;
    if ((NUMBERS as readonly string[]).includes(key)) found[key] = Number(value);
    if (key === 'previous' || key === 'timestamps') found[key] = value === 'true';
  }
  return found;
}

const COMMANDS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'replace', DELETE: 'delete' };

/** What kubectl sends along with a request. @source kubernetes/cli-runtime pkg/genericclioptions/command_headers.go */
const headersOf = (method: string): HttpHeaders => [
  ['User-Agent', 'kubectl/v1.35.2 (linux/amd64) kubernetes/fdc9d74'], ['Accept', 'application/json, */*'], ['Accept-Encoding', 'gzip'], ['Kubectl-Command', `kubectl ${COMMANDS[method] ?? 'get'}`], ['X-Forwarded-For', '10.0.0.10'],
];

/** `/apis/apps/v1/namespaces/default/deployments/web/scale` as a request for that object; other paths as they are. */
export function callForPath(whole: string, method = 'GET'): ApiCall {
  const asked = requestedBy(method, whole);
  const proxied = asked.ok ? asked.value?.call.proxied : undefined;
  if (asked.ok && asked.value !== undefined && proxied !== undefined) return { ...asked.value.call, proxied: { ...proxied, headers: headersOf(method) } };
  const [path = '', query = ''] = whole.split('?');
  const plain: ApiCall = { verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path: whole };
  const parts = path.split('/').filter((part) => part !== '');
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return plain;
  const [group, version, rest] = isCore ? ['', parts[1] ?? '', parts.slice(2)] : [parts[1] ?? '', parts[2] ?? '', parts.slice(3)];
  if (rest.length === 0) return plain;
  // `namespaces/NAME` alone is the namespace itself, as are its own subresources.
  const isPlaced = rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '');
  const namespace = isPlaced ? rest[1] ?? '' : '';
  const [resource = '', name = '', subresource = ''] = isPlaced ? rest.slice(2) : rest;
  return { verb: name === '' ? 'list' : 'get', group, version, resource, subresource, namespace, name, options: optionsOf(query) };
}

/** Paths that are no resources. */
import { noSuchPath, methodNotSupported } from '../../api/status.ts';
import { compareText } from '../../base/compare.ts';
import { GIT_VERSION } from '../config.ts';
import { passOn } from '../aggregation/proxy.ts';
import { remoteOf } from '../aggregation/state.ts';
import { refuse, replyWith, type Verdict } from '../stage.ts';
import type { RequestRecord, Server } from '../state.ts';
import { auditLogText } from '../audit/log.ts';
import { fairnessDump } from '../fairness/dump.ts';
import { discoveryBody, discoveryPaths } from './discovery.ts';
import { localChecks } from './health.ts';
import { metricsText } from './metrics.ts';
import { openApiBody, openApiV2, remoteDocuments } from './openapi.ts';

/** @source kubernetes/apimachinery pkg/version/types.go */
const version = Object.freeze({
  major: '1', minor: '35', gitVersion: GIT_VERSION, gitCommit: '0000000000000000000000000000000000000000', gitTreeState: 'clean', buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.25.6', compiler: 'gc', platform: 'linux/amd64',
});

const HEALTH: readonly string[] = ['healthz', 'livez', 'readyz'];

/**
 * Answers a path. `/api` and `/apis` come in aggregated form when the query holds `aggregated`: the form that real clients choose by their
 * Accept header.
 */
export function answerPath(server: Server, request: RequestRecord): Verdict {
  const { call } = request;
  const [path = '', query = ''] = splitAt(call.path ?? '', '?');
  const [, endpoint = '', ...rest] = path.split('/');
  if (call.verb !== 'get') return refuse(isThere(server, path, endpoint) ? methodNotSupported({ group: '', resource: '' }, call.verb) : noSuchPath());
  const parameters = query.split('&');
  if (HEALTH.includes(endpoint)) {
    const exclude = parameters.filter(parameter => parameter.startsWith('exclude=')).map(parameter => parameter.slice('exclude='.length));
    const verbose = parameters.some(parameter => parameter === 'verbose' || parameter.startsWith('verbose='));
    return { converse: 'health', args: { endpoint, verbose, only: rest.join('/'), exclude, checks: localChecks(server, endpoint) } };
  }
  if (endpoint === 'version') return replyWith(200, version);
  if (path === '' || path === '/') return replyWith(200, { paths: [...discoveryPaths(server.state), '/debug/api_priority_and_fairness/dump_priority_levels', '/debug/api_priority_and_fairness/dump_queues', '/debug/api_priority_and_fairness/dump_requests', '/healthz', '/livez', '/logs', '/metrics', '/openapi/v2', '/openapi/v3', '/readyz', '/version'].sort(compareText) });
  if (endpoint === 'debug' && rest[0] === 'api_priority_and_fairness') return fairness(server, request, { page: rest[1] ?? '', detailed: parameters.some(parameter => /^includeRequestDetails=./.test(parameter)) });
  if (endpoint === 'logs') return logs(server, rest.join('/'));
  if (endpoint === 'metrics' && rest.length === 0) return replyWith(200, { text: metricsText(server) });
  const remote = endpoint === 'apis' && rest.length === 2 ? remoteOf(server.state, { group: rest[0] ?? '', version: rest[1] ?? '' }) : undefined;
  if (remote !== undefined) return passOn(remote, request);
  if (endpoint === 'openapi') return openApi(server, request, path);
  const body = discoveryBody(server.state, path.endsWith('/') ? path.slice(0, -1) : path, parameters.includes('aggregated'));
  return body === undefined ? refuse(noSuchPath()) : replyWith(200, body);
}

/** Whether a path is one that can be read. */
const isThere = ({ state }: Server, path: string, endpoint: string): boolean =>
  endpoint === '' || [...HEALTH, 'version', 'debug', 'logs', 'metrics', 'openapi'].includes(endpoint) || discoveryBody(state, path.endsWith('/') ? path.slice(0, -1) : path, false) !== undefined;

/** What other servers serve is asked of them. @source kubernetes/kube-aggregator pkg/controllers/openapi, openapiv3 */
function openApi({ state }: Server, request: RequestRecord, path: string): Verdict {
  if (path === '/openapi/v2') {
    const versions = remoteDocuments(state);
    return versions.length === 0 ? replyWith(200, openApiV2(state, [])) : { converse: 'openApiV2', args: { versions } };
  }
  const [, group = '', version = ''] = /^\/openapi\/v3\/apis\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const remote = remoteOf(state, { group, version });
  if (remote !== undefined) return passOn(remote, request);
  const body = openApiBody(state, path);
  return body === undefined ? refuse(noSuchPath()) : replyWith(200, body);
}

const AUDIT_LOG = 'kubernetes/audit/audit.log';

/** The folder /var/log of the API server's machine. @source kubernetes/apiserver pkg/server/routes/logs.go (`--enable-logs-handler`) */
function logs(server: Server, file: string): Verdict {
  if (file === AUDIT_LOG) return replyWith(200, { text: auditLogText(server) });
  return file === '' ? replyWith(200, { text: `<pre>\n<a href="${AUDIT_LOG}">${AUDIT_LOG}</a>\n</pre>\n` }) : refuse(noSuchPath());
}

function fairness(server: Server, request: RequestRecord, asked: { readonly page: string; readonly detailed: boolean }): Verdict {
  const text = fairnessDump(server, request, asked);
  return text === undefined ? refuse(noSuchPath()) : replyWith(200, { text });
}

function splitAt(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

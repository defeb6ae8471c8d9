/**
 * What the web servers in containers answer to a request.
 *
 * @source coredns/coredns plugin/health, plugin/ready, plugin/metrics; kubernetes/kubernetes pkg/proxy/healthcheck/proxy_health.go, test/images/agnhost/netexec; traefik/whoami
 * @fidelity simplified: servers look at the path only; one that nobody knows says its pod's name, whoami what it was sent
 */
import { bytesOf } from '../../base/bytes.ts';
import { type HttpHeaders, JSON_TYPE, PLAIN } from '../../api/http.ts';
import { parseQuery } from '../../api/request-path.ts';
import { formatTime } from '../../api/time.ts';
import { canonicalImage, parseImage } from '../images.ts';
import type { ContainerRecord, Runtime } from '../runtime-state.ts';
import { answerFileQuestion } from './files.ts';

/** A request as a server sees it. `path` is without its query. */
export interface PageRequest { readonly method: string; readonly port: number; readonly path: string; readonly query: string; readonly headers: HttpHeaders }
export interface Page { readonly code: number; readonly body: string; readonly type: string }

const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 404: 'Not Found', 503: 'Service Unavailable' };
/** `404 Not Found`. */
export const statusLine = (code: number): string => `${code} ${REASONS[code] ?? 'OK'}`;

const text = (body: string, code = 200): Page => ({ code, body, type: PLAIN });
const goNotFound = text('404 page not found\n', 404);
const NGINX_NOT_FOUND: Page = { code: 404, type: 'text/html', body: '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx/1.27.5</center>\r\n</body>\r\n</html>\r\n' };

/** The last part of an image's name, without tag and digest. */
const programOf = ({ info }: ContainerRecord): string => parseImage(canonicalImage(info.image))?.repository.split('/').at(-1) ?? '';

/** The answer of a container's server. */
export function pageOf(runtime: Runtime, record: ContainerRecord, request: PageRequest): Page {
  const { plan, health } = record;
  if (!health.ready) return { code: 503, body: 'not ready\n', type: 'text/plain' };
  const program = programOf(record);
  const root = /nginx/.test(program) ? '/usr/share/nginx/html' : /httpd/.test(program) ? '/usr/local/apache2/htdocs' : '';
  if (root !== '') return fileOf(runtime, record, root + (request.path === '/' ? '/index.html' : request.path));
  const known = knownPage(runtime, record, request, program);
  if (known !== undefined) return known;
  const paths = plan.server?.paths ?? [];
  if (paths.length > 0 && !paths.includes(request.path)) return { ...goNotFound, type: 'text/plain' };
  return { code: 200, body: bytesOf(`Hello from ${record.info.podName}\n`), type: 'text/plain' };
}

function fileOf(runtime: Runtime, record: ContainerRecord, file: string): Page {
  const found = answerFileQuestion(runtime, { record, scene: { hostname: record.info.podName, mounts: [] } }, { ask: 'readFile', args: file }) as string | null;
  if (found !== null) return { code: 200, body: found, type: file.endsWith('.html') ? 'text/html' : 'application/octet-stream' };
  if (/nginx/.test(record.info.image)) return NGINX_NOT_FOUND;
  return { ...NGINX_NOT_FOUND, body: NGINX_NOT_FOUND.body.replace('<hr><center>nginx/1.27.5</center>\r\n', '') };
}

/** Pages of programs that are known by name; undefined = it is none of them, or has no page of its own there. */
function knownPage({ state, out }: Runtime, { info }: ContainerRecord, request: PageRequest, program: string): Page | undefined {
  const { port, path, query } = request;
  const at = `${port}${path}`;
  switch (program) {
    case 'coredns': return at === '8080/health' || at === '8181/ready' ? text('OK') : at === '9153/metrics' ? text(dnsMetrics()) : goNotFound;
    case 'kube-proxy': {
      if (path !== '/healthz' && path !== '/livez') return goNotFound;
      const now = formatTime(out.now).replace('T', ' ').replace('Z', ' +0000 UTC');
      return { code: 200, type: JSON_TYPE, body: `{"lastUpdated": "${now}","currentTime": "${now}", "nodeEligible": true}` };
    }
    case 'agnhost': return path === '/hostname' ? text(info.podName) : path === '/healthz' ? text('') : path === '/echo' ? text(bytesOf(parseQuery(query).get('msg')?.[0] ?? '')) : undefined;
    case 'whoami': return text(whoami(state.sandboxes.get(info.sandboxId)?.ip ?? '', info.podName, request));
    default: return undefined;
  }
}

const dnsMetrics = (): string => [
  '# HELP coredns_build_info A metric with a constant \'1\' value labeled by version, revision, and goversion from which CoreDNS was built.', '# TYPE coredns_build_info gauge',
  'coredns_build_info{goversion="go1.25.2",revision="1db4568",version="1.13.1"} 1', '',
].join('\n');

function whoami(ip: string, name: string, { method, path, query, headers }: PageRequest): string {
  const sent = headers.map(([key, value]) => `${key}: ${value}\n`);
  const host = sent.find(line => /^host:/i.test(line)) ?? '';
  const others = sent.filter(line => line !== host).sort();
  return `Hostname: ${name}\nIP: 127.0.0.1\nIP: ${ip}\n${method} ${path}${query === '' ? '' : `?${query}`} HTTP/1.1\n${host}${others.join('')}\n`;
}

/**
 * What the servers in containers answer to bytes that arrive at their ports.
 *
 * @fidelity simplified: web servers answer requests without looking at their bodies; redis knows PING; others close the connection
 */
import { bytesOf } from '../../base/bytes.ts';
import { canonicalImage } from '../images.ts';
import type { ContainerRecord, Runtime } from '../runtime-state.ts';
import { answerFileQuestion } from './files.ts';

/** An answer, how many bytes of the input it answers, and whether the connection ends with it. */
export interface TcpAnswer { readonly data: string; readonly taken: number; readonly closes: boolean }

const nothingYet: TcpAnswer = Object.freeze({ data: '', taken: 0, closes: false });

/** What a port of a pod answers; undefined = nobody listens there. */
export function answerOverTcp(runtime: Runtime, sandboxId: string, port: number, input: string): TcpAnswer | undefined {
  const { state, out } = runtime;
  for (const record of state.containers.values()) {
    const { info, plan, health } = record;
    if (info.sandboxId !== sandboxId || info.state !== 'CONTAINER_RUNNING' || plan.server === undefined) continue;
    if (plan.server.ports.length > 0 && !plan.server.ports.includes(port)) continue;
    if (out.now < info.startedAt + plan.server.listensAfter) continue;
    if (!health.live) return nothingYet;
    return /\/redis[:@]/.test(`${canonicalImage(info.image)}:`) ? answerRedis(input) : answerHttp(runtime, record, input);
  }
  return undefined;
}

function answerRedis(input: string): TcpAnswer {
  const end = input.lastIndexOf('\r\n');
  if (end < 0) return nothingYet;
  return { data: /PING/i.test(input) ? '+PONG\r\n' : "-ERR unknown command\r\n", taken: end + 2, closes: false };
}

function answerHttp(runtime: Runtime, record: ContainerRecord, input: string): TcpAnswer {
  const end = input.indexOf('\r\n\r\n');
  if (end < 0) return nothingYet;
  const [line = '', ...headers] = input.slice(0, end).split('\r\n');
  const header = (name: string): string => headers.find(text => text.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1).trim() ?? '';
  const taken = end + 4 + (Number(header('content-length')) || 0);
  if (taken > input.length) return nothingYet;
  const [method = '', target = '/'] = line.split(' ');
  const { code, body, type } = pageOf(runtime, record, { method, path: target.split('?')[0] ?? '/' });
  const closes = header('connection').toLowerCase() === 'close' || line.endsWith('HTTP/1.0');
  const head = `HTTP/1.1 ${code}\r\nServer: ${/nginx/.test(record.info.image) ? 'nginx/1.27.5' : 'pilothouse'}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: ${closes ? 'close' : 'keep-alive'}\r\n\r\n`;
  return { data: head + (method === 'HEAD' ? '' : body), taken, closes };
}

interface Page { readonly code: string; readonly body: string; readonly type: string }

function pageOf(runtime: Runtime, record: ContainerRecord, { path }: { readonly method: string; readonly path: string }): Page {
  const { plan, info, health } = record;
  const paths = plan.server?.paths ?? [];
  const root = /nginx/.test(info.image) ? '/usr/share/nginx/html' : /httpd/.test(info.image) ? '/usr/local/apache2/htdocs' : '';
  if (!health.ready) return { code: '503 Service Unavailable', body: 'not ready\n', type: 'text/plain' };
  if (root === '') {
    if (paths.length > 0 && !paths.includes(path)) return { code: '404 Not Found', body: '404 page not found\n', type: 'text/plain' };
    return { code: '200 OK', body: bytesOf(`Hello from ${info.podName}\n`), type: 'text/plain' };
  }
  const file = `${root}${path === '/' ? '/index.html' : path}`;
  const found = answerFileQuestion(runtime, { record, scene: { env: [], hostname: info.podName, mounts: [] } }, { ask: 'readFile', args: file }) as string | null;
  if (found !== null) return { code: '200 OK', body: found, type: file.endsWith('.html') ? 'text/html' : 'application/octet-stream' };
  return { code: '404 Not Found', body: '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n</body>\r\n</html>\r\n', type: 'text/html' };
}

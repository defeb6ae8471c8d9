/**
 * What the servers in containers answer to bytes that arrive at their ports.
 *
 * @fidelity simplified: web servers answer requests without looking at their bodies; redis knows PING; others close the connection
 */
import { canonicalImage } from '../images.ts';
import type { ContainerRecord, Runtime } from '../runtime-state.ts';
import { pageOf, statusLine } from './pages.ts';

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
    return /\/redis[:@]/.test(`${canonicalImage(info.image)}:`) ? answerRedis(input) : answerHttp(runtime, { record, port }, input);
  }
  return undefined;
}

function answerRedis(input: string): TcpAnswer {
  const end = input.lastIndexOf('\r\n');
  if (end < 0) return nothingYet;
  return { data: /PING/i.test(input) ? '+PONG\r\n' : "-ERR unknown command\r\n", taken: end + 2, closes: false };
}

function answerHttp(runtime: Runtime, { record, port }: { readonly record: ContainerRecord; readonly port: number }, input: string): TcpAnswer {
  const end = input.indexOf('\r\n\r\n');
  if (end < 0) return nothingYet;
  const [line = '', ...headers] = input.slice(0, end).split('\r\n');
  const header = (name: string): string => headers.find(text => text.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1).trim() ?? '';
  const taken = end + 4 + (Number(header('content-length')) || 0);
  if (taken > input.length) return nothingYet;
  const [method = '', target = '/'] = line.split(' ');
  const [path = '/', ...query] = target.split('?');
  const pairs = headers.map((text): [string, string] => { const at = text.indexOf(':'); return [text.slice(0, at), text.slice(at + 1).trim()]; });
  const { code, body, type } = pageOf(runtime, record, { method, port, path, query: query.join('?'), headers: pairs });
  const closes = header('connection').toLowerCase() === 'close' || line.endsWith('HTTP/1.0');
  const head = `HTTP/1.1 ${statusLine(code)}\r\nServer: ${/nginx/.test(record.info.image) ? 'nginx/1.27.5' : 'pilothouse'}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: ${closes ? 'close' : 'keep-alive'}\r\n\r\n`;
  return { data: head + (method === 'HEAD' ? '' : body), taken, closes };
}

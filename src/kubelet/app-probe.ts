/**
 * How the program in a container answers one probe.
 *
 * @source kubernetes/kubernetes pkg/probe/http/http.go, pkg/probe/tcp/tcp.go, pkg/kubelet/prober/prober.go
 * @fidelity simplified: programs answer at once; an image says which ports and paths it serves
 */
import type { HTTPGetAction, Probe } from '../api/kinds/core/container.ts';
import type { AppHealth, ProbeKind } from './app.ts';
import { fileAt, type ProgramPlan } from './behaviour.ts';

/** What an answer depends on. */
export interface ProbeInput {
  readonly plan: ProgramPlan;
  readonly health: AppHealth;
  readonly startedAt: number;
  readonly now: number;
  readonly ip: string;
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly port: number;
}

export interface ProbeAnswer { readonly ok: boolean; readonly message: string; readonly until: number }

/** Evaluates a probe. */
export function answerProbe(input: ProbeInput): ProbeAnswer {
  const { probe } = input;
  if (probe.exec !== undefined) return answerExec(input, probe.exec.command ?? []);
  const where = `${input.ip}:${input.port}`;
  const asked = probe.httpGet === undefined ? `dial tcp ${where}` : `Get "${urlOf(probe.httpGet, where)}": dial tcp ${where}`;
  const { server } = input.plan;
  if (server === undefined || (server.ports.length > 0 && !server.ports.includes(input.port))) return fails(`${asked}: connect: connection refused`);
  const listensAt = input.startedAt + server.listensAfter;
  if (input.now < listensAt) return { ok: false, message: `${asked}: connect: connection refused`, until: listensAt };
  if (probe.httpGet !== undefined) return answerHttp(input, probe.httpGet, where);
  if (probe.grpc !== undefined && !healthy(input)) return fails('service unhealthy (responded with "NOT_SERVING")');
  return { ok: true, message: '', until: -1 };
}

function answerHttp(input: ProbeInput, get: HTTPGetAction, where: string): ProbeAnswer {
  if (!input.health.live) return fails(`Get "${urlOf(get, where)}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
  const path = pathOf(get);
  const known = input.plan.server?.paths ?? [];
  if (known.length > 0 && !known.includes(path)) return fails('HTTP probe failed with statuscode: 404');
  return healthy(input) ? { ok: true, message: '', until: -1 } : fails('HTTP probe failed with statuscode: 503');
}

function answerExec(input: ProbeInput, command: readonly string[]): ProbeAnswer {
  if (!healthy(input)) return fails('');
  const { exitCode, output, until } = execute(input.plan, command, input.now - input.startedAt);
  return { ok: exitCode === 0, message: output, until: until < 0 ? -1 : input.startedAt + until };
}

/** Runs a command in a container. `after`: µs since its start. */
export function execute(plan: ProgramPlan, command: readonly string[], after: number): { readonly exitCode: number; readonly output: string; readonly until: number } {
  const words = command.length === 3 && command[1] === '-c' ? (command[2] ?? '').split(/\s+/) : command;
  const [name = '', ...rest] = words;
  const path = rest.filter(word => word.startsWith('/')).at(-1);
  switch (name.slice(name.lastIndexOf('/') + 1)) {
    case 'false': return { exitCode: 1, output: '', until: -1 };
    case 'exit': return { exitCode: Number(rest[0] ?? 0) & 255, output: '', until: -1 };
    case 'echo': return { exitCode: 0, output: rest.join(' '), until: -1 };
    case 'cat': case 'ls': case 'stat': case 'test': case '[': {
      if (path === undefined || path.startsWith('/etc/') || path.startsWith('/proc/')) return { exitCode: 0, output: '', until: -1 };
      const { exists, until } = fileAt(plan, path, after);
      return { exitCode: exists ? 0 : 1, output: exists || name === 'test' || name === '[' ? '' : `${name}: can't open '${path}': No such file or directory`, until };
    }
    default: return { exitCode: 0, output: '', until: -1 };
  }
}

const healthy = (input: ProbeInput): boolean => input.health.live && (input.health.ready || input.kind !== 'readiness');
const fails = (message: string): ProbeAnswer => ({ ok: false, message, until: -1 });

function pathOf(get: HTTPGetAction): string {
  const path = get.path ?? '/';
  return path.startsWith('/') ? path : `/${path}`;
}

function urlOf(get: HTTPGetAction, where: string): string {
  return `${get.scheme === 'HTTPS' ? 'https' : 'http'}://${where}${pathOf(get)}`;
}

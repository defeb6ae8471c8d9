/** The program's arguments, read with Node's own parser. */
import { parseArgs } from 'node:util';
import type { Micros, Result } from '../base/data.ts';
import { optionalAddons } from '../addons/registry.ts';
import { parseTime } from '../api/time.ts';
import { type EtcdArguments, etcdArguments, etcdShape, type EtcdValues, misplacedEtcd } from './etcd-options.ts';

export interface ProgramOptions {
  readonly words: readonly string[];
  readonly cluster: string;
  readonly seed: number | undefined;
  readonly seeds: readonly [number, number] | undefined;
  readonly lang: 'ko' | 'en';
  readonly restore: string | undefined;
  readonly plain: boolean;
  readonly theme: string;
  readonly mouse: boolean;
  readonly quiet: boolean;
  readonly reporter: string;
  readonly verify: boolean;
  readonly help: boolean;
  /** Add-ons beside the usual ones. */
  readonly addons: readonly string[];
  readonly serve: ServeChoices;
}

/** What only `serve` asks for. */
export interface ServeChoices {
  /** 0 = any free port. */
  readonly port: number;
  /** '' = loopback. */
  readonly listen: string;
  readonly https: boolean;
  readonly users: readonly { readonly name: string; readonly groups: readonly string[] }[];
  readonly kubeconfig: string | undefined;
  readonly speed: number;
  /** Virtual time at which serving begins; `now` = that of this machine's clock, `fixed` = right after the boot at 2026-01-01. */
  readonly clock: 'now' | 'fixed' | Micros;
  /** A real etcd instead of a simulated one; undefined = none. */
  readonly etcd: EtcdArguments | undefined;
}

/** Seeds are 32-bit, so that they are short to share. */
const SEED_MAX = 0xffffffff;
/** Runs of one `--seeds` range. */
const SEEDS_MAX = 100_000;

/** Every option, for Node's parser; the help names each. */
export const shape = {
  cluster: { type: 'string' }, seed: { type: 'string' }, seeds: { type: 'string' }, lang: { type: 'string' }, restore: { type: 'string' }, plain: { type: 'boolean' },
  theme: { type: 'string' }, 'no-mouse': { type: 'boolean' }, quiet: { type: 'boolean', short: 'q' }, reporter: { type: 'string' }, verify: { type: 'boolean' },
  port: { type: 'string' }, listen: { type: 'string' }, https: { type: 'boolean' }, user: { type: 'string', multiple: true }, kubeconfig: { type: 'string' }, speed: { type: 'string' }, clock: { type: 'string' }, addon: { type: 'string', multiple: true },
  ...etcdShape,
  help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'V' },
} as const;

/** Reads arguments; the error is a sentence that names the bad one. */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Result<ProgramOptions, string> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: shape, allowPositionals: true, strict: true });
  } catch (error) {
    return { ok: false, error: `${firstSentence(error)}; see pilothouse --help` };
  }
  const { values, positionals } = parsed;
  const lang = values.lang ?? localeLang(env);
  if (lang !== 'ko' && lang !== 'en') return { ok: false, error: `--lang: expected ko or en, found "${lang}"` };
  const seed = values.seed === undefined ? undefined : wholeNumber(values.seed);
  if (values.seed !== undefined && seed === undefined) return { ok: false, error: `--seed: expected a whole number from 0 to ${SEED_MAX}, found "${values.seed}"` };
  const seeds = seedRange(values.seeds);
  if (!seeds.ok) return seeds;
  const unknown = (values.addon ?? []).find(name => !optionalAddons.includes(name));
  if (unknown !== undefined) return { ok: false, error: `--addon: expected one of ${optionalAddons.join(', ')}, found "${unknown}"` };
  const serve = serveChoices(values);
  if (!serve.ok) return serve;
  const misplaced = serve.value.etcd === undefined ? undefined : misplacedEtcd(positionals[0], values);
  if (misplaced !== undefined) return { ok: false, error: misplaced };
  return {
    ok: true,
    value: {
      words: positionals, cluster: values.cluster ?? '', seed, seeds: seeds.value, lang, restore: values.restore, plain: values.plain === true,
      theme: values.theme ?? 'dark', mouse: values['no-mouse'] !== true, quiet: values.quiet === true, reporter: values.reporter ?? 'pretty', verify: values.verify === true,
      help: values.help === true, addons: values.addon ?? [], serve: serve.value,
    },
  };
}

const PORT_MAX = 65_535;
/** Virtual seconds per real second. */
const SPEED_MAX = 100_000;

interface ServeValues {
  readonly port?: string | undefined; readonly listen?: string | undefined; readonly https?: boolean | undefined; readonly user?: readonly string[] | undefined; readonly kubeconfig?: string | undefined; readonly speed?: string | undefined;
  readonly clock?: string | undefined;
}

function serveChoices(values: ServeValues & EtcdValues): Result<ServeChoices, string> {
  const port = wholeNumber(values.port ?? '0');
  if (port === undefined || port > PORT_MAX) return { ok: false, error: `--port: expected a number from 0 to ${PORT_MAX}, found "${String(values.port)}"` };
  const speed = Number(values.speed ?? 1);
  if (!/^\d+(\.\d+)?$/.test(values.speed ?? '1') || speed > SPEED_MAX) return { ok: false, error: `--speed: expected a number from 0 to ${SPEED_MAX}, found "${String(values.speed)}"` };
  const users: { readonly name: string; readonly groups: readonly string[] }[] = [];
  for (const text of values.user ?? []) {
    const [name = '', groups = ''] = text.split(/:(.*)/s);
    if (name === '') return { ok: false, error: `--user: expected NAME or NAME:GROUP,GROUP, found "${text}"` };
    users.push({ name, groups: groups.split(',').filter(group => group !== '') });
  }
  if (users.length > 0 && values.https !== true) return { ok: false, error: '--user: needs --https, for clients show who they are only over https' };
  const clock = clockOf(values.clock ?? 'now');
  if (clock === undefined) return { ok: false, error: `--clock: expected now, fixed or a time of 2026 or later such as 2026-05-01T12:00:00Z, found "${String(values.clock)}"` };
  const etcd = etcdArguments(values);
  if (!etcd.ok) return etcd;
  return { ok: true, value: { port, listen: values.listen ?? '', https: values.https === true, users, kubeconfig: values.kubeconfig, speed, clock, etcd: etcd.value } };
}

function clockOf(text: string): ServeChoices['clock'] | undefined {
  if (text === 'now' || text === 'fixed') return text;
  const at = parseTime(text);
  return at === undefined || at < 0 ? undefined : at;
}

function firstSentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('. ')[0] ?? text;
}

function localeLang(env: Readonly<Record<string, string | undefined>>): 'ko' | 'en' {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return locale.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

function wholeNumber(text: string): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number <= SEED_MAX ? number : undefined;
}

function seedRange(text: string | undefined): Result<readonly [number, number] | undefined, string> {
  if (text === undefined) return { ok: true, value: undefined };
  const [from, to] = text.split('..').map(wholeNumber);
  if (from === undefined || to === undefined || to < from || to - from >= SEEDS_MAX) {
    return { ok: false, error: `--seeds: expected a range such as 1..100 (at most ${SEEDS_MAX} seeds), found "${text}"` };
  }
  return { ok: true, value: [from, to] };
}

/** The program's arguments, read with Node's own parser. */
import { parseArgs } from 'node:util';
import type { Micros, Result } from '../base/data.ts';
import { optionalAddons } from '../addons/registry.ts';
import { parseTime } from '../api/time.ts';
import { type Lang, nearestWords, type Text } from '../base/text.ts';
import { type EtcdArguments, etcdArguments, etcdShape, type EtcdValues, misplacedEtcd } from './etcd-options.ts';
import { anyOfThese, misfit, oneOfThese, words } from './words.ts';

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

/** Themes of the screen, which is loaded later. */
export const THEMES: readonly string[] = ['dark', 'light', 'high-contrast', 'colour-blind', 'mono'];

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
  const lang = spokenLang(args, env);
  const read = readIn(args, lang);
  return read.ok ? read : { ok: false, error: read.error[lang] };
}

function readIn(args: readonly string[], lang: Lang): Result<ProgramOptions, Text> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: shape, allowPositionals: true, strict: true });
  } catch (error) {
    return { ok: false, error: unparsed(error) };
  }
  const { values, positionals } = parsed;
  const wrong = misfitIn(values, positionals);
  if (wrong !== undefined) return { ok: false, error: wrong };
  const seed = values.seed === undefined ? undefined : wholeNumber(values.seed);
  const seeds = seedRange(values.seeds);
  if (!seeds.ok) return seeds;
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

type Values = Readonly<Record<string, unknown>> & { readonly lang?: string | undefined; readonly theme?: string | undefined; readonly seed?: string | undefined; readonly addon?: readonly string[] | undefined };

/** The first option whose value does not fit, of those that every command knows. */
function misfitIn({ lang, theme, seed, addon }: Values, [word, ...more]: readonly string[]): Text | undefined {
  if (lang !== undefined && lang !== 'ko' && lang !== 'en') return misfit('--lang', { ko: 'ko나 en이', en: 'ko or en' }, lang);
  if (theme !== undefined && !THEMES.includes(theme)) return misfit('--theme', anyOfThese(THEMES), theme);
  if (seed !== undefined && wholeNumber(seed) === undefined) return misfit('--seed', { ko: `0부터 ${SEED_MAX}까지의 정수가`, en: `a whole number from 0 to ${SEED_MAX}` }, seed);
  const unknown = (addon ?? []).find(name => !optionalAddons.includes(name));
  if (unknown !== undefined) return misfit('--addon', oneOfThese(optionalAddons), unknown);
  const extra = (word === 'learn' || word === 'replay') ? more[1] : undefined;
  return extra === undefined ? undefined : words.tooManyWords(extra);
}

/** What Node's parser found, in words of our own. */
function unparsed(error: unknown): Text {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  const option = /'(--?[^' =]+)/.exec(message)?.[1] ?? '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const near = nearestWords(option, Object.keys(shape).map(name => `--${name}`), 1)[0];
    return words.unknownOption(option, option.startsWith('--') ? near : undefined);
  }
  return /does not take/.test(message) ? words.takesNoValue(option) : words.needsValue(option);
}

const PORT_MAX = 65_535;
/** Virtual seconds per real second. */
const SPEED_MAX = 100_000;

interface ServeValues {
  readonly port?: string | undefined; readonly listen?: string | undefined; readonly https?: boolean | undefined; readonly user?: readonly string[] | undefined; readonly kubeconfig?: string | undefined; readonly speed?: string | undefined;
  readonly clock?: string | undefined;
}

function serveChoices(values: ServeValues & EtcdValues): Result<ServeChoices, Text> {
  const port = wholeNumber(values.port ?? '0');
  if (port === undefined || port > PORT_MAX) return { ok: false, error: misfit('--port', { ko: `0부터 ${PORT_MAX}까지의 수가`, en: `a number from 0 to ${PORT_MAX}` }, String(values.port)) };
  const speed = Number(values.speed ?? 1);
  if (!/^\d+(\.\d+)?$/.test(values.speed ?? '1') || speed > SPEED_MAX) return { ok: false, error: misfit('--speed', { ko: `0부터 ${SPEED_MAX}까지의 수가`, en: `a number from 0 to ${SPEED_MAX}` }, String(values.speed)) };
  const users: { readonly name: string; readonly groups: readonly string[] }[] = [];
  for (const text of values.user ?? []) {
    const [name = '', groups = ''] = text.split(/:(.*)/s);
    if (name === '') return { ok: false, error: misfit('--user', { ko: '이름이나 이름:그룹,그룹이', en: 'NAME or NAME:GROUP,GROUP' }, text) };
    users.push({ name, groups: groups.split(',').filter(group => group !== '') });
  }
  if (users.length > 0 && values.https !== true) return { ok: false, error: { ko: '--user: --https와 함께 써 주세요. 클라이언트는 https에서만 자기가 누구인지 밝혀요.', en: '--user: needs --https, for clients show who they are only over https' } };
  const clock = clockOf(values.clock ?? 'now');
  if (clock === undefined) return { ok: false, error: misfit('--clock', { ko: 'now, fixed, 또는 2026-05-01T12:00:00Z처럼 2026년부터의 시각이', en: 'now, fixed or a time of 2026 or later such as 2026-05-01T12:00:00Z' }, String(values.clock)) };
  const etcd = etcdArguments(values);
  if (!etcd.ok) return etcd;
  return { ok: true, value: { port, listen: values.listen ?? '', https: values.https === true, users, kubeconfig: values.kubeconfig, speed, clock, etcd: etcd.value } };
}

function clockOf(text: string): ServeChoices['clock'] | undefined {
  if (text === 'now' || text === 'fixed') return text;
  const at = parseTime(text);
  return at === undefined || at < 0 ? undefined : at;
}

/** The language for complaints about the arguments: what `--lang` asks for, if it can be had. */
function spokenLang(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Lang {
  const at = args.findLastIndex(arg => arg === '--lang' || arg.startsWith('--lang='));
  const asked = at < 0 ? undefined : args[at] === '--lang' ? args[at + 1] : args[at]?.slice('--lang='.length);
  return asked === 'ko' || asked === 'en' ? asked : localeLang(env);
}

function localeLang(env: Readonly<Record<string, string | undefined>>): 'ko' | 'en' {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return locale.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

function wholeNumber(text: string): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number <= SEED_MAX ? number : undefined;
}

function seedRange(text: string | undefined): Result<readonly [number, number] | undefined, Text> {
  if (text === undefined) return { ok: true, value: undefined };
  const [from, to] = text.split('..').map(wholeNumber);
  if (from === undefined || to === undefined || to < from || to - from >= SEEDS_MAX) {
    return { ok: false, error: misfit('--seeds', { ko: `1..100 같은 범위(시드 ${SEEDS_MAX}개까지)가`, en: `a range such as 1..100 (at most ${SEEDS_MAX} seeds)` }, text) };
  }
  return { ok: true, value: [from, to] };
}

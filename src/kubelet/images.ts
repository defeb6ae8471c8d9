/**
 * The registries of the simulated world: which images exist, how big they are, and what runs in them.
 *
 * @fidelity simplified: a short catalogue of known images; any other plausible name exists with a default size, and names that contain
 * `nope`, `doesnotexist`, `broken`, `typo` or `private` do not (or not for us). A program that nobody knows serves for ever, but in a pod of a Job it ends well after five seconds
 */
import { hashText } from '../base/prng.ts';
import { deepFreeze } from '../base/data.ts';
import { hex32 } from '../base/hex.ts';
import type { CriImage } from '../api/cri.ts';
import type { ProgramLoad } from './usage.ts';

/** What the program of an image is like when nobody gives it a command. */
export interface ImageTraits {
  /** Compressed bytes, as the Pulled event shows. */
  readonly size: number;
  /** Runs when the container has no command. */
  readonly entrypoint: readonly string[];
  /** Serves until stopped. `ports` empty = any; `paths` empty = any. */
  readonly server?: { readonly ports: readonly number[]; readonly paths: readonly string[]; readonly listensAfter: number };
  /** How it answers SIGTERM: exit code and time in ms; absent = as PID 1 it ignores the signal. */
  readonly onTerm?: { readonly code: number; readonly millis: number };
  /** Ends by itself with this code after so many ms. */
  readonly ends?: { readonly code: number; readonly millis: number };
  /** Memory it comes to use, bytes, reached after so many ms. */
  readonly memory?: { readonly bytes: number; readonly millis: number };
  /** What it usually takes; absent = as any small application. */
  readonly load?: ProgramLoad;
  /** Lines at start. */
  readonly log: readonly string[];
  /** Only the small tools of busybox are inside: other commands are not found. */
  readonly toolsOnly?: boolean;
  /** Its program is a client of the API, see `guests/`. */
  readonly guest?: 'metrics-server';
  /** It answers admission reviews. */
  readonly webhook?: boolean;
}

/** A reference in parts, with containerd's defaults filled in. */
export interface ImageReference { readonly registry: string; readonly repository: string; readonly tag: string; readonly digest: string }

const MEBI = 1_048_576;

/** Splits a reference as a runtime does; undefined when it is no reference. @source distribution/reference normalize.go */
export function parseImage(text: string): ImageReference | undefined {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*$/.test(text) || /[:/@]$/.test(text) || text.includes('//')) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const name = tagged ? named.slice(0, colon) : named;
  const tag = tagged ? named.slice(colon + 1) : digest === '' ? 'latest' : '';
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  const rest = hasRegistry ? name.slice(slash + 1) : name;
  if (rest !== rest.toLowerCase() || rest.includes(':')) return undefined;
  const registry = hasRegistry ? first : 'docker.io';
  return { registry, repository: registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest, tag, digest };
}

/** Names of images that are remembered, then forgotten together. */
const NAMES_MAX = 1000;

/** A function of an image's name that answers from memory for a name it has seen: few images run in very many pods. Answers are frozen or texts. */
function remembering<R>(answer: (name: string) => R): (name: string) => R {
  const known = new Map<string, { readonly answer: R }>();
  return name => {
    let found = known.get(name);
    if (found === undefined) {
      if (known.size >= NAMES_MAX) known.clear();
      known.set(name, (found = { answer: answer(name) }));
    }
    return found.answer;
  };
}

/** The full name under which the runtime keeps an image; '' when the text is no reference. */
export const canonicalImage: (text: string) => string = remembering(fullName);

function fullName(text: string): string {
  const parts = parseImage(text);
  if (parts === undefined) return '';
  const tag = parts.tag === '' ? '' : `:${parts.tag}`;
  return `${parts.registry}/${parts.repository}${tag}${parts.digest === '' ? '' : `@${parts.digest}`}`;
}

const web = (ports: readonly number[], paths: readonly string[] = [], listensAfter = 100): NonNullable<ImageTraits['server']> => ({ ports, paths, listensAfter });

const nginx: ImageTraits = {
  size: 72_404_038, load: { milli: 0.4, memory: 4.4 * MEBI }, entrypoint: ['nginx', '-g', 'daemon off;'], server: web([80], ['/', '/index.html', '/50x.html']), onTerm: { code: 0, millis: 60 },
  log: [
    '/docker-entrypoint.sh: Configuration complete; ready for start up',
    '[notice] 1#1: using the "epoll" event method',
    '[notice] 1#1: nginx/1.27.5',
    '[notice] 1#1: start worker processes',
    '[notice] 1#1: start worker process 29',
  ],
};

const load = (milli: number, mebi: number): { readonly load: ProgramLoad } => ({ load: { milli, memory: mebi * MEBI } });

const component = (name: string, size: number, ports: readonly number[], listensAfter: number, use: { readonly load: ProgramLoad }): ImageTraits => ({
  size, ...use, entrypoint: [name], server: web(ports, [], listensAfter), onTerm: { code: 0, millis: 400 }, log: [`"Starting" component="${name}" version="v1.35.2"`],
});

const tools = (size: number, entrypoint: readonly string[]): ImageTraits => ({ size, entrypoint, log: [], toolsOnly: true, ends: { code: 0, millis: 15 } });

/** Known repositories; the last part of a path is enough for `images.example`. */
const catalogue: Readonly<Record<string, ImageTraits>> = deepFreeze({
  'docker.io/library/nginx': nginx,
  'docker.io/library/httpd': { size: 58_800_532, ...load(1, 7), entrypoint: ['httpd-foreground'], server: web([80], ['/', '/index.html']), onTerm: { code: 0, millis: 80 }, log: ['[mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.66 (Unix) configured -- resuming normal operations'] },
  'docker.io/library/redis': { size: 49_871_217, ...load(3, 5), entrypoint: ['redis-server'], server: web([6379]), onTerm: { code: 0, millis: 40 }, log: ['1:C * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo', '1:M * Server initialized', '1:M * Ready to accept connections tcp'] },
  'docker.io/library/postgres': { size: 161_032_711, ...load(4, 38), entrypoint: ['postgres'], server: web([5432], [], 1800), onTerm: { code: 0, millis: 300 }, log: ['LOG:  starting PostgreSQL 18.1', 'LOG:  database system is ready to accept connections'] },
  'docker.io/library/busybox': tools(2_223_685, ['sh']),
  'docker.io/library/alpine': tools(3_802_452, ['/bin/sh']),
  'docker.io/library/ubuntu': tools(29_723_061, ['/bin/bash']),
  'docker.io/library/debian': tools(48_485_423, ['bash']),
  'docker.io/library/perl': { size: 336_360_000, entrypoint: ['perl', '-de0'], log: [], ends: { code: 0, millis: 50 } },
  'docker.io/polinux/stress': { size: 4_041_495, entrypoint: ['stress'], log: [], toolsOnly: true },
  'registry.k8s.io/pause': { size: 320_448, ...load(0, 0.5), entrypoint: ['/pause'], onTerm: { code: 0, millis: 10 }, server: web([0]), log: [] },
  'registry.k8s.io/etcd': component('etcd', 23_640_000, [2379, 2380, 2381], 400, load(24, 52)),
  'registry.k8s.io/kube-apiserver': component('kube-apiserver', 27_671_920, [6443], 3000, load(52, 268)),
  'registry.k8s.io/kube-controller-manager': component('kube-controller-manager', 23_121_143, [10257], 800, load(17, 54)),
  'registry.k8s.io/kube-scheduler': component('kube-scheduler', 17_228_000, [10259], 600, load(6, 25)),
  'registry.k8s.io/kube-proxy': component('kube-proxy', 25_788_229, [10256, 10249], 500, load(1, 16)),
  'registry.k8s.io/coredns/coredns': { size: 23_553_139, ...load(3, 15), entrypoint: ['/coredns'], server: web([53, 8080, 8181, 9153], [], 300), onTerm: { code: 0, millis: 200 }, log: ['.:53', '[INFO] plugin/reload: Running configuration SHA512 = 591cf328cccc12bc490481273e738df59329c62c0b729d94e8b61db9961c2fa5', 'CoreDNS-1.13.1', 'linux/amd64, go1.25.2'] },
  'registry.k8s.io/metrics-server/metrics-server': {
    size: 22_530_441, ...load(4, 21), entrypoint: ['/metrics-server'], guest: 'metrics-server', server: web([10250], [], 400), onTerm: { code: 0, millis: 100 }, log: ['I secure_serving.go:211] Serving securely on [::]:10250'],
  },
  'registry.k8s.io/e2e-test-images/agnhost': { size: 52_468_000, entrypoint: ['/agnhost', 'pause'], server: web([]), onTerm: { code: 0, millis: 20 }, log: ['Paused'] },
  'images.example/webhook': { size: 11_300_000, entrypoint: ['/webhook'], server: web([443, 8443]), webhook: true, onTerm: { code: 0, millis: 30 }, log: ['listening for admission reviews on :8443'] },
  'images.example/crash': { size: 4_100_000, entrypoint: ['/app'], ends: { code: 1, millis: 1500 }, log: ['starting', 'fatal: cannot read configuration: DATABASE_URL is not set'] },
  'images.example/oom': { size: 9_800_000, entrypoint: ['/app'], server: web([8080]), onTerm: { code: 0, millis: 50 }, memory: { bytes: 200 * MEBI, millis: 4000 }, log: ['loading the whole table into memory'] },
  'images.example/task': { size: 4_300_000, entrypoint: ['/task'], ends: { code: 0, millis: 5000 }, log: ['working', 'done'] },
});

/** Anything else: a web server on any port. 40 MB stands for the usual application image. */
const defaultTraits: ImageTraits = deepFreeze({ size: 40_000_000, entrypoint: ['/app'], server: web([]), onTerm: { code: 0, millis: 100 }, log: ['listening'] });

/** A program that nobody knows, in a pod of a Job: it works for some seconds and succeeds. */
export const unknownTask: ImageTraits = deepFreeze({ size: defaultTraits.size, entrypoint: defaultTraits.entrypoint, ends: { code: 0, millis: 5000 }, onTerm: { code: 143, millis: 100 }, log: [] });

/** Nothing is known of what the image holds. */
export const isUnknownImage = (canonical: string): boolean => traitsOf(canonical) === defaultTraits;

/** What is known of an image by its full name. */
export const traitsOf: (canonical: string) => ImageTraits = remembering(lookUp);

function lookUp(canonical: string): ImageTraits {
  const parts = parseImage(canonical);
  if (parts === undefined) return defaultTraits;
  const exact = catalogue[`${parts.registry}/${parts.repository}`];
  if (exact !== undefined) return exact;
  const last = parts.repository.slice(parts.repository.lastIndexOf('/') + 1);
  const mirrored = parts.registry === 'images.example' || parts.registry === 'docker.io' ? catalogue[`images.example/${last}`] ?? catalogue[`docker.io/library/${last}`] : undefined;
  return mirrored ?? defaultTraits;
}

/** Whether its program answers reviews. agnhost is many programs in one; its `webhook` and `crd-conversion-webhook` answer at the same paths. */
export function isWebhookImage(canonical: string): boolean {
  return traitsOf(canonical).webhook === true || /\/agnhost[:@]/.test(canonical);
}

interface PullError { readonly code: string; readonly message: string }

/** Why the registry refuses an image, in containerd's words; undefined when it can be pulled. */
export const pullError: (canonical: string) => PullError | undefined = remembering(findPullError);

function findPullError(canonical: string): PullError | undefined {
  const prefix = `failed to pull and unpack image "${canonical}": failed to resolve reference "${canonical}": `;
  const { repository = '', tag = '', registry = '' } = parseImage(canonical) ?? {};
  if (/unreachable/.test(registry)) {
    return { code: 'Unknown', message: `${prefix}failed to do request: Head "https://${registry}/v2/${repository}/manifests/${tag}": dial tcp: lookup ${registry}: no such host` };
  }
  if (/nope|doesnotexist|broken|typo|private/.test(repository)) {
    return { code: 'Unknown', message: `${prefix}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed` };
  }
  if (/nope|doesnotexist|broken|typo/.test(tag)) return { code: 'NotFound', message: `${prefix}${canonical}: not found` };
  return undefined;
}

/** Time to learn what a tag points to: one round trip to the registry and an authorization. Microseconds. */
const RESOLVE_MIN = 350_000;
const RESOLVE_JITTER = 500_000;

/** How long a pull takes: resolving, then download and unpacking at the node's rate. `random` is in `[0, 65536)`. */
export function pullMicros(size: number, options: { readonly present: boolean; readonly bytesPerSecond: number; readonly random: number }): number {
  const resolve = RESOLVE_MIN + Math.floor((RESOLVE_JITTER * options.random) / 65_536);
  return options.present ? resolve : resolve + Math.floor((size / options.bytesPerSecond) * 1_000_000);
}

function hexOf(text: string): string {
  let hex = '';
  for (let i = 0; i < 8; i++) hex += hex32(hashText(text, 0x811c9dc5 + i));
  return hex;
}

/** The image as the runtime lists it; ids and digests follow from the name. */
export const imageRecord: (canonical: string) => CriImage = remembering(newRecord);

function newRecord(canonical: string): CriImage {
  const parts = parseImage(canonical);
  const repository = parts === undefined ? canonical : `${parts.registry}/${parts.repository}`;
  return deepFreeze({
    id: `sha256:${hexOf(canonical)}`, repoTags: [canonical], repoDigests: [`${repository}@sha256:${hexOf(`digest ${canonical}`)}`], size: traitsOf(canonical).size,
  });
}

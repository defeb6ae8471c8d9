/**
 * A small webhook: what it does to requests is named by the path at which it is asked, so one image serves many lessons. Answers are those of
 * agnhost's `webhook` where it has the same path. Reviews of conversions: `conversion.ts`.
 *
 * Paths: `/always-allow`, `/always-allow-delay-5s`, `/always-deny`, `/add-label`, `/add-label/KEY/VALUE`, `/require-label/KEY`, `/deny-image/TEXT`, `/warn/TEXT`,
 * `/delay/SECONDS`, `/error`.
 *
 * @source kubernetes/kubernetes test/images/agnhost/webhook
 */
import { encodeBase64Text } from '../../api/base64.ts';
import { convertAll } from './conversion.ts';

interface Containers { readonly spec?: { readonly containers?: readonly { readonly name?: string; readonly image?: string }[] } }
interface Meta { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } }
interface ReviewRequest { readonly uid?: string; readonly operation?: string; readonly object?: (Meta & Containers) | null; readonly oldObject?: Meta | null }

/** What the webhook answers, and after how many microseconds. */
export interface WebhookReply { readonly code: number; readonly body: object | string; readonly after: number }

const SECOND = 1_000_000;
/** An honest program's time for one review. */
const WORK = 2_000;

type Verdict = Readonly<Record<string, unknown>>;

/** Answers a review. `args`: of the program. */
export function answerReview(path: string, body: object, args: readonly string[] = []): WebhookReply {
  const { request, kind, apiVersion } = body as { readonly request?: ReviewRequest; readonly kind?: string; readonly apiVersion?: string };
  if (request?.uid === undefined) return { code: 400, body: 'expected a review with a request', after: WORK };
  const [, rule = '', ...words] = path.split('/').map(decode);
  if (rule === 'error') return { code: 500, body: 'the webhook stumbled', after: WORK };
  if (kind === 'ConversionReview') return { code: 200, after: rule === 'delay' ? Number(words[0] ?? 0) * SECOND : WORK, body: { apiVersion, kind, response: convertAll(path, request, args) } };
  const verdict = judge(rule, words, request);
  if (verdict === undefined) return { code: 404, body: '404 page not found', after: WORK };
  const delay = rule === 'delay' ? Number(words[0] ?? 0) * SECOND : rule === 'always-allow-delay-5s' ? 5 * SECOND : WORK;
  return { code: 200, after: delay, body: { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: request.uid, ...verdict } } };
}

function decode(word: string): string {
  return word.replaceAll('+', ' ').replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const allow: Verdict = Object.freeze({ allowed: true });
const deny = (message: string): Verdict => ({ allowed: false, status: { message } });

function judge(rule: string, words: readonly string[], { object, operation }: ReviewRequest): Verdict | undefined {
  const labels = object?.metadata?.labels ?? {};
  const [first = '', second = 'yes'] = words;
  switch (rule) {
    case 'always-allow': case 'always-allow-delay-5s': case 'delay': return allow;
    case 'always-deny': return deny('this webhook denies all requests');
    case 'add-label': return operation === 'DELETE' ? allow : patchLabel(object, first === '' ? 'added-label' : first, second);
    case 'require-label': return operation === 'DELETE' || labels[first] !== undefined ? allow : deny(`the label "${first}" is required`);
    case 'deny-image': return unwanted(object, first);
    case 'warn': return { allowed: true, warnings: [first] };
    default: return undefined;
  }
}

function patchLabel(object: Meta | null | undefined, key: string, value: string): Verdict {
  if (object?.metadata?.labels?.[key] === value) return allow;
  const operations = object?.metadata?.labels === undefined
    ? [{ op: 'add', path: '/metadata/labels', value: { [key]: value } }]
    : [{ op: 'add', path: `/metadata/labels/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, value }];
  return { allowed: true, patchType: 'JSONPatch', patch: encodeBase64Text(JSON.stringify(operations)) };
}

function unwanted(object: Containers | null | undefined, text: string): Verdict {
  const found = object?.spec?.containers?.find(({ image = '' }) => image.includes(text));
  return found === undefined ? allow : deny(`container "${found.name ?? ''}" uses the unwanted image ${found.image ?? ''}`);
}

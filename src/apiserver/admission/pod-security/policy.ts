/**
 * Which policy a namespace's labels ask for.
 *
 * @source kubernetes/kubernetes staging/src/k8s.io/pod-security-admission/api/helpers.go
 */
import { type FieldError, invalid } from '../../../api/field-error.ts';
import type { KubeObject } from '../../../api/meta.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
/** `minor` Infinity = latest. */
export interface LevelVersion { readonly level: Level; readonly minor: number }
/** What each of the three modes asks for, and what is wrong with the labels. */
export interface Policy { readonly enforce: LevelVersion; readonly audit: LevelVersion; readonly warn: LevelVersion; readonly errors: readonly FieldError[] }

const LABEL = 'pod-security.kubernetes.io/';
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'];
const LATEST = Infinity;

const unlimited: LevelVersion = Object.freeze({ level: 'privileged', minor: LATEST });
const noPolicy: Policy = Object.freeze({ enforce: unlimited, audit: unlimited, warn: unlimited, errors: Object.freeze([]) });

/** Namespace → its policy. */
const policies = new WeakMap<KubeObject, Policy>();

/** The policy of a namespace; labels that cannot be read ask for the strictest one, except where that would only make noise. */
export function policyOf(namespace: KubeObject): Policy {
  let policy = policies.get(namespace);
  if (policy === undefined) policies.set(namespace, (policy = readPolicy(namespace.metadata.labels)));
  return policy;
}

/** Whether nothing has to be looked at. */
export function isUnlimited({ enforce, audit, warn }: Policy): boolean {
  return enforce.level === 'privileged' && audit.level === 'privileged' && warn.level === 'privileged';
}

/** As in `"restricted:latest"`. */
export function levelText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === LATEST ? 'latest' : `v1.${minor}`}`;
}

/** Whether one level asks for more than another. */
export function isStricter(one: LevelVersion, other: LevelVersion): boolean {
  return LEVELS.indexOf(one.level) > LEVELS.indexOf(other.level);
}

function readPolicy(labels: Readonly<Record<string, string>> | undefined): Policy {
  if (labels === undefined || !Object.keys(labels).some(label => label.startsWith(LABEL))) return noPolicy;
  const errors: FieldError[] = [];
  const mode = (name: string, failsTo: Level): LevelVersion => ({ level: readLevel(labels, name, { failsTo, errors }), minor: readVersion(labels, `${name}-version`, errors) });
  return Object.freeze({ enforce: mode('enforce', 'restricted'), audit: mode('audit', 'privileged'), warn: mode('warn', 'privileged'), errors });
}

function readLevel(labels: Readonly<Record<string, string>>, mode: string, { failsTo, errors }: { readonly failsTo: Level; readonly errors: FieldError[] }): Level {
  const text = labels[LABEL + mode];
  if (text === undefined) return 'privileged';
  if (LEVELS.includes(text)) return text as Level;
  errors.push(invalid(`metadata.labels[${LABEL}${mode}]`, text, `must be one of ${LEVELS.join(', ')}`));
  return failsTo;
}

function readVersion(labels: Readonly<Record<string, string>>, mode: string, errors: FieldError[]): number {
  const text = labels[LABEL + mode];
  if (text === undefined || text === 'latest') return LATEST;
  const minor = /^v1\.([0-9]|[1-9][0-9]*)$/.exec(text)?.[1];
  if (minor !== undefined) return Number(minor);
  errors.push(invalid(`metadata.labels[${LABEL}${mode}]`, text, 'must be "latest" or "v1.x"'));
  return LATEST;
}

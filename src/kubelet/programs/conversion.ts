/**
 * The conversion half of the webhook program: it turns objects of one version of a custom kind into another by rules that stand among its arguments.
 *
 * Each rule ties two versions, and works both ways:
 * - `--move=v1:spec.size=v2:spec.replicas`: the same value at another place
 * - `--split=v1:spec.address=v2:spec.host,spec.port`: a text with a colon in one version, its parts in the other
 * - `--values=v1:spec.mode=v2:spec.level,fast=high,slow=low`: another word for each value
 * - `--keep=v2:spec.extra`: what only this version has lies in an annotation while an object is in another one, and comes back
 *
 * Versions that no rule ties directly are reached over others. The path says how it behaves: `/convert`; agnhost's `/crdconvert`, which has its own rule; `/delay/SECONDS`; `/error`;
 * `/always-deny`; `/broken/uid`, `/broken/count`, `/broken/version`, `/broken/name`, `/broken/metadata` answer what an API server must not believe.
 *
 * @source kubernetes/kubernetes test/images/agnhost/crd-conversion-webhook
 */
type Json = Readonly<Record<string, unknown>>;
interface Meta { readonly name?: string; readonly annotations?: Readonly<Record<string, string>> }
interface CustomObject extends Json { readonly apiVersion: string; readonly kind: string; readonly metadata?: Meta }
interface ConversionRequest { readonly uid?: string; readonly desiredAPIVersion?: string; readonly objects?: readonly CustomObject[] }

/** A place in objects of one version. */
interface Spot { readonly version: string; readonly paths: readonly string[] }
interface Rule { readonly what: 'move' | 'split' | 'values' | 'keep'; readonly from: Spot; readonly to: Spot; readonly words: readonly (readonly [from: string, to: string])[] }

/** Where `--keep` puts what another version cannot say. */
const KEPT = 'conversion.webhook/';
const AGNHOST = '--split=v1:hostPort=v2:host,port';

/** The response of a ConversionReview. */
export function convertAll(path: string, request: ConversionRequest, args: readonly string[]): Json {
  const { uid = '', desiredAPIVersion = '', objects = [] } = request;
  const [, rule = '', kind = ''] = path.split('/');
  if (rule === 'always-deny') return { uid, result: { status: 'Failure', message: 'this webhook converts nothing' } };
  const rules = (rule === 'crdconvert' ? [AGNHOST] : args).flatMap(text => ruleOf(text) ?? []);
  const convertedObjects: CustomObject[] = [];
  for (const object of objects) {
    const converted = convertOne(object, desiredAPIVersion, rules);
    if (typeof converted === 'string') return { uid, result: { status: 'Failure', message: converted } };
    convertedObjects.push(converted);
  }
  const response = { uid, convertedObjects, result: { status: 'Success' } };
  return rule === 'broken' ? broken(response, kind, objects) : response;
}

function broken(response: { readonly uid: string; readonly convertedObjects: readonly CustomObject[]; readonly result: object }, kind: string, objects: readonly CustomObject[]): Json {
  const changed = (change: (object: CustomObject) => CustomObject): Json => ({ ...response, convertedObjects: response.convertedObjects.map(change) });
  switch (kind) {
    case 'uid': return { ...response, uid: 'another' };
    case 'count': return { ...response, convertedObjects: response.convertedObjects.slice(1) };
    case 'version': return { ...response, convertedObjects: objects };
    case 'name': return changed(object => ({ ...object, metadata: { ...object.metadata, name: 'another' } }));
    case 'metadata': return changed(({ metadata: _gone, ...object }) => object as CustomObject);
    default: return response;
  }
}

/** `v2:spec.host,spec.port` */
function spotOf(text: string): Spot | undefined {
  const colon = text.indexOf(':');
  return colon < 1 || colon === text.length - 1 ? undefined : { version: text.slice(0, colon), paths: text.slice(colon + 1).split(',') };
}

function ruleOf(text: string): Rule | undefined {
  const [, what, rest = ''] = /^--(move|split|values|keep)=(.+)$/.exec(text) ?? [];
  if (what === undefined) return undefined;
  const [sides = '', ...words] = what === 'values' ? rest.split(',') : [rest];
  const [left = '', right = left] = sides.split('=');
  const [from, to] = [spotOf(left), spotOf(right)];
  if (from === undefined || to === undefined) return undefined;
  return { what: what as Rule['what'], from, to, words: words.map(word => { const [a = '', b = a] = word.split('='); return [a, b] as const; }) };
}

const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1);

/** An object in another version; a text says why it cannot be. */
function convertOne(object: CustomObject, apiVersion: string, rules: readonly Rule[]): CustomObject | string {
  const [from, to] = [versionOf(object.apiVersion), versionOf(apiVersion)];
  if (from === to) return `conversion from a version to itself should not call the webhook: ${apiVersion}`;
  let result: CustomObject = object;
  for (const step of stepsBetween(from, to, rules)) {
    for (const rule of rules) result = applyRule(result, rule, step);
    result = keep(result, rules, step);
  }
  return { ...result, apiVersion };
}

interface Step { readonly from: string; readonly to: string }

/** The shortest way over versions that rules tie together; versions that nothing ties differ in their name alone. */
function stepsBetween(from: string, to: string, rules: readonly Rule[]): readonly Step[] {
  const ways = new Map<string, readonly Step[]>([[from, []]]);
  for (const [at, way] of ways) {
    if (at === to) return way;
    for (const { from: { version: a }, to: { version: b } } of rules) {
      const next = a === at ? b : b === at ? a : at;
      if (!ways.has(next)) ways.set(next, [...way, { from: at, to: next }]);
    }
  }
  return [{ from, to }];
}

function applyRule(object: CustomObject, { what, from, to, words }: Rule, step: Step): CustomObject {
  const isThere = from.version === step.from && to.version === step.to;
  if (what === 'keep' || (!isThere && !(to.version === step.from && from.version === step.to))) return object;
  const [source, target] = isThere ? [from, to] : [to, from];
  const values = source.paths.map(path => read(object, path));
  if (values.every(value => value === undefined)) return object;
  const bare = source.paths.reduce((left, path) => write(left, path, undefined), object);
  const [value] = values;
  if (what === 'split') {
    const parts = isThere ? splitText(String(value), target.paths.length) : [joinText(values)];
    return target.paths.reduce((left, path, i) => write(left, path, parts[i]), bare);
  }
  const word = words.find(pair => pair[isThere ? 0 : 1] === value)?.[isThere ? 1 : 0];
  return target.paths.reduce((left, path) => write(left, path, word ?? value), bare);
}

/** `a:b:c` in two parts is `a:b` and `c`. */
function splitText(text: string, count: number): readonly string[] {
  const words = text.split(':');
  const tail = words.splice(Math.max(1, words.length - count + 1));
  return [words.join(':'), ...tail];
}

/** The other way; parts at the end may be missing. */
function joinText(parts: readonly unknown[]): string {
  const given = parts.findLastIndex(part => part !== undefined) + 1;
  return parts.slice(0, given).map(part => String(part ?? '')).join(':');
}

/** Puts fields that only one version has into annotations, or takes them back out. */
function keep(object: CustomObject, rules: readonly Rule[], { from, to }: Step): CustomObject {
  let result = object;
  for (const { what, from: { version, paths } } of rules) {
    if (what !== 'keep') continue;
    for (const path of paths) {
      const key = KEPT + path;
      const stored = result.metadata?.annotations?.[key];
      if (version === from) {
        const value = read(result, path);
        if (value !== undefined) result = annotated(write(result, path, undefined), key, JSON.stringify(value));
      } else if (version === to && stored !== undefined) result = annotated(write(result, path, parsed(stored)), key, undefined);
    }
  }
  return result;
}

function parsed(text: string): unknown {
  try { return JSON.parse(text); } catch { return text; }
}

function annotated(object: CustomObject, key: string, value: string | undefined): CustomObject {
  const { annotations: present, ...metadata } = object.metadata ?? {};
  const { [key]: _old, ...others } = present ?? {};
  const annotations = value === undefined ? others : { ...others, [key]: value };
  return { ...object, metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations } };
}

function read(object: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Json)[key] : undefined), object);
}

/** The object with another value at a path; undefined takes it out. */
function write<T extends Json>(object: T, path: string, value: unknown): T {
  const [key = '', ...rest] = path.split('.');
  const { [key]: inner, ...others } = object as Json;
  if (rest.length === 0) return (value === undefined ? others : { ...object, [key]: value }) as T;
  if (value === undefined && inner === undefined) return object;
  return { ...object, [key]: write(typeof inner === 'object' && inner !== null ? inner as Json : {}, rest.join('.'), value) };
}

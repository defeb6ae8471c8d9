/** Changes of objects as the tables write them: `spec/replicas 3 ; -spec/selector`. */
import { parse } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';

function put(at: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const copy = (Array.isArray(at) ? [...at as unknown[]] : { ...at as object }) as Record<string, unknown>;
  const next = rest.length === 0 ? value : put(copy[key], rest, value);
  if (next === undefined) delete copy[key]; else copy[key] = next;
  return copy;
}

/** The object with each change made: a path and a value in YAML, or `-` and a path that goes. `~` stands for a slash in a key; `nothing` changes nothing. */
export const changed = (object: KubeObject, changes: string): KubeObject => changes.split(' ; ').reduce<unknown>((now, one) => {
  if (one === 'nothing') return now;
  const [path = '', ...value] = one.split(' ');
  return put(now, path.replace(/^-/, '').split('/').map(key => key.replaceAll('~', '/')), path.startsWith('-') ? undefined : parse(value.join(' ')));
}, object) as KubeObject;

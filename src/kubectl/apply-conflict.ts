/**
 * `apply --overwrite=false`: a patch that would take back what others have changed since the last apply is refused.
 *
 * @source kubernetes/apimachinery pkg/util/strategicpatch/patch.go (CreateThreeWayMergePatch, MergingMapsHaveConflicts), errors.go; kubernetes/kubectl pkg/cmd/apply/patcher.go
 * @fidelity simplified: items of lists are told apart by the first of the usual keys that both have
 */
import { equalData } from '../base/compare.ts';
import type { KubeObject } from '../api/meta.ts';
import { createThreeWayPatch } from '../api/patch/three-way.ts';
import { toCompactJson } from './json.ts';
import { LAST_APPLIED } from './last-applied.ts';
import { toYaml } from './yaml.ts';

type Fields = Readonly<Record<string, unknown>>;

const KEYS = ['name', 'mountPath', 'containerPort', 'port', 'key', 'ip', 'type', 'uid', 'topologyKey', 'devicePath'] as const;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two patches want different things in one place. */
function conflict(a: unknown, b: unknown): boolean {
  if (isFields(a) && isFields(b)) return Object.keys(a).some((key) => !key.startsWith('$') && Object.hasOwn(b, key) && conflict(a[key], b[key]));
  if (Array.isArray(a) && Array.isArray(b)) return a.some((item: unknown) => b.some((other: unknown) => isSame(item, other) && conflict(item, other)));
  return !equalData(a, b);
}

/** Both items of a list are about the same thing. */
function isSame(a: unknown, b: unknown): boolean {
  if (!isFields(a) || !isFields(b)) return false;
  const key = KEYS.find((each) => a[each] !== undefined && b[each] !== undefined);
  return key !== undefined && a[key] === b[key];
}

/** A patch without what only orders lists. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('$setElementOrder')).map(([key, inner]) => [key, plain(inner)]));
}

/** Why a patch is refused; undefined = nobody has changed the same. */
export function overwriteConflict({ wanted, live, body, type }: { readonly wanted: KubeObject; readonly live: KubeObject; readonly body: object; readonly type: string }): string | undefined {
  const text = live.metadata.annotations?.[LAST_APPLIED] ?? '';
  const original = (text === '' ? {} : JSON.parse(text)) as Fields;
  const current = live as unknown as Fields;
  const changed = plain(createThreeWayPatch({ last: original, live: original, wanted: current }, type)) as Fields;
  if (!conflict(body, changed)) return undefined;
  return [
    'creating patch with:', 'original:', text, 'modified:', `${toCompactJson(wanted, 'sorted')}\n`, 'current:', `${toCompactJson(live, 'sorted')}\n`,
    'for: patch:', toYaml(body), `conflicts with changes made from original to current:\n${toYaml(changed)}`,
  ].join('\n');
}

/** `--overrides`: a patch over the object that a command has made of its flags. */
import type { Result } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import { applyJsonPatch, applyMergePatch } from '../api/patch/json-patch.ts';
import { applyStrategicPatch } from '../api/patch/strategic.ts';
import { schemaTypeOf } from '../api/strict.ts';
import type { Arguments, Flag } from './command.ts';
import { textFlag } from './options.ts';

export const overrideFlags: readonly Flag[] = [
  { name: 'overrides', type: 'string', summary: 'patch over the object, as JSON' },
  { name: 'override-type', type: 'string', summary: 'kind of that patch', choices: ['merge', 'strategic', 'json'] },
];

/** The object with the patch of the flags. @source kubernetes/kubectl pkg/cmd/util/override_options.go */
export function overridden(object: KubeObject, of: { readonly group: string; readonly version: string; readonly kind: string }, args: Arguments): Result<KubeObject, string> {
  const text = textFlag(args, 'overrides');
  if (text === '') return { ok: true, value: object };
  let body: unknown;
  try {
    body = JSON.parse(text) as unknown;
  } catch {
    return { ok: false, error: `Invalid JSON Patch` };
  }
  const document = object as unknown as Readonly<Record<string, unknown>>;
  const type = textFlag(args, 'override-type') || 'merge';
  if (type === 'merge') return { ok: true, value: applyMergePatch(document, body) as KubeObject };
  if (type !== 'json' && type !== 'strategic') return { ok: false, error: `invalid override type: ${type}` };
  const patched = type === 'json' ? applyJsonPatch(document, body) : applyStrategicPatch(document as never, body, schemaTypeOf(of));
  return patched.ok ? { ok: true, value: patched.value as KubeObject } : { ok: false, error: patched.error.message };
}

/** How a request is told: one line, and the gates that it passed. */
import { formatDuration } from '../base/duration.ts';
import { pipeline } from '../apiserver/pipeline.ts';
import type { Note } from '../sim/trace.ts';

/** A request as one line of the trace: `kubernetes-admin CREATE deployments default/web → 201 (3.1ms)`. */
export function requestLine(note: Note): string | undefined {
  if (note.type !== 'api.request') return undefined;
  const { user, verb, resource, subresource, namespace, name, code, micros: took } = note.fields;
  const what = `${String(resource ?? '')}${subresource === undefined || subresource === '' ? '' : `/${String(subresource)}`}`;
  const where = [namespace, name].filter(part => part !== undefined && part !== '').join('/');
  return `${shortUser(String(user ?? ''))} ${String(verb ?? '').toUpperCase()} ${what} ${where} → ${String(code)} (${formatDuration(Number(took ?? 0))})`;
}

/** Users of components by what people call them. */
function shortUser(user: string): string {
  if (user.startsWith('system:node:')) return `kubelet(${user.slice('system:node:'.length)})`;
  const parts = user.split(':');
  return parts[0] === 'system' ? parts.at(-1) ?? user : user;
}

/** A line, and for a person's own request below it the gates in running order: those with something to say on a line each, the silent ones between them on one. */
export function withStages(note: Note, line: string): string {
  if (note.type !== 'api.request' || String(note.fields['user']).startsWith('system:')) return line;
  return [line, ...gates(note)].join('\n· ');
}

function gates(note: Note): readonly string[] {
  const lines: string[] = [];
  const said = wordsByGate(note);
  let silent: string[] = [];
  for (const { name } of passed(note)) {
    const words = said.get(name) ?? [];
    if (words.length === 0) { silent.push(name); continue; }
    if (silent.length > 0) lines.push(silent.join(' → '));
    silent = [];
    lines.push(`${name}: ${words.join('; ')}`);
  }
  return silent.length > 0 ? [...lines, silent.join(' → ')] : lines;
}

/** What each gate noted. What admission says beside its decision belongs to the last gate of admission that the request came to. */
function wordsByGate({ fields }: Note): ReadonlyMap<string, readonly string[]> {
  const said = new Map<string, string[]>([['authentication', fields['code'] === 401 ? [] : [String(fields['impersonator'] ?? fields['user'])]]]);
  for (const one of String(fields['stages'] ?? '').split(' | ')) {
    const [gate = '', ...words] = one.split(': ');
    if (gate === '') continue;
    const at = gate === 'admission' ? 'validating-admission' : gate;
    said.set(at, [...said.get(at) ?? [], words.join(': ')]);
  }
  return said;
}

/** The three gates that see what a change makes of the stored object; a delete makes nothing of it that could be changed or validated. */
const INNER: readonly string[] = ['mutating-admission', 'validation', 'validating-admission'];

/** The gates that a request came to. For changes of stored objects admission and validation work within storage. */
function passed({ fields }: Note): readonly { readonly name: string }[] {
  const reached = typeof fields['reached'] === 'number' ? fields['reached'] : pipeline.length - 1;
  const way: readonly { readonly name: string }[] = pipeline.slice(0, reached + 1);
  if (fields['verb'] !== 'delete' || reached < pipeline.length - 1) return way;
  return way.filter(({ name }) => name === 'validating-admission' || !INNER.includes(name));
}

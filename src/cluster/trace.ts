/**
 * The trace: what followed from one event, as a tree of what components said on the way.
 */
import { formatClock } from '../base/duration.ts';
import type { Kernel } from '../sim/kernel.ts';
import type { Note, Trace } from '../sim/trace.ts';

/** A note and what followed from it. */
export interface TraceNode { readonly note: Note; readonly children: TraceNode[] }

/** Notes of one tree at most. */
const NODES_MAX = 400;

/** What followed from an event: each note hangs under the nearest note that caused it. */
export function traceTree(trace: Trace, root: number): readonly TraceNode[] {
  const roots: TraceNode[] = [];
  const last = new Map<number, TraceNode>();
  let count = 0;
  for (const note of trace.notes) {
    if (note.event < root || count >= NODES_MAX) continue;
    if (!trace.descends(note.cause, root)) continue;
    const node: TraceNode = { note, children: [] };
    (parentOf(trace, note, { root, last })?.children ?? roots).push(node);
    last.set(note.event, node);
    count++;
  }
  return roots;
}

function parentOf(trace: Trace, note: Note, { root, last }: { readonly root: number; readonly last: ReadonlyMap<number, TraceNode> }): TraceNode | undefined {
  for (let at = note.cause; at >= root && at !== 0; at = trace.causeOf(at)) {
    const found = last.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The tree as lines: time since its beginning, who, what. */
export function renderTrace(nodes: readonly TraceNode[], text: (note: Note) => string): readonly string[] {
  const begin = nodes[0]?.note.at ?? 0;
  const lines: string[] = [];
  const walk = (list: readonly TraceNode[], indent: string): void => {
    list.forEach((node, i) => {
      const isLast = i === list.length - 1;
      const branch = indent === '' && list === nodes ? '' : isLast ? '└─ ' : '├─ ';
      lines.push(`${offset(node.note.at - begin)}  ${indent}${branch}${node.note.process}: ${text(node.note)}`);
      walk(node.children, list === nodes && indent === '' ? ' ' : `${indent}${isLast ? '   ' : '│  '}`);
    });
  };
  walk(nodes, '');
  return lines;
}

function offset(micros: number): string {
  if (micros < 10_000_000) return `+${(micros / 1000).toFixed(1)}ms`.padStart(10);
  return `+${(micros / 1_000_000).toFixed(1)}s`.padStart(10);
}

/** The causes of an event, latest first, as far as they are known. */
export function causesOf(kernel: Kernel, note: Note): readonly Note[] {
  const byEvent = new Map<number, Note>();
  for (const one of kernel.trace.notes) if (one.id <= note.id) byEvent.set(one.event, one);
  const chain: Note[] = [];
  for (let at = note.cause; at > 0; at = kernel.trace.causeOf(at)) {
    const found = byEvent.get(at);
    if (found !== undefined && found.id !== note.id && chain.at(-1)?.id !== found.id) chain.push(found);
  }
  return chain;
}

/** A note that no catalogue words: its type and fields. */
export function plainNote(note: Note): string {
  const fields = Object.entries(note.fields).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${String(value)}`);
  return [note.type, ...fields].join(' ');
}

/** When something was, on the clock of the world. */
export const timeOf = (note: Note): string => formatClock(note.at);

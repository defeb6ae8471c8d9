/**
 * The trace: what followed from one event, as a tree of what components said on the way.
 */
import type { Kernel } from '../sim/kernel.ts';
import type { Note, Trace } from '../sim/trace.ts';

/** A note and what followed from it. */
export interface TraceNode { readonly note: Note; readonly children: TraceNode[] }

/** Notes of one tree at most. */
const NODES_MAX = 1000;

/** Notes that tell about telling: they repeat for everything that happens. */
function isChatter(note: Note): boolean {
  if (note.type === 'etcd.put' || note.type === 'etcd.delete') return true;
  return note.type === 'api.request' && (note.fields['resource'] === 'events' || note.fields['resource'] === 'leases');
}

/**
 * What followed from an event: each note hangs under the nearest note on its chain of causes. A request is found by the event of its arrival, since
 * its line is written when it ends.
 */
export function traceTree(trace: Trace, root: number): readonly TraceNode[] {
  const nodes: TraceNode[] = [];
  const anchors = new Map<number, TraceNode>();
  for (const note of trace.notes) {
    if (note.event < root || nodes.length >= NODES_MAX || !trace.descends(note.cause, root)) continue;
    const node: TraceNode = { note, children: [] };
    nodes.push(node);
    const anchor = note.type === 'api.request' ? note.cause : note.event;
    if (!isChatter(note) && !anchors.has(anchor)) anchors.set(anchor, node);
  }
  const roots: TraceNode[] = [];
  for (const node of nodes) {
    const parent = parentOf(trace, node, { root, anchors });
    // Storing is shown once, for what the learner asked: it is the same for every other write.
    if (isChatter(node.note) && !(node.note.type.startsWith('etcd.') && parent !== undefined && isOfLearner(parent.note))) continue;
    (parent?.children ?? roots).push(node);
  }
  return roots;
}

/** A request of a person, not of a component. */
function isOfLearner(note: Note): boolean {
  return note.type === 'api.request' && !String(note.fields['user'] ?? '').startsWith('system:');
}

function parentOf(trace: Trace, node: TraceNode, { root, anchors }: { readonly root: number; readonly anchors: ReadonlyMap<number, TraceNode> }): TraceNode | undefined {
  for (let at = node.note.cause; at >= root && at !== 0; at = trace.causeOf(at)) {
    const found = anchors.get(at);
    if (found !== undefined && found !== node) return found;
  }
  return undefined;
}

/** When something began: the line of a request is written when it ends. */
function startOf({ type, at, fields }: Note): number {
  return type === 'api.request' ? at - Number(fields['micros'] ?? 0) : at;
}

/** The tree as lines: time since its beginning, who, what. A text of several lines goes on below. */
export function renderTrace(nodes: readonly TraceNode[], text: (note: Note) => string): readonly string[] {
  const begin = Math.min(...nodes.map(({ note }) => startOf(note)));
  const lines: string[] = [];
  const walk = (siblings: readonly TraceNode[], indent: string, isTop: boolean): void => {
    const list = [...siblings].sort((a, b) => startOf(a.note) - startOf(b.note) || a.note.id - b.note.id);
    list.forEach((node, i) => {
      const isLast = i === list.length - 1;
      const branch = isTop ? '' : isLast ? '└─ ' : '├─ ';
      const below = isTop ? indent : `${indent}${isLast ? '   ' : '│  '}`;
      const [first = '', ...more] = text(node.note).split('\n');
      lines.push(`${offset(Math.max(0, startOf(node.note) - begin))}  ${indent}${branch}${node.note.process}: ${first}`);
      for (const line of more) lines.push(`${' '.repeat(11)}${below}${node.children.length > 0 ? '│  ' : '   '}${line}`);
      walk(node.children, below, false);
    });
  };
  walk(nodes, '', true);
  return lines;
}

function offset(micros: number): string {
  const text = micros < 1_000_000 ? `+${(micros / 1000).toFixed(1)}ms` : `+${(micros / 1_000_000).toFixed(2)}s`;
  return text.padStart(9);
}

/** The causes of an event, latest first, as far as they are known. */
export function causesOf(kernel: Kernel, note: Note): readonly Note[] {
  const anchors = new Map<number, Note>();
  for (const one of kernel.trace.notes) {
    if (one.id > note.id || isChatter(one)) continue;
    const anchor = one.type === 'api.request' ? one.cause : one.event;
    if (!anchors.has(anchor)) anchors.set(anchor, one);
  }
  const chain: Note[] = [];
  for (let at = note.cause; at > 0; at = kernel.trace.causeOf(at)) {
    const found = anchors.get(at);
    if (found !== undefined && found.id !== note.id && chain.at(-1)?.id !== found.id) chain.push(found);
  }
  return chain;
}

/** A note that no catalogue words: its type and fields. */
export function plainNote(note: Note): string {
  const fields = Object.entries(note.fields).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${String(value)}`);
  return [note.type, ...fields].join(' ');
}


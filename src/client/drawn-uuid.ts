/** What tells one life of a process from the next, where it holds a Lease. */
import type { Outbox } from '../sim/process.ts';

/** 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12. */
export function drawnUuid(out: Outbox): string {
  const word = (): string => out.draw('identity', 0x100000000).toString(16).padStart(8, '0');
  const digits = word() + word() + word() + word();
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');
}

import { type Micros, micros, type Result } from './data.ts';
import type { Text } from './text.ts';

/** Microseconds per unit, as Go's time.ParseDuration names them (and `d` for days, which Go lacks). */
const UNITS: Readonly<Record<string, number>> = { us: 1, 'µs': 1, ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 };

/** Why a text is no duration, and what one looks like. */
export const notDuration = (text: string): Text => ({
  ko: `"${text}" 값은 시간이 아니에요. 500ms, 30s, 5m, 1h30m처럼 적어 주세요.`, en: `"${text}" is not a duration; write for example 500ms, 30s, 5m or 1h30m`,
});

/** Reads `90s`, `1m30s`, `250ms`, `1.5h`; a bare number is seconds. The error says what was expected. */
export function parseDuration(text: string): Result<Micros, string> {
  const refuse = (): Result<Micros, string> => ({ ok: false, error: notDuration(text).en });
  if (/^\d+(\.\d+)?$/.test(text)) return { ok: true, value: micros(Math.round(Number(text) * 1_000_000)) };
  if (!/^(\d+(\.\d+)?(us|µs|ms|s|m|h|d))+$/.test(text)) return refuse();
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return Number.isSafeInteger(Math.round(total)) ? { ok: true, value: micros(Math.round(total)) } : refuse();
}

/** A duration for people: `250ms`, `42s`, `1m30s`, `2h`. */
export function formatDuration(value: number): string {
  if (value < 1000) return `${value}µs`;
  if (value < 1_000_000) return `${Math.round(value / 100) / 10}ms`;
  const total = Math.floor(value / 1_000_000);
  if (total < 60) return value % 1_000_000 === 0 ? `${total}s` : `${Math.round(value / 100_000) / 10}s`;
  const parts = [[Math.floor(total / 3600), 'h'], [Math.floor(total / 60) % 60, 'm'], [total % 60, 's']] as const;
  return parts.filter(([n]) => n > 0).map(([n, unit]) => `${n}${unit}`).join('');
}

/** Virtual time since the start as `HH:MM:SS.mmm`. */
export function formatClock(at: number): string {
  const pad = (n: number, width = 2): string => String(n).padStart(width, '0');
  const ms = Math.floor(at / 1000);
  return `${pad(Math.floor(ms / 3_600_000))}:${pad(Math.floor(ms / 60_000) % 60)}:${pad(Math.floor(ms / 1000) % 60)}.${pad(ms % 1000, 3)}`;
}

/**
 * Tokens of service accounts that lie in Secrets and never run out: labels tell when one was last used, and since when it is refused for want of use.
 *
 * @source kubernetes/kubernetes pkg/serviceaccount/legacy.go
 */
import type { Micros } from '../../../base/data.ts';
import { formatTime, parseTime } from '../../time.ts';

/** The type of their Secrets. */
export const TOKEN_SECRET = 'kubernetes.io/service-account-token';
/** Says the day of the last use. */
export const LAST_USED = 'kubernetes.io/legacy-token-last-used';
/** Says the day from which on it is refused. */
export const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** The day of a time, as the labels have it. */
export const dayText = (time: Micros): string => formatTime(time).slice(0, DAY_LENGTH);

/** When a day begins; undefined = no day. */
export function readDay(text: string | undefined): Micros | undefined {
  return text === undefined || !/^\d{4}-\d\d-\d\d$/.test(text) ? undefined : parseTime(`${text}T00:00:00Z`);
}

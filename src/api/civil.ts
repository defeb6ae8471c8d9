/**
 * Days and dates of the Gregorian calendar, by counting eras of 400 years from 0000-03-01.
 *
 * @source howardhinnant.github.io date_algorithms (days to civil, days from civil)
 */

/** Seconds of a day. */
export const DAY = 86_400;

interface CivilDate { readonly year: number; readonly month: number; readonly day: number }

/** Year, month (1-12) and day of a number of days since 1970-01-01. */
export function dateOf(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1 };
}

/** Days since 1970-01-01. Days beyond the end of the month count on into the next. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

/** Day of the week of a number of days since 1970-01-01, a Thursday; 0 = Sunday. */
export const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7;

/** A moment as a clock on the wall shows it. */
export interface Civil extends CivilDate { readonly hour: number; readonly minute: number; readonly second: number; readonly weekday: number }

/** The clock of seconds since 1970, which have been moved by the zone's offset already. */
export function civilOf(seconds: number): Civil {
  const days = Math.floor(seconds / DAY);
  const rest = seconds - days * DAY;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor((rest - hour * 3600) / 60);
  return { ...dateOf(days), hour, minute, second: rest - hour * 3600 - minute * 60, weekday: weekdayOf(days) };
}

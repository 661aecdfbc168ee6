// Dates as tables write them: ISO 8601, 2024-03-01T12:30:00Z, and day, month and year separated by points or slashes, in an order that
// must be the same for the whole column. Times without a zone are UTC. Parsed to seconds since 1970.

/** iso: year first; dmy: day first; mdy: month first. */
export type DateOrder = 'iso' | 'dmy' | 'mdy';

const TIME = String.raw`(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?`;
const ISO = new RegExp(String.raw`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})${TIME}$`, 'i');
const SHORT = new RegExp(String.raw`^(\d{1,2})([./-])(\d{1,2})\2(\d{4})${TIME}$`, 'i');

/** The orders in which the text is a valid date. */
export function ordersOf(text: string): readonly DateOrder[] {
  if (ISO.test(text)) return secondsOf(text, 'iso') === null ? [] : ['iso'];
  return (['dmy', 'mdy'] as const).filter((order) => secondsOf(text, order) !== null);
}

/** Null if the text is not a date in this order. */
export function secondsOf(text: string, order: DateOrder): number | null {
  if (order === 'iso') {
    const [, year, month, day, ...time] = ISO.exec(text) ?? [];
    return year === undefined ? null : seconds(Number(year), Number(month), Number(day), time);
  }
  const [, first, separator, second, year, ...time] = SHORT.exec(text) ?? [];
  if (year === undefined) return null;
  // Wherever dates are written with points, the day comes first.
  if (separator === '.' && order === 'mdy') return null;
  const [day, month] = order === 'dmy' ? [first, second] : [second, first];
  return seconds(Number(year), Number(month), Number(day), time);
}

function seconds(
  year: number,
  month: number,
  day: number,
  [hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z']: (string | undefined)[],
): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60;
  const ofDay = Number(hour) * 3600 + Number(minute) * 60 + Number(second) + Number(`0.${fraction}`);
  return midnight(year, month - 1, day) + ofDay - offset;
}

/**
 * Seconds since 1970 at the start of a UTC day. Unlike Date.UTC(), it does not map the years 0 to 99 to 1900 to 1999.
 * @param month from 0; like the day, it may lie outside its range, as day 0, the last of the month before
 */
export function midnight(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day) / 1000;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const DAY = 86_400;
/** The mean year of the Gregorian calendar. */
const YEAR = 365.2425 * DAY;

export const yearOf = (time: number) => 1970 + time / YEAR;

/** Fraction of a cycle elapsed, in [0, 1). */
export const CYCLES = {
  /** Of the year, with each month a twelfth. */
  month(time: number): number {
    const date = new Date(time * 1000);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return (month + (date.getUTCDate() - 1) / daysIn(year, month + 1)) / 12;
  },
  /** Of the week, in whole days; Monday is 0. 1970 began on a Thursday. */
  weekday: (time: number) => ((((Math.floor(time / DAY) + 3) % 7) + 7) % 7) / 7,
  /** Of the day. */
  hour: (time: number) => (((time % DAY) + DAY) % DAY) / DAY,
} as const;

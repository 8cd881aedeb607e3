/** Days of the calendar, pure. A day is its midnight in UTC; a span includes both its ends. */
import type { EventTime, ISODate, ISODay } from "../types.ts";

const DAY_MS = 86_400_000;
/** Days outside have no ISO day of ten characters, and none that sorts by time. */
const [FIRST_MS, LAST_MS] = [utc(0, 0, 1), utc(9999, 11, 31)];

export type Unit = "day" | "week" | "month" | "year";

/** The day that it is at an instant, by a clock that is so many minutes ahead of UTC. */
export function dayAt(instant: ISODate, offsetMinutes: number): ISODay {
  const day = instant.slice(0, 10);
  const minutes = 60 * Number(instant.slice(11, 13)) + Number(instant.slice(14, 16)) + offsetMinutes;
  // Every row of a search asks, and mostly it is the same day: to make a Date costs ten times as much.
  return minutes < 0 ? shifted(day, -1) : minutes < 1440 ? day : shifted(day, 1);
}

/** How far the clock of this device is ahead of UTC at that instant, in minutes. */
export function localOffset(instant: ISODate): number {
  // Not -0.
  return 0 - new Date(instant).getTimezoneOffset();
}

/** The day that it is on this device at that instant. */
export function localDay(instant: ISODate): ISODay {
  return dayAt(instant, localOffset(instant));
}

export function shifted(day: ISODay, days: number): ISODay {
  return isoDay(Date.parse(day) + days * DAY_MS);
}

/** Days from one to the other; negative where that was before. */
export function daysBetween(from: ISODay, to: ISODay): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

export function oneDay(today: ISODay, by = 0): EventTime {
  const day = shifted(today, by);
  return { from: day, to: day };
}

/** Null for a day that does not exist. */
export function dateOf(year: number, month: number, date: number): EventTime | null {
  const time = new Date(utc(year, month, date));
  return time.getUTCMonth() === month && time.getUTCDate() === date ? oneDay(isoDay(time.getTime())) : null;
}

/** Whole months from one on, the first being 0; null for a month that does not exist. */
export function monthsOf(year: number, month: number, count = 1): EventTime | null {
  if (!(month >= 0 && month < 12)) return null;
  return { from: isoDay(utc(year, month, 1)), to: isoDay(utc(year, month + count, 0)) };
}

/** The whole day, week (Monday to Sunday), month or year, so many of them away. */
export function wholeUnit(today: ISODay, unit: Unit, by: number): EventTime {
  if (unit === "day") return oneDay(today, by);
  if (unit === "week") {
    const monday = shifted(mondayOf(today), 7 * by);
    return { from: monday, to: shifted(monday, 6) };
  }
  const [year, month] = yearAndMonth(today);
  const first = unit === "month" ? utc(year, month + by, 1) : utc(year + by, 0, 1);
  const next = unit === "month" ? utc(year, month + by + 1, 0) : utc(year + by, 11, 31);
  return { from: isoDay(first), to: isoDay(next) };
}

/** The day so many units away: of a shorter month the last. */
export function dayAway(today: ISODay, unit: Unit, by: number): ISODay {
  if (unit === "day" || unit === "week") return shifted(today, unit === "day" ? by : 7 * by);
  const { from, to } = wholeUnit(wholeUnit(today, "month", 0).from, "month", unit === "month" ? by : 12 * by);
  const day = shifted(from, Number(today.slice(8)) - 1);
  return day < to ? day : to;
}

export function mondayOf(today: ISODay): ISODay {
  return shifted(today, -((new Date(today).getUTCDay() + 6) % 7));
}

/** The month from 0. */
export function yearAndMonth(today: ISODay): [year: number, month: number] {
  return [Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1];
}

export function union(a: EventTime, b: EventTime): EventTime {
  return { from: a.from < b.from ? a.from : b.from, to: a.to > b.to ? a.to : b.to };
}

/** Its first, middle or last third, where it is a week or longer. */
export function thirdOf({ from, to }: EventTime, which: "early" | "mid" | "late"): EventTime {
  const days = daysBetween(from, to) + 1;
  const third = Math.ceil(days / 3);
  if (days < 7) return { from, to };
  if (which === "early") return { from, to: shifted(from, third - 1) };
  if (which === "late") return { from: shifted(to, 1 - third), to };
  return { from: shifted(from, third), to: shifted(to, -third) };
}

/** `Date.UTC` takes the years 0 to 99 for those of the last century. */
function utc(year: number, month: number, date: number): number {
  return new Date(0).setUTCFullYear(year, month, date);
}

function isoDay(time: number): ISODay {
  return new Date(Math.min(Math.max(time, FIRST_MS), LAST_MS)).toISOString().slice(0, 10);
}

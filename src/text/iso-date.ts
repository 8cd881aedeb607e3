/** ISO 8601 dates, strictly: what `Date` makes of anything else is a guess. */

const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** A day that exists, as `YYYY-MM-DD`. */
export function isDay(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  // A Date takes 30 February for 2 March.
  const midnight = new Date(`${value}T00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(value);
}

/**
 * `2026-11-22`, its first moment, or `2026-11-22T10:00`, with seconds, fractions and an offset where they are there;
 * in UTC without one.
 * @returns ms since the epoch; NaN for anything else, and for a day that does not exist
 */
export function parseISODate(text: string): number {
  const [, day, time = "00:00", offset = "Z"] = DATE.exec(text) ?? [];
  return isDay(day) ? Date.parse(`${day}T${time}${offset}`) : NaN;
}

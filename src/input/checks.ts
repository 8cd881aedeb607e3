/** Single values of options, checked: each function returns the value with its type, or throws an error that names it. */
import { InvalidInputError } from "../errors.ts";
import { isDay, parseISODate } from "../text/iso-date.ts";
import type { ISODate, ISODay } from "../types.ts";

const LAST_INSTANT = Date.UTC(10_000, 0, 1);

/** For an option that may be left out. */
export function ifGiven<T>(value: unknown, check: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : check(value);
}

/** Undefined is false. @throws {InvalidInputError} */
export function toFlag(value: unknown, name: string): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw new InvalidInputError(`keepsake: ${name} must be true or false.`);
}

/** @throws {InvalidInputError} */
export function toWhole(value: unknown, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new InvalidInputError(`keepsake: ${name} must be an integer ${range}.`);
}

/** @throws {InvalidInputError} */
export function toOneOf<const T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  const one = allowed.find((each) => each === value);
  if (one !== undefined) return one;
  throw new InvalidInputError(`keepsake: ${name} must be one of ${allowed.map((each) => `"${each}"`).join(", ")}.`);
}

/** `YYYY-MM-DD`, and a day that exists: not 2099-02-30, no time of day. @throws {InvalidInputError} */
export function toDay(value: unknown, name: string): ISODay {
  if (isDay(value)) return value;
  throw new InvalidInputError(`keepsake: ${name} must be a day that exists, as YYYY-MM-DD.`);
}

/**
 * A Date, or an ISO 8601 string: a day is its first moment, a time without an offset is UTC.
 * @param what may be given, as the error says it
 * @throws {InvalidInputError}
 */
export function toInstant(value: unknown, name: string, what = "a Date or an ISO 8601 string"): ISODate {
  const date = new Date(typeof value === "string" ? parseISODate(value) : value instanceof Date ? value : NaN);
  // Beyond the year 9999 ISO strings no longer sort by time.
  if (date.getTime() < LAST_INSTANT && date.getUTCFullYear() >= 0) return date.toISOString();
  throw new InvalidInputError(`keepsake: ${name} must be ${what}, such as 2026-11-22 or 2026-11-22T10:00:00Z.`);
}

/** Calendar days, strictly. */
import { InvalidInputError } from "./errors.ts";
import type { ISODay } from "./types.ts";

/** `YYYY-MM-DD`, and a day that exists: not 2099-02-30, no time of day. */
export function toDay(value: unknown, name: string): ISODay {
  if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value)) {
    const date = new Date(`${value}T00:00:00.000Z`);
    if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)) return value;
  }
  throw new InvalidInputError(`keepsake: ${name} must be a day that exists, as YYYY-MM-DD.`);
}

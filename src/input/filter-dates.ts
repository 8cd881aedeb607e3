/** Dates in a filter become ISO strings: what crosses to the engine is plain data. */
import { copyOf } from "./copy.ts";
import { InvalidInputError } from "../errors.ts";
import type { Filter } from "../filter-types.ts";

/**
 * A copy with ISO strings in place of Dates.
 * @throws {InvalidInputError} for a Date that is none
 */
export function withIsoDates(filter: Filter): Filter {
  return copyOf(filter, (value) => (value instanceof Date ? toIso(value) : value));
}

function toIso(date: Date): string {
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new InvalidInputError("keepsake: a filter holds an invalid Date.");
}

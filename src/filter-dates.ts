/** Dates in a filter become ISO strings: what crosses to the engine is plain data. */
import { isPlainObject } from "./copy.ts";
import { InvalidInputError } from "./errors.ts";
import type { Filter } from "./filter-types.ts";

/** Deeper than a filter may be, its values included; what lies below is left as it is, for the checks to refuse. */
const MAX_DEPTH = 70;

/**
 * A copy with ISO strings in place of Dates.
 * @throws {InvalidInputError} for a Date that is none
 */
export function withIsoDates(filter: Filter): Filter {
  return isoDates(filter, 0, new Map()) as Filter;
}

/** @param seen copies made so far: a filter may hold the same object many times, or itself */
function isoDates(value: unknown, depth: number, seen: Map<unknown, unknown>): unknown {
  if (value instanceof Date) return toIso(value);
  if (seen.has(value)) return seen.get(value);
  if (depth > MAX_DEPTH || (!Array.isArray(value) && !isPlainObject(value))) return value;
  const copy: object = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  for (const [key, inner] of Object.entries(value)) {
    // Defined, not assigned: a "__proto__" key stays a key.
    const field = { value: isoDates(inner, depth + 1, seen), enumerable: true, writable: true, configurable: true };
    Object.defineProperty(copy, key, field);
  }
  return copy;
}

function toIso(date: Date): string {
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new InvalidInputError("keepsake: a filter holds an invalid Date.");
}

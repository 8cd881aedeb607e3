/** Walking over a filter that anybody may have written: what its parts are, and how much of them is too much. */
import { InvalidInputError } from "../errors.ts";

/** Bounds against a filter that costs more than the search: levels, and how much of each there may be in all. */
export const MAX_DEPTH = 32;
const MAX = { conditions: 1_000, filters: 10_000, values: 100_000 };

/** What is spent of `MAX`. Counted as the filter is walked, since it may hold the same object many times. */
export type Spent = Record<keyof typeof MAX, number>;

/** @param what is wrong, and what to do */
export function refusal(what: string): InvalidInputError {
  return new InvalidInputError(`keepsake: ${what}.`);
}

export function spend(spent: Spent, what: keyof Spent): void {
  if (++spent[what] > MAX[what]) throw refusal(`a filter takes at most ${MAX[what]} ${what}`);
}

export function unspent(): Spent {
  return { conditions: 0, filters: 0, values: 0 };
}

/** Fields are known in both spellings, `userId` and `user_id`: mem0's documentation teaches the latter. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Ids are strings. A number means its digits, as it does beside the filters. */
export function idAsText(id: unknown): unknown {
  return Number.isFinite(id) ? String(id) : id;
}

export function entriesOf(filter: unknown, depth: number, spent: Spent): [string, unknown][] {
  spend(spent, "filters");
  if (!isObject(filter)) throw refusal("a filter is an object of conditions");
  if (depth > MAX_DEPTH) throw refusal(`a filter is at most ${MAX_DEPTH} levels deep`);
  return Object.entries(filter);
}

/** The filters that `AND`, `OR` or `NOT` holds. */
export function listOf(key: string, value: unknown): unknown[] {
  const list = key === "NOT" && !Array.isArray(value) ? [value] : value;
  if (Array.isArray(list)) return list;
  throw refusal(`${key} takes a list of filters`);
}

/** By its tag and not by its prototype: the object may come from another realm. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

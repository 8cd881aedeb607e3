/** A copy of what a caller handed in, as plain JSON. */
import { isPlainObject } from "./copy.ts";
import type { JSONValue } from "../types.ts";

export interface PlainJSON {
  /** Levels of lists and objects. */
  maxDepth: number;
  /** Throws. @param path of what is wrong */
  refuse: (path: string, what: string) => never;
}

/**
 * Strings become well-formed; a field without a value is left out.
 * @param around what it lies in, from the outside in
 */
export function toPlainJSON(
  value: unknown,
  path: string,
  rules: PlainJSON,
  around: readonly unknown[] = [],
): JSONValue {
  const inner = (one: unknown, at: string): JSONValue => toPlainJSON(one, at, rules, [...around, value]);
  if (typeof value === "object" && value !== null && around.includes(value)) {
    return rules.refuse(path, "contains itself: it is cyclic");
  }
  if (around.length > rules.maxDepth) return rules.refuse(path, `is nested deeper than ${rules.maxDepth} levels`);
  if (typeof value === "string") return value.toWellFormed();
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  // `from` visits holes as well, which are no JSON.
  if (Array.isArray(value)) return Array.from(value, (item, i) => inner(item, `${path}[${i}]`));
  if (!isPlainObject(value)) {
    return rules.refuse(path, "must be plain JSON (string, finite number, boolean, null, list, object)");
  }
  // fromEntries defines own properties: a "__proto__" key stays a key.
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, inner(item, path === "" ? key : `${path}.${key}`)]));
}

/** A copy of what a caller handed in, as plain JSON. */
import { isPlainObject } from "./copy.ts";
import type { JSONValue } from "../types.ts";

export interface PlainJSON {
  /** Levels of lists and objects. */
  maxDepth: number;
  /** Throws. @param path of what is wrong */
  refuse: (path: string, what: string) => never;
}

/** Strings become well-formed; a field without a value is left out. */
export function toPlainJSON(value: unknown, path: string, rules: PlainJSON, depth = 0): JSONValue {
  const inner = (one: unknown, at: string): JSONValue => toPlainJSON(one, at, rules, depth + 1);
  if (depth > rules.maxDepth) return rules.refuse(path, `is nested deeper than ${rules.maxDepth} levels`);
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

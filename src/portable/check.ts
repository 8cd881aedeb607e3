/** Checks of foreign JSON: small functions that return the value with its type, or throw and name the path. */
import { InvalidInputError } from "../errors.ts";
import { toPlainJSON, type PlainJSON } from "../input/plain-json.ts";
import { isDay, parseISODate } from "../text/iso-date.ts";
import type { JSONObject } from "../types.ts";

export type Check<T> = (value: unknown, path: string) => T;

export function fail(path: string, what: string): never {
  throw new InvalidInputError(`keepsake: import: ${path || "the file"} ${what}. Nothing was imported.`);
}

export const string: Check<string> = (value, path) =>
  typeof value === "string" ? value.toWellFormed() : fail(path, "must be a string");

export const filled: Check<string> = (value, path) =>
  typeof value === "string" && value.trim() !== "" ? value.toWellFormed() : fail(path, "must be a string, not blank");

export const boolean: Check<boolean> = (value, path) =>
  typeof value === "boolean" ? value : fail(path, "must be true or false");

/** A whole number from 0. */
export const count: Check<number> = (value, path) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? value
    : fail(path, "must be a whole number from 0");

/** With any offset, or in UTC; comes out in UTC with milliseconds. */
export const instant: Check<string> = (value, path) => {
  const date = new Date(typeof value === "string" ? parseISODate(value) : NaN);
  return Number.isNaN(date.getTime()) ? fail(path, "must be an ISO 8601 date") : date.toISOString();
};

export const day: Check<string> = (value, path) =>
  isDay(value) ? value : fail(path, "must be a day that exists, as YYYY-MM-DD");

export function oneOf<const T extends string>(...allowed: readonly T[]): Check<T> {
  return (value, path) =>
    allowed.find((one) => one === value) ?? fail(path, `must be ${allowed.map((one) => `"${one}"`).join(" or ")}`);
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

export function list<T>(check: Check<T>): Check<T[]> {
  return (value, path) =>
    Array.isArray(value) ? value.map((item, i) => check(item, `${path}[${i}]`)) : fail(path, "must be a list");
}

const OPTIONAL = Symbol("optional");
export type OptionalCheck<T> = Check<T> & { [OPTIONAL]: true };

/** A field of {@link object} that may be left out. */
export function optional<T>(check: Check<T>): OptionalCheck<T> {
  return Object.assign((value: unknown, path: string) => check(value, path), { [OPTIONAL]: true as const });
}

/** One check per field; an optional field needs an optional check. Complete: a new field of T must be added. */
export type Fields<T> = {
  [K in keyof T]-?: undefined extends T[K] ? OptionalCheck<Exclude<T[K], undefined>> : Check<T[K]>;
};

/** An object of these fields and no others. They come out in the order of `fields`, so that equal objects print alike. */
export function object<T extends object>(fields: Fields<T>): Check<T> {
  const entries = Object.entries(fields) as [string, Check<unknown>][];
  return (value, path) => {
    if (!isObject(value)) return fail(path, "must be an object");
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) fail(at(path, key), "is not known to this version of the format");
    }
    const checked = entries.flatMap(([key, check]): [string, unknown][] => {
      if (Object.hasOwn(value, key) && value[key] !== undefined) return [[key, check(value[key], at(path, key))]];
      return OPTIONAL in check ? [] : fail(at(path, key), "is missing");
    });
    return Object.fromEntries(checked) as T;
  };
}

export function at(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deep enough for any real metadata and for a result of `add`, shallow enough for every recursion over it. */
const PLAIN: PlainJSON = { maxDepth: 20, refuse: fail };

export const jsonObject: Check<JSONObject> = (value, path) =>
  isObject(value) ? (toPlainJSON(value, path, PLAIN) as JSONObject) : fail(path, "must be an object");

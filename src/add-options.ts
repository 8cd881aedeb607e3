/** The options of an `add`, checked, and as plain data that another tab or a later day can finish it with. */
import { checkNames } from "./check-names.ts";
import { InvalidInputError } from "./errors.ts";
import type { AddDefaults, AddOptions } from "./options.ts";
import type { CustomPrompts, OpOptions } from "./types.ts";
import { toDataSchema } from "./structured-schema.ts";
import { toDay } from "./validate-days.ts";
import { toMetadata } from "./validate.ts";

const MAX_CONTEXT_WINDOW = 100;
const MAX_INSTRUCTIONS_LENGTH = 20_000;
const MAX_CATEGORIES = 100;
const PROMPTS = ["extract", "resolve", "describe", "procedural"] as const satisfies (keyof CustomPrompts)[];
const LAST_INSTANT = Date.UTC(10_000, 0, 1);

/**
 * @param extractor who would extract
 * @throws {InvalidInputError} that names the option
 */
export function toOpOptions(given: AddOptions, defaults: AddDefaults, extractor: OpOptions["extractor"]): OpOptions {
  const options = { ...defaults, ...definedOnly(given) };
  return {
    ...definedOnly({
      contextWindow: toCount(options.contextWindow, "contextWindow", MAX_CONTEXT_WINDOW),
      retention: toOneOf(options.retention, "retention", ["all", "window", "none"]),
      includes: toWords(options.includes, "includes"),
      excludes: toWords(options.excludes, "excludes"),
      customInstructions: toWords(options.customInstructions, "customInstructions"),
      agentCustomInstructions: toWords(options.agentCustomInstructions, "agentCustomInstructions"),
      customCategories: toCategories(options.customCategories),
      customPrompts: toPrompts(options.customPrompts),
      structuredDataSchema: toDataSchema(options.structuredDataSchema),
      immutable: toFlag(options.immutable, "immutable"),
      expirationDate:
        options.expirationDate === undefined ? undefined : toDay(options.expirationDate, "expirationDate"),
      timestamp: toInstant(options.timestamp),
      memoryType: toMemoryType(options.memoryType),
      conflicts: toOneOf(options.conflicts, "conflicts", ["resolve", "keep"]),
      maxDestructive: toCount(options.maxDestructive, "maxDestructive", Number.MAX_SAFE_INTEGER),
      dedupe: toFlag(options.dedupe, "dedupe"),
      graph: toFlag(options.graph, "graph"),
      images: toOneOf(options.images, "images", ["describe", "skip"]),
    }),
    infer: toFlag(options.infer, "infer") ?? true,
    metadata: { ...toMetadata(defaults.metadata), ...toMetadata(given.metadata) },
    extractor,
  };
}

/** The same without keys that have no value: an optional key is absent, never undefined. */
export function definedOnly<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function toFlag(value: unknown, name: string): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw new InvalidInputError(`keepsake: ${name} must be true or false.`);
}

function toOneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T | undefined {
  if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
  throw new InvalidInputError(`keepsake: ${name} must be one of ${allowed.map((one) => `"${one}"`).join(", ")}.`);
}

function toCount(value: unknown, name: string, max: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new InvalidInputError(`keepsake: ${name} must be an integer from 0 to ${max}.`);
}

function toWords(value: unknown, name: string): string | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw new InvalidInputError(`keepsake: ${name} must be a string.`);
  if (value.length <= MAX_INSTRUCTIONS_LENGTH) return value.toWellFormed();
  throw new InvalidInputError(`keepsake: ${name} must be at most ${MAX_INSTRUCTIONS_LENGTH} characters long.`);
}

/** Both forms: `{ travel: "trips and places" }`, and mem0's `[{ travel: "…" }, …]`. */
function toCategories(value: unknown): Record<string, string> | undefined {
  if (value === undefined) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const entries = list.flatMap((one): [string, unknown][] =>
    typeof one === "object" && one !== null ? Object.entries(one) : [["", null]],
  );
  const isValid = entries.every(([name, about]) => name.trim() !== "" && typeof about === "string");
  if (isValid && entries.length <= MAX_CATEGORIES) return Object.fromEntries(entries) as Record<string, string>;
  throw new InvalidInputError(
    `keepsake: customCategories must be at most ${MAX_CATEGORIES} names with a description each: { name: "description" }.`,
  );
}

function toPrompts(value: AddDefaults["customPrompts"]): OpOptions["customPrompts"] | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidInputError("keepsake: customPrompts must be an object of instructions.");
  }
  checkNames(value, PROMPTS, "customPrompts has no prompt");
  return definedOnly(Object.fromEntries(PROMPTS.map((name) => [name, toWords(value[name], `customPrompts.${name}`)])));
}

function toMemoryType(value: unknown): "procedural" | undefined {
  const known = toOneOf(value, "memoryType", ["procedural", "procedural_memory"]);
  return known === undefined ? undefined : "procedural";
}

/** A Date, an ISO string, or Unix seconds as mem0 has them. */
function toInstant(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const isInstant = typeof value === "number" || typeof value === "string" || value instanceof Date;
  const date = new Date(typeof value === "number" ? value * 1000 : isInstant ? value : NaN);
  // Beyond the year 9999 ISO strings no longer sort by time; what is that far away was milliseconds.
  if (date.getTime() < LAST_INSTANT && date.getUTCFullYear() >= 0) return date.toISOString();
  throw new InvalidInputError(
    "keepsake: timestamp must be a Date, an ISO 8601 string or Unix seconds (not milliseconds).",
  );
}

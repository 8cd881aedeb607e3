/** The options of an `add`, checked, and as plain data that another tab or a later day can finish it with. */
import { checkNames } from "./check-names.ts";
import { ifGiven, toDay, toFlag, toInstant, toOneOf, toWhole } from "./checks.ts";
import { InvalidInputError } from "../errors.ts";
import type { AddDefaults, AddOptions } from "../options.ts";
import type { CustomPrompts, ISODate, OpOptions } from "../types.ts";
import { toDataSchema } from "./structured-schema.ts";
import { toMetadata } from "./validate.ts";

const MAX_CONTEXT_WINDOW = 100;
const MAX_INSTRUCTIONS_LENGTH = 20_000;
const MAX_CATEGORIES = 100;
const PROMPTS = ["extract", "resolve", "describe", "procedural"] as const satisfies (keyof CustomPrompts)[];

/**
 * @param extractor who would extract
 * @throws {InvalidInputError} that names the option
 */
export function toOpOptions(given: AddOptions, defaults: AddDefaults, extractor: OpOptions["extractor"]): OpOptions {
  const options = { ...defaults, ...definedOnly(given) };
  const { customCategories, structuredDataSchema, expirationDate, timestamp, memoryType } = options;
  return {
    ...definedOnly({
      contextWindow: ifGiven(options.contextWindow, (n) => toWhole(n, "contextWindow", 0, MAX_CONTEXT_WINDOW)),
      retention: ifGiven(options.retention, (one) => toOneOf(one, "retention", ["all", "window", "none"])),
      includes: toWords(options.includes, "includes"),
      excludes: toWords(options.excludes, "excludes"),
      customInstructions: toWords(options.customInstructions, "customInstructions"),
      agentCustomInstructions: toWords(options.agentCustomInstructions, "agentCustomInstructions"),
      customCategories: toCategories(customCategories ?? undefined),
      customPrompts: toPrompts(options.customPrompts),
      structuredDataSchema: toDataSchema(structuredDataSchema ?? undefined),
      immutable: ifGiven(options.immutable, (flag) => toFlag(flag, "immutable")),
      expirationDate: ifGiven(expirationDate ?? undefined, (day) => toDay(day, "expirationDate")),
      timestamp: ifGiven(timestamp ?? undefined, toTimestamp),
      memoryType: ifGiven(memoryType ?? undefined, toMemoryType),
      conflicts: ifGiven(options.conflicts, (one) => toOneOf(one, "conflicts", ["resolve", "keep"])),
      maxDestructive: ifGiven(options.maxDestructive, (n) => toWhole(n, "maxDestructive", 0)),
      dedupe: ifGiven(options.dedupe, (flag) => toFlag(flag, "dedupe")),
      graph: ifGiven(options.graph, (flag) => toFlag(flag, "graph")),
      images: ifGiven(options.images, (one) => toOneOf(one, "images", ["describe", "skip"])),
    }),
    infer: ifGiven(options.infer, (flag) => toFlag(flag, "infer")) ?? true,
    metadata: { ...toMetadata(defaults.metadata), ...toMetadata(given.metadata) },
    extractor,
  };
}

/** The same without keys that have no value: an optional key is absent, never undefined. */
export function definedOnly<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
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

function toMemoryType(value: unknown): "procedural" {
  toOneOf(value, "memoryType", ["procedural", "procedural_memory"]);
  return "procedural";
}

/** Also Unix seconds, as mem0 has them. Milliseconds would be far beyond the year 9999. */
function toTimestamp(value: unknown): ISODate {
  const instant = typeof value === "number" ? new Date(value * 1000) : value;
  return toInstant(instant, "timestamp", "a Date, an ISO 8601 string or Unix seconds (not milliseconds)");
}

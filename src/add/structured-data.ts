/** Data of a fact by the app's `structuredDataSchema`: asked for with the facts, kept only as far as it validates. */
import { isDay } from "../text/iso-date.ts";
import type { DataSchema, JSONObject, JSONSchema, JSONValue, ObjectSchema } from "../types.ts";

/** Longest string and list in data. A longer one is dropped, never cut. */
const MAX_STRING_LENGTH = 2_000;
const MAX_LIST_LENGTH = 100;

/** What is added to the instructions: one line of ours, and the schema as the app wrote it. */
export function dataInstruction(schema: ObjectSchema): string {
  return `- "data": what the fact itself says of these properties, null where it says nothing; never guess. JSON Schema of "data": ${JSON.stringify(schema)}`;
}

/** The schema as engines that constrain decoding take it: every key required, and null where there is no value. */
export function replySchema(schema: DataSchema): JSONSchema {
  const { type, properties, required: _, items, enum: values, ...rest } = schema;
  const nullable = { ...rest, type: [type, "null"], ...(values && { enum: [...values, null] }) };
  if (items) return { ...nullable, items: replySchema(items) };
  if (!properties) return nullable;
  const entries = Object.entries(properties).map(([key, one]): [string, JSONSchema] => [key, replySchema(one)]);
  const keys = entries.map(([key]) => key);
  return { ...nullable, properties: Object.fromEntries(entries), required: keys, additionalProperties: false };
}

export interface CleanData {
  /** Validates against the schema; null where nothing of it is left. */
  data: JSONObject | null;
  /** What was dropped, and why: the place and the schema's words, none of the model's values. */
  dropped: string[];
}

/**
 * Keeps what validates. What does not is dropped where it stands: a property, an entry of a list; and an object that
 * then lacks a required property goes whole. Null and missing are the same, and nothing to report.
 */
export function cleanData(value: unknown, schema: ObjectSchema): CleanData {
  const dropped: string[] = [];
  const data = clean(value, schema, "data", dropped);
  return { data: isObject(data) && Object.keys(data).length > 0 ? data : null, dropped };
}

function clean(value: unknown, schema: DataSchema, at: string, dropped: string[]): JSONValue | undefined {
  if (value === null || value === undefined) return undefined;
  const problem = problemOf(value, schema);
  const drop = (why: string): undefined => void dropped.push(`${at}: ${why}`);
  if (problem !== null) return drop(problem);
  if (schema.type === "array") return cleanList(value as unknown[], schema, at, dropped);
  if (schema.type === "object") return cleanObject(value as Record<string, unknown>, schema, at, dropped);
  return typeof value === "string" ? value.toWellFormed() : (value as JSONValue);
}

function cleanList(
  value: unknown[],
  { items, minItems = 0 }: DataSchema,
  at: string,
  dropped: string[],
): JSONValue[] | undefined {
  const kept = value.flatMap((item, i) => clean(item, items!, `${at}[${i}]`, dropped) ?? []);
  if (kept.length >= minItems) return kept;
  dropped.push(`${at}: fewer than ${minItems} entries are left`);
  return undefined;
}

function cleanObject(
  value: Record<string, unknown>,
  { properties = {}, required = [] }: DataSchema,
  at: string,
  dropped: string[],
): JSONObject | undefined {
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(properties, key));
  if (unknown.length > 0) dropped.push(`${at}: ${unknown.length} properties that are not in the schema`);
  const entries = Object.entries(properties).flatMap(([key, schema]): [string, JSONValue][] => {
    const part = Object.hasOwn(value, key) ? clean(value[key], schema, `${at}.${key}`, dropped) : undefined;
    return part === undefined ? [] : [[key, part]];
  });
  const missing = required.find((key) => !entries.some(([name]) => name === key));
  // One that says nothing at all is no mistake.
  if (missing !== undefined && entries.length > 0) dropped.push(`${at}: ${missing} is required`);
  return missing === undefined ? Object.fromEntries(entries) : undefined;
}

/** Why the value itself breaks its schema, parts aside; null where it does not. */
function problemOf(value: unknown, schema: DataSchema): string | null {
  if (!isOfType(value, schema.type)) return `not of type ${schema.type}`;
  if (schema.enum && !schema.enum.some((one) => one === value)) return "not in the enum";
  if (typeof value === "string") return problemOfString(value, schema);
  if (typeof value === "number") return outside(value, schema.minimum, schema.maximum) ? "out of range" : null;
  if (!Array.isArray(value)) return null;
  return value.length > Math.min(schema.maxItems ?? Infinity, MAX_LIST_LENGTH) ? "too many entries" : null;
}

function problemOfString(value: string, { minLength, maxLength, format }: DataSchema): string | null {
  if (value.length > MAX_STRING_LENGTH) return `longer than ${MAX_STRING_LENGTH} characters`;
  // JSON Schema counts characters, not UTF-16 units.
  if (outside([...value].length, minLength, maxLength)) return "of another length";
  return format === undefined || isDate(value, format) ? null : `not of format ${format}`;
}

function outside(value: number, min = -Infinity, max = Infinity): boolean {
  return value < min || value > max;
}

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

function isDate(value: string, format: "date" | "date-time"): boolean {
  if (format === "date") return isDay(value);
  return isDay(value.slice(0, 10)) && DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));
}

function isOfType(value: unknown, type: DataSchema["type"]): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return type === "number" ? Number.isFinite(value) : typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

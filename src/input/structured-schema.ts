/** `structuredDataSchema` as a caller gives it → the subset of JSON Schema that Keepsake understands. */
import { isPlainObject } from "./copy.ts";
import { InvalidInputError } from "../errors.ts";
import type { DataSchema, ObjectSchema } from "../types.ts";

const NAME = "structuredDataSchema";
/** Levels of objects and lists, the outermost included. Small models get lost further down. */
const MAX_DEPTH = 5;
/** Of the schema as JSON, in characters: it is sent with every add. */
const MAX_LENGTH = 8_000;
const MAX_ENUM = 200;

const TYPES = ["object", "array", "string", "number", "integer", "boolean"] as const;
const FORMATS = ["date", "date-time"] as const;

type Keyword = keyof DataSchema;
/** Keywords by the type that they go with; those of `""` go with every type. */
const KEYWORDS: Record<"" | DataSchema["type"], readonly Keyword[]> = {
  "": ["type", "description", "enum"],
  object: ["properties", "required"],
  array: ["items", "minItems", "maxItems"],
  string: ["minLength", "maxLength", "format"],
  number: ["minimum", "maximum"],
  integer: ["minimum", "maximum"],
  boolean: [],
};
/** What schema generators write and what makes no difference here: data never has a property that is not listed. */
const IGNORED = new Set(["$schema", "$id", "title", "additionalProperties"]);

/**
 * A copy with the keywords that count.
 * @throws {InvalidInputError} that names the place and the keyword
 */
export function toDataSchema(value: unknown): ObjectSchema | undefined {
  if (value === undefined) return undefined;
  const schema = toSchema(value, NAME, 1);
  if (schema.type !== "object") throw new InvalidInputError(`keepsake: ${NAME}.type must be "object".`);
  if (JSON.stringify(schema).length <= MAX_LENGTH) return schema as ObjectSchema;
  throw new InvalidInputError(`keepsake: ${NAME} must be at most ${MAX_LENGTH} characters long, as JSON.`);
}

function toSchema(value: unknown, at: string, depth: number): DataSchema {
  if (!isPlainObject(value)) throw new InvalidInputError(`keepsake: ${at} must be a JSON Schema, as an object.`);
  if (depth > MAX_DEPTH) throw new InvalidInputError(`keepsake: ${at} is nested deeper than ${MAX_DEPTH} levels.`);
  const type = TYPES.find((one) => one === value["type"]);
  if (type === undefined) throw new InvalidInputError(`keepsake: ${at}.type must be one of ${TYPES.join(", ")}.`);
  const known: readonly string[] = [...KEYWORDS[""], ...KEYWORDS[type]];
  const given = Object.entries(value).filter(([keyword, part]) => part !== undefined && !IGNORED.has(keyword));
  const fields = given.map(([keyword, part]): [string, unknown] => {
    if (known.includes(keyword)) return [keyword, toPart(keyword as Keyword, part, at, depth)];
    throw new InvalidInputError(
      `keepsake: ${at}: the keyword "${keyword}" is not supported with type "${type}". Supported: ${known.join(", ")}.`,
    );
  });
  return complete(Object.fromEntries(fields) as unknown as DataSchema, at);
}

/** What a schema of this type cannot do without. */
function complete(schema: DataSchema, at: string): DataSchema {
  const { type, properties, required = [], items } = schema;
  if (type === "object" && Object.keys(properties ?? {}).length === 0) {
    throw new InvalidInputError(`keepsake: ${at}.properties must name at least one property.`);
  }
  if (type === "array" && !items) throw new InvalidInputError(`keepsake: ${at}.items is missing.`);
  const stranger = required.find((key) => !Object.hasOwn(properties ?? {}, key));
  if (stranger === undefined) return schema;
  throw new InvalidInputError(`keepsake: ${at}.required names "${stranger}", which is not in properties.`);
}

function toPart(keyword: Keyword, value: unknown, at: string, depth: number): unknown {
  const where = `${at}.${keyword}`;
  switch (keyword) {
    case "properties":
      return toProperties(value, where, depth);
    case "items":
      return toSchema(value, where, depth + 1);
    case "required":
      if (Array.isArray(value) && value.every((key) => typeof key === "string")) return [...value];
      throw new InvalidInputError(`keepsake: ${where} must be a list of names.`);
    case "enum":
      return toEnum(value, where);
    case "format":
      if (FORMATS.some((one) => one === value)) return value;
      throw new InvalidInputError(`keepsake: ${where} must be one of ${FORMATS.join(", ")}.`);
    case "type":
      return value;
    case "description":
      if (typeof value === "string") return value.toWellFormed();
      throw new InvalidInputError(`keepsake: ${where} must be a string.`);
    default:
      if (typeof value === "number" && Number.isFinite(value)) return value;
      throw new InvalidInputError(`keepsake: ${where} must be a number.`);
  }
}

function toProperties(value: unknown, where: string, depth: number): Record<string, DataSchema> {
  if (!isPlainObject(value)) throw new InvalidInputError(`keepsake: ${where} must be an object of schemas.`);
  // fromEntries defines own properties: a "__proto__" key stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key.toWellFormed(), toSchema(one, `${where}.${key}`, depth + 1)]),
  );
}

function toEnum(value: unknown, where: string): DataSchema["enum"] {
  const isValue = (one: unknown): one is string | number | boolean =>
    typeof one === "string" || typeof one === "boolean" || Number.isFinite(one);
  if (Array.isArray(value) && value.length > 0 && value.length <= MAX_ENUM && value.every(isValue)) return [...value];
  throw new InvalidInputError(`keepsake: ${where} must be a list of 1 to ${MAX_ENUM} strings, numbers or booleans.`);
}

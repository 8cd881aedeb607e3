/**
 * The filter language, as described at `Filter`: checked and compiled once, then one function per memory.
 *
 * - Values are never converted: `1` and `"1"` differ. A missing value is null: `eq: null`, `ne: 1`, `nin: [1]` match.
 *   `gt` and its like never match null, nor a value of another type; strings are ordered by UTF-16 code unit.
 * - A list (`categories`, one in `metadata`) equals each plain value that it holds: `eq: "food"`, `in: ["food"]` match
 *   `["food", "travel"]`, and `ne`, `nin` do not. `eq` with a list compares the whole of it, in order.
 * - `createdAt` and `updatedAt` are compared as instants: `2026-11-22` is that whole day in UTC (`eq` within it, `gt`
 *   after its end), a time without an offset is UTC.
 * - An object as a condition holds operators. To compare with an object, write `{ eq: { … } }` (key order is of no
 *   account); for a key inside it, write its path.
 * - An empty `AND` or `NOT` matches everything, an empty `OR` or `in` nothing.
 * - `metadata.` before a path is optional, and tells a metadata key from a field or an operator of the same name.
 *   A path into the structured data begins with `structuredData.`.
 */
import type { InvalidInputError } from "../errors.ts";
import type { Filter } from "../filter-types.ts";
import { SCOPE_IDS } from "../scope.ts";
import { isDay, parseISODate } from "../text/iso-date.ts";
import type { JSONValue, MemoryRecord, Scope } from "../types.ts";
import {
  camelCase,
  entriesOf,
  idAsText,
  isObject,
  listOf,
  MAX_DEPTH,
  refusal,
  spend,
  unspent,
  type Spent,
} from "./filter-walk.ts";

const OPERATORS = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "icontains"];

type Test<T> = (subject: T) => boolean;
/** Sign of value − operand; NaN where they cannot be ordered. */
type Comparison = (value: JSONValue) => number;

/** What a filter can look at: a memory, or what has some of its fields. One that is missing is null. */
export type Filterable = Partial<MemoryRecord> & Pick<MemoryRecord, "scope">;

type Field = { read: (record: Filterable) => JSONValue; isDate: boolean };

const FIELDS = new Map<string, Field>([
  ...SCOPE_IDS.map((id) => [id, field((record) => record.scope[id])] as const),
  ["id", field((record) => record.id)],
  ["memory", field((record) => record.memory)],
  ["actor", field((record) => record.actor)],
  ["attributedTo", field((record) => record.attributedTo)],
  ["createdAt", field((record) => record.createdAt, true)],
  ["updatedAt", field((record) => record.updatedAt, true)],
  ["expirationDate", field((record) => record.expirationDate, true)],
  ["eventFrom", field((record) => record.eventTime?.from, true)],
  ["eventTo", field((record) => record.eventTime?.to, true)],
  ["categories", field((record) => record.categories)],
  ["immutable", field((record) => record.immutable)],
  ["memoryType", field((record) => record.memoryType)],
  ["feedback", field((record) => record.feedback?.rating)],
  ["metadata", field((record) => record.metadata)],
  ["structuredData", field((record) => record.structuredData)],
]);

function field(read: (record: Filterable) => JSONValue | undefined, isDate = false): Field {
  return { read: (record) => read(record) ?? null, isDate };
}

/**
 * Checks a filter and makes it a function.
 * @throws {InvalidInputError} invalid_input, for an unknown operator, an operand of the wrong type, a value that is not
 * JSON (undefined included), more than 32 levels or more than 1,000 conditions
 */
export function compileFilter(filter: Filter): (record: Filterable) => boolean {
  return compile(filter, 1, unspent());
}

/**
 * The same for a filter over scope ids alone.
 * @throws {InvalidInputError} invalid_input, as {@link compileFilter}
 */
export function compileScopeFilter(filter: Filter): (scope: Scope) => boolean {
  const accepts = compileFilter(filter);
  return (scope) => accepts({ scope });
}

function compile(filter: unknown, depth: number, spent: Spent): Test<Filterable> {
  const tests = entriesOf(filter, depth, spent).map(([key, value]) => compileEntry(key, value, depth, spent));
  return (record) => tests.every((test) => test(record));
}

function compileEntry(key: string, value: unknown, depth: number, spent: Spent): Test<Filterable> {
  if (key === "AND" || key === "OR" || key === "NOT") {
    const tests = listOf(key, value).map((inner) => compile(inner, depth + 1, spent));
    if (key === "AND") return (record) => tests.every((test) => test(record));
    if (key === "OR") return (record) => tests.some((test) => test(record));
    return (record) => !tests.some((test) => test(record));
  }
  // As a path into metadata these would match nothing, without a word.
  if (/^(\$.*|and|or|not)$/i.test(key)) {
    throw refusal(
      `unknown operator "${key}": lists of filters are AND, OR and NOT. A metadata key is "metadata.${key}"`,
    );
  }
  if (/^event_?time$/i.test(key)) {
    throw refusal(`"${key}" has two ends, eventFrom and eventTo. A metadata key is "metadata.${key}"`);
  }
  const field = fieldOf(key);
  const condition = SCOPE_IDS.some((id) => id === camelCase(key)) ? idsAsText(value) : value;
  const test = compileCondition(key, condition, field.isDate, spent);
  return (record) => test(field.read(record));
}

function idsAsText(condition: unknown): unknown {
  if (Array.isArray(condition)) return condition.map(idAsText);
  if (!isObject(condition)) return idAsText(condition);
  return Object.fromEntries(
    Object.entries(condition).map(([operator, operand]) => [
      operator,
      Array.isArray(operand) ? operand.map(idAsText) : idAsText(operand),
    ]),
  );
}

function fieldOf(key: string): Field {
  const known = FIELDS.get(camelCase(key));
  if (known) return known;
  const [, root, path] = /^(metadata|structured(?:_d|D)ata)\.(.*)$/s.exec(key) ?? [null, "metadata", key];
  if (root === "metadata") return field((record) => readPath(record.metadata ?? null, path));
  return field((record) => readPath(record.structuredData ?? null, path));
}

/** Own properties of objects only. A key that itself contains the dots comes first. */
function readPath(root: JSONValue, path: string): JSONValue {
  if (isObject(root) && Object.hasOwn(root, path)) return root[path] ?? null;
  let value: unknown = root;
  for (const key of path.split(".")) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return null;
    value = value[key];
  }
  return (value ?? null) as JSONValue;
}

function compileCondition(key: string, condition: unknown, isDate: boolean, spent: Spent): Test<JSONValue> {
  if (condition === "*") return compileCondition(key, { ne: null }, isDate, spent);
  const operators = isObject(condition)
    ? Object.entries(condition)
    : [[Array.isArray(condition) ? "in" : "eq", condition] as const];
  if (operators.length === 0) throw refusal(`"${key}" has no operator. Known: ${OPERATORS.join(", ")}`);
  const tests = operators.map(([operator, operand]) => {
    spend(spent, "conditions");
    if (!OPERATORS.includes(operator)) throw unknownOperator(key, operator);
    assertJSON(key, operand, 1, spent);
    return compileOperator(key, operator, operand, isDate);
  });
  return (value) => tests.every((test) => test(value));
}

function unknownOperator(key: string, operator: string): InvalidInputError {
  return refusal(
    `unknown operator "${operator}" on "${key}". Known: ${OPERATORS.join(", ")}. ` +
      `To compare with an object write { eq: { … } }; for a key inside it write its path, "${key}.${operator}"`,
  );
}

function compileOperator(key: string, operator: string, operand: JSONValue, isDate: boolean): Test<JSONValue> {
  switch (operator) {
    case "eq":
      return equals(key, operand, isDate);
    case "ne":
      return negate(equals(key, operand, isDate));
    case "in":
      return isOneOf(key, operand, isDate);
    case "nin":
      return negate(isOneOf(key, operand, isDate));
    case "contains":
      return (value) => contains(value, operand);
    case "icontains":
      return containsIgnoringCase(key, operand);
    default:
      return ordered(operator, comparison(key, operator, operand, isDate));
  }
}

function negate<T>(test: Test<T>): Test<T> {
  return (subject) => !test(subject);
}

function equals(key: string, operand: JSONValue, isDate: boolean): Test<JSONValue> {
  if (!isDate || operand === null) return (value) => isEqual(value, operand) || isMember(value, operand);
  const compare = dateComparison(key, operand);
  return (value) => compare(value) === 0;
}

function isOneOf(key: string, operand: JSONValue, isDate: boolean): Test<JSONValue> {
  if (!Array.isArray(operand)) throw refusal(`in and nin on "${key}" take a list`);
  if (isDate) {
    const tests = operand.map((item) => equals(key, item, true));
    return (value) => tests.some((test) => test(value));
  }
  // A list of ids may be long: plain values are looked up, not compared one by one.
  const plain = new Set<JSONValue>(operand.filter((item) => typeof item !== "object" || item === null));
  const others = operand.filter((item) => typeof item === "object" && item !== null);
  return (value) => {
    if (Array.isArray(value) && value.some((item) => item !== null && plain.has(item))) return true;
    return plain.has(value) || others.some((item) => isEqual(value, item));
  };
}

/** Of a list: null, the lack of a value, is in none; with lists and objects the whole value is compared. */
function isMember(value: JSONValue, operand: JSONValue): boolean {
  return Array.isArray(value) && typeof operand !== "object" && value.includes(operand);
}

function contains(value: JSONValue, operand: JSONValue): boolean {
  if (Array.isArray(value)) return value.some((item) => isEqual(item, operand));
  return typeof value === "string" && typeof operand === "string" && value.includes(operand);
}

function containsIgnoringCase(key: string, operand: JSONValue): Test<JSONValue> {
  if (typeof operand !== "string") throw refusal(`icontains on "${key}" takes a string`);
  const wanted = operand.toLowerCase();
  return (value) => {
    if (Array.isArray(value)) return value.some((item) => typeof item === "string" && item.toLowerCase() === wanted);
    return typeof value === "string" && value.toLowerCase().includes(wanted);
  };
}

function ordered(operator: string, compare: Comparison): Test<JSONValue> {
  if (operator === "gt") return (value) => compare(value) > 0;
  if (operator === "gte") return (value) => compare(value) >= 0;
  if (operator === "lt") return (value) => compare(value) < 0;
  return (value) => compare(value) <= 0;
}

function comparison(key: string, operator: string, operand: JSONValue, isDate: boolean): Comparison {
  if (isDate) return dateComparison(key, operand);
  if (typeof operand !== "number" && typeof operand !== "string") {
    throw refusal(`${operator} on "${key}" takes a number or a string`);
  }
  return (value) => {
    if (typeof value !== typeof operand || value === null) return NaN;
    return value < operand ? -1 : value > operand ? 1 : 0;
  };
}

/** Equal means within: an operand is the span of time from its first to its last millisecond. */
function dateComparison(key: string, operand: JSONValue): Comparison {
  const first = typeof operand === "string" ? parseISODate(operand) : NaN;
  if (Number.isNaN(first)) {
    throw refusal(`"${key}" is compared with ISO dates, such as 2026-11-22 or 2026-11-22T10:00:00Z`);
  }
  const last = isDay(operand) ? first + 86_399_999 : first;
  return (value) => {
    const instant = typeof value === "string" ? Date.parse(value) : NaN;
    if (Number.isNaN(instant)) return NaN;
    return instant < first ? -1 : instant > last ? 1 : 0;
  };
}

/** Deep; the order of keys is of no account. Goes no deeper than the operand, which is bounded. */
function isEqual(value: unknown, operand: unknown): boolean {
  if (value === operand) return true;
  if (Array.isArray(value) || Array.isArray(operand)) {
    if (!Array.isArray(value) || !Array.isArray(operand) || value.length !== operand.length) return false;
    return operand.every((item, i) => isEqual(value[i], item));
  }
  if (!isObject(value) || !isObject(operand)) return false;
  const keys = Object.keys(operand);
  if (Object.keys(value).length !== keys.length) return false;
  return keys.every((key) => Object.hasOwn(value, key) && isEqual(value[key], operand[key]));
}

function assertJSON(key: string, value: unknown, depth: number, spent: Spent): asserts value is JSONValue {
  spend(spent, "values");
  if (depth > MAX_DEPTH) throw refusal(`the value of "${key}" is more than ${MAX_DEPTH} levels deep`);
  if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return;
  if (!Array.isArray(value) && !isObject(value)) {
    // An undefined that was ignored would widen the search to what it was meant to leave out.
    throw refusal(`the value of "${key}" is not JSON; leave the key out to accept any value`);
  }
  for (const inner of Object.values(value)) assertJSON(key, inner, depth + 1, spent);
}

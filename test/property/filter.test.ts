import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidInputError } from "../../src/errors.ts";
import { compileFilter, compileScopeFilter } from "../../src/search/filter.ts";
import { scopePartOf, splitScope } from "../../src/search/split-scope.ts";
import type { Filter } from "../../src/filter-types.ts";
import { toQuery } from "../../src/input/validate.ts";
import type { JSONObject, JSONValue, MemoryRecord, Scope } from "../../src/types.ts";

// Few keys and few values, so that conditions and records meet. `__proto__` is a key like any other.
const KEYS = ["p", "q", "__proto__", "constructor", "p.q", "metadata.p", "q.p.q", "metadata.__proto__"];
const IDS = ["u1", "u2"];
const DATES = ["2026-01-01", "2026-01-02", "2026-01-01T23:59:59.999Z", "2026-01-02T00:00", "2026-01-02T01:00+01:00"];

const scalar = fc.constantFrom<JSONValue[]>(0, 1, 2, "", "a", "A", "ab", "1", true, null, "*");
const ownKey = fc.constantFrom("p", "q", "__proto__", "constructor", "p.q");
const objectOf = <T>(
  key: fc.Arbitrary<string>,
  value: fc.Arbitrary<T>,
  maxLength = 3,
): fc.Arbitrary<Record<string, T>> =>
  fc.array(fc.tuple(key, value), { maxLength }).map((entries) => Object.fromEntries(entries));
const { value } = fc.letrec<{ value: JSONValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
    { weight: 1, arbitrary: objectOf(ownKey, tie("value")) },
  ),
}));

const scope: fc.Arbitrary<Scope> = fc.record(
  { userId: fc.constantFrom(...IDS), agentId: fc.constantFrom(...IDS) },
  { requiredKeys: [] },
);
const record: fc.Arbitrary<MemoryRecord> = fc
  .record({
    scope,
    metadata: objectOf(ownKey, value, 4),
    createdAt: fc.constantFrom("2025-12-31T23:59:59.999Z", "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"),
    memory: fc.constantFrom("a", "ab", "B"),
  })
  .map((some) => ({
    ...some,
    id: "m",
    scopeKey: "k",
    hash: "h",
    updatedAt: some.createdAt,
    rev: 1,
    seq: 1,
    order: 1,
    createdSeq: 1,
    opId: "o",
    origin: "app",
  }));

const bound = fc.constantFrom(0, 1, 2, "a", "ab");
const operator = fc.oneof(
  fc.tuple(fc.constantFrom("eq", "ne"), value),
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom("gt", "gte", "lt", "lte"), bound) },
  fc.tuple(fc.constantFrom("in", "nin"), fc.array(value, { maxLength: 3 })),
  fc.tuple(fc.constant("contains"), scalar),
  fc.tuple(fc.constant("icontains"), fc.constantFrom("a", "A", "b", "")),
);
/** One or two: of many that must all hold, hardly any would. */
const together = <T>(entry: fc.Arbitrary<[string, T]>): fc.Arbitrary<Record<string, T>> =>
  fc.array(entry, { minLength: 1, maxLength: 2 }).map((entries) => Object.fromEntries(entries));
const condition = fc.oneof(scalar, fc.array(value, { maxLength: 3 }), together<JSONValue>(operator));
const date = fc.constantFrom(...DATES);
const dateOperator = fc.oneof(
  fc.tuple(fc.constantFrom("eq", "ne", "gt", "gte", "lt", "lte"), date),
  fc.tuple(fc.constant("in"), fc.array(date, { maxLength: 2 })),
);
const leaf = fc.oneof(
  fc.tuple(fc.constantFrom(...KEYS, "memory"), condition),
  fc.tuple(fc.constantFrom("userId", "user_id", "agent_id"), fc.oneof(fc.constantFrom(...IDS, "*"), condition)),
  fc.tuple(fc.constantFrom("createdAt", "updated_at"), fc.oneof(date, together<JSONValue>(dateOperator))),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => {
  const list = fc.array(tie("filter"), { maxLength: 3 });
  const branch = fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(fc.constantFrom("AND", "OR", "NOT"), list),
    fc.tuple(fc.constant("NOT"), tie("filter")),
  );
  return { filter: fc.array(branch, { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as Filter) };
});

// ── The reference: evaluates the filter as it lies there, written apart from the compiler ──

function holds(filter: Filter, record: MemoryRecord): boolean {
  for (const key of Object.keys(filter)) {
    const condition: unknown = Object.getOwnPropertyDescriptor(filter, key)?.value;
    if (key === "AND" || key === "OR" || key === "NOT") {
      const results = [condition].flat().map((inner) => holds(inner as Filter, record));
      if (key === "AND" && results.includes(false)) return false;
      if (key === "OR" && !results.includes(true)) return false;
      if (key === "NOT" && results.includes(true)) return false;
    } else if (!conditionHolds(key, condition as JSONValue, record)) return false;
  }
  return true;
}

/** An id that is given as a number means its digits. */
function idsAsText(condition: JSONValue): JSONValue {
  if (typeof condition === "number") return String(condition);
  if (Array.isArray(condition)) return condition.map((one) => (typeof one === "number" ? String(one) : one));
  if (typeof condition !== "object" || condition === null) return condition;
  return Object.fromEntries(Object.entries(condition).map(([name, operand]) => [name, idsAsText(operand)]));
}

function conditionHolds(key: string, asked: JSONValue, record: MemoryRecord): boolean {
  const isDate = key === "createdAt" || key === "updated_at";
  const condition = /^(?:user|agent)(?:Id|_id)$/.test(key) ? idsAsText(asked) : asked;
  const value = look(key, record);
  if (condition === "*") return value !== null;
  if (Array.isArray(condition)) return operatorHolds("in", condition, value, isDate);
  if (typeof condition !== "object" || condition === null) return operatorHolds("eq", condition, value, isDate);
  return Object.entries(condition).every(([name, operand]) => operatorHolds(name, operand, value, isDate));
}

function look(key: string, record: MemoryRecord): JSONValue {
  if (key === "memory") return record.memory;
  if (key === "createdAt" || key === "updated_at") return record.createdAt;
  if (key === "userId" || key === "user_id") return record.scope.userId ?? null;
  if (key === "agent_id") return record.scope.agentId ?? null;
  return descend(record.metadata, key.replace(/^metadata\./, ""), true);
}

function descend(from: JSONValue, path: string, whole: boolean): JSONValue {
  if (typeof from !== "object" || from === null || Array.isArray(from)) return null;
  const own = new Map(Object.entries(from));
  if (whole && own.has(path)) return own.get(path) ?? null;
  const [head = "", ...tail] = path.split(".");
  const next = own.get(head) ?? null;
  return tail.length === 0 ? next : descend(next, tail.join("."), false);
}

function operatorHolds(name: string, operand: JSONValue, value: JSONValue, isDate: boolean): boolean {
  const items = Array.isArray(operand) ? operand : [];
  if (name === "eq" && isDate) return order(value, operand, true) === "same";
  if (name === "eq") return [value, ...membersOf(value)].map(canonical).includes(canonical(operand));
  if (name === "ne") return !operatorHolds("eq", operand, value, isDate);
  if (name === "in") return items.some((item) => operatorHolds("eq", item, value, isDate));
  if (name === "nin") return items.every((item) => operatorHolds("ne", item, value, isDate));
  if (name === "contains") {
    if (Array.isArray(value)) return value.map(canonical).includes(canonical(operand));
    return typeof value === "string" && typeof operand === "string" && value.indexOf(operand) >= 0;
  }
  if (name === "icontains") {
    const lower = (some: JSONValue): JSONValue => (typeof some === "string" ? some.toLowerCase() : some);
    return operatorHolds("contains", lower(operand), Array.isArray(value) ? value.map(lower) : lower(value), false);
  }
  const relation = order(value, operand, isDate);
  if (name === "gt") return relation === "after";
  if (name === "gte") return relation === "after" || relation === "same";
  if (name === "lt") return relation === "before";
  return relation === "before" || relation === "same";
}

/** What a list equals beside itself: the plain values in it. */
function membersOf(value: JSONValue): JSONValue[] {
  return Array.isArray(value) ? value.filter((item) => typeof item !== "object") : [];
}

function order(value: JSONValue, operand: JSONValue, isDate: boolean): "before" | "same" | "after" | "none" {
  if (isDate) {
    const instant = String(value);
    // Every stored date is in the one form whose strings sort as the instants do.
    const day = /^\d{4}-\d\d-\d\d$/.test(String(operand));
    const zoned = /Z|\+/.test(String(operand).slice(10)) ? String(operand) : `${String(operand)}Z`;
    if (day ? instant.startsWith(String(operand)) : instant === new Date(zoned).toISOString()) return "same";
    return instant < (day ? String(operand) : new Date(zoned).toISOString()) ? "before" : "after";
  }
  if (typeof value === "number" && typeof operand === "number") {
    return value === operand ? "same" : value < operand ? "before" : "after";
  }
  if (typeof value === "string" && typeof operand === "string") {
    return value === operand ? "same" : value < operand ? "before" : "after";
  }
  return "none";
}

/** JSON with the keys in order. */
function canonical(value: JSONValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${entries.sort().join()}}`;
}

// ──

test("a filter holds for exactly the memories for which a plain reading of it holds", () => {
  let held = 0;
  fc.assert(
    fc.property(filter, record, (filter, record) => {
      const expected = holds(filter, record);
      if (expected && Object.keys(filter).length > 0) held++;
      expect(compileFilter(filter)(record)).toBe(expected);
    }),
    { numRuns: 4_000 },
  );
  // The generators are worth something only while both outcomes are common.
  expect(held).toBeGreaterThan(200);
});

test("INV-8: the scope that is split off and the rest mean together what the filter meant", () => {
  fc.assert(
    fc.property(filter, record, (filter, record) => {
      const before = JSON.stringify(filter);
      const { scope, rest } = splitScope(filter);
      const inScope = Object.entries(scope).every(([id, wanted]) => record.scope[id as keyof Scope] === wanted);
      expect(inScope && (rest === null || compileFilter(rest)(record))).toBe(holds(filter, record));
      expect(JSON.stringify(filter)).toBe(before);
    }),
    { numRuns: 4_000 },
  );
});

test("INV-8: the scopes that are chosen and what is asked of each memory mean together what the filter meant", () => {
  let left = 0;
  fc.assert(
    fc.property(filter, record, (filter, record) => {
      const { scopeFilter, filter: rest } = scopePartOf(filter);
      const isChosen = scopeFilter === null || compileScopeFilter(scopeFilter)(record.scope);
      expect(isChosen && (rest === null || compileFilter(rest)(record))).toBe(holds(filter, record));
      if (!isChosen) left++;
    }),
    { numRuns: 4_000 },
  );
  expect(left).toBeGreaterThan(200);
});

test("INV-8: a filter over scope ids alone chooses exactly the scopes for which it holds", () => {
  const id = fc.tuple(
    fc.constantFrom("userId", "user_id", "agent_id"),
    fc.oneof(fc.constantFrom(...IDS, "*"), condition),
  );
  const { only } = fc.letrec<{ only: Filter }>((tie) => {
    const list = fc.array(tie("only"), { maxLength: 3 });
    const entry = fc.oneof({ maxDepth: 4 }, id, fc.tuple(fc.constantFrom("AND", "OR", "NOT"), list));
    return { only: fc.array(entry, { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as Filter) };
  });
  fc.assert(
    fc.property(only, record, (only, record) => {
      const { scopeFilter } = scopePartOf(only);
      expect(scopeFilter === null || compileScopeFilter(scopeFilter)(record.scope)).toBe(holds(only, record));
    }),
    { numRuns: 4_000 },
  );
});

test("INV-8: a read that what has no scope id could pass is refused, whatever else it says", () => {
  let taken = 0;
  fc.assert(
    fc.property(filter, record, (filters, record) => {
      const nowhere = { ...record, scope: {} };
      try {
        toQuery({ filters }, "search");
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
        return;
      }
      taken++;
      expect(holds(filters, nowhere)).toBe(false);
    }),
    { numRuns: 4_000 },
  );
  expect(taken).toBeGreaterThan(200);
});

test("any JSON as a filter either works or is refused with InvalidInputError", () => {
  const key = fc.oneof(
    fc.constantFrom(...KEYS, "AND", "OR", "NOT", "$or", "userId", "createdAt", "eq", "in", "gt"),
    fc.string(),
  );
  const { json } = fc.letrec<{ json: JSONValue }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 6 },
      fc.oneof(scalar, date, fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<JSONValue>),
      fc.array(tie("json"), { maxLength: 3 }),
      objectOf(key, tie("json")),
    ),
  }));
  const outcome = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
    }
  };
  fc.assert(
    fc.property(json, record, (json, record) => {
      outcome(() => expect(compileFilter(json as Filter)(record)).toBeTypeOf("boolean"));
      outcome(() => splitScope(json as Filter));
      outcome(() => toQuery({ filters: json }, "search"));
    }),
    { numRuns: 4_000 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test("NOT is the opposite, ne of eq and nin of in, for any metadata", () => {
  const metadata = objectOf(ownKey, value) as fc.Arbitrary<JSONObject>;
  fc.assert(
    fc.property(fc.constantFrom(...KEYS), value, metadata, record, filter, (key, operand, metadata, record, filter) => {
      const subject = { ...record, metadata };
      const of = (some: Filter): boolean => compileFilter(some)(subject);
      const on = (condition: JSONObject): boolean => of(Object.fromEntries([[key, condition]]) as Filter);
      expect(of({ NOT: filter })).toBe(!of(filter));
      expect(on({ ne: operand })).toBe(!on({ eq: operand }));
      expect(on({ nin: [operand] })).toBe(!on({ in: [operand] }));
      expect(on({ in: [operand] })).toBe(on({ eq: operand }));
    }),
  );
});

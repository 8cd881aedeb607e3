import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../../src/errors.ts";
import { compileFilter } from "../../../src/search/filter.ts";
import { splitScope } from "../../../src/search/split-scope.ts";
import type { Filter } from "../../../src/filter-types.ts";
import type { JSONObject, MemoryRecord } from "../../../src/types.ts";

function record(metadata: JSONObject = {}, more: Partial<MemoryRecord> = {}): MemoryRecord {
  return {
    id: "m1",
    memory: "User drinks Green tea",
    scope: { userId: "alex", runId: "r1" },
    scopeKey: "k",
    hash: "h",
    metadata,
    createdAt: "2026-11-22T10:00:00.000Z",
    updatedAt: "2026-11-23T00:00:00.000Z",
    rev: 1,
    seq: 1,
    order: 1,
    createdSeq: 1,
    opId: "o",
    origin: "app",
    ...more,
  };
}

/** What JavaScript callers and mem0 users may write, whatever the types say. */
const matches = (filter: unknown, subject: MemoryRecord): boolean => compileFilter(filter as Filter)(subject);
const refusal = (filter: unknown): string => {
  try {
    compileFilter(filter as Filter);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
  return "accepted";
};

describe("operators", () => {
  const five = record({ p: 5, s: "b", none: null, list: ["x", "Yes", 3], object: { a: 1, b: [2] } });

  test.each<[Filter, boolean]>([
    [{ p: 5 }, true],
    [{ p: "5" }, false],
    [{ p: { eq: 5 } }, true],
    [{ p: { ne: 5 } }, false],
    [{ p: { ne: "5" } }, true],
    [{ p: { gt: 4 } }, true],
    [{ p: { gt: 5 } }, false],
    [{ p: { gte: 5 } }, true],
    [{ p: { lt: 5 } }, false],
    [{ p: { lte: 5 } }, true],
    [{ p: { gt: "4" } }, false],
    [{ s: { gt: "a", lt: "c" } }, true],
    [{ s: { gt: 1 } }, false],
    [{ p: { in: [4, 5] } }, true],
    [{ p: [4, 5] }, true],
    [{ p: [] }, false],
    [{ p: { nin: [4, 5] } }, false],
    [{ p: { nin: [] } }, true],
    [{ list: { contains: "x" } }, true],
    [{ list: { contains: 3 } }, true],
    [{ list: { contains: "yes" } }, false],
    [{ list: { icontains: "yes" } }, true],
    [{ list: { icontains: "ye" } }, false],
    [{ memory: { contains: "Green" } }, true],
    [{ memory: { contains: "green" } }, false],
    [{ memory: { icontains: "GREEN" } }, true],
    [{ p: { contains: "5" } }, false],
    [{ list: { eq: ["x", "Yes", 3] } }, true],
    [{ list: { eq: ["Yes", "x", 3] } }, false],
    [{ object: { eq: { b: [2], a: 1 } } }, true],
    [{ object: { eq: { a: 1 } } }, false],
    [{ object: [{ a: 1, b: [2] }] }, true],
  ])("%j gives %j", (filter, expected) => {
    expect(matches(filter, five)).toBe(expected);
  });

  test("a list equals each plain value that it holds, as mem0's docs teach it for categories; a list is compared whole", () => {
    const subject = record({ tags: ["x", 3, null, ["y"]] }, { categories: ["food", "user_preferences"] });
    const matching = ["food", ["food", "travel"], { eq: "food" }, { in: ["travel", "food"] }, { ne: "travel" }];
    for (const categories of [...matching, { nin: ["travel"] }, { eq: ["food", "user_preferences"] }, "*"]) {
      expect(matches({ categories }, subject), JSON.stringify(categories)).toBe(true);
    }
    const others = [
      "foo",
      ["travel"],
      { ne: "food" },
      { nin: ["travel", "food"] },
      { eq: ["food"] },
      { in: [["food"]] },
    ];
    for (const categories of others) expect(matches({ categories }, subject), JSON.stringify(categories)).toBe(false);
    const held = (tags: unknown): boolean => matches({ tags }, subject);
    expect(["x", 3].map(held)).toEqual([true, true]);
    expect(["3", null, "y", { eq: ["y"] }, [null]].some(held)).toBe(false);
  });

  test("several on one key must all hold, and several conditions on one key in an AND too", () => {
    const between = [1, 2, 3].map((p) => matches({ p: { gte: 2, lte: 2 } }, record({ p })));
    const and = [1, 2, 3].map((p) => matches({ AND: [{ p: { gte: 2 } }, { p: { lte: 2 } }] }, record({ p })));
    expect([between, and]).toEqual([
      [false, true, false],
      [false, true, false],
    ]);
  });

  test('"*" is any value but null', () => {
    const all = { p: 0, list: [], none: null } as const;
    expect(
      ["p", "list", "none", "missing"].map((key) => matches({ [key]: "*" }, record({ ...all, list: [] }))),
    ).toEqual([true, true, false, false]);
    expect(matches({ p: { eq: "*" } }, record({ p: 5 }))).toBe(false);
  });

  test("a missing value is null: eq null, ne and nin match it, ordering and contains never do", () => {
    const matching = [null, { eq: null }, { ne: 1 }, { nin: [1] }, [null]];
    const others = [{ gt: -1 }, { gte: 0 }, { lt: 9 }, { lte: 9 }, { lt: "z" }, { gte: "" }, { contains: "" }];
    for (const subject of [record({ p: null }), record()]) {
      for (const p of matching) expect(matches({ p }, subject), JSON.stringify(p)).toBe(true);
      for (const p of [...others, { ne: null }, { nin: [null] }]) {
        expect(matches({ p }, subject), JSON.stringify(p)).toBe(false);
      }
    }
  });
});

describe("AND, OR and NOT", () => {
  const subject = record({ a: 1, b: 2 });

  test("nest freely, and flat keys beside them must hold as well", () => {
    expect(matches({ AND: [{ OR: [{ a: 9 }, { b: 2 }] }, { NOT: [{ a: 2 }] }], a: 1 }, subject)).toBe(true);
    expect(matches({ AND: [{ OR: [{ a: 9 }, { b: 2 }] }], a: 2 }, subject)).toBe(false);
  });

  test("NOT takes one filter or a list of which none may hold", () => {
    expect([{ NOT: { a: 2 } }, { NOT: [{ a: 2 }, { b: 2 }] }].map((filter) => matches(filter, subject))).toEqual([
      true,
      false,
    ]);
  });

  test("empty lists: AND and NOT match everything, OR nothing", () => {
    expect([{}, { AND: [] }, { NOT: [] }, { OR: [] }].map((filter) => matches(filter, subject))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("keys", () => {
  test("scope ids and fields are known in both spellings", () => {
    const subject = record({}, { actor: "Ann", attributedTo: "user" });
    for (const filter of [
      { userId: "alex" },
      { user_id: "alex", run_id: "r1", agent_id: null, app_id: null },
      { id: "m1", actor: "Ann", attributedTo: "user", attributed_to: "user" },
      { created_at: "2026-11-22", createdAt: "2026-11-22" },
    ]) {
      expect(matches(filter, subject), JSON.stringify(filter)).toBe(true);
    }
    expect(matches({ userId: "sam" }, subject)).toBe(false);
  });

  test("anything else is a path into the metadata, with or without the prefix", () => {
    const subject = record({ trip: { city: "Kyoto" }, userId: "other", "dotted.key": 1, or: 2 });
    for (const filter of [
      { "trip.city": "Kyoto" },
      { "metadata.trip.city": "Kyoto" },
      { "metadata.userId": "other", userId: "alex" },
      { "dotted.key": 1 },
      { "metadata.or": 2 },
      { "trip.city.length": null },
    ]) {
      expect(matches(filter, subject), JSON.stringify(filter)).toBe(true);
    }
  });

  test("prototypes are not read", () => {
    for (const key of ["__proto__", "constructor", "toString", "constructor.name", "list.length", "list.0"]) {
      expect(matches({ [key]: "*" }, record({ list: [1] })), key).toBe(false);
    }
    const own = JSON.parse('{"__proto__": {"x": 1}}') as JSONObject;
    expect(matches(JSON.parse('{"__proto__": {"eq": {"x": 1}}}'), record(own))).toBe(true);
    expect(matches({ "__proto__.x": 1 }, record(own))).toBe(true);
  });
});

describe("dates", () => {
  const of = (condition: unknown): boolean => matches({ createdAt: condition }, record());

  test("are compared as instants, in any offset", () => {
    expect(of("2026-11-22T12:00:00+02:00")).toBe(true);
    expect(of({ gt: "2026-11-22T11:59+02:00", lt: "2026-11-22T10:00:00.001Z" })).toBe(true);
    expect(of({ gt: "2026-11-22T10:00:00Z" })).toBe(false);
    expect(of({ in: ["2020-01-01", "2026-11-22T10:00"] })).toBe(true);
  });

  test("a day without a time is the whole day in UTC", () => {
    expect([{ eq: "2026-11-22" }, { gte: "2026-11-22" }, { lte: "2026-11-22" }, { gt: "2026-11-21" }].map(of)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([{ ne: "2026-11-22" }, { gt: "2026-11-22" }, { lt: "2026-11-22" }, { nin: ["2026-11-22"] }].map(of)).toEqual(
      [false, false, false, false],
    );
    expect(matches({ updatedAt: "2026-11-22" }, record())).toBe(false);
  });

  test("are never null", () => {
    expect([of(null), of({ ne: null }), of("*")]).toEqual([false, true, true]);
  });

  test.each(["yesterday", "2026-02-30", "2026", "2026-11-22T25:00Z", "", 1795341600000, true, new Date(0)])(
    "%j is refused as a date",
    (value) => {
      expect(refusal({ createdAt: { gte: value } })).toMatch(/ISO dates|not JSON/);
    },
  );
});

describe("refusals", () => {
  test("a time of two ends is told by their names, in either spelling", () => {
    expect(refusal({ eventTime: "2026-01-01" })).toContain("eventFrom and eventTo");
    expect(refusal({ event_time: { gte: "2026-01-01" } })).toContain('"metadata.event_time"');
    expect(refusal({ "metadata.eventTime": "noon" })).toBe("accepted");
  });

  test("an unknown operator is named and the known ones are listed", () => {
    const message = refusal({ age: { gte2: 1 } });
    expect(message).toContain('"gte2"');
    expect(message).toContain("eq, ne, gt, gte, lt, lte, in, nin, contains, icontains");
    expect(refusal({ trip: { city: "Kyoto" } })).toContain('"trip.city"');
    expect(refusal({ age: { eq: 1, toString: 2 } })).toContain("unknown operator");
  });

  test.each(["$and", "$or", "and", "or", "not", "Or", "$gt"])("%s is no metadata key", (key) => {
    expect(refusal({ [key]: [{ a: 1 }] })).toContain(`"${key}"`);
  });

  test.each([
    null,
    [],
    "x",
    { AND: {} },
    { OR: "x" },
    { AND: [1] },
    { NOT: null },
    { AND: undefined },
    { a: {} },
    { a: { in: 1 } },
    { a: { nin: {} } },
    { a: { gt: null } },
    { a: { lte: [1] } },
    { a: { icontains: 1 } },
    { a: () => 1 },
    { a: NaN },
    { a: { eq: [new Map()] } },
    { a: 1n },
  ])("case %#: a filter of the wrong shape", (filter) => {
    expect(refusal(filter)).not.toBe("accepted");
  });

  test("INV-8: an undefined value is refused, for it would widen the search", () => {
    expect(refusal({ userId: undefined })).not.toBe("accepted");
    expect(refusal({ a: { eq: undefined } })).not.toBe("accepted");
  });

  test("32 levels and 1,000 conditions are enough, more are too many", () => {
    const nested = (depth: number): Filter => (depth === 1 ? { a: 1 } : { NOT: nested(depth - 1) });
    const wide = (count: number): Filter => ({ OR: Array.from({ length: count }, (_, a) => ({ a })) });
    expect([refusal(nested(32)), refusal(wide(1_000))]).toEqual(["accepted", "accepted"]);
    expect(refusal(nested(33))).toContain("32 levels");
    expect(refusal(wide(1_001))).toContain("1000 conditions");
  });

  test("a small filter that holds itself many times over, or that never ends, is refused in time", () => {
    let filter: Filter = { a: 1 };
    for (let i = 0; i < 25; i++) filter = { AND: [filter, filter] };
    expect(refusal(filter)).toContain("at most");
    expect(() => splitScope(filter)).toThrow(InvalidInputError);
    const endless: Filter = {};
    endless.AND = [endless];
    expect(refusal(endless)).toContain("levels");
    const list: unknown[] = [];
    list.push(list);
    expect(refusal({ a: list })).toContain("levels");
  });
});

describe("splitScope", () => {
  test("takes the ids at the top and in ANDs of the top, in both spellings", () => {
    const filter = { user_id: "alex", AND: [{ agentId: { eq: "a" }, p: 1 }, { AND: [{ run_id: "r" }] }], q: 2 };
    expect(splitScope(filter)).toEqual({
      scope: { userId: "alex", agentId: "a", runId: "r" },
      rest: { AND: [{ p: 1 }], q: 2 },
    });
    expect(splitScope({ app_id: "x" })).toEqual({ scope: { appId: "x" }, rest: null });
  });

  test("leaves ids where they need not hold, and those that are not one id", () => {
    const filter: Filter = { OR: [{ user_id: "a" }], NOT: { userId: "b" }, agent_id: "*", run_id: ["x"] };
    expect(splitScope(filter)).toEqual({ scope: {}, rest: filter });
  });

  test("INV-8: of two ids for one key the second stays, so that nothing matches both", () => {
    const { scope, rest } = splitScope({ userId: "alex", AND: [{ user_id: "sam" }] });
    expect(scope).toEqual({ userId: "alex" });
    expect(matches(rest, record())).toBe(false);
    expect(splitScope({ userId: "alex", user_id: "alex" })).toEqual({ scope: { userId: "alex" }, rest: null });
  });

  test("does not change the filter, and keeps the key __proto__ a key", () => {
    const filter = JSON.parse('{"user_id": "alex", "__proto__": {"eq": 1}}') as Filter;
    const before = JSON.stringify(filter);
    expect(JSON.stringify(splitScope(filter).rest)).toBe('{"__proto__":{"eq":1}}');
    expect(JSON.stringify(filter)).toBe(before);
  });

  test.each([null, 1, "x", [], { AND: [null] }])("case %#: refuses what is no filter", (filter) => {
    expect(() => splitScope(filter as unknown as Filter)).toThrow(InvalidInputError);
  });
});

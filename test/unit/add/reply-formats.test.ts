import { describe, expect, test } from "vitest";
import { ReplyProblem } from "../../../src/add/parse-reply.ts";
import { EXTRACT_SCHEMA, extractSchema, validateExtract } from "../../../src/add/reply-extract.ts";
import { RESOLVE_SCHEMA, validateResolve, type ResolveReply } from "../../../src/add/reply-resolve.ts";
import { MAX_ITEMS, MAX_TEXT_LENGTH } from "../../../src/add/reply-text.ts";

const texts = (value: unknown): string[] => validateExtract(value).facts.map((fact) => fact.text);

describe("validateExtract", () => {
  test("takes facts as objects and strings, under any of the keys models use", () => {
    const facts = [{ text: "a" }, { fact: "b" }, { memory: "c" }, { Content: "d" }, "e"];
    expect(texts({ facts })).toEqual(["a", "b", "c", "d", "e"]);
    expect(texts(facts)).toEqual(["a", "b", "c", "d", "e"]);
    expect(texts({ Facts: { text: "a" } })).toEqual(["a"]);
    expect(texts({ memories: ["a"] })).toEqual(["a"]);
  });

  test("finds the list below other keys, but not two of them", () => {
    expect(texts({ result: { data: { facts: ["a"] } } })).toEqual(["a"]);
    expect(texts({ result: { facts: [] } })).toEqual([]);
    expect(() => texts({ a: { facts: ["a"] }, b: { facts: [] } })).toThrow(ReplyProblem);
  });

  test("makes one line of each text, and keeps equal ones once", () => {
    expect(texts(["  User\n likes \u0007tea ", "User likes tea", "", "User has 🐕 and \ud83d"])).toEqual([
      "User likes tea",
      "User has 🐕 and \uFFFD",
    ]);
  });

  test("refuses too many or too long facts instead of cutting them", () => {
    const long = "x".repeat(MAX_TEXT_LENGTH);
    expect(texts([long])).toEqual([long]);
    expect(() => texts([`${long}x`])).toThrow(/longer than 2000/);
    expect(() => texts(Array.from({ length: MAX_ITEMS + 1 }, (_, i) => `fact ${i}`))).toThrow(/more than 200/);
  });

  test.each([[null], [7], ["text"], [{}], [{ facts: null }], [{ facts: {} }], [[7]], [[null]], [{ memories: [] }]])(
    "never takes %j for an empty answer",
    (value) => {
      expect(() => validateExtract(value)).toThrow(ReplyProblem);
    },
  );
});

const resolve = (decisions: unknown, facts = 1, ids = 2): ResolveReply =>
  validateResolve({ decisions }, { facts, ids });

describe("validateResolve", () => {
  test("reads numbers as strings, ids as numbers, and event names in any case", () => {
    const { decisions, dropped } = resolve(
      [
        { fact: "0", event: "update", id: 1, text: "User lives in Hamburg", reason: "moved" },
        { fact: 1, event: "NOOP", id: "#0" },
        { fact: 2, event: "No change", id: null },
        { fact: 3, action: "Add", id: "17", text: null },
        { fact: 4, event: "remove", id: "[2]" },
      ],
      5,
      3,
    );
    expect(decisions).toEqual([
      { fact: 0, event: "UPDATE", id: "1", text: "User lives in Hamburg", reason: "moved" },
      { fact: 1, event: "NONE", id: "0" },
      { fact: 2, event: "NONE" },
      { fact: 3, event: "ADD" },
      { fact: 4, event: "DELETE", id: "2" },
    ]);
    expect(dropped).toEqual([]);
  });

  test("leaves the text of an UPDATE without one to the fact itself", () => {
    expect(resolve([{ fact: 0, event: "UPDATE", id: "0", text: "" }]).decisions).toEqual([
      { fact: 0, event: "UPDATE", id: "0" },
    ]);
  });

  test.each([
    [{ fact: 0, event: "UPDATE", id: "2" }, "UPDATE for fact 0 names an id that is not in the list"],
    [{ fact: 0, event: "DELETE", id: "3f2a-uuid" }, "DELETE for fact 0 names an id that is not in the list"],
    [{ fact: 0, event: "NONE", id: -1 }, "NONE for fact 0 names an id that is not in the list"],
    [{ fact: 0, event: "DELETE" }, "DELETE for fact 0 has no id"],
    [{ fact: 0, event: "UPDATE", id: "null" }, "UPDATE for fact 0 has no id"],
  ])("drops %j and reports it", (decision, reason) => {
    expect(resolve([decision])).toEqual({ decisions: [], dropped: [{ fact: 0, reason }] });
  });

  test("drops a decision for a fact that was not shown", () => {
    const { decisions, dropped } = resolve([
      { fact: 0, event: "ADD" },
      { fact: 1, event: "ADD" },
    ]);
    expect(decisions).toHaveLength(1);
    expect(dropped).toEqual([{ reason: "A decision is for a fact that does not exist" }]);
  });

  test("reports facts that the model said nothing usable about as missing", () => {
    expect(() => resolve([{ fact: 0, event: "ADD" }], 3)).toThrow(/no decision for fact 1, 2/);
    expect(() => resolve([{ fact: 0, event: "MAYBE" }])).toThrow(/must be ADD, UPDATE, DELETE or NONE/);
    expect(() => resolve([{ fact: 1, event: "ADD" }])).toThrow(/no decision for fact 0/);
    expect(() => resolve([])).toThrow(ReplyProblem);
  });

  test("knows the only fact without its number", () => {
    expect(resolve([{ event: "ADD" }]).decisions).toEqual([{ fact: 0, event: "ADD" }]);
  });

  test("cuts a long reason, which is only information, and refuses a long text", () => {
    const reason = "because ".repeat(100);
    expect(resolve([{ fact: 0, event: "ADD", reason }]).decisions[0]?.reason?.length).toBeLessThanOrEqual(300);
    expect(() => resolve([{ fact: 0, event: "ADD", text: "x".repeat(MAX_TEXT_LENGTH + 1) }])).toThrow(ReplyProblem);
  });

  test.each([[null], [{}], [{ decisions: "none" }], [{ decisions: null }], [7]])("refuses %j", (value) => {
    expect(() => validateResolve(value, { facts: 1, ids: 1 })).toThrow(ReplyProblem);
  });
});

describe("several decisions", () => {
  const events = (reply: ResolveReply): string[] =>
    reply.decisions.map(({ fact, event, id }) => `${fact} ${event} ${id ?? "-"}`);

  test("for one fact may update one memory and delete another", () => {
    const reply = resolve([
      { fact: 0, event: "DELETE", id: "1" },
      { fact: 0, event: "UPDATE", id: "0" },
    ]);
    expect(events(reply)).toEqual(["0 DELETE 1", "0 UPDATE 0"]);
    expect(reply.dropped).toEqual([]);
  });

  test("for one fact may add a part and update with another", () => {
    const decisions = [
      { fact: 0, event: "UPDATE", id: "0", text: "a" },
      { fact: 0, event: "ADD", text: "b" },
    ];
    expect(events(resolve(decisions))).toEqual(["0 UPDATE 0", "0 ADD -"]);
  });

  test("supersede and never erase: an UPDATE wins over a DELETE of the same memory, from whichever fact", () => {
    const one = resolve([
      { fact: 0, event: "DELETE", id: "0" },
      { fact: 0, event: "UPDATE", id: "0" },
    ]);
    expect(events(one)).toEqual(["0 UPDATE 0"]);
    expect(one.dropped).toHaveLength(1);
    const two = resolve(
      [
        { fact: 0, event: "DELETE", id: "0" },
        { fact: 1, event: "UPDATE", id: "0" },
      ],
      2,
    );
    expect(events(two)).toEqual(["1 UPDATE 0"]);
    expect(two.dropped).toHaveLength(1);
  });

  test("for one fact store its text only once", () => {
    const reply = resolve([
      { fact: 0, event: "ADD" },
      { fact: 0, event: "UPDATE", id: "0" },
      { fact: 0, event: "NONE", id: "1" },
    ]);
    expect(events(reply)).toEqual(["0 UPDATE 0"]);
    expect(reply.dropped).toHaveLength(2);
  });

  test("with the same change of one memory become one change", () => {
    const change = { event: "UPDATE", id: "0", text: "User likes tea and coffee" };
    const reply = resolve(
      [
        { fact: 0, ...change },
        { fact: 1, ...change },
      ],
      2,
    );
    expect(reply.decisions).toEqual([
      { fact: 0, ...change },
      { fact: 1, event: "NONE", id: "0" },
    ]);
  });

  test("with different changes of one memory do not overwrite each other", () => {
    const reply = resolve(
      [
        { fact: 0, event: "UPDATE", id: "0" },
        { fact: 1, event: "UPDATE", id: "0" },
      ],
      2,
    );
    expect(events(reply)).toEqual(["0 UPDATE 0"]);
    expect(reply.dropped).toEqual([
      { fact: 1, reason: "Facts 0 and 1 change the same memory: put both into one UPDATE" },
    ]);
  });
});

interface Strict {
  items: { properties: object; required: string[]; additionalProperties: boolean };
}

test("the schemas are closed and require every key, as strict decoders want it", () => {
  const everything = extractSchema({ from: true, categories: ["food"], graph: true, data: { type: "object" } });
  for (const schema of [EXTRACT_SCHEMA, everything, RESOLVE_SCHEMA]) {
    const { properties, additionalProperties } = schema as unknown as { [key: string]: Record<string, Strict> };
    const { items } = Object.values(properties!)[0]!;
    expect([additionalProperties, items.additionalProperties]).toEqual([false, false]);
    expect(items.required).toEqual(Object.keys(items.properties));
  }
});

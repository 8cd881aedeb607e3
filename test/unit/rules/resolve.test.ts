import { describe, expect, it } from "vitest";
import type { Neighbor } from "../../../src/engine/engine.ts";
import { extractByRules, hintsFor, resolveByRules, slotOf } from "../../../src/add/rules/index.ts";

const known = (...memories: string[]): Neighbor[] =>
  memories.map((memory, at) => ({
    id: `m${at}`,
    memory,
    rev: 1,
    order: at + 1,
    updatedAt: "2026-01-01T00:00:00.000Z",
    similarity: 0.4,
    overlap: 0.4,
    exact: false,
  }));

/** What becomes of `text` where `memories` are known: "ADD", "UPDATE m0" … */
function outcome(text: string, ...memories: string[]): string {
  const [decision] = resolveByRules([{ text, neighbors: known(...memories) }]);
  if (decision === undefined) return "nothing";
  return decision.event === "ADD" ? "ADD" : `${decision.event} ${decision.id}`;
}

describe("resolution by rules", () => {
  it.each([
    ["User moved to Hamburg", "User lives in Berlin"],
    ["User lives in Hamburg now", "Lives in Berlin"],
    ["User hates Chinese food now", "User loved Chinese food"],
    ["User doesn't love pizza", "User loves pizza"],
    ["User is vegan", "User is a vegetarian"],
    ["User's favorite color is green", "User's favourite color is blue"],
    ["User joined Globex", "User works at Acme"],
    ["User works as a nurse at Charité", "User works as a nurse at St. Mary"],
    ["User is 35", "User is 34 years old"],
    ["User got divorced", "User is married"],
    ["User has three cats", "User has two cats"],
    ["User decided to use MySQL", "User decided to use Postgres"],
    ["User prefers coffee over tea", "User prefers tea over coffee"],
    ["User lives in Berlin, Germany", "User lives in Berlin"],
    ["Bob hates tea", "Bob loves tea"],
    ["User is at Square", "User's company is Stripe"],
    ["User decided to use MySQL instead of Postgres", "User is going to use Postgres"],
    ["User doesn't have any siblings", "User has two siblings"],
  ])("replaces with %j what was %j", (fact, memory) => {
    expect(outcome(fact, memory)).toBe("UPDATE m0");
  });

  it.each([
    ["User is not vegetarian any more", "User is vegetarian"],
    ["User doesn't live in Berlin any more", "User lives in Berlin"],
    ["User doesn't have a car any more", "User has a car"],
    ["User no longer has a dog", "User has a dog"],
    ["User stopped smoking", "User smokes"],
  ])("keeps the retraction %j as the new text of %j, and deletes nothing", (fact, memory) => {
    const [decision] = resolveByRules([{ text: fact, neighbors: known(memory) }]);
    expect(decision).toMatchObject({ event: "UPDATE", id: "m0", text: fact });
  });

  it.each([
    ["User doesn't love pizza", "User hates pizza"],
    ["User doesn't hate pizza", "User loves pizza"],
    ["User is not vegan", "User is vegetarian"],
    ["User doesn't live in Munich", "User lives in Berlin"],
  ])("does not take the negation %j for the opposite of %j", (fact, memory) => {
    expect(outcome(fact, memory)).toBe("ADD");
  });

  it.each([
    ["User's sister lives in Berlin", "User lives in Hamburg"],
    ["User lives in Hamburg", "User's sister lives in Berlin"],
    ["Bob loves tea", "Alice hates tea"],
    ["User loves tea", "User hates coffee"],
    ["User moved to TypeScript", "User lives in Berlin"],
    ["User moved to a new flat", "User lives in Berlin"],
    ["User used to live in Paris", "User lives in Berlin"],
    ["User's job is stressful", "User works as a nurse"],
    ["User has a dog named Max", "User has a dog named Rex"],
    ["User is a runner", "User works as a nurse"],
    ["User's car is in the shop", "User's car is a Honda"],
    ["User lives in fear", "User lives in Berlin"],
    ["User lives in York", "It rained in Berlin; nobody lives there"],
  ])("lets %j stand beside %j", (fact, memory) => {
    expect(outcome(fact, memory)).toBe("ADD");
  });

  it.each([
    ["User moved to Hamburg last month", "User lives in Hamburg"],
    ["User lives in Berlin", "User lives in Berlin, Germany"],
    ["User loves running", "User likes to run"],
    ["User has 2 cats", "User has two cats"],
    ["User loves TEA", "The user loves tea."],
    ["User visited Japan", "user visited japan!"],
  ])("sees that %j is known from %j", (fact, memory) => {
    expect(outcome(fact, memory)).toBe("NONE m0");
  });

  it("knows New York from York", () => {
    expect(outcome("User lives in York", "User lives in New York")).toBe("UPDATE m0");
  });

  it("prefers the memory that says it over one that it would replace", () => {
    expect(outcome("User lives in Hamburg", "User lives in Berlin", "User lives in Hamburg")).toBe("NONE m1");
  });

  it("replaces the newest of several", () => {
    expect(outcome("User lives in Rome", "User lives in Berlin", "User lives in Hamburg")).toBe("UPDATE m1");
  });

  it("tells the old and the new value", () => {
    const [decision] = resolveByRules([{ text: "User moved to Hamburg", neighbors: known("User lives in Berlin") }]);
    expect(decision?.reason).toBe('rules: newer value for residence ("Berlin" → "Hamburg")');
  });

  it("lets the later of two facts of one call win", () => {
    const decisions = resolveByRules([
      { text: "User loved Chinese food", neighbors: [] },
      { text: "User hates Chinese food now", neighbors: [] },
    ]);
    expect(decisions.map(({ event, text }) => [event, text])).toEqual([
      ["NONE", "User loved Chinese food"],
      ["ADD", "User hates Chinese food now"],
    ]);
  });

  it("changes no memory twice in one call", () => {
    const neighbors = known("User lives in Berlin");
    const decisions = resolveByRules([
      { text: "User moved to Hamburg", neighbors },
      { text: "User moved to Munich", neighbors },
    ]);
    expect(decisions.map(({ event }) => event)).toEqual(["NONE", "UPDATE"]);
    expect(decisions[1]).toMatchObject({ id: "m0", text: "User moved to Munich" });
  });

  it("keeps the new value whether the old one is taken back before or after it", () => {
    const neighbors = known("User lives in Berlin");
    const gone = { text: "User doesn't live in Berlin any more", neighbors };
    const now = { text: "User lives in Hamburg", neighbors };
    expect(resolveByRules([gone, now]).map(({ event }) => event)).toEqual(["NONE", "UPDATE"]);
    expect(resolveByRules([now, gone]).map(({ event }) => event)).toEqual(["UPDATE", "ADD"]);
  });

  it("replaces a stored memory that only the later fact found", () => {
    const decisions = resolveByRules([
      { text: "User moved to Hamburg", neighbors: [] },
      { text: "User moved to Munich", neighbors: known("User lives in Berlin") },
    ]);
    expect(decisions.map(({ event }) => event)).toEqual(["NONE", "UPDATE"]);
  });

  it("takes what it said once as known", () => {
    for (const say of ["I live in Berlin and work as a chef", "I hate cilantro because it tastes like soap"]) {
      for (const { text } of extractByRules([{ role: "user", content: say }])) {
        expect(outcome(text, text)).toBe("NONE m0");
      }
    }
  });
});

describe("slots", () => {
  it("reads the first person like the third", () => {
    expect(slotOf("I moved to Hamburg")).toEqual(slotOf("User lives in Hamburg"));
    expect(slotOf("My name is Tommy")).toEqual(slotOf("The user's name is Tommy."));
  });

  it("reads statements without a subject as the user's", () => {
    expect(slotOf("Lives in Hamburg")?.subject).toBe("user");
    expect(slotOf("Name is Tommy")).toMatchObject({ attribute: "name", object: "Tommy" });
  });

  it("keeps hating apart from not loving", () => {
    expect(slotOf("User hates pizza")).toMatchObject({ object: "dislike", polarity: "positive" });
    expect(slotOf("User doesn't love pizza")).toMatchObject({ object: "like", polarity: "negative" });
  });

  it("has none for what it cannot read", () => {
    for (const text of ["", "Berlin", "Everything is fine", "Not a word about __proto__", "他住在柏林"]) {
      expect(slotOf(text)).toBeNull();
    }
  });
});

describe("hints", () => {
  it("names the other words of an attribute", () => {
    expect(hintsFor("User moved to Hamburg")).toEqual(["lives in", "based in", "home"]);
    expect(hintsFor("User's name is Tommy")).toEqual(["called", "goes by"]);
    expect(hintsFor("User hates pizza")).toContain("loves");
  });

  it("has none for a statement without a slot", () => {
    expect(hintsFor("User visited Japan")).toEqual([]);
  });
});

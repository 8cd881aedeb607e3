import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Neighbor } from "../../src/engine/engine.ts";
import { extractByRules, hintsFor, resolveByRules, slotOf } from "../../src/add/rules/index.ts";
import type { Message } from "../../src/types.ts";
import { heldOut, tune } from "../fixtures/rules-probe.ts";

const words =
  `I I'm i’m we my not don't love hate live in Berlin Hamburg moved to a an the dog and but . , ? ! ; " ' \` >
  never no longer any more name is Tommy wife user User User's lives has __proto__ constructor toString \n 😀 ÿ`.split(
    / +/,
  );
/** Anything, and things that look like what the rules look for. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((some) => some.join(" ")),
  fc.constantFrom(...tune, ...heldOut).map(({ say }) => say),
);
const message: fc.Arbitrary<Message> = fc
  .record({ content: text, name: fc.option(fc.oneof(text, fc.constantFrom("__proto__", "Bob")), { nil: undefined }) })
  .map(({ content, name }) => ({ role: "user", content, ...(name !== undefined && { name }) }));
const neighbor: fc.Arbitrary<Neighbor> = fc.record({
  id: fc.uuid(),
  memory: text,
  rev: fc.nat(),
  order: fc.nat(),
  updatedAt: fc.constant("2026-01-01T00:00:00.000Z"),
  similarity: fc.double({ min: -1, max: 1, noNaN: true }),
  overlap: fc.double({ min: 0, max: 1, noNaN: true }),
  exact: fc.boolean(),
});
/** Statements that meet in few slots, so that facts of one call contend for the same memories. */
const claim = fc
  .tuple(
    fc.constantFrom("User", "User's sister", "Bob"),
    fc.constantFrom(
      "lives in",
      "moved to",
      "doesn't live in",
      "loves",
      "hates",
      "doesn't love",
      "has a",
      "no longer has a",
    ),
    fc.constantFrom("Berlin", "Hamburg", "Berlin any more", "Hamburg with Anna"),
  )
  .map((parts) => parts.join(" "));
const contended = fc
  .tuple(fc.array(claim, { maxLength: 3 }), fc.array(claim, { maxLength: 5 }))
  .map(([memories, texts]) => {
    const neighbors = memories.map((memory, at) => ({ ...stored(memory), id: `m${at}`, order: at }));
    return texts.map((one) => ({ text: one, neighbors }));
  });
const query = fc.record({ text, neighbors: fc.array(neighbor, { maxLength: 4 }) });

function stored(memory: string): Neighbor {
  return {
    id: "m",
    memory,
    rev: 1,
    order: 1,
    updatedAt: "2026-01-01T00:00:00.000Z",
    similarity: 0,
    overlap: 0,
    exact: false,
  };
}

describe("rules, for any text", () => {
  it("give facts that are not empty, not long and each once, the same ones every time", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (messages) => {
        const facts = extractByRules(messages);
        expect(extractByRules(messages)).toEqual(facts);
        expect(new Set(facts.map((fact) => fact.text)).size).toBe(facts.length);
        for (const { text: fact, reason, source } of facts) {
          expect(fact.trim()).toBe(fact);
          expect(fact.length).toBeGreaterThan(0);
          expect(fact.length).toBeLessThanOrEqual(300);
          expect(reason).toMatch(/^rules: /);
          expect(messages[source]?.role).toBe("user");
        }
      }),
    );
  });

  it("take nothing from the assistant or the system", () => {
    fc.assert(
      fc.property(message, fc.constantFrom("assistant" as const, "system" as const), (one, role) => {
        expect(extractByRules([{ ...one, role }])).toEqual([]);
      }),
    );
  });

  it("decide once per fact, on neighbors only, change no memory twice and delete nothing", () => {
    fc.assert(
      fc.property(fc.oneof(contended, fc.array(query, { maxLength: 5 })), (facts) => {
        const decisions = resolveByRules(facts);
        const ids = new Set(facts.flatMap(({ neighbors }) => neighbors.map(({ id }) => id)));
        expect(decisions.map((one) => one.text)).toEqual(facts.map((one) => one.text));
        for (const one of decisions) {
          expect(one.reason).toMatch(/^rules: /);
          if (one.event === "UPDATE" || (one.event === "NONE" && one.id !== null)) expect(ids).toContain(one.id);
        }
        const updated = decisions.flatMap((one) => (one.event === "UPDATE" ? [one.id] : []));
        expect(new Set(updated).size).toBe(updated.length);
      }),
    );
  });

  it("know what they have extracted when it comes again", () => {
    fc.assert(
      fc.property(message, (one) => {
        for (const { text: fact } of extractByRules([one])) {
          expect(resolveByRules([{ text: fact, neighbors: [stored(fact)] }])).toMatchObject([
            { event: "NONE", id: "m" },
          ]);
        }
      }),
    );
  });

  it("give hints and slots without throwing, and leave prototypes alone", () => {
    fc.assert(
      fc.property(text, (one) => {
        for (const hint of hintsFor(one)) expect(hint).not.toBe("");
        const slot = slotOf(one);
        if (slot !== null) expect(slot.subject).not.toBe("");
      }),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("rules, for every probe", () => {
  it("find nothing new in what they have stored", () => {
    for (const { say } of [...tune, ...heldOut]) {
      const facts = extractByRules([{ role: "user", content: say }]).map((fact) => fact.text);
      const neighbors = facts.map((fact, at) => ({ ...stored(fact), id: `m${at}` }));
      const again = resolveByRules(facts.map((fact) => ({ text: fact, neighbors })));
      expect(again.map((one) => one.event)).toEqual(facts.map(() => "NONE"));
    }
  });
});

describe("rules, for 100 kB of anything", () => {
  it.each([
    ["a", []],
    ["I am ", []],
    ["I love really ", []],
    ["my wife and I ", []],
    ["'", []],
    ['"I ', []],
    [" ", []],
    ["!?", []],
    ["ok, ", []],
    ["St. ", []],
    ["translate ", []],
    ["`", []],
    ["I love cats. ", ["User loves cats"]],
    [`I like tea${" ".repeat(280)}. `, ["User likes tea"]],
  ])("return, for %j over and over", (piece, facts) => {
    const content = piece.repeat(Math.ceil(100_000 / piece.length));
    expect(extractByRules([{ role: "user", content }]).map((fact) => fact.text)).toEqual(facts);
    expect(slotOf(content)).toBeNull();
    expect(resolveByRules([{ text: content, neighbors: [stored(content)] }])).toMatchObject([
      { event: "NONE", id: "m" },
    ]);
  });
});

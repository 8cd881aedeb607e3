/** What was said before what is stored, and comes after it. */
import "fake-indexeddb/auto";
import { decisions, facts, fakeRuntime, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice", graph: true };
const JUNE = "2024-06-01T00:00:00.000Z";
const JANUARY = "2024-01-01T00:00:00.000Z";
const MARCH = new Date("2024-03-01");

/** A chat, imported newest first. */
async function openBackwards(options = {}) {
  const memory = openMemory({ runtime: fakeRuntime({ now: "2026-11-22T10:00:00Z" }), ...options });
  await memory.add("I moved to Hamburg. I work at Globex.", { ...ALICE, timestamp: JUNE });
  const told = await memory.add("I live in Berlin. I work at Acme.", { ...ALICE, timestamp: JANUARY });
  const believed = async (at?: Date) => texts(await memory.getAll({ userId: "alice", ...(at && { at }) })).toSorted();
  const held = async (at?: Date) =>
    (await memory.graph({ userId: "alice", ...(at && { at }) })).edges.map((edge) => edge.target).toSorted();
  return { memory, told, believed, held };
}

const NOW = ["User moved to Hamburg", "User works at Globex"];
const THEN = ["User lives in Berlin", "User works at Acme"];

describe("an old chat that is imported newest first", () => {
  it("changes nothing of what holds, and is what was believed then", async () => {
    const { memory, told, believed, held } = await openBackwards();
    expect(told.results.map(({ event }) => event)).toEqual(["NONE", "NONE"]);
    expect(told.results[0]!.reason).toContain("said later; kept as what held before");
    expect(await believed()).toEqual(NOW);
    expect(await believed(MARCH)).toEqual(THEN);
    expect(await held()).toEqual(["Globex", "Hamburg"]);
    expect(await held(MARCH)).toEqual(["Acme", "Berlin"]);
    expect((await memory.info()).memories).toBe(2);
    const found = await memory.search("Berlin", { userId: "alice", at: MARCH });
    expect(texts(found)).toContain("User lives in Berlin");
    const now = (await memory.search("Berlin", { userId: "alice" })).results;
    expect(now.filter(({ superseded }) => superseded).map((item) => item.memory)).toEqual(["User lives in Berlin"]);
    expect(now[0]!.superseded?.at).toBe(JUNE);
  });

  it("may be imported again: that adds nothing", async () => {
    const { memory } = await openBackwards();
    const before = (await memory.export({ userId: "alice" })).history.length;
    await memory.add("I live in Berlin. I work at Acme.", { ...ALICE, timestamp: JANUARY });
    expect((await memory.export({ userId: "alice" })).history).toHaveLength(before);
  });

  it("is told by an export, taken back by an undo, and brought again by an undo of that", async () => {
    const { memory, told, believed, held } = await openBackwards();
    const other = openMemory({ name: "other" });
    const file = await memory.export({ userId: "alice" });
    await other.import(file);
    expect(await other.export({ userId: "alice" })).toEqual(file);
    const undone = await memory.undo(told.opId);
    expect(undone.results).toEqual([]);
    expect([await believed(), await held(), await held(MARCH)]).toEqual([NOW, ["Globex", "Hamburg"], []]);
    expect((await memory.info()).memories).toBe(2);
    await memory.undo(undone.opId);
    expect([await believed(), await held(), await held(MARCH)]).toEqual([
      NOW,
      ["Globex", "Hamburg"],
      ["Acme", "Berlin"],
    ]);
  });

  it("by an LLM, too, and forget leaves nothing of it", async () => {
    const llm = scriptedLLM([
      facts("User lives in Hamburg"),
      facts("User lives in Berlin"),
      decisions({ fact: 0, event: "UPDATE", id: "0" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add("I live in Hamburg.", { ...ALICE, timestamp: JUNE });
    await memory.add("I live in Berlin.", { ...ALICE, timestamp: JANUARY });
    expect(texts(await memory.getAll({ userId: "alice", at: MARCH }))).toEqual(["User lives in Berlin"]);
    await memory.forget({ userId: "alice" });
    expect(JSON.stringify(await memory.export({ all: true }))).not.toContain("Berlin");
  });

  it("by an LLM that merges: the fact itself is kept, not the merged text, and what it would have deleted stays", async () => {
    const [none, dog, cat] = ["User has no pet at home", "User has a dog at home", "User has a cat at home"];
    for (const order of [0, 1]) {
      const llm = scriptedLLM(({ purpose, messages }) => {
        const said = messages[1]!.content;
        if (purpose === "extract") return facts([none, dog].find((text) => said.includes(text)) ?? cat);
        const shown = said.indexOf(none) < said.indexOf(dog) ? [none, dog] : [dog, none];
        const id = (text: string) => String(shown.indexOf(text));
        if (!said.includes(cat)) return decisions({ fact: 0, event: "ADD" });
        const both = [
          { fact: 0, event: "UPDATE", id: id(dog), text: "User has a dog and a cat at home" },
          { fact: 0, event: "DELETE", id: id(none) },
        ] as const;
        return decisions(both[order]!, both[1 - order]!);
      });
      const memory = openMemory({ llm, name: `pets ${order}` });
      const scope = { ...ALICE, contextWindow: 0 };
      await memory.add(none, { ...scope, timestamp: "2023-01-01" });
      await memory.add(dog, { ...scope, timestamp: JUNE });
      const { results } = await memory.add(cat, { ...scope, timestamp: JANUARY });
      expect(results.map(({ event }) => event)).toEqual(["NONE", "NONE"]);
      expect(texts(await memory.getAll({ userId: "alice" })).toSorted()).toEqual([dog, none]);
      expect(texts(await memory.getAll({ userId: "alice", at: MARCH })).toSorted()).toEqual([cat, none]);
    }
  });
});

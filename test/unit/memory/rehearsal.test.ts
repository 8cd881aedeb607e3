import "fake-indexeddb/auto";
import type { Memory, Relation } from "keepsake";
import { decisions, facts, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const lines = (relations: Relation[] = []): string[] =>
  relations.map(({ source, predicate, target }) => `${source} ${predicate} ${target}`);

/** Everything that is stored, as text. */
async function stored(memory: Memory): Promise<string> {
  return JSON.stringify([await memory.export({ all: true }), await memory.pending(), (await memory.info()).seq]);
}

describe.each(["memory", "indexeddb"] as const)("a dry run over %s", (storage) => {
  it("tells which relations would open and close, exactly as the add then does, and writes nothing", async () => {
    const memory = openMemory({ storage, defaults: { graph: true } });
    await memory.add("I work at Acme.", ALICE);
    const before = await stored(memory);
    const options = { ...ALICE, opId: "move", timestamp: "2030-01-01" };
    const dry = await memory.add("I work at Globex now.", { ...options, dryRun: true });
    expect(lines(dry.relations?.added)).toEqual(["User works_at Globex"]);
    expect(lines(dry.relations?.closed)).toEqual(["User works_at Acme"]);
    expect(await stored(memory)).toBe(before);
    const real = await memory.add("I work at Globex now.", options);
    expect(dry).toEqual({ ...real, dryRun: true });
  });

  it("with an LLM, too; and without graph no relations are told", async () => {
    const reply = { facts: [{ text: "User has a dog named Rex", relations: [["User", "owns", "Rex", "thing"]] }] };
    const memory = openMemory({ storage, llm: scriptedLLM([reply, reply, facts("User likes tea")]) });
    const { results, relations } = await memory.add("My dog is Rex.", { ...ALICE, graph: true, dryRun: true });
    expect(results).toMatchObject([{ id: null, event: "ADD", memory: "User has a dog named Rex" }]);
    expect(lines(relations?.added)).toEqual(["User owns Rex"]);
    expect(await memory.add("My dog is Rex.", { ...ALICE, dryRun: true })).not.toHaveProperty("relations");
    expect((await memory.graph(ALICE)).nodes).toEqual([]);
  });

  it("tells an update with its texts, and a delete", async () => {
    const llm = scriptedLLM([
      facts("User likes tea", "User lives in Oslo"),
      facts("User loves tea", "User no longer lives in Oslo"),
      (request) => {
        const [tea, oslo] = ["User likes tea", "User lives in Oslo"].map(
          (text) =>
            /"id":"(\d)"/.exec(
              request.messages[1]!.content.split("\n").find((line) => line.includes(`"${text}"`))!,
            )![1]!,
        );
        return decisions({ fact: 0, event: "UPDATE", id: tea! }, { fact: 1, event: "DELETE", id: oslo! });
      },
    ]);
    const memory = openMemory({ storage, llm });
    await memory.add("tea, Oslo", ALICE);
    const { results } = await memory.add("love tea, left Oslo", { ...ALICE, dryRun: true });
    expect(results).toMatchObject([
      { event: "UPDATE", memory: "User loves tea", previousMemory: "User likes tea" },
      { event: "DELETE", memory: "User lives in Oslo", previousMemory: "User lives in Oslo" },
    ]);
    expect(texts(await memory.getAll(ALICE)).toSorted()).toEqual(["User likes tea", "User lives in Oslo"]);
  });
});

describe("infer: false with graph: true", () => {
  it("keeps the words as they are, and the relations that the rules read in them", async () => {
    const memory = openMemory();
    const messages = ["I live in Berlin.", "What a day!", "My sister Anna works at Acme."];
    const { results, relations } = await memory.add(
      messages.map((content) => ({ role: "user", content })),
      { ...ALICE, infer: false, graph: true },
    );
    expect(results.map((item) => item.memory)).toEqual(messages);
    const added = relations?.added ?? [];
    expect(lines(added)).toEqual(expect.arrayContaining(["User lives_in Berlin", "Anna works_at Acme"]));
    expect(added.find((relation) => relation.target === "Berlin")?.memoryId).toBe(results[0]!.id);
    expect((await memory.graph(ALICE)).edges.length).toBe(added.length);
  });

  it("a later message closes what it contradicts; without graph there are none", async () => {
    const memory = openMemory({ defaults: { infer: false } });
    await memory.add("I live in Berlin.", { ...ALICE, graph: true });
    const { relations } = await memory.add("I moved to Hamburg.", { ...ALICE, graph: true });
    expect(lines(relations?.closed)).toEqual(["User lives_in Berlin"]);
    expect(await memory.add("I live in Rome.", ALICE)).not.toHaveProperty("relations");
  });
});

describe("infer: false, said again", () => {
  const said = ["ok", "How are you?", "OK."].map((content) => ({ role: "user", content }));

  it("is kept again: a transcript loses no turn", async () => {
    const memory = openMemory({ defaults: { infer: false } });
    await memory.add(said, ALICE);
    await memory.add(said, ALICE);
    expect(texts(await memory.getAll(ALICE))).toHaveLength(6);
  });

  it("with dedupe is NONE with the id of what is there, also within one add", async () => {
    const memory = openMemory({ defaults: { infer: false, dedupe: true } });
    const { results } = await memory.add(said, ALICE);
    expect(results.map((item) => item.event)).toEqual(["ADD", "ADD", "NONE"]);
    expect(results[2]).toMatchObject({ id: results[0]!.id, memory: "ok", reason: expect.stringMatching(/^exact: /) });
    const again = await memory.add(said, ALICE);
    expect(again.results.map((item) => item.event)).toEqual(["NONE", "NONE", "NONE"]);
    expect(texts(await memory.getAll(ALICE))).toHaveLength(2);
  });

  it("with dedupe is kept in another scope, and after what was there is deleted", async () => {
    const memory = openMemory({ defaults: { infer: false, dedupe: true } });
    const { results } = await memory.add("ok", ALICE);
    expect((await memory.add("ok", { ...ALICE, runId: "r1" })).results[0]?.event).toBe("ADD");
    expect((await memory.add("ok", { userId: "bob" })).results[0]?.event).toBe("ADD");
    await memory.delete(results[0]!.id!);
    expect((await memory.add("ok", ALICE)).results[0]?.event).toBe("ADD");
  });

  it("a dry run tells it, and a dedupe that is no boolean is refused", async () => {
    const memory = openMemory({ defaults: { infer: false } });
    await memory.add("ok", ALICE);
    const { results } = await memory.add("ok", { ...ALICE, dedupe: true, dryRun: true });
    expect(results[0]?.event).toBe("NONE");
    await expect(memory.add("ok", { ...ALICE, dedupe: "yes" as never })).rejects.toThrow(
      /dedupe must be true or false/,
    );
  });
});

describe("a dry run of an opId that was used", () => {
  it("tells what that add has done, in its own scope only", async () => {
    const memory = openMemory();
    const done = await memory.add("I live in Berlin", { ...ALICE, opId: "once" });
    const again = { opId: "once", dryRun: true };
    expect(await memory.add("I moved to Hamburg", { ...ALICE, ...again })).toEqual({ ...done, dryRun: true });
    await expect(memory.add("I moved to Hamburg", { userId: "bob", ...again })).rejects.toThrow(/opId/);
  });

  it("tells what the add that waits under it would do", async () => {
    const llm = scriptedLLM([new Error("away"), facts("User lives in Berlin")]);
    const memory = openMemory({ llm });
    await expect(memory.add("I live in Berlin", { ...ALICE, opId: "waits" })).rejects.toThrow("away");
    const { results } = await memory.add("I moved to Hamburg", { ...ALICE, opId: "waits", dryRun: true });
    expect(results).toMatchObject([{ event: "ADD", id: null, memory: "User lives in Berlin" }]);
    expect(await memory.pending()).toMatchObject([{ opId: "waits", attempts: 1 }]);
  });
});

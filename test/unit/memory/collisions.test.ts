/** Ids that came from elsewhere and are those of something here. */
import "fake-indexeddb/auto";
import { openInlineEngine, type Engine } from "keepsake/engine";
import { facts, scriptedLLM } from "keepsake/testing";
import { InvalidInputError, type KeepsakeExport, type Memory } from "keepsake";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const BOB = { userId: "bob" };

/** Of a database in which the same `opId` was Bob's. */
async function bobsFile(): Promise<KeepsakeExport> {
  const memory = openMemory({ name: "bobs" });
  const messages = ["I hate cats.", "I like rats."].map((content) => ({ role: "user" as const, content }));
  await memory.add(messages, { ...BOB, opId: "1" });
  return memory.export({ all: true });
}

describe("INV-8: an import whose opId is another scope's here", () => {
  it("leaves that scope's waiting op alone", async () => {
    const file = await bobsFile();
    const memory = openMemory({ llm: scriptedLLM([new Error("away"), facts("User likes tea")]) });
    await expect(memory.add("I like tea", { ...ALICE, opId: "1" })).rejects.toThrow();
    await memory.import(file);
    expect((await memory.pending()).map((op) => op.opId)).toEqual(["1"]);
    await memory.flush();
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes tea"]);
    expect(texts(await memory.getAll(BOB))).toContain("User likes rats");
  });

  it("puts no message into that scope's context", async () => {
    const file = await bobsFile();
    const llm = scriptedLLM([facts("User likes tea"), facts()]);
    const memory = openMemory({ llm });
    await memory.add("I like tea", { ...ALICE, opId: "1" });
    await memory.import(file);
    await memory.add("What else?", ALICE);
    expect(JSON.stringify(llm.calls.at(-1))).not.toContain("rats");
    expect(JSON.stringify(await memory.export(ALICE))).not.toContain("rats");
  });

  it("is not taken back by the undo of that scope's op", async () => {
    const file = await bobsFile();
    const memory = openMemory();
    await memory.add("I like tea", { ...ALICE, opId: "1" });
    await memory.import(file);
    await memory.undo("1");
    expect(texts(await memory.getAll(ALICE))).toEqual([]);
    expect(texts(await memory.getAll(BOB))).toContain("User likes rats");
  });
});

it("a file that has an op twice is refused", async () => {
  const file = await bobsFile();
  const twice = { ...file, ops: [...file.ops, { ...file.ops[0]!, scope: ALICE }] };
  await expect(openMemory().import(twice)).rejects.toBeInstanceOf(InvalidInputError);
});

/** A Memory whose engine takes in so many parts of an import and then none, until it is told to go on. */
function openCut(parts: number): { memory: Memory; goOn: () => void } {
  let left = parts;
  const engine = async (...args: Parameters<typeof openInlineEngine>): Promise<Engine> => {
    const inner = await openInlineEngine(...args);
    const cut: Engine["import"] = (part) => (left-- > 0 ? inner.import(part) : Promise.reject(new Error("crash")));
    return new Proxy(inner, {
      get: (target, key: keyof Engine) => (key === "import" ? cut : target[key]?.bind(target)),
    });
  };
  return { memory: openMemory({ name: `cut-${parts}`, engine }), goOn: () => (left = Infinity) };
}

it("an import that ends after any of its parts leaves no op as done whose memories are missing", async () => {
  const source = openMemory({ name: "source" });
  for (let i = 0; i < 30; i++) await source.add("I like tea", { userId: `user-${i}`, opId: `op-${i}` });
  const notes = Array.from({ length: 150 }, (_, i) => ({ role: "user" as const, content: `note ${i}` }));
  const { results } = await source.add(notes, { ...ALICE, opId: "long", infer: false });
  const file = await source.export({ all: true });
  for (const parts of [1, 2]) {
    const { memory, goOn } = openCut(parts);
    await expect(memory.import(file)).rejects.toThrow("crash");
    const { ops, memories } = await memory.export({ all: true });
    const there = new Set(memories.map(({ id }) => id));
    expect(ops.flatMap((op) => op.result.results.filter(({ id }) => !there.has(id ?? "")))).toEqual([]);
    goOn();
    await memory.import(file);
    expect(await memory.export({ all: true })).toEqual(file);
    // Those of the first part and of the last one find the message that they came from.
    for (const { id, memory: text } of [results[0]!, results.at(-1)!]) {
      expect((await memory.get(id!))?.sources).toMatchObject([{ message: { content: text } }]);
    }
  }
});

it("a new memory overwrites no memory that was imported with its id, in its scope or in another", async () => {
  const memory = openMemory();
  await memory.import([
    { id: "m-0", memory: "User likes cheese", user_id: "alice" },
    { id: "k-0", memory: "User likes rum", user_id: "bob" },
  ]);
  const mine = await memory.add("I love pizza", { ...ALICE, opId: "m" });
  await memory.add("I love pasta", { ...ALICE, opId: "k" });
  expect(texts(await memory.getAll(ALICE)).toSorted()).toEqual([
    "User likes cheese",
    "User loves pasta",
    "User loves pizza",
  ]);
  expect(texts(await memory.getAll(BOB))).toEqual(["User likes rum"]);
  expect((await memory.get(mine.results[0]!.id!))?.memory).toBe("User loves pizza");
  expect((await memory.info()).memories).toBe(4);
});

it("retention window keeps the messages of an op that still waits", async () => {
  const llm = scriptedLLM([new Error("away"), facts(), facts("User likes milk")]);
  const memory = openMemory({ llm });
  await expect(memory.add("I like milk", { ...ALICE, opId: "old" })).rejects.toThrow();
  await memory.add("I like tea", { ...ALICE, retention: "window", contextWindow: 0 });
  await memory.flush();
  expect(await memory.pending()).toEqual([]);
  const { messages } = await memory.export(ALICE);
  expect(messages.map(({ content }) => content)).toEqual(["I like milk"]);
});

it("delete of a batch that names a memory twice deletes it once", async () => {
  const memory = openMemory();
  const { results } = await memory.add("I love pizza", ALICE);
  const id = results[0]!.id!;
  await memory.delete([id, id]);
  expect(texts(await memory.getAll(ALICE))).toEqual([]);
  expect((await memory.history(id)).map(({ event }) => event)).toEqual(["DELETE", "ADD"]);
  expect((await memory.info()).memories).toBe(0);
});

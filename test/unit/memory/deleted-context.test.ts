import "fake-indexeddb/auto";
import { EngineError, type LLMRequest, type Memory } from "keepsake";
import { decisions, facts, scriptedLLM, type ScriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

/** A model that takes for a fact whatever it is shown of Biscuit, in context too: it obeys no rule. */
function careless(): ScriptedLLM {
  return scriptedLLM((request: LLMRequest) =>
    request.purpose === "resolve"
      ? decisions({ fact: 0, event: "NONE" })
      : request.messages[1]!.content.includes("Biscuit")
        ? facts("User has a dog named Biscuit")
        : facts(),
  );
}

async function known(): Promise<{ memory: Memory; llm: ScriptedLLM; id: string }> {
  const llm = careless();
  const memory = openMemory({ llm });
  const { results } = await memory.add("My dog is Biscuit.", ALICE);
  return { memory, llm, id: results[0]!.id! };
}

/** Whether the next add is shown the dog. */
async function isShown(memory: Memory, llm: ScriptedLLM): Promise<boolean> {
  await memory.add("Nice weather.", { ...ALICE, dryRun: true });
  return llm.calls.findLast((call) => call.purpose === "extract")!.messages[1]!.content.includes("Biscuit");
}

describe("messages of a deleted memory", () => {
  it("are no context of the next add, so that it does not come back by itself", async () => {
    const { memory, llm, id } = await known();
    expect(await isShown(memory, llm)).toBe(true);
    await memory.delete(id);
    expect(await isShown(memory, llm)).toBe(false);
    await memory.add("Nice weather.", ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual([]);
  });

  it("nor after deleteAll; undo brings them back", async () => {
    const { memory, llm, id } = await known();
    await memory.deleteAll(ALICE);
    expect(await isShown(memory, llm)).toBe(false);
    const [deleted] = await memory.history(id);
    await memory.undo(deleted!.opId);
    expect(await isShown(memory, llm)).toBe(true);
  });

  it("are left out where they only said again what was known, too", async () => {
    const { memory, llm, id } = await known();
    await memory.add("Biscuit is my dog.", ALICE);
    await memory.delete(id);
    expect(await isShown(memory, llm)).toBe(false);
  });

  it("are left out where they said the same again with something kept beside it, and forget takes them, too", async () => {
    const { memory, llm, id } = await known();
    const again = await memory.add("Biscuit is my dog.", { ...ALICE, metadata: { page: 7 } });
    expect(again.results).toMatchObject([{ id, event: "UPDATE" }]);
    await memory.delete(id);
    expect(await isShown(memory, llm)).toBe(false);
    await memory.forget(id);
    expect((await memory.export(ALICE)).messages).toEqual([]);
  });

  it("stay where another memory came from them, and so do those that nothing came from", async () => {
    const llm = scriptedLLM([facts("User has a dog named Biscuit", "User lives in Oslo"), facts(), facts()]);
    const memory = openMemory({ llm });
    const { results } = await memory.add("My dog Biscuit lives with me in Oslo.", ALICE);
    await memory.add("How are you?", ALICE);
    await memory.delete(results[0]!.id!);
    await memory.add("Nice weather.", ALICE);
    expect(llm.calls[2]!.messages[1]!.content).toMatch(/Biscuit[^]*How are you/);
  });

  it("are still told by get and history of what lives, and kept until they are forgotten", async () => {
    const { memory, id } = await known();
    await memory.delete(id);
    const { messages } = await memory.export(ALICE);
    expect(messages.map((message) => message.content)).toEqual(["My dog is Biscuit."]);
    await memory.forget(id);
    expect((await memory.export(ALICE)).messages).toEqual([]);
  });
});

describe("deleteAll and adds that wait", () => {
  async function waiting(): Promise<Memory> {
    let isAway = true;
    const llm = scriptedLLM(() => (isAway ? new Error("away") : facts("User likes tea")));
    const memory = openMemory({ llm });
    for (const scope of [ALICE, { ...ALICE, runId: "r1" }, { userId: "bob" }]) {
      await memory.add("I like tea.", scope).catch(() => undefined);
    }
    isAway = false;
    return memory;
  }

  it("cancels those of its scopes that were accepted before, and no others: nothing comes back", async () => {
    const memory = await waiting();
    const cancelled: string[] = [];
    const ops = await memory.pending();
    const watching = (async () => {
      for await (const event of memory.watch()) {
        if (event.type === "pending" && event.state === "cancelled") cancelled.push(event.opId);
      }
    })();
    expect(await memory.deleteAll(ALICE)).toEqual({ deleted: 0 });
    await memory.flush();
    expect(texts(await memory.getAll(ALICE))).toEqual([]);
    expect(texts(await memory.getAll({ userId: "bob" }))).toEqual(["User likes tea"]);
    expect((await memory.export(ALICE)).messages).toEqual([]);
    await memory.close();
    await watching;
    expect(cancelled).toEqual(ops.slice(0, 2).map((op) => op.opId));
  });

  it("one that is at work is told that it was cancelled", async () => {
    let reply: (text: string) => void = () => undefined;
    const memory = openMemory({ llm: () => new Promise<string>((resolve) => (reply = resolve)) });
    const adding = memory.add("I like tea.", ALICE);
    adding.catch(() => undefined);
    await expect.poll(() => memory.pending()).toHaveLength(1);
    await memory.deleteAll(ALICE);
    reply(JSON.stringify(facts("User likes tea")));
    await expect(adding).rejects.toThrow(EngineError);
    await expect(adding).rejects.toMatchObject({ code: "cancelled" });
    expect(texts(await memory.getAll(ALICE))).toEqual([]);
  });

  it("what is added after it is kept", async () => {
    const memory = await waiting();
    await memory.deleteAll(ALICE);
    await memory.add("I like tea.", ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes tea"]);
  });
});

describe("a line of a kept message, pasted between others", () => {
  const PASTED = "I am back again.\nI live in Bonn.";

  it("is no news while its memory lives, and stored again after that was deleted", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I live in Bonn.", ALICE);
    await memory.search("Bonn", { ...ALICE, include: ["messages"] });
    await memory.add(PASTED, ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Bonn"]);
    await memory.delete(results[0]!.id!);
    await memory.search("Bonn", { ...ALICE, include: ["messages"] });
    await memory.add(PASTED, ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Bonn"]);
  });

  it("is no news where nothing was ever remembered of it", async () => {
    const isShown = ({ messages }: LLMRequest): boolean => messages[1]!.content.includes("live in Bonn");
    let isDull = true;
    const llm = scriptedLLM((request) => (isDull || !isShown(request) ? facts() : facts("User lives in Bonn")));
    const memory = openMemory({ llm, defaults: { contextWindow: 0 } });
    await memory.add("I live in Bonn.", ALICE);
    isDull = false;
    await memory.search("Bonn", { ...ALICE, include: ["messages"] });
    await memory.add(PASTED, ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual([]);
  });
});

/** `search` with `include: ["messages"]`: the kept messages themselves. */
import "fake-indexeddb/auto";
import { InvalidInputError, type ContentPart, type Memory, type MessageResult, type SearchOptions } from "keepsake";
import { facts, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const BOB = { userId: "bob" };

async function messages(memory: Memory, query: string, options: SearchOptions = {}): Promise<MessageResult[]> {
  const answer = await memory.search(query, { ...ALICE, include: ["messages"], ...options });
  return answer.messages!;
}

const said = (found: MessageResult[]): string[] => found.map(({ message }) => message.content);

const CHAT = [
  { role: "user", content: "We painted the kitchen yellow last week." },
  { role: "assistant", content: "Yellow is a warm choice! Did you do it yourselves?" },
  { role: "user", content: "With my brother Tom. He also lent us the ladder." },
];

describe("search with include", () => {
  it("finds the kept messages themselves, with what was said around them", async () => {
    const memory = openMemory();
    const { opId } = await memory.add(CHAT, ALICE);
    const { results, messages: found } = await memory.search("ladder", { ...ALICE, include: ["memories", "messages"] });
    expect(results.every((result) => !result.memory.includes("ladder"))).toBe(true);
    expect(found?.[0]).toMatchObject({
      message: { role: "user", content: CHAT[2]!.content },
      opId,
      order: 1,
      index: 2,
      userId: "alice",
      context: { before: [CHAT[1]], after: [] },
    });
    const { score, at } = found![0]!;
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThanOrEqual(1);
    expect(Date.parse(at)).not.toBeNaN();
  });

  it("goes by when they were said, where the query names a time", async () => {
    const memory = openMemory();
    const days = ["2019-06-02", "2026-10-11", "2026-11-02"];
    for (const timestamp of days) await memory.add(`Went hiking, hike of ${timestamp}`, { ...ALICE, timestamp });
    const found = (query: string) => messages(memory, query, { referenceDate: "2026-11-25", explain: true });
    const [first, second] = await found("Where did I go hiking in October?");
    expect(first!.at).toBe("2026-10-11T00:00:00.000Z");
    expect(first!.parts!.time).toBeCloseTo(0.1, 10);
    expect(second!.at).toBe("2026-11-02T00:00:00.000Z");
    expect((await found("what did we talk about earlier this year in October"))[0]!.at).toBe(first!.at);
    expect((await found("the hike lately"))[0]!.at).toBe("2026-11-02T00:00:00.000Z");
    expect((await found("hike"))[0]!.parts!.time).toBe(0);
  });

  it("gives memories alone by default, and messages alone where only they are asked for", async () => {
    const memory = openMemory();
    await memory.add("I love pizza", ALICE);
    const byDefault = await memory.search("pizza", ALICE);
    expect(Object.keys(byDefault)).toEqual(["results"]);
    const alone = await memory.search("pizza", { ...ALICE, include: ["messages"] });
    expect(alone.results).toEqual([]);
    expect(said(alone.messages!)).toEqual(["I love pizza"]);
  });

  it("says which memories came from a message, and no longer names one that was deleted", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I love pizza. I own a boat.", ALICE);
    const ids = results.map((result) => result.id!);
    expect((await messages(memory, "pizza"))[0]?.memoryIds).toEqual(ids);
    await memory.delete(ids[0]!);
    expect((await messages(memory, "pizza"))[0]?.memoryIds).toEqual([ids[1]]);
    await memory.delete(ids[1]!);
    const [kept] = await messages(memory, "pizza");
    expect([kept?.message.content, kept?.memoryIds]).toEqual(["I love pizza. I own a boat.", []]);
  });

  it("a memory that was updated names the messages of both of its versions", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I live in Berlin", ALICE);
    await messages(memory, "Berlin");
    await memory.add("I moved to Hamburg", ALICE);
    const id = results[0]!.id;
    const found = await messages(memory, "Berlin Hamburg");
    expect(found.map(({ message, memoryIds }) => [message.content, memoryIds])).toEqual(
      expect.arrayContaining([
        ["I live in Berlin", [id]],
        ["I moved to Hamburg", [id]],
      ]),
    );
  });

  it("topK and threshold apply to each list", async () => {
    const memory = openMemory();
    await memory.add(
      ["tea", "green tea", "tea at five"].map((content) => ({ role: "user", content })),
      {
        ...ALICE,
        infer: false,
      },
    );
    const options = { ...ALICE, include: ["memories", "messages"] as ("memories" | "messages")[] };
    const two = await memory.search("tea", { ...options, topK: 2 });
    expect([two.results.length, two.messages?.length]).toEqual([2, 2]);
    const best = await memory.search("tea", { ...options, threshold: 0.99 });
    expect([texts(best), said(best.messages!)]).toEqual([["tea"], ["tea"]]);
    expect((await memory.search("tea", { ...options, topK: 0 })).messages).toEqual([]);
  });

  it("equal scores go by order, then index, newest first", async () => {
    const memory = openMemory();
    const twice = ["I like rum", "I like rum"].map((content) => ({ role: "user", content }));
    await memory.add(twice, ALICE);
    await memory.add(twice, { ...ALICE, runId: "r" });
    const found = await messages(memory, "I like rum");
    expect(found.map(({ order, index }) => [order, index])).toEqual([
      [2, 1],
      [2, 0],
      [1, 1],
      [1, 0],
    ]);
  });

  it("gives as much context as is asked for, over the borders of adds and never over those of scopes", async () => {
    const memory = openMemory();
    for (const n of [1, 2, 3, 4, 5]) {
      await memory.add(n === 3 ? "the harp" : `number ${n}`, { ...ALICE, infer: false });
      await memory.add(`of bob ${n}`, { ...BOB, infer: false });
    }
    const context = async (contextMessages?: number) => {
      const [hit] = await messages(memory, "harp", contextMessages === undefined ? {} : { contextMessages });
      const { before, after } = hit!.context;
      return [before, after].map((list) => list.map(({ content }) => content));
    };
    expect(await context()).toEqual([["number 2"], ["number 4"]]);
    expect(await context(0)).toEqual([[], []]);
    expect(await context(10)).toEqual([
      ["number 1", "number 2"],
      ["number 4", "number 5"],
    ]);
  });

  it("a message that leans on the one before it is found by the words of that one", async () => {
    const memory = openMemory();
    const chat = ["How long have you played the cello?", "Since school, every day.", "Nice weather today.", "Bye."];
    await memory.add(
      chat.map((content) => ({ role: "user", content })),
      { ...ALICE, infer: false },
    );
    expect(said(await messages(memory, "cello", { topK: 2 }))).toEqual(chat.slice(0, 2));
  });

  it("system messages are neither found nor context", async () => {
    const memory = openMemory();
    await memory.add([{ role: "system", content: "Be brief about tea." }, ...CHAT], ALICE);
    expect(await messages(memory, "brief about tea")).toEqual([]);
    const [first] = await messages(memory, "kitchen", { topK: 1 });
    expect(first?.context.before).toEqual([]);
  });

  it("with explain, each tells the parts of its score", async () => {
    const memory = openMemory();
    await memory.add(CHAT, ALICE);
    const [hit] = await messages(memory, "yellow kitchen", { explain: true });
    const { meaning, words, surroundings, person } = hit!.parts!;
    expect(meaning).toBe(0);
    expect(meaning + words + surroundings + person).toBeCloseTo(hit!.score, 12);
    expect((await messages(memory, "kitchen"))[0]).not.toHaveProperty("parts");
  });

  it("an image comes with the message that it belongs to, and not with its context", async () => {
    const memory = openMemory();
    const url = "data:image/png;base64,AAAA";
    const content: ContentPart[] = [
      { type: "text", text: "our garden" },
      { type: "image_url", image_url: { url } },
    ];
    const pear = { role: "user", content: "a pear tree" };
    await memory.add([{ role: "user", content }, pear], { ...ALICE, images: "skip" });
    const found = await messages(memory, "garden pear");
    const garden = found.find(({ message }) => message.content === "our garden");
    const tree = found.find(({ message }) => message.content === "a pear tree");
    expect(garden?.message.images).toEqual([url]);
    expect(tree?.context.before).toEqual([{ role: "user", content: "our garden" }]);
  });

  it.each([[[]], [["messages", "facts"]], ["messages"], [null]])("refuses include: %j", async (include) => {
    const search = openMemory().search("x", { ...ALICE, include: include as never });
    await expect(search).rejects.toBeInstanceOf(InvalidInputError);
  });

  it.each([-1, 11, 1.5, "2"])("refuses contextMessages: %j", async (contextMessages) => {
    const search = openMemory().search("x", { ...ALICE, include: ["messages"], contextMessages } as never);
    await expect(search).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe("search with include and rerank", () => {
  it("puts memories in order, leaves messages as they are, and refuses to rerank messages alone", async () => {
    const memory = openMemory({ reranker: async ({ documents }) => documents.map((_, i) => i / 10) });
    await memory.add("I like tea. I like rum.", ALICE);
    const plain = await memory.search("tea", { ...ALICE, include: ["memories", "messages"] });
    const answer = await memory.search("tea", { ...ALICE, include: ["memories", "messages"], rerank: true });
    expect(texts(answer)).toEqual(texts(plain).toReversed());
    expect(answer.messages).toEqual(plain.messages);
    const alone = memory.search("tea", { ...ALICE, include: ["messages"], rerank: true });
    await expect(alone).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe("messages of ops that wait", () => {
  it("are found at once, accepted offline: raw, without a memory", async () => {
    const memory = openMemory({ llm: scriptedLLM([new Error("offline"), facts("User has a canoe")]) });
    await expect(memory.add("My canoe is red", ALICE)).rejects.toThrow();
    expect((await messages(memory, "canoe")).map((m) => [m.message.content, m.memoryIds])).toEqual([
      ["My canoe is red", []],
    ]);
    const { results } = await memory.flush();
    expect((await messages(memory, "canoe"))[0]?.memoryIds).toEqual([results[0]!.results[0]!.id]);
  });

  it("are gone with an op that is cancelled", async () => {
    const memory = openMemory({ llm: scriptedLLM([new Error("offline")]) });
    await expect(memory.add("My canoe is red", { ...ALICE, opId: "op" })).rejects.toThrow();
    expect(await messages(memory, "canoe")).toHaveLength(1);
    await memory.cancel("op");
    expect(await messages(memory, "canoe")).toEqual([]);
  });
});

describe("messages that are not kept", () => {
  it("are not found: retention none drops those of its add, window all before the window", async () => {
    const memory = openMemory();
    const note = (content: string, options: object) => memory.add(content, { ...ALICE, infer: false, ...options });
    await note("tea one", {});
    await note("tea two", { retention: "none" });
    expect(said(await messages(memory, "tea"))).toEqual(["tea one"]);
    await note("tea three", {});
    await note("tea four", { retention: "window", contextWindow: 2 });
    expect(said(await messages(memory, "tea")).toSorted()).toEqual(["tea four", "tea three"]);
  });

  it("are not found after forget, neither of a memory nor of a scope", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I love pizza", ALICE);
    await memory.add("I own a boat", ALICE);
    expect(await messages(memory, "pizza boat")).toHaveLength(2);
    await memory.forget(results[0]!.id!);
    const found = await messages(memory, "pizza boat");
    expect(said(found)).toEqual(["I own a boat"]);
    expect(found[0]!.context).toEqual({ before: [], after: [] });
    await memory.forget(ALICE);
    expect(await messages(memory, "pizza boat")).toEqual([]);
  });

  it("are not found after a reset", async () => {
    const memory = openMemory();
    await memory.add("I love pizza", ALICE);
    expect(await messages(memory, "pizza")).toHaveLength(1);
    await memory.reset();
    expect(await messages(memory, "pizza")).toEqual([]);
  });
});

describe("filters over messages", () => {
  async function filled(): Promise<Memory> {
    const memory = openMemory();
    await memory.add("old tea", { ...ALICE, infer: false, timestamp: "2025-03-01T10:00:00Z" });
    const chat = [
      { role: "user", content: "green tea", name: "Ann" },
      { role: "assistant", content: "black tea" },
    ];
    await memory.add(chat, { ...ALICE, runId: "r1", infer: false, timestamp: "2026-05-02T10:00:00Z" });
    return memory;
  }

  it.each([
    [{ role: "assistant" }, ["black tea"]],
    [{ attributedTo: "assistant" }, ["black tea"]],
    [{ name: "Ann" }, ["green tea"]],
    [{ actor: "Ann" }, ["green tea"]],
    [{ content: { icontains: "GREEN" } }, ["green tea"]],
    [{ memory: { contains: "black" } }, ["black tea"]],
    [{ createdAt: { lt: "2026-01-01" } }, ["old tea"]],
    [{ createdAt: "2026-05-02", NOT: { role: "user" } }, ["black tea"]],
    [{ runId: "r1" }, ["black tea", "green tea"]],
    // What a message does not have is null.
    [{ categories: { contains: "food" } }, []],
    [{ topic: "test" }, []],
    [{ categories: null, role: "assistant" }, ["black tea"]],
  ])("%j", async (filters, expected) => {
    const memory = await filled();
    expect(said(await messages(memory, "tea", { filters })).toSorted()).toEqual(expected);
  });

  it("a filter that is wrong is refused, also where there is nothing", async () => {
    const search = openMemory().search("x", { ...ALICE, include: ["messages"], filters: { role: { is: "user" } } });
    await expect(search).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe("time travel over messages", () => {
  it("finds what had been said until then, with the context and the memories of then", async () => {
    const memory = openMemory();
    const at = (timestamp: string) => ({ ...ALICE, timestamp });
    const { results } = await memory.add("I live in Berlin", at("2026-01-01T10:00:00Z"));
    await memory.add("I moved to Hamburg", at("2026-03-01T10:00:00Z"));
    const then = await messages(memory, "Berlin Hamburg", { at: "2026-02-01" });
    expect(then).toMatchObject([
      { at: "2026-01-01T10:00:00.000Z", memoryIds: [results[0]!.id], context: { after: [] } },
    ]);
    expect(await messages(memory, "Berlin", { at: "2025-01-01" })).toEqual([]);
    expect(await messages(memory, "Berlin Hamburg")).toHaveLength(2);
  });
});

describe("INV-8: messages of other scopes", () => {
  it("are neither found nor context, and a read by fewer ids finds what carries more", async () => {
    const memory = openMemory();
    await memory.add("I love pizza", ALICE);
    await memory.add("I love pizza, too", BOB);
    await memory.add("Pizza for the run", { ...ALICE, runId: "r1", infer: false });
    const found = await messages(memory, "pizza", { contextMessages: 10 });
    expect(said(found).toSorted()).toEqual(["I love pizza", "Pizza for the run"]);
    expect(found.flatMap(({ context }) => [...context.before, ...context.after])).toEqual([]);
    const ofBoth = { filters: { userId: { in: ["alice", "bob"] }, runId: null }, include: ["messages" as const] };
    expect(said((await memory.search("pizza", ofBoth)).messages!).toSorted()).toEqual([
      "I love pizza",
      "I love pizza, too",
    ]);
    const inRun = await messages(memory, "pizza", { runId: "r1" });
    expect(inRun).toMatchObject([{ userId: "alice", runId: "r1", message: { content: "Pizza for the run" } }]);
  });
});

describe("messages that search handed out and that come back in a prompt", () => {
  const PASTED = "What do you know about me?\n- My canoe is red and quite old\nI own a boat";

  it("are not extracted again, and are told as NONE", async () => {
    const memory = openMemory({ llm: scriptedLLM([facts(), facts("User owns a boat")]) });
    await memory.add("My canoe is red and quite old", ALICE);
    await messages(memory, "canoe");
    const { results, trace } = await memory.add(PASTED, { ...ALICE, trace: true });
    expect(results).toMatchObject([
      { event: "ADD", memory: "User owns a boat" },
      { id: null, event: "NONE", memory: "My canoe is red and quite old" },
    ]);
    expect(trace).toContainEqual(
      expect.objectContaining({ stage: "context", dropped: ["My canoe is red and quite old"] }),
    );
    const asked = trace!.find((stage) => stage.stage === "ask");
    expect(JSON.stringify(asked)).not.toContain("- My canoe is red");
  });

  it("may be said again after they are forgotten, in another scope, or as a message of their own", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I love pizza", ALICE);
    await messages(memory, "pizza");
    const pasted = "I own a boat.\nI love pizza";
    await memory.add(pasted, BOB);
    expect(texts(await memory.getAll(BOB)).toSorted()).toEqual(["User loves pizza", "User owns a boat"]);
    await memory.delete(results[0]!.id!);
    expect((await memory.add("I love pizza", ALICE)).results).toMatchObject([{ event: "ADD" }]);
    for (const { id } of (await memory.getAll(ALICE)).results) await memory.forget(id);
    await memory.forget(results[0]!.id!);
    expect((await memory.add(pasted, ALICE)).results.map((result) => result.event)).toEqual(["ADD", "ADD"]);
  });
});

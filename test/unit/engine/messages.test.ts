/** What a view of messages notices, whoever wrote it; and the vectors that messages have by choice. */
import "fake-indexeddb/auto";
import { Memory, type Embedder } from "keepsake";
import { openIndexedDBStore } from "keepsake/engine";
import { faultyStore } from "keepsake/testing";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { hashingEmbedder } from "../../../src/embed/hashing.ts";
import type { AcceptRequest, Engine, IndexOptions } from "../../../src/engine/engine.ts";
import { openInlineEngine, type EngineParts } from "../../../src/engine/inline-engine.ts";
import { messageSpace } from "../../../src/engine/kept-messages.ts";
import type { VectorRow } from "../../../src/store/store.ts";
import { freshDatabase } from "../memory/fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

async function open(index: IndexOptions = {}, parts: EngineParts = {}): Promise<Engine> {
  const options = { name: "shared", storage: "indexeddb", embedder: { kind: "hashing" }, index } as const;
  const engine = await openInlineEngine(options, () => undefined, parts);
  onTestFinished(() => engine.close());
  return engine;
}

function op(opId: string, content: string, options: Partial<AcceptRequest["options"]> = {}): AcceptRequest {
  const messages = content.split("|").map((text) => ({ role: "user" as const, content: text }));
  return { opId, scope: ALICE, messages, options: { infer: true, metadata: {}, extractor: "rules", ...options } };
}

/** An add that extracts nothing. */
async function add(engine: Engine, request: AcceptRequest): Promise<void> {
  await engine.accept(request);
  await engine.commit({ opId: request.opId, decisions: [] });
}

async function find(engine: Engine, query: string, scope = ALICE): Promise<string[]> {
  const request = { scope, query, topK: 20, threshold: 0, filter: null, contextMessages: 1 };
  return (await engine.searchMessages(request)).map(({ message }) => message.content).toSorted();
}

describe("INV-5: a view of messages is up to date with every writer, of this tab and of others", () => {
  /** Looks once, so that the view is there, then again after what the other tab did. */
  async function twoTabs(): Promise<{ here: Engine; there: Engine }> {
    const [here, there] = [await open(), await open()];
    await add(here, op("op-1", "tea one|tea two"));
    expect(await find(here, "tea")).toEqual(["tea one", "tea two"]);
    return { here, there };
  }

  it("an add that extracts nothing and changes no memory", async () => {
    const { here, there } = await twoTabs();
    await add(there, op("op-2", "tea three"));
    expect(await find(here, "tea")).toEqual(["tea one", "tea three", "tea two"]);
    expect((await here.info()).seq).toBe(0);
  });

  it("an op that is accepted, and one that is cancelled", async () => {
    const { here, there } = await twoTabs();
    await there.accept(op("op-2", "tea three"));
    expect(await find(here, "tea")).toHaveLength(3);
    await there.cancel("op-2");
    expect(await find(here, "tea")).toEqual(["tea one", "tea two"]);
  });

  it("an op that is cancelled after another was accepted behind it", async () => {
    const { here, there } = await twoTabs();
    await there.accept(op("op-2", "tea three"));
    await find(here, "tea");
    await there.accept(op("op-3", "tea four"));
    await there.cancel("op-2");
    expect(await find(here, "tea")).toEqual(["tea four", "tea one", "tea two"]);
  });

  it.each(["none", "window"] as const)("messages that a commit drops: retention %s", async (retention) => {
    const { here, there } = await twoTabs();
    await there.accept(op("op-2", "tea three", { retention, contextWindow: 1 }));
    expect(await find(here, "tea")).toHaveLength(3);
    await there.commit({ opId: "op-2", decisions: [] });
    expect(await find(here, "tea")).toEqual(retention === "none" ? ["tea one", "tea two"] : ["tea three"]);
  });

  it("is not read again where messages of another scope went", async () => {
    const store = faultyStore(await openIndexedDBStore({ name: "shared" }));
    const [here, there] = [await open({}, { openStore: async () => store }), await open()];
    const bob = { userId: "bob" };
    await add(here, op("op-1", "tea one|tea two"));
    await there.accept({ ...op("op-2", "tea of Bob"), scope: bob });
    expect([await find(here, "tea"), await find(here, "tea", bob)]).toEqual([["tea one", "tea two"], ["tea of Bob"]]);
    await there.cancel("op-2");
    store.disarm();
    expect(await find(here, "tea")).toEqual(["tea one", "tea two"]);
    expect(store.operations).not.toContain("getAll messages");
    expect(await find(here, "tea", bob)).toEqual([]);
  });

  it("a forget of one memory, of a scope, and a reset", async () => {
    const { here, there } = await twoTabs();
    await there.accept(op("op-2", "tea three"));
    const sources = [{ opId: "op-2", order: 2, index: 0 }];
    const decision = { event: "ADD", text: "User has tea", origin: "rules", details: { sources } } as const;
    await there.commit({ opId: "op-2", decisions: [{ ...decision, reason: "test", decidedBy: "rules" }] });
    expect(await find(here, "tea")).toHaveLength(3);
    await there.forget({ id: "op-2-0" });
    expect(await find(here, "tea")).toEqual(["tea one", "tea two"]);
    await there.forget({ scope: ALICE });
    expect(await find(here, "tea")).toEqual([]);
    await add(there, op("op-3", "tea again"));
    expect(await find(here, "tea")).toEqual(["tea again"]);
    await there.reset();
    expect(await find(here, "tea")).toEqual([]);
  });

  it("an import that puts messages between those that are there", async () => {
    const { here, there } = await twoTabs();
    const file = await there.export({ scope: ALICE, vectors: false });
    const dropped = { ...file.messages[0]!, scope: ALICE, index: 7, content: "tea from elsewhere" };
    const nothing = { scopes: [], ops: [], changes: [], entities: [], relations: [] };
    await there.import({ ...nothing, base: null, isLast: true, highestOrder: 1, messages: [dropped] });
    expect(await find(here, "tea")).toEqual(["tea from elsewhere", "tea one", "tea two"]);
  });

  it("a memory that another tab draws from a message that is known here", async () => {
    const { here, there } = await twoTabs();
    const request = { scope: ALICE, query: "tea three", topK: 1, threshold: 0, filter: null, contextMessages: 0 };
    await there.accept(op("op-2", "tea three"));
    expect((await here.searchMessages(request))[0]?.memoryIds).toEqual([]);
    const sources = [{ opId: "op-2", order: 2, index: 0 }];
    const decision = { event: "ADD", text: "User has tea", origin: "rules", details: { sources } } as const;
    await there.commit({ opId: "op-2", decisions: [{ ...decision, reason: "test", decidedBy: "rules" }] });
    expect((await here.searchMessages(request))[0]?.memoryIds).toEqual(["op-2-0"]);
    await there.delete(["op-2-0"]);
    expect((await here.searchMessages(request))[0]?.memoryIds).toEqual([]);
  });

  it("all at once, in any order of looking: both tabs and a fresh one find the same, with the same scores", async () => {
    const [here, there] = [await open(), await open()];
    const steps: ((n: number, engine: Engine) => Promise<unknown>)[] = [
      (n, engine) => add(engine, op(`op-${n}`, `tea ${n}|rum ${n}`)),
      (n, engine) => engine.accept(op(`op-${n}`, `tea ${n}`)),
      (n, engine) => engine.cancel(`op-${n - 1}`),
      (n, engine) => add(engine, op(`op-${n}`, `gin ${n}|tea ${n}`, { retention: "none" })),
      (n, engine) => add(engine, op(`op-${n}`, `tea ${n}`)),
    ];
    const request = { scope: ALICE, query: "tea", topK: 50, threshold: 0, filter: null, contextMessages: 2 };
    for (let n = 0; n < 30; n++) {
      await steps[n % steps.length]!(n, n % 2 === 0 ? here : there);
      if (n % 3 === 0) await here.searchMessages(request);
      if (n % 4 === 0) await there.searchMessages(request);
    }
    const fresh = await (await open()).searchMessages(request);
    expect(fresh.length).toBeGreaterThan(10);
    expect(await here.searchMessages(request)).toEqual(fresh);
    expect(await there.searchMessages(request)).toEqual(fresh);
  });
});

/** Points in the direction of the first known topic: nothing like the words. */
function topicEmbedder(space: string): Embedder & { texts: string[] } {
  const topics = [/pizza|food|sushi/i, /boat|canoe|sail/i];
  const texts: string[] = [];
  const vectorOf = (text: string): Float32Array => {
    const vector = new Float32Array(4);
    const topic = topics.findIndex((words) => words.test(text));
    vector[topic < 0 ? 3 : topic] = 1;
    return vector;
  };
  return { space, dims: 4, texts, embed: async (asked) => (texts.push(...asked), asked.map(vectorOf)) };
}

async function vectorRows(): Promise<VectorRow[]> {
  const store = await openIndexedDBStore({ name: "shared" });
  const rows = await store.read(["vectors"], (tx) => tx.getAll("vectors"));
  await store.close();
  return rows;
}

const spacesOf = (rows: VectorRow[]): string[] => [...new Set(rows.map((row) => row.space))].toSorted();

describe("messages that are embedded, by choice", () => {
  const EMBED = { embedMessages: true };

  it("are found by meaning once they have vectors, in the background", async () => {
    const engine = await open(EMBED, { embedder: topicEmbedder("topics") });
    await add(engine, op("op-1", "I had sushi|My canoe is red|"));
    await expect.poll(vectorRows).toHaveLength(2);
    const request = { scope: ALICE, query: "food", topK: 1, threshold: 0, filter: null, contextMessages: 0 };
    const [hit] = await engine.searchMessages({ ...request, explain: true });
    expect(hit?.message.content).toBe("I had sushi");
    expect(hit?.parts?.meaning).toBeGreaterThan(0.5);
  });

  it("are not, by default: no vector is stored, and no embedder is asked", async () => {
    const embedder = topicEmbedder("topics");
    const engine = await open({}, { embedder });
    await add(engine, op("op-1", "I had sushi"));
    await engine.modelReady();
    expect(await find(engine, "food")).toEqual([]);
    expect(await find(engine, "sushi")).toEqual(["I had sushi"]);
    expect([await vectorRows(), embedder.texts]).toEqual([[], []]);
  });

  it("INV-9: their vectors are in a space of their own, and neither searched nor exported as memories", async () => {
    const embedder = topicEmbedder("topics");
    const engine = await open(EMBED, { embedder });
    await add(engine, op("op-1", "I had sushi"));
    await expect.poll(vectorRows).toHaveLength(1);
    expect(spacesOf(await vectorRows())).toEqual([messageSpace("topics")]);
    const request = { scope: ALICE, query: "food", topK: 5, threshold: 0, filter: null };
    expect(await engine.search(request)).toEqual([]);
    expect((await engine.export({ scope: null, vectors: true })).vectors).toEqual([]);
  });

  it("INV-9: another embedder gives them vectors in its space, and answers in that alone", async () => {
    const first = await open(EMBED, { embedder: topicEmbedder("old") });
    await add(first, op("op-1", "I had sushi"));
    await expect.poll(vectorRows).toHaveLength(1);
    await first.close();
    const second = await open(EMBED, { embedder: topicEmbedder("new") });
    const spaces = [messageSpace("new"), messageSpace("old")];
    await expect.poll(async () => spacesOf(await vectorRows())).toEqual(spaces);
    expect(await find(second, "food")).toEqual(["I had sushi"]);
  });

  it("what another tab has accepted, embedded, or imported in between is embedded once and found", async () => {
    const embedder = topicEmbedder("topics");
    const [plain, here] = [await open({}, { embedder }), await open(EMBED, { embedder })];
    await add(plain, op("op-1", "I had sushi"));
    expect(await find(here, "food")).toEqual([]);
    await expect.poll(() => find(here, "food")).toEqual(["I had sushi"]);
    const there = await open(EMBED, { embedder: topicEmbedder("topics") });
    await add(there, op("op-2", "Pizza again"));
    await expect.poll(vectorRows).toHaveLength(2);
    await expect.poll(() => find(here, "food")).toHaveLength(2);
    const file = await there.export({ scope: ALICE, vectors: false });
    const between = { ...file.messages[0]!, scope: ALICE, index: 3, content: "Food truck" };
    const nothing = { scopes: [], ops: [], changes: [], entities: [], relations: [] };
    await there.import({ ...nothing, base: null, isLast: true, highestOrder: 1, messages: [between] });
    await expect.poll(vectorRows).toHaveLength(3);
    await expect.poll(() => find(here, "dish of food")).toHaveLength(3);
    expect(embedder.texts.filter((text) => text === "I had sushi")).toHaveLength(1);
  });

  it("lose their vectors with themselves: cancel, retention, forget", async () => {
    const engine = await open(EMBED, { embedder: hashingEmbedder() });
    await engine.accept(op("op-1", "one"));
    await engine.accept(op("op-2", "two", { retention: "none" }));
    await add(engine, op("op-3", "three"));
    await expect.poll(vectorRows).toHaveLength(3);
    await engine.cancel("op-1");
    expect(await vectorRows()).toHaveLength(2);
    await engine.commit({ opId: "op-2", decisions: [] });
    expect(await vectorRows()).toHaveLength(1);
    await engine.forget({ scope: ALICE });
    expect(await vectorRows()).toEqual([]);
  });

  it("go on where a closed tab stopped, in batches, and find the same as messages that were embedded at once", async () => {
    const embedder = topicEmbedder("topics");
    const slow: Embedder = { ...embedder, embed: async (texts) => (await pause(), embedder.embed(texts)) };
    const first = await open(EMBED, { embedder: slow });
    const texts = Array.from({ length: 50 }, (_, n) => (n % 2 ? `boat ${n}` : `pizza ${n}`));
    await add(first, op("op-1", texts.join("|")));
    await expect.poll(async () => (await vectorRows()).length).toBeGreaterThan(0);
    await first.close();
    const second = await open(EMBED, { embedder });
    await expect.poll(vectorRows).toHaveLength(50);
    expect(await find(second, "food")).toHaveLength(20);
    expect(embedder.texts.filter((text) => text === "pizza 0")).toHaveLength(1);
  });

  it("do not hold back the model, which answers as soon as the memories have vectors", async () => {
    let release = (): void => undefined;
    const isHeld = new Promise<void>((resolve) => (release = resolve));
    const topics = topicEmbedder("topics");
    const held: Embedder = { ...topics, embed: async (texts) => (await isHeld, topics.embed(texts)) };
    const plain = await open({}, { embedder: topics });
    await add(plain, op("op-1", "I had sushi"));
    const engine = await open(EMBED, { embedder: held });
    await engine.modelReady();
    expect((await engine.info()).embedder.model).toBe("ready");
    release();
    await expect.poll(vectorRows).toHaveLength(1);
  });

  it("do not make the model unavailable where they cannot be embedded; the next run tries again", async () => {
    let isBroken = true;
    const topics = topicEmbedder("topics");
    const embed: Embedder["embed"] = async (texts) => {
      if (isBroken) throw new Error("too long");
      return topics.embed(texts);
    };
    const engine = await open(EMBED, { embedder: { ...topics, embed } });
    await add(engine, op("op-1", "I had sushi"));
    await engine.modelReady();
    await pause();
    expect((await engine.info()).embedder.model).toBe("ready");
    isBroken = false;
    await engine.accept(op("op-2", "Pizza again"));
    await expect.poll(vectorRows).toHaveLength(2);
  });

  it("share the vectors of memories that are the same text: each is embedded once, however many", async () => {
    const embedder = topicEmbedder("topics");
    const memory = new Memory({ engine: "inline", embedder, name: "shared", index: EMBED });
    onTestFinished(() => memory.close());
    const messages = Array.from({ length: 300 }, (_, n) => ({ role: "user" as const, content: `pizza ${n}` }));
    await memory.add(messages, { ...ALICE, infer: false });
    await expect.poll(vectorRows, { timeout: 20_000 }).toHaveLength(600);
    expect(embedder.texts).toHaveLength(300);
  });

  it("over Memory: index.embedMessages", async () => {
    const embedder = topicEmbedder("topics");
    const memory = new Memory({ engine: "inline", storage: "memory", embedder, index: EMBED });
    onTestFinished(() => memory.close());
    await memory.add("I had sushi yesterday", { ...ALICE, infer: false });
    const search = () => memory.search("food", { ...ALICE, include: ["messages"] });
    await expect.poll(async () => (await search()).messages?.[0]?.message.content).toBe("I had sushi yesterday");
  });
});

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

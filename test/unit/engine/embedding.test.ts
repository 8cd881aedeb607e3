import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Embedder } from "../../../src/embed/embedder.ts";
import { hashingEmbedder } from "../../../src/embed/hashing.ts";
import { CachedEmbedder } from "../../../src/engine/cached-embedder.ts";
import { Embedding, type EmbeddingPlan } from "../../../src/engine/embedding.ts";
import { Memory, type MemoryOptions } from "keepsake";

const ALICE = { userId: "alice" };

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/** Points in the direction of the first known word: enough to tell topics apart, and nothing like hashing. */
function topicEmbedder(space: string, embed?: Embedder["embed"]): Embedder & { texts: string[] } {
  const topics = ["food", "sushi", "city", "hamburg"];
  const texts: string[] = [];
  const vectorOf = (text: string): Float32Array => {
    const vector = new Float32Array(8);
    const topic = topics.findIndex((word) => text.toLowerCase().includes(word));
    vector[topic < 0 ? 7 : topic >> 1] = 1;
    return vector;
  };
  return {
    space,
    dims: 8,
    texts,
    embed:
      embed ??
      (async (asked) => {
        texts.push(...asked);
        return asked.map(vectorOf);
      }),
  };
}

function openMemory(options: MemoryOptions): Memory {
  const memory = new Memory({ engine: "inline", ...options });
  onTestFinished(() => memory.close());
  return memory;
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe("an embedder of one's own", () => {
  it("is asked again for a text after a forget, or a reset: of what is forgotten no text is left", async () => {
    const embedder = topicEmbedder("topics");
    const memory = openMemory({ embedder });
    const { results } = await memory.add("I love sushi", ALICE);
    const search = () => memory.search("which sushi", ALICE);
    const times = () => embedder.texts.filter((text) => text === "which sushi").length;
    await search();
    await search();
    expect(times()).toBe(1);
    await memory.forget(results[0]!.id!);
    await search();
    expect(times()).toBe(2);
    await memory.reset();
    await search();
    expect(times()).toBe(3);
  });

  it("finds by meaning what shares no word", async () => {
    const memory = openMemory({ embedder: topicEmbedder("topics") });
    await memory.add("I love sushi", ALICE);
    await memory.add("I moved to Hamburg", ALICE);
    const { results } = await memory.search("which food", { ...ALICE, topK: 1 });
    expect(results[0]?.memory).toBe("User loves sushi");
    expect((await memory.info()).embedder).toMatchObject({ space: "topics", dims: 8, kind: "semantic" });
  });

  it("INV-9: with another space, everything is embedded again; vectors of two spaces never meet", async () => {
    const first = openMemory({ embedder: topicEmbedder("one") });
    await first.add("I love sushi", ALICE);
    await first.add("I moved to Hamburg", ALICE);
    await first.close();
    const embedder = topicEmbedder("two");
    const second = openMemory({ embedder });
    await second.ready({ model: true });
    expect(embedder.texts.toSorted()).toEqual(["User loves sushi", "User moved to Hamburg"]);
    const { results } = await second.search("which city", { ...ALICE, topK: 1 });
    expect(results[0]?.memory).toBe("User moved to Hamburg");
  });

  it("INV-9: re-embedding goes on where it stopped", async () => {
    const first = openMemory({ embedder: "hashing" });
    const notes = Array.from({ length: 40 }, (_, i) => ({ role: "user" as const, content: `note ${i} on food` }));
    await first.add(notes, { ...ALICE, infer: false });
    await first.close();

    let calls = 0;
    const model = topicEmbedder("model");
    const failing: Embedder = {
      ...model,
      embed: async (texts) => {
        if (++calls > 1) throw new Error("the tab was closed");
        return model.embed(texts);
      },
    };
    const interrupted = openMemory({ embedder: failing });
    await expect(interrupted.ready({ model: true })).rejects.toMatchObject({ code: "embedder_failed" });
    await interrupted.close();
    const before = model.texts.length;
    expect(before).toBeGreaterThan(0);

    const resumed = openMemory({ embedder: model });
    await resumed.ready({ model: true });
    expect(model.texts).toHaveLength(40);
    expect(new Set(model.texts).size).toBe(40);
  });

  const bad: [string, () => Float32Array[]][] = [
    ["NaN", () => [new Float32Array(8).fill(NaN)]],
    ["too few numbers", () => [Float32Array.of(1)]],
    ["no unit length", () => [new Float32Array(8).fill(1)]],
    ["too few vectors", () => []],
  ];
  for (const [what, vectors] of bad) {
    it(`is refused with ${what}; nothing is stored and the op stays pending`, async () => {
      const memory = openMemory({ embedder: topicEmbedder("broken", async () => vectors()) });
      await expect(memory.add("I love sushi", ALICE)).rejects.toMatchObject({ code: "embedder_failed" });
      expect(await memory.info()).toMatchObject({ memories: 0, pending: 1 });
    });
  }
});

describe("the plan: first one at once, then the model", () => {
  function embedding(plan: EmbeddingPlan, fill: (e: CachedEmbedder) => Promise<void> = async () => undefined) {
    const states: string[] = [];
    const subject = new Embedding(plan, { fill, onState: ({ model }) => states.push(model) });
    onTestFinished(() => subject.close());
    return { subject, states };
  }

  it("hashing answers until the model has come and everything is embedded, then the model does", async () => {
    const gate = deferred<Embedder>();
    const filled = deferred<void>();
    const model = topicEmbedder("model");
    const { subject, states } = embedding({ first: hashingEmbedder(), load: () => gate.promise }, async (e) => {
      if (e.space === "model") await filled.promise;
    });
    subject.start();
    expect((await subject.answering()).kind).toBe("lexical");
    gate.resolve(model);
    await expect.poll(() => subject.info().model).toBe("embedding");
    // INV-9: the old space keeps answering, and what is added now gets a vector in both.
    expect((await subject.answering()).kind).toBe("lexical");
    expect([...(await subject.vectorSets(["sushi"])).keys()].toSorted()).toEqual(["hashing-v3-384", "model"]);
    filled.resolve();
    await subject.settle();
    expect((await subject.answering()).space).toBe("model");
    expect(states).toEqual(["loading", "embedding", "ready"]);
  });

  it("a model that cannot be had leaves hashing in place, and says why", async () => {
    const load = async (): Promise<Embedder> => {
      throw new Error("no network");
    };
    const { subject } = embedding({ first: hashingEmbedder(), load });
    subject.start();
    await expect(subject.settle()).rejects.toThrow("no network");
    expect(subject.info()).toMatchObject({ model: "unavailable", reason: "no network", kind: "lexical" });
    expect((await subject.answering()).kind).toBe("lexical");
  });

  it("tries again when the device comes online", async () => {
    let tries = 0;
    const load = async (): Promise<Embedder> => {
      if (++tries === 1) throw new Error("no network");
      return topicEmbedder("model");
    };
    const { subject } = embedding({ first: hashingEmbedder(), load });
    subject.start();
    await expect.poll(() => subject.info().model).toBe("unavailable");
    globalThis.dispatchEvent(new Event("online"));
    await expect.poll(() => subject.info().model).toBe("ready");
  });

  it("a model that arrives after close() is freed, and answers nobody", async () => {
    const gate = deferred<Embedder>();
    const freed = deferred<void>();
    const { subject, states } = embedding({ first: null, load: () => gate.promise });
    const asked = subject.answering().catch((error: unknown) => error);
    await subject.close();
    expect(await asked).toMatchObject({ code: "closed" });
    gate.resolve({ ...topicEmbedder("model"), close: async () => freed.resolve() });
    await freed.promise;
    expect(states).toEqual(["loading"]);
  });

  it("tells no reason any more once the model answers", async () => {
    let isBroken = false;
    const model = topicEmbedder("model", async (texts) => {
      if (isBroken) throw new Error("out of memory");
      return texts.map(() => Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    });
    const filled = deferred<void>();
    const { subject } = embedding({ first: hashingEmbedder(), load: async () => model }, async (e) => {
      if (e.space === "model") await filled.promise;
    });
    subject.start();
    await expect.poll(() => subject.info().model).toBe("embedding");
    isBroken = true;
    await subject.vectorSets(["sushi"]);
    expect(subject.info().reason).toContain("threw");
    filled.resolve();
    await subject.settle();
    expect(subject.info()).toMatchObject({ model: "ready" });
    expect(subject.info()).not.toHaveProperty("reason");
  });

  it("without a first one, calls wait for the model, and learn why it cannot be had", async () => {
    let tries = 0;
    const load = async (): Promise<Embedder> => {
      if (++tries < 3) throw new Error("no network");
      return topicEmbedder("model");
    };
    const { subject } = embedding({ first: null, load });
    await expect(subject.answering()).rejects.toThrow("no network");
    await expect(subject.vectorSets(["x"])).rejects.toThrow("no network");
    expect((await subject.answering()).space).toBe("model");
  });
});

describe("CachedEmbedder", () => {
  it("embeds a text once that is asked for twice at the same time, and again after a failure", async () => {
    const calls: string[][] = [];
    let isBroken = true;
    const inner = topicEmbedder("test", async (texts) => {
      calls.push([...texts]);
      await Promise.resolve();
      if (isBroken) throw new Error("broken");
      return texts.map(() => Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    });
    const embedder = new CachedEmbedder(inner);
    const both = (): Promise<unknown>[] => [embedder.embed(["a", "b"]), embedder.embed(["b", "c"])];
    for (const failed of both()) await expect(failed).rejects.toMatchObject({ code: "embedder_failed" });
    isBroken = false;
    await Promise.all(both());
    expect(calls).toEqual([["a", "b"], ["c"], ["a", "b"], ["c"]]);
  });

  it("never embeds the same recent text twice, nor within one call", async () => {
    const inner = topicEmbedder("topics");
    const cached = new CachedEmbedder(inner);
    await cached.embed(["food", "city", "food"]);
    await cached.embed(["city"]);
    expect(inner.texts).toEqual(["food", "city"]);
  });
});

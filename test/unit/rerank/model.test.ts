// @vitest-environment node
/** The cross-encoder behind `rerank: true`: the same inline and in a worker, with a small real model. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { Memory, type KeepsakeEvent, type MemoryOptions, type OpenEngine, type SearchAnswer } from "keepsake";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { makeTestReranker } from "../../../scripts/make-test-reranker.mjs";
import { openWorkerEngine, type WorkerLike } from "../../../src/worker/client.ts";
import { rerankerModel } from "../../../src/rerank/model.ts";
import { serve } from "../../../src/worker/serve.ts";

const ALICE = { userId: "alice" };
const FACTS = ["The hound ate dinner", "A puppy", "The weather in May is rain"];
const QUERY = "puppy food";

let models = "";
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), "keepsake-rerank-"));
  await makeTestReranker(join(models, "tiny"));
});
afterAll(() => rm(models, { recursive: true }));
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/** Both ends of the worker's protocol over a MessageChannel: what crosses is really cloned. */
const overChannel: OpenEngine = (options, onEvent) => {
  const { port1, port2 } = new MessageChannel();
  port1.start();
  port2.start();
  serve({}, port2 as unknown as WorkerLike);
  const worker = Object.assign(port1, { terminate: () => port1.close() }) as unknown as WorkerLike;
  return openWorkerEngine(options, worker, { onEvent, onDead: () => undefined });
};

async function remember(options: MemoryOptions): Promise<{ memory: Memory; events: KeepsakeEvent[] }> {
  const memory = new Memory({ embedder: "hashing", ...options });
  onTestFinished(() => memory.close());
  const events: KeepsakeEvent[] = [];
  void (async () => {
    for await (const event of memory.watch()) events.push(event);
  })();
  for (const content of FACTS) await memory.add(content, { ...ALICE, infer: false });
  return { memory, events };
}

const summary = ({ results, rerank }: SearchAnswer) => ({
  rerank,
  results: results.map(({ memory, rerankScore }) => ({ memory, rerankScore })),
});

describe.each<[string, MemoryOptions["engine"]]>([
  ["inline", "inline"],
  ["in a worker", overChannel],
])("a cross-encoder %s", (_where, engine) => {
  const tiny = { model: "tiny", localModelPath: "" };
  beforeAll(() => void (tiny.localModelPath = models));

  it("puts first what answers the query, not what shares its words", async () => {
    const { memory } = await remember({ engine: engine!, reranker: tiny });
    expect((await memory.search(QUERY, ALICE)).results[0]!.memory).toBe("A puppy");
    const answer = await memory.search(QUERY, { ...ALICE, rerank: true, topK: 2 });
    expect(summary(answer)).toEqual({
      rerank: { by: "model", applied: true },
      results: [
        { memory: "The hound ate dinner", rerankScore: expect.closeTo(1 / (1 + Math.exp(-3)), 6) },
        { memory: "A puppy", rerankScore: expect.closeTo(1 / (1 + Math.exp(1)), 6) },
      ],
    });
  });

  it("tells watchers how it arrives, apart from the embedder's model", async () => {
    const { memory, events } = await remember({ engine: engine!, reranker: tiny });
    await memory.search(QUERY, { ...ALICE, rerank: true });
    await memory.search(QUERY, { ...ALICE, rerank: true });
    const isReady = (event: KeepsakeEvent): boolean =>
      event.type === "reranker-state" && event.reranker.state === "ready";
    await expect.poll(() => events.some(isReady)).toBe(true);
    const states = events.flatMap((event) => (event.type === "reranker-state" ? [event.reranker] : []));
    expect(states).toEqual([
      { model: "tiny", state: "loading" },
      { model: "tiny", state: "ready" },
    ]);
    const progress = events.filter((event) => event.type === "model-progress");
    expect(progress.length).toBeGreaterThan(0);
    for (const event of progress) expect(event).toMatchObject({ use: "reranker", model: "tiny" });
  });

  it("that is not to be had leaves the order of the search, says so, and is tried again", async () => {
    const place = join(models, engine === "inline" ? "late-inline" : "late-worker");
    const { memory, events } = await remember({ engine: engine!, reranker: { model: "late", localModelPath: place } });
    const { results } = await memory.search(QUERY, ALICE);
    const answer = await memory.search(QUERY, { ...ALICE, rerank: true });
    expect(answer.results).toEqual(results);
    expect(answer.rerank).toMatchObject({
      by: "model",
      applied: false,
      error: { code: "reranker_unavailable", message: expect.stringContaining("late") },
    });
    expect(events).toContainEqual({
      type: "reranker-state",
      reranker: { model: "late", state: "unavailable", reason: expect.stringContaining("late") },
    });
    await makeTestReranker(join(place, "late"));
    expect((await memory.search(QUERY, { ...ALICE, rerank: true })).rerank).toEqual({ by: "model", applied: true });
  });

  it("without a name is an error of the caller's", async () => {
    const { memory } = await remember({ engine: engine!, reranker: { model: " " } });
    await expect(memory.search(QUERY, { ...ALICE, rerank: true })).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("the place of the reranker's model", () => {
  it("is the embedder's where its own options do not say another; its own are never the embedder's", () => {
    const embedder = { model: "e", localModelPath: "/models/", quantized: false, background: true, cache: false };
    expect(rerankerModel(undefined, embedder)).toMatchObject({ localModelPath: "/models/", cache: false });
    expect(rerankerModel(undefined, embedder)).not.toHaveProperty("model");
    expect(rerankerModel(undefined, embedder)).not.toHaveProperty("quantized");
    expect(rerankerModel({ model: "r", localModelPath: "/own/" }, embedder)).toMatchObject({
      model: "r",
      localModelPath: "/own/",
    });
  });

  it("is none with the hashing embedder, unless it is named", () => {
    expect(rerankerModel(undefined, "hashing")).toBeNull();
    expect(rerankerModel({ model: "r" }, "hashing")).toMatchObject({ model: "r" });
    expect(rerankerModel(undefined)).not.toBeNull();
  });
});

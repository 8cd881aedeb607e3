import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTestModel } from "../../../scripts/make-test-model.mjs";
import { makeTestReranker } from "../../../scripts/make-test-reranker.mjs";
import { untilAborted } from "../../../src/abort.ts";
import { openCrossEncoder, type CrossEncoder } from "../../../src/embed/cross-encoder.ts";
import { openTransformersEmbedder } from "../../../src/embed/transformers.ts";
import { rerankerSuite } from "../../../src/testing/reranker-suite.ts";
import { fakeLibrary, type FakeLibrary } from "./fake-library.ts";
import { startMockHub } from "./mock-hub.ts";

const MODEL = "keepsake/tiny-reranker";
const unavailable = { code: "reranker_unavailable", stage: "search" };
const failed = { code: "reranker_failed", stage: "search" };

let dir = "";
let models = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "keepsake-rerank-"));
  models = join(dir, "models");
  await makeTestReranker(join(models, MODEL));
  await makeTestReranker(join(models, "fp32-only"));
  await rm(join(models, "fp32-only/onnx/model_quantized.onnx"));
  await makeTestModel(join(models, "embedder"));
});
afterAll(() => rm(dir, { recursive: true }));

const local = (model = MODEL): Promise<CrossEncoder> => openCrossEncoder({ model, localModelPath: models });
const open = (library: FakeLibrary): Promise<CrossEncoder> =>
  openCrossEncoder({}, { loadTransformers: async () => library });

rerankerSuite(
  "a cross-encoder from a local path",
  async () => {
    const encoder = await local();
    return ({ query, documents, signal }) => untilAborted(encoder.score(query, documents), signal);
  },
  { describe, it },
);

describe("a cross-encoder from a local path", () => {
  it("reads query and document together: it counts the words that both have, synonyms too", async () => {
    const encoder = await local();
    const scores = await encoder.score("puppy food", ["The hound ate dinner", "A dog", "User lives in Berlin", ""]);
    // Logits 2 × count − 3, as the test model has it.
    expect(scores.map((score) => Math.log(score / (1 - score)))).toEqual(
      [3, -1, -3, -3].map((logit): unknown => expect.closeTo(logit, 4)),
    );
  });

  it("full weights and 8-bit ones are both to be had, and a missing file is named", async () => {
    const fp32 = await openCrossEncoder({ model: "fp32-only", localModelPath: models, quantized: false });
    expect((await fp32.score("dog", ["puppy"]))[0]).toBeCloseTo((await (await local()).score("dog", ["puppy"]))[0]!, 4);
    await expect(local("fp32-only")).rejects.toMatchObject({
      ...unavailable,
      retryable: false,
      message: expect.stringMatching(/fp32-only\/onnx\/model_quantized\.onnx.*`quantized: false`/s),
    });
  });

  it("cuts a document off at the model's window, and leaves it half of it beside a long query", async () => {
    const encoder = await local();
    const [inside, outside] = await encoder.score("puppy", [`${"rain ".repeat(60)} dog`, `${"rain ".repeat(200)} dog`]);
    expect(inside).toBeGreaterThan(outside!);
    const [found, missed] = await encoder.score("dog ".repeat(300), ["puppy", "coffee"]);
    expect(found).toBeGreaterThan(missed!);
  });

  it("says so where a model is none for pairs", async () => {
    await expect(local("embedder")).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining("gives no relevance"),
    });
  });

  it("refuses an empty model id", async () => {
    await expect(local(" ")).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("a cross-encoder from a hub", () => {
  it("is not poisoned by a server that answers with a web page, and is there when the hub is gone", async () => {
    const hub = await startMockHub(models);
    const cacheDir = join(dir, "cache");
    const fromHub = () => openCrossEncoder({ model: MODEL, remoteHost: hub.url }, { cacheDir });
    hub.answerHtml = true;
    await expect(fromHub()).rejects.toMatchObject({ ...unavailable, message: expect.stringMatching(/HTML/) });
    hub.answerHtml = false;
    await fromHub();
    await hub.close();
    expect(await (await fromHub()).score("dog", ["puppy", "rain"])).toHaveLength(2);
  });

  it("heals a cache that was poisoned before", async () => {
    const hub = await startMockHub(models);
    const cacheDir = join(dir, "poisoned");
    const fromHub = () => openCrossEncoder({ model: MODEL, remoteHost: hub.url }, { cacheDir });
    await fromHub();
    await writeFile(join(cacheDir, MODEL, "config.json"), "<!doctype html>");
    expect(await (await fromHub()).score("dog", ["puppy"])).toHaveLength(1);
    await hub.close();
  });
});

describe("a cross-encoder of any version of the library", () => {
  it.each(["2.17.2", "3.5.2", "4.3.1"])("asks version %s for text classification, with pairs", async (version) => {
    const library = fakeLibrary(version);
    const encoder = await open(library);
    expect(library.tasks).toEqual(["text-classification"]);
    await encoder.score("q", ["a", "bb"]);
    expect(library.batches.at(-1)).toEqual(["q|a", "q|bb"]);
  });

  it("makes batches of similar length, and answers in the order of the documents", async () => {
    const library = fakeLibrary("2.17.2");
    const encoder = await open(library);
    const documents = Array.from({ length: 40 }, (_, i) => "x".repeat(1 + ((i * 7) % 40)));
    const scores = await encoder.score("q", documents);
    expect(library.batches.slice(1).map((batch) => batch.length)).toEqual([16, 16, 8]);
    const byScore = documents.map((text, i) => [scores[i]!, text.length] as const).sort(([a], [b]) => a - b);
    expect(byScore.map(([, length]) => length)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  it("takes the difference of two classes for the relevance", async () => {
    const library = fakeLibrary("2.17.2");
    library.output = (texts) => ({
      logits: { data: Float32Array.from(texts.flatMap(() => [1, 3])), dims: [texts.length, 2] },
    });
    const encoder = await open(library);
    expect((await encoder.score("q", ["a"]))[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  });

  it.each([
    ["three classes", Float32Array.of(1, 2, 3), [1, 3]],
    ["not a number", Float32Array.of(Number.NaN), [1, 1]],
    ["fewer rows than documents", Float32Array.of(), [0, 1]],
  ])("refuses %s, and works on with the next call", async (_what, data, dims) => {
    const library = fakeLibrary("2.17.2");
    const encoder = await open(library);
    library.output = () => ({ logits: { data, dims } });
    await expect(encoder.score("q", ["a"])).rejects.toMatchObject(failed);
    library.output = null;
    expect(await encoder.score("q", ["a"])).toHaveLength(1);
  });

  it("says what to install, or what to do without, where the package is not there", async () => {
    await expect(openCrossEncoder({ package: "@huggingface/transformers" })).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/npm install @huggingface\/transformers.*`reranker`/s),
    });
  });

  it("shares the runtime with the embedder: one inference at a time", async () => {
    const library = fakeLibrary("4.3.1");
    const encoder = await open(library);
    const embedder = await openTransformersEmbedder({}, { loadTransformers: async () => library });
    await Promise.all([1, 2, 3].flatMap((n) => [encoder.score("q", [`d${n}`]), embedder.embed([`t${n}`])]));
    expect(library.mostRunning).toBe(1);
  });

  it("stops between two batches when nobody waits any more, and lets the embedder have its turn", async () => {
    const library = fakeLibrary("2.17.2");
    const encoder = await open(library);
    const documents = Array.from({ length: 160 }, (_, i) => `d${i}`);
    const loaded = library.batches.length;
    const over = new Error("over");
    const asked = encoder.score("q", documents, () => {
      if (library.batches.length >= loaded + 2) throw over;
    });
    await expect(asked).rejects.toBe(over);
    expect(library.batches).toHaveLength(loaded + 2);
    expect(await encoder.score("q", ["a"])).toHaveLength(1);
  });

  it("frees a model that turns out to be none for pairs", async () => {
    const library = fakeLibrary("2.17.2");
    library.output = () => ({});
    await expect(open(library)).rejects.toMatchObject(unavailable);
    expect(library.disposed).toBe(true);
  });

  it("finishes what it was asked before it closes, and rejects what comes after", async () => {
    const library = fakeLibrary("2.17.2");
    const encoder = await open(library);
    const asked = encoder.score("q", ["a"]);
    await encoder.close();
    expect(await asked).toHaveLength(1);
    expect(library.disposed).toBe(true);
    await expect(encoder.score("q", ["a"])).rejects.toMatchObject(failed);
  });
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeTestModel } from "../../../scripts/make-test-model.mjs";
import { openTransformersEmbedder, type ModelProgress } from "../../../src/embed/transformers.ts";
import { embedderSuite } from "../../../src/testing/embedder-suite.ts";
import { startMockHub, type MockHub } from "./mock-hub.ts";
import { dot } from "./similarity.ts";

const MODEL = "keepsake/tiny";
const unavailable = { name: "EmbedderError", code: "embedder_unavailable" };

let dir = "";
let models = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "keepsake-embed-"));
  models = join(dir, "models");
  await makeTestModel(join(models, MODEL));
  await makeTestModel(join(models, "fp32-only"));
  await rm(join(models, "fp32-only/onnx/model_quantized.onnx"));
});
afterAll(() => rm(dir, { recursive: true }));

/** A cache folder of its own, so that nothing is left from another test. */
const freshCache = (): Promise<string> => mkdtemp(join(dir, "cache-"));

embedderSuite("a model from a local path", () => openTransformersEmbedder({ model: MODEL, localModelPath: models }), {
  describe,
  it,
  afterAll,
});

describe("a model from a local path", () => {
  it("knows that a puppy is a dog", async () => {
    const embedder = await openTransformersEmbedder({ model: MODEL, localModelPath: models });
    const [dog, puppy, weather] = await embedder.embed(["I love my dog", "My puppy is adored", "The weather is bad"]);
    expect(dot(dog, puppy)).toBeGreaterThan(0.6);
    expect(dot(dog, weather)).toBeLessThan(0.4);
  });

  it("tells full weights from 8-bit ones by the space, and finds nearly the same in both", async () => {
    const q8 = await openTransformersEmbedder({ model: MODEL, localModelPath: models });
    const fp32 = await openTransformersEmbedder({ model: MODEL, localModelPath: models, quantized: false });
    expect(q8).toMatchObject({ kind: "semantic", dims: 64, space: "transformers:keepsake/tiny:q8:mean1:64" });
    expect(fp32.space).toBe("transformers:keepsake/tiny:fp32:mean1:64");
    const [[a], [b]] = [await q8.embed(["I love my dog"]), await fp32.embed(["I love my dog"])];
    expect(dot(a, b)).toBeGreaterThan(0.99);
    expect(a).not.toEqual(b);
  });

  it("cuts a text off at the model's window", async () => {
    const embedder = await openTransformersEmbedder({ model: MODEL, localModelPath: models });
    const window = "dog ".repeat(126);
    const [cut, whole] = await embedder.embed([`${window} ${"coffee ".repeat(500)}`, window]);
    expect(dot(cut, whole)).toBeCloseTo(1, 4);
  });

  it("finds the dimensions by asking the model", async () => {
    await makeTestModel(join(models, "wide"), { dims: 384 });
    expect(await openTransformersEmbedder({ model: "wide", localModelPath: models })).toMatchObject({ dims: 384 });
  });

  it("names the file and the option where the 8-bit weights are missing, and does not take others instead", async () => {
    await expect(openTransformersEmbedder({ model: "fp32-only", localModelPath: models })).rejects.toMatchObject({
      ...unavailable,
      retryable: false,
      message: expect.stringMatching(/fp32-only\/onnx\/model_quantized\.onnx.*`quantized: false`/s),
    });
    await openTransformersEmbedder({ model: "fp32-only", localModelPath: models, quantized: false });
  });

  it("names the model and where it was looked for, where there is none", async () => {
    await expect(openTransformersEmbedder({ model: "nope", localModelPath: models })).rejects.toMatchObject({
      ...unavailable,
      retryable: false,
      message: expect.stringMatching(/"nope".*localModelPath/s),
    });
  });

  it("refuses an empty model id", async () => {
    await expect(openTransformersEmbedder({ model: " " })).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("loads two models asked for at the same time with different settings", async () => {
    const hub = await startMockHub(models);
    const [local, remote] = await Promise.all([
      openTransformersEmbedder({ model: MODEL, localModelPath: models }),
      openTransformersEmbedder({ model: "wide", remoteHost: hub.url, cache: false }),
    ]);
    await hub.close();
    expect([local.dims, remote.dims]).toEqual([64, 384]);
  });
});

describe("a model from a hub", () => {
  // One per test: the library does not abort its other downloads when one fails, and they must not meet the next test.
  let hub: MockHub;
  beforeEach(async () => {
    hub = await startMockHub(models);
  });
  afterEach(() => hub.close());

  const fromHub = (cacheDir: string, onProgress: (progress: ModelProgress) => void = () => {}) =>
    openTransformersEmbedder({ model: MODEL, remoteHost: hub.url }, { cacheDir, onProgress });

  it("is downloaded once, and loads from the cache with the hub gone", async () => {
    const cacheDir = await freshCache();
    const options = { model: MODEL, remoteHost: hub.url };
    const first = await openTransformersEmbedder(options, { cacheDir });
    expect(hub.requests.toSorted()).toEqual(
      ["config.json", "onnx/model_quantized.onnx", "tokenizer.json", "tokenizer_config.json"].map(
        (file) => `/${MODEL}/resolve/main/${file}`,
      ),
    );
    await hub.close();
    const second = await openTransformersEmbedder(options, { cacheDir });
    expect(await second.embed(["I love my dog"])).toEqual(await first.embed(["I love my dog"]));
    expect(second.space).toBe(first.space);
  });

  it("is kept nowhere with `cache: false`", async () => {
    const options = { model: MODEL, remoteHost: hub.url, cache: false };
    const cacheDir = await freshCache();
    await openTransformersEmbedder(options, { cacheDir });
    await hub.close();
    await expect(openTransformersEmbedder(options, { cacheDir })).rejects.toMatchObject(unavailable);
  });

  it("reports the bytes of all files as one sum that only grows", async () => {
    const seen: ModelProgress[] = [];
    await fromHub(await freshCache(), (progress) => seen.push(progress));
    expect(new Set(seen.map(({ file }) => file))).toEqual(
      new Set(["config.json", "onnx/model_quantized.onnx", "tokenizer.json", "tokenizer_config.json"]),
    );
    for (const [i, { model, loadedBytes, totalBytes }] of seen.entries()) {
      expect(model).toBe(MODEL);
      expect(loadedBytes).toBeLessThanOrEqual(totalBytes);
      expect(loadedBytes).toBeGreaterThanOrEqual(seen[i - 1]?.loadedBytes ?? 0);
    }
    expect(seen.at(-1)?.loadedBytes).toBe(seen.at(-1)?.totalBytes);
    expect(seen.at(-1)?.totalBytes).toBeGreaterThan(100_000);
  });

  it("can be tried again when the network is away, and says how to do without", async () => {
    await hub.close();
    const opening = openTransformersEmbedder({ model: MODEL, remoteHost: hub.url }, { cacheDir: await freshCache() });
    await expect(opening).rejects.toMatchObject({
      ...unavailable,
      retryable: true,
      message: expect.stringMatching(/online once.*`localModelPath`/s),
    });
  });

  it.each([429, 500, 503])("can be tried again when the hub answers %i", async (status) => {
    hub.status = status;
    await expect(fromHub(await freshCache())).rejects.toMatchObject({ ...unavailable, retryable: true });
  });

  it.each([401, 404])("is reported missing when the hub answers %i", async (status) => {
    hub.status = status;
    const opening = fromHub(await freshCache());
    await expect(opening).rejects.toMatchObject({
      ...unavailable,
      retryable: false,
      message: expect.stringContaining("The hub has no file"),
    });
  });

  it("is not poisoned by a server that answers with a web page", async () => {
    const cacheDir = await freshCache();
    hub.answerHtml = true;
    await expect(fromHub(cacheDir)).rejects.toMatchObject({
      ...unavailable,
      retryable: false,
      message: expect.stringMatching(/HTML/),
    });
    hub.answerHtml = false;
    expect(await fromHub(cacheDir)).toMatchObject({ dims: 64 });
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import { openTransformersEmbedder, type ModelProgress } from "../../../src/embed/transformers.ts";
import type { TransformersOptions } from "../../../src/info.ts";
import { fakeLibrary, type FakeLibrary } from "./fake-library.ts";

const unavailable = { name: "EmbedderError", code: "embedder_unavailable" };

const open = (library: FakeLibrary, options: TransformersOptions = {}, onProgress?: (e: ModelProgress) => void) =>
  openTransformersEmbedder(options, {
    loadTransformers: async () => library,
    baseUrl: "https://app.example/chat/",
    ...(onProgress === undefined ? {} : { onProgress }),
  });

/** Makes this process look like a browser worker with the given cache, as far as the adapter looks. */
function pretendBrowser(entries: Map<string, string>, onLine = true): void {
  vi.stubGlobal("process", Object.create(process, { release: { value: { name: "browser" } } }));
  vi.stubGlobal("navigator", { onLine });
  const cache = {
    match: async (key: string) => (entries.has(key) ? new Response(entries.get(key)) : undefined),
    delete: async (key: string) => entries.delete(key),
  };
  vi.stubGlobal("caches", { open: async () => cache });
}

afterEach(() => vi.unstubAllGlobals());

describe("the adapter for transformers.js", () => {
  it.each([
    ["2.17.2", true, { quantized: true }],
    ["2.17.2", false, { quantized: false }],
    ["3.5.2", true, { dtype: "q8" }],
    ["4.3.1", false, { dtype: "fp32" }],
  ])("asks version %s with quantized: %s for %j", async (version, quantized, expected) => {
    const library = fakeLibrary(version);
    const embedder = await open(library, { quantized });
    const { progress_callback: callback, ...options } = library.loads[0] ?? {};
    expect(typeof callback).toBe("function");
    expect(options).toEqual(expected);
    expect(embedder.space).toBe(`transformers:Xenova/all-MiniLM-L6-v2:${quantized ? "q8" : "fp32"}:mean1:2`);
  });

  it("INV-9: a revision is asked for, and is a space of its own", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library, { revision: "0a1b2c" });
    expect(library.loads[0]).toMatchObject({ revision: "0a1b2c" });
    expect(embedder.space).toBe("transformers:Xenova/all-MiniLM-L6-v2@0a1b2c:q8:mean1:2");
  });

  it("gives the same model the same space in every version, so that nothing is embedded again", async () => {
    const spaces = await Promise.all(["2.17.2", "3.5.2", "4.3.1"].map(async (v) => (await open(fakeLibrary(v))).space));
    expect(new Set(spaces).size).toBe(1);
  });

  it("finds the library behind a default export", async () => {
    const load = async () => ({ default: fakeLibrary("2.17.2") });
    expect(await openTransformersEmbedder({}, { loadTransformers: load })).toMatchObject({ dims: 2 });
  });

  it("frees a model that turns out to give no embeddings", async () => {
    const library = fakeLibrary("2.17.2");
    library.output = () => ({});
    await expect(open(library)).rejects.toMatchObject(unavailable);
    expect(library.disposed).toBe(true);
  });

  it("says what to install where the package is not there", async () => {
    const opening = openTransformersEmbedder({ package: "@huggingface/transformers" });
    await expect(opening).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining("npm install @huggingface/transformers"),
    });
  });

  it("says so where something else was loaded", async () => {
    const opening = openTransformersEmbedder({}, { loadTransformers: async () => ({ env: {} }) });
    await expect(opening).rejects.toMatchObject({ ...unavailable, message: expect.stringContaining("`pipeline`") });
  });

  it("allows exactly one of local and remote models", async () => {
    const library = fakeLibrary("4.3.1");
    await open(library, { localModelPath: "/models" });
    expect(library.env).toMatchObject({ allowLocalModels: true, allowRemoteModels: false });
    await open(library);
    expect(library.env).toMatchObject({ allowLocalModels: false, allowRemoteModels: true });
  });

  it("does not take files of the hub from the cache for hosted ones, nor the other way round", async () => {
    const library = fakeLibrary("2.17.2");
    await open(library, { localModelPath: "/models/" });
    expect(library.env).toMatchObject({ localModelPath: "/models/", remoteHost: expect.stringContaining(".invalid/") });
    await open(library);
    expect(library.env).toMatchObject({
      localModelPath: expect.stringContaining(".invalid/"),
      remoteHost: "https://hub.invalid/",
    });
  });

  it("goes back to the package's own hub when no other is asked for", async () => {
    const library = fakeLibrary("2.17.2");
    await open(library, { remoteHost: "https://mirror.example" });
    expect(library.env.remoteHost).toBe("https://mirror.example/");
    await open(library);
    expect(library.env.remoteHost).toBe("https://hub.invalid/");
  });

  it("gives a tokenizer without limit the window of the model", async () => {
    const library = fakeLibrary("2.17.2");
    await open(library);
    expect(library.windows).toEqual([256]);
  });

  it("sums up the bytes of files that arrive interleaved, and ignores events it does not know", async () => {
    const library = fakeLibrary("4.3.1");
    const seen: ModelProgress[] = [];
    await open(library, { model: "m" }, (progress) => seen.push(progress));
    const callback = library.loads[0]?.["progress_callback"] as (event: unknown) => void;
    callback({ status: "initiate", file: "a" });
    callback({ status: "progress", file: "a", loaded: 10, total: 100 });
    callback({ status: "progress_total", loaded: 10, total: 100, files: {} });
    callback({ status: "progress", file: "b", loaded: 5, total: undefined });
    callback({ status: "progress", file: "a", loaded: 100, total: 100 });
    callback(null);
    expect(seen).toEqual([
      { model: "m", file: "a", loadedBytes: 10, totalBytes: 100 },
      { model: "m", file: "b", loadedBytes: 15, totalBytes: 105 },
      { model: "m", file: "a", loadedBytes: 105, totalBytes: 105 },
    ]);
  });
});

describe("the adapter in a browser", () => {
  it("never leaves the runtime's files to a CDN, and runs it in one thread", async () => {
    pretendBrowser(new Map());
    const library = fakeLibrary("2.17.2");
    await open(library);
    expect(library.env.backends?.onnx?.wasm).toEqual({ wasmPaths: "https://app.example/ort/", numThreads: 1 });
    await open(library, { wasmPaths: "assets/ort" });
    expect(library.env.backends?.onnx?.wasm?.wasmPaths).toBe("https://app.example/chat/assets/ort/");
  });

  it("asks version 4 for the wasm device", async () => {
    pretendBrowser(new Map());
    const library = fakeLibrary("4.3.1");
    await open(library);
    expect(library.loads[0]).toMatchObject({ dtype: "q8", device: "wasm" });
  });

  it("resolves a relative model path against the page, not the worker's script", async () => {
    pretendBrowser(new Map());
    const library = fakeLibrary("2.17.2");
    await open(library, { localModelPath: "/models" });
    expect(library.env.localModelPath).toBe("https://app.example/models/");
  });

  it.each([
    [{ localModelPath: "chrome-extension://abc/models/" }, false],
    [{ localModelPath: "chrome-extension://abc/models/", cache: true }, false],
    [{ localModelPath: "/models/" }, true],
    [{}, true],
    [{ cache: false }, false],
  ])("with %j uses the Cache API: %s", async (options, expected) => {
    pretendBrowser(new Map());
    const library = fakeLibrary("2.17.2");
    await open(library, options);
    expect(library.env.useBrowserCache).toBe(expected);
  });

  it("does without a cache where the origin has none", async () => {
    pretendBrowser(new Map());
    vi.stubGlobal("caches", undefined);
    const library = fakeLibrary("2.17.2");
    await open(library);
    expect(library.env.useBrowserCache).toBe(false);
  });

  const keys = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model_quantized.onnx"].map(
    (file) => `https://hub.invalid/m/resolve/main/${file}`,
  );
  const healthy = (): Map<string, string> =>
    new Map(keys.map((key) => [key, key.endsWith(".json") ? "{}" : "\u0008\u0007"]));

  it("deletes what is broken of this model from the cache, keeps the rest, and tries once more", async () => {
    const entries = healthy()
      .set(keys[0] as string, "<!doctype html>")
      .set("https://hub.invalid/other", "<!doctype html>");
    pretendBrowser(entries);
    const library = fakeLibrary("2.17.2");
    library.loadErrors = [new SyntaxError("Unexpected token '<', \"<!doctype \"... is not valid JSON")];
    await open(library, { model: "m" });
    expect(library.loads).toHaveLength(2);
    expect([...entries.keys()]).toEqual([...keys.slice(1), "https://hub.invalid/other"]);
  });

  it("takes weights that are a web page out of the cache as well", async () => {
    const entries = healthy().set(keys[3] as string, "<!doctype html>");
    pretendBrowser(entries);
    const library = fakeLibrary("2.17.2");
    library.loadErrors = [new Error("Can't create a session")];
    await open(library, { model: "m" });
    expect([...entries.keys()]).toEqual(keys.slice(0, 3));
  });

  it("does not try again, nor throw away good files, where nothing is broken", async () => {
    const entries = healthy();
    pretendBrowser(entries);
    const library = fakeLibrary("2.17.2");
    library.loadErrors = [new Error("no available backend found. ERR: [wasm] TypeError: Failed to fetch")];
    await expect(open(library, { model: "m" })).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/https:\/\/app\.example\/ort\/.*npx keepsake-assets/s),
      details: { needsNewWorker: true },
    });
    expect(library.loads).toHaveLength(1);
    expect(entries.size).toBe(4);
  });

  it("fails at once when the device is offline and the model was never downloaded", async () => {
    const entries = healthy();
    entries.delete(keys[3] as string);
    pretendBrowser(entries, false);
    const library = fakeLibrary("2.17.2");
    await expect(open(library, { model: "m" })).rejects.toMatchObject({ ...unavailable, retryable: true });
    expect(library.loads).toHaveLength(0);
  });

  it("loads from the cache when the device is offline", async () => {
    pretendBrowser(healthy(), false);
    expect(await open(fakeLibrary("2.17.2"), { model: "m" })).toMatchObject({ dims: 2 });
  });

  it("asks a hub on this machine even when the device is offline", async () => {
    pretendBrowser(new Map(), false);
    expect(await open(fakeLibrary("2.17.2"), { remoteHost: "http://127.0.0.1:8080" })).toMatchObject({ dims: 2 });
  });
});

import { describe, expect, it } from "vitest";
import { openTransformersEmbedder } from "../../../src/embed/transformers.ts";
import { fakeLibrary, type FakeLibrary } from "./fake-library.ts";

const unavailable = { name: "EmbedderError", code: "embedder_unavailable" };
const failed = { name: "EmbedderError", code: "embedder_failed" };

const open = (library: FakeLibrary) => openTransformersEmbedder({}, { loadTransformers: async () => library });

describe("embedding through the adapter", () => {
  it("makes batches of at most 16 texts of similar length, and answers in the order of the texts", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library);
    const texts = Array.from({ length: 40 }, (_, i) => "x".repeat(1 + ((i * 7) % 40)));
    const vectors = await embedder.embed(texts);
    const batches = library.batches.slice(1);
    expect(batches.map((batch) => batch.length)).toEqual([16, 16, 8]);
    expect(batches.flat().map((text) => text.length)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    for (const [i, vector] of vectors.entries())
      expect(vector[0]).toBeCloseTo(at(texts, i).length / Math.hypot(at(texts, i).length, 120));
  });

  it("makes smaller batches of long texts, since memory grows with the square of their length", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library);
    await embedder.embed(Array.from({ length: 4 }, () => "x".repeat(4000)));
    expect(library.batches.slice(1).map((batch) => batch.length)).toEqual([2, 2]);
  });

  it("never shows the model a blank text or a lone surrogate", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library);
    await embedder.embed(["", " \n", "a\ud800b", "😀"]);
    expect(library.batches.slice(1)).toEqual([["😀", "a b"]]);
  });

  it("runs one inference at a time", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library);
    await Promise.all(Array.from({ length: 5 }, (_, i) => embedder.embed([`text ${i}`])));
    expect(library.mostRunning).toBe(1);
  });

  it("refuses vectors that are not finite, and works on with the next call", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library);
    library.output = () => ({ last_hidden_state: { data: Float32Array.of(Number.NaN, 1), dims: [1, 1, 2] } });
    await expect(embedder.embed(["x"])).rejects.toMatchObject(failed);
    library.output = null;
    expect(await embedder.embed(["x"])).toHaveLength(1);
  });

  it("refuses vectors that have grown another length", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library);
    library.output = () => ({ last_hidden_state: { data: Float32Array.of(1, 2, 3), dims: [1, 1, 3] } });
    await expect(embedder.embed(["x"])).rejects.toMatchObject(failed);
  });

  it("wraps what the runtime throws", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library);
    const cause = new Error("memory access out of bounds");
    library.output = () => {
      throw cause;
    };
    await expect(embedder.embed(["x"])).rejects.toMatchObject({ ...failed, cause });
  });

  it("refuses a model without token vectors when it is opened", async () => {
    const library = fakeLibrary("2.17.2");
    library.output = () => ({ logits: { data: Float32Array.of(1), dims: [1, 1] } });
    await expect(open(library)).rejects.toMatchObject(unavailable);
  });

  it("finishes what it was asked for before it closes", async () => {
    const library = fakeLibrary("2.17.2");
    const embedder = await open(library);
    const asked = embedder.embed(["x"]);
    await embedder.close?.();
    expect(await asked).toHaveLength(1);
    expect(library.disposed).toBe(true);
    await expect(embedder.embed(["y"])).rejects.toMatchObject(failed);
  });
});

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`there is no entry ${index}`);
  return value;
}

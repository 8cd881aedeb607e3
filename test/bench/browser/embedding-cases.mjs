/** Our way through a model against the library's own `pipeline()` call, on the same loaded model and the same texts. */
import { sentences } from "../data/sentences.mjs";
import { openTransformersEmbedder } from "../../../src/embed/transformers.ts";

/** Small and generated: see scripts/make-test-model.mjs. */
const SOURCE = { model: "tiny", localModelPath: "/models/", wasmPaths: "/ort/", quantized: false };

let ways;

export const embeddingCases = {
  async loadModel() {
    const library = await import("@xenova/transformers");
    const ours = await openTransformersEmbedder(SOURCE, { loadTransformers: async () => library });
    const pipeline = await library.pipeline("feature-extraction", SOURCE.model, { quantized: false });
    ways = {
      keepsake: (texts) => ours.embed(texts),
      pipeline: async (texts) => (await pipeline(texts, { pooling: "mean", normalize: true })).tolist(),
    };
    return { difference: await difference() };
  },

  /** @returns the ms of each call; every call has texts of its own */
  async embed(way, batch, words, { calls, ms }) {
    const texts = sentences(batch, words);
    await ways[way](texts);
    const times = [];
    const end = performance.now() + ms;
    while (times.length < calls && performance.now() < end) {
      const start = performance.now();
      await ways[way](texts);
      times.push(performance.now() - start);
    }
    return times;
  },
};

/** Largest difference of a number between both ways. */
async function difference() {
  const texts = sentences(4, 12);
  const [ours, theirs] = [await ways.keepsake(texts), await ways.pipeline(texts)];
  return Math.max(...ours.flatMap((vector, i) => Array.from(vector, (number, j) => Math.abs(number - theirs[i][j]))));
}

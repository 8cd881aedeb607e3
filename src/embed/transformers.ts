/**
 * The semantic embedder: a sentence-embedding model on the device, run by transformers.js. One adapter for
 * `@xenova/transformers` 2.17 and `@huggingface/transformers` 3 and 4.
 */
import { EmbedderError } from "../errors.ts";
import type { TransformersOptions } from "../info.ts";
import type { Embedder } from "./embedder.ts";
import { batches, presentable } from "./batches.ts";
import { inTurn, loadModel, type TransformersHooks } from "./load-model.ts";
import type { ModelProgress } from "./model-progress.ts";
import { MAIN, type ModelUse } from "./model-source.ts";
import { blankVector, meanPool, POOLING } from "./pooling.ts";
import type { LibraryTensor, ModelPipeline } from "./transformers-module.ts";

export type { ModelProgress };

const EMBEDDING: ModelUse = {
  task: "feature-extraction",
  model: "Xenova/all-MiniLM-L6-v2",
  instead: 'choose the embedder that needs no package: "hashing"',
};

/**
 * Loads a model and resolves when it answers.
 *
 * The embedder works on one call at a time, in the order of the calls; texts are batched by length. A text
 * beyond the model's window is truncated; a blank one has a fixed vector.
 *
 * @throws {EmbedderError} embedder_unavailable, as `loadModel` has it
 * @throws {InvalidInputError} invalid_input
 */
export async function openTransformersEmbedder(
  options: TransformersOptions = {},
  hooks: TransformersHooks = {},
): Promise<Embedder> {
  const { source, pipeline } = await loadModel(EMBEDDING, options, hooks);
  const dims = await probeDims(pipeline, source.model);
  const model = source.revision === MAIN ? source.model : `${source.model}@${source.revision}`;
  const space = `transformers:${model}:${source.quantized ? "q8" : "fp32"}:${POOLING}:${dims}`;
  return new TransformersEmbedder(space, dims, pipeline);
}

async function probeDims(extractor: ModelPipeline, model: string): Promise<number> {
  try {
    const [vector] = await embedBatch(extractor, ["keepsake"]);
    return vector?.length ?? 0;
  } catch (cause) {
    await inTurn(async () => extractor.dispose?.()).catch(() => undefined);
    throw new EmbedderError(
      "embedder_unavailable",
      `Model "${model}" was loaded but gives no sentence embeddings. Choose one for feature extraction, ` +
        'such as "Xenova/all-MiniLM-L6-v2".',
      { cause, details: { model } },
    );
  }
}

class TransformersEmbedder implements Embedder {
  readonly kind = "semantic";
  readonly space: string;
  readonly dims: number;
  readonly #extractor: ModelPipeline;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(space: string, dims: number, extractor: ModelPipeline) {
    this.space = space;
    this.dims = dims;
    this.#extractor = extractor;
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (this.#closed) throw new EmbedderError("embedder_failed", "The embedder is closed. Open a new one.");
    // Copied: the caller may change its list while this call waits for its turn.
    const copy = texts.map(presentable);
    return this.#next(() => this.#embedAll(copy));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#next(async () => this.#extractor.dispose?.());
  }

  /** One call after the other. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #embedAll(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors = texts.map(() => blankVector(this.dims));
    for (const batch of batches(texts)) {
      const embedded = await embedBatch(
        this.#extractor,
        batch.map((index) => texts[index] as string),
      );
      for (const [i, vector] of embedded.entries()) vectors[batch[i] as number] = this.#checked(vector);
    }
    return vectors;
  }

  #checked(vector: Float32Array): Float32Array {
    if (vector.length === this.dims) return vector;
    throw new EmbedderError(
      "embedder_failed",
      `The model gave a vector of ${vector.length} numbers instead of ${this.dims}. Choose another model.`,
    );
  }
}

async function embedBatch(extractor: ModelPipeline, texts: string[]): Promise<Float32Array[]> {
  const { hidden, mask } = await inTurn(() => infer(extractor, texts));
  const [count = 0, tokens = 0, width = 0] = hidden.dims;
  if (!(hidden.data instanceof Float32Array) || hidden.dims.length !== 3 || count !== texts.length) {
    throw new EmbedderError(
      "embedder_failed",
      `The model gave [${hidden.dims.join(", ")}] for ${texts.length} texts instead of [texts, tokens, width] in fp32. ` +
        "Choose a model for feature extraction.",
    );
  }
  return meanPool(hidden.data, mask.data as ArrayLike<bigint | number>, [count, tokens, width]);
}

async function infer(
  { tokenizer, model }: ModelPipeline,
  texts: string[],
): Promise<{ hidden: LibraryTensor; mask: LibraryTensor }> {
  let inputs: Record<string, LibraryTensor>;
  let outputs: Record<string, LibraryTensor>;
  try {
    inputs = tokenizer(texts, { padding: true, truncation: true });
    outputs = await model(inputs);
  } catch (cause) {
    throw new EmbedderError(
      "embedder_failed",
      `The model failed on ${texts.length} texts of up to ${Math.max(...texts.map((text) => text.length))} characters. ` +
        "If the device is short of memory, choose a smaller model.",
      { cause },
    );
  }
  const hidden = outputs["last_hidden_state"] ?? outputs["token_embeddings"];
  const mask = inputs["attention_mask"];
  if (hidden === undefined || mask === undefined) {
    throw new EmbedderError(
      "embedder_failed",
      `The model gives ${Object.keys(outputs).join(", ")} and no token vectors. Choose a model for feature extraction.`,
    );
  }
  return { hidden, mask };
}

/**
 * The semantic embedder: a sentence-embedding model on the device, run by transformers.js. One adapter for
 * `@xenova/transformers` 2.17 and `@huggingface/transformers` 3 and 4.
 */
import { EmbedderError } from "../errors.ts";
import type { TransformersOptions } from "../info.ts";
import type { Embedder } from "./embedder.ts";
import { dropPoisoned, isCached } from "./model-cache.ts";
import { explainLoadFailure, neverDownloaded } from "./model-failure.ts";
import { progressSum, type ModelProgress } from "./model-progress.ts";
import { isNode, modelSource, type ModelSource } from "./model-source.ts";
import { blankVector, meanPool, POOLING } from "./pooling.ts";
import {
  configure,
  importLibrary,
  pipelineOptions,
  type FeatureExtractor,
  type LibraryTensor,
  type TransformersLibrary,
} from "./transformers-module.ts";

export type { ModelProgress };

/** What cannot cross to a worker as plain data, or is known to the page only. */
export interface TransformersHooks {
  /** Called while files arrive, also from a cache. Must not throw. */
  onProgress?: (progress: ModelProgress) => void;
  /** Instead of importing the package: resolves to its namespace (`pipeline`, `env`). */
  loadTransformers?: () => Promise<unknown>;
  /** What relative `wasmPaths` and `localModelPath` are relative to. @default the URL of the page or worker */
  baseUrl?: string;
  /** Where the library keeps downloads in Node. @default its own folder in node_modules */
  cacheDir?: string;
}

/** Texts per inference. Larger batches gain nothing per text (measured) and hold the queue longer. */
const BATCH_TEXTS = 16;
/**
 * Characters per batch, padding included (about 2k tokens). Attention memory grows with texts × tokens²:
 * 16 texts of 512 tokens would take 200 MB per layer of a MiniLM.
 */
const BATCH_CHARS = 8192;
/** Characters of a text that are looked at. 512 tokens, the usual window, are some 2,500. */
const TEXT_CHARS = 16_384;
/** Window in tokens where neither tokenizer nor model names one. */
const DEFAULT_WINDOW = 512;
/** Some tokenizers say "no limit" with 10^30. */
const LARGEST_WINDOW = 1_000_000;

/**
 * Loads a model and resolves when it answers. Files come from `localModelPath`, the browser's cache or the
 * hub, in that order, and never from anywhere else.
 *
 * The embedder works on one call at a time, in the order of the calls; texts are batched by length. A text
 * beyond the model's window is truncated; a blank one has a fixed vector.
 *
 * @throws {EmbedderError} embedder_unavailable, when package, model or runtime cannot be had; `retryable`
 *   where going online or waiting may help; `details.needsNewWorker` where this realm cannot try again
 * @throws {InvalidInputError} invalid_input
 */
export async function openTransformersEmbedder(
  options: TransformersOptions = {},
  hooks: TransformersHooks = {},
): Promise<Embedder> {
  const source = modelSource(options, hooks.baseUrl);
  const library = await importLibrary(source.package, hooks.loadTransformers);
  const extractor = await oneLoadAtATime(() => load(library, source, hooks));
  limitWindow(extractor);
  const dims = await probeDims(extractor, source);
  const space = `transformers:${source.model}:${source.quantized ? "q8" : "fp32"}:${POOLING}:${dims}`;
  return new TransformersEmbedder(space, dims, extractor);
}

/** The library's settings are global, so two loads with different ones must not overlap. */
let lastLoad: Promise<unknown> = Promise.resolve();

function oneLoadAtATime<T>(load: () => Promise<T>): Promise<T> {
  const loaded = lastLoad.then(load);
  // Whoever asked gets the failure; the next one in line only waits for the end.
  lastLoad = loaded.catch(() => undefined);
  return loaded;
}

async function load(
  library: TransformersLibrary,
  source: ModelSource,
  hooks: TransformersHooks,
): Promise<FeatureExtractor> {
  const { env } = library;
  configure(env, source, hooks.cacheDir);
  if (isOffline(env.remoteHost, source) && !(await isCached(env, source))) throw neverDownloaded(source);
  const attempt = (): Promise<FeatureExtractor> =>
    library.pipeline(
      "feature-extraction",
      source.model,
      pipelineOptions(
        env,
        source,
        progressSum(source.model, (progress) => hooks.onProgress?.(progress)),
      ),
    );
  try {
    return await attempt();
  } catch (error) {
    // Once more only where there was something to heal: else the same would happen again.
    if ((await dropPoisoned(env, source)) === 0) throw await explainLoadFailure(error, source);
  }
  try {
    return await attempt();
  } catch (error) {
    await dropPoisoned(env, source);
    throw await explainLoadFailure(error, source);
  }
}

/** True where asking a hub is known to be in vain. A hub on this machine needs no network. */
function isOffline(host: string | undefined, source: ModelSource): boolean {
  if (isNode() || source.localModelPath !== null || (globalThis.navigator?.onLine ?? true)) return false;
  return !/^https?:\/\/(?:localhost|127\.|\[::1\])/.test(host ?? "");
}

/** Without a sane window the library pads and truncates to NaN, or not at all. */
function limitWindow({ tokenizer, model }: FeatureExtractor): void {
  const told = tokenizer.model_max_length;
  if (typeof told === "number" && told > 0 && told <= LARGEST_WINDOW) return;
  tokenizer.model_max_length = Math.min(model.config?.max_position_embeddings ?? DEFAULT_WINDOW, DEFAULT_WINDOW);
}

async function probeDims(extractor: FeatureExtractor, source: ModelSource): Promise<number> {
  try {
    const [vector] = await embedBatch(extractor, ["keepsake"]);
    return vector?.length ?? 0;
  } catch (cause) {
    throw new EmbedderError(
      "embedder_unavailable",
      `Model "${source.model}" was loaded but gives no sentence embeddings. Choose one for feature extraction, ` +
        'such as "Xenova/all-MiniLM-L6-v2".',
      { cause, details: { model: source.model } },
    );
  }
}

class TransformersEmbedder implements Embedder {
  readonly kind = "semantic";
  readonly space: string;
  readonly dims: number;
  readonly #extractor: FeatureExtractor;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(space: string, dims: number, extractor: FeatureExtractor) {
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

  /** One at a time: a session of the wasm runtime must not be entered twice. */
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

/** Bounded in length and free of lone surrogates, which tokenizers do not expect. */
function presentable(text: string): string {
  return text.slice(0, TEXT_CHARS).replace(/[\ud800-\udfff]/gu, " ");
}

/** Indexes of the texts that are not blank, in batches of similar length: a batch is padded to its longest. */
function batches(texts: readonly string[]): number[][] {
  const lengthOf = (index: number): number => (texts[index] as string).length;
  const order = [...texts.keys()].filter((index) => /\S/.test(texts[index] as string));
  order.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  const out: number[][] = [];
  let batch: number[] = [];
  for (const index of order) {
    // In ascending order, the text to come is the longest of its batch.
    if (batch.length === BATCH_TEXTS || (batch.length + 1) * lengthOf(index) > BATCH_CHARS) {
      if (batch.length > 0) out.push(batch);
      batch = [];
    }
    batch.push(index);
  }
  if (batch.length > 0) out.push(batch);
  return out;
}

async function embedBatch(extractor: FeatureExtractor, texts: string[]): Promise<Float32Array[]> {
  const { hidden, mask } = await infer(extractor, texts);
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
  { tokenizer, model }: FeatureExtractor,
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

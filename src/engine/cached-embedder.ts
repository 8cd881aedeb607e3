/** An embedder that never embeds the same recent text twice and never lets a bad vector through. */
import type { Embedder } from "../embed/embedder.ts";
import { EmbedderError } from "../errors.ts";

/** Texts kept: facts of the adds under way, and repeated queries. 256 × 384 dims is 0.4 MB. */
const CACHE_TEXTS = 256;
/** How far a norm may be from 1. */
const NORM_TOLERANCE = 1e-3;

export class CachedEmbedder {
  readonly space: string;
  readonly dims: number;
  readonly kind: "semantic" | "lexical";
  readonly #embedder: Embedder;
  /** Insertion order is age: the first is the oldest. */
  readonly #recent = new Map<string, Float32Array>();

  /** What the embedder is at work on: a text that is asked for twice at the same time is embedded once. */
  readonly #coming = new Map<string, Promise<Float32Array>>();

  constructor(embedder: Embedder) {
    this.#embedder = embedder;
    this.space = embedder.space;
    this.dims = embedder.dims;
    this.kind = embedder.kind ?? "semantic";
  }

  /**
   * All that is neither known nor on its way goes to the embedder in one call.
   * @throws {EmbedderError} embedder_failed, also for vectors that are not what the port promises
   */
  async embed(texts: readonly string[]): Promise<Map<string, Float32Array>> {
    const wanted = [...new Set(texts)];
    const fresh = wanted.filter((text) => !this.#recent.has(text) && !this.#coming.has(text));
    if (fresh.length > 0) this.#start(fresh);
    const vectors = await Promise.all(wanted.map(async (text) => this.#recent.get(text) ?? this.#coming.get(text)!));
    const known = new Map(wanted.map((text, i) => [text, vectors[i]!]));
    for (const [text, vector] of known) this.#remember(text, vector);
    return known;
  }

  async embedOne(text: string): Promise<Float32Array> {
    return (await this.embed([text])).get(text)!;
  }

  /** Of what is forgotten no word stays here either. */
  forgetTexts(): void {
    this.#recent.clear();
  }

  async close(): Promise<void> {
    this.forgetTexts();
    await this.#embedder.close?.();
  }

  #start(texts: string[]): void {
    const coming = this.#embedChecked(texts).finally(() => {
      for (const text of texts) this.#coming.delete(text);
    });
    for (const [i, text] of texts.entries()) {
      this.#coming.set(
        text,
        coming.then((vectors) => vectors[i]!),
      );
    }
  }

  async #embedChecked(texts: string[]): Promise<Float32Array[]> {
    const vectors = await this.#ask(texts);
    if (vectors.length !== texts.length) throw this.#bad(`${vectors.length} vectors instead of ${texts.length}`);
    for (const vector of vectors) {
      const problem = problemOf(vector, this.dims);
      if (problem) throw this.#bad(problem);
    }
    return vectors;
  }

  async #ask(texts: string[]): Promise<Float32Array[]> {
    try {
      return await this.#embedder.embed(texts);
    } catch (cause) {
      if (EmbedderError.isInstance(cause)) throw cause;
      throw new EmbedderError("embedder_failed", `keepsake: the embedder "${this.space}" threw.`, { cause });
    }
  }

  #bad(what: string): EmbedderError {
    const message = `keepsake: the embedder "${this.space}" gave ${what}.`;
    return new EmbedderError("embedder_failed", message);
  }

  #remember(text: string, vector: Float32Array): void {
    this.#recent.delete(text);
    this.#recent.set(text, vector);
    if (this.#recent.size <= CACHE_TEXTS) return;
    const oldest = this.#recent.keys().next();
    if (!oldest.done) this.#recent.delete(oldest.value);
  }
}

/** What is wrong with a vector; null where it keeps the port's promise. A NaN poisons an HNSW graph for good. */
function problemOf(vector: Float32Array, dims: number): string | null {
  if (vector.length !== dims) return `a vector of ${vector.length} dims instead of ${dims}`;
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (!Number.isFinite(squares)) return "a vector with NaN or Infinity";
  return Math.abs(Math.sqrt(squares) - 1) > NORM_TOLERANCE ? "a vector that is not of unit length" : null;
}

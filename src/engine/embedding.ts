/**
 * Which embedder answers: the first one at once, the model when it has arrived and everything has been
 * embedded in its space. Until then the old space keeps answering (INV-9).
 */
import { untilAborted } from "../abort.ts";
import type { Embedder } from "../embed/embedder.ts";
import { EmbedderError, EngineError } from "../errors.ts";
import type { EmbedderInfo } from "../info.ts";
import { CachedEmbedder } from "./cached-embedder.ts";
import type { FillProgress } from "./fill.ts";
import type { VectorSets } from "./spaces.ts";

/** At least one of the two. */
export interface EmbeddingPlan {
  /** Answers until the model does; null where calls wait for the model. */
  first: Embedder | null;
  /** Loads the model; null where none is wanted. */
  load: (() => Promise<Embedder>) | null;
}

export interface EmbeddingHooks {
  /** Gives every memory a vector in the space of `embedder`. */
  fill: (embedder: CachedEmbedder, onProgress: (progress: FillProgress) => void) => Promise<void>;
  onState: (info: EmbedderInfo) => void;
}

export class Embedding {
  readonly #hooks: EmbeddingHooks;
  readonly #openModel: (() => Promise<Embedder>) | null;
  /** Kept going beside the model, for the next start without one. */
  readonly #first: CachedEmbedder | null;
  #model: CachedEmbedder | null = null;
  /** True once the model answers in place of the first. */
  #switched = false;
  #loading: Promise<CachedEmbedder> | null = null;
  #settling: Promise<void> | null = null;
  #state: EmbedderInfo["model"] = "none";
  #reason: string | null = null;
  #progress: FillProgress | null = null;
  /** Ends every wait for the model: a download may never end. */
  readonly #ending = new AbortController();

  constructor(plan: EmbeddingPlan, hooks: EmbeddingHooks) {
    this.#hooks = hooks;
    this.#openModel = plan.load;
    this.#first = plan.first && new CachedEmbedder(plan.first);
  }

  /** Begins what goes on in the background. Never throws: what goes wrong is in `info()`. */
  start(): void {
    this.settle().catch(() => undefined);
    // A model that could not be had offline may be had now. Workers hear `online` too.
    globalThis.addEventListener?.("online", this.#onOnline);
  }

  /**
   * The embedder to search with.
   * @throws {EmbedderError} embedder_unavailable, where calls wait for a model that cannot be had
   */
  async answering(): Promise<CachedEmbedder> {
    return this.#speaking() ?? this.#load();
  }

  /**
   * Vectors of the texts in every space that is spoken here.
   * @throws {EmbedderError} of the embedder that answers; another's failure leaves a gap that a fill closes
   */
  async vectorSets(texts: readonly string[]): Promise<VectorSets> {
    const sets = new Map<string, ReadonlyMap<string, Float32Array>>();
    if (texts.length === 0) return sets;
    const answering = await this.answering();
    sets.set(answering.space, await answering.embed(texts));
    for (const other of [this.#first, this.#model]) {
      if (!other || other === answering) continue;
      const vectors = await this.#embedAside(other, texts);
      if (vectors) sets.set(other.space, vectors);
    }
    return sets;
  }

  /**
   * Resolves when the best embedder asked for answers and every memory has a vector in its space.
   * One run at a time; a failed one may be tried again.
   */
  settle(): Promise<void> {
    this.#settling ??= this.#run().finally(() => (this.#settling = null));
    return this.#settling;
  }

  forgetTexts(): void {
    for (const embedder of [this.#first, this.#model]) embedder?.forgetTexts();
  }

  info(): EmbedderInfo {
    const speaking = this.#speaking();
    return {
      space: speaking?.space ?? "",
      dims: speaking?.dims ?? 0,
      kind: speaking?.kind ?? "semantic",
      model: this.#state,
      ...(this.#reason !== null && { reason: this.#reason }),
      ...(this.#progress !== null && { embedded: this.#progress }),
    };
  }

  async close(): Promise<void> {
    this.#ending.abort(closedError());
    globalThis.removeEventListener?.("online", this.#onOnline);
    // What is left to wait for is a fill between two of its batches.
    await this.#settling?.catch(() => undefined);
    await this.#first?.close();
    await this.#model?.close();
  }

  readonly #onOnline = (): void => {
    if (this.#state === "unavailable") this.settle().catch(() => undefined);
  };

  #speaking(): CachedEmbedder | null {
    return this.#switched || !this.#first ? this.#model : this.#first;
  }

  async #run(): Promise<void> {
    if (this.#first) await this.#hooks.fill(this.#first, () => undefined);
    if (!this.#openModel || this.#ending.signal.aborted) return;
    const model = await this.#load();
    if (this.#state !== "ready") this.#setState("embedding");
    try {
      await this.#hooks.fill(model, (progress) => this.#onProgress(progress));
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    this.#progress = null;
    this.#switched = true;
    if (this.#state !== "ready") this.#setState("ready");
  }

  #load(): Promise<CachedEmbedder> {
    this.#loading ??= this.#open().catch((error: unknown) => {
      this.#loading = null;
      this.#fail(error);
      throw error;
    });
    return untilAborted(this.#loading, this.#ending.signal);
  }

  async #open(): Promise<CachedEmbedder> {
    if (!this.#openModel) throw new EmbedderError("embedder_unavailable", "keepsake: no embedder is configured.");
    this.#setState("loading");
    const model = new CachedEmbedder(await this.#openModel());
    if (this.#ending.signal.aborted) await model.close();
    else this.#model = model;
    return model;
  }

  async #embedAside(
    embedder: CachedEmbedder,
    texts: readonly string[],
  ): Promise<ReadonlyMap<string, Float32Array> | null> {
    try {
      return await embedder.embed(texts);
    } catch (error) {
      this.#fail(error);
      return null;
    }
  }

  #onProgress(progress: FillProgress): void {
    this.#progress = progress;
    this.#tell();
  }

  #fail(error: unknown): void {
    this.#setState("unavailable", error instanceof Error ? error.message : String(error));
  }

  #setState(state: EmbedderInfo["model"], reason: string | null = null): void {
    this.#state = state;
    this.#reason = reason;
    this.#tell();
  }

  #tell(): void {
    if (!this.#ending.signal.aborted) this.#hooks.onState(this.info());
  }
}

function closedError(): EngineError {
  return new EngineError("closed", "keepsake: the engine is closed. Make a new Memory.");
}

/** Cross-encoders by the options that name them, each loaded once. */
import type { CrossEncoder } from "../embed/cross-encoder.ts";
import type { TransformersHooks } from "../embed/load-model.ts";
import type { RerankerInfo, TransformersOptions } from "../info.ts";
import { rerankerTimeout } from "../rerank/timeout.ts";
import { canonicalJSON } from "../text/canonical-json.ts";
import type { EngineContext } from "./context.ts";
import type { RerankRequest } from "./engine.ts";

export class Rerankers {
  readonly #loadTransformers: TransformersHooks["loadTransformers"];
  readonly #context: Pick<EngineContext, "runtime" | "emit">;
  readonly #opened = new Map<string, Promise<CrossEncoder>>();

  constructor(
    loadTransformers: TransformersHooks["loadTransformers"],
    context: Pick<EngineContext, "runtime" | "emit">,
  ) {
    this.#loadTransformers = loadTransformers;
    this.#context = context;
  }

  /**
   * Asks the clock before each batch: a timer would wait for an inference to end, and nobody waits for its answer then.
   * @throws {KeepsakeError} reranker_unavailable, reranker_failed, reranker_timeout
   */
  async score({ query, documents, model, timeoutMs }: RerankRequest): Promise<number[]> {
    const { runtime } = this.#context;
    const end = runtime.now() + timeoutMs;
    const encoder = await this.#open(model);
    return encoder.score(query, documents, () => {
      if (runtime.now() >= end) throw rerankerTimeout(timeoutMs);
    });
  }

  /** Frees the models; one that is still on its way, when it has arrived: nobody waits for a download to close. */
  close(): void {
    for (const opening of this.#opened.values()) {
      opening.then((encoder) => encoder.close()).catch(() => undefined);
    }
  }

  /** A failure is forgotten: the network that was away may be back at the next search. */
  #open(model: TransformersOptions): Promise<CrossEncoder> {
    const key = canonicalJSON(model);
    let opening = this.#opened.get(key);
    if (!opening) {
      opening = this.#load(model);
      this.#opened.set(key, opening);
      opening.catch(() => this.#opened.delete(key));
    }
    return opening;
  }

  async #load(options: TransformersOptions): Promise<CrossEncoder> {
    const [onEvent, loadTransformers] = [this.#context.emit, this.#loadTransformers];
    const { openCrossEncoder, RERANKING } = await import("../embed/cross-encoder.ts");
    const { model = RERANKING.model } = options;
    const tell = (state: RerankerInfo["state"], reason?: string): void =>
      onEvent({ type: "reranker-state", reranker: { model, state, ...(reason !== undefined && { reason }) } });
    tell("loading");
    try {
      const encoder = await openCrossEncoder(options, {
        onProgress: (progress) => onEvent({ type: "model-progress", use: "reranker", ...progress }),
        ...(loadTransformers && { loadTransformers }),
      });
      tell("ready");
      return encoder;
    } catch (error) {
      tell("unavailable", error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}

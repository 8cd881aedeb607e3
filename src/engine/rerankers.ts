/** Cross-encoders by the options that name them, each loaded once. */
import type { CrossEncoder } from "../embed/cross-encoder.ts";
import type { TransformersHooks } from "../embed/load-model.ts";
import type { KeepsakeEvent, RerankerInfo, TransformersOptions } from "../info.ts";
import type { RerankRequest } from "./engine.ts";

export class Rerankers {
  readonly #loadTransformers: TransformersHooks["loadTransformers"];
  readonly #onEvent: (event: KeepsakeEvent) => void;
  readonly #opened = new Map<string, Promise<CrossEncoder>>();

  constructor(loadTransformers: TransformersHooks["loadTransformers"], onEvent: (event: KeepsakeEvent) => void) {
    this.#loadTransformers = loadTransformers;
    this.#onEvent = onEvent;
  }

  /** @throws {KeepsakeError} reranker_unavailable, reranker_failed */
  async score({ query, documents, model }: RerankRequest): Promise<number[]> {
    const encoder = await this.#open(model);
    return encoder.score(query, documents);
  }

  /** Frees the models; one that is still on its way, when it has arrived: nobody waits for a download to close. */
  close(): void {
    for (const opening of this.#opened.values()) {
      opening.then((encoder) => encoder.close()).catch(() => undefined);
    }
  }

  /** A failure is forgotten: the network that was away may be back at the next search. */
  #open(model: TransformersOptions): Promise<CrossEncoder> {
    const key = JSON.stringify(Object.entries(model).sort(([a], [b]) => (a < b ? -1 : 1)));
    let opening = this.#opened.get(key);
    if (!opening) {
      opening = this.#load(model);
      this.#opened.set(key, opening);
      opening.catch(() => this.#opened.delete(key));
    }
    return opening;
  }

  async #load(options: TransformersOptions): Promise<CrossEncoder> {
    const [onEvent, loadTransformers] = [this.#onEvent, this.#loadTransformers];
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

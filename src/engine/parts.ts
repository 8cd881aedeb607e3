/** What an engine is made of: the store and the embedders that its options name, or those that the app puts in place. */
import type { Embedder } from "../embed/embedder.ts";
import { hashingEmbedder } from "../embed/hashing.ts";
import type { TransformersHooks } from "../embed/load-model.ts";
import type { Runtime } from "../runtime.ts";
import { openIndexedDBStore } from "../store/indexeddb-store.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import type { KeepsakeEvent } from "../info.ts";
import type { EmbeddingPlan } from "./embedding.ts";
import type { EmbedderConfig, EngineOptions } from "./engine.ts";

/** What the app, or a worker file of its own, may put in place of ours. */
export interface EngineParts {
  /** An embedder of your own; `options.embedder` has no effect then. */
  embedder?: Embedder;
  /** Loads the transformers.js package, where a bundler cannot find it or another copy is wanted. */
  loadTransformers?: TransformersHooks["loadTransformers"];
  /** @default IndexedDB or memory, by `options.storage` */
  openStore?: (options: EngineOptions, onLost: (reason: string) => void) => Promise<Store>;
  runtime?: Runtime;
}

export function openStore({ name, storage }: EngineOptions, onLost: (reason: string) => void): Promise<Store> {
  const persists = storage === "indexeddb" || (storage === "auto" && typeof indexedDB !== "undefined");
  return persists ? openIndexedDBStore({ name, onLost }) : Promise.resolve(openMemoryStore());
}

export function planOf(
  config: EmbedderConfig,
  { embedder, loadTransformers }: EngineParts,
  onEvent: (event: KeepsakeEvent) => void,
): EmbeddingPlan {
  if (embedder) return { first: null, load: async () => embedder };
  if (config.kind === "hashing") return { first: hashingEmbedder(), load: null };
  const hooks: TransformersHooks = {
    onProgress: (progress) => onEvent({ type: "model-progress", use: "embedder", ...progress }),
    ...(loadTransformers && { loadTransformers }),
  };
  return {
    first: config.background ? hashingEmbedder() : null,
    load: async () => {
      const { openTransformersEmbedder } = await import("../embed/transformers.ts");
      return openTransformersEmbedder(config, hooks);
    },
  };
}

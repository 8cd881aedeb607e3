/** What an app can see of the inside: which model, what is stored, what happens. Plain data. */

import type { Scope } from "./types.ts";

/** Where the on-device model comes from. Plain data: it crosses to the worker. */
export interface TransformersOptions {
  /** Model id as on the hub, or a folder below `localModelPath`. @default "Xenova/all-MiniLM-L6-v2" */
  model?: string;
  /**
   * Branch, tag or commit on the hub: a commit keeps the model as it is, whatever is published under its name. Vectors of two
   * revisions are never compared. With `localModelPath` it says which one the app hosts. @default "main"
   */
  revision?: string;
  /** Which package to load. @default "@xenova/transformers" */
  package?: "@xenova/transformers" | "@huggingface/transformers";
  /** 8-bit weights (`onnx/model_quantized.onnx`, a quarter of the size) or full ones. @default true */
  quantized?: boolean;
  /**
   * Base URL or directory of models that the app hosts itself. When set, the hub is never asked;
   * when not, models come from `remoteHost` and stay in the browser's cache.
   */
  localModelPath?: string;
  /** Host of a hub (or a mirror of one). @default the package's own */
  remoteHost?: string;
  /**
   * URL prefix under which the app hosts the package's ONNX runtime files (`npx keepsake-assets`
   * copies them). Never a CDN by default. Browser only. @default "/ort/" on the page's origin
   */
  wasmPaths?: string;
  /** Keep downloaded files in the Cache API. @default true, except for chrome-extension: URLs */
  cache?: boolean;
  /**
   * `true`: start with the hashing embedder at once and move to the model when it has arrived.
   * `false`: calls that need vectors wait for the model. @default false
   */
  background?: boolean;
}

/** State of the embedder, as `info()` and events tell it. */
export interface EmbedderInfo {
  /** The space that answers now. */
  space: string;
  dims: number;
  /** `lexical`: similarities rank but do not decide. */
  kind: "semantic" | "lexical";
  /** The on-device model: not asked for, on its way, re-embedding, in use, or not to be had. */
  model: "none" | "loading" | "embedding" | "ready" | "unavailable";
  /** Why the model is not to be had. */
  reason?: string;
  /** Memories that have a vector in the model's space, and all, while it is catching up. */
  embedded?: { done: number; total: number };
}

/** State of a cross-encoder that searches rerank with, as events tell it. */
export interface RerankerInfo {
  model: string;
  state: "loading" | "ready" | "unavailable";
  /** Why it is not to be had. The next search that reranks tries again. */
  reason?: string;
}

/** What `info()` tells. */
export interface MemoryInfo {
  name: string;
  engine: "worker" | "inline";
  storage: "indexeddb" | "memory";
  /** Highest committed `seq`. */
  seq: number;
  /** Memories that are not deleted, over all scopes. */
  memories: number;
  pending: number;
  embedder: EmbedderInfo;
  /** How the latest vector search was answered, and what is in memory. */
  index: { lastPath: "none" | "exact" | "hnsw"; loadedScopes: number; hnswRows: number };
}

/** What happens inside, as it happens. More types may join: ignore those you do not know. */
export type KeepsakeEvent =
  | {
      type: "model-progress";
      /** What the model is for. */
      use: "embedder" | "reranker";
      model: string;
      file?: string;
      loadedBytes: number;
      totalBytes: number;
    }
  | { type: "model-state"; embedder: EmbedderInfo }
  | { type: "reranker-state"; reranker: RerankerInfo }
  | { type: "stage"; opId: string; stage: "extract" | "recall" | "resolve" | "commit" }
  /** Of `consolidate`, called or in the background; `changes`: how many it made. */
  | { type: "consolidation"; opId: string; scope: Scope; state: "started" }
  | { type: "consolidation"; opId: string; scope: Scope; state: "finished"; changes: number }
  | { type: "consolidation"; opId: string; scope: Scope; state: "failed"; error: { code: string; message: string } }
  | { type: "committed"; seq: number; scopeKeys: string[]; opId: string }
  | { type: "reset"; epoch: number }
  | {
      type: "pending";
      opId: string;
      state: "accepted" | "failed" | "committed" | "cancelled";
      error?: { code: string; message: string };
    }
  | { type: "index-rebuilt"; scopeKey: string; reason: string }
  /** The search index works, but could not be saved: the next start has to build it again. */
  | { type: "snapshot-failed"; scopeKey: string; reason: string }
  /** The database was cleared or taken over under us: every call rejects with `store_lost`. */
  | { type: "store-lost"; reason: string }
  /** What an earlier session had stored is gone; this one goes on with an empty database. Told soon after the start. */
  | { type: "store-wiped"; reason: string };

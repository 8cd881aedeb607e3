/** `keepsake/engine`: the engine on this thread, for where there is no worker, and the ports it stands on. */
export { openInlineEngine, type EngineParts } from "./inline-engine.ts";
export type { Engine, EngineOptions, EmbedderConfig, IndexOptions, OpenEngine } from "./engine.ts";
export { openIndexedDBStore, databaseName } from "../store/indexeddb-store.ts";
export { openMemoryStore } from "../store/memory-store.ts";
export type { Durability, Key, Range, ReadTx, Store, TableName, Tables, WriteTx } from "../store/store.ts";
export { hashingEmbedder } from "../embed/hashing.ts";
export type { Embedder } from "../embed/embedder.ts";

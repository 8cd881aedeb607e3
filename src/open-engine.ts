/** From the app's options to an engine: which kind, with what. */
import type { Engine, EngineOptions, EmbedderConfig } from "./engine/engine.ts";
import type { EngineParts } from "./engine/inline-engine.ts";
import { isEmbedder } from "./embed/embedder.ts";
import { EngineError } from "./errors.ts";
import { isWorker } from "./input/check-options.ts";
import { loadPart } from "./load-part.ts";
import type { MemoryOptions } from "./options.ts";
import { withPageUrls } from "./page-urls.ts";
import type { KeepsakeEvent, TransformersOptions } from "./info.ts";
import { openWorkerEngine, type WorkerLike } from "./worker/client.ts";

export interface OpenHooks {
  onEvent: (event: KeepsakeEvent) => void;
  /** The worker died; its calls have been rejected. */
  onDead: (error: EngineError) => void;
}

/** @throws {EngineError} engine_start; {StoreError} */
export async function openEngine(options: MemoryOptions, hooks: OpenHooks): Promise<Engine> {
  const { embedder } = options;
  if (typeof options.engine === "function") return options.engine(engineOptions(options), hooks.onEvent);
  if (isEmbedder(embedder)) return openInline(options, hooks, { embedder });
  const kind = options.engine ?? (options.worker || typeof Worker !== "undefined" ? "worker" : "inline");
  return kind === "worker" ? openWorker(options, hooks) : openInline(options, hooks, {});
}

async function openInline(options: MemoryOptions, hooks: OpenHooks, parts: EngineParts): Promise<Engine> {
  // Apart from the front door, which most apps load without it: there the engine lives in the worker.
  const { openInlineEngine } = await loadPart(() => import("./engine/inline-engine.ts"));
  const { runtime } = options;
  return openInlineEngine(engineOptions(options), hooks.onEvent, { ...parts, ...(runtime && { runtime }) });
}

async function openWorker(options: MemoryOptions, hooks: OpenHooks): Promise<Engine> {
  const { worker } = options;
  // One that the app made stays the app's: it is not ended by close().
  if (typeof worker === "object") return openWorkerEngine(engineOptions(options), withoutTerminate(worker), hooks);
  return openWorkerEngine(engineOptions(options), makeWorker(worker), hooks);
}

function makeWorker(make: (() => Worker) | undefined): WorkerLike {
  let made: WorkerLike;
  try {
    // Bundlers look for exactly this expression.
    made = make
      ? make()
      : new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module", name: "keepsake" });
  } catch (cause) {
    const message =
      'keepsake: the worker could not be made. From another origin (a CDN) or under a strict CSP pass `worker`, or use engine: "inline".';
    throw new EngineError("engine_start", message, { cause });
  }
  if (isWorker(made)) return made;
  throw new EngineError("engine_start", "keepsake: `worker` must return a Worker, and at once, no promise of one.");
}

function withoutTerminate(worker: Worker): WorkerLike {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer ?? []),
    addEventListener: (type, listener) => worker.addEventListener(type, listener),
    removeEventListener: (type, listener) => worker.removeEventListener(type, listener),
  };
}

function engineOptions({ name = "default", storage, embedder = "auto", index }: MemoryOptions): EngineOptions {
  return { name, storage: storage ?? "auto", embedder: embedderConfig(embedder), ...(index && { index }) };
}

function embedderConfig(embedder: Exclude<MemoryOptions["embedder"], undefined>): EmbedderConfig {
  if (embedder === "hashing" || isEmbedder(embedder)) return { kind: "hashing" };
  const options: TransformersOptions = embedder === "auto" ? { background: true } : embedder;
  return { kind: "transformers", ...withPageUrls(options) };
}

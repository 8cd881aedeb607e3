/** What an instance cannot do with its options is refused at once, before anything is started or stored. */
import { checkNames } from "./check-names.ts";
import { readBackground } from "./consolidate-limits.ts";
import { InvalidInputError } from "./errors.ts";
import { isEmbedder } from "./open-engine.ts";
import type { MemoryOptions } from "./options.ts";

/** Fails to compile when an option is missing here. */
const NAMES: Record<keyof MemoryOptions, true> = {
  name: true,
  llm: true,
  llmTimeoutMs: true,
  reranker: true,
  embedder: true,
  engine: true,
  storage: true,
  worker: true,
  defaults: true,
  consolidate: true,
  decay: true,
  index: true,
  runtime: true,
};

/** Options that are not known, or contradict each other, are refused. */
export function checkOptions(options: MemoryOptions): void {
  checkNames(options, Object.keys(NAMES), "Memory has no option");
  const { engine, worker, embedder, name, llm, reranker, consolidate } = options;
  if (engine !== undefined && engine !== "worker" && worker) {
    throw new InvalidInputError("keepsake: `worker` has no meaning with this engine. Drop one of the two.");
  }
  if (engine === "worker" && embedder !== undefined && isEmbedder(embedder)) {
    throw new InvalidInputError(
      'keepsake: an Embedder object cannot cross to a worker. Use engine: "inline", or a worker file of your own that calls serve({ embedder }).',
    );
  }
  if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
    throw new InvalidInputError("keepsake: name must be a string that is not empty.");
  }
  if (consolidate !== undefined) readBackground(consolidate, llm !== undefined);
  if (llm !== undefined && typeof llm !== "function") {
    throw new InvalidInputError("keepsake: llm must be a function that takes a request and returns the reply text.");
  }
  if (reranker === "llm" ? !llm : reranker !== undefined && !["function", "object"].includes(typeof reranker)) {
    throw new InvalidInputError('keepsake: reranker must be a function, { model }, or "llm" where there is an `llm`.');
  }
}

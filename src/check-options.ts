/** What an instance cannot do with its options is refused at once, before anything is started or stored. */
import { readBackground } from "./consolidate-limits.ts";
import { InvalidInputError } from "./errors.ts";
import { isEmbedder } from "./open-engine.ts";
import type { MemoryOptions } from "./options.ts";

/** Options that contradict each other are refused. */
export function checkOptions({ engine, worker, embedder, name, llm, reranker, consolidate }: MemoryOptions): void {
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

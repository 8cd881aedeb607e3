/**
 * What an instance cannot do with its options is refused by the constructor, before anything is started or stored. Only the
 * values of `defaults` are read by each `add`, as its own are.
 */
import { checkNames } from "./check-names.ts";
import { ifGiven, toOneOf, toWhole } from "./checks.ts";
import { readBackground } from "./consolidate-limits.ts";
import { toHalfLifeDays } from "./decay-options.ts";
import { InvalidInputError } from "../errors.ts";
import { DEFAULTS, INDEX, MEMORY, TRANSFORMERS } from "./memory-option-names.ts";
import { isEmbedder, type Embedder } from "../embed/embedder.ts";
import type { IndexOptions } from "../engine/engine.ts";
import type { MemoryOptions } from "../options.ts";
import { MAX_TIMEOUT_MS } from "../within-time.ts";

/** Options that are not known, of no use, or contradict each other are refused. */
export function checkOptions(options: MemoryOptions): void {
  checkNames(toObject(options, "the options of Memory"), Object.keys(MEMORY), "Memory has no option");
  const { name, storage, llm, llmTimeoutMs, consolidate, decay, defaults, index, runtime } = options;
  if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
    throw new InvalidInputError("keepsake: name must be a string that is not empty.");
  }
  if (llm !== undefined && typeof llm !== "function") {
    throw new InvalidInputError("keepsake: llm must be a function that takes a request and returns the reply text.");
  }
  ifGiven(llmTimeoutMs, (ms) => toWhole(ms, "llmTimeoutMs", 1, MAX_TIMEOUT_MS));
  ifGiven(storage, (given) => toOneOf(given, "storage", ["indexeddb", "memory"]));
  if (consolidate !== undefined) readBackground(consolidate, llm !== undefined);
  toHalfLifeDays(decay);
  if (defaults !== undefined)
    checkNames(toObject(defaults, "defaults"), Object.keys(DEFAULTS), "defaults has no option");
  if (index !== undefined) checkIndex(index);
  if (runtime !== undefined && !isRuntime(runtime)) {
    throw new InvalidInputError("keepsake: runtime needs the functions now and randomId.");
  }
  checkEngine(options);
  checkModels(options);
}

function isRuntime(value: unknown): boolean {
  const { now, randomId } = Object(value) as Record<string, unknown>;
  return typeof now === "function" && typeof randomId === "function";
}

/** In tests it is one end of a MessageChannel. */
export function isWorker(value: unknown): boolean {
  const { postMessage, addEventListener } = Object(value) as Record<string, unknown>;
  return typeof postMessage === "function" && typeof addEventListener === "function";
}

function checkIndex(index: IndexOptions): void {
  checkFields(index, INDEX, "index");
  for (const name of ["hnswFrom", "snapshotFrom"] as const) {
    // Infinity: never.
    if (index[name] !== Infinity) ifGiven(index[name], (rows) => toWhole(rows, `index.${name}`, 1));
  }
}

function checkEngine({ engine, worker, embedder }: MemoryOptions): void {
  if (typeof engine !== "function") ifGiven(engine, (given) => toOneOf(given, "engine", ["worker", "inline"]));
  if (worker !== undefined && typeof worker !== "function" && !isWorker(worker)) {
    throw new InvalidInputError("keepsake: worker must be a Worker, or a function that makes one.");
  }
  if (engine !== undefined && engine !== "worker" && worker) {
    throw new InvalidInputError("keepsake: `worker` has no meaning with this engine. Drop one of the two.");
  }
  const isElsewhere = worker !== undefined || (engine !== undefined && engine !== "inline");
  if (!isElsewhere || !isEmbedder(embedder)) return;
  const why =
    typeof engine === "function"
      ? "an Embedder object does not reach an engine that a function opens. Hand it over there: engine: (options, onEvent) => openInlineEngine(options, onEvent, { embedder })."
      : 'an Embedder object cannot cross to a worker. Use engine: "inline", or a worker file of your own that calls serve({ embedder }).';
  throw new InvalidInputError(`keepsake: ${why}`);
}

function checkModels({ embedder, reranker, llm }: MemoryOptions): void {
  if (isEmbedder(embedder)) checkEmbedder(embedder);
  else if (embedder !== undefined && embedder !== "auto" && embedder !== "hashing") {
    checkFields(embedder, TRANSFORMERS, "embedder", 'must be "auto", "hashing", { model, … } or an Embedder');
  }
  if (reranker === undefined || typeof reranker === "function" || (reranker === "llm" && llm)) return;
  const { background: _, ...names } = TRANSFORMERS;
  checkFields(reranker, names, "reranker", 'must be a function, { model }, or "llm" where there is an `llm`');
}

/** By its other fields its vectors are stored: without them no add would ever succeed. */
function checkEmbedder({ space, dims }: Embedder): void {
  if (typeof space === "string" && space.trim() !== "" && Number.isInteger(dims) && dims > 0) return;
  throw new InvalidInputError(
    "keepsake: an Embedder has space (a string that is not blank), dims (a positive integer) and embed(texts).",
  );
}

/** An object of these fields, and no others, each of its type. */
function checkFields(value: unknown, types: Record<string, string>, name: string, what?: string): void {
  const given = toObject(value, name, what);
  checkNames(given, Object.keys(types), `${name} has no option`);
  for (const [key, field] of Object.entries(given)) {
    if (field === undefined || typeof field === types[key]) continue;
    throw new InvalidInputError(`keepsake: ${name}.${key} must be a ${types[key]}.`);
  }
}

function toObject(value: unknown, name: string, what = "must be an object"): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new InvalidInputError(`keepsake: ${name} ${what}.`);
}

/**
 * How a model is loaded, whatever it is for: files come from `localModelPath`, the browser's cache or the hub, in that
 * order, and never from anywhere else; a poisoned cache is healed; a failure names the file and the option.
 */
import { InOrder } from "../in-order.ts";
import type { TransformersOptions } from "../info.ts";
import { dropPoisoned, isCached } from "./model-cache.ts";
import { explainLoadFailure, neverDownloaded } from "./model-failure.ts";
import { progressSum, type ModelProgress } from "./model-progress.ts";
import { isNode, modelSource, type ModelSource, type ModelUse } from "./model-source.ts";
import {
  configure,
  importLibrary,
  pipelineOptions,
  type ModelPipeline,
  type TransformersLibrary,
} from "./transformers-module.ts";

/** What cannot cross to a worker as plain data, or is known to the page only. */
export interface TransformersHooks {
  /** Called while files arrive, also from a cache. Must not throw. */
  onProgress?: (progress: ModelProgress) => void;
  /** Instead of importing the package: resolves to its namespace (`pipeline`, `env`). */
  loadTransformers?: () => Promise<unknown>;
  /** What relative `wasmPaths` and `localModelPath` are relative to. @default the URL of the page or worker */
  baseUrl?: string;
  /** Where the library keeps downloads in Node. @default its own folder in node_modules */
  cacheDir?: string;
}

/** A model that answers, and where it came from. */
export interface LoadedModel {
  source: ModelSource;
  pipeline: ModelPipeline;
}

/** Window in tokens where neither tokenizer nor model names one. */
const DEFAULT_WINDOW = 512;
/** Some tokenizers say "no limit" with 10^30. */
const LARGEST_WINDOW = 1_000_000;

/** Turns of the whole realm: at loading, and at the runtime. */
const turns = new InOrder();

/** One inference at a time: the wasm runtime must not be entered twice, not even for two models. */
export function inTurn<T>(inference: () => Promise<T>): Promise<T> {
  return turns.run("inference", inference);
}

/**
 * @throws {EmbedderError} embedder_unavailable, when package, model or runtime cannot be had; `retryable`
 *   where going online or waiting may help; `details.needsNewWorker` where this realm cannot try again
 * @throws {InvalidInputError} invalid_input
 */
export async function loadModel(
  use: ModelUse,
  options: TransformersOptions,
  hooks: TransformersHooks,
): Promise<LoadedModel> {
  const source = modelSource(use, options, hooks.baseUrl);
  const library = await importLibrary(source.package, use, hooks.loadTransformers);
  // The library's settings are global, so two loads with different ones must not overlap.
  const pipeline = await turns.run("load", () => load(library, use, source, hooks));
  limitWindow(pipeline);
  return { source, pipeline };
}

async function load(
  library: TransformersLibrary,
  { task }: ModelUse,
  source: ModelSource,
  hooks: TransformersHooks,
): Promise<ModelPipeline> {
  const { env } = library;
  configure(env, source, hooks.cacheDir);
  if (isOffline(env.remoteHost, source) && !(await isCached(env, source))) throw neverDownloaded(source);
  const onEvent = (): ((event: unknown) => void) =>
    progressSum(source.model, (progress) => hooks.onProgress?.(progress));
  const attempt = (): Promise<ModelPipeline> =>
    library.pipeline(task, source.model, pipelineOptions(env, source, onEvent()));
  try {
    return await attempt();
  } catch (error) {
    // Once more only where there was something to heal: else the same would happen again.
    if ((await dropPoisoned(env, source)) === 0) throw await explainLoadFailure(error, source);
  }
  try {
    return await attempt();
  } catch (error) {
    await dropPoisoned(env, source);
    throw await explainLoadFailure(error, source);
  }
}

/** True where asking a hub is known to be in vain. A hub on this machine needs no network. */
function isOffline(host: string | undefined, source: ModelSource): boolean {
  if (isNode() || source.localModelPath !== null || (globalThis.navigator?.onLine ?? true)) return false;
  return !/^https?:\/\/(?:localhost|127\.|\[::1\])/.test(host ?? "");
}

/** Without a sane window the library pads and truncates to NaN, or not at all. */
function limitWindow({ tokenizer, model }: ModelPipeline): void {
  const told = tokenizer.model_max_length;
  if (typeof told === "number" && told > 0 && told <= LARGEST_WINDOW) return;
  tokenizer.model_max_length = Math.min(model.config?.max_position_embeddings ?? DEFAULT_WINDOW, DEFAULT_WINDOW);
}

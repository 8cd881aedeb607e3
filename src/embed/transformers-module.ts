/**
 * The part of transformers.js that we use, as structural types, for @xenova/transformers 2.17 and
 * @huggingface/transformers 3 and 4 alike; how it is imported and how its global `env` is set.
 */
import { EmbedderError } from "../errors.ts";
import { isNode, MAIN, type ModelSource, type ModelUse } from "./model-source.ts";

export interface LibraryEnv {
  version?: string;
  allowLocalModels?: boolean;
  allowRemoteModels?: boolean;
  localModelPath?: string;
  remoteHost?: string;
  remotePathTemplate?: string;
  useBrowserCache?: boolean;
  useFSCache?: boolean;
  cacheDir?: string | null;
  backends?: { onnx?: { wasm?: { wasmPaths?: unknown; numThreads?: number } } };
}

export interface LibraryTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

export interface TokenizerOptions {
  padding: boolean;
  truncation: boolean;
  /** The second segment of each text. */
  text_pair?: string[];
}

/** What `pipeline(…)` resolves to. Its own call is not used: it pools slowly, and knows no pairs of texts. */
export interface ModelPipeline {
  readonly tokenizer: { model_max_length?: number } & ((
    texts: string[],
    options: TokenizerOptions,
  ) => Record<string, LibraryTensor>);
  readonly model: { config?: { max_position_embeddings?: number } } & ((
    inputs: Record<string, LibraryTensor>,
  ) => Promise<Record<string, LibraryTensor>>);
  dispose?(): Promise<unknown>;
}

export interface TransformersLibrary {
  readonly env: LibraryEnv;
  pipeline(task: string, model: string, options: Record<string, unknown>): Promise<ModelPipeline>;
}

/**
 * Imports the package. Literal specifiers, so that bundlers see them; both packages are optional peers.
 * @param load instead of the import, for apps that bundle or vendor the package themselves
 * @throws {EmbedderError} embedder_unavailable
 */
export async function importLibrary(
  name: ModelSource["package"],
  { instead }: ModelUse,
  load: (() => Promise<unknown>) | undefined,
): Promise<TransformersLibrary> {
  let loaded: unknown;
  try {
    if (load !== undefined) loaded = await load();
    else if (name === "@xenova/transformers") loaded = await import("@xenova/transformers");
    else loaded = await import("@huggingface/transformers");
  } catch (cause) {
    throw new EmbedderError(
      "embedder_unavailable",
      `${name} could not be imported. Install it (\`npm install ${name}\`; it is an optional peer dependency), ` +
        `pass \`loadTransformers\`, or ${instead}.`,
      { cause, details: { package: name } },
    );
  }
  const library = asLibrary(loaded) ?? asLibrary((loaded as { default?: unknown } | null)?.default);
  if (library !== null) return library;
  throw new EmbedderError(
    "embedder_unavailable",
    "What was loaded as transformers.js has no `pipeline` and `env`. Return the module's namespace from `loadTransformers`.",
    { details: { package: name } },
  );
}

function asLibrary(loaded: unknown): TransformersLibrary | null {
  const candidate = loaded as Partial<TransformersLibrary> | null | undefined;
  return typeof candidate?.pipeline === "function" && typeof candidate.env === "object"
    ? (candidate as TransformersLibrary)
    : null;
}

/** A place that does not exist and never will (RFC 2606). */
const NOWHERE = "https://keepsake.invalid/";

/** The package's own hub, kept from before we wrote to `env`, which is shared by the whole realm. */
const ownHosts = new WeakMap<LibraryEnv, string | undefined>();

/** Points the library's global settings at the source. Nothing is left to a default: the defaults ask a CDN. */
export function configure(env: LibraryEnv, source: ModelSource, cacheDir: string | undefined): void {
  if (!ownHosts.has(env)) ownHosts.set(env, env.remoteHost);
  const local = source.localModelPath !== null;
  // Exactly one: with both, an app server's index.html is taken, and cached, as the model.
  env.allowLocalModels = local;
  env.allowRemoteModels = !local;
  // Both, whatever is allowed: the library looks in its cache under the local and the remote name of a file,
  // so a model from the hub could be answered with files that another page of the origin hosts (measured).
  env.localModelPath = source.localModelPath ?? NOWHERE;
  const host = local ? NOWHERE : (source.remoteHost ?? ownHosts.get(env));
  if (host !== undefined) env.remoteHost = host;
  if (isNode()) {
    // Its keys there do not tell one host from another.
    env.useFSCache = source.cache && !local;
    if (cacheDir !== undefined) env.cacheDir = cacheDir;
    return;
  }
  // `caches` is missing on insecure origins, where the library throws if told to use it.
  env.useBrowserCache = source.cache && typeof caches !== "undefined";
  const wasm = env.backends?.onnx?.wasm;
  if (wasm === undefined) return;
  wasm.wasmPaths = source.wasmPaths;
  // More need cross-origin isolation, and in an isolated extension the runtime's own blob worker fails.
  wasm.numThreads = 1;
}

/** Options of `pipeline` for either major version. */
export function pipelineOptions(
  env: LibraryEnv,
  source: ModelSource,
  onEvent: (event: unknown) => void,
): Record<string, unknown> {
  const common = { progress_callback: onEvent, ...(source.revision !== MAIN && { revision: source.revision }) };
  if (major(env, source) < 3) return { ...common, quantized: source.quantized };
  const dtype = source.quantized ? "q8" : "fp32";
  // Node has no "wasm" device; its default is the CPU.
  return isNode() ? { ...common, dtype } : { ...common, dtype, device: "wasm" };
}

function major(env: LibraryEnv, source: ModelSource): number {
  const told = Number.parseInt(env.version ?? "", 10);
  if (Number.isInteger(told)) return told;
  return source.package === "@xenova/transformers" ? 2 : 3;
}

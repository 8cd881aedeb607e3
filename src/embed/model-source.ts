/**
 * Where the model and the ONNX runtime come from: the options with every default filled in and every URL
 * absolute, since the library resolves relative ones against the worker's script.
 */
import { InvalidInputError } from "../errors.ts";
import type { TransformersOptions } from "../info.ts";
import { withPageUrls } from "../page-urls.ts";

/** What a model is for. */
export interface ModelUse {
  /** The library's name for it. */
  readonly task: "feature-extraction" | "text-classification";
  /** Model id where none is named. */
  readonly model: string;
  /** What to do where there is no library, as the end of a sentence. */
  readonly instead: string;
}

/** The revision where none is named. */
export const MAIN = "main";

export interface ModelSource {
  readonly package: "@xenova/transformers" | "@huggingface/transformers";
  readonly model: string;
  /** On the hub. */
  readonly revision: string;
  readonly quantized: boolean;
  /** Base of models that the app hosts, with a final slash; null: they come from a hub. */
  readonly localModelPath: string | null;
  /** The hub; null: the package's own. */
  readonly remoteHost: string | null;
  /** URL prefix of the ONNX runtime, with a final slash. Not used in Node. */
  readonly wasmPaths: string;
  readonly cache: boolean;
}

/** Node and what pretends to be it: decided exactly as the library does, since its builds follow from it. */
export function isNode(): boolean {
  return typeof process !== "undefined" && process?.release?.name === "node";
}

/**
 * @param baseUrl what relative URLs are relative to; default: the page or worker itself
 * @throws {InvalidInputError} invalid_input, for an empty model id
 */
export function modelSource(use: ModelUse, options: TransformersOptions, baseUrl: string | undefined): ModelSource {
  const model = options.model ?? use.model;
  if (model.trim() === "") {
    throw new InvalidInputError(`keepsake: \`model\` is empty. Name one, such as "${use.model}".`);
  }
  const urls = withPageUrls(options, baseUrl);
  const local = isNode() ? options.localModelPath : urls.localModelPath;
  const localModelPath = local === undefined ? null : withSlash(local);
  return {
    package: options.package ?? "@xenova/transformers",
    model,
    revision: options.revision ?? MAIN,
    quantized: options.quantized ?? true,
    localModelPath,
    remoteHost: options.remoteHost === undefined ? null : withSlash(options.remoteHost),
    wasmPaths: withSlash(urls.wasmPaths),
    // The Cache API takes nothing but http(s): for an extension's files each attempt would only warn.
    cache: (options.cache ?? true) && (isNode() || localModelPath === null || /^https?:/.test(localModelPath)),
  };
}

/** The model's weights, relative to its folder. Both major versions of the library use these names. */
export function weightsFile(quantized: boolean): string {
  return quantized ? "onnx/model_quantized.onnx" : "onnx/model.onnx";
}

/** What must be there for an encoder, relative to its folder. */
export function neededFiles(quantized: boolean): string[] {
  return ["config.json", "tokenizer.json", "tokenizer_config.json", weightsFile(quantized)];
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

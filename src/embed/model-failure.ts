/**
 * Why a model could not be loaded, and what to do about it: from the library's messages, which are all it
 * gives, to errors that name the file and the option.
 */
import { EmbedderError } from "../errors.ts";
import { isNode, weightsFile, type ModelSource } from "./model-source.ts";

/** A file that is not there, in the words of both packages. The name is in quotes. */
const MISSING =
  /not found locally at "([^"]+)"|(?:Could not locate|Unauthorized access to|Forbidden access to) file: "([^"]+)"/i;
/** The hub answered, but not now: 429 and 5xx. */
const BUSY =
  /(?:Internal server error|Service unavailable|Bad gateway|Gateway timeout|Request timeout|Error \((?:429|5\d\d)\))/i;
/** `fetch` failed: Chromium, Firefox, Safari, Node. */
const NETWORK =
  /failed to fetch|networkerror|load failed|fetch failed|network error|err_internet|econnrefused|enotfound/i;
const RUNTIME = /no available backend|webassembly|wasm|magic word/i;
const CONTENT = /json|unexpected (?:token|end)|protobuf|deserializ|invalid (?:model|format)/i;

/** The error that a failed load is reported as. Always `embedder_unavailable`. */
export async function explainLoadFailure(error: unknown, source: ModelSource): Promise<EmbedderError> {
  if (error instanceof EmbedderError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const missing = MISSING.exec(message);
  if (missing !== null) return explainMissing(missing[1] ?? missing[2] ?? "", error, source);
  // Before NETWORK: the runtime's own failed fetch is wrapped in "no available backend found". In Node the
  // wasm backend is only tried after the native one refused the file.
  if (RUNTIME.test(message) && !isNode()) return runtimeMissing(error, source, NETWORK.test(message));
  if (NETWORK.test(message) || BUSY.test(message)) return offline(error, source);
  if (CONTENT.test(message) || RUNTIME.test(message)) return brokenFile(error, source);
  return unavailable(`Model "${source.model}" could not be loaded (${message}).`, error, source, false);
}

/** The device is offline and the model was never downloaded. */
export function neverDownloaded(source: ModelSource): EmbedderError {
  return offline(undefined, source);
}

async function explainMissing(file: string, error: unknown, source: ModelSource): Promise<EmbedderError> {
  // In local mode the library reports a failed fetch as a missing file; only asking again tells them apart.
  if (/^https?:/.test(file) && source.localModelPath !== null && !(await answers(file))) return offline(error, source);
  const where = source.localModelPath === null ? "The hub" : "`localModelPath`";
  return unavailable(
    `${where} has no file "${file}" for model "${source.model}". ${remedy(file, source)}`,
    error,
    source,
    false,
    { file },
  );
}

function remedy(file: string, source: ModelSource): string {
  if (!file.endsWith(weightsFile(source.quantized))) {
    return "Check the `model` id and, if you host it yourself, `localModelPath` (files are looked for below <localModelPath>/<model>/).";
  }
  return source.quantized
    ? `Provide the 8-bit weights, or set \`quantized: false\` to use ${weightsFile(false)}.`
    : `Provide the full weights, or set \`quantized: true\` to use ${weightsFile(true)}.`;
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: "HEAD" });
    return true;
  } catch {
    return false;
  }
}

function offline(error: unknown, source: ModelSource): EmbedderError {
  const from = source.localModelPath ?? source.remoteHost ?? "the hub";
  return unavailable(
    `Model "${source.model}" is not in the cache and ${from} cannot be reached. ` +
      "Go online once so that it is downloaded, or host its files with the app and set `localModelPath`.",
    error,
    source,
    true,
  );
}

function runtimeMissing(error: unknown, source: ModelSource, retryable: boolean): EmbedderError {
  return unavailable(
    `The ONNX runtime could not be started from ${source.wasmPaths}. Copy its files there (\`npx keepsake-assets <dir>\`), ` +
      "or set `wasmPaths` to where they are; a Content-Security-Policy must allow script-src 'wasm-unsafe-eval'. " +
      "Then reload: the runtime does not try twice in one worker.",
    error,
    source,
    retryable,
    { wasmPaths: source.wasmPaths, needsNewWorker: true },
  );
}

function brokenFile(error: unknown, source: ModelSource): EmbedderError {
  return unavailable(
    `A file of model "${source.model}" is not what its name says. Usually the server answers unknown paths with an HTML page: ` +
      "check that the model's files are really there (`localModelPath`, `remoteHost`, `model`).",
    error,
    source,
    false,
  );
}

function unavailable(
  message: string,
  cause: unknown,
  source: ModelSource,
  retryable: boolean,
  details: Record<string, unknown> = {},
): EmbedderError {
  return new EmbedderError("embedder_unavailable", message, {
    ...(cause === undefined ? {} : { cause }),
    retryable,
    details: { model: source.model, ...details },
  });
}

/**
 * LLM adapter for every server that speaks OpenAI's `/chat/completions`: OpenAI, Ollama, LM Studio, llama.cpp,
 * vLLM and the gateways in front of them.
 */
import { InvalidInputError, LLMError } from "../errors.ts";
import type { JSONObject, LLM, LLMRequest } from "../types.ts";

/** How the server is told to answer in JSON. */
export type JSONMode = "schema" | "object" | "none";

export interface OpenAICompatibleOptions {
  /** Up to and without `/chat/completions`, e.g. `http://localhost:11434/v1`. */
  baseUrl: string;
  /** Name of the model as the server knows it. */
  model: string;
  /** Sent as `Authorization: Bearer …`. A key in a page can be read by its visitor: use the visitor's own, or a proxy. */
  apiKey?: string;
  /** Added to every request; wins over the headers set here. */
  headers?: Record<string, string>;
  /** 0 to 2; null sends none, for models that refuse it. @default 0 */
  temperature?: number | null;
  /** Most tokens of a reply (`max_tokens`). A reply that was cut off is asked for again. @default the server's */
  maxTokens?: number;
  /**
   * Where to start: with the JSON schema of the reply, with plain JSON mode, or with neither. A server that refuses
   * a mode (HTTP 400 or 422) is asked again with the next weaker one, and the mode it took is remembered.
   * @default "schema"
   */
  jsonMode?: JSONMode;
  /** In place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** The mode to fall back to. */
const WEAKER: Record<JSONMode, JSONMode | null> = { schema: "object", object: "none", none: null };

/**
 * An {@link LLM} over HTTP. Only the configured server is contacted.
 *
 * The LLM throws LLMError `llm_failed`: `retryable` for network errors and HTTP 408, 429 and 5xx, with
 * `details.status` and, where the server says it, `details.retryAfterMs` and `details.providerCode`. Errors hold no
 * message text and no key. On abort it throws the signal's reason.
 *
 * @throws {InvalidInputError} invalid_input, for an empty `baseUrl` or `model`, or a key that no header can hold
 * @example
 * const llm = openaiCompatible({ baseUrl: "http://localhost:11434/v1", model: "qwen3:4b" });
 */
export function openaiCompatible(options: OpenAICompatibleOptions): LLM {
  if (!options.baseUrl?.trim()) throw new InvalidInputError("openaiCompatible needs a baseUrl.");
  if (!options.model?.trim()) throw new InvalidInputError("openaiCompatible needs a model.");
  const headers = headersOf(options);
  let mode = options.jsonMode ?? "schema";
  return async (request) => {
    // A description of an image is prose; nothing is learned of the server's JSON by it.
    if (request.purpose === "describe") {
      const response = await send(options, headers, bodyOf(options, "none", request), request.signal);
      if (!response.ok) throw await httpError(response, options);
      return readText(response, request.signal);
    }
    for (let tried: JSONMode = mode; ;) {
      const response = await send(options, headers, bodyOf(options, tried, request), request.signal);
      if (response.ok) {
        mode = tried;
        return readText(response, request.signal);
      }
      const weaker = response.status === 400 || response.status === 422 ? WEAKER[tried] : null;
      if (weaker === null) throw await httpError(response, options);
      await response.body?.cancel();
      tried = weaker;
    }
  };
}

/** Built once and here: `fetch` would quote a key that it cannot send in its error. */
function headersOf({ apiKey, headers }: OpenAICompatibleOptions): Headers {
  try {
    const auth = apiKey === undefined ? undefined : { authorization: `Bearer ${apiKey}` };
    const all = new Headers({ "content-type": "application/json", ...auth });
    for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value);
    return all;
  } catch {
    throw new InvalidInputError("openaiCompatible: apiKey or headers hold characters that HTTP does not allow.");
  }
}

async function send(
  options: OpenAICompatibleOptions,
  headers: Headers,
  body: JSONObject,
  signal: AbortSignal,
): Promise<Response> {
  const { fetch = globalThis.fetch } = options;
  const url = `${options.baseUrl.trim().replace(/\/+$/, "")}/chat/completions`;
  try {
    return await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw networkError(options, cause);
  }
}

function bodyOf(
  options: OpenAICompatibleOptions,
  mode: JSONMode,
  { messages, purpose, schema }: LLMRequest,
): JSONObject {
  const { model, temperature = 0, maxTokens } = options;
  const body: JSONObject = { model, messages: messages.map(withParts), stream: false };
  if (temperature !== null) body["temperature"] = temperature;
  if (maxTokens !== undefined) body["max_tokens"] = maxTokens;
  if (mode === "object") body["response_format"] = { type: "json_object" };
  if (mode === "schema") {
    body["response_format"] = { type: "json_schema", json_schema: { name: purpose, strict: true, schema } };
  }
  return body;
}

/** Images as parts of the content, as vision models take them. */
function withParts({ role, content, images }: LLMRequest["messages"][number]): JSONObject {
  if (!images) return { role, content };
  const parts = images.map((url) => ({ type: "image_url", image_url: { url } }));
  return { role, content: [{ type: "text", text: content }, ...parts] };
}

async function readText(response: Response, signal: AbortSignal): Promise<string> {
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    if (signal.aborted) throw signal.reason;
    // No cause: a SyntaxError quotes the text.
    throw new LLMError("llm_failed", "The LLM server answered with something that is not JSON. Check the baseUrl.");
  }
  const text = textOf(body);
  if (text !== null) return text;
  throw new LLMError(
    "llm_failed",
    "The LLM server's answer holds no choices[0].message.content. Check that baseUrl is an OpenAI-compatible API.",
  );
}

/** The reply text; some servers send it in parts. Null content (all spent on reasoning) is an empty reply. */
function textOf(body: unknown): string | null {
  const choices = field(body, "choices");
  const content = field(field(Array.isArray(choices) ? choices[0] : null, "message"), "content");
  if (typeof content === "string") return content;
  if (content === null) return "";
  if (!Array.isArray(content)) return null;
  return content
    .map((part: unknown) => field(part, "text"))
    .filter((text) => typeof text === "string")
    .join("");
}

function networkError(options: OpenAICompatibleOptions, cause: unknown): LLMError {
  const message =
    `${serverOf(options)} could not be reached. Is it running, and does it allow this page's origin (CORS)? ` +
    "For Ollama set OLLAMA_ORIGINS; from an https page, plain http works for localhost only.";
  // The error itself may quote the URL with a key in it; of its cause, Node's error code is what helps.
  const networkCode = field(field(cause, "cause"), "code");
  return new LLMError("llm_failed", message, typeof networkCode === "string" ? { details: { networkCode } } : {});
}

async function httpError(response: Response, options: OpenAICompatibleOptions): Promise<LLMError> {
  const { status } = response;
  const details: Record<string, unknown> = { status };
  const retryAfterMs = readRetryAfter(response.headers);
  if (retryAfterMs !== null) details["retryAfterMs"] = retryAfterMs;
  const providerCode = await readProviderCode(response);
  if (providerCode !== null) details["providerCode"] = providerCode;
  const said = providerCode === null ? `HTTP ${status}` : `HTTP ${status} (${providerCode})`;
  return new LLMError("llm_failed", `${serverOf(options)} answered ${said}. ${adviceFor(status)}`, {
    retryable: status === 408 || status === 429 || status >= 500,
    details,
  });
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) return "Check the apiKey, and that it may use this model.";
  if (status === 404) return "Check the baseUrl (it ends before /chat/completions) and that the model is there.";
  if (status === 413) return "The request is too long for this model.";
  if (status === 429) return "Too many requests, or the quota is used up: wait, then try again.";
  if (status === 408 || status >= 500) return "Try again later.";
  return "Check the model and its options; it may refuse the temperature, maxTokens or the length of the request.";
}

/** Delay in ms; null where there is none. A date counts from the server's own clock. */
function readRetryAfter(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Math.round(Number(value) * 1000);
  const delay = Date.parse(value) - Date.parse(headers.get("date") ?? "");
  return Number.isFinite(delay) ? Math.max(0, delay) : null;
}

/** `error.code` or `error.type` where it is a plain word: the server's message may quote the request. */
async function readProviderCode(response: Response): Promise<string | null> {
  try {
    const error = field(await response.json(), "error");
    for (const code of [field(error, "code"), field(error, "type")]) {
      if (typeof code === "string" && /^[a-z][a-z_.-]{0,63}$/i.test(code)) return code;
    }
  } catch {
    // No JSON: the status says enough.
  }
  return null;
}

/** Origin only: a path or query may hold a key. */
function serverOf({ baseUrl }: OpenAICompatibleOptions): string {
  return URL.canParse(baseUrl) ? `The LLM server at ${new URL(baseUrl).origin}` : "The LLM server";
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

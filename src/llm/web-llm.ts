/** LLM adapter for WebLLM (`@mlc-ai/web-llm`): models on WebGPU, in the page or in WebLLM's own worker. */
import { LLMError } from "../errors.ts";
import type { LLM, LLMRequest } from "../types.ts";

/** The part of WebLLM's engines (`MLCEngine`, `WebWorkerMLCEngine`, …) that is used; structural, for any version. */
export interface WebLLMEngine {
  chat: { completions: { create(request: WebLLMRequest): Promise<unknown> } };
  /** Ends the generation that runs. */
  interruptGenerate(): void | Promise<void>;
}

/** A message as WebLLM takes it; vision models read images in parts. */
export interface WebLLMMessage {
  role: "system" | "user" | "assistant";
  content: string | ({ type: "text"; text: string } | { type: "image_url"; image_url: { url: string } })[];
}

/** What is asked of the engine. */
export interface WebLLMRequest {
  messages: WebLLMMessage[];
  stream: false;
  temperature: number;
  max_tokens?: number;
  response_format?: { type: "json_object"; schema?: string };
}

export interface WebLLMOptions {
  /** 0 to 2. @default 0 */
  temperature?: number;
  /** Most tokens of a reply. A reply that was cut off is asked for again. @default the engine's */
  maxTokens?: number;
  /** Constrain decoding by the schema of the reply, to any JSON object, or not at all. @default "schema" */
  jsonMode?: "schema" | "object" | "none";
}

/**
 * An {@link LLM} on a loaded WebLLM engine. Calls through one adapter run one after the other, as the engine has one
 * generation at a time. Abort interrupts what the engine is generating, so give memory an engine of its own where
 * the app chats at the same time.
 *
 * The LLM throws LLMError `llm_failed`, retryable, with the engine's error as `cause`; on abort the signal's reason.
 *
 * @example
 * const llm = webLLM(await CreateMLCEngine("Qwen3-1.7B-q4f16_1-MLC"));
 */
export function webLLM(engine: WebLLMEngine, options: WebLLMOptions = {}): LLM {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const run = last.then(() => generate(engine, options, request));
    last = run.catch(() => undefined);
    return untilAborted(run, request.signal);
  };
}

async function generate(engine: WebLLMEngine, options: WebLLMOptions, request: LLMRequest): Promise<string> {
  const { signal } = request;
  // Its turn in the queue may come after the abort.
  signal.throwIfAborted();
  const interrupt = (): void => void engine.interruptGenerate();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    const reply = await engine.chat.completions.create(requestFor(options, request));
    signal.throwIfAborted();
    return textOf(reply);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof LLMError) throw cause;
    throw new LLMError("llm_failed", "WebLLM failed. Is a model loaded, and is the GPU still there?", { cause });
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

function requestFor(
  { temperature = 0, maxTokens, jsonMode = "schema" }: WebLLMOptions,
  request: LLMRequest,
): WebLLMRequest {
  // A description of an image is prose.
  const isJSON = request.purpose !== "describe";
  return {
    messages: request.messages.map(withParts),
    stream: false,
    temperature,
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(isJSON && jsonMode === "object" && { response_format: { type: "json_object" } }),
    ...(isJSON &&
      jsonMode === "schema" && {
        response_format: { type: "json_object", schema: JSON.stringify(request.schema) },
      }),
  };
}

/** Images as parts of the content, as vision models take them. */
function withParts({ role, content, images }: LLMRequest["messages"][number]): WebLLMMessage {
  if (!images) return { role, content };
  const parts = images.map((url) => ({ type: "image_url" as const, image_url: { url } }));
  return { role, content: [{ type: "text", text: content }, ...parts] };
}

function textOf(reply: unknown): string {
  const { choices } = (reply ?? {}) as { choices?: { message?: { content?: unknown } }[] };
  const content = choices?.[0]?.message?.content;
  if (typeof content === "string") return content;
  // Null: nothing was generated.
  if (content === null) return "";
  throw new LLMError("llm_failed", "WebLLM gave an answer without choices[0].message.content.");
}

/** Settles at the abort, also while the engine still winds down. */
function untilAborted(run: Promise<string>, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    run.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

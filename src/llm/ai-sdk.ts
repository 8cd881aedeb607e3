/**
 * LLM adapter for the AI SDK (`ai`). It calls the app's own `generateText` or `generateObject` with the app's own
 * model, and checks no version: the SDK's model interface changes faster than its functions do.
 */
import { InvalidInputError, LLMError } from "../errors.ts";
import type { JSONSchema, LLM, LLMRequest } from "../types.ts";

export interface AiSdkOptions<Model = unknown> {
  /** Any model that the given function takes. */
  model: Model;
  /** `generateText` of `ai`. Not needed beside `generateObject`. */
  generateText?: (options: never) => PromiseLike<{ readonly text: string }>;
  /** `generateObject` of `ai`, together with `jsonSchema`: replies that keep to the schema, where the model can. */
  generateObject?: (options: never) => PromiseLike<{ readonly object: unknown }>;
  /** `jsonSchema` of `ai`. Only with `generateObject`. */
  jsonSchema?: (schema: never) => unknown;
  /** 0 to 2; null sends none, for models that refuse it. @default 0 */
  temperature?: number | null;
  /** Most tokens of a reply. A reply that was cut off is asked for again. @default the provider's */
  maxOutputTokens?: number;
  /** More options of the call, e.g. `{ maxRetries: 0, providerOptions: { … } }`. They win. */
  callOptions?: Record<string, unknown>;
}

/**
 * An {@link LLM} over the AI SDK.
 *
 * The LLM throws LLMError `llm_failed` with the SDK's error as `cause`, `retryable` as the SDK says it, and
 * `details.status` where there is one; on abort the signal's reason. A reply that `generateObject` could not parse is
 * returned as text, for Keepsake's own, more patient parser.
 *
 * @throws {InvalidInputError} invalid_input, where the functions are missing
 * @example
 * const llm = aiSdk({ model: openai("gpt-5-mini"), generateObject, jsonSchema });
 */
export function aiSdk<Model>(options: AiSdkOptions<Model>): LLM {
  const { generateText, generateObject, jsonSchema } = options;
  if (generateObject && !jsonSchema) throw new InvalidInputError("aiSdk needs jsonSchema beside generateObject.");
  if (!generateObject && !generateText) throw new InvalidInputError("aiSdk needs generateText or generateObject.");
  return async (request) => {
    const call = callFor(options, request);
    try {
      // A description of an image is prose.
      const isProse = request.purpose === "describe" && generateText !== undefined;
      if (isProse || !generateObject || !jsonSchema) return (await generateText!(call as never)).text;
      const schema = (jsonSchema as (schema: JSONSchema) => unknown)(request.schema);
      return JSON.stringify((await generateObject({ ...call, schema } as never)).object);
    } catch (cause) {
      if (request.signal.aborted) throw request.signal.reason;
      return unparsedText(cause) ?? fail(cause);
    }
  };
}

function callFor(options: AiSdkOptions, { messages, signal }: LLMRequest): Record<string, unknown> {
  const { model, temperature = 0, maxOutputTokens, callOptions } = options;
  const system = messages
    .filter(({ role }) => role === "system")
    .map(({ content }) => content)
    .join("\n\n");
  return {
    model,
    // Two names for one thing: `instructions` since AI SDK 7, `system` before. Each ignores the other's; system
    // messages among `messages` are refused by 7.
    system,
    instructions: system,
    messages: messages.filter(({ role }) => role !== "system").map(withParts),
    abortSignal: signal,
    ...(temperature !== null && { temperature }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...callOptions,
  };
}

/** Images as parts of the content. */
function withParts({ role, content, images }: LLMRequest["messages"][number]): Record<string, unknown> {
  if (!images) return { role, content };
  return { role, content: [{ type: "text", text: content }, ...images.map((image) => ({ type: "image", image }))] };
}

/** The reply in the SDK's NoObjectGeneratedError; null for every other error. */
function unparsedText(error: unknown): string | null {
  const { name, text } = (error ?? {}) as { name?: unknown; text?: unknown };
  return name === "AI_NoObjectGeneratedError" && typeof text === "string" ? text : null;
}

function fail(cause: unknown): never {
  // A RetryError wraps the last of several errors.
  const { lastError } = (cause ?? {}) as { lastError?: unknown };
  const { isRetryable, statusCode } = (lastError ?? cause ?? {}) as { isRetryable?: unknown; statusCode?: unknown };
  const status = typeof statusCode === "number" ? statusCode : undefined;
  throw new LLMError(
    "llm_failed",
    `The AI SDK call failed${status === undefined ? "" : ` (HTTP ${status})`}. See the cause.`,
    {
      cause,
      retryable: isRetryable !== false,
      ...(status !== undefined && { details: { status } }),
    },
  );
}

/**
 * LLM adapter for the model that is built into Chrome and Edge (the Prompt API, `LanguageModel`). Windows only: the
 * API does not exist in workers.
 */
import { KeepsakeError, LLMError } from "../errors.ts";
import type { JSONSchema, LLM, LLMRequest } from "../types.ts";

export type PromptApiAvailability = "unavailable" | "downloadable" | "downloading" | "available";

/** The part of the browser's `LanguageModel` that is used; structural, since no DOM library has it yet. */
export interface LanguageModelLike {
  availability(options?: SessionOptions): Promise<PromptApiAvailability>;
  create(options?: SessionOptions & CreateOptions): Promise<LanguageModelSession>;
}

export interface LanguageModelSession {
  prompt(input: string, options?: { responseConstraint?: JSONSchema; signal?: AbortSignal }): Promise<string>;
  destroy(): void;
}

interface SessionOptions {
  temperature?: number;
  topK?: number;
  expectedInputs?: { type: "text"; languages: string[] }[];
  expectedOutputs?: { type: "text"; languages: string[] }[];
}

interface CreateOptions {
  initialPrompts?: LLMRequest["messages"];
  signal?: AbortSignal;
  monitor?: (monitor: EventTarget) => void;
}

export interface PromptApiOptions {
  /** Download of the model, 0 to 1. */
  onProgress?: (loaded: number) => void;
  /** Languages of messages and memories, as BCP 47 tags. @default none: the browser decides, and may warn */
  languages?: string[];
  /** Only where the browser lets pages set it, and only together with `topK`. @default the browser's */
  temperature?: number;
  /** Only together with `temperature`. @default the browser's */
  topK?: number;
  /** In place of the global `LanguageModel`. */
  languageModel?: LanguageModelLike;
}

/**
 * An {@link LLM} on the browser's own model. Each call has a session of its own, which is destroyed.
 *
 * The LLM throws LLMError `llm_failed`: not `retryable` where the browser has no model, `retryable` where the download
 * needs a click first (call {@link preparePromptApi} in its handler). On abort it throws the signal's reason.
 *
 * @example
 * const llm = promptApi({ languages: ["en"] });
 */
export function promptApi(options: PromptApiOptions = {}): LLM {
  /** Browsers differ in the schemas they take; one that refused is not asked again. */
  let constrain = true;
  return async ({ messages, schema, signal }) => {
    if (messages.some((message) => message.images)) {
      throw new LLMError("llm_failed", 'promptApi does not look at images. Pass images: "skip", or use another LLM.', {
        retryable: false,
      });
    }
    const session = await createSession(options, { initialPrompts: messages.slice(0, -1), signal });
    const input = messages.at(-1)?.content ?? "";
    try {
      return await session.prompt(input, constrain ? { responseConstraint: schema, signal } : { signal });
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      if (!constrain || nameOf(cause) !== "NotSupportedError") throw promptError(cause);
      constrain = false;
      return await session.prompt(input, { signal }).catch((again: unknown) => {
        throw signal.aborted ? signal.reason : promptError(again);
      });
    } finally {
      session.destroy();
    }
  };
}

/** Whether the model is here, can be downloaded, is being downloaded, or cannot be had. Needs no gesture. */
export async function promptApiAvailability(options: PromptApiOptions = {}): Promise<PromptApiAvailability> {
  const model = findModel(options);
  return model === null ? "unavailable" : model.availability(sessionOptions(options));
}

/**
 * Downloads the model. Call it in the handler of a click or key press: browsers refuse to download without one.
 * @throws {LLMError} llm_failed
 * @example
 * button.onclick = () => preparePromptApi({ onProgress: (loaded) => (bar.value = loaded) });
 */
export async function preparePromptApi(options: PromptApiOptions & { signal?: AbortSignal } = {}): Promise<void> {
  const session = await createSession(options, options.signal === undefined ? {} : { signal: options.signal });
  session.destroy();
}

async function createSession(options: PromptApiOptions, create: CreateOptions): Promise<LanguageModelSession> {
  const model = findModel(options);
  const { signal } = create;
  const { onProgress } = options;
  if (model === null) throw unavailable("This browser has no built-in language model (or this is a worker).");
  try {
    signal?.throwIfAborted();
    const settings = sessionOptions(options);
    if ((await model.availability(settings)) === "unavailable") {
      throw unavailable("The browser's built-in language model cannot run on this device, or not in these languages.");
    }
    return await model.create({
      ...settings,
      ...create,
      ...(onProgress && { monitor: (monitor: EventTarget) => reportProgress(monitor, onProgress) }),
    });
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw KeepsakeError.isInstance(cause) ? cause : promptError(cause);
  }
}

function findModel({ languageModel }: PromptApiOptions): LanguageModelLike | null {
  return languageModel ?? (globalThis as { LanguageModel?: LanguageModelLike }).LanguageModel ?? null;
}

/** The same options for `availability` and `create`: the answer of one is about the other only then. */
function sessionOptions({ languages, temperature, topK }: PromptApiOptions): SessionOptions {
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(languages && {
      expectedInputs: [{ type: "text", languages }],
      expectedOutputs: [{ type: "text", languages }],
    }),
  };
}

function reportProgress(monitor: EventTarget, onProgress: (loaded: number) => void): void {
  monitor.addEventListener("downloadprogress", (event) => {
    const { loaded } = event as Event & { loaded?: unknown };
    if (typeof loaded === "number") onProgress(loaded);
  });
}

function unavailable(message: string): LLMError {
  return new LLMError("llm_failed", `${message} Use another LLM adapter.`, { retryable: false });
}

function promptError(cause: unknown): LLMError {
  switch (nameOf(cause)) {
    case "NotAllowedError":
      return new LLMError(
        "llm_failed",
        "The browser downloads its language model only after a user gesture: call preparePromptApi() in a click handler.",
        { cause },
      );
    case "QuotaExceededError":
      return new LLMError("llm_failed", "The request is too long for the browser's language model.", {
        cause,
        retryable: false,
      });
    default:
      return new LLMError("llm_failed", "The browser's language model failed. Try again later.", { cause });
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}

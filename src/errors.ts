/**
 * The errors of the library. One branded base and a subclass only where a caller would do something
 * different. A message says what happened and what to do; it never contains message or memory text.
 */

/** Cross-realm and cross-package brand: `instanceof` fails between duplicate installs and workers. */
const BRAND = Symbol.for("keepsake.error");

/** Where in the flow an error arose. */
export type Stage =
  | "validate"
  | "accept"
  | "extract"
  | "recall"
  | "resolve"
  | "commit"
  | "search"
  | "embed"
  | "store"
  | "worker";

/** Every code the library throws, by class. */
export type ErrorCode =
  // InvalidInputError: fix the call
  | "invalid_input"
  | "not_found"
  // LLMError: try again later, or mend the callback; the op stays pending
  | "llm_failed"
  | "llm_timeout"
  // LLMOutputError: the model's reply could not be used; try another model
  | "llm_output"
  // EmbedderError
  | "embedder_unavailable"
  | "embedder_failed"
  // KeepsakeError: why a search was not reranked (`answer.rerank.error`); no call rejects with these
  | "reranker_unavailable"
  | "reranker_failed"
  | "reranker_timeout"
  // StoreError
  | "store_quota"
  | "store_blocked"
  | "store_lost"
  | "store_too_new"
  | "store_failed"
  // ConflictError: somebody else changed what this call wanted to change
  | "conflict"
  // EngineError
  | "engine_start"
  | "engine_crashed"
  | "engine_timeout"
  | "closed"
  | "cancelled";

export interface ErrorOptions {
  cause?: unknown;
  /** True where the same call may succeed later without a change. */
  retryable?: boolean;
  stage?: Stage;
  /** Extra fields of the subclass, plain data only: they cross the worker boundary. */
  details?: Record<string, unknown>;
}

/** What crosses a worker boundary in place of an error. */
export interface WireError {
  name: string;
  message: string;
  stack?: string;
  code?: ErrorCode;
  retryable?: boolean;
  stage?: Stage;
  details?: Record<string, unknown>;
  cause?: WireError;
}

/** Base of every error the library throws on purpose. */
export class KeepsakeError extends Error {
  override name = "KeepsakeError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly stage: Stage | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.stage = options.stage;
    this.details = options.details ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for every error of this library, also one from another copy of it. */
  static isInstance(error: unknown): error is KeepsakeError {
    return typeof error === "object" && error !== null && BRAND in error;
  }
}

/** The call itself is wrong. Nothing was stored. Codes: `invalid_input`, `not_found`. */
export class InvalidInputError extends KeepsakeError {
  override name = "InvalidInputError";
  constructor(message: string, options: ErrorOptions & { code?: "invalid_input" | "not_found" } = {}) {
    super(options.code ?? "invalid_input", message, { stage: "validate", ...options });
  }
}

/** The app's LLM threw (`llm_failed`) or did not answer in time (`llm_timeout`). The op stays pending. */
export class LLMError extends KeepsakeError {
  override name = "LLMError";
  constructor(code: "llm_failed" | "llm_timeout", message: string, options: ErrorOptions = {}) {
    super(code, message, { retryable: true, ...options });
  }
}

/** The LLM answered twice with something unusable. `text` is its last reply. The op stays pending. */
export class LLMOutputError extends KeepsakeError {
  override name = "LLMOutputError";
  /** The reply that could not be used, verbatim. */
  readonly text: string;
  constructor(message: string, text: string, options: ErrorOptions = {}) {
    super("llm_output", message, { retryable: true, ...options, details: { ...options.details, text } });
    this.text = text;
  }
}

/** The embedder could not be loaded (`embedder_unavailable`) or gave unusable vectors (`embedder_failed`). */
export class EmbedderError extends KeepsakeError {
  override name = "EmbedderError";
  constructor(code: "embedder_unavailable" | "embedder_failed", message: string, options: ErrorOptions = {}) {
    super(code, message, { stage: "embed", ...options });
  }
}

/** The database refused: full, blocked by another tab, wiped under us, or written by a newer version. */
export class StoreError extends KeepsakeError {
  override name = "StoreError";
  constructor(
    code: "store_quota" | "store_blocked" | "store_lost" | "store_too_new" | "store_failed",
    message: string,
    options: ErrorOptions = {},
  ) {
    super(code, message, { stage: "store", ...options });
  }
}

/** Another tab or call changed what this one wanted to change. Read again, then decide again. */
export class ConflictError extends KeepsakeError {
  override name = "ConflictError";
  constructor(message: string, options: ErrorOptions = {}) {
    super("conflict", message, { retryable: true, ...options });
  }
}

/**
 * The engine could not start, died, hung, was closed, or the op was cancelled.
 * `details.outcome === "unknown"`: the call may or may not have taken effect; read to find out.
 */
export class EngineError extends KeepsakeError {
  override name = "EngineError";
  constructor(
    code: "engine_start" | "engine_crashed" | "engine_timeout" | "closed" | "cancelled",
    message: string,
    options: ErrorOptions = {},
  ) {
    super(code, message, { stage: "worker", ...options });
  }
}

/** An error as plain data. Inverse of {@link fromWire}. */
export function toWire(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error) && !KeepsakeError.isInstance(error)) {
    return { name: "Error", message: describe(error) };
  }
  const wire: WireError = { name: error.name, message: error.message };
  if (error.stack !== undefined) wire.stack = error.stack;
  if (KeepsakeError.isInstance(error)) {
    wire.code = error.code;
    wire.retryable = error.retryable;
    if (error.stage !== undefined) wire.stage = error.stage;
    wire.details = error.details;
  }
  // A chain of causes is short; the bound guards against a cycle.
  if (error.cause !== undefined && depth < 8) wire.cause = toWire(error.cause, depth + 1);
  return wire;
}

/** Anything can be thrown, also what has no string form. */
function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "something without a string form was thrown";
  }
}

/** The error that {@link toWire} described, with its class, code, details and causes restored. */
export function fromWire(wire: WireError): Error {
  const error = wire.code === undefined ? foreignError(wire) : ownError(wire, wire.code);
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

function foreignError(wire: WireError): Error {
  const options = wire.cause === undefined ? undefined : { cause: fromWire(wire.cause) };
  const error = new Error(wire.message, options);
  error.name = wire.name;
  return error;
}

function ownError(wire: WireError, code: ErrorCode): KeepsakeError {
  const options: ErrorOptions = { retryable: wire.retryable ?? false, details: wire.details ?? {} };
  if (wire.stage !== undefined) options.stage = wire.stage;
  if (wire.cause !== undefined) options.cause = fromWire(wire.cause);
  switch (code) {
    case "invalid_input":
    case "not_found":
      return new InvalidInputError(wire.message, { ...options, code });
    case "llm_failed":
    case "llm_timeout":
      return new LLMError(code, wire.message, options);
    case "llm_output":
      return new LLMOutputError(wire.message, String(wire.details?.["text"] ?? ""), options);
    case "embedder_unavailable":
    case "embedder_failed":
      return new EmbedderError(code, wire.message, options);
    case "reranker_unavailable":
    case "reranker_failed":
    case "reranker_timeout":
      return new KeepsakeError(code, wire.message, options);
    case "store_quota":
    case "store_blocked":
    case "store_lost":
    case "store_too_new":
    case "store_failed":
      return new StoreError(code, wire.message, options);
    case "conflict":
      return new ConflictError(wire.message, options);
    case "engine_start":
    case "engine_crashed":
    case "engine_timeout":
    case "closed":
    case "cancelled":
      return new EngineError(code, wire.message, options);
  }
}

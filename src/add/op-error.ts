/** What the caller of an add is told of an error that another kind of call may have had as well. */
import { EmbedderError, KeepsakeError } from "../errors.ts";

/** The engine makes vectors for many things, and does not say what becomes of an op that needed one. */
export function opError(thrown: unknown): unknown {
  if (!KeepsakeError.isInstance(thrown)) return thrown;
  const { code, message, cause, retryable, details } = thrown;
  if (code !== "embedder_failed" && code !== "embedder_unavailable") return thrown;
  const kept = `${message} The op is kept and stays pending; flush() tries again.`;
  return new EmbedderError(code, kept, { cause, retryable, details: { ...details } });
}

/** What the caller of an add is told of what was thrown on its way. */
import { fromWire, KeepsakeError, toWire } from "../errors.ts";

/**
 * An error of the op's own: what becomes of the op is noted in its `details`, and what was thrown may be another op's as
 * well, or the app's, which is not ours to write into.
 */
export function opError(thrown: unknown): unknown {
  if (!KeepsakeError.isInstance(thrown)) return thrown;
  const { code, message, details } = thrown;
  // The engine makes vectors for many things, and does not say what becomes of an op that needed one.
  const isEmbedders = code === "embedder_failed" || code === "embedder_unavailable";
  const kept = isEmbedders ? `${message} The op is kept and stays pending; flush() tries again.` : message;
  const error = fromWire({ ...toWire(thrown), message: kept, details: { ...details } });
  // As it is, not as it would cross to a worker.
  if (thrown.cause !== undefined) error.cause = thrown.cause;
  return error;
}

/** Time limits on what the app brings: its callbacks may hang, and may not listen to their signal. */
import { untilAborted } from "./abort.ts";

/** `setTimeout` takes no more, and ends at once for more. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export interface TimeLimit {
  /** At most `MAX_TIMEOUT_MS`. */
  timeoutMs: number;
  /** What it rejects with when the time is up. */
  onTimeout: () => Error;
  /** The caller's. */
  signal?: AbortSignal | undefined;
}

/**
 * Settles like the body, or rejects when the time is up or the caller aborts, whatever the body does then. The body's
 * signal aborts in both cases. An abort of the caller's rejects with its reason.
 */
export async function withinTime<T>(
  body: (signal: AbortSignal) => Promise<T> | T,
  { timeoutMs, onTimeout, signal }: TimeLimit,
): Promise<T> {
  signal?.throwIfAborted();
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(onTimeout()), timeoutMs);
  const limit = signal ? AbortSignal.any([signal, clock.signal]) : clock.signal;
  try {
    return await untilAborted(Promise.resolve(body(limit)), limit);
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Abort, the same everywhere: reject with `signal.reason`, never wrapped. */
import { InvalidInputError } from "./errors.ts";

/**
 * Settles like the promise, or rejects with the signal's reason when that aborts first. The work behind
 * the promise may go on; its outcome is then nobody's.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** @throws {InvalidInputError} where it is there and no AbortSignal */
export function checkSignal(value: unknown): asserts value is AbortSignal | undefined {
  if (value === undefined) return;
  // By its methods: a signal of another realm is one too.
  const { throwIfAborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  if (typeof throwIfAborted === "function" && typeof addEventListener === "function") return;
  throw new InvalidInputError("keepsake: signal must be an AbortSignal.");
}

/** The signal among the options of a call; what else they are is for others to check. */
export function signalOf(options: unknown): AbortSignal | undefined {
  const { signal } = (options ?? {}) as { signal?: unknown };
  checkSignal(signal);
  return signal;
}

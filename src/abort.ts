/** Abort, the same everywhere: reject with `signal.reason`, never wrapped. */

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

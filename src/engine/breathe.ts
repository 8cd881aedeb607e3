/** Long work in slices, so that a search that comes meanwhile goes first. */

/** Longest stretch of work before the thread is free again, in ms. */
export const SLICE_MS = 16;
/** Between two slices, in ms. */
const PAUSE_MS = 1;

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** To be awaited often: pauses where {@link SLICE_MS} are over since the last pause. @param now in ms */
export function breather(now: () => number): () => Promise<void> {
  let start = now();
  return async () => {
    if (now() - start < SLICE_MS) return;
    await pause();
    start = now();
  };
}

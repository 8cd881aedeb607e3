/** The library's download events, one file at a time and interleaved, as one growing sum. */

/** How far the model's files have come. Information only: that the model is there is told by the promise. */
export interface ModelProgress {
  model: string;
  /** The file that this event is about, relative to the model's folder. */
  file: string;
  /** Over all files so far. Files from a cache count as well. */
  loadedBytes: number;
  /** Over all files known so far; grows as files are discovered. Never less than `loadedBytes`. */
  totalBytes: number;
}

/** A `progress_callback` that sums up. Statuses it does not know are ignored, as versions add some. */
export function progressSum(model: string, onProgress: (progress: ModelProgress) => void): (event: unknown) => void {
  const files = new Map<string, { loaded: number; total: number }>();
  return (event) => {
    const { status, file, loaded, total } = (event ?? {}) as Record<string, unknown>;
    if (status !== "progress" || typeof file !== "string" || typeof loaded !== "number") return;
    // A server that compresses or names no length makes `total` too small.
    files.set(file, { loaded, total: Math.max(loaded, typeof total === "number" ? total : 0) });
    let loadedBytes = 0;
    let totalBytes = 0;
    for (const entry of files.values()) {
      loadedBytes += entry.loaded;
      totalBytes += entry.total;
    }
    onProgress({ model, file, loadedBytes, totalBytes });
  };
}

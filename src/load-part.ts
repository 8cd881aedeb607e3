/** Parts of the library that are apart from what is loaded first. */
import { EngineError } from "./errors.ts";

/** @throws {EngineError} engine_start, where `import()` is forbidden or the part's file is missing */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const message =
      "keepsake: a part of the library could not be loaded. In a service worker, where import() is forbidden, bundle into a single file.";
    throw new EngineError("engine_start", message, { cause });
  }
}

/** Loads once. A failure is forgotten: the network that was away may be back at the next call. */
export function partLoader<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | null = null;
  return () => {
    loading ??= loadPart(load).catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

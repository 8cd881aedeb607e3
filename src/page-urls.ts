/** Paths in options are the page's: a worker has another base URL. */
import type { TransformersOptions } from "./info.ts";

export function withPageUrls(options: TransformersOptions): TransformersOptions {
  const base = globalThis.location?.href;
  if (base === undefined || base === "about:blank") return options;
  const absolute = (path: string): string => new URL(path, base).href;
  const { wasmPaths = "/ort/", localModelPath } = options;
  return {
    ...options,
    wasmPaths: absolute(wasmPaths),
    ...(localModelPath !== undefined && { localModelPath: absolute(localModelPath) }),
  };
}

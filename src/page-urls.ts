/** Paths in options are the page's: a worker, and the library in it, has another base URL. */
import type { TransformersOptions } from "./info.ts";

const DEFAULT_WASM_PATHS = "/ort/";

/** The paths that are relative, as absolute URLs. */
export function withPageUrls(
  options: TransformersOptions,
  base = ownUrl(),
): TransformersOptions & { wasmPaths: string } {
  const { wasmPaths = DEFAULT_WASM_PATHS, localModelPath } = options;
  return {
    ...options,
    wasmPaths: absolute(wasmPaths, base),
    ...(localModelPath !== undefined && { localModelPath: absolute(localModelPath, base) }),
  };
}

/** What relative URLs are relative to here; undefined where that is nothing. */
function ownUrl(): string | undefined {
  const { location, origin } = globalThis as { location?: Location; origin?: string };
  // An opaque path (about:srcdoc, a worker from a blob) is no base, but its maker's origin is.
  return [location?.href, origin].find((url) => url !== undefined && URL.canParse("/", url));
}

/** As it is where it cannot be made so. */
function absolute(url: string, base: string | undefined): string {
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}

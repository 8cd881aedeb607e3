/** Which cross-encoder, and where it comes from. */
import type { TransformersOptions } from "../info.ts";
import type { MemoryOptions } from "../options.ts";
import { withPageUrls } from "../page-urls.ts";

/**
 * What the options do not say is as the embedder has it: an app that hosts its models says so once.
 * @returns null where nothing was named and the embedder is the one that promises that nothing is downloaded
 */
export function rerankerModel(
  reranker: TransformersOptions | undefined,
  embedder: MemoryOptions["embedder"] = "auto",
): TransformersOptions | null {
  if (reranker === undefined && embedder === "hashing") return null;
  const { background: _b, ...own } = reranker ?? {};
  return withPageUrls({ ...placeOf(embedder), ...own });
}

function placeOf(embedder: Exclude<MemoryOptions["embedder"], undefined>): TransformersOptions {
  if (typeof embedder === "string" || "embed" in embedder) return {};
  const { model: _m, revision: _r, quantized: _q, background: _b, ...place } = embedder;
  return place;
}

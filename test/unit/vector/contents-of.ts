import type { FlatContents, FlatIndex } from "../../../src/vector/flat-index.ts";

/** A copy of everything that an index holds. */
export function contentsOf(index: FlatIndex): FlatContents {
  const labels = [...index.labels()];
  const numbers = labels.flatMap((label) => [...(index.vectorOf(label) as Float32Array)]);
  return { labels: Uint32Array.from(labels), blocks: [Float32Array.from(numbers)] };
}

import type { FlatIndex } from "../../../src/vector/flat-index.ts";
import type { VectorIndex } from "../../../src/vector/vector-index.ts";

/** The mean share of the exact nearest ten that `index` finds too. */
export function recallAt10(
  index: VectorIndex,
  exact: FlatIndex,
  queries: readonly Float32Array[],
  allowed?: readonly number[],
): number {
  let shares = 0;
  for (const query of queries) {
    const truth = exact.search(query, 10, allowed).map((hit) => hit.label);
    const found = new Set(index.search(query, 10, allowed).map((hit) => hit.label));
    shares += truth.filter((label) => found.has(label)).length / truth.length;
  }
  return shares / queries.length;
}

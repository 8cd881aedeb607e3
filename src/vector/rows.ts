/** Where the vectors of a FlatIndex lie, and who scans them: plain JS, or the SIMD kernel in a wasm memory. */
import { clampSimilarity } from "./check.ts";
import type { TopHits } from "./top-hits.ts";

/** What a scan looks at. */
export interface Candidates {
  /** Row numbers, each once; undefined for all rows from 0 to `count` − 1. */
  rows: Uint32Array | undefined;
  count: number;
  /** Rows that there are. */
  total: number;
  /** By row. */
  labels: Uint32Array;
}

/** Numbered from 0 on, without gaps. Vectors come checked: `dims` finite numbers. */
export interface Rows {
  /** Room for rows 0 to `count` − 1; asking for less than there is does nothing. @returns false where memory is out */
  reserve(count: number): boolean;
  /** @param vectors of as many rows as they fill, from `row` on */
  write(row: number, vectors: Float32Array): void;
  copy(from: number, to: number): void;
  /** A view that the next change may overwrite or detach. */
  vectorOf(row: number): Float32Array;
  /**
   * Offers every candidate that may be among the best, with its similarity by {@link dot}. So the hits are the
   * same, to the last bit, whoever scans.
   */
  search(query: Float32Array, candidates: Candidates, best: TopHits): void;
}

/**
 * The similarity, in double precision. Four sums side by side, because one sum makes every addition wait for the one
 * before it (2.5 × slower). The order of the additions depends on `dims` only: the same vectors always give the same.
 */
export function dot(query: Float32Array, rows: Float32Array, start: number, dims: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = dims - (dims % 4);
  let i = 0;
  for (; i < whole; i += 4) {
    const at = start + i;
    a += (query[i] as number) * (rows[at] as number);
    b += (query[i + 1] as number) * (rows[at + 1] as number);
    c += (query[i + 2] as number) * (rows[at + 2] as number);
    d += (query[i + 3] as number) * (rows[at + 3] as number);
  }
  for (; i < dims; i += 1) a += (query[i] as number) * (rows[start + i] as number);
  return clampSimilarity(a + b + (c + d));
}

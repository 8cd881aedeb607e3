/** The shape of the vectors, and who is behind which filter: for Node and for the page. */
export const DIMS = 384;
export const TOP_K = 10;
export const QUERIES = 100;
/** Percent of the rows that a search may return; 100 is no filter. */
export const PERCENTS = [100, 50, 10, 1];

/** In [0, 100), evenly and without a pattern: behind a filter of p percent are the rows whose bucket is below p. */
export function bucketOf(row) {
  let h = Math.imul(row + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) % 100;
}

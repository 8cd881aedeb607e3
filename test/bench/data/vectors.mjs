/**
 * The vectors that every library gets: made once, by the generator of the tests, and kept as a file that the page
 * fetches. The true neighbors come from plain double-precision arithmetic here, not from any of the libraries.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bucketOf, DIMS, PERCENTS, QUERIES, TOP_K } from "./vectors-shape.mjs";

const CLUSTERS = 200;
const ROW_SEED = 1;
const QUERY_SEED = 9;

/**
 * The rows' first `count` and the queries, row-major.
 * @param {string} folder where they are kept
 * @param {number} count
 * @param {(options: object) => Float32Array[]} clusteredVectors `src/testing/vectors.ts`, built
 */
export function vectorFiles(folder, count, clusteredVectors) {
  mkdirSync(folder, { recursive: true });
  const rows = file(join(folder, `rows-${count}.f32`), count, ROW_SEED, clusteredVectors);
  const queries = file(join(folder, `queries-${QUERIES}.f32`), QUERIES, QUERY_SEED, clusteredVectors);
  return { rows, queries };
}

function file(path, count, seed, clusteredVectors) {
  if (!existsSync(path)) {
    const numbers = new Float32Array(count * DIMS);
    // In portions of a seed each, so that fewer rows are the beginning of more.
    for (let at = 0; at < count; at += 1_000) {
      const portion = Math.min(1_000, count - at);
      const vectors = clusteredVectors({ count: 1_000, dims: DIMS, clusters: CLUSTERS, seed: seed + at });
      for (let i = 0; i < portion; i++) numbers.set(vectors[i], (at + i) * DIMS);
    }
    writeFileSync(path, new Uint8Array(numbers.buffer));
  }
  const bytes = readFileSync(path);
  return { path, numbers: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) };
}

/**
 * The labels of the true nearest: `truth[size][percent][query]`.
 * @param {Float32Array} rows
 * @param {Float32Array} queries
 * @param {number[]} sizes ascending
 */
export function trueNeighbors(rows, queries, sizes) {
  const truth = Object.fromEntries(
    sizes.map((size) => [size, Object.fromEntries(PERCENTS.map((percent) => [percent, []]))]),
  );
  for (let query = 0; query < QUERIES; query++) {
    const best = new Map(PERCENTS.map((percent) => [percent, []]));
    let row = 0;
    for (const size of sizes) {
      for (; row < size; row++) offer(best, row, dot(rows, row, queries, query));
      for (const percent of PERCENTS) truth[size][percent][query] = best.get(percent).map(([label]) => label);
    }
  }
  return truth;
}

function offer(best, row, similarity) {
  const bucket = bucketOf(row);
  for (const [percent, hits] of best) {
    if (bucket >= percent || (hits.length === TOP_K && similarity <= hits[TOP_K - 1][1])) continue;
    hits.push([row, similarity]);
    hits.sort((a, b) => b[1] - a[1]);
    hits.length = Math.min(hits.length, TOP_K);
  }
}

function dot(rows, row, queries, query) {
  let sum = 0;
  for (let i = 0; i < DIMS; i++) sum += rows[row * DIMS + i] * queries[query * DIMS + i];
  return sum;
}

/** Exact scan or graph: which one answers a vector search sooner. Pure. */

/**
 * Rows of one scope from which a graph is built. With the SIMD kernel an exact search takes 3 ms there, the graph
 * 0.8 ms. Below, while the codes fit into the CPU's cache, the exact one is the faster (table below; 20,000 rows took
 * 0.46 to 2 ms, by what else used the cache). And a graph costs 2 ms of CPU per insert (50,000 rows: two minutes),
 * another 1.7 kB of memory and as much of snapshot per row: more than it saves before.
 */
export const HNSW_FROM = 50_000;

/** A graph search costs about as much as scanning a fifth of {@link HNSW_FROM} rows. */
const GRAPH_SEARCH_SHARE = 1 / 5;
/**
 * A row of the tail is found through a list of labels and scored in double precision, without the int8 sieve: with 23,000
 * rows in the graph and 27,000 in the tail a search took 7.4 ms of CPU, where the exact scan takes 2.7.
 */
const TAIL_ROW = 3;
/**
 * The graph looks at this many candidates or `topK`, whichever is more, and its cost grows with that: recall@10 at 50,000
 * rows is 0.986 with 32 and 0.999 with 64.
 */
export const EF_SEARCH = 64;

export interface VectorSearchPlan {
  /** Rows that the scope holds. */
  rows: number;
  /** Rows that the graph holds, 0 without one. The others are scanned on top of a graph search. */
  indexed: number;
  /** Rows that the filter leaves; null without a filter. */
  allowed: number | null;
  topK: number;
  /** Rows from which the graph is used at all. It also scales what a graph search is taken to cost. */
  hnswFrom: number;
}

/**
 * Compares the rows that either way would look at. Filters are always applied first, never to a longer list of
 * hits: at 1 % selectivity that lost 11 to 16 % of the right answers. Behind a filter hnswlib walks on until it has
 * found enough allowed rows, so that its cost grows with 1 / selectivity. Measured (test/bench/kernel.mjs: 384 dims,
 * k = 10, Node 20 on a busy 2-core machine), mean CPU ms, exact scan : graph:
 *
 * | rows    | 1 %        | 10 %       | 50 %       | all        | exact in plain JS: all |
 * |---------|------------|------------|------------|------------|------------------------|
 * | 1,000   | 0.02 : 1.3 | 0.04 : 1.3 | 0.07 : 0.8 | 0.05 : 0.4 | 0.5                    |
 * | 10,000  | 0.02 : 11  | 0.10 : 5.4 | 0.30 : 1.7 | 0.29 : 0.7 | 4.7                    |
 * | 20,000  | 0.05 : 22  | 0.15 : 7.1 | 0.6 : 1.7  | 0.46 : 0.7 | 9.5                    |
 * | 50,000  | 0.06 : 37  | 0.3 : 6.1  | 3.1 : 2.0  | 2.8 : 0.8  | 24                     |
 * | 100,000 | 0.12 : –   | 0.8 : –    | 6.7 : –    | 5.8 : –    | 49                     |
 *
 * @returns the winner of every cell from {@link HNSW_FROM} rows on, for the default `hnswFrom`
 */
export function planVectorSearch(plan: VectorSearchPlan): "exact" | "hnsw" {
  const { rows, indexed, topK, hnswFrom } = plan;
  const candidates = Math.min(plan.allowed ?? rows, rows);
  if (rows < hnswFrom || indexed === 0 || candidates === 0) return "exact";
  const selectivity = candidates / rows;
  const graphSearch = (hnswFrom * GRAPH_SEARCH_SHARE * Math.max(1, topK / EF_SEARCH)) / selectivity;
  const tail = TAIL_ROW * (rows - indexed) * selectivity;
  return candidates > graphSearch + tail ? "hnsw" : "exact";
}

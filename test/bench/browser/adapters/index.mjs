/**
 * One adapter per way to search, with one tiny port. `create({ dims, capacity })` and `open(saved, { dims })` give
 *
 * - `add(rows, first, buckets)`: vectors, row-major, with the labels `first`, `first` + 1, …
 * - `finish?(capMs)`: what is done while it answers already; rows of the graph, if that is what it made
 * - `search(query, topK, filter?)`: labels, best first; `filter` is `{ percent, allowed, has }`
 * - `save?()`: an array of what IndexedDB takes
 * - `close?()`
 *
 * `../vite.config.ts` puts a stub in the place of an adapter whose package is not installed.
 */
export const adapters = {
  keepsake: () => import("./keepsake.ts").then((module) => module.planned),
  "keepsake-kernel": () => import("./keepsake.ts").then((module) => module.kernel),
  "keepsake-plain": () => import("./keepsake.ts").then((module) => module.plain),
  "keepsake-hnsw": () => import("./keepsake.ts").then((module) => module.hnsw),
  mememo: () => import("./mememo.mjs"),
  "voy-search": () => import("./voy-search.mjs"),
  edgevec: () => import("./edgevec.mjs"),
  "@orama/orama": () => import("./orama.mjs"),
  "client-vector-search": () => import("./client-vector-search.mjs"),
  "@electric-sql/pglite": () => import("./pglite.mjs"),
};

/** One library, one size: what the section "vectors" asks of a worker, step by step. */
import { bucketOf, DIMS, TOP_K } from "../data/vectors-shape.mjs";
import { adapters } from "./adapters/index.mjs";
import { load, store } from "./saved.mjs";

/** Rows per slice of a build: between slices its time is checked. */
const SLICE_ROWS = 200;
/** From when on a build that will not end in time is given up, in ms. */
const PATIENCE_MS = 10_000;

let rows;
let queries;
let buckets;
let index;

export const vectorCases = {
  /** Fetches the vectors: not part of what is measured. */
  async prepare(count, urls) {
    queries = await fetchNumbers(urls.queries);
    rows = await fetchNumbers(`${urls.rows}?bytes=${count * DIMS * 4}`);
    buckets = Uint8Array.from({ length: count }, (_, row) => bucketOf(row));
  },

  /** Loads the library, and opens an empty index. @returns ms, of the latter */
  async start(name) {
    const { create } = await adapters[name]();
    const start = performance.now();
    index = await create({ dims: DIMS, capacity: buckets.length });
    return performance.now() - start;
  },

  /** Puts all rows in, or gives up. @returns ms, and the rows that were put in */
  async build(capMs) {
    const count = buckets.length;
    const start = performance.now();
    let done = 0;
    while (done < count) {
      const end = Math.min(done + SLICE_ROWS, count);
      await index.add(rows.subarray(done * DIMS, end * DIMS), done, buckets);
      done = end;
      const ms = performance.now() - start;
      // A straight line is the least that it will take: no index inserts faster as it grows.
      const atLeast = (ms / done) * count;
      if (done < count && ms > PATIENCE_MS && atLeast > capMs) return { ms, rows: done, atLeastMs: atLeast };
    }
    return { ms: performance.now() - start, rows: done };
  },

  /** What an index does while it answers already. @returns ms, and rows of its graph */
  async finish(capMs) {
    const start = performance.now();
    const graphRows = (await index.finish?.(capMs)) ?? 0;
    return { ms: performance.now() - start, graphRows };
  },

  /** Every query once, for recall and to warm up. @returns labels per query, and mean ms */
  async ask(percent, count) {
    const filter = filterOf(percent);
    const found = [];
    const start = performance.now();
    for (let i = 0; i < count; i++) found.push([...(await index.search(queryAt(i), TOP_K, filter))]);
    return { found, meanMs: (performance.now() - start) / count };
  },

  /** @returns the ms of each search */
  async time(percent, count, repeats) {
    const filter = filterOf(percent);
    const times = [];
    for (let r = 0; r < repeats; r++) {
      for (let i = 0; i < count; i++) {
        const query = queryAt(i);
        const start = performance.now();
        await index.search(query, TOP_K, filter);
        times.push(performance.now() - start);
      }
    }
    return times;
  },

  /** Into this origin's IndexedDB. @returns bytes that it took, by the browser's own count */
  async save() {
    if (index.save === undefined) return null;
    return store(await index.save());
  },

  /** In a fresh worker: from the saved bytes to the first answer. Loading the script is not in it, wasm is. */
  async open(name) {
    const { open } = await adapters[name]();
    const start = performance.now();
    index = await open(await load(), { dims: DIMS });
    const opened = performance.now();
    const found = [...(await index.search(queries.slice(0, DIMS), TOP_K))];
    return { ms: performance.now() - start, openMs: opened - start, found };
  },

  async discard() {
    await index?.close?.();
    index = undefined;
  },
};

async function fetchNumbers(url) {
  return new Float32Array(await (await fetch(url)).arrayBuffer());
}

function queryAt(i) {
  return queries.slice(i * DIMS, (i + 1) * DIMS);
}

/** @returns {undefined | { percent: number, allowed: Uint32Array, has: (row: number) => boolean }} */
function filterOf(percent) {
  if (percent === 100) return undefined;
  const has = (row) => buckets[row] < percent;
  return { percent, has, allowed: Uint32Array.from(buckets.keys()).filter((row) => has(row)) };
}

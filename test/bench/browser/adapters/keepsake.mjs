/** Ours, as the engine uses it: an index of one scope. And each of its paths by itself. */
import { FlatIndex } from "../../../../src/vector/flat-index.ts";
import { PlainRows } from "../../../../src/vector/plain-rows.ts";
import { PlannedIndex } from "../../../../src/vector/planned-index.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../../src/vector/snapshot.ts";
import { TopHits } from "../../../../src/vector/top-hits.ts";

/** As long as the engine lets a slice of a graph be. */
const SLICE_MS = 8;

const labelsOf = (hits) => hits.map((hit) => hit.label);
const now = () => performance.now();

function overPlanned(index, dims, finish) {
  return {
    add(rows, first) {
      for (let i = 0; i * dims < rows.length; i++) index.set(first + i, rows.subarray(i * dims, (i + 1) * dims));
    },
    ...finish,
    search: (query, topK, filter) => labelsOf(index.search(query, topK, filter?.allowed)),
    save: () => encodeSnapshot({ space: "bench", dims, scopeKey: "bench", seq: 1, count: index.size }, index.toParts()),
    close: () => index.close(),
  };
}

async function buildGraph(index, capMs) {
  const end = now() + capMs;
  while ((await index.buildSlice(SLICE_MS, now)) && now() < end);
  return index.hnswRows;
}

async function openPlanned(chunks, { dims }, options) {
  return overPlanned(await PlannedIndex.fromParts(dims, decodeSnapshot(chunks, {}).parts, options), dims, {});
}

/** What the engine does: rows answer at once; from some size on a graph is built behind them. */
export const planned = {
  create({ dims }) {
    const index = new PlannedIndex(dims);
    // No part of the build: the engine does it while nobody waits.
    const finish = (capMs) => buildGraph(index, capMs);
    return overPlanned(index, dims, { finish });
  },
  open: (chunks, shape) => openPlanned(chunks, shape, {}),
};

/** The graph, whatever the size. */
export const hnsw = {
  create({ dims }) {
    const index = new PlannedIndex(dims, { hnswFrom: 1 });
    const adapter = overPlanned(index, dims, {});
    return {
      ...adapter,
      async add(rows, first) {
        adapter.add(rows, first);
        await buildGraph(index, Infinity);
      },
    };
  },
  open: (chunks, shape) => openPlanned(chunks, shape, { hnswFrom: 1 }),
};

/** The exact scan with the SIMD kernel. */
export const kernel = {
  create({ dims }) {
    const index = new FlatIndex(dims);
    return {
      add(rows, first) {
        for (let i = 0; i * dims < rows.length; i++) index.set(first + i, rows.subarray(i * dims, (i + 1) * dims));
      },
      search: (query, topK, filter) => labelsOf(index.search(query, topK, filter?.allowed)),
      close: () => index.close(),
    };
  },
};

/** The exact scan where wasm cannot run. */
export const plain = {
  create({ dims, capacity }) {
    const rows = new PlainRows(dims);
    rows.reserve(capacity);
    const labels = Uint32Array.from({ length: capacity }, (_, row) => row);
    return {
      add(numbers, first) {
        for (let i = 0; i * dims < numbers.length; i++)
          rows.write(first + i, numbers.subarray(i * dims, (i + 1) * dims));
      },
      search(query, topK, filter) {
        const best = new TopHits(topK);
        const count = filter?.allowed.length ?? capacity;
        rows.search(query, { rows: filter?.allowed, count, total: capacity, labels }, best);
        return labelsOf(best.take());
      },
    };
  },
};

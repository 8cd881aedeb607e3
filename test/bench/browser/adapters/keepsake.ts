/** Ours, as the engine uses it: an index of one scope. And each of its paths by itself. Types, so that a changed index is noticed. */
import { FlatIndex } from "../../../../src/vector/flat-index.ts";
import { PlainRows } from "../../../../src/vector/plain-rows.ts";
import { PlannedIndex, type PlannedIndexOptions } from "../../../../src/vector/planned-index.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../../src/vector/snapshot.ts";
import { TopHits } from "../../../../src/vector/top-hits.ts";
import type { VectorHit } from "../../../../src/vector/vector-index.ts";

interface Shape {
  dims: number;
}

interface Filter {
  allowed: Uint32Array;
}

/** The port that `index.mjs` describes. */
interface Adapter {
  add: (rows: Float32Array, first: number) => void | Promise<void>;
  finish?: (capMs: number) => Promise<number>;
  search: (query: Float32Array, topK: number, filter?: Filter) => number[];
  save?: () => Promise<Uint8Array[]>;
  close?: () => void;
}

/** As long as the engine lets a slice of a graph be. */
const SLICE_MS = 16;
/** Of the snapshots' headers: there is one scope only. */
const HEADER = { space: "bench", scopeKey: "bench", seq: 1 };

const labelsOf = (hits: VectorHit[]): number[] => hits.map((hit) => hit.label);
const now = (): number => performance.now();

function vectorsOf(rows: Float32Array, dims: number): Float32Array[] {
  return Array.from({ length: rows.length / dims }, (_, i) => rows.subarray(i * dims, (i + 1) * dims));
}

function over(index: FlatIndex | PlannedIndex): Adapter {
  return {
    add(rows, first) {
      for (const [i, vector] of vectorsOf(rows, index.dims).entries()) index.set(first + i, vector);
    },
    search: (query, topK, filter) => labelsOf(index.search(query, topK, filter?.allowed)),
    close: () => index.close(),
  };
}

function overPlanned(index: PlannedIndex): Adapter {
  const save = async (): Promise<Uint8Array[]> => [
    ...encodeSnapshot({ ...HEADER, dims: index.dims, count: index.size }, await index.toParts()),
  ];
  return { ...over(index), save };
}

/** @returns rows in the graph, when all are in it or the time is up */
async function buildGraph(index: PlannedIndex, capMs: number): Promise<number> {
  const end = now() + capMs;
  while ((await index.buildSlice(SLICE_MS, now)) && now() < end);
  return index.hnswRows;
}

async function openPlanned(chunks: Uint8Array[], { dims }: Shape, options: PlannedIndexOptions): Promise<Adapter> {
  return overPlanned(await PlannedIndex.fromParts(dims, decodeSnapshot(chunks, HEADER).parts, options));
}

/** What the engine does: rows answer at once; from some size on a graph is built behind them. */
export const planned = {
  create({ dims }: Shape): Adapter {
    const index = new PlannedIndex(dims);
    // No part of the build: the engine does it while nobody waits.
    return { ...overPlanned(index), finish: (capMs) => buildGraph(index, capMs) };
  },
  open: (chunks: Uint8Array[], shape: Shape): Promise<Adapter> => openPlanned(chunks, shape, {}),
};

/** The graph, whatever the size. */
export const hnsw = {
  create({ dims }: Shape): Adapter {
    const index = new PlannedIndex(dims, { hnswFrom: 1 });
    const adapter = overPlanned(index);
    return {
      ...adapter,
      async add(rows, first) {
        await adapter.add(rows, first);
        await buildGraph(index, Infinity);
      },
    };
  },
  open: (chunks: Uint8Array[], shape: Shape): Promise<Adapter> => openPlanned(chunks, shape, { hnswFrom: 1 }),
};

/** The exact scan with the SIMD kernel. */
export const kernel = {
  create: ({ dims }: Shape): Adapter => over(new FlatIndex(dims)),
};

/** The exact scan where wasm cannot run. */
export const plain = {
  create({ dims, capacity }: Shape & { capacity: number }): Adapter {
    const rows = new PlainRows(dims);
    rows.reserve(capacity);
    const labels = Uint32Array.from({ length: capacity }, (_, row) => row);
    return {
      add(numbers, first) {
        for (const [i, vector] of vectorsOf(numbers, dims).entries()) rows.write(first + i, vector);
      },
      search(query, topK, filter) {
        const best = new TopHits(topK);
        const allowed = filter?.allowed;
        rows.search(query, { rows: allowed, count: allowed?.length ?? capacity, total: capacity, labels }, best);
        return labelsOf(best.take());
      },
    };
  },
};

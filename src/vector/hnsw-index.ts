/** The approximate index: hnswlib's graph, in wasm. Fast for big scopes; an insert costs about 2 ms. */
import type { HierarchicalNSW } from "virtual:hnswlib";
import { EngineError } from "../errors.ts";
import { byRank, checkDims, checkLabel, checkTopK, checkVector, clampSimilarity, closedError } from "./check.ts";
import { HnswHeap } from "./hnsw-heap.ts";
import { LabelRows } from "./label-rows.ts";
import { TopHits } from "./top-hits.ts";
import type { VectorHit, VectorIndex } from "./vector-index.ts";
import { EF_SEARCH } from "./plan.ts";

/** Links per row. 16 gave recall@10 of 0.999 at 50,000 rows of 384 dims, for 145 bytes per row. */
export const M = 16;
/** Candidates looked at per insert: twice as many cost twice the 2 ms and gave nothing measurable. */
export const EF_CONSTRUCTION = 200;
/** Fixed: the same inserts in the same order give the same graph, byte for byte. */
const SEED = 100;
/** hnswlib refuses even an update of a label when every slot is taken. */
const SPARE_SLOTS = 1;

/** What identifies bytes of {@link HnswIndex.serialize} beside `dims`: other bytes are not to be loaded. */
export const HNSW_PARAMS = {
  library: "hnswlib-wasm@0.8.2",
  space: "ip",
  m: M,
  efConstruction: EF_CONSTRUCTION,
} as const;

interface Wasm {
  heap: HnswHeap;
  graph: HierarchicalNSW;
}

/**
 * hnswlib-wasm behind the port. One wasm heap per index: a trap then costs this index only, and its memory
 * goes back to the system when the index goes (a wasm heap never shrinks). That is 45 ms and 16 MiB per index,
 * paid by scopes of thousands of rows only.
 *
 * Space `ip` and not `cosine`: vectors of the port have unit length, and `cosine` would normalize every vector
 * and query once more. Similarity = 1 − distance.
 *
 * Errors beyond the port's: {@link EngineError} `engine_crashed` when wasm fails. With `poisoned` the index is
 * lost and every later call throws; close it and build a new one.
 */
export class HnswIndex implements VectorIndex {
  readonly dims: number;
  /** Gone after `close`, so that a closed index keeps no wasm memory alive. */
  #wasm: Wasm | undefined;
  readonly #live = new Set<number>();
  /** Labels that are in the graph, but forgotten. */
  readonly #dead = new Set<number>();
  /** The part of `#dead` that the graph does not know yet: told in one batch, each batch costs O(rows). */
  readonly #unmarked = new Set<number>();
  #slots: number;

  private constructor(wasm: Wasm, dims: number, slots: number) {
    this.dims = dims;
    this.#wasm = wasm;
    this.#slots = slots;
  }

  /**
   * @param options.capacity rows to make room for at once; it grows beyond by itself
   * @throws {EngineError} engine_start, engine_crashed (the memory is not to be had)
   */
  static async create(options: { dims: number; capacity: number }): Promise<HnswIndex> {
    checkDims(options.dims);
    const heap = await HnswHeap.start();
    const graph = heap.newIndex(options.dims);
    const slots = options.capacity + SPARE_SLOTS;
    heap.change(() => {
      graph.initIndex(slots, M, EF_CONSTRUCTION, SEED);
      graph.setEfSearch(EF_SEARCH);
    });
    return new HnswIndex({ heap, graph }, options.dims, slots);
  }

  /**
   * The index that {@link serialize} wrote. hnswlib notices a wrong length, but not a changed bit: verify a
   * checksum of the bytes before. The bytes are not changed.
   * @param options.count rows it must hold
   * @throws {EngineError} engine_start; engine_crashed where the bytes are not such an index
   */
  static async load(bytes: Uint8Array, options: { dims: number; count: number; capacity: number }): Promise<HnswIndex> {
    checkDims(options.dims);
    checkFileHeader(bytes, options.dims);
    const heap = await HnswHeap.start();
    const graph = heap.newIndex(options.dims);
    heap.load(graph, bytes, Math.max(options.count, options.capacity) + SPARE_SLOTS);
    const slots = heap.change(() => {
      graph.setEfSearch(EF_SEARCH); // reading resets it to 10
      return graph.getMaxElements();
    });
    const index = new HnswIndex({ heap, graph }, options.dims, slots);
    index.#readLabels();
    if (index.size === options.count) return index;
    index.close();
    throw new EngineError("engine_crashed", `A saved graph holds ${index.size} rows, not ${options.count}.`);
  }

  get size(): number {
    return this.#live.size;
  }

  /** Forgotten rows that still take up space and time in the graph; only a rebuild frees them. */
  get deadRows(): number {
    return this.#dead.size;
  }

  /** True when wasm failed in a way that leaves the graph unusable. */
  get poisoned(): boolean {
    return this.#wasm?.heap.poison !== undefined;
  }

  set(label: number, vector: Float32Array): void {
    const wasm = this.#open();
    checkLabel(label);
    checkVector(vector, this.dims);
    const isNew = !this.#live.has(label) && !this.#dead.has(label);
    if (isNew) this.#makeRoom(wasm);
    wasm.heap.change(() => {
      // hnswlib refuses to update a label that is marked as deleted.
      if (this.#dead.has(label) && !this.#unmarked.has(label)) wasm.graph.unmarkDelete(label);
      wasm.graph.addPoint(vector, label, false);
    });
    this.#dead.delete(label);
    this.#unmarked.delete(label);
    this.#live.add(label);
  }

  remove(label: number): void {
    this.#open();
    if (!this.#live.delete(label)) return;
    this.#dead.add(label);
    this.#unmarked.add(label);
  }

  has(label: number): boolean {
    return this.#live.has(label);
  }

  /** The labels held, in no order that means anything. */
  labels(): IterableIterator<number> {
    return this.#live.keys();
  }

  search(query: Float32Array, topK: number, allowed?: ArrayLike<number>): VectorHit[] {
    const wasm = this.#open();
    checkTopK(topK);
    checkVector(query, this.dims);
    // hnswlib throws for k = 0 and for k beyond its capacity.
    const k = Math.min(topK, this.#live.size, allowed?.length ?? Infinity);
    if (k === 0) return [];
    this.#flushRemovals(wasm);
    const found = wasm.heap.read(() => wasm.graph.searchKnn(query, k, allowed && filterOf(allowed)));
    if (found.neighbors.length < k) {
      // Removals can cut rows off from the graph. The port promises k hits, so the scan that is left does it.
      const candidates = allowed === undefined ? this.#live : this.#liveOf(allowed);
      if (found.neighbors.length < candidates.size) return this.#scan(wasm, query, k, candidates);
    }
    return found.neighbors.map((label, i) => hit(label, found.distances[i] as number)).toSorted(byRank);
  }

  /** The graph as bytes: 4 × dims + 145 per row, forgotten ones included. Blocks for some 17 ms per 1,000 rows. */
  serialize(): Uint8Array {
    const wasm = this.#open();
    this.#flushRemovals(wasm);
    return wasm.heap.write(wasm.graph);
  }

  close(): void {
    const wasm = this.#wasm;
    if (wasm === undefined) return;
    this.#wasm = undefined;
    this.#live.clear();
    this.#dead.clear();
    this.#unmarked.clear();
    // A lost heap is not called any more; it goes as a whole, with the last reference to it.
    if (wasm.heap.poison === undefined) wasm.heap.change(() => wasm.graph.delete());
  }

  #open(): Wasm {
    if (this.#wasm === undefined) throw closedError();
    if (this.#wasm.heap.poison !== undefined) throw this.#wasm.heap.poison;
    return this.#wasm;
  }

  /** Geometric: a resize copies the whole graph, and for that moment holds it twice. */
  #makeRoom({ heap, graph }: Wasm): void {
    if (this.#live.size + this.#dead.size + SPARE_SLOTS < this.#slots) return;
    const slots = Math.ceil(this.#slots * 1.5) + SPARE_SLOTS;
    heap.change(() => graph.resizeIndex(slots));
    this.#slots = slots;
  }

  #flushRemovals({ heap, graph }: Wasm): void {
    if (this.#unmarked.size === 0) return;
    heap.change(() => graph.markDeleteItems([...this.#unmarked]));
    this.#unmarked.clear();
  }

  #liveOf(allowed: ArrayLike<number>): Set<number> {
    const labels = new Set<number>();
    for (let i = 0; i < allowed.length; i += 1) {
      const label = allowed[i] as number;
      if (this.#live.has(label)) labels.add(label);
    }
    return labels;
  }

  #scan({ heap, graph }: Wasm, query: Float32Array, k: number, labels: Set<number>): VectorHit[] {
    const best = new TopHits(k);
    for (const label of labels) {
      const vector = heap.read(() => graph.getPoint(label));
      let dot = 0;
      for (let i = 0; i < this.dims; i += 1) dot += (query[i] as number) * (vector[i] as number);
      best.offer(label, clampSimilarity(dot));
    }
    return best.take();
  }

  #readLabels(): void {
    const { heap, graph } = this.#open();
    const dead = heap.read(() => graph.getDeletedLabels());
    const live = heap.read(() => graph.getUsedLabels());
    for (const label of dead) this.#dead.add(label);
    for (const label of live) this.#live.add(label);
  }
}

function hit(label: number, distance: number): VectorHit {
  return { label, similarity: clampSimilarity(1 - distance) };
}

/** A table, because a Set of 25,000 labels takes 2.5 ms to fill: more than the search. */
function filterOf(allowed: ArrayLike<number>): (label: number) => boolean {
  const rows = new LabelRows();
  for (let i = 0; i < allowed.length; i += 1) rows.set(allowed[i] as number, i);
  return (label) => rows.rowOf(label) >= 0;
}

/**
 * hnswlib accepts a file of other dims and then computes garbage. Its header is little-endian uint32s:
 * …, [3] bytes per row, [4] offset of the label, [5] offset of the vector, …; a vector lies before its label.
 */
function checkFileHeader(bytes: Uint8Array, dims: number): void {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fits = bytes.byteLength >= 24 && header.getUint32(16, true) - header.getUint32(20, true) === dims * 4;
  if (!fits) throw new EngineError("engine_crashed", `A saved graph is not one of ${dims} dimensions.`);
}

/** The index of one scope: an exact one that holds every row, and above a size a graph that only speeds it up. */
import { EngineError } from "../errors.ts";
import { HNSW_FROM, planVectorSearch } from "./plan.ts";
import { checkTopK, checkVector, closedError } from "./check.ts";
import { FlatIndex } from "./flat-index.ts";
import { HnswIndex } from "./hnsw-index.ts";
import { flatFromParts, graphOfParts, graphToParts, rowsToParts } from "./index-parts.ts";
import type { VectorHit, VectorIndex } from "./vector-index.ts";

/** After this many failed graphs in a row none is tried again: where wasm cannot run, it never will. */
const MAX_FAILURES = 3;

export interface PlannedIndexOptions {
  /** Rows from which a graph is wanted. @default HNSW_FROM */
  hnswFrom?: number;
  /** Told why a graph was given up. Searches go on exactly; nothing is lost. */
  onProblem?: (error: Error) => void;
}

/**
 * Every answer is computed from the exact rows: the graph only proposes labels, which are scored together with
 * the rows that it does not hold yet (the tail). So a removed or replaced row cannot come back from an outdated
 * graph, and similarities and the order of ties are the same on both paths.
 *
 * The owner builds the graph when it has time: `while (await index.buildSlice(8, now)) await pause()`.
 */
export class PlannedIndex implements VectorIndex {
  readonly #flat: FlatIndex;
  readonly #hnswFrom: number;
  readonly #onProblem: (error: Error) => void;
  #graph: HnswIndex | undefined;
  #opening: Promise<void> | undefined;
  /** Labels that the graph does not hold, or holds with an old vector (and forgot). In order of insertion. */
  readonly #tail: Set<number>;
  #failures = 0;
  #lastPath: "none" | "exact" | "hnsw" = "none";
  #closed = false;

  /** @param flat rows to begin with, taken over */
  constructor(dims: number, options: PlannedIndexOptions = {}, flat: FlatIndex = new FlatIndex(dims)) {
    this.#flat = flat;
    this.#tail = new Set(flat.labels());
    this.#hnswFrom = options.hnswFrom ?? HNSW_FROM;
    this.#onProblem = options.onProblem ?? ((): void => undefined);
  }

  /**
   * The index that {@link toParts} described. A graph that cannot be used is reported to `onProblem`, dropped
   * and built again; the rows are kept.
   * @throws {EngineError} engine_crashed where the rows are inconsistent: rebuild from the store
   */
  static async fromParts(
    dims: number,
    parts: Record<string, Uint8Array>,
    options: PlannedIndexOptions = {},
  ): Promise<PlannedIndex> {
    const index = new PlannedIndex(dims, options, flatFromParts(dims, parts));
    if (index.size >= index.#hnswFrom) await index.#loadGraph(parts);
    return index;
  }

  get dims(): number {
    return this.#flat.dims;
  }

  get size(): number {
    return this.#flat.size;
  }

  /** How the latest search was answered. */
  get lastPath(): "none" | "exact" | "hnsw" {
    return this.#lastPath;
  }

  /** Rows that the graph holds; 0 without one. */
  get hnswRows(): number {
    return this.#graph?.size ?? 0;
  }

  /** Whether {@link buildSlice} has something to do. */
  get wantsBuild(): boolean {
    if (this.#closed || this.#failures >= MAX_FAILURES || this.size < this.#hnswFrom) return false;
    return this.#tail.size > 0 || this.#isWornOut();
  }

  set(label: number, vector: Float32Array): void {
    // Replays set what is there already; the graph is not to pay 2 ms for that.
    if (isEqual(this.#flat.vectorOf(label), vector)) return;
    this.#flat.set(label, vector);
    this.#forget(label);
    this.#tail.add(label);
  }

  remove(label: number): void {
    this.#flat.remove(label);
    this.#tail.delete(label);
    this.#forget(label);
    // Half, so that a scope that hovers around the threshold does not build again and again.
    if (this.size < this.#hnswFrom / 2) this.#dropGraph();
  }

  has(label: number): boolean {
    return this.#flat.has(label);
  }

  search(query: Float32Array, topK: number, allowed?: ArrayLike<number>): VectorHit[] {
    if (this.#closed) throw closedError();
    checkTopK(topK);
    checkVector(query, this.dims);
    const hits = this.#searchGraph(query, topK, allowed);
    this.#lastPath = hits === undefined ? "exact" : "hnsw";
    return hits ?? this.#flat.search(query, topK, allowed);
  }

  /** Similarities of labels that are known already; those that are not held are left out. Never asks the graph. */
  similarities(query: Float32Array, labels: ArrayLike<number>): Map<number, number> {
    if (this.#closed) throw closedError();
    checkVector(query, this.dims);
    return new Map(this.#flat.search(query, labels.length, labels).map((hit) => [hit.label, hit.similarity]));
  }

  /**
   * Puts rows into the graph until the time is up, but at least one; the first call loads the wasm. Changes and
   * searches may happen while it is awaited. Never rejects: a failure goes to `onProblem`.
   * @param maxMs by the clock of `now`; one insert takes 0.6 to 2 ms
   * @returns whether there is more to do
   */
  async buildSlice(maxMs: number, now: () => number): Promise<boolean> {
    if (!this.wantsBuild) return false;
    const start = now();
    try {
      if (this.#isWornOut()) this.#dropGraph();
      if (this.#graph === undefined) await this.#openGraph();
      this.#insertTail(() => now() - start < maxMs);
    } catch (error) {
      this.#giveUpGraph(error);
    }
    return this.wantsBuild;
  }

  /**
   * Rows and graph as named bytes for a snapshot. What changes while it is awaited is in it or not; the graph is as it
   * is now, which blocks for some 20 ms per 1,000 rows of it.
   * @param labels of the rows, asked for one by one; those that are not held are left out. @default all
   * @param breathe called often; where it waits, others get their turn
   */
  async toParts(
    labels: Iterable<number> = this.#flat.labels(),
    breathe: () => Promise<void> = async () => undefined,
  ): Promise<Record<string, Uint8Array>> {
    if (this.#closed) throw closedError();
    const graph = this.#graphParts();
    await breathe();
    return { ...(await rowsToParts(this.#flat, labels, breathe)), ...graph };
  }

  #graphParts(): Record<string, Uint8Array> {
    const graph = this.#graph;
    if (graph === undefined || graph.size === 0) return {};
    try {
      return graphToParts(graph);
    } catch (error) {
      this.#giveUpGraph(error);
      return {};
    }
  }

  close(): void {
    this.#closed = true;
    this.#tail.clear();
    this.#dropGraph();
    this.#flat.close();
  }

  /** Undefined where the exact scan is to answer. */
  #searchGraph(query: Float32Array, topK: number, allowed: ArrayLike<number> | undefined): VectorHit[] | undefined {
    const graph = this.#graph;
    const size = { rows: this.size, indexed: this.hnswRows, allowed: allowed?.length ?? null };
    const path = planVectorSearch({ ...size, topK, hnswFrom: this.#hnswFrom });
    if (graph === undefined || path === "exact") return undefined;
    try {
      const proposed = graph.search(query, topK, allowed).map((hit) => hit.label);
      for (const label of this.#tailOf(allowed)) proposed.push(label);
      return this.#flat.search(query, topK, proposed);
    } catch (error) {
      this.#giveUpGraph(error);
      return undefined;
    }
  }

  #tailOf(allowed: ArrayLike<number> | undefined): Iterable<number> {
    if (allowed === undefined || this.#tail.size === 0) return this.#tail;
    return Array.from(allowed).filter((label) => this.#tail.has(label));
  }

  /** Several slices may wait for one graph; rows may go while it opens. */
  async #openGraph(): Promise<void> {
    this.#opening ??= HnswIndex.create({ dims: this.dims, capacity: this.size })
      .then((graph) => {
        if (this.#closed) graph.close();
        else this.#graph = graph;
      })
      .finally(() => {
        this.#opening = undefined;
      });
    await this.#opening;
  }

  async #loadGraph(parts: Record<string, Uint8Array>): Promise<void> {
    try {
      const saved = graphOfParts(parts);
      if (saved === undefined) return;
      const graph = await HnswIndex.load(saved.bytes, { dims: this.dims, count: saved.count, capacity: this.size });
      this.#graph = graph;
      // A row that changed while the snapshot was made is in the graph only.
      for (const label of graph.labels()) if (!this.#tail.delete(label)) graph.remove(label);
    } catch (error) {
      this.#giveUpGraph(error);
    }
  }

  #insertTail(hasTime: () => boolean): void {
    const graph = this.#graph;
    if (graph === undefined) return;
    for (const label of this.#tail) {
      const vector = this.#flat.vectorOf(label);
      if (vector !== undefined) graph.set(label, vector);
      this.#tail.delete(label);
      if (!hasTime()) break;
    }
    if (this.#tail.size === 0) this.#failures = 0;
  }

  /** More dead rows than live ones: they slow down every search, and only a new graph is without them. */
  #isWornOut(): boolean {
    return this.#graph !== undefined && this.#graph.deadRows > Math.max(this.#graph.size, this.#hnswFrom / 2);
  }

  #forget(label: number): void {
    try {
      this.#graph?.remove(label);
    } catch (error) {
      this.#giveUpGraph(error);
    }
  }

  #dropGraph(): void {
    const graph = this.#graph;
    if (graph === undefined) return;
    this.#graph = undefined;
    for (const label of this.#flat.labels()) this.#tail.add(label);
    graph.close();
  }

  #giveUpGraph(cause: unknown): void {
    this.#failures += 1;
    try {
      this.#dropGraph();
    } finally {
      this.#onProblem(cause instanceof Error ? cause : new EngineError("engine_crashed", String(cause)));
    }
  }
}

function isEqual(held: Float32Array | undefined, vector: Float32Array): boolean {
  return held !== undefined && held.length === vector.length && held.every((number, i) => number === vector[i]);
}

/** The exact index: all vectors in one block of memory; every search answers as if it looked at every candidate. */
import { EngineError } from "../errors.ts";
import { checkDims, checkLabel, checkTopK, checkVector, closedError } from "./check.ts";
import { KernelRows } from "./kernel-rows.ts";
import { LabelRows } from "./label-rows.ts";
import { PlainRows } from "./plain-rows.ts";
import type { Rows } from "./rows.ts";
import { TopHits } from "./top-hits.ts";
import type { VectorHit, VectorIndex } from "./vector-index.ts";

const FIRST_ROWS = 16;

/**
 * Rows from which the SIMD kernel scans. Below, plain JS takes 0.2 ms at most, and a wasm memory is scarce: Chromium
 * has room for some 125 per process, however small, while a scope of few rows is common.
 */
export const KERNEL_FROM = 512;

/** The contents of a {@link FlatIndex}: the vectors of the labels, in their order, in blocks of whole rows. */
export interface FlatContents {
  labels: Uint32Array;
  blocks: readonly Float32Array[];
}

/**
 * Exact and deterministic: similarities are computed in double precision, in an order that depends on `dims` only,
 * with and without the kernel. Memory per row is `dims` × 4 bytes, with the kernel `dims` × 5 + 12.
 */
export class FlatIndex implements VectorIndex {
  readonly dims: number;
  #size = 0;
  #labels: Uint32Array;
  #rowOf = new LabelRows();
  #rows: Rows;
  /** Tried once: where the kernel cannot run, it never will. */
  #kernelTried = false;
  #closed = false;

  /** @param dims length of every vector, at least 1 */
  constructor(dims: number) {
    checkDims(dims);
    this.dims = dims;
    this.#labels = new Uint32Array(FIRST_ROWS);
    this.#rows = new PlainRows(dims);
  }

  /**
   * An index over contents that are copied, and known to be finite: where they lay, a checksum said that they are as
   * they were when a vector was last looked at number by number.
   * @throws {EngineError} engine_crashed where they do not fit together, or name a label twice
   */
  static fromContents(dims: number, { labels, blocks }: FlatContents): FlatIndex {
    const length = blocks.reduce((sum, block) => sum + block.length, 0);
    const areWhole = blocks.every((block) => block.length % dims === 0);
    if (!areWhole || length !== labels.length * dims) throw badContents("vectors and labels do not fit together");
    const index = new FlatIndex(dims);
    index.#makeRoom(labels.length);
    for (const block of blocks) {
      const first = index.#size;
      for (let count = block.length / dims; count > 0; count -= 1) {
        const label = labels[index.#size] as number;
        if (index.has(label)) throw badContents("a label is there twice");
        index.#append(label);
      }
      index.#rows.write(first, block);
    }
    return index;
  }

  get size(): number {
    return this.#size;
  }

  set(label: number, vector: Float32Array): void {
    this.#checkOpen();
    checkLabel(label);
    checkVector(vector, this.dims);
    const held = this.#rowOf.rowOf(label);
    // First, because it may put other rows in the place of these.
    const row = held < 0 ? this.#append(label) : held;
    this.#rows.write(row, vector);
  }

  remove(label: number): void {
    this.#checkOpen();
    const row = this.#rowOf.rowOf(label);
    if (row < 0) return;
    // The last row moves into the gap: rows stay contiguous, their order means nothing.
    const last = this.#size - 1;
    const moved = this.#labels[last] as number;
    this.#rows.copy(last, row);
    this.#labels[row] = moved;
    this.#rowOf.set(moved, row);
    this.#rowOf.delete(label);
    this.#size = last;
  }

  has(label: number): boolean {
    return this.#rowOf.rowOf(label) >= 0;
  }

  search(query: Float32Array, topK: number, allowed?: ArrayLike<number>): VectorHit[] {
    this.#checkOpen();
    checkTopK(topK);
    checkVector(query, this.dims);
    const rows = allowed && this.#rowsOf(allowed);
    const count = rows?.length ?? this.#size;
    const best = new TopHits(Math.min(topK, count));
    if (best.room > 0) this.#rows.search(query, { rows, count, total: this.#size, labels: this.#labels }, best);
    return best.take();
  }

  /** The vector of a label: a view that the next change may overwrite or detach; copy what must last. */
  vectorOf(label: number): Float32Array | undefined {
    const row = this.#rowOf.rowOf(label);
    return row < 0 ? undefined : this.#rows.vectorOf(row);
  }

  /** All labels, in no order that means anything. */
  labels(): IterableIterator<number> {
    return this.#labels.subarray(0, this.#size).values();
  }

  close(): void {
    this.#closed = true;
    this.#size = 0;
    this.#rowOf = new LabelRows();
    this.#labels = new Uint32Array(0);
    // A wasm memory goes with the last reference to it.
    this.#rows = new PlainRows(this.dims);
  }

  /** Labels that are not held are left out. */
  #rowsOf(allowed: ArrayLike<number>): Uint32Array {
    const rows = new Uint32Array(allowed.length);
    let count = 0;
    for (let i = 0; i < allowed.length; i += 1) {
      const row = this.#rowOf.rowOf(allowed[i] as number);
      if (row >= 0) rows[count++] = row;
    }
    return rows.subarray(0, count);
  }

  #append(label: number): number {
    const row = this.#size;
    this.#makeRoom(row + 1);
    this.#labels[row] = label;
    this.#rowOf.set(label, row);
    this.#size = row + 1;
    return row;
  }

  #makeRoom(count: number): void {
    if (count > this.#labels.length) {
      const labels = new Uint32Array(Math.max(count, Math.ceil(this.#labels.length * 1.5)));
      labels.set(this.#labels);
      this.#labels = labels;
    }
    this.#useKernel(count);
    if (!this.#rows.reserve(count)) this.#moveTo(new PlainRows(this.dims), count);
  }

  #useKernel(count: number): void {
    if (this.#kernelTried || count < KERNEL_FROM) return;
    this.#kernelTried = true;
    const rows = KernelRows.open(this.dims, count);
    if (rows !== null) this.#moveTo(rows, count);
  }

  #moveTo(rows: Rows, count: number): void {
    rows.reserve(count);
    for (let row = 0; row < this.#size; row += 1) rows.write(row, this.#rows.vectorOf(row));
    this.#rows = rows;
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError();
  }
}

function badContents(what: string): EngineError {
  return new EngineError("engine_crashed", `The contents of a vector index are damaged: ${what}. Rebuild it.`);
}

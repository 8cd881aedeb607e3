import { PAGE_BYTES, openKernel, type Kernel } from "./kernel.ts";
import { codeQuery, normWidening, floatSlack, int8Slack, LANES, MAX_DIMS, MAX_NORM } from "./quantize.ts";
import { normOf, paddedDims } from "./quantize.ts";
import { dot, type Candidates, type Rows } from "./rows.ts";
import { TopHits } from "./top-hits.ts";

/** Rows per chunk, and entries of a list: a power of two. */
const CHUNK_ROWS = 1_024;
const LIST_BYTES = CHUNK_ROWS * 4;
/** From how many candidates each sieve is used. */
export interface SieveSizes {
  float: number;
  /** It goes before the float one. */
  int8: number;
}

const SIZES: SieveSizes = { float: 64, int8: 512 };

/** A list of more than a 3rd of the rows is scored with all others. */
const DENSE = 3;

/** Addresses, in bytes. At the front of the memory lies what a search writes; chunks follow. */
interface Layout {
  floatBytes: number;
  codeBytes: number;
  query: number;
  codedQuery: number;
  /** Offsets of the rows of a chunk: floats, codes. */
  floatOffsets: number;
  codeOffsets: number;
  /** Addresses of chosen rows, and what `collect` found. */
  list: number;
  found: number;
  chunks: number;
  /** In a chunk, floats come first, then codes, then a float score per row. */
  codesInChunk: number;
  scoresInChunk: number;
  chunkBytes: number;
}

/** One stage of a search: gives every candidate a score, and says how much more its similarity can be. */
interface Sieve {
  score: (base: number, offsets: number, count: number, out: number) => void;
  offsets: number;
  addressOf: (row: number) => number;
  slack: number;
}

/**
 * Rows in a wasm memory, as floats and as int8 codes. A search is a cascade of sieves, each with a proven bound
 * (quantize.ts): the int8 one reads a quarter of the bytes, the float one a few rows, and what is left is scored
 * exactly, in double precision. So nothing is lost, and the kernel's roundings are in no answer.
 *
 * Chunks, because rows then never move when the memory grows, and because its growth copies nothing either.
 */
export class KernelRows implements Rows {
  readonly #dims: number;
  readonly #kernel: Kernel;
  readonly #at: Layout;
  readonly #widening: number;
  readonly #sizes: SieveSizes;
  #chunks = 0;
  #floats!: Float32Array;
  #words!: Uint32Array;
  #codes!: Int16Array;
  /** Of all rows ever written: it only grows. */
  #maxNorm = 0;

  private constructor(dims: number, kernel: Kernel, layout: Layout, sizes: SieveSizes) {
    this.#dims = dims;
    this.#sizes = sizes;
    this.#kernel = kernel;
    this.#at = layout;
    this.#widening = normWidening(dims);
    this.#look();
    for (let i = 0; i < CHUNK_ROWS; i += 1) {
      this.#words[layout.floatOffsets / 4 + i] = i * layout.floatBytes;
      this.#words[layout.codeOffsets / 4 + i] = i * layout.codeBytes;
    }
  }

  /** Null where the kernel cannot run, or the memory is not to be had. */
  static open(dims: number, count: number, sizes = SIZES): KernelRows | null {
    if (dims > MAX_DIMS) return null;
    const layout = layoutOf(dims);
    const kernel = openKernel(layout.chunks);
    if (kernel === null) return null;
    const rows = new KernelRows(dims, kernel, layout, sizes);
    return rows.reserve(count) ? rows : null;
  }

  reserve(count: number): boolean {
    const chunks = Math.ceil(count / CHUNK_ROWS);
    if (chunks <= this.#chunks) return true;
    // By half more than there is where that is to be had: engines that cannot grow in place copy everything.
    return this.#grow(Math.max(chunks, Math.ceil(this.#chunks * 1.5))) || this.#grow(chunks);
  }

  write(row: number, vectors: Float32Array): void {
    const [dims, numbers] = [this.#dims, paddedDims(this.#dims)];
    const end = row + vectors.length / dims;
    for (let next = row; next < end;) {
      // As many as lie together here as well as there.
      const last = numbers === dims ? Math.min(end, next + CHUNK_ROWS - (next % CHUNK_ROWS)) : next + 1;
      const given = vectors.subarray((next - row) * dims, (last - row) * dims);
      this.#floats.set(given, this.#floatsOf(next) / 4);
      for (; next < last; next += 1) this.#quantize(next, numbers);
    }
  }

  #quantize(row: number, numbers: number): void {
    const square = this.#kernel.quantize(this.#floatsOf(row), numbers, this.#codesOf(row), this.#widening);
    this.#maxNorm = Math.max(this.#maxNorm, Math.sqrt(square) * this.#widening);
  }

  copy(from: number, to: number): void {
    this.#move(this.#floatsOf(from), this.#floatsOf(to), this.#at.floatBytes);
    this.#move(this.#codesOf(from), this.#codesOf(to), this.#at.codeBytes);
  }

  vectorOf(row: number): Float32Array {
    const start = this.#floatsOf(row) / 4;
    return this.#floats.subarray(start, start + this.#dims);
  }

  search(query: Float32Array, candidates: Candidates, best: TopHits): void {
    const { rows, count, labels } = candidates;
    let left = candidates;
    const norm = normOf(query);
    if (Math.max(norm, this.#maxNorm) <= MAX_NORM && (rows === undefined || count <= this.#chunks * CHUNK_ROWS)) {
      this.#floats.set(query, this.#at.query / 4);
      if (isWorthwhile(left, best, this.#sizes.int8)) left = this.#sieve(this.#int8(query), query, left, best);
      if (isWorthwhile(left, best, this.#sizes.float)) left = this.#sieve(this.#float(norm), query, left, best);
    }
    for (let i = 0; i < left.count; i += 1) this.#offer(query, left.rows?.[i] ?? i, labels, best);
  }

  #int8(query: Float32Array): Sieve {
    const at = this.#at;
    const numbers = paddedDims(this.#dims);
    const coded = codeQuery(query, this.#codes.subarray(at.codedQuery / 2, at.codedQuery / 2 + numbers));
    return {
      score: (base, offsets, count, out) =>
        this.#kernel.dotI8(base, offsets, count, numbers, at.codedQuery, out, coded.scale, coded.norm),
      offsets: at.codeOffsets,
      addressOf: (row) => this.#codesOf(row),
      slack: int8Slack(coded, this.#maxNorm),
    };
  }

  #float(norm: number): Sieve {
    const at = this.#at;
    return {
      score: (base, offsets, count, out) => this.#kernel.dotF32(base, offsets, count, at.floatBytes, at.query, out),
      offsets: at.floatOffsets,
      addressOf: (row) => this.#floatsOf(row),
      slack: floatSlack(this.#dims, norm, this.#maxNorm),
    };
  }

  /**
   * The best by score are offered. Their worst similarity is one that the true best reach; whoever cannot reach it
   * even with the slack is out.
   * @returns the others, without those offered
   */
  #sieve(sieve: Sieve, query: Float32Array, candidates: Candidates, best: TopHits): Candidates {
    const { labels, total } = candidates;
    const { rows, count } = this.#scoreAll(sieve, candidates);
    const seeds = new TopHits(best.room);
    this.#collect(
      count,
      () => Math.max(seeds.floor, floorFor(best, sieve)),
      (i, score) => seeds.offer(i, score),
    );
    for (const { label: i } of seeds.take()) {
      this.#offer(query, rows?.[i] ?? i, labels, best);
      // NaN is never at or above a floor.
      this.#floats[this.#scoreOf(i)] = Number.NaN;
    }
    const left: number[] = [];
    this.#collect(
      count,
      () => floorFor(best, sieve),
      (i) => left.push(rows?.[i] ?? i),
    );
    return { rows: Uint32Array.from(left), count: left.length, labels, total };
  }

  /**
   * Scores for all candidates; NaN for the others where it is all rows that get one. @returns what was scored
   * Why all: picking every second row out of memory takes longer than reading it through (100,000 rows: 15 ms, 5 ms).
   */
  #scoreAll(sieve: Sieve, candidates: Candidates): { rows: Uint32Array | undefined; count: number } {
    const { rows, total } = candidates;
    const isDense = rows !== undefined && candidates.count * DENSE > total;
    const scored = isDense ? { ...candidates, rows: undefined, count: total } : candidates;
    for (let start = 0; start < scored.count; start += CHUNK_ROWS) this.#score(sieve, scored, start);
    if (!isDense) return scored;
    const isAllowed = new Uint8Array(total);
    for (let i = 0; i < candidates.count; i += 1) isAllowed[rows[i] as number] = 1;
    for (let row = 0; row < total; row += 1) {
      if (isAllowed[row] === 0) this.#floats[this.#scoreOf(row)] = Number.NaN;
    }
    return scored;
  }

  /** Scores of candidates from `start` on, a chunk's worth, into the scores of the chunk of that number. */
  #score({ score, offsets, addressOf }: Sieve, { rows, count }: Candidates, start: number): void {
    const size = Math.min(CHUNK_ROWS, count - start);
    const out = this.#scoreOf(start) * 4;
    if (rows === undefined) return score(addressOf(start), offsets, size, out);
    const list = this.#at.list / 4;
    for (let i = 0; i < size; i += 1) this.#words[list + i] = addressOf(rows[start + i] as number);
    for (let i = size; i % 4 !== 0; i += 1) this.#words[list + i] = this.#words[list] as number;
    score(0, this.#at.list, size, out);
  }

  /** Candidates with a score at or above the floor, which is asked for once per chunk. */
  #collect(count: number, floor: () => number, take: (candidate: number, score: number) => void): void {
    const found = this.#at.found / 4;
    for (let start = 0; start < count; start += CHUNK_ROWS) {
      const size = Math.min(CHUNK_ROWS, count - start);
      const scores = this.#scoreOf(start);
      const hits = this.#kernel.collect(scores * 4, size, floor(), this.#at.found);
      for (let hit = 0; hit < hits; hit += 1) {
        const i = this.#words[found + hit] as number;
        // Up to three after the last are left from another search.
        if (i < size) take(start + i, this.#floats[scores + i] as number);
      }
    }
  }

  #offer(query: Float32Array, row: number, labels: Uint32Array, best: TopHits): void {
    best.offer(labels[row] as number, dot(query, this.#floats, this.#floatsOf(row) / 4, this.#dims));
  }

  #move(from: number, to: number, sizeBytes: number): void {
    this.#words.copyWithin(to / 4, from / 4, (from + sizeBytes) / 4);
  }

  #chunkOf(row: number): number {
    return this.#at.chunks + Math.floor(row / CHUNK_ROWS) * this.#at.chunkBytes;
  }

  #floatsOf(row: number): number {
    return this.#chunkOf(row) + (row % CHUNK_ROWS) * this.#at.floatBytes;
  }

  #codesOf(row: number): number {
    return this.#chunkOf(row) + this.#at.codesInChunk + (row % CHUNK_ROWS) * this.#at.codeBytes;
  }

  /** Index into `#floats` of the score of a candidate. */
  #scoreOf(candidate: number): number {
    return (this.#chunkOf(candidate) + this.#at.scoresInChunk) / 4 + (candidate % CHUNK_ROWS);
  }

  #grow(chunks: number): boolean {
    const { memory } = this.#kernel;
    const pages = Math.ceil((this.#at.chunks + chunks * this.#at.chunkBytes) / PAGE_BYTES);
    try {
      memory.grow(pages - memory.buffer.byteLength / PAGE_BYTES);
    } catch {
      return false;
    }
    this.#chunks = chunks;
    this.#look();
    return true;
  }

  /** Growing detaches the buffer and all views of it. */
  #look(): void {
    const { buffer } = this.#kernel.memory;
    this.#floats = new Float32Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#codes = new Int16Array(buffer);
  }
}

/** Where most candidates are hits, there is nothing to sieve out. */
function isWorthwhile({ count }: Candidates, best: TopHits, min: number): boolean {
  return count >= min && count > 4 * best.room;
}

/** Every similarity below −1 counts as −1, so that nobody is out at that floor. */
function floorFor(best: TopHits, { slack }: Sieve): number {
  return best.floor > -1 ? Math.fround(best.floor - slack) : -Infinity;
}

function layoutOf(dims: number): Layout {
  const numbers = paddedDims(dims);
  const [floatBytes, codeBytes] = [numbers * 4, numbers + LANES];
  const codedQuery = floatBytes;
  const floatOffsets = codedQuery + numbers * 2;
  const codeOffsets = floatOffsets + LIST_BYTES;
  const list = codeOffsets + LIST_BYTES;
  const found = list + LIST_BYTES;
  const chunks = found + LIST_BYTES;
  const codesInChunk = CHUNK_ROWS * floatBytes;
  const scoresInChunk = codesInChunk + CHUNK_ROWS * codeBytes;
  const chunkBytes = scoresInChunk + LIST_BYTES;
  const front = { query: 0, codedQuery, floatOffsets, codeOffsets, list, found, chunks };
  return Object.assign(front, { floatBytes, codeBytes, codesInChunk, scoresInChunk, chunkBytes });
}

/**
 * The contents of a scope's index as named bytes: `labels` (uint32), `vectors` (float32), and with a graph
 * `graph` (hnswlib's file) and `graphHeader` (JSON). Little-endian, as every platform with wasm is.
 */
import { EngineError } from "../errors.ts";
import { FlatIndex } from "./flat-index.ts";
import { HNSW_PARAMS, type HnswIndex } from "./hnsw-index.ts";

export type IndexParts = Record<string, Uint8Array>;

/** Rows per look at the clock: 2,000 × 384 dims take a millisecond to copy. */
const ROWS_AT_ONCE = 500;

/** @param labels asked for one by one; at most as many as the index holds now */
export async function rowsToParts(
  flat: FlatIndex,
  labels: Iterable<number>,
  breathe: () => Promise<void>,
): Promise<IndexParts> {
  const held = new Uint32Array(flat.size);
  const vectors = new Float32Array(flat.size * flat.dims);
  let count = 0;
  for (const label of labels) {
    const vector = flat.vectorOf(label);
    if (vector === undefined) continue;
    vectors.set(vector, count * flat.dims);
    held[count++] = label;
    if (count % ROWS_AT_ONCE === 0) await breathe();
  }
  return { labels: bytesOf(held.subarray(0, count)), vectors: bytesOf(vectors.subarray(0, count * flat.dims)) };
}

/** @throws {EngineError} engine_crashed where the parts are missing or do not fit together */
export function flatFromParts(dims: number, parts: IndexParts): FlatIndex {
  const [labels, vectors] = [wordsOf(parts, "labels"), wordsOf(parts, "vectors")];
  return FlatIndex.fromContents(dims, {
    labels: new Uint32Array(labels.buffer, labels.start, labels.length),
    vectors: new Float32Array(vectors.buffer, vectors.start, vectors.length),
  });
}

export function graphToParts(graph: HnswIndex): IndexParts {
  return { graph: graph.serialize(), graphHeader: new TextEncoder().encode(graphHeader(graph.size)) };
}

/**
 * The graph and the rows it must hold; undefined where the parts have none.
 * @throws {EngineError} engine_crashed where it was built with other parameters or another library
 */
export function graphOfParts(parts: IndexParts): { bytes: Uint8Array; count: number } | undefined {
  const { graph, graphHeader: header } = parts;
  if (graph === undefined) return undefined;
  const text = new TextDecoder().decode(header);
  const count = Number(/^\{"rows":(\d+),/.exec(text)?.[1]);
  if (text !== graphHeader(count)) throw damaged("graphHeader");
  return { bytes: graph, count };
}

/** As text, so that equality is the whole check. */
function graphHeader(rows: number): string {
  return JSON.stringify({ rows, ...HNSW_PARAMS });
}

/** A view where the part lies at a multiple of four, which typed arrays want; else a copy. */
function wordsOf(parts: IndexParts, name: string): { buffer: ArrayBufferLike; start: number; length: number } {
  const part = parts[name];
  if (part === undefined || part.byteLength % 4 !== 0) throw damaged(name);
  const { buffer, byteOffset: start } = part.byteOffset % 4 === 0 ? part : part.slice();
  return { buffer, start, length: part.byteLength / 4 };
}

function bytesOf(numbers: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function damaged(name: string): EngineError {
  return new EngineError("engine_crashed", `Part "${name}" of a saved vector index is missing or damaged. Rebuild it.`);
}

/**
 * The contents of a scope's index as named bytes: `labels` (uint32), blocks of vectors in their order (float32), and
 * with a graph `graph` (hnswlib's file) and `graphHeader` (JSON). Little-endian, as every platform with wasm is.
 */
import { EngineError } from "../errors.ts";
import { FlatIndex } from "./flat-index.ts";
import { HNSW_PARAMS, type HnswIndex } from "./hnsw-index.ts";

export type IndexParts = Record<string, Uint8Array>;

/**
 * Bytes of a block of rows. Small beside the chunks of a snapshot (4 MiB): most blocks then lie in one chunk, and are
 * read from where they lie.
 */
const BLOCK_BYTES = 2 ** 18;

/**
 * @param labels asked for one by one
 * @param breathe called after every block: the rows of one take some 100 µs to copy
 */
export async function rowsToParts(
  flat: FlatIndex,
  labels: Iterable<number>,
  breathe: () => Promise<void>,
): Promise<IndexParts> {
  const parts: IndexParts = {};
  const held: number[] = [];
  const room = Math.max(1, Math.floor(BLOCK_BYTES / 4 / flat.dims)) * flat.dims;
  let block = new Float32Array(room);
  let at = 0;
  const close = (): void => {
    if (at > 0) parts[blockName(held.length)] = bytesOf(block.subarray(0, at));
  };
  for (const label of labels) {
    const vector = flat.vectorOf(label);
    if (vector === undefined) continue;
    block.set(vector, at);
    held.push(label);
    at += flat.dims;
    if (at < room) continue;
    close();
    [block, at] = [new Float32Array(room), 0];
    await breathe();
  }
  close();
  return { ...parts, labels: bytesOf(new Uint32Array(held)) };
}

/** @throws {EngineError} engine_crashed where the parts are missing or do not fit together */
export function flatFromParts(dims: number, parts: IndexParts): FlatIndex {
  const labels = wordsOf(parts, "labels");
  const names = Object.keys(parts).filter((name) => name.startsWith(BLOCK));
  const blocks = names.map((name) => {
    const { buffer, start, length } = wordsOf(parts, name);
    return new Float32Array(buffer, start, length);
  });
  return FlatIndex.fromContents(dims, {
    labels: new Uint32Array(labels.buffer, labels.start, labels.length),
    blocks,
  });
}

const BLOCK = "vectors to row ";

/** @param end number of rows up to its end */
function blockName(end: number): string {
  return `${BLOCK}${end}`;
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

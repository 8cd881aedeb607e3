/**
 * Snapshots as bytes: a header and named parts, cut into chunks that IndexedDB takes easily, with a checksum
 * over everything. A snapshot is a cache (INV-5): whatever is wrong with it, the answer is to rebuild.
 *
 * The bytes, in 32-bit little-endian words: magic · length of the directory · directory (JSON: header, and name
 * and size of each part) · parts · trailer: length of all bytes, two checksum lanes over all words before.
 * Directory and parts are padded with zeros to whole words, which the checksum covers as well.
 */
import { canonicalJSON } from "../text/canonical-json.ts";
import { Checksum } from "./checksum.ts";

/**
 * Bytes per chunk; all but the last have exactly this size. Chromium keeps values beyond 64 KiB in files of their own,
 * and opens each: 88 MB in chunks of 1 MiB take twice as long to read as in chunks of 4 MiB, and larger ones gain little.
 */
export const CHUNK_BYTES = 2 ** 22;
/** Raise it when the layout of bytes or parts changes: snapshots of another format are rebuilt. */
export const SNAPSHOT_FORMAT = 2;

const MAGIC = 0x3150414b; // "KAP1"
const WORD = 4;
const LEAD_BYTES = 2 * WORD;
const TRAILER_BYTES = 3 * WORD;
const MAX_BYTES = 2 ** 32 - 1;

export interface SnapshotHeader {
  /** {@link SNAPSHOT_FORMAT} of the writer; stamped by {@link encodeSnapshot} and always checked. */
  format: number;
  /** Id of the embedding space (INV-9). */
  space: string;
  dims: number;
  scopeKey: string;
  /** The last change that is in it. */
  seq: number;
  /** Rows. */
  count: number;
  /** Whatever else the reader must agree on. (The graph's own parameters lie in its part.) */
  params: Record<string, string | number>;
}

/** What the writer says; the rest is filled in. */
export type NewSnapshotHeader = Omit<SnapshotHeader, "format" | "params"> & Partial<Pick<SnapshotHeader, "params">>;

/**
 * Why a snapshot is of no use: `damaged` (bytes changed, or chunks are missing, extra or out of order),
 * `mismatch` (sound, but of another format, space, scope, size or parameters), `too_large` (4 GiB; encoding only).
 * Internal: the owner rebuilds and does not pass it on.
 */
export class SnapshotError extends Error {
  override name = "SnapshotError";
  readonly reason: "damaged" | "mismatch" | "too_large";
  constructor(reason: SnapshotError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Chunks of at most {@link CHUNK_BYTES}, in order, each in memory of its own. One at a time, for the caller to rest in
 * between: each takes a few milliseconds at most.
 * @throws {SnapshotError} too_large
 */
export function* encodeSnapshot(
  newHeader: NewSnapshotHeader,
  parts: Record<string, Uint8Array>,
): Generator<Uint8Array, void, void> {
  const header: SnapshotHeader = { params: {}, ...newHeader, format: SNAPSHOT_FORMAT };
  const sizes = Object.entries(parts).map(([name, part]): [string, number] => [name, part.byteLength]);
  const directory = new TextEncoder().encode(JSON.stringify({ header, parts: sizes }));
  const pieces = [bytesOf(Uint32Array.of(MAGIC, directory.byteLength)), directory, ...Object.values(parts)];
  const total = pieces.reduce((sum, piece) => sum + padded(piece.byteLength), TRAILER_BYTES);
  if (total > MAX_BYTES) throw new SnapshotError("too_large", `A snapshot of ${total} bytes is more than 4 GiB.`);
  yield* summed(cut(pieces, emptySizes(total)), total);
}

/** The pieces one after the other, each padded to whole words, in chunks of these sizes; the rest is zeros. */
function* cut(pieces: readonly Uint8Array[], sizes: readonly number[]): Generator<Uint8Array, void, void> {
  let [piece, done] = [0, 0];
  for (const size of sizes) {
    const chunk = new Uint8Array(size);
    for (let at = 0; at < size && piece < pieces.length;) {
      const bytes = pieces[piece] as Uint8Array;
      const part = bytes.subarray(done, done + size - at);
      chunk.set(part, at);
      const isWhole = done + part.byteLength === bytes.byteLength;
      at += isWhole ? padded(bytes.byteLength) - done : part.byteLength;
      done = isWhole ? 0 : done + part.byteLength;
      if (isWhole) piece += 1;
    }
    yield chunk;
  }
}

/** The chunks with the trailer written into the last bytes of them: the checksum is of all bytes before it. */
function* summed(chunks: Iterable<Uint8Array>, total: number): Generator<Uint8Array, void, void> {
  const sum = new Checksum();
  const end = total - TRAILER_BYTES;
  let start = 0;
  for (const chunk of chunks) {
    sum.add(wordsOf(chunk, Math.min(chunk.byteLength, Math.max(0, end - start))));
    const bytes = new DataView(chunk.buffer);
    for (const [i, word] of [total, ...sum.value()].entries()) {
      const at = end + i * WORD - start;
      if (at >= 0 && at < chunk.byteLength) bytes.setUint32(at, word, true);
    }
    yield chunk;
    start += chunk.byteLength;
  }
}

/**
 * @param chunks in order; not changed
 * @param expected header fields that must be equal, beside `format`
 * @returns parts, those that lie in one chunk where they lie in it
 * @throws {SnapshotError} damaged, mismatch
 */
export function decodeSnapshot(
  chunks: readonly Uint8Array[],
  expected: Partial<SnapshotHeader>,
): { header: SnapshotHeader; parts: Record<string, Uint8Array> } {
  const total = verify(chunks);
  const { header, parts: sizes } = readDirectory(chunks);
  checkHeader(header, { ...expected, format: SNAPSHOT_FORMAT });
  const parts: [string, Uint8Array][] = [];
  let at = LEAD_BYTES + padded(wordAt(chunks, WORD));
  for (const [name, size] of sizes) {
    parts.push([name, read(chunks, at, size)]);
    at += padded(size);
  }
  if (at !== total - TRAILER_BYTES) throw damaged("its parts do not fill it");
  // fromEntries defines properties: a name like "__proto__" stays a name.
  return { header, parts: Object.fromEntries(parts) };
}

function checkHeader(header: SnapshotHeader, expected: Partial<SnapshotHeader>): void {
  for (const [key, value] of Object.entries(expected)) {
    if (canonicalJSON(header[key as keyof SnapshotHeader]) === canonicalJSON(value)) continue;
    // Named, not quoted: a scope key holds ids of users.
    throw new SnapshotError("mismatch", `A snapshot is sound, but has another ${key} than expected.`);
  }
}

/** The length of all bytes, when they are what was written. */
function verify(chunks: readonly Uint8Array[]): number {
  const total = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (total < LEAD_BYTES + TRAILER_BYTES || total % WORD !== 0) throw damaged("it is cut off");
  const sizes = emptySizes(total);
  const inShape = sizes.length === chunks.length && chunks.every((chunk, i) => chunk.byteLength === sizes[i]);
  if (!inShape) throw damaged("a chunk is missing, extra or of the wrong size");
  const end = total - TRAILER_BYTES;
  const [a, b] = checksumOf(chunks, end);
  const isIntact =
    wordAt(chunks, 0) === MAGIC &&
    wordAt(chunks, end) === total &&
    wordAt(chunks, end + WORD) === a &&
    wordAt(chunks, end + 2 * WORD) === b;
  if (!isIntact) throw damaged("its checksum is wrong");
  return total;
}

interface Directory {
  header: SnapshotHeader;
  parts: [name: string, sizeBytes: number][];
}

/** Only after {@link verify}: the text is what {@link encodeSnapshot} wrote, so its shape is trusted. */
function readDirectory(chunks: readonly Uint8Array[]): Directory {
  const text = new TextDecoder().decode(read(chunks, LEAD_BYTES, wordAt(chunks, WORD)));
  return JSON.parse(text) as Directory;
}

function emptySizes(total: number): number[] {
  const count = Math.ceil(total / CHUNK_BYTES);
  return Array.from({ length: count }, (_, i) => Math.min(CHUNK_BYTES, total - i * CHUNK_BYTES));
}

/** The checksum of the first `end` bytes; a multiple of four. */
function checksumOf(chunks: readonly Uint8Array[], end: number): [number, number] {
  const sum = new Checksum();
  chunks.forEach((chunk, i) => {
    const size = Math.min(chunk.byteLength, Math.max(0, end - i * CHUNK_BYTES));
    sum.add(wordsOf(chunk, size));
  });
  return sum.value();
}

/** A view where the memory is aligned (as ours is), a copy where it is not. */
function wordsOf(bytes: Uint8Array, size: number): Uint32Array {
  if (bytes.byteOffset % WORD === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, size / WORD);
  return new Uint32Array(bytes.slice(0, size).buffer);
}

/** A view where it lies in one chunk, else a copy. */
function read(chunks: readonly Uint8Array[], at: number, size: number): Uint8Array {
  const [first, offset] = [chunks[Math.floor(at / CHUNK_BYTES)], at % CHUNK_BYTES];
  if (first !== undefined && offset + size <= first.byteLength) return first.subarray(offset, offset + size);
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size;) {
    const chunk = chunks[Math.floor((at + done) / CHUNK_BYTES)];
    if (chunk === undefined) throw damaged("a part lies outside of it");
    const start = (at + done) % CHUNK_BYTES;
    const piece = chunk.subarray(start, start + size - done);
    bytes.set(piece, done);
    done += piece.byteLength;
  }
  return bytes;
}

function wordAt(chunks: readonly Uint8Array[], at: number): number {
  const { buffer, byteOffset } = read(chunks, at, WORD);
  return new DataView(buffer, byteOffset).getUint32(0, true);
}

function padded(size: number): number {
  return Math.ceil(size / WORD) * WORD;
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer);
}

function damaged(what: string): SnapshotError {
  return new SnapshotError("damaged", `A snapshot is damaged: ${what}.`);
}

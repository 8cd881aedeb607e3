/**
 * A view as a snapshot in our own database: a cache, never the truth (INV-5). What is written is the state at one
 * `seq`, but for records that changed since: the log after that `seq` brings those. So the view goes on living while
 * it is written down in slices.
 */
import { unpackWords, WordPacker, type PackedWords } from "../search/packed-words.ts";
import type { Store } from "../store/store.ts";
import { tokenize } from "../text/tokenize.ts";
import { HNSW_PARAMS } from "../vector/hnsw-index.ts";
import { PlannedIndex, type PlannedIndexOptions } from "../vector/planned-index.ts";
import { decodeSnapshot, encodeSnapshot, SNAPSHOT_FORMAT } from "../vector/snapshot.ts";
import { RowPacker, unpackRows, type PackedRows } from "./packed-rows.ts";
import { ScopeView } from "./scope-view.ts";
import { columnsToParts, partsToColumns, type Columns } from "./snapshot-columns.ts";
import { isPermitted, permitSnapshots, snapshotName, type SnapshotOwner } from "./snapshot-rows.ts";

/** How texts become terms: raise it with every change of that, so that words of another cut are not mixed. */
const TERMS = 3;
/** Rows per look at the clock. */
const ROWS_AT_ONCE = 100;

/** Beside the vector index, which has its own parts. */
interface SnapshotColumns {
  rows: PackedRows;
  words: PackedWords;
}

/** @throws where a single byte is not as it was written, or it is of another owner or format */
export async function loadSnapshot(
  chunks: Uint8Array[],
  owner: SnapshotOwner,
  options: PlannedIndexOptions,
): Promise<ScopeView> {
  const { scopeKey, space, dims } = owner;
  const { header, parts } = decodeSnapshot(chunks, { ...owner, format: SNAPSHOT_FORMAT, params: PARAMS });
  const { rows, words } = partsToColumns(parts) as unknown as SnapshotColumns;
  const contents = { rows: unpackRows(rows), keywords: unpackWords(tokenize, words) };
  const vectors = await PlannedIndex.fromParts(dims, parts, options);
  // Those of rows that changed after their vector was written down.
  for (const [label, row] of contents.rows.entries()) if (row === undefined) vectors.remove(label);
  const view = new ScopeView(scopeKey, space, vectors, header.seq, contents);
  view.noteSnapshot(header.seq);
  return view;
}

const PARAMS = { ...HNSW_PARAMS, terms: TERMS };

/**
 * Replaces the snapshot of a view. All chunks in one transaction: the old one is whole, or the new one is.
 * @param epoch of the view: what was forgotten since must not be written down again
 * @param breathe where it waits, others get their turn
 */
export async function writeSnapshot(
  store: Store,
  view: ScopeView,
  epoch: number,
  breathe: () => Promise<void>,
): Promise<void> {
  const { scopeKey, space, seq, changes, vectors } = view;
  const { hnswRows } = vectors;
  await store.write(["meta", "snapshots"], "relaxed", (tx) => permitSnapshots(tx, epoch));
  const parts = await partsOf(view, seq, breathe);
  const header = { space, scopeKey, seq, dims: vectors.dims, count: view.size, params: PARAMS };
  const chunks: Uint8Array[] = [];
  for (const chunk of encodeSnapshot(header, parts)) {
    chunks.push(chunk);
    await breathe();
  }
  // What was closed meanwhile has lost its vectors.
  if (view.isClosed) return;
  const name = snapshotName(view);
  // Only over snapshots: it takes long, and no read that needs another table waits for it.
  const isWritten = await store.write(["snapshots"], "relaxed", async (tx) => {
    if (!(await isPermitted(tx, epoch))) return false;
    await tx.deleteAll("snapshots", { prefix: [name] });
    for (const [chunk, bytes] of chunks.entries()) await tx.put("snapshots", { name, chunk, bytes });
    return true;
  });
  if (isWritten) view.snapshot = { seq, changes, hnswRows };
}

async function partsOf(
  view: ScopeView,
  seq: number,
  breathe: () => Promise<void>,
): Promise<Record<string, Uint8Array>> {
  const [rows, words, count] = [new RowPacker(), new WordPacker(), view.labelCount];
  const parts = await view.vectors.toParts(unchanged(view, seq, count), breathe);
  for (const label of unchanged(view, seq, count)) {
    rows.add(label, view.rowAt(label));
    words.add(view.keywords, label);
    if (label % ROWS_AT_ONCE === 0) await breathe();
  }
  const columns = { rows: rows.packed(count), words: words.packed() } satisfies SnapshotColumns;
  for (const [name, part] of columnsToParts(columns as unknown as Columns)) {
    parts[name] = part;
    await breathe();
  }
  return parts;
}

/** Labels of live rows that are, at the moment when each is asked for, as they were at a `seq`. */
function* unchanged(view: ScopeView, seq: number, count: number): Generator<number, void, void> {
  for (let label = 0; label < count; label += 1) {
    const row = view.rowOf(label);
    if (row !== undefined && row.seq <= seq) yield label;
  }
}

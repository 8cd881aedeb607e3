/** A view's vectors as a snapshot in our own database: a cache, never the truth (INV-5). */
import type { ReadTx, Store, WriteTx } from "../store/store.ts";
import { HNSW_PARAMS } from "../vector/hnsw-index.ts";
import { PlannedIndex, type PlannedIndexOptions } from "../vector/planned-index.ts";
import { decodeSnapshot, encodeSnapshot, SNAPSHOT_FORMAT } from "../vector/snapshot.ts";
import { readClock } from "./clock.ts";
import type { ScopeView } from "./scope-view.ts";
import { knownSpaces } from "./spaces.ts";

/** Where the snapshot of a scope in a space lies. */
function snapshotName(scopeKey: string, space: string): string {
  return JSON.stringify([space, scopeKey]);
}

/** The chunks as they lie in the store; empty where there is no snapshot. */
export async function readSnapshot(tx: ReadTx, scopeKey: string, space: string): Promise<Uint8Array[]> {
  const rows = await tx.getAll("snapshots", { prefix: [snapshotName(scopeKey, space)] });
  return rows.map((row) => row.bytes);
}

/** In every space. */
export async function deleteSnapshots(tx: WriteTx, scopeKey: string): Promise<void> {
  for (const space of await knownSpaces(tx)) {
    await tx.deleteAll("snapshots", { prefix: [snapshotName(scopeKey, space)] });
  }
}

export interface LoadedSnapshot {
  seq: number;
  ids: (string | null)[];
  vectors: PlannedIndex;
}

/** @throws where a single byte is not as it was written, or it is of another scope, space or format */
export async function loadSnapshot(
  chunks: Uint8Array[],
  expected: { scopeKey: string; space: string; dims: number },
  options: PlannedIndexOptions,
): Promise<LoadedSnapshot> {
  const agreed = { ...expected, format: SNAPSHOT_FORMAT, params: HNSW_PARAMS };
  const { header, parts } = decodeSnapshot(chunks, agreed);
  const ids = JSON.parse(new TextDecoder().decode(parts["ids"])) as (string | null)[];
  return { seq: header.seq, ids, vectors: await PlannedIndex.fromParts(expected.dims, parts, options) };
}

/**
 * Replaces the snapshot of a view. All chunks in one transaction: the old one is whole, or the new one is.
 * @param epoch of the view: what was forgotten since must not be written down again
 */
export async function writeSnapshot(store: Store, view: ScopeView, epoch: number): Promise<void> {
  const { scopeKey, space, seq, vectors } = view;
  const ids = new TextEncoder().encode(JSON.stringify(view.ids()));
  const shape = { dims: vectors.dims, count: vectors.size, params: HNSW_PARAMS };
  const header = { format: SNAPSHOT_FORMAT, space, scopeKey, seq, ...shape };
  const chunks = encodeSnapshot(header, { ...vectors.toParts(), ids });
  const name = snapshotName(scopeKey, space);
  await store.write(["meta", "snapshots"], "relaxed", async (tx) => {
    if ((await readClock(tx)).epoch !== epoch) return;
    await tx.deleteAll("snapshots", { prefix: [name] });
    for (const [chunk, bytes] of chunks.entries()) await tx.put("snapshots", { name, chunk, bytes });
  });
  view.noteSnapshot(seq);
}

/**
 * The views in memory, and the one mechanism that makes and keeps them: load, verify, replay what came
 * after, else rebuild (INV-5). It serves a cold start, another tab's commits and a new worker alike.
 */
import { HNSW_FROM } from "../vector/plan.ts";
import { carries } from "../scope.ts";
import type { ReadTx, VectorRow } from "../store/store.ts";
import type { MemoryRecord, Scope } from "../types.ts";
import { PlannedIndex, type PlannedIndexOptions } from "../vector/planned-index.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import { readClock, type Clock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import type { IndexOptions } from "./engine.ts";
import { ScopeView } from "./scope-view.ts";
import { loadSnapshot, readSnapshot, type LoadedSnapshot } from "./view-snapshot.ts";

/** Rows in memory over all scopes, beyond which scopes that were not asked for lately are dropped. 100,000 × 384 dims is 200 MB. */
const MAX_ROWS = 100_000;

/** Rows of one scope from which a snapshot is written: reading 1,000 rows one by one takes about 50 ms. */
export const SNAPSHOT_FROM = 1_000;

export class Views {
  readonly #context: EngineContext;
  readonly #index: Required<IndexOptions>;
  /** By scope key, least recently used first. */
  readonly #views = new Map<string, ScopeView>();
  #scopes: { scopeKey: string; scope: Scope }[] = [];
  #clock: Clock = { seq: -1, order: 0, memories: 0, epoch: 0 };
  #last: Promise<unknown> = Promise.resolve();
  readonly #onGap: () => void;

  /** @param onGap a memory came that has no vector in the answering space: somebody should make one */
  constructor(context: EngineContext, index: IndexOptions = {}, onGap: () => void = () => undefined) {
    this.#context = context;
    this.#onGap = onGap;
    this.#index = { hnswFrom: index.hnswFrom ?? HNSW_FROM, snapshotFrom: index.snapshotFrom ?? SNAPSHOT_FROM };
  }

  /** Reads all scopes that carry these ids, up to date with the store. The views are the body's until it returns. */
  carrying<R>(asked: Scope, embedder: CachedEmbedder, body: (views: ScopeView[]) => R): Promise<R> {
    return this.#inTurn(async () => {
      await this.#catchUp();
      const scopeKeys = this.#scopes.filter((row) => carries(row.scope, asked)).map((row) => row.scopeKey);
      return body(await this.#load(scopeKeys, embedder));
    });
  }

  /** The same for exactly one scope. */
  exactly<R>(scopeKey: string, embedder: CachedEmbedder, body: (view: ScopeView) => R): Promise<R> {
    return this.#inTurn(async () => {
      await this.#catchUp();
      return body((await this.#load([scopeKey], embedder))[0]!);
    });
  }

  /** Of what is in memory (see `Clock`). */
  get epoch(): number {
    return this.#clock.epoch;
  }

  /** All views in memory. */
  loaded(): ScopeView[] {
    return [...this.#views.values()];
  }

  wantsSnapshot(view: ScopeView): boolean {
    if (view.vectors.size < this.#index.snapshotFrom) return false;
    // A graph that is being built is worth waiting for.
    if (view.vectors.wantsBuild) return false;
    const { seq, hnswRows } = view.snapshot;
    const worthwhile = Math.max(500, view.size / 10);
    return seq < 0 || view.seq - seq > worthwhile || view.vectors.hnswRows - hnswRows > worthwhile;
  }

  /** Forgets everything in memory; the next read loads it again. */
  drop(): Promise<void> {
    return this.#inTurn(async () => this.#dropNow());
  }

  #dropNow(): void {
    for (const view of this.#views.values()) view.close();
    this.#views.clear();
  }

  /** One at a time: two loads of one scope would make two views of it. */
  #inTurn<R>(body: () => Promise<R>): Promise<R> {
    const turn = this.#last.then(body);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Takes in what was committed since the last look, by whatever tab. */
  async #catchUp(): Promise<void> {
    const tables = ["meta", "scopes", "changes", "vectors"] as const;
    const news = await this.#context.store.read([...tables], async (tx) => {
      const clock = await readClock(tx);
      if (clock.seq === this.#clock.seq && clock.epoch === this.#clock.epoch) return null;
      const changed = clock.epoch === this.#clock.epoch ? await this.#changesOf(tx) : [];
      return { clock, changed, scopes: await tx.getAll("scopes") };
    });
    if (!news) return;
    if (news.clock.epoch !== this.#clock.epoch) this.#dropNow();
    for (const { view, records, vectors } of news.changed) {
      for (const record of records) view.set(record);
      for (const row of vectors) view.setVector(row.id, row.hash, row.vector);
      // Committed by a tab that does not speak this space.
      if (vectors.length < records.filter((record) => !record.deletedAt).length) this.#onGap();
      view.seq = news.clock.seq;
    }
    this.#scopes = news.scopes;
    this.#clock = news.clock;
  }

  async #changesOf(tx: ReadTx): Promise<Replay[]> {
    const replays: Replay[] = [];
    for (const view of this.#views.values()) {
      const range = { index: "scope", prefix: [view.scopeKey], after: [view.scopeKey, view.seq] };
      const changes = await tx.getAll("changes", range);
      // Only the last version of each counts.
      const records = [...new Map(changes.map(({ after }) => [after.id, after])).values()];
      replays.push({ view, records, vectors: await vectorsOf(tx, view, records) });
    }
    return replays;
  }

  async #load(scopeKeys: string[], embedder: CachedEmbedder): Promise<ScopeView[]> {
    const views: ScopeView[] = [];
    for (const scopeKey of scopeKeys) {
      let view = this.#views.get(scopeKey);
      if (view && view.space !== embedder.space) {
        view.close();
        view = undefined;
      }
      view ??= await this.#build(scopeKey, embedder);
      this.#views.delete(scopeKey);
      this.#views.set(scopeKey, view);
      views.push(view);
    }
    this.#evict(new Set(scopeKeys));
    return views;
  }

  async #build(scopeKey: string, { space, dims }: CachedEmbedder): Promise<ScopeView> {
    const { store } = this.#context;
    const { clock, records, chunks } = await store.read(["meta", "memories", "snapshots"], async (tx) => ({
      clock: await readClock(tx),
      records: await tx.getAll("memories", { index: "scope", prefix: [scopeKey] }),
      chunks: await readSnapshot(tx, scopeKey, space),
    }));
    const snapshot = await this.#verified(chunks, { scopeKey, space, dims });
    const view = snapshot
      ? new ScopeView(scopeKey, space, snapshot.vectors, clock.seq, snapshot.ids)
      : new ScopeView(scopeKey, space, new PlannedIndex(dims, this.#indexOptions(scopeKey)), clock.seq, []);
    const missing = fold(view, records, snapshot?.seq ?? -1);
    view.noteSnapshot(snapshot?.seq ?? -1);
    const rows = snapshot ? await this.#rowsOf(view, missing) : await this.#allRows(view);
    for (const row of rows) view.setVector(row.id, row.hash, row.vector);
    if (view.vectors.size < view.size) this.#onGap();
    return view;
  }

  async #verified(
    chunks: Uint8Array[],
    expected: { scopeKey: string; space: string; dims: number },
  ): Promise<LoadedSnapshot | null> {
    if (chunks.length === 0) return null;
    try {
      return await loadSnapshot(chunks, expected, this.#indexOptions(expected.scopeKey));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#context.emit({ type: "index-rebuilt", scopeKey: expected.scopeKey, reason });
      return null;
    }
  }

  #rowsOf(view: ScopeView, records: MemoryRecord[]): Promise<VectorRow[]> {
    if (records.length === 0) return Promise.resolve([]);
    return this.#context.store.read(["vectors"], (tx) => vectorsOf(tx, view, records));
  }

  #allRows(view: ScopeView): Promise<VectorRow[]> {
    const prefix = [view.space, view.scopeKey];
    return this.#context.store.read(["vectors"], (tx) => tx.getAll("vectors", { prefix }));
  }

  #indexOptions(scopeKey: string): PlannedIndexOptions {
    const onProblem = ({ message: reason }: Error): void =>
      this.#context.emit({ type: "index-rebuilt", scopeKey, reason });
    return { hnswFrom: this.#index.hnswFrom, onProblem };
  }

  #evict(inUse: ReadonlySet<string>): void {
    let rows = this.loaded().reduce((sum, view) => sum + view.size, 0);
    for (const [scopeKey, view] of this.#views) {
      if (rows <= MAX_ROWS) return;
      if (inUse.has(scopeKey)) continue;
      rows -= view.size;
      this.#views.delete(scopeKey);
      view.close();
    }
  }
}

interface Replay {
  view: ScopeView;
  records: MemoryRecord[];
  vectors: VectorRow[];
}

/**
 * Puts the records into a view whose vectors go up to `seq`, and takes out what is no longer there.
 * @returns records whose vectors must come from the store: changed since, or embedded since
 */
function fold(view: ScopeView, records: MemoryRecord[], seq: number): MemoryRecord[] {
  const live = new Set(records.flatMap((record) => (record.deletedAt ? [] : [record.id])));
  for (const id of view.ids()) if (id !== null && !live.has(id)) view.remove(id);
  const missing: MemoryRecord[] = [];
  for (const record of records) {
    if (record.deletedAt) continue;
    const label = view.labelOf(record.id);
    const isStale = label === undefined || record.seq > seq || !view.vectors.has(label);
    if (isStale && label !== undefined) view.vectors.remove(label);
    if (isStale) missing.push(record);
    view.set(record);
  }
  return missing;
}

async function vectorsOf(tx: ReadTx, view: ScopeView, records: MemoryRecord[]): Promise<VectorRow[]> {
  const rows: VectorRow[] = [];
  for (const { id } of records) {
    const row = await tx.get("vectors", [view.space, view.scopeKey, id]);
    if (row) rows.push(row);
  }
  return rows;
}

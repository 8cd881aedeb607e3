/**
 * The views in memory, and the one mechanism that makes and keeps them: load, verify, replay what came
 * after, else rebuild (INV-5). It serves a cold start, another tab's commits and a new worker alike.
 */
import { HNSW_FROM } from "../vector/plan.ts";
import type { ReadTx, SnapshotRow, VectorRow } from "../store/store.ts";
import type { Scope } from "../types.ts";
import { PlannedIndex, type PlannedIndexOptions } from "../vector/planned-index.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import { readClock, voidedSince, type Clock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import type { IndexOptions } from "./engine.ts";
import { loadDeferred } from "./load-deferred.ts";
import { ScopeView } from "./scope-view.ts";
import { snapshotName, type SnapshotOwner } from "./snapshot-rows.ts";
import { ViewCache } from "./view-cache.ts";

/** Rows in memory over all scopes, beyond which scopes that were not asked for lately are dropped. 100,000 × 384 dims is 200 MB. */
const MAX_ROWS = 100_000;

/** Rows of one scope from which a snapshot is written: reading 1,000 rows one by one takes about 50 ms. */
export const SNAPSHOT_FROM = 1_000;

/** Share of `hnswFrom` by which a graph grows between two snapshots while it is built: 10,000 rows, some 20 s of CPU. */
const GRAPH_SHARE = 1 / 5;

/** What every look at the views reads. */
const TABLES_READ = ["meta", "scopes", "changes", "vectors", "memories"] as const;

/** Reads views, and in the transaction in which they were brought up to date what it needs beside them. */
export type ReadViews<V, R> = (views: V, tx: ReadTx) => R | Promise<R>;

export class Views {
  readonly #context: EngineContext;
  readonly #index: Required<Pick<IndexOptions, "hnswFrom" | "snapshotFrom">>;
  readonly #views = new ViewCache<ScopeView>(MAX_ROWS);
  #scopes: { scopeKey: string; scope: Scope }[] = [];
  #clock: Clock = { seq: -1, order: 0, memories: 0, epoch: 0 };
  readonly #onGap: () => void;

  /** @param onGap a memory came that has no vector in the answering space: somebody should make one */
  constructor(context: EngineContext, index: IndexOptions = {}, onGap: () => void = () => undefined) {
    this.#context = context;
    this.#onGap = onGap;
    // What lies in memory ends with the engine, and nobody would load its snapshot.
    const { hnswFrom = HNSW_FROM, snapshotFrom = context.store.kind === "memory" ? Infinity : SNAPSHOT_FROM } = index;
    this.#index = { hnswFrom, snapshotFrom };
  }

  /**
   * Reads all scopes that are asked for. Views, and what the body reads in the transaction, are of one moment. The
   * views are the body's until it returns, and it waits for nothing but the transaction.
   */
  selected<R>(
    isAsked: (scope: Scope) => boolean,
    embedder: CachedEmbedder,
    body: ReadViews<ScopeView[], R>,
  ): Promise<R> {
    const wanted = (): string[] => this.#scopes.filter((row) => isAsked(row.scope)).map((row) => row.scopeKey);
    return this.#views.inTurn(() => this.#upToDate(wanted, embedder, body));
  }

  /** The same for exactly one scope. */
  exactly<R>(scopeKey: string, embedder: CachedEmbedder, body: ReadViews<ScopeView, R>): Promise<R> {
    return this.#views.inTurn(() =>
      this.#upToDate(
        () => [scopeKey],
        embedder,
        (views, tx) => body(views[0]!, tx),
      ),
    );
  }

  /** All views in memory. */
  loaded(): ScopeView[] {
    return this.#views.all();
  }

  wantsSnapshot(view: ScopeView): boolean {
    if (view.isClosed || view.size < this.#index.snapshotFrom) return false;
    const { seq, changes, hnswRows } = view.snapshot;
    // The first one helps the next start.
    if (seq < 0) return true;
    const newGraphRows = view.vectors.hnswRows - hnswRows;
    // One that is being built is saved in parts: a session may end before it is whole, and the next one goes on.
    if (view.vectors.wantsBuild) return newGraphRows >= this.#index.hnswFrom * GRAPH_SHARE;
    // The first whole graph is minutes of work that the next start would do again, however few rows are new in it.
    if (hnswRows < this.#index.hnswFrom && newGraphRows > 0) return true;
    return Math.max(view.changes - changes, newGraphRows) > Math.max(500, view.size / 10);
  }

  /** @param breathe where it waits, others get their turn */
  async writeSnapshot(view: ScopeView, breathe: () => Promise<void>): Promise<void> {
    const { epoch } = this.#clock;
    const { writeSnapshot } = await loadDeferred();
    await writeSnapshot(this.#context.store, view, epoch, breathe);
  }

  /** Forgets what is in memory of some scopes, or of all; the next read loads it again. */
  drop(scopeKeys?: readonly string[]): Promise<void> {
    return this.#views.inTurn(async () => this.#views.drop(scopeKeys));
  }

  /** What is missing is loaded, which a transaction cannot wait for; then everything is looked at once more. */
  async #upToDate<R>(
    wanted: () => string[],
    { space, dims }: CachedEmbedder,
    body: ReadViews<ScopeView[], R>,
  ): Promise<R> {
    for (;;) {
      const outcome = await this.#context.store.read([...TABLES_READ], async (tx) => {
        await this.#catchUp(tx);
        const scopeKeys = wanted();
        const missing = scopeKeys.filter((scopeKey) => this.#views.get(scopeKey)?.space !== space);
        if (missing.length > 0) return { missing };
        return { value: await body(this.#take(scopeKeys), tx) };
      });
      if (!outcome.missing) return outcome.value;
      for (const scopeKey of outcome.missing) {
        // First, for the build may fail.
        this.#views.drop([scopeKey]);
        this.#views.use(await this.#build({ scopeKey, space, dims }));
      }
    }
  }

  /** The views, as the last used ones. */
  #take(scopeKeys: string[]): ScopeView[] {
    const views = scopeKeys.map((scopeKey) => this.#views.get(scopeKey)!);
    for (const view of views) this.#views.use(view);
    this.#views.evict(views);
    return views;
  }

  /** Takes in what was committed since the last look, by whatever tab. */
  async #catchUp(tx: ReadTx): Promise<void> {
    const clock = await readClock(tx);
    if (clock.epoch !== this.#clock.epoch) this.#views.drop(voidedSince(this.#clock.epoch, clock));
    for (const view of this.loaded()) if (view.seq < clock.seq) await this.#replay(tx, view, clock.seq);
    if (clock.seq === this.#clock.seq && clock.epoch === this.#clock.epoch) return;
    this.#scopes = await tx.getAll("scopes");
    this.#clock = clock;
  }

  /** The log after the view's `seq`: only the last version of each record counts. */
  async #replay(tx: ReadTx, view: ScopeView, seq: number): Promise<void> {
    const range = { index: "scope", prefix: [view.scopeKey], after: [view.scopeKey, view.seq] };
    const changes = await tx.getAll("changes", range);
    const records = [...new Map(changes.map(({ after }) => [after.id, after])).values()];
    const live = records.filter((record) => !record.deletedAt);
    const vectors = await vectorsOf(tx, view, live);
    for (const record of records) view.set(record);
    for (const row of vectors) view.setVector(row.id, row.hash, row.vector);
    // Committed by a tab that does not speak this space.
    if (vectors.length < live.length) this.#onGap();
    view.seq = seq;
    view.changes += changes.length;
  }

  /** From the snapshot as far as it goes, else from the records. What came after, `#replay` takes in. */
  async #build(owner: SnapshotOwner): Promise<ScopeView> {
    const view = (await this.#fromSnapshot(owner)) ?? (await this.#fromRecords(owner));
    if (view.vectors.size < view.size) this.#onGap();
    return view;
  }

  async #fromSnapshot(owner: SnapshotOwner): Promise<ScopeView | null> {
    const { store } = this.#context;
    const rows = await store.read(["snapshots"], (tx) => tx.getAll("snapshots", { prefix: [snapshotName(owner)] }));
    const view = rows.length > 0 ? await this.#verified(rows, owner) : null;
    if (view && view.vectors.size < view.size) await store.read(["vectors"], (tx) => fillGaps(tx, view));
    return view;
  }

  async #verified(rows: SnapshotRow[], owner: SnapshotOwner): Promise<ScopeView | null> {
    try {
      const { loadSnapshot } = await loadDeferred();
      return await loadSnapshot(
        rows.map((row) => row.bytes),
        owner,
        this.#indexOptions(owner.scopeKey),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#context.emit({ type: "index-rebuilt", scopeKey: owner.scopeKey, reason });
      return null;
    }
  }

  #fromRecords({ scopeKey, space, dims }: SnapshotOwner): Promise<ScopeView> {
    const vectors = new PlannedIndex(dims, this.#indexOptions(scopeKey));
    return this.#context.store.read(["meta", "memories", "vectors"], async (tx) => {
      const { seq } = await readClock(tx);
      const view = new ScopeView(scopeKey, space, vectors, seq);
      const records = await tx.getAll("memories", { index: "scope", prefix: [scopeKey] });
      // Labels by age, as a view gives them that lives: of equally near neighbors recall takes those with the smallest.
      for (const record of records.toSorted((a, b) => a.createdSeq - b.createdSeq)) view.set(record);
      await fillGaps(tx, view);
      return view;
    });
  }

  #indexOptions(scopeKey: string): PlannedIndexOptions {
    const onProblem = ({ message: reason }: Error): void =>
      this.#context.emit({ type: "index-rebuilt", scopeKey, reason });
    return { hnswFrom: this.#index.hnswFrom, onProblem };
  }
}

/** Gives rows without a vector the one that is stored; all of them together where they are many. */
async function fillGaps(tx: ReadTx, view: ScopeView): Promise<void> {
  const gaps = [...view.rows()].flatMap(([label, { id }]) => (view.vectors.has(label) ? [] : [{ id }]));
  const areMany = gaps.length > view.size / 4;
  const stored = areMany
    ? await tx.getAll("vectors", { prefix: [view.space, view.scopeKey] })
    : await vectorsOf(tx, view, gaps);
  for (const row of stored) view.setVector(row.id, row.hash, row.vector);
}

async function vectorsOf(tx: ReadTx, view: ScopeView, records: readonly { id: string }[]): Promise<VectorRow[]> {
  const rows = await Promise.all(records.map(({ id }) => tx.get("vectors", [view.space, view.scopeKey, id])));
  return rows.filter((row) => row !== undefined);
}

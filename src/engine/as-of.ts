/**
 * Time travel: what was believed at an instant, folded from the log. Of each memory the last change that was made
 * up to then counts, by `seq`: wall time says what was before the instant, never which of two came first (INV-6).
 */
import { queryWords } from "../search/query-words.ts";
import type { ReadTx } from "../store/store.ts";
import type { ISODate, MemoryRecord, SearchResult } from "../types.ts";
import { PlannedIndex } from "../vector/planned-index.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import type { EngineContext } from "./context.ts";
import type { SearchRequest, Selection } from "./engine.ts";
import { ScopeView } from "./scope-view.ts";
import { search } from "./search.ts";
import { selects } from "./selection.ts";
import { MEMORIES, timeSignalOf } from "./time-signal.ts";

/** Old texts that are embedded at a time: a batch of the model, and less than the embedder remembers. */
const BATCH = 32;

/** Records of one scope as they were, deleted ones included. */
interface PastScope {
  scopeKey: string;
  records: MemoryRecord[];
}

/** All records as they were, deleted ones included. */
export async function recordsAsOf(context: EngineContext, asked: Selection, at: ISODate): Promise<MemoryRecord[]> {
  const past = await context.store.read([...PAST], (tx) => pastScopes(tx, asked, at));
  return past.flatMap(({ records }) => records);
}

/** Tables that {@link pastScopes} reads. */
const PAST = ["scopes", "changes"] as const;

/** Of all scopes that are asked for. */
async function pastScopes(tx: ReadTx, asked: Selection, at: ISODate): Promise<PastScope[]> {
  const past: PastScope[] = [];
  const isAsked = selects(asked);
  for (const { scopeKey, scope } of await tx.getAll("scopes")) {
    if (!isAsked(scope)) continue;
    const latest = new Map<string, MemoryRecord>();
    for (const change of await tx.getAll("changes", { index: "scope", prefix: [scopeKey] })) {
      if (change.at <= at) latest.set(change.memoryId, change.after);
    }
    past.push({ scopeKey, records: [...latest.values()] });
  }
  return past;
}

/** A search like any other, over views that are made for it and thrown away. */
export async function searchAsOf(
  context: EngineContext,
  request: SearchRequest & { at: ISODate },
  embedder: CachedEmbedder,
): Promise<SearchResult[]> {
  const { space } = embedder;
  const past = await context.store.read([...PAST, "vectors"], async (tx) => {
    const scopes = await pastScopes(tx, request, request.at);
    return Promise.all(scopes.map(async (one) => ({ ...one, known: await knownVectors(tx, one, space) })));
  });
  const views: ScopeView[] = [];
  try {
    for (const { scopeKey, records, known } of past) {
      const live = records.filter((record) => !record.deletedAt);
      views.push(await openPastView(scopeKey, live, known, embedder));
    }
    const vector = await embedder.embedOne(request.query);
    const time = timeSignalOf(request.time, MEMORIES);
    const basis = { kind: embedder.kind, words: queryWords, nowIso: request.at, about: null, time };
    return await context.store.read(["memories"], (tx) => search(views, request, vector, basis, tx));
  } finally {
    for (const view of views) view.close();
  }
}

/**
 * A view of records that are in no other, for the caller to close.
 * @param known vectors by id; those that are missing are made
 */
export async function openPastView(
  scopeKey: string,
  records: readonly MemoryRecord[],
  known: ReadonlyMap<string, Float32Array>,
  embedder: CachedEmbedder,
): Promise<ScopeView> {
  const view = new ScopeView(scopeKey, embedder.space, new PlannedIndex(embedder.dims), 0);
  view.keepRecords();
  for (const record of records) view.set(record);
  for (const { id, hash } of records) if (known.has(id)) view.setVector(id, hash, known.get(id)!);
  await embedMissing(view, records, known, embedder).catch((error: unknown) => {
    view.close();
    throw error;
  });
  return view;
}

/** By memory id, of those whose text was then what it is now. */
async function knownVectors(
  tx: ReadTx,
  { scopeKey, records }: PastScope,
  space: string,
): Promise<Map<string, Float32Array>> {
  const known = new Map<string, Float32Array>();
  for (const { id, hash } of records) {
    const row = await tx.get("vectors", [space, scopeKey, id]);
    if (row?.hash === hash) known.set(id, row.vector);
  }
  return known;
}

async function embedMissing(
  view: ScopeView,
  records: readonly MemoryRecord[],
  known: ReadonlyMap<string, Float32Array>,
  embedder: CachedEmbedder,
): Promise<void> {
  const missing = records.filter((record) => !known.has(record.id));
  for (let i = 0; i < missing.length; i += BATCH) {
    const batch = missing.slice(i, i + BATCH);
    const vectors = await embedder.embed(batch.map((record) => record.memory));
    for (const { id, hash, memory } of batch) view.setVector(id, hash, vectors.get(memory)!);
  }
}

/** The engine on this thread: in a service worker, in Node, in tests, and inside our own Worker. */
import { EngineError } from "../errors.ts";
import type { ImportOutcome, ImportPart, KeepsakeExport } from "../portable/format.ts";
import { systemRuntime } from "../runtime.ts";
import { scopeKeyOf } from "../scope.ts";
import type { KeepsakeEvent, MemoryInfo } from "../info.ts";
import type {
  AddResult,
  ConsolidateResult,
  Feedback,
  Graph,
  HistoryEntry,
  ISODate,
  MemoryItem,
  PendingOp,
  Relation,
  Scope,
  SearchResult,
} from "../types.ts";
import { accept, cancel, claim, pending, preview, release } from "./accept.ts";
import { commit, reachesGraph, textsOf } from "./commit.ts";
import type { ConsolidateRequest, SurveyOutcome, SurveyRequest } from "./consolidation.ts";
import { withoutDeleted } from "./context-window.ts";
import { answerOf, engineOf } from "./calls.ts";
import { isoNow, type EngineContext } from "./context.ts";
import type { Edited } from "./edit.ts";
import { Embedding } from "./embedding.ts";
import type {
  AcceptRequest,
  ClaimOutcome,
  CommitRequest,
  Engine,
  EngineOptions,
  ExportRequest,
  FactQuery,
  GraphRequest,
  ListRequest,
  MessageSearchRequest,
  PreviewOutcome,
  RecallResult,
  RehearseRequest,
  RelationsRequest,
  RerankRequest,
  SearchRequest,
  UpdateRequest,
} from "./engine.ts";
import { fillSpace } from "./fill.ts";
import { readInfo } from "./engine-info.ts";
import { readItem, toItem } from "./item.ts";
import { openLeases } from "./leases.ts";
import { list } from "./list.ts";
import { loadDeferred } from "./load-deferred.ts";
import { Maintenance } from "./maintenance.ts";
import { Messages } from "./messages.ts";
import { openStore, planOf, type EngineParts } from "./parts.ts";
import { recall } from "./recall.ts";
import type { Rerankers } from "./rerankers.ts";
import type { EntityCount, ListPage, MessageResult, UndoResult } from "./results.ts";
import { checkFilter, recordsOf, selects } from "./selection.ts";
import { openTabs, type Tabs } from "./tabs.ts";
import type { TimeSearch } from "./time-search.ts";
import { Views } from "./views.ts";

export type { EngineParts } from "./parts.ts";

/** @throws {StoreError} store_too_new, store_blocked, store_failed */
export async function openInlineEngine(
  options: EngineOptions,
  onEvent: (event: KeepsakeEvent) => void = () => undefined,
  parts: EngineParts = {},
): Promise<Engine> {
  const runtime = parts.runtime ?? systemRuntime;
  const onLost = (reason: string): void => onEvent({ type: "store-lost", reason });
  const store = await (parts.openStore ?? openStore)(options, onLost);
  const leases = openLeases(runtime.randomId());
  const context: EngineContext = { store, runtime, leases, emit: onEvent };
  const engine = new InlineEngine(context, options, parts);
  const answer = answerOf(engine);
  return engineOf(async (call, args) => {
    if (call !== "close" && engine.isClosed) {
      throw new EngineError("closed", "keepsake: the engine is closed. Make a new Memory.");
    }
    return answer(call, args);
  });
}

class InlineEngine implements Engine {
  readonly #context: EngineContext;
  readonly #name: string;
  readonly #embedding: Embedding;
  readonly #views: Views;
  readonly #messages: Messages;
  readonly #maintenance: Maintenance;
  readonly #tabs: Tabs;
  readonly #parts: EngineParts;
  #rerankers: Rerankers | null = null;
  /** From the first search on. */
  #timely: TimeSearch | null = null;
  #closed = false;

  constructor(context: EngineContext, options: EngineOptions, parts: EngineParts) {
    this.#context = context;
    this.#name = options.name;
    this.#views = new Views(context, options.index, () => this.#embedding.settle().catch(() => undefined));
    const messages = { embeds: options.index?.embedMessages === true, stopped: () => this.#closed, withoutDeleted };
    this.#messages = new Messages(context, { ...messages, embedding: () => this.#embedding });
    this.#maintenance = new Maintenance(context, this.#views);
    this.#tabs = openTabs(context.store.kind === "indexeddb" ? options.name : null, context.emit);
    this.#parts = parts;
    this.#embedding = new Embedding(planOf(options.embedder, parts, context.emit), {
      fill: async (embedder, onProgress) => {
        const filled = await fillSpace(context, embedder, onProgress, () => this.#closed);
        // Vectors that came behind a view's back are not in the log.
        if (filled > 0) await this.#views.drop();
        this.#messages.fill(embedder);
      },
      onState: (embedder) => context.emit({ type: "model-state", embedder }),
    });
    this.#embedding.start();
    // Where it cannot be told whether something was lost, nothing else is the worse for it.
    loadDeferred()
      .then(({ noticeWipe }) => noticeWipe(context, options.name))
      .catch(() => undefined);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  async accept(request: AcceptRequest): Promise<ClaimOutcome> {
    const outcome = await accept(this.#context, request);
    if (outcome.status === "claimed") {
      this.#context.emit({ type: "pending", opId: request.opId, state: "accepted" });
      this.#messages.wake();
    }
    return outcome;
  }

  async preview(request: AcceptRequest): Promise<PreviewOutcome> {
    return preview(this.#context, request);
  }

  async claim(opId: string): Promise<ClaimOutcome> {
    return claim(this.#context, opId);
  }

  async release(opId: string, error: { code: string; message: string }, retryAfterMs: number | null): Promise<void> {
    await release(this.#context, opId, error, retryAfterMs);
  }

  async recall(scope: Scope, facts: FactQuery[], topK: number): Promise<RecallResult> {
    const embedder = await this.#embedding.answering();
    const vectors = await embedder.embed(facts.map((fact) => fact.text));
    const nowIso = isoNow(this.#context.runtime);
    const recalled = await this.#views.exactly(scopeKeyOf(scope), embedder, (view, tx) =>
      recall(view, facts, vectors, { topK, nowIso }, tx),
    );
    this.#maintenance.wake();
    return { facts: recalled, kind: embedder.kind };
  }

  async commit(request: CommitRequest): Promise<AddResult> {
    const vectors = await this.#embedding.vectorSets(textsOf(request.decisions));
    const graph = reachesGraph(request.decisions)
      ? await (await loadDeferred()).prepareGraph(this.#context, () => this.#embedding.answering(), request)
      : null;
    const { result, seq, scopeKey } = await commit(this.#context, request, vectors, graph);
    this.#context.emit({ type: "pending", opId: request.opId, state: "committed" });
    this.#announce(seq, [scopeKey], request.opId);
    return result;
  }

  async survey(request: SurveyRequest): Promise<SurveyOutcome> {
    return (await loadDeferred()).survey(this.#context, request);
  }

  async consolidate(request: ConsolidateRequest): Promise<ConsolidateResult> {
    const embed = (texts: string[]) => this.#embedding.vectorSets(texts);
    const { result, seq, scopeKey } = await (await loadDeferred()).consolidate(this.#context, request, embed);
    if (result.results.length > 0) this.#announce(seq, [scopeKey], request.opId);
    return result;
  }

  async rehearse(request: RehearseRequest): Promise<AddResult> {
    return (await loadDeferred()).rehearse(this.#context, request, () => this.#embedding.answering());
  }

  async cancel(opId: string): Promise<boolean> {
    return cancel(this.#context, opId);
  }

  async pending(): Promise<PendingOp[]> {
    return pending(this.#context);
  }

  async search(request: SearchRequest): Promise<SearchResult[]> {
    checkFilter(request.filter);
    const embedder = await this.#embedding.answering();
    const { at } = request;
    // While the first search waits for the part, the views that it needs load.
    const [{ readEntityOverlap, queryWords, searchAsOf }] = await Promise.all([
      loadDeferred(),
      at === undefined &&
        this.#views.loaded().length === 0 &&
        this.#views.selected(selects(request), embedder, () => undefined),
    ]);
    if (at !== undefined) return searchAsOf(this.#context, { ...request, at }, embedder);
    const vector = await embedder.embedOne(request.query);
    const about = request.graph ? await readEntityOverlap(this.#context, request, request.query) : null;
    const basis = { kind: embedder.kind, words: queryWords, nowIso: isoNow(this.#context.runtime), about };
    const results = await (await this.#timeSearch()).search(request, vector, embedder, basis);
    this.#maintenance.wake();
    return results;
  }

  async noteUse(ids: string[], reference: ISODate): Promise<void> {
    (await this.#timeSearch()).noteUse(ids, reference);
  }

  async rerank(request: RerankRequest): Promise<number[]> {
    const { Rerankers } = await loadDeferred();
    this.#rerankers ??= new Rerankers(this.#parts.loadTransformers, this.#context);
    return this.#rerankers.score(request);
  }

  async searchMessages(request: MessageSearchRequest): Promise<MessageResult[]> {
    return this.#messages.search(request);
  }

  async relationsAround(request: RelationsRequest): Promise<Relation[]> {
    return (await loadDeferred()).readRelationsAround(this.#context, request);
  }

  async graph(request: GraphRequest): Promise<Graph> {
    return (await loadDeferred()).readGraphView(this.#context, request);
  }

  async list(request: ListRequest): Promise<ListPage> {
    checkFilter(request.filter);
    const { at } = request;
    const { store, runtime } = this.#context;
    if (at !== undefined) {
      const { recordsAsOf } = await loadDeferred();
      return list(await recordsAsOf(this.#context, request, at), request, at);
    }
    const records = await store.read(["scopes", "memories"], (tx) => recordsOf(tx, request));
    return list(records, request, isoNow(runtime));
  }

  async get(id: string): Promise<MemoryItem | null> {
    return readItem(this.#context.store, id);
  }

  async update(requests: UpdateRequest[], opId?: string): Promise<MemoryItem[]> {
    const texts = requests.flatMap(({ text }) => text ?? []);
    const { edit } = await loadDeferred();
    const edited = await edit.update(this.#context, requests, await this.#embedding.vectorSets(texts), opId);
    this.#announceEdit(edited);
    return edited.records.map(toItem);
  }

  async delete(ids: string[], opId?: string): Promise<void> {
    const { edit } = await loadDeferred();
    this.#announceEdit(await edit.remove(this.#context, ids, opId));
  }

  async deleteAll(scope: Scope, opId?: string): Promise<number> {
    const { edit } = await loadDeferred();
    const edited = await edit.removeAll(this.#context, scope, opId);
    for (const opId of edited.dropped) this.#context.emit({ type: "pending", opId, state: "cancelled" });
    this.#announceEdit(edited);
    return edited.records.length;
  }

  async history(id: string): Promise<HistoryEntry[]> {
    return (await loadDeferred()).edit.history(this.#context, id);
  }

  async undo(opId: string, undoId?: string): Promise<UndoResult> {
    const { textsToRestore, undo } = await loadDeferred();
    const vectors = await this.#embedding.vectorSets(await textsToRestore(this.#context, opId));
    const { result, seq, scopeKeys } = await undo(this.#context, opId, vectors, undoId);
    if (scopeKeys.length > 0) this.#announce(seq, scopeKeys, result.opId);
    return result;
  }

  async forget(target: { id: string } | { scope: Scope }): Promise<number> {
    const { forget } = await loadDeferred();
    const { count, pending: dropped, scopeKeys, seq } = await forget(this.#context, target);
    this.#embedding.forgetTexts();
    await this.#dropViews(scopeKeys);
    for (const opId of dropped) this.#context.emit({ type: "pending", opId, state: "cancelled" });
    if (scopeKeys.length > 0) this.#announce(seq, scopeKeys, this.#context.runtime.randomId());
    return count;
  }

  async feedback(id: string, given: Feedback | null, opId?: string): Promise<MemoryItem> {
    const { feedback } = await loadDeferred();
    const edited = await feedback(this.#context, id, given, opId);
    this.#announceEdit(edited);
    return toItem(edited.records[0]!);
  }

  async entities(): Promise<EntityCount[]> {
    return (await loadDeferred()).entities(this.#context);
  }

  async export(request: ExportRequest): Promise<KeepsakeExport> {
    return (await loadDeferred()).exportAll(this.#context, request);
  }

  async import(part: ImportPart): Promise<ImportOutcome> {
    const { changesToEmbed, importPart, vectorsOfImport } = await loadDeferred();
    const changes = await changesToEmbed(this.#context, part);
    const vectors = await vectorsOfImport(this.#embedding, changes);
    const { outcome, seq, scopeKeys } = await importPart(this.#context, part, vectors);
    if (scopeKeys.length > 0) this.#announce(seq, scopeKeys, this.#context.runtime.randomId());
    // What has no vector yet, in any space that is spoken here, gets one now.
    if (part.isLast) this.#embedding.settle().catch(() => undefined);
    return outcome;
  }

  async reset(): Promise<void> {
    const epoch = await (await loadDeferred()).edit.reset(this.#context);
    this.#tabs.announce({ type: "reset", epoch });
    this.#embedding.forgetTexts();
    await this.#dropViews();
  }

  async modelReady(): Promise<void> {
    await this.#embedding.settle();
  }

  async info(): Promise<MemoryInfo> {
    const about = { name: this.#name, embedder: this.#embedding.info(), views: this.#views.loaded() };
    return readInfo(this.#context, about);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#tabs.close();
    await this.#maintenance.close();
    await this.#timely?.close();
    await this.#messages.close();
    await this.#embedding.close();
    this.#rerankers?.close();
    await this.#dropViews();
    this.#context.leases.close();
    await this.#context.store.close();
  }

  async #dropViews(scopeKeys?: readonly string[]): Promise<void> {
    await Promise.all([this.#views.drop(scopeKeys), this.#messages.drop(scopeKeys)]);
  }

  async #timeSearch(): Promise<TimeSearch> {
    const { TimeSearch } = await loadDeferred();
    return (this.#timely ??= new TimeSearch(this.#context, this.#views));
  }

  #announceEdit({ records, seq, opId }: Edited): void {
    if (records.length === 0) return;
    this.#announce(seq, [...new Set(records.map((record) => record.scopeKey))], opId);
  }

  #announce(seq: number, scopeKeys: string[], opId: string): void {
    this.#tabs.announce({ type: "committed", seq, scopeKeys, opId });
    this.#maintenance.wake();
  }
}

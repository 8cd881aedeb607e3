/** The engine on this thread: in a service worker, in Node, in tests, and inside our own Worker. */
import type { Embedder } from "../embed/embedder.ts";
import { hashingEmbedder } from "../embed/hashing.ts";
import { openTransformersEmbedder, type TransformersHooks } from "../embed/transformers.ts";
import { EngineError } from "../errors.ts";
import { systemRuntime, type Runtime } from "../runtime.ts";
import { scopeKeyOf } from "../scope.ts";
import { openIndexedDBStore } from "../store/indexeddb-store.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import type {
  AddResult,
  HistoryEntry,
  KeepsakeEvent,
  MemoryInfo,
  MemoryItem,
  PendingOp,
  Scope,
  SearchResult,
} from "../types.ts";
import { accept, cancel, claim, pending, preview, release } from "./accept.ts";
import { readClock } from "./clock.ts";
import { commit, textsOf } from "./commit.ts";
import type { EngineContext } from "./context.ts";
import * as edit from "./edit.ts";
import { Embedding, type EmbeddingPlan } from "./embedding.ts";
import type {
  AcceptRequest,
  ClaimedOp,
  ClaimOutcome,
  CommitRequest,
  EmbedderConfig,
  Engine,
  EngineOptions,
  FactQuery,
  ListRequest,
  RecallResult,
  SearchRequest,
  UpdateRequest,
} from "./engine.ts";
import { fillSpace } from "./fill.ts";
import { toItem, withMessages } from "./item.ts";
import { openLeases } from "./leases.ts";
import { Maintenance } from "./maintenance.ts";
import { recall } from "./recall.ts";
import { list, search } from "./search.ts";
import { openTabs, type Tabs } from "./tabs.ts";
import { Views } from "./views.ts";

/** What the app, or a worker file of its own, may put in place of ours. */
export interface EngineParts {
  /** An embedder of your own; `options.embedder` has no effect then. */
  embedder?: Embedder;
  /** Loads the transformers.js package, where a bundler cannot find it or another copy is wanted. */
  loadTransformers?: TransformersHooks["loadTransformers"];
  /** @default IndexedDB or memory, by `options.storage` */
  openStore?: (options: EngineOptions, onLost: (reason: string) => void) => Promise<Store>;
  runtime?: Runtime;
}

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
  return new InlineEngine(context, options, planOf(options.embedder, parts, onEvent));
}

function openStore({ name, storage }: EngineOptions, onLost: (reason: string) => void): Promise<Store> {
  const persists = storage === "indexeddb" || (storage === "auto" && typeof indexedDB !== "undefined");
  return persists ? openIndexedDBStore({ name, onLost }) : Promise.resolve(openMemoryStore());
}

function planOf(
  config: EmbedderConfig,
  { embedder, loadTransformers }: EngineParts,
  onEvent: (event: KeepsakeEvent) => void,
): EmbeddingPlan {
  if (embedder) return { first: null, load: async () => embedder };
  if (config.kind === "hashing") return { first: hashingEmbedder(), load: null };
  const hooks: TransformersHooks = {
    onProgress: (progress) => onEvent({ type: "model-progress", ...progress }),
    ...(loadTransformers && { loadTransformers }),
  };
  return {
    first: config.background ? hashingEmbedder() : null,
    load: () => openTransformersEmbedder(config, hooks),
  };
}

class InlineEngine implements Engine {
  readonly #context: EngineContext;
  readonly #name: string;
  readonly #embedding: Embedding;
  readonly #views: Views;
  readonly #maintenance: Maintenance;
  readonly #tabs: Tabs;
  #closed = false;

  constructor(context: EngineContext, options: EngineOptions, plan: EmbeddingPlan) {
    this.#context = context;
    this.#name = options.name;
    this.#views = new Views(context, options.index);
    this.#maintenance = new Maintenance(context, this.#views);
    this.#tabs = openTabs(context.store.kind === "indexeddb" ? options.name : null, context.emit);
    this.#embedding = new Embedding(plan, {
      fill: async (embedder, onProgress) => {
        const filled = await fillSpace(context, embedder, onProgress, () => this.#closed);
        // Vectors that came behind a view's back are not in the log.
        if (filled > 0) await this.#views.drop();
      },
      onState: (embedder) => context.emit({ type: "model-state", embedder }),
    });
    this.#embedding.start();
  }

  async accept(request: AcceptRequest): Promise<ClaimOutcome> {
    this.#assertOpen();
    const outcome = await accept(this.#context, request);
    if (outcome.status === "claimed") {
      this.#context.emit({ type: "pending", opId: request.opId, state: "accepted" });
    }
    return outcome;
  }

  async preview(request: AcceptRequest): Promise<ClaimedOp> {
    this.#assertOpen();
    return preview(this.#context, request);
  }

  async claim(opId: string): Promise<ClaimOutcome> {
    this.#assertOpen();
    return claim(this.#context, opId);
  }

  async release(opId: string, error: { code: string; message: string }, retryAfterMs: number): Promise<void> {
    this.#assertOpen();
    await release(this.#context, opId, error, retryAfterMs);
  }

  async recall(scope: Scope, facts: FactQuery[], topK: number): Promise<RecallResult> {
    this.#assertOpen();
    const embedder = await this.#embedding.answering();
    const vectors = await embedder.embed(facts.map((fact) => fact.text));
    const recalled = await this.#views.exactly(scopeKeyOf(scope), embedder, (view) =>
      recall(view, facts, vectors, topK),
    );
    this.#maintenance.wake();
    return { facts: recalled, kind: embedder.kind };
  }

  async commit(request: CommitRequest): Promise<AddResult> {
    this.#assertOpen();
    const vectors = await this.#embedding.vectorSets(textsOf(request.decisions));
    const { result, seq, scopeKey } = await commit(this.#context, request, vectors);
    this.#context.emit({ type: "pending", opId: request.opId, state: "committed" });
    this.#announce(seq, [scopeKey], request.opId);
    return result;
  }

  async cancel(opId: string): Promise<boolean> {
    this.#assertOpen();
    return cancel(this.#context, opId);
  }

  async pending(): Promise<PendingOp[]> {
    this.#assertOpen();
    return pending(this.#context);
  }

  async search({ scope, ...request }: SearchRequest): Promise<SearchResult[]> {
    this.#assertOpen();
    const embedder = await this.#embedding.answering();
    const vector = await embedder.embedOne(request.query);
    const results = await this.#views.carrying(scope, embedder, (views) =>
      search(views, request, vector, embedder.kind),
    );
    this.#maintenance.wake();
    return results;
  }

  async list({ scope, filter, topK }: ListRequest): Promise<MemoryItem[]> {
    this.#assertOpen();
    const tables = ["scopes", "memories"] as const;
    const records = await this.#context.store.read([...tables], (tx) => edit.recordsCarrying(tx, scope));
    return list(records, filter, topK);
  }

  async get(id: string): Promise<MemoryItem | null> {
    this.#assertOpen();
    return this.#context.store.read(["memories", "messages"], async (tx) => {
      const record = await tx.get("memories", id);
      return record && !record.deletedAt ? withMessages(tx, record) : null;
    });
  }

  async update(request: UpdateRequest): Promise<MemoryItem> {
    this.#assertOpen();
    const texts = request.text === undefined ? [] : [request.text];
    const edited = await edit.update(this.#context, request, await this.#embedding.vectorSets(texts));
    this.#announceEdit(edited);
    return toItem(edited.records[0]!);
  }

  async delete(id: string): Promise<void> {
    this.#assertOpen();
    this.#announceEdit(await edit.remove(this.#context, id));
  }

  async deleteAll(scope: Scope): Promise<number> {
    this.#assertOpen();
    const edited = await edit.removeAll(this.#context, scope);
    this.#announceEdit(edited);
    return edited.records.length;
  }

  async history(id: string): Promise<HistoryEntry[]> {
    this.#assertOpen();
    return edit.history(this.#context, id);
  }

  async reset(): Promise<void> {
    this.#assertOpen();
    await edit.reset(this.#context);
    await this.#views.drop();
  }

  async modelReady(): Promise<void> {
    this.#assertOpen();
    await this.#embedding.settle();
  }

  async info(): Promise<MemoryInfo> {
    this.#assertOpen();
    const { clock, waiting } = await this.#context.store.read(["meta", "pending"], async (tx) => ({
      clock: await readClock(tx),
      waiting: await tx.count("pending"),
    }));
    const views = this.#views.loaded();
    return {
      name: this.#name,
      engine: "inline",
      storage: this.#context.store.kind,
      seq: clock.seq,
      memories: clock.memories,
      pending: waiting,
      embedder: this.#embedding.info(),
      index: {
        lastPath: views.at(-1)?.vectors.lastPath ?? "none",
        loadedScopes: views.length,
        hnswRows: views.reduce((sum, view) => sum + view.vectors.hnswRows, 0),
      },
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#tabs.close();
    await this.#maintenance.close();
    await this.#embedding.close();
    await this.#views.drop();
    this.#context.leases.close();
    await this.#context.store.close();
  }

  #announceEdit({ records, seq, opId }: edit.Edited): void {
    if (records.length === 0) return;
    this.#announce(seq, [...new Set(records.map((record) => record.scopeKey))], opId);
  }

  #announce(seq: number, scopeKeys: string[], opId: string): void {
    this.#tabs.announce({ type: "committed", seq, scopeKeys, opId });
    this.#maintenance.wake();
  }

  #assertOpen(): void {
    if (this.#closed) throw new EngineError("closed", "keepsake: the engine is closed. Make a new Memory.");
  }
}

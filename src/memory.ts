/// <reference lib="esnext.disposable" preserve="true" />
/** The front door. */
import { untilAborted } from "./abort.ts";
import { checkOptions } from "./check-options.ts";
import { Recalled } from "./add/recalled.ts";
import type { EntityCount, ImportResult, UndoResult } from "./engine/results.ts";
import { EngineError } from "./errors.ts";
import { InOrder } from "./in-order.ts";
import { loadFlow, openEngine, type Opened } from "./open-engine.ts";
import type {
  AddOptions,
  CallOptions,
  ExportOptions,
  FlushResult,
  GetAllOptions,
  GetAllResult,
  GraphOptions,
  MemoryOptions,
  ReadyOptions,
  ScopedOptions,
  SearchOptions,
  UpdateEntry,
  UpdateFields,
} from "./options.ts";
import { toGraphRequest } from "./graph-options.ts";
import type { KeepsakeExport } from "./portable/format.ts";
import {
  copyOf,
  toCursor,
  toExportRequest,
  toFeedback,
  toIds,
  toListRequest,
  toMode,
  toScopeOnly,
  toUpdateRequest,
  toUpdateRequests,
  toView,
} from "./requests.ts";
import { systemRuntime } from "./runtime.ts";
import { scopeKeyOf } from "./scope.ts";
import type { KeepsakeEvent, MemoryInfo } from "./info.ts";
import type {
  AddResult,
  Feedback,
  Graph,
  HistoryEntry,
  MemoryItem,
  MessageInput,
  PendingOp,
  Relation,
  SearchResult,
} from "./types.ts";
import { checkSignal, toGivenId, toQuery, toScope, toText, toThreshold, toTopK } from "./validate.ts";
import { Watchers } from "./watchers.ts";

const DEFAULT_LLM_TIMEOUT_MS = 120_000;

/**
 * Long-term memory on this device.
 *
 * Nothing starts before the first call: the constructor only checks its options. Every method may reject
 * with an {@link EngineError} (`engine_start`, `engine_crashed`, `closed`) or a {@link StoreError}.
 *
 * @example
 * const memory = new Memory();
 * await memory.add("I moved to Hamburg.", { userId: "alice" });
 * const { results } = await memory.search("moved to which city?", { userId: "alice" });
 */
export class Memory {
  readonly #options: MemoryOptions;
  readonly #watchers = new Watchers();
  readonly #recalled = new Recalled();
  #opened: Promise<Opened> | null = null;
  /** By scope. */
  readonly #intakes = new InOrder();
  #closed = false;

  /** @throws {InvalidInputError} for options that contradict each other */
  constructor(options: MemoryOptions = {}) {
    checkOptions(options);
    this.#options = options;
  }

  /**
   * Extracts what is worth remembering, resolves it against what is known in exactly this scope, stores it.
   * Adds of one scope are applied in the order of the calls.
   * @returns what became of each fact; empty where nothing was worth remembering
   * @throws {InvalidInputError} nothing is stored
   * @throws {LLMError} {LLMOutputError} the op stays pending (`error.details.opId`); `flush()` tries again
   */
  async add(messages: string | MessageInput | MessageInput[], options: AddOptions): Promise<AddResult> {
    const scope = toScope(options, "add");
    const { signal } = options;
    checkSignal(signal);
    const { trace, dryRun, accepted } = toMode(options);
    const opId = options.opId === undefined ? this.#runtime.randomId() : toText(options.opId, "opId");
    // As they are now: the caller may go on with its lists while they are read.
    const given = { messages: copyOf(messages), options: copyOf(options), scope, opId };
    const { llm, defaults = {} } = this.#options;
    const request = this.#open(signal).then(({ flow }) => flow.toAddRequest({ ...given, defaults, hasLLM: !!llm }));
    request.catch(() => undefined);
    const intake = this.#intakes.run(scopeKeyOf(scope), async () => {
      // Whatever reading takes: ops are accepted in the order of the calls.
      const read = await untilAborted(request, signal);
      const { queue } = await this.#open(signal);
      if (dryRun) return { result: queue.preview(read, { signal, trace }) };
      // Who waits for the acceptance only is told that the op is safe: a later abort must not take that back.
      return queue.accept(read, { signal: accepted ? undefined : signal, trace, onAbort: "cancel" });
    });
    const { result } = await untilAborted(intake, signal);
    return accepted && !dryRun ? { opId, results: [], pending: true } : result;
  }

  /**
   * Memories that carry every id of the scope, by meaning and by words, best first; with `graph` also the relations
   * around them, those of the best memory first.
   * @throws {InvalidInputError} {EmbedderError}
   */
  async search(query: string, options: SearchOptions): Promise<{ results: SearchResult[]; relations?: Relation[] }> {
    const request = {
      ...toQuery(options, "search"),
      ...toView(options),
      query: toText(query, "the query"),
      topK: toTopK(options.topK ?? options.top_k ?? options.limit),
      threshold: toThreshold(options.threshold),
      ...(options.explain === true && { explain: true }),
      ...(options.graph === true && { graph: true }),
    };
    const results = await this.#call(options.signal, ({ engine }) => engine.search(request));
    this.#recalled.note(results);
    if (!options.graph) return { results };
    const { topK: _topK, threshold: _threshold, explain: _explain, graph: _graph, ...view } = request;
    const around = { ...view, memoryIds: results.map((result) => result.id) };
    return { results, relations: await this.#call(options.signal, ({ engine }) => engine.relationsAround(around)) };
  }

  /**
   * The entities and relations that adds with `graph` kept, in the scopes that carry every id: all of them, or those
   * around one entity. Empty for an entity that is not known.
   * @throws {InvalidInputError}
   * @example
   * const { nodes, edges } = await memory.graph({ userId: "alice", entity: "Anna", depth: 2 });
   */
  async graph(options: GraphOptions): Promise<Graph> {
    const request = toGraphRequest(options);
    return this.#call(options.signal, ({ engine }) => engine.graph(request));
  }

  /** The memory, or null. Deleted ones are null. */
  get(id: string, { signal }: CallOptions = {}): Promise<MemoryItem | null> {
    return this.#call(signal, ({ engine }) => engine.get(toGivenId(id)));
  }

  /**
   * Memories that carry every id of the scope, newest created first: an order that updates do not move, so that pages
   * stay whole. With `nextCursor` there are more: pass it as `cursor`.
   * @example
   * let cursor: string | null = null;
   * do {
   *   const page = await memory.getAll({ userId: "alice", pageSize: 100, cursor });
   *   cursor = page.nextCursor;
   * } while (cursor);
   * @throws {InvalidInputError}
   */
  async getAll(options: GetAllOptions): Promise<GetAllResult> {
    const request = toListRequest(options);
    const { results, next } = await this.#call(options.signal, ({ engine }) => engine.list(request));
    return { results, nextCursor: toCursor(next) };
  }

  /**
   * Changes a memory, or up to 1000 at once, all or none. The version before stays in its history.
   * @example
   * await memory.update(id, "User likes green tea");
   * await memory.update([{ id, metadata: { checked: true } }]);
   * @throws {InvalidInputError} invalid_input, for a new text of an immutable memory too; not_found
   *   (`details.index`: its position in the batch)
   */
  update(id: string, change: string | UpdateFields, options?: CallOptions): Promise<MemoryItem>;
  update(changes: UpdateEntry[], options?: CallOptions): Promise<MemoryItem[]>;
  async update(
    target: string | UpdateEntry[],
    change: string | UpdateFields | CallOptions = {},
    options: CallOptions = {},
  ): Promise<MemoryItem | MemoryItem[]> {
    if (Array.isArray(target)) {
      const requests = toUpdateRequests(target);
      return this.#call((change as CallOptions | null)?.signal, ({ engine }) => engine.updateMany(requests));
    }
    const request = toUpdateRequest(target, change as string | UpdateFields);
    return this.#call(options.signal, ({ engine }) => engine.update(request));
  }

  /**
   * Deletes softly, one or up to 1000 at once, all or none: gone from every read but `history`.
   * @throws {InvalidInputError} not_found (`details.index`: its position in the batch)
   */
  async delete(target: string | string[], { signal }: CallOptions = {}): Promise<void> {
    const ids = toIds(Array.isArray(target) ? target : [target]);
    await this.#call(signal, ({ engine }) => engine.deleteMany(ids));
  }

  /** Deletes softly all that carry every id of the scope. Refuses without a scope, and with a filter. */
  async deleteAll(options: ScopedOptions): Promise<{ deleted: number }> {
    const scope = toScopeOnly(options, "deleteAll");
    return { deleted: await this.#call(options.signal, ({ engine }) => engine.deleteAll(scope)) };
  }

  /**
   * Deletes a memory, or everything of the scopes that carry the ids, and purges it: versions, results of adds,
   * vectors, relations and the messages it came from, in one transaction. A scope's waiting ops and messages go too.
   * It cannot be undone. Of a memory's source messages nothing stays, also where another memory came from them.
   * @returns how many memories, soft-deleted ones included
   * @example
   * await memory.forget({ userId: "alice" });
   * @throws {InvalidInputError} not_found, for an id; invalid_input without a scope, or with a filter
   */
  async forget(target: string | ScopedOptions, options: CallOptions = {}): Promise<{ forgotten: number }> {
    const isId = typeof target === "string";
    const what = isId ? { id: target } : { scope: toScopeOnly(target, "forget") };
    const signal = isId ? options.signal : (target.signal ?? options.signal);
    return { forgotten: await this.#call(signal, ({ engine }) => engine.forget(what)) };
  }

  /**
   * Takes back what one op changed: an add, or a later update, delete, feedback or undo (`history` tells the ops).
   * Text, metadata and times are as they were before it. Itself an op that can be undone. Result and messages
   * of the op stay: adding with the same `opId` again stores nothing.
   * @example
   * const { opId } = await memory.add("I moved to Hamburg.", { userId: "alice" });
   * await memory.undo(opId);
   * @throws {InvalidInputError} not_found
   * @throws {ConflictError} conflict, where newer changes stand on it: `details.blockedBy` lists them as
   *   `{ id, opId, seq }`, oldest first; undo those first, newest first
   */
  undo(opId: string, { signal }: CallOptions = {}): Promise<UndoResult> {
    return this.#call(signal, async ({ engine }) => engine.undo(toText(opId, "opId")));
  }

  /**
   * Keeps on a memory what the app's user thinks of it; null clears. Leaves text, `updatedAt` and order alone.
   * @throws {InvalidInputError} invalid_input, not_found
   */
  async feedback(id: string, given: Feedback | null, { signal }: CallOptions = {}): Promise<MemoryItem> {
    const checked = toFeedback(given);
    return this.#call(signal, ({ engine }) => engine.feedback(id, checked));
  }

  /** Who has memories, and how many: users, agents, apps, runs; each by id. */
  entities({ signal }: CallOptions = {}): Promise<EntityCount[]> {
    return this.#call(signal, ({ engine }) => engine.entities());
  }

  /**
   * Everything of a scope, or of `all`, as one JSON value (`docs/export-format.md`): memories (deleted ones too), their
   * history, messages, relations. Equal databases give equal files. Ops that still wait are not in it: `flush()` first.
   * @example
   * const file = JSON.stringify(await memory.export({ all: true }));
   * @throws {InvalidInputError} without a scope or `all: true`
   */
  async export(options: ExportOptions): Promise<KeepsakeExport> {
    const request = toExportRequest(options);
    return this.#call(options.signal, ({ engine }) => engine.export(request));
  }

  /**
   * Takes in an export of ours, or what mem0's `get_all` or vector store gave; parsed, or as text. A memory that is
   * there already in the same or a newer revision stays as it is, so the same file again changes nothing. Written in
   * parts: after an abort, another import of the same file goes on.
   * @example
   * const { added } = await memory.import(file);
   * @throws {InvalidInputError} that names the place in the file; nothing is imported
   */
  async import(file: unknown, { signal }: CallOptions = {}): Promise<ImportResult> {
    const [{ importFile }, { engine }] = await Promise.all([import("./portable/import.ts"), this.#open(signal)]);
    const nowIso = new Date(this.#runtime.now()).toISOString();
    return untilAborted(importFile(engine, file, { nowIso, signal }), signal);
  }

  /** Every version of a memory, newest first; empty for an unknown id. */
  history(id: string, { signal }: CallOptions = {}): Promise<HistoryEntry[]> {
    return this.#call(signal, ({ engine }) => engine.history(toGivenId(id)));
  }

  /** Deletes everything in this database, of all scopes, history and pending ops included. */
  reset({ signal }: CallOptions = {}): Promise<void> {
    return this.#call(signal, ({ engine }) => engine.reset());
  }

  /** Ops that were accepted and wait, in order of acceptance, each with its last error. */
  pending({ signal }: CallOptions = {}): Promise<PendingOp[]> {
    return this.#call(signal, ({ engine }) => engine.pending());
  }

  /** Drops a pending op. False where it was not pending. */
  cancel(opId: string, { signal }: CallOptions = {}): Promise<boolean> {
    return this.#call(signal, ({ queue }) => queue.cancel(toGivenId(opId)));
  }

  /**
   * Tries every pending op now, with the LLM of this instance or, without one, by the rules.
   * Does not reject for an op that fails again.
   */
  async flush({ signal }: CallOptions = {}): Promise<FlushResult> {
    checkSignal(signal);
    const { engine, queue } = await this.#open(signal);
    const results = await queue.drain("all", signal);
    return { results, pending: await engine.pending() };
  }

  /** What is in use and what is stored: engine, storage, embedder, counts. */
  info({ signal }: CallOptions = {}): Promise<MemoryInfo> {
    return this.#call(signal, ({ engine }) => engine.info());
  }

  /** Opens now instead of at the first call; with `model`, waits for the model as well. */
  ready({ signal, model = false }: ReadyOptions = {}): Promise<void> {
    return this.#call(signal, async ({ engine }) => {
      if (model) await engine.modelReady();
    });
  }

  /** What happens inside, from now on: commits of any tab, model loading, pending ops. */
  watch({ signal }: CallOptions = {}): AsyncIterableIterator<KeepsakeEvent> {
    checkSignal(signal);
    return this.#watchers.watch(signal);
  }

  /** Ends the worker and the connection. Ops at work stay pending. Later calls reject with `closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    globalThis.removeEventListener?.("online", this.#resume);
    const opened = await this.#opened?.catch(() => null);
    try {
      await opened?.queue.close();
      await opened?.engine.close();
    } finally {
      this.#watchers.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #runtime() {
    return this.#options.runtime ?? systemRuntime;
  }

  async #call<T>(signal: AbortSignal | undefined, body: (opened: Opened) => Promise<T>): Promise<T> {
    checkSignal(signal);
    return untilAborted(this.#open(signal).then(body), signal);
  }

  #open(signal: AbortSignal | undefined): Promise<Opened> {
    if (this.#closed)
      return Promise.reject(new EngineError("closed", "keepsake: this Memory is closed. Make a new one."));
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    this.#opened ??= this.#start().catch((error: unknown) => {
      // The next call may try again: a blocking tab may have been closed.
      this.#opened = null;
      throw error;
    });
    return untilAborted(this.#opened, signal);
  }

  async #start(): Promise<Opened> {
    const { llm = null, llmTimeoutMs = DEFAULT_LLM_TIMEOUT_MS } = this.#options;
    // The add flow is most of the library's code, and loads while the worker starts.
    const [flow, engine] = await Promise.all([
      loadFlow(),
      openEngine(this.#options, {
        onEvent: (event) => this.#watchers.emit(event),
        // The next call opens a new one, which finds what was accepted.
        onDead: () => (this.#opened = null),
      }),
    ]);
    const queue = new flow.OpQueue({
      engine,
      llm,
      llmTimeoutMs,
      runtime: this.#runtime,
      recalled: this.#recalled,
      emit: (event) => this.#watchers.emit(event),
    });
    globalThis.addEventListener?.("online", this.#resume);
    // What waited since the last time is taken up in the background; `pending()` tells how it goes.
    queue.drain("waiting").catch(() => undefined);
    return { engine, queue, flow };
  }

  readonly #resume = (): void => {
    this.#opened?.then(({ queue }) => queue.drain("waiting")).catch(() => undefined);
  };
}

/// <reference lib="esnext.disposable" preserve="true" />
/** The front door. */
import { untilAborted } from "./abort.ts";
import { checkCall } from "./input/check-call.ts";
import { checkOptions } from "./input/check-options.ts";
import { toFlag } from "./input/checks.ts";
import { copyOf } from "./input/copy.ts";
import type { EntityCount, ImportResult, UndoResult } from "./engine/results.ts";
import { InOrder } from "./in-order.ts";
import type {
  AddOptions,
  CallOptions,
  ConsolidateOptions,
  EditOptions,
  ExportOptions,
  FlushResult,
  GetAllOptions,
  GetAllResult,
  GraphOptions,
  MemoryOptions,
  ReadyOptions,
  ScopedOptions,
  SearchAnswer,
  SearchOptions,
  UpdateEntry,
  UpdateFields,
} from "./options.ts";
import { loadPart } from "./load-part.ts";
import type { KeepsakeExport } from "./portable/format.ts";
import type { Call } from "./input/option-names.ts";
import { scopeKeyOf } from "./scope.ts";
import { Session, type Flow } from "./session.ts";
import type { KeepsakeEvent, MemoryInfo } from "./info.ts";
import type {
  AddResult,
  ConsolidateResult,
  Feedback,
  Graph,
  HistoryEntry,
  MemoryItem,
  MessageInput,
  PendingOp,
} from "./types.ts";

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
  readonly #session: Session;
  /** By scope. */
  readonly #intakes = new InOrder();

  /** @throws {InvalidInputError} for options that are not known, of no use, or contradict each other */
  constructor(options: MemoryOptions = {}) {
    checkOptions(options);
    this.#options = options;
    this.#session = new Session(options);
  }

  /**
   * Extracts what is worth remembering, resolves it against what is known in exactly this scope, stores it.
   * Adds of one scope are applied in the order of the calls.
   * @returns what became of each fact; empty where nothing was worth remembering
   * @throws {InvalidInputError} nothing is stored
   * @throws {LLMError} {LLMOutputError} the op stays pending (`error.details.opId`); `flush()` tries again
   */
  async add(messages: string | MessageInput | readonly MessageInput[], options: AddOptions): Promise<AddResult> {
    const signal = checkCall("add", options);
    const { llm, defaults = {} } = this.#options;
    // As they are now: the caller may go on with its lists while they are read.
    const given = { messages: copyOf(messages), options: copyOf(options), defaults, hasLLM: llm !== undefined };
    const intake = this.#session.read(({ readAdd }) => {
      const { scope, opId, mode, request } = readAdd(given, this.#session.runtime);
      return this.#intakes.run(scopeKeyOf(scope), async () => {
        // Whatever reading takes: ops are accepted in the order of the calls.
        const read = await untilAborted(request, signal);
        const { queue } = await this.#session.open(signal);
        if (mode.dryRun) return { result: queue.preview(read, { signal, trace: mode.trace }) };
        if (!mode.accepted) return queue.accept(read, { signal, trace: mode.trace, onAbort: "cancel" });
        // Who waits for the acceptance only is told that the op is safe: a later abort must not take that back.
        await queue.accept(read, { trace: mode.trace, onAbort: "cancel" });
        return { result: { opId, results: [], pending: true as const } };
      });
    }, signal);
    const { result } = await intake;
    return result;
  }

  /**
   * Compares the memories of exactly this scope with each other: what says the same becomes one, what was overtaken is
   * folded into what holds, and with an LLM patterns in many memories become memories of their own. It looks at what has
   * changed since the last time, in the turn of the scope's adds; `undo(opId)` takes all of it back.
   * @returns what became of each memory; empty where there was nothing to do
   * @throws {InvalidInputError} {LLMError} {LLMOutputError} {EmbedderError} {ConflictError} nothing is changed
   * @example
   * const { results } = await memory.consolidate({ userId: "alice" });
   */
  async consolidate(options: ConsolidateOptions): Promise<ConsolidateResult> {
    const given = copyOf(options);
    const signal = checkCall("consolidate", options);
    const by = { hasLLM: this.#options.llm !== undefined, runtime: this.#session.runtime };
    const call = await this.#session.read(({ readConsolidate }) => readConsolidate(given, by), signal);
    return this.#session.call(signal, ({ queue }) => queue.consolidate({ ...call, signal }));
  }

  /**
   * Memories that carry every id of the scope, by meaning and by words, best first; with `graph` also the relations
   * around them, those of the best memory first. What the query says about time counts (`docs/time.md`). With `rerank`
   * or `criteria` the best are put in order by the reranker or the LLM; where that fails they stay as they are, and
   * `answer.rerank` says so. With `include` also the kept messages themselves, or those alone.
   * @example
   * const { results, messages } = await memory.search("tea", { userId: "alice", include: ["memories", "messages"] });
   * @throws {InvalidInputError} {EmbedderError}
   */
  async search(query: string, options: SearchOptions): Promise<SearchAnswer> {
    const given = copyOf(options);
    const signal = checkCall("search", options);
    const { request, messages, around, rerank, fields, pick } = await this.#session.read(
      (flow) => ({ pick: flow.pick, ...flow.readSearch(query, given, this.#options) }),
      signal,
    );
    const [ranked, found] = await this.#session.call(signal, ({ engine, flow }) =>
      Promise.all([
        flow.searchReranked({ engine, options: this.#options, signal }, request, rerank),
        messages && engine.searchMessages(messages),
      ]),
    );
    this.#session.handedOut.note((request ?? messages!).scope, ranked.results);
    if (found) this.#session.handedOut.noteMessages(messages!.scope, found);
    const answer = { ...ranked, results: pick(ranked.results, fields) };
    const lists = found ? { ...answer, messages: found } : answer;
    if (!around) return lists;
    // A memory may be there as it is and as it was.
    const near = { ...around, memoryIds: [...new Set(ranked.results.map((result) => result.id))] };
    const relations = await this.#session.call(signal, ({ engine }) => engine.relationsAround(near));
    return { ...lists, relations };
  }

  /**
   * The entities and relations that adds with `graph` kept, in the scopes that carry every id: all of them, or those
   * around one entity. Empty for an entity that is not known.
   * @throws {InvalidInputError}
   * @example
   * const { nodes, edges } = await memory.graph({ userId: "alice", entity: "Anna", depth: 2 });
   */
  async graph(options: GraphOptions): Promise<Graph> {
    const given = copyOf(options);
    const signal = checkCall("graph", options);
    const request = await this.#session.read(({ toGraphRequest }) => toGraphRequest(given), signal);
    return this.#session.call(signal, ({ engine }) => engine.graph(request));
  }

  /** The memory, or null. Deleted ones are null. */
  async get(id: string, options: CallOptions = {}): Promise<MemoryItem | null> {
    const signal = checkCall("get", options);
    const given = await this.#session.read(({ toGivenId }) => toGivenId(id), signal);
    return this.#session.call(signal, ({ engine }) => engine.get(given));
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
    const given = copyOf(options);
    const signal = checkCall("getAll", options);
    const [request, fields, { toCursor, pick }] = await this.#session.read(
      (flow) => [flow.toListRequest(given), flow.toFields(given.fields, "getAll"), flow] as const,
      signal,
    );
    const { results, next } = await this.#session.call(signal, ({ engine }) => engine.list(request));
    this.#session.handedOut.note(request.scope, results);
    return { results: pick(results, fields), nextCursor: toCursor(next, request.scope) };
  }

  /**
   * Changes a memory, or up to 1000 at once, all or none. The version before stays in its history.
   * @example
   * await memory.update(id, "User likes green tea");
   * await memory.update([{ id, metadata: { checked: true } }]);
   * @throws {InvalidInputError} invalid_input, for a new text of an immutable memory too; not_found
   *   (`details.index`: its position in the batch)
   */
  update(id: string, change: string | UpdateFields, options?: EditOptions): Promise<MemoryItem>;
  update(changes: readonly UpdateEntry[], options?: EditOptions): Promise<MemoryItem[]>;
  async update(
    target: string | readonly UpdateEntry[],
    change: string | UpdateFields | EditOptions = {},
    options: EditOptions = {},
  ): Promise<MemoryItem | MemoryItem[]> {
    const given = copyOf(Array.isArray(target) ? target : change);
    const { signal, read } = this.#edit(Array.isArray(target) ? change : options, "update");
    if (Array.isArray(target)) {
      const [requests, opId] = await read((flow) => flow.toUpdateRequests(given as UpdateEntry[]));
      return this.#session.call(signal, ({ engine }) => engine.update(requests, opId));
    }
    const [request, opId] = await read((flow) => flow.toUpdateRequest(target, given as string | UpdateFields));
    return this.#session.call(signal, async ({ engine }) => (await engine.update([request], opId))[0]!);
  }

  /**
   * Deletes softly, one or up to 1000 at once, all or none: gone from every read but `history`.
   * @throws {InvalidInputError} not_found (`details.index`: its position in the batch)
   */
  async delete(target: string | readonly string[], options: EditOptions = {}): Promise<void> {
    const given = Array.isArray(target) ? [...target] : [target];
    const { signal, read } = this.#edit(options, "delete");
    const [ids, opId] = await read(({ toIds }) => toIds(given));
    await this.#session.call(signal, ({ engine }) => engine.delete(ids, opId));
  }

  /**
   * Deletes softly all that carry every id of the scope. Adds of it that still wait are cancelled, with their messages,
   * and `undo` does not bring those back.
   * @throws {InvalidInputError} without a scope, and with a filter
   */
  async deleteAll(options: ScopedOptions & EditOptions): Promise<{ deleted: number }> {
    const given = copyOf(options);
    const { signal, read } = this.#edit(options, "deleteAll");
    const [scope, opId] = await read(({ toScope }) => toScope(given, "deleteAll"));
    return { deleted: await this.#session.call(signal, ({ engine }) => engine.deleteAll(scope, opId)) };
  }

  /**
   * Deletes a memory, or everything of the scopes that carry the ids, and purges it: versions, results of adds,
   * vectors, relations and the messages it came from, in one transaction. A scope's waiting ops and messages go too.
   * It cannot be undone. Of a memory's source messages nothing stays, also where another memory came from them. What `consolidate` folded into
   * it, and patterns that it shows, go with it.
   * @returns how many memories, soft-deleted ones included
   * @example
   * await memory.forget({ userId: "alice" });
   * @throws {InvalidInputError} not_found, for an id; invalid_input without a scope, or with a filter
   */
  async forget(target: string | ScopedOptions, options: CallOptions = {}): Promise<{ forgotten: number }> {
    const given = copyOf(target);
    const own = typeof target === "string" ? undefined : checkCall("forget", target);
    const signal = own ?? checkCall("forget of an id", options);
    const what = await this.#session.read(
      ({ toScope }) => (typeof given === "string" ? { id: given } : { scope: toScope(given, "forget") }),
      signal,
    );
    return { forgotten: await this.#session.forgetting(signal, ({ engine }) => engine.forget(what)) };
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
  async undo(opId: string, options: EditOptions = {}): Promise<UndoResult> {
    const { signal, read } = this.#edit(options, "undo");
    const [given, undoId] = await read(({ toText }) => toText(opId, "opId"));
    return this.#session.call(signal, ({ engine }) => engine.undo(given, undoId));
  }

  /**
   * Keeps on a memory what the app's user thinks of it; null clears. Leaves text, `updatedAt` and order alone.
   * @throws {InvalidInputError} invalid_input, not_found
   */
  async feedback(id: string, given: Feedback | null, options: EditOptions = {}): Promise<MemoryItem> {
    const copy = copyOf(given);
    const { signal, read } = this.#edit(options, "feedback");
    const [checked, opId] = await read(({ toGivenId, toFeedback }) => [toGivenId(id), toFeedback(copy)] as const);
    return this.#session.call(signal, ({ engine }) => engine.feedback(...checked, opId));
  }

  /** Who has memories, and how many: users, agents, apps, runs; each by id. */
  async entities(options: CallOptions = {}): Promise<EntityCount[]> {
    return this.#session.call(checkCall("entities", options), ({ engine }) => engine.entities());
  }

  /**
   * Everything of a scope, or of `all`, as one JSON value (`docs/export-format.md`): memories (deleted ones too), their
   * history, messages, relations. Equal databases give equal files. Ops that still wait are not in it: `flush()` first.
   * @example
   * const file = JSON.stringify(await memory.export({ all: true }));
   * @throws {InvalidInputError} without a scope or `all: true`
   */
  async export(options: ExportOptions): Promise<KeepsakeExport> {
    const given = copyOf(options);
    const signal = checkCall("export", options);
    const request = await this.#session.read(({ toExportRequest }) => toExportRequest(given), signal);
    return this.#session.call(signal, ({ engine }) => engine.export(request));
  }

  /**
   * Takes in an export of ours, or what mem0's `get_all` or vector store gave; parsed, or as text. A memory that is
   * there already in the same or a newer revision stays as it is, so the same file again changes nothing. Written in
   * parts: after an abort, another import of the same file goes on. What mem0 gave comes as one op, which `undo` takes back.
   * @example
   * const { added, opId } = await memory.import(file);
   * @throws {InvalidInputError} that names the place in the file; nothing is imported
   */
  async import(file: unknown, options: CallOptions = {}): Promise<ImportResult> {
    const signal = checkCall("import", options);
    const [{ importFile }, { engine }] = await Promise.all([
      loadPart(() => import("./portable/import.ts")),
      this.#session.open(signal),
    ]);
    const { runtime } = this.#session;
    const at = { nowIso: new Date(runtime.now()).toISOString(), opId: runtime.randomId() };
    return untilAborted(importFile(engine, file, { ...at, signal }), signal);
  }

  /** Every version of a memory, newest first; empty for an unknown id. */
  async history(id: string, options: CallOptions = {}): Promise<HistoryEntry[]> {
    const signal = checkCall("history", options);
    const given = await this.#session.read(({ toGivenId }) => toGivenId(id), signal);
    return this.#session.call(signal, ({ engine }) => engine.history(given));
  }

  /** Deletes everything in this database, of all scopes, history and pending ops included. */
  async reset(options: CallOptions = {}): Promise<void> {
    return this.#session.forgetting(checkCall("reset", options), ({ engine }) => engine.reset());
  }

  /** Ops that were accepted and wait, in order of acceptance, each with its last error. */
  async pending(options: CallOptions = {}): Promise<PendingOp[]> {
    return this.#session.call(checkCall("pending", options), ({ engine }) => engine.pending());
  }

  /** Drops a pending op. False where it was not pending. */
  async cancel(opId: string, options: CallOptions = {}): Promise<boolean> {
    const signal = checkCall("cancel", options);
    const given = await this.#session.read(({ toGivenId }) => toGivenId(opId), signal);
    return this.#session.call(signal, ({ queue }) => queue.cancel(given));
  }

  /**
   * Tries every pending op now, with the LLM of this instance or, without one, by the rules.
   * Does not reject for an op that fails again.
   */
  async flush(options: CallOptions = {}): Promise<FlushResult> {
    const signal = checkCall("flush", options);
    const { engine, queue } = await this.#session.open(signal);
    const results = await queue.drain("all", signal);
    return { results, pending: await engine.pending() };
  }

  /** What is in use and what is stored: engine, storage, embedder, counts. */
  async info(options: CallOptions = {}): Promise<MemoryInfo> {
    return this.#session.call(checkCall("info", options), ({ engine }) => engine.info());
  }

  /** Opens now instead of at the first call; with `model`, waits for the model as well. */
  async ready(options: ReadyOptions = {}): Promise<void> {
    const signal = checkCall("ready", options);
    const withModel = toFlag((options as ReadyOptions | null)?.model, "model");
    return this.#session.call(signal, async ({ engine }) => {
      if (withModel) await engine.modelReady();
    });
  }

  /** What happens inside, from now on: commits of any tab, model loading, pending ops. */
  watch(options: CallOptions = {}): AsyncIterableIterator<KeepsakeEvent> {
    return this.#session.watch(checkCall("watch", options));
  }

  /** Ends the worker and the connection. Ops at work stay pending. Later calls reject with `closed`. */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** How an edit is read: what it is to do, beside its `opId`. */
  #edit(options: unknown, call: Call) {
    const signal = checkCall(call, options);
    const given = copyOf(options as EditOptions | null);
    const read = <R>(body: (flow: Flow) => R): Promise<[R, string | undefined]> =>
      this.#session.read((flow) => [body(flow), flow.toOpId(given)], signal);
    return { signal, read };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

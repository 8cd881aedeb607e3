/** The front door. */
import { untilAborted } from "./abort.ts";
import { Recalled } from "./add/recalled.ts";
import { toOpOptions } from "./add-options.ts";
import type { OpQueue } from "./add/queue.ts";
import type { Engine } from "./engine/engine.ts";
import { EngineError, InvalidInputError } from "./errors.ts";
import { isEmbedder, openEngine } from "./open-engine.ts";
import type {
  AddOptions,
  CallOptions,
  FlushResult,
  GetAllOptions,
  MemoryOptions,
  ReadyOptions,
  ScopedOptions,
  SearchOptions,
  UpdateFields,
} from "./options.ts";
import { systemRuntime } from "./runtime.ts";
import type {
  AddResult,
  HistoryEntry,
  KeepsakeEvent,
  MemoryInfo,
  MemoryItem,
  Message,
  MessageInput,
  OpOptions,
  PendingOp,
  Scope,
  SearchResult,
} from "./types.ts";
import { toMessages } from "./validate-messages.ts";
import { toMetadata, toQuery, toScope, toText, toThreshold, toTopK } from "./validate.ts";
import { Watchers } from "./watchers.ts";

const DEFAULT_LLM_TIMEOUT_MS = 120_000;

interface Opened {
  engine: Engine;
  queue: OpQueue;
}

/**
 * Long-term memory on this device.
 *
 * Nothing starts before the first call: the constructor only checks its options. Every method may reject
 * with an {@link EngineError} (`engine_start`, `engine_crashed`, `closed`) or a {@link StoreError}.
 *
 * @example
 * const memory = new Memory();
 * await memory.add("I moved to Hamburg.", { userId: "alice" });
 * const { results } = await memory.search("Where does she live?", { userId: "alice" });
 */
export class Memory {
  readonly #options: MemoryOptions;
  readonly #watchers = new Watchers();
  readonly #recalled = new Recalled();
  #opened: Promise<Opened> | null = null;
  /** The last `add` that was taken in. */
  #intake: Promise<unknown> = Promise.resolve();
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
    const { signal, trace = false, dryRun = false } = options;
    const { llm, defaults = {} } = this.#options;
    const op = toOpOptions(options, defaults, llm ? "llm" : "rules");
    const opId = options.opId === undefined ? this.#runtime.randomId() : toText(options.opId, "opId");
    // One after the other, whatever the messages take to read: so ops are accepted in the order of the calls.
    const intake = this.#intake.then(async () => {
      signal?.throwIfAborted();
      const list = await toMessages(messages);
      checkAdd(op, scope, list, llm !== undefined);
      const { queue } = await this.#open(signal);
      const request = { opId, scope, messages: list, options: op };
      if (dryRun) return { result: queue.preview(request, { signal, trace }) };
      return queue.accept(request, { signal, trace, onAbort: "cancel" });
    });
    this.#intake = intake.catch(() => undefined);
    const { result } = await untilAborted(intake, signal);
    return options.wait === "accepted" && !dryRun ? { opId, results: [], pending: true } : result;
  }

  /**
   * Memories that carry every id of the scope, by meaning and by words, best first.
   * @throws {InvalidInputError} {EmbedderError}
   */
  async search(query: string, options: SearchOptions): Promise<{ results: SearchResult[] }> {
    const request = {
      ...toQuery(options, "search"),
      query: toText(query, "the query"),
      topK: toTopK(options.topK),
      threshold: toThreshold(options.threshold),
    };
    const results = await this.#call(options.signal, ({ engine }) => engine.search(request));
    this.#recalled.note(results.map((result) => result.memory));
    return { results };
  }

  /** The memory, or null. Deleted ones are null. */
  get(id: string, { signal }: CallOptions = {}): Promise<MemoryItem | null> {
    return this.#call(signal, ({ engine }) => engine.get(id));
  }

  /** Memories that carry every id of the scope, newest first. */
  async getAll(options: GetAllOptions): Promise<{ results: MemoryItem[] }> {
    const topK = options.topK === undefined ? null : toTopK(options.topK);
    const request = { ...toQuery(options, "getAll"), topK };
    return { results: await this.#call(options.signal, ({ engine }) => engine.list(request)) };
  }

  /**
   * Changes a memory. The version before stays in its history.
   * @throws {InvalidInputError} invalid_input, not_found
   */
  update(id: string, change: string | UpdateFields, { signal }: CallOptions = {}): Promise<MemoryItem> {
    const { text, metadata } = typeof change === "string" ? { text: change, metadata: undefined } : change;
    if (text === undefined && metadata === undefined) {
      return Promise.reject(new InvalidInputError("keepsake: update needs a text, metadata, or both."));
    }
    return this.#call(signal, ({ engine }) =>
      engine.update({
        id,
        ...(text !== undefined && { text: toText(text, "the text") }),
        ...(metadata !== undefined && { metadata: toMetadata(metadata) }),
      }),
    );
  }

  /** Deletes softly: gone from every read but `history`. @throws {InvalidInputError} not_found */
  delete(id: string, { signal }: CallOptions = {}): Promise<void> {
    return this.#call(signal, ({ engine }) => engine.delete(id));
  }

  /** Deletes softly all that carry every id of the scope. Refuses without a scope. */
  async deleteAll(options: ScopedOptions): Promise<{ deleted: number }> {
    const scope = toScope(options, "deleteAll");
    return { deleted: await this.#call(options.signal, ({ engine }) => engine.deleteAll(scope)) };
  }

  /** Every version of a memory, newest first; empty for an unknown id. */
  history(id: string, { signal }: CallOptions = {}): Promise<HistoryEntry[]> {
    return this.#call(signal, ({ engine }) => engine.history(id));
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
    return this.#call(signal, ({ engine }) => engine.cancel(opId));
  }

  /**
   * Tries every pending op now, with the LLM of this instance or, without one, by the rules.
   * Does not reject for an op that fails again.
   */
  async flush({ signal }: CallOptions = {}): Promise<FlushResult> {
    const { engine, queue } = await this.#open(signal);
    const results = await queue.drain(true, signal);
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
    return this.#watchers.watch(signal);
  }

  /** Ends the worker and the connection. Ops at work stay pending. Later calls reject with `closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    globalThis.removeEventListener?.("online", this.#resume);
    const opened = await this.#opened?.catch(() => null);
    await opened?.queue.close();
    await opened?.engine.close();
    this.#watchers.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #runtime() {
    return this.#options.runtime ?? systemRuntime;
  }

  async #call<T>(signal: AbortSignal | undefined, body: (opened: Opened) => Promise<T>): Promise<T> {
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
    const [{ OpQueue }, engine] = await Promise.all([
      import("./add/queue.ts"),
      openEngine(this.#options, {
        onEvent: (event) => this.#watchers.emit(event),
        // The next call opens a new one, which finds what was accepted.
        onDead: () => (this.#opened = null),
      }),
    ]);
    const queue = new OpQueue({
      engine,
      llm,
      llmTimeoutMs,
      runtime: this.#runtime,
      recalled: this.#recalled,
      emit: (event) => this.#watchers.emit(event),
    });
    globalThis.addEventListener?.("online", this.#resume);
    // What waited since the last time is taken up in the background; `pending()` tells how it goes.
    queue.drain(false).catch(() => undefined);
    return { engine, queue };
  }

  readonly #resume = (): void => {
    this.#opened?.then(({ queue }) => queue.drain(false)).catch(() => undefined);
  };
}

/** What only an LLM can do is refused without one, before anything is stored. */
function checkAdd({ memoryType, images, infer }: OpOptions, scope: Scope, messages: Message[], hasLLM: boolean): void {
  if (memoryType === "procedural") {
    if (scope.agentId === undefined) throw new InvalidInputError('keepsake: memoryType "procedural" needs an agentId.');
    if (!infer) throw new InvalidInputError('keepsake: memoryType "procedural" has no meaning with infer: false.');
    if (!hasLLM) throw new InvalidInputError('keepsake: memoryType "procedural" needs an `llm` that sums up the run.');
  }
  if (!hasLLM && images !== "skip" && messages.some((message) => message.images)) {
    throw new InvalidInputError('keepsake: only an `llm` can describe images and PDFs. Configure one, or pass images: "skip".');
  }
}

function checkOptions({ engine, worker, embedder, name, llm }: MemoryOptions): void {
  if (engine !== undefined && engine !== "worker" && worker) {
    throw new InvalidInputError("keepsake: `worker` has no meaning with this engine. Drop one of the two.");
  }
  if (engine === "worker" && embedder !== undefined && isEmbedder(embedder)) {
    throw new InvalidInputError(
      'keepsake: an Embedder object cannot cross to a worker. Use engine: "inline", or a worker file of your own that calls serve({ embedder }).',
    );
  }
  if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
    throw new InvalidInputError("keepsake: name must be a string that is not empty.");
  }
  if (llm !== undefined && typeof llm !== "function") {
    throw new InvalidInputError("keepsake: llm must be a function that takes a request and returns the reply text.");
  }
}

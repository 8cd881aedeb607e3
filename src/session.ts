/** What stands behind a Memory from its first call on: the engine, the queue of its ops, and who watches them. */
import { checkSignal, untilAborted } from "./abort.ts";
import { Recalled } from "./add/recalled.ts";
import { readBackground } from "./consolidate-limits.ts";
import { EngineError } from "./errors.ts";
import type { KeepsakeEvent } from "./info.ts";
import { DEFAULT_LLM_TIMEOUT_MS } from "./llm-types.ts";
import { partLoader } from "./load-part.ts";
import { loadFlow, openEngine, type Flow, type Opened } from "./open-engine.ts";
import type { MemoryOptions } from "./options.ts";
import { systemRuntime, type Runtime } from "./runtime.ts";
import { Watchers } from "./watchers.ts";

export class Session {
  readonly recalled = new Recalled();
  readonly runtime: Runtime;
  readonly #options: MemoryOptions;
  readonly #watchers = new Watchers();
  readonly #flow = partLoader(loadFlow);
  #opened: Promise<Opened> | null = null;
  #closed = false;

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.runtime = options.runtime ?? systemRuntime;
  }

  /**
   * What the caller handed in, read while the engine opens: what cannot be read is told before an engine that cannot be
   * opened. Calls are read in the order they come, so nothing is awaited here before.
   */
  async read<R>(read: (flow: Flow) => R | Promise<R>, signal: AbortSignal | undefined): Promise<R> {
    checkSignal(signal);
    this.open(signal).catch(() => undefined);
    return untilAborted(this.#flow().then(read), signal);
  }

  async call<T>(signal: AbortSignal | undefined, body: (opened: Opened) => Promise<T>): Promise<T> {
    return untilAborted(this.open(signal).then(body), signal);
  }

  /** @throws {EngineError} closed, engine_start; {StoreError} */
  async open(signal: AbortSignal | undefined): Promise<Opened> {
    checkSignal(signal);
    if (this.#closed) throw new EngineError("closed", "keepsake: this Memory is closed. Make a new one.");
    signal?.throwIfAborted();
    this.#opened ??= this.#start().catch((error: unknown) => {
      // The next call may try again: a blocking tab may have been closed.
      this.#opened = null;
      throw error;
    });
    return untilAborted(this.#opened, signal);
  }

  watch(signal: AbortSignal | undefined): AsyncIterableIterator<KeepsakeEvent> {
    checkSignal(signal);
    return this.#watchers.watch(signal);
  }

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

  async #start(): Promise<Opened> {
    const { llm = null, llmTimeoutMs = DEFAULT_LLM_TIMEOUT_MS, consolidate } = this.#options;
    // The add flow is most of the library's code, and loads while the worker starts.
    const [flow, engine] = await Promise.all([
      this.#flow(),
      openEngine(this.#options, {
        onEvent: (event) => this.#watchers.emit(event),
        onDead: (death) => void this.#lose(death),
      }),
    ]);
    const queue = new flow.OpQueue({
      engine,
      llm,
      llmTimeoutMs,
      runtime: this.runtime,
      recalled: this.recalled,
      emit: (event) => this.#watchers.emit(event),
      background: consolidate ? readBackground(consolidate, llm !== null) : null,
    });
    globalThis.addEventListener?.("online", this.#resume);
    // What waited since the last time is taken up in the background; `pending()` tells how it goes.
    queue.drain("waiting").catch(() => undefined);
    return { engine, queue, flow };
  }

  /** The next call opens a new engine, which finds what was accepted. */
  async #lose(death: EngineError): Promise<void> {
    const lost = this.#opened;
    this.#opened = null;
    // One that died before it was open has no queue.
    const opened = await lost?.catch(() => null);
    opened?.queue.abandon(death);
  }

  readonly #resume = (): void => {
    this.#opened?.then(({ queue }) => queue.drain("waiting")).catch(() => undefined);
  };
}

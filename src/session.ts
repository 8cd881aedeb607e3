/** What stands behind a Memory from its first call on: the engine, the queue of its ops, and who watches them. */
import { checkSignal, untilAborted } from "./abort.ts";
import { HandedOut } from "./add/handed-out.ts";
import type { Engine } from "./engine/engine.ts";
import { EngineError } from "./errors.ts";
import type * as flow from "./flow.ts";
import type { KeepsakeEvent } from "./info.ts";
import { readBackground } from "./input/consolidate-limits.ts";
import { DEFAULT_LLM_TIMEOUT_MS } from "./llm-types.ts";
import { partLoader } from "./load-part.ts";
import { openEngine, type OpenHooks } from "./open-engine.ts";
import type { MemoryOptions } from "./options.ts";
import { systemRuntime, type Runtime } from "./runtime.ts";
import { Watchers } from "./watchers.ts";

export type Flow = typeof flow;

/** What a Memory works with from its first call on. */
export interface Opened {
  engine: Engine;
  flow: Flow;
  queue: flow.OpQueue;
}

export class Session {
  readonly handedOut = new HandedOut();
  readonly runtime: Runtime;
  readonly #options: MemoryOptions;
  readonly #watchers = new Watchers();
  /** Apart from the front door: most of the library's code, loaded while the worker starts. */
  readonly #flow = partLoader(() => import("./flow.ts"));
  #opened: Promise<Opened> | null = null;
  #closing: Promise<void> | null = null;

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

  /** A call that forgets: what was handed out before is forgotten with it. */
  forgetting<T>(signal: AbortSignal | undefined, body: (opened: Opened) => Promise<T>): Promise<T> {
    return this.call(signal, async (opened) => {
      const done = await body(opened);
      this.handedOut.clear();
      return done;
    });
  }

  /** @throws {EngineError} closed, engine_start; {StoreError} */
  async open(signal: AbortSignal | undefined): Promise<Opened> {
    checkSignal(signal);
    if (this.#closing) throw new EngineError("closed", "keepsake: this Memory is closed. Make a new one.");
    signal?.throwIfAborted();
    return untilAborted((this.#opened ??= this.#begin()), signal);
  }

  watch(signal: AbortSignal | undefined): AsyncIterableIterator<KeepsakeEvent> {
    checkSignal(signal);
    return this.#watchers.watch(signal);
  }

  /** Resolves when all is closed, however often it is called; a failure is told to the first caller. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing.catch(() => undefined);
    this.#closing = this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const opened = await this.#opened?.catch(() => null);
    globalThis.removeEventListener?.("online", this.#resume);
    try {
      await opened?.queue.close();
      await opened?.engine.close();
    } finally {
      this.#watchers.close();
    }
  }

  /** A start that fails, or whose engine dies, is forgotten: the next call makes another, and never loses that. */
  #begin(): Promise<Opened> {
    const forget = (): void => {
      if (this.#opened === opened) this.#opened = null;
    };
    const onDead = (death: EngineError): void => {
      forget();
      // One that died before it was open has no queue.
      opened.then(({ queue }) => queue.abandon(death)).catch(() => undefined);
    };
    const opened = this.#start({ onEvent: (event) => this.#watchers.emit(event), onDead });
    opened.catch(forget);
    return opened;
  }

  async #start(hooks: OpenHooks): Promise<Opened> {
    const opening = openEngine(this.#options, hooks);
    try {
      // The add flow is most of the library's code, and loads while the worker starts.
      return this.#assemble(...(await Promise.all([this.#flow(), opening])));
    } catch (error) {
      // One that opened all the same would be nobody's, and a worker serves one at a time.
      await opening.then((engine) => engine.close()).catch(() => undefined);
      throw error;
    }
  }

  #assemble(flow: Flow, engine: Engine): Opened {
    const { llm = null, llmTimeoutMs = DEFAULT_LLM_TIMEOUT_MS, consolidate } = this.#options;
    const queue = new flow.OpQueue({
      engine,
      llm,
      llmTimeoutMs,
      runtime: this.runtime,
      handedOut: this.handedOut,
      emit: (event) => this.#watchers.emit(event),
      background: consolidate ? readBackground(consolidate, llm !== null) : null,
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

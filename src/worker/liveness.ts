/**
 * Whether the worker is alive. A worker can fail to start without a word, die with an event that has no
 * message, or hang; comlink would wait forever in each case (comlink#601).
 */
import type { Endpoint } from "comlink";
import { EngineError } from "../errors.ts";

const START_TIMEOUT_MS = 30_000;
const PING_EVERY_MS = 5_000;
/**
 * Pings in a row that may go unanswered while a call waits. Counted in pings and not by the clock: while a
 * device sleeps, no ping is sent. 30 s is far beyond the longest batch of a model on a slow device.
 */
const MISSED_PINGS = 6;

const REMEDY =
  'With Vite 6 or 7 set optimizeDeps: { exclude: ["keepsake"] } and worker: { format: "es" }; with another bundler pass worker: () => new Worker(…) with a worker file of your own that says import "keepsake/worker", or engine: "inline".';

export interface LivenessHooks {
  onDead: (error: EngineError) => void;
  startTimeoutMs?: number;
  pingEveryMs?: number;
}

export class Liveness {
  readonly #worker: Endpoint;
  readonly #ping: () => Promise<number>;
  readonly #hooks: LivenessHooks;
  /** How to reject each call that waits. */
  readonly #waiting = new Set<(error: EngineError) => void>();
  #started = false;
  #over: EngineError | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #missed = 0;

  constructor(worker: Endpoint, ping: () => Promise<number>, hooks: LivenessHooks) {
    this.#worker = worker;
    this.#ping = ping;
    this.#hooks = hooks;
    worker.addEventListener("error", this.#onError);
    worker.addEventListener("messageerror", this.#onError);
  }

  get isOver(): boolean {
    return this.#over !== null;
  }

  /** Resolves with the protocol version when the worker's code runs. @throws {EngineError} engine_start */
  async start(): Promise<number> {
    const { startTimeoutMs = START_TIMEOUT_MS } = this.#hooks;
    const timer = setTimeout(() => {
      const message = `keepsake: the worker did not start within ${startTimeoutMs} ms. ${REMEDY}`;
      this.#die(new EngineError("engine_start", message));
    }, startTimeoutMs);
    try {
      const version = await this.watch(this.#ping);
      this.#started = true;
      return version;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Makes the call and settles like it, or rejects when the worker dies first. */
  watch<T>(call: () => Promise<T>): Promise<T> {
    if (this.#over) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.#keepPinging();
      call()
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(reject));
    });
  }

  /** Rejects what still waits; nothing is watched any more. */
  stop(): void {
    this.#end(new EngineError("closed", "keepsake: the engine is closed. Make a new Memory."));
  }

  readonly #onError = (event: Event): void => {
    // A broken worker file fires an event without a message in some browsers and dev servers.
    const said = "message" in event && typeof event.message === "string" ? event.message : "";
    const why = said === "" ? "" : ` (${said})`;
    const error = this.#started
      ? new EngineError("engine_crashed", `keepsake: the worker died${why}. The next call starts a new one.`, {
          retryable: true,
          details: { outcome: "unknown" },
        })
      : new EngineError("engine_start", `keepsake: the worker could not be started${why}. ${REMEDY}`);
    this.#die(error);
  };

  #keepPinging(): void {
    if (this.#timer !== undefined || !this.#started) return;
    this.#missed = 0;
    this.#timer = setInterval(() => this.#tick(), this.#hooks.pingEveryMs ?? PING_EVERY_MS);
  }

  #tick(): void {
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    if (this.#missed >= MISSED_PINGS) {
      const message = "keepsake: the worker does not answer any more. The next call starts a new one.";
      this.#die(new EngineError("engine_timeout", message, { retryable: true, details: { outcome: "unknown" } }));
      return;
    }
    this.#missed += 1;
    this.#ping().then(
      () => (this.#missed = 0),
      () => undefined,
    );
  }

  #die(error: EngineError): void {
    if (this.#over) return;
    this.#end(error);
    this.#hooks.onDead(error);
  }

  #end(error: EngineError): void {
    this.#over ??= error;
    clearInterval(this.#timer);
    this.#worker.removeEventListener("error", this.#onError);
    this.#worker.removeEventListener("messageerror", this.#onError);
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }
}

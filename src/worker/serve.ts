/** The worker's end: an engine behind comlink. */
import { expose, type Endpoint } from "comlink";
import { answerOf, isEngineCall } from "../engine/calls.ts";
import type { Engine, EngineOptions } from "../engine/engine.ts";
import { openInlineEngine, type EngineParts } from "../engine/inline-engine.ts";
import { askForDeferred } from "../engine/load-deferred.ts";
import { EngineError, toWire } from "../errors.ts";
import { PROTOCOL_VERSION, type Envelope, type EventMessage, type WorkerApi } from "./wire.ts";

/**
 * Serves one engine at a time to whoever made this worker; after a close the next may be opened. Call it once, at
 * the top of a worker file:
 *
 * @example
 * // my-worker.ts: a worker with an embedder of one's own
 * import { serve } from "keepsake/worker/serve";
 * serve({ embedder: myEmbedder });
 */
export function serve(parts: EngineParts = {}, endpoint: Endpoint = globalThis as unknown as Endpoint): void {
  // While the page asks for an engine.
  askForDeferred();
  const post = (message: EventMessage): void => endpoint.postMessage(message);
  const seat = new Seat((options) =>
    openInlineEngine(options, (event) => post({ type: "keepsake:event", event }), parts),
  );
  const api: WorkerApi = {
    ping: () => PROTOCOL_VERSION,
    open: (options) => inEnvelope(() => seat.open(options)),
    invoke: (call, args) =>
      inEnvelope(async () => {
        if (call === "close") return seat.close();
        // The list is the door: nothing else of the object can be reached.
        if (!isEngineCall(call)) throw new EngineError("engine_start", "keepsake: unknown call.");
        return answerOf(await seat.engine())(call, args);
      }),
  };
  expose(Object.freeze(api), outliving(endpoint));
}

/** Where the one engine of a worker sits. */
class Seat {
  readonly #make: (options: EngineOptions) => Promise<Engine>;
  #opened: Promise<Engine> | null = null;
  #closing: Promise<void> | null = null;

  constructor(make: (options: EngineOptions) => Promise<Engine>) {
    this.#make = make;
  }

  async open(options: EngineOptions): Promise<void> {
    // The one before may be on its way out; how that ended was told to whoever closed it.
    await this.#closing?.catch(() => undefined);
    if (this.#opened) {
      const message =
        "keepsake: this worker serves another Memory. One worker serves one Memory at a time: close that one first, or make another worker.";
      throw new EngineError("engine_start", message);
    }
    const opening = this.#make(options);
    this.#opened = opening;
    await opening.catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
  }

  engine(): Promise<Engine> {
    if (this.#opened) return this.#opened;
    return Promise.reject(new EngineError("engine_start", "keepsake: the worker was called before it was opened."));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => {
      this.#opened = null;
      this.#closing = null;
    });
    return this.#closing;
  }

  async #close(): Promise<void> {
    await (await this.engine()).close();
  }
}

/**
 * The same endpoint for longer: comlink stops to listen once a client lets go of its proxy, or is collected with it,
 * and a worker that the app made has the next client then.
 */
function outliving(endpoint: Endpoint): Endpoint {
  return {
    postMessage: (message, transfer) => endpoint.postMessage(message, transfer ?? []),
    addEventListener: (type, listener, options) => endpoint.addEventListener(type, listener, options),
    removeEventListener: () => undefined,
    start: () => endpoint.start?.(),
  };
}

async function inEnvelope(body: () => Promise<unknown>): Promise<Envelope> {
  try {
    return { ok: true, value: await body() };
  } catch (error) {
    return { ok: false, error: toWire(error) };
  }
}

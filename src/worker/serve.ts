/** The worker's end: an engine behind comlink. */
import { expose, type Endpoint } from "comlink";
import type { Engine } from "../engine/engine.ts";
import { openInlineEngine, type EngineParts } from "../engine/inline-engine.ts";
import { EngineError, toWire } from "../errors.ts";
import { PROTOCOL_VERSION, ENGINE_METHODS, type Envelope, type EventMessage, type WorkerApi } from "./wire.ts";

/**
 * Serves one engine to whoever made this worker. Call it once, at the top of a worker file:
 *
 * @example
 * // my-worker.ts: a worker with an embedder of one's own
 * import { serve } from "keepsake/worker/serve";
 * serve({ embedder: myEmbedder });
 */
export function serve(parts: EngineParts = {}, endpoint: Endpoint = globalThis as unknown as Endpoint): void {
  let opened: Promise<Engine> | null = null;
  const post = (message: EventMessage): void => endpoint.postMessage(message);
  const api: WorkerApi = {
    ping: () => PROTOCOL_VERSION,
    open: (options) =>
      inEnvelope(async () => {
        opened ??= openInlineEngine(options, (event) => post({ type: "keepsake:event", event }), parts);
        await opened.catch((error: unknown) => {
          opened = null;
          throw error;
        });
      }),
    invoke: (method, args) =>
      inEnvelope(async () => {
        if (!opened) throw new EngineError("engine_start", "keepsake: the worker was called before it was opened.");
        // The list is the door: nothing else of the object can be reached.
        if (!ENGINE_METHODS.includes(method)) throw new EngineError("engine_start", "keepsake: unknown call.");
        const engine = (await opened) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
        return engine[method]!(...args);
      }),
  };
  expose(Object.freeze(api), endpoint);
}

async function inEnvelope(body: () => Promise<unknown>): Promise<Envelope> {
  try {
    return { ok: true, value: await body() };
  } catch (error) {
    return { ok: false, error: toWire(error) };
  }
}

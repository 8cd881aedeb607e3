/** The page's end: an Engine whose calls go to a worker. Every call settles, whatever becomes of the worker (INV-11). */
import { releaseProxy, wrap, type Endpoint, type Remote } from "comlink";
import { engineOf, type Answer } from "../engine/calls.ts";
import type { Engine, EngineOptions } from "../engine/engine.ts";
import { EngineError, fromWire } from "../errors.ts";
import type { KeepsakeEvent } from "../info.ts";
import { Liveness } from "./liveness.ts";
import { isEventMessage, PROTOCOL_VERSION, type Envelope, type WorkerApi } from "./wire.ts";

/** A Worker, or in tests one end of a MessageChannel. */
export type WorkerLike = Endpoint & { terminate?: () => void };

export interface WorkerEngineHooks {
  onEvent: (event: KeepsakeEvent) => void;
  /** The worker died or hangs. Every pending call has been rejected with this error, and later ones will be. */
  onDead: (error: EngineError) => void;
  /** @default 30000 and 5000, in ms; tests shorten them */
  startTimeoutMs?: number;
  pingEveryMs?: number;
}

/** @throws {EngineError} engine_start, with the remedy; {StoreError} of the store behind it */
export async function openWorkerEngine(
  options: EngineOptions,
  worker: WorkerLike,
  hooks: WorkerEngineHooks,
): Promise<Engine> {
  // Kept for the engine's life: comlink drops the replies to a proxy that was collected.
  const remote = wrap<WorkerApi>(worker);
  const onMessage = ({ data }: MessageEvent<unknown>): void => {
    if (isEventMessage(data)) hooks.onEvent(data.event);
  };
  const end = once(() => {
    worker.removeEventListener("message", onMessage as unknown as EventListener);
    worker.terminate?.();
  });
  let isAsked = false;
  // One that hangs may wake up: it must not go on with the same database beside the next worker.
  const onDead = (error: EngineError): void => {
    end();
    // What the app made is not ended; where it wakes up, it makes room for the next.
    if (isAsked && !worker.terminate) void closeUnheard(remote);
    hooks.onDead(error);
  };
  const liveness = new Liveness(worker, () => remote.ping(), { ...hooks, onDead });
  worker.addEventListener("message", onMessage as unknown as EventListener);
  try {
    const version = await liveness.start();
    if (version !== PROTOCOL_VERSION) {
      const message = "keepsake: the worker file is of another version of the library. Rebuild it.";
      throw new EngineError("engine_start", message);
    }
    isAsked = true;
    unwrap(await liveness.watch<Envelope>(() => remote.open(options)));
  } catch (error) {
    liveness.stop();
    end();
    throw error;
  }
  return clientOf(remote, liveness, end);
}

function clientOf(remote: Remote<WorkerApi>, liveness: Liveness, end: () => void): Engine {
  const ask: Answer = async (call, args) => unwrap(await liveness.watch<Envelope>(() => remote.invoke(call, args)));
  const engine = engineOf(ask);
  const close = async (): Promise<void> => {
    if (liveness.isOver) return;
    try {
      await ask("close", []);
    } finally {
      liveness.stop();
      remote[releaseProxy]();
      end();
    }
  };
  let closing: Promise<void> | undefined;
  return {
    ...engine,
    info: async () => ({ ...(await engine.info()), engine: "worker" }),
    close: () => (closing ??= close()),
  };
}

async function closeUnheard(remote: Remote<WorkerApi>): Promise<void> {
  await remote.invoke("close", []).catch(() => undefined);
}

function once(body: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    body();
  };
}

function unwrap(envelope: Envelope): unknown {
  if (envelope.ok) return envelope.value;
  throw fromWire(envelope.error);
}

import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { beforeEach, describe, it } from "vitest";
import type { Engine, EngineOptions } from "../../../src/engine/engine.ts";
import { openInlineEngine } from "../../../src/engine/inline-engine.ts";
import { engineSuite } from "../../../src/testing/engine-suite.ts";
import { openWorkerEngine, type WorkerLike } from "../../../src/worker/client.ts";
import { serve } from "../../../src/worker/serve.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const STORAGES = ["memory", "indexeddb"] as const;

for (const storage of STORAGES) {
  const options: EngineOptions = { name: "suite", storage, embedder: { kind: "hashing" } };
  engineSuite(`the inline engine over ${storage}`, () => openInlineEngine(options), { describe, it });
  engineSuite(`the worker engine over ${storage}`, () => openOverChannel(options), { describe, it });
}

/** Both ends of the worker's protocol, with a MessageChannel in place of the Worker: messages are really cloned. */
function openOverChannel(options: EngineOptions): Promise<Engine> {
  const { port1, port2 } = new MessageChannel();
  port1.start();
  port2.start();
  serve({}, port2 as unknown as WorkerLike);
  const worker = Object.assign(port1, { terminate: () => port1.close() }) as unknown as WorkerLike;
  return openWorkerEngine(options, worker, { onEvent: () => undefined, onDead: () => undefined });
}

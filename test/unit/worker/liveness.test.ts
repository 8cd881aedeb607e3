import { expose } from "comlink";
import { hashingEmbedder, openMemoryStore, type Engine, type EngineOptions, type EngineParts } from "keepsake/engine";
import {
  ConflictError,
  EmbedderError,
  EngineError,
  InvalidInputError,
  KeepsakeError,
  LLMError,
  LLMOutputError,
  StoreError,
  type KeepsakeEvent,
} from "keepsake";
import { faultyStore } from "keepsake/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { openWorkerEngine, type WorkerEngineHooks } from "../../../src/worker/client.ts";
import { serve } from "../../../src/worker/serve.ts";
import { PROTOCOL_VERSION } from "../../../src/worker/wire.ts";
import { FakeWorker } from "./fake-worker.ts";

const OPTIONS: EngineOptions = { name: "liveness", storage: "memory", embedder: { kind: "hashing" } };
const ALICE = { userId: "alice" };

interface Opened {
  engine: Engine;
  worker: FakeWorker;
  events: KeepsakeEvent[];
  deaths: EngineError[];
}

/** Opens an engine on a fake worker, whose inside is ours unless something else is served there. */
async function open(
  worker = new FakeWorker(),
  { parts = {}, inside, ...hooks }: Partial<WorkerEngineHooks> & { parts?: EngineParts; inside?: "nothing" } = {},
): Promise<Opened> {
  const events: KeepsakeEvent[] = [];
  const deaths: EngineError[] = [];
  if (inside !== "nothing") serve(parts, worker.inside);
  onTestFinished(() => worker.terminate());
  const engine = await openWorkerEngine(OPTIONS, worker.asWorker(), {
    onEvent: (event) => events.push(event),
    onDead: (error) => deaths.push(error),
    ...hooks,
  });
  return { engine, worker, events, deaths };
}

function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => "resolved",
    (error: unknown) => error,
  );
}

/** Calls that wait in the worker until `release`. */
function stuckEmbedder() {
  const { space, dims, embed } = hashingEmbedder();
  let release!: () => void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  return { embedder: { space, dims, embed: (texts: string[]) => gate.then(() => embed(texts)) }, release };
}

const search = (engine: Engine): Promise<unknown> =>
  engine.search({ scope: ALICE, query: "tea", topK: 5, threshold: 0, filter: null });

describe("INV-11: a worker that does not start", () => {
  it("because it never answers: engine_start names the remedy, and the worker is ended", async () => {
    const worker = new FakeWorker();
    const error = await failureOf(open(worker, { inside: "nothing", startTimeoutMs: 20 }));
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: "engine_start", message: expect.stringContaining("optimizeDeps") });
    expect((error as EngineError).message).toContain("worker: () => new Worker");
    expect([worker.terminated, worker.listening]).toEqual([1, 1]);
  });

  for (const type of ["error", "messageerror"] as const) {
    it(`because of an ${type} event without a message: the same`, async () => {
      const worker = new FakeWorker();
      const opening = failureOf(open(worker, { inside: "nothing" }));
      worker.emit(type, new Event(type));
      expect(await opening).toMatchObject({ code: "engine_start", message: expect.stringContaining("optimizeDeps") });
      expect(worker.terminated).toBe(1);
    });
  }

  it("because of an error event with a message: says it", async () => {
    const worker = new FakeWorker();
    const opening = failureOf(open(worker, { inside: "nothing" }));
    worker.emit("error", { message: "Unexpected token" });
    expect(await opening).toMatchObject({ code: "engine_start", message: expect.stringContaining("Unexpected token") });
  });

  it("because it is of another version: engine_start says so, and nothing is opened", async () => {
    const worker = new FakeWorker();
    let opened = 0;
    expose({ ping: () => PROTOCOL_VERSION + 1, open: () => (opened += 1) }, worker.inside);
    const error = await failureOf(open(worker, { inside: "nothing" }));
    expect(error).toMatchObject({ code: "engine_start", message: expect.stringContaining("another version") });
    expect([opened, worker.terminated]).toEqual([0, 1]);
  });

  it("because its store refuses: the store's error comes out, and the worker is ended", async () => {
    const worker = new FakeWorker();
    const openStore = () => Promise.reject(new StoreError("store_too_new", "newer", { details: { found: 7 } }));
    const error = await failureOf(open(worker, { parts: { openStore } }));
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: "store_too_new", details: { found: 7 } });
    expect(worker.terminated).toBe(1);
  });
});

describe("INV-11: a worker that dies", () => {
  for (const [type, event] of [
    ["error", { message: "out of memory" }],
    ["error", {}],
    ["messageerror", {}],
  ] as const) {
    it(`with ${type} ${JSON.stringify(event)} rejects every pending call, and every later one at once`, async () => {
      const { embedder } = stuckEmbedder();
      const { engine, worker, deaths } = await open(new FakeWorker(), { parts: { embedder } });
      const pending = [search(engine), search(engine), engine.modelReady()].map(failureOf);
      worker.emit(type, event);
      for (const error of await Promise.all(pending)) {
        expect(error).toBeInstanceOf(EngineError);
        expect(error).toMatchObject({ code: "engine_crashed", retryable: true, details: { outcome: "unknown" } });
      }
      const posted = worker.replies;
      expect(await failureOf(engine.pending())).toMatchObject({ code: "engine_crashed" });
      expect(worker.replies).toBe(posted);
      expect(deaths).toHaveLength(1);
    });
  }

  it("is ended: what hangs must not go on with the same database", async () => {
    const { engine, worker, events } = await open();
    worker.emit("error", {});
    expect([worker.terminated, worker.listening]).toEqual([1, 1]);
    worker.emit("message", { data: { type: "keepsake:event", event: { type: "store-lost", reason: "late" } } });
    expect(events).toEqual([]);
    await engine.close();
  });

  it("by hanging: unanswered pings end it with engine_timeout", async () => {
    const { embedder } = stuckEmbedder();
    const { engine, worker, deaths } = await open(new FakeWorker(), { parts: { embedder }, pingEveryMs: 2 });
    worker.silentAfter = worker.replies;
    const error = await failureOf(search(engine));
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: "engine_timeout", retryable: true, details: { outcome: "unknown" } });
    expect(deaths).toEqual([error]);
    expect(worker.terminated).toBe(1);
  });

  it("is not suspected while it answers pings, however long a call takes", async () => {
    const { embedder, release } = stuckEmbedder();
    const { engine, worker, deaths } = await open(new FakeWorker(), { parts: { embedder }, pingEveryMs: 1 });
    const searching = search(engine);
    const from = worker.replies;
    await expect.poll(() => worker.replies - from).toBeGreaterThan(10);
    release();
    expect(await searching).toEqual([]);
    expect(deaths).toEqual([]);
  });
});

describe("closing", () => {
  it("ends the worker, later calls reject with closed, and nobody listens any more", async () => {
    const { engine, worker, deaths } = await open();
    await engine.close();
    expect(worker.terminated).toBe(1);
    expect(await failureOf(engine.pending())).toMatchObject({ code: "closed" });
    await engine.close();
    expect([worker.terminated, deaths.length]).toEqual([1, 0]);
  });

  it("twice at the same time ends once, and both resolve (INV-11)", async () => {
    const { engine, worker } = await open();
    await Promise.all([engine.close(), engine.close()]);
    expect(worker.terminated).toBe(1);
  });

  it("rejects a call that still waits (INV-11)", async () => {
    const { embedder, release } = stuckEmbedder();
    const { engine } = await open(new FakeWorker(), { parts: { embedder } });
    const waiting = failureOf(search(engine));
    const closing = engine.close();
    release();
    await closing;
    // It may have been answered before the end; what matters is that it settles.
    expect([[], "closed"]).toContainEqual(await waiting.then((e) => (KeepsakeError.isInstance(e) ? e.code : [])));
  });

  it("of a worker that hangs ends it all the same", async () => {
    const { engine, worker } = await open(new FakeWorker(), { pingEveryMs: 2 });
    worker.silentAfter = worker.replies;
    expect(await failureOf(engine.close())).toMatchObject({ code: "engine_timeout" });
    expect(worker.terminated).toBeGreaterThan(0);
  });
});

describe("INV-11: every promise settles, wherever in the protocol the worker stops", () => {
  const run = async (prepare: (worker: FakeWorker) => void) => {
    const worker = new FakeWorker();
    prepare(worker);
    const outcomes: unknown[] = [];
    const opening = open(worker, { startTimeoutMs: 60, pingEveryMs: 2 });
    const opened = await opening.catch((error: unknown) => void outcomes.push(error));
    if (opened) {
      const { engine } = opened;
      const message = { role: "user" as const, content: "I like tea" };
      const options = { infer: true, metadata: {}, extractor: "rules" as const };
      const calls = [
        engine.accept({ opId: "op", scope: ALICE, messages: [message], options }),
        search(engine),
        engine.info(),
        engine.delete(["nothing"]),
      ];
      outcomes.push(...(await Promise.all(calls.map(failureOf))), await failureOf(engine.close()));
    }
    return { worker, outcomes };
  };
  const failures = (outcomes: unknown[]): unknown[] =>
    outcomes.filter((outcome) => outcome !== "resolved" && !(outcome instanceof InvalidInputError));

  it("by falling silent after its n-th message, or by dying at it", async () => {
    const healthy = await run(() => undefined);
    expect(failures(healthy.outcomes)).toEqual([]);
    const total = healthy.worker.replies;
    expect(total).toBeGreaterThan(6);
    for (let n = 0; n < total; n++) {
      const silent = await run((worker) => (worker.silentAfter = n));
      const dead = await run((worker) => {
        worker.onReply = (count) => {
          if (count === n + 1) worker.emit("error", {});
        };
      });
      for (const { worker, outcomes } of [silent, dead]) {
        for (const failure of failures(outcomes)) expect(failure).toBeInstanceOf(EngineError);
        expect(worker.terminated).toBeGreaterThan(0);
      }
    }
  });
});

describe("what crosses", () => {
  it("events of the engine arrive", async () => {
    const parts: EngineParts = { embedder: { ...hashingEmbedder(), space: "own" } };
    const { engine, events } = await open(new FakeWorker(), { parts });
    await engine.modelReady();
    const message = { role: "user" as const, content: "I like tea" };
    const options = { infer: true, metadata: {}, extractor: "rules" as const };
    await engine.accept({ opId: "op", scope: ALICE, messages: [message], options });
    await engine.cancel("op");
    expect(events.filter((e) => e.type === "model-state").at(-1)).toMatchObject({ embedder: { model: "ready" } });
    expect(events.filter((e) => e.type === "pending").map((e) => e.state)).toEqual(["accepted", "cancelled"]);
  });

  it("an event of somebody else's on the same worker is not taken for one", async () => {
    const { events, worker } = await open();
    for (const data of [null, 1, "x", {}, { type: "other" }]) worker.emit("message", { data });
    expect(events).toEqual([]);
  });

  const cause = new TypeError("inner", { cause: new StoreError("store_lost", "innermost") });
  const errors: KeepsakeError[] = [
    new StoreError("store_quota", "full", { retryable: true, cause, details: { n: 1 } }),
    new ConflictError("changed", { stage: "commit", details: { id: "m" } }),
    new InvalidInputError("no such", { code: "not_found" }),
    new LLMError("llm_timeout", "slow", { stage: "extract" }),
    new LLMOutputError("unusable", "the reply", { cause }),
    new EmbedderError("embedder_failed", "NaN"),
    new EngineError("cancelled", "gone"),
    new KeepsakeError("closed", "of the base class"),
  ];
  for (const error of errors) {
    it(`${error.name} ${error.code} arrives with class, message, details, stage and causes`, async () => {
      const store = faultyStore(openMemoryStore());
      const { engine } = await open(new FakeWorker(), { parts: { openStore: async () => store } });
      await engine.modelReady();
      store.arm(1, error);
      const arrived = await failureOf(engine.pending());
      expect(arrived).toBeInstanceOf(error.name === "KeepsakeError" ? KeepsakeError : error.constructor);
      const { name, code, message, details, stage, retryable } = error;
      // The base class is nobody's on purpose; its code decides what it becomes.
      const fields = { code, message, details, retryable, stage, ...(name !== "KeepsakeError" && { name }) };
      expect(arrived).toMatchObject(
        stage === undefined ? { ...fields, stage: (arrived as EngineError).stage } : fields,
      );
      if (error instanceof LLMOutputError) expect((arrived as LLMOutputError).text).toBe(error.text);
      if (error.cause) {
        expect(arrived).toMatchObject({ cause: { name: "TypeError", message: "inner" } });
        expect(((arrived as Error).cause as Error).cause).toBeInstanceOf(StoreError);
      }
    });
  }
});

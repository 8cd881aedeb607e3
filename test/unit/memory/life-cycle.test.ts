import "fake-indexeddb/auto";
import { EngineError, LLMError, Memory, type KeepsakeEvent } from "keepsake";
import { openInlineEngine, type Engine } from "keepsake/engine";
import { facts, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { serve } from "../../../src/worker/serve.ts";
import { FakeWorker } from "../worker/fake-worker.ts";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

describe("INV-11: close() does not wait for a model that is still on its way", () => {
  const loadTransformers = (): Promise<never> => never();

  it.each([true, false])(
    "inline, with background: %s; who waits for the model is told that it is closed",
    async (background) => {
      const memory = openMemory({
        engine: (options, onEvent) => openInlineEngine(options, onEvent, { loadTransformers }),
        embedder: { background },
      });
      const waiting = memory.ready({ model: true }).catch((error: unknown) => error);
      const searching = memory.search("tea", ALICE).catch((error: unknown) => error);
      const adding = memory.add("I like tea", { ...ALICE, infer: false }).catch((error: unknown) => error);
      await memory.pending();
      await memory.close();
      expect(await waiting).toMatchObject({ code: "closed" });
      if (background) return;
      expect(await searching).toMatchObject({ code: "closed" });
      expect(await adding).toMatchObject({ code: "closed", details: { pending: true } });
    },
  );

  it("in a worker", async () => {
    const worker = new FakeWorker();
    serve({ loadTransformers }, worker.inside);
    const memory = openMemory({ engine: "worker", worker: () => worker.asWorker() as Worker, embedder: {} });
    const waiting = memory.ready({ model: true }).catch((error: unknown) => error);
    await memory.pending();
    await memory.close();
    expect(await waiting).toMatchObject({ code: "closed" });
    expect(worker.terminated).toBe(1);
  });
});

describe("what a worker gets", () => {
  it.each(["worker.js", {}, null, undefined])(
    "is asked for at the start: a function that returns %j says so",
    async (made) => {
      const memory = openMemory({ engine: "worker", worker: () => made as never });
      await expect(memory.info()).rejects.toMatchObject({
        code: "engine_start",
        message: expect.stringContaining("`worker` must return a Worker"),
      });
    },
  );

  it("is plain data: a filter with a function is refused before it would have to cross", async () => {
    const worker = new FakeWorker();
    serve({}, worker.inside);
    const memory = openMemory({ engine: "worker", worker: () => worker.asWorker() as Worker });
    const filters = { x: () => 1 } as never;
    const refused = { code: "invalid_input", message: expect.stringContaining('"x"') };
    await expect(memory.search("tea", { userId: "alice", filters })).rejects.toMatchObject(refused);
    await expect(memory.getAll({ userId: "alice", filters })).rejects.toMatchObject(refused);
    const inScope = { AND: [{ userId: "alice" }, { OR: [{ runId: (() => 1) as never }] }] };
    await expect(memory.getAll({ filters: inScope })).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("close()", () => {
  it("while it opens leaves no listener behind, and a second call resolves no sooner than the first", async () => {
    const added = vi.spyOn(globalThis, "addEventListener");
    const removed = vi.spyOn(globalThis, "removeEventListener");
    onTestFinished(() => void vi.restoreAllMocks());
    const memory = openMemory();
    const opening = memory.ready();
    const order: string[] = [];
    const first = memory.close().then(() => order.push("first"));
    const second = memory.close().then(() => order.push("second"));
    await Promise.all([opening, first, second]);
    expect(order).toEqual(["first", "second"]);
    const of = (spy: typeof added | typeof removed): unknown[] =>
      spy.mock.calls.filter(([type]) => type === "online").map(([, listener]) => listener);
    expect(new Set(of(removed))).toEqual(new Set(of(added)));
    const last = Math.max(...removed.mock.invocationCallOrder);
    expect(Math.max(...added.mock.invocationCallOrder)).toBeLessThan(last);
  });

  it("beside an edit that is on its way lets the edit say whether it is done", async () => {
    const memory = openMemory({ storage: "indexeddb" });
    const { results } = await memory.add("I like tea", { ...ALICE, infer: false });
    const updating = memory.update(results[0]!.id!, "I like rum").then(
      ({ memory: text }) => text,
      (error: unknown) => error,
    );
    await memory.close();
    const told = await updating;
    const is = texts(await openMemory({ storage: "indexeddb" }).getAll(ALICE));
    if (told === "I like rum") expect(is).toEqual(["I like rum"]);
    else expect(told).toBeInstanceOf(EngineError);
  });
});

describe("a start that fails", () => {
  it("closes an engine that opened all the same, so that the next call has its worker", async () => {
    const closed: string[] = [];
    let seat: Engine | null = null;
    const options = {
      engine: async (...args: Parameters<typeof openInlineEngine>): Promise<Engine> => {
        if (seat) throw new EngineError("engine_start", "this worker serves another Memory");
        const engine = await openInlineEngine(...args);
        seat = engine;
        const close = async (): Promise<void> => {
          await engine.close();
          seat = null;
          closed.push("closed");
        };
        const get = (target: Engine, key: keyof Engine | "then"): unknown => {
          if (key === "then") return undefined;
          return key === "close" ? close : (target[key] as () => unknown).bind(target);
        };
        return new Proxy(engine, { get: (target, key) => get(target, key as keyof Engine) });
      },
      // What stands for the flow that could not be put together, as when its file is gone after a deploy.
      embedder: "hashing" as const,
      get llmTimeoutMs(): number {
        if (closed.length === 0 && seat) throw new EngineError("engine_start", "no such file");
        return 1_000;
      },
    };
    const memory = new Memory(options);
    onTestFinished(() => memory.close());
    await expect(memory.ready()).rejects.toThrow("no such file");
    expect(closed).toEqual(["closed"]);
    await memory.add("I like tea", { ...ALICE, infer: false });
    expect(texts(await memory.getAll(ALICE))).toEqual(["I like tea"]);
  });
});

describe("watch()", () => {
  it("answers calls of next() in their order, also those made at the same time, and ends them all", async () => {
    const memory = openMemory();
    const events = memory.watch();
    const asked = [events.next(), events.next()];
    await memory.add("I like tea", { ...ALICE, infer: false });
    const types = (await Promise.all(asked)).map(({ value }) => (value as KeepsakeEvent).type);
    expect(types).toEqual(["pending", "stage"]);
    const rest: Promise<IteratorResult<KeepsakeEvent>>[] = Array.from({ length: 100 }, () => events.next());
    await memory.close();
    expect((await Promise.all(rest)).at(-1)).toEqual({ value: undefined, done: true });
  });

  it("gives nothing more once it was left", async () => {
    const memory = openMemory();
    const events = memory.watch();
    await memory.add("I like tea", { ...ALICE, infer: false });
    await events.return!();
    expect(await events.next()).toEqual({ value: undefined, done: true });
  });
});

describe("an op that waits for its next try", () => {
  it("is due when the clock was set back by more than it could have to wait, and no timer overflows", async () => {
    let now = Date.UTC(2026, 0, 31);
    const runtime = { now: () => now, randomId: () => crypto.randomUUID() };
    const llm = scriptedLLM([new Error("offline"), new Error("offline"), facts("User likes tea")]);
    const memory = openMemory({ llm, runtime });
    const timeout = vi.spyOn(globalThis, "setTimeout");
    onTestFinished(() => void vi.restoreAllMocks());
    await expect(memory.add("I like tea", ALICE)).rejects.toThrow();
    const retry = timeout.mock.calls.find(([, ms]) => ms === 5_000)![0] as () => void;
    now -= 30 * 86_400_000;
    // The second try fails under the new clock, the third is due ten minutes later at most.
    retry();
    await expect.poll(async () => (await memory.pending())[0]?.attempts).toBe(2);
    now += 600_000;
    retry();
    await expect.poll(() => memory.pending()).toEqual([]);
    expect(timeout.mock.calls.filter(([, ms]) => (ms ?? 0) > 2 ** 31 - 1)).toEqual([]);
  });

  it("keeps what an LLMError of the app's says, and writes nothing into it", async () => {
    const thrown = Object.freeze(new LLMError("llm_failed", "quota", { details: Object.freeze({ status: 429 }) }));
    const memory = openMemory({ llm: () => Promise.reject(thrown) });
    const error: unknown = await memory.add("I like tea", { ...ALICE, opId: "op" }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "llm_failed", details: { status: 429, opId: "op", pending: true } });
    expect(await memory.pending()).toMatchObject([{ attempts: 1, lastError: { message: "quota" } }]);
    expect(thrown.details).toEqual({ status: 429 });
  });
});

import { EngineError, Memory } from "keepsake";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { serve } from "../../../src/worker/serve.ts";
import { freshDatabase, texts } from "../memory/fixtures.ts";
import { FakeWorker } from "./fake-worker.ts";
import "fake-indexeddb/auto";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

/** A worker as an app makes and keeps it. */
function appsWorker(): Worker {
  const worker = new FakeWorker();
  serve({}, worker.inside);
  onTestFinished(() => worker.terminate());
  return worker as unknown as Worker;
}

function openOn(worker: Worker, name: string): Memory {
  const memory = new Memory({ name, worker, embedder: "hashing" });
  onTestFinished(() => memory.close());
  return memory;
}

describe("a worker that the app made", () => {
  it("serves one Memory at a time: a second one is refused and does not get the first one's database", async () => {
    const worker = appsWorker();
    const first = openOn(worker, "first");
    await first.add("I like tea", ALICE);
    const refused = openOn(worker, "second").getAll(ALICE);
    await expect(refused).rejects.toBeInstanceOf(EngineError);
    await expect(refused).rejects.toMatchObject({
      code: "engine_start",
      message: expect.stringContaining("one Memory"),
    });
    expect(texts(await first.getAll(ALICE))).toEqual(["User likes tea"]);
  });

  it("serves the next Memory, under its own name, once the one before is closed", async () => {
    const worker = appsWorker();
    const first = openOn(worker, "first");
    await first.add("I like tea", ALICE);
    await first.close();
    const second = openOn(worker, "second");
    expect(texts(await second.getAll(ALICE))).toEqual([]);
    expect((await second.info()).name).toBe("second");
    await second.close();
    expect(texts(await openOn(worker, "first").getAll(ALICE))).toEqual(["User likes tea"]);
  });

  it("is opened anew by the Memory whose engine in it was given up for dead", async () => {
    const worker = appsWorker();
    const memory = openOn(worker, "first");
    await memory.add("I like tea", ALICE);
    (worker as unknown as FakeWorker).emit("messageerror", {});
    expect(texts(await memory.getAll(ALICE))).toEqual(["User likes tea"]);
  });

  it("INV-11: that dies while an op's LLM is asked stops the LLM; the op is told so, and waits for the next engine", async () => {
    const worker = appsWorker();
    const signals: AbortSignal[] = [];
    const llm = (request: { signal: AbortSignal }): Promise<string> => {
      signals.push(request.signal);
      return new Promise(() => undefined);
    };
    const memory = new Memory({ name: "dying", worker, embedder: "hashing", llm });
    onTestFinished(() => memory.close());
    const added = memory.add("I like tea", ALICE).catch((error: unknown) => error);
    await expect.poll(() => signals.length).toBe(1);
    (worker as unknown as FakeWorker).emit("messageerror", {});
    const details = { outcome: "unknown", pending: "unknown", opId: expect.any(String) };
    expect(await added).toMatchObject({ code: "engine_crashed", retryable: true, details });
    expect(signals[0]?.aborted).toBe(true);
    expect((await memory.pending()).map(({ messages }) => messages[0]?.content)).toEqual(["I like tea"]);
  });
});

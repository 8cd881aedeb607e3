import { expect, it } from "vitest";
import { launch } from "./chromium.ts";

const ALICE = { userId: "alice" };

it("an extension's CSP page runs the worker with HNSW, and nothing is reported", async () => {
  const { open } = await launch();
  const { page, complaints } = await open("csp");
  const info = await page.evaluate(async (scope) => {
    const memory = new window.keepsake.Memory({ embedder: "hashing", index: { hnswFrom: 50, snapshotFrom: 60 } });
    const messages = Array.from({ length: 300 }, (_, i) => ({
      role: "user" as const,
      content: `note ${i} about ${["tea", "rum", "gin"][i % 3]} number ${i * 17}`,
    }));
    await memory.add(messages, { ...scope, infer: false });
    await memory.search("tea", scope);
    while ((await memory.info()).index.hnswRows < 300) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await memory.search("rum number 17", { ...scope, topK: 5 });
    return memory.info();
  }, ALICE);
  expect(info).toMatchObject({ engine: "worker", index: { lastPath: "hnsw", hnswRows: 300 } });
  expect(complaints).toEqual([]);
});

it("two tabs share one memory: each finds at once what the other stored", async () => {
  const { open } = await launch();
  const [one, two] = [await open(), await open()];
  for (const { page } of [one, two]) {
    await page.evaluate((scope) => {
      window.memory = new window.keepsake.Memory({ embedder: "hashing" });
      return window.memory.search("tea", scope);
    }, ALICE);
  }
  await one.page.evaluate(([text, scope]) => window.memory.add(text, scope), ["I like tea", ALICE] as const);
  const found = await two.page.evaluate((scope) => window.memory.search("tea", scope), ALICE);
  expect(found.results.map((r) => r.memory)).toEqual(["User likes tea"]);

  // The same statement from both at the same time is one memory (INV-7).
  await Promise.all(
    [one, two].map(({ page }) =>
      page.evaluate(([text, scope]) => window.memory.add(text, scope), ["I like rum", ALICE] as const),
    ),
  );
  const all = await one.page.evaluate((scope) => window.memory.getAll(scope), ALICE);
  expect(all.results.map((r) => r.memory).sort()).toEqual(["User likes rum", "User likes tea"]);
});

it("INV-11: a worker that cannot start rejects the call, and names the remedy", async () => {
  const { open } = await launch();
  const { page } = await open();
  const error = await page.evaluate(async (scope) => {
    const worker = () => new Worker("/app/there-is-no-such-file.js", { type: "module" });
    const memory = new window.keepsake.Memory({ embedder: "hashing", worker });
    return memory.add("I like tea", scope).then(
      () => null,
      (thrown: { code: string; message: string }) => ({ code: thrown.code, message: thrown.message }),
    );
  }, ALICE);
  expect(error).toMatchObject({ code: "engine_start" });
  expect(error?.message).toContain("optimizeDeps");
  expect(error?.message).toContain("worker:");
});

it("INV-11: a worker that dies rejects every pending call, and the next call starts a new one", async () => {
  const { open } = await launch();
  const { page } = await open();
  const outcome = await page.evaluate(async (scope) => {
    const made: Worker[] = [];
    const worker = (): Worker => {
      const one = new Worker(window.workerUrl, { type: "module" });
      made.push(one);
      return one;
    };
    const memory = new window.keepsake.Memory({ embedder: "hashing", worker });
    await memory.add("I like tea", scope);
    const outcomeOf = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => "answered",
        (error: { code: string }) => error.code,
      );
    const calls = Array.from({ length: 5 }, () => outcomeOf(memory.search("tea", scope)));
    await new Promise((resolve) => setTimeout(resolve));
    made[0]!.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
    const settled = await Promise.all(calls);
    const { results } = await memory.search("tea", scope);
    return { settled, found: results[0]?.memory, workers: made.length };
  }, ALICE);
  expect(new Set(outcome.settled)).toEqual(new Set(["engine_crashed"]));
  expect(outcome).toMatchObject({ found: "User likes tea", workers: 2 });
});

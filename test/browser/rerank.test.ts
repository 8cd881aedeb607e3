import { expect, inject, it } from "vitest";
import { launch, type TestPage } from "./chromium.ts";

const ALICE = { userId: "alice" };

/** Stores three memories, and searches for what the one without a word of the query answers. */
function findDinner({ page }: TestPage, reranker: object) {
  return page.evaluate(
    async ([scope, options]) => {
      const memory = new window.keepsake.Memory({ embedder: "hashing", reranker: options });
      const events: { type: string; use?: string; reranker?: object }[] = [];
      const watching = (async () => {
        for await (const event of memory.watch()) events.push(event);
      })();
      for (const content of ["The hound ate dinner", "A puppy", "The weather in May is rain"]) {
        await memory.add(content, { ...scope, infer: false });
      }
      const plain = await memory.search("puppy food", scope);
      const answer = await memory.search("puppy food", { ...scope, rerank: true });
      const { engine } = await memory.info();
      await memory.close();
      await watching;
      return {
        engine,
        plain: plain.results.map((result) => result.memory),
        found: answer.results.map((result) => result.memory),
        scores: answer.results.map((result) => result.rerankScore),
        rerank: answer.rerank,
        states: events.flatMap((event) => (event.type === "reranker-state" ? [event.reranker] : [])),
        progress: events.filter((event) => event.type === "model-progress").map((event) => event.use),
      };
    },
    [ALICE, reranker] as const,
  );
}

it("a cross-encoder from a path of the app's reranks in the worker, under an extension's CSP", async () => {
  const { open } = await launch();
  const page = await open("csp");
  const outcome = await findDinner(page, { model: "tiny-reranker", localModelPath: "/models/", wasmPaths: "/ort/" });
  expect(outcome).toMatchObject({ engine: "worker", rerank: { by: "model", applied: true } });
  expect(outcome.plain[0]).toBe("A puppy");
  expect(outcome.found).toEqual(["The hound ate dinner", "A puppy", "The weather in May is rain"]);
  expect(outcome.scores[0]).toBeCloseTo(1 / (1 + Math.exp(-3)), 5);
  expect(outcome.states).toEqual([
    { model: "tiny-reranker", state: "loading" },
    { model: "tiny-reranker", state: "ready" },
  ]);
  expect(new Set(outcome.progress)).toEqual(new Set(["reranker"]));
  expect(page.complaints).toEqual([]);
});

it("a cross-encoder that was downloaded once is there without a network, and one that was not leaves the order", async () => {
  const { context, open } = await launch();
  const page = await open();
  const hub = { remoteHost: `${inject("url")}/hub/`, wasmPaths: "/ort/" };
  expect((await findDinner(page, { ...hub, model: "tiny-reranker" })).rerank).toEqual({ by: "model", applied: true });
  await context.setOffline(true);
  expect((await findDinner(page, { ...hub, model: "tiny-reranker" })).rerank).toEqual({ by: "model", applied: true });
  const missing = await findDinner(page, { ...hub, model: "never-loaded" });
  expect(missing.rerank).toMatchObject({ applied: false, error: { code: "reranker_unavailable" } });
  expect(missing.found).toEqual(missing.plain);
});

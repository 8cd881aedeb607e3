import { expect, inject, it } from "vitest";
import { launch, type TestPage } from "./chromium.ts";

const ALICE = { userId: "alice" };

/** Adds two memories, waits for the model, and searches by a word that neither contains. */
function findPuppy({ page }: TestPage, embedder: object) {
  return page.evaluate(
    async ([scope, options]) => {
      const memory = new window.keepsake.Memory({ embedder: options });
      const progress: { loadedBytes: number; totalBytes: number }[] = [];
      const watching = (async () => {
        for await (const event of memory.watch()) if (event.type === "model-progress") progress.push(event);
      })();
      await memory.add("I love my dog.", scope);
      await memory.add("I moved to London.", scope);
      const before = (await memory.info()).embedder;
      await memory.ready({ model: true });
      const { results } = await memory.search("puppy", { ...scope, topK: 1 });
      const { embedder: after } = await memory.info();
      await memory.close();
      await watching;
      return { before, after, found: results[0]?.memory, progress: progress.at(-1) };
    },
    [ALICE, embedder] as const,
  );
}

it("a transformers.js model from a path of the app's embeds in the worker, under an extension's CSP", async () => {
  const { open } = await launch();
  const page = await open("csp");
  const local = { model: "tiny", localModelPath: "/models/", wasmPaths: "/ort/" };
  const outcome = await findPuppy(page, local);
  expect(outcome.after).toMatchObject({ space: "transformers:tiny:q8:mean1:64", dims: 64, model: "ready" });
  expect(outcome.found).toBe("User loves their dog");
  const full = await findPuppy(page, { ...local, quantized: false });
  expect(full.after.space).toBe("transformers:tiny:fp32:mean1:64");
  expect(page.complaints).toEqual([]);
});

it("with `background`, hashing answers at once; the model takes over with everything embedded again (INV-9)", async () => {
  const { open } = await launch();
  const page = await open();
  const hub = { model: "tiny", remoteHost: `${inject("url")}/hub/`, wasmPaths: "/ort/", background: true };
  const outcome = await findPuppy(page, hub);
  expect(outcome.before.kind).toBe("lexical");
  expect(outcome.after).toMatchObject({ kind: "semantic", model: "ready" });
  expect(outcome.found).toBe("User loves their dog");
  expect(outcome.progress!.loadedBytes).toBe(outcome.progress!.totalBytes);
});

it("a model that was downloaded once is there without a network", async () => {
  const { context, open } = await launch();
  const page = await open();
  const hub = { model: "tiny", remoteHost: `${inject("url")}/hub/`, wasmPaths: "/ort/" };
  await findPuppy(page, hub);
  await context.setOffline(true);
  const again = await findPuppy(page, hub);
  expect(again.after).toMatchObject({ model: "ready", space: "transformers:tiny:q8:mean1:64" });
});

it("a model that cannot be had leaves hashing at work, with the reason in info()", async () => {
  const { open } = await launch();
  const { page } = await open();
  const outcome = await page.evaluate(async (scope) => {
    const embedder = { model: "there-is-none", localModelPath: "/models/", wasmPaths: "/ort/", background: true };
    const memory = new window.keepsake.Memory({ embedder });
    await memory.add("I love my dog.", scope);
    const refusal = await memory.ready({ model: true }).catch((error: { code: string }) => error.code);
    const { results } = await memory.search("dog", scope);
    return { refusal, found: results[0]?.memory, embedder: (await memory.info()).embedder };
  }, ALICE);
  expect(outcome).toMatchObject({
    refusal: "embedder_unavailable",
    found: "User loves their dog",
    embedder: { kind: "lexical", model: "unavailable", reason: expect.stringContaining("there-is-none") },
  });
});

/** Cross-encoders in the engine: how long they may work. */
import { fakeRuntime } from "keepsake/testing";
import { expect, it } from "vitest";
import { Rerankers } from "../../../src/engine/rerankers.ts";
import { fakeLibrary } from "../embed/fake-library.ts";

it("reads nothing more when the time of a request is over, so that what timed out does not pile up", async () => {
  const library = fakeLibrary("4.3.1");
  const runtime = fakeRuntime();
  const rerankers = new Rerankers(async () => library, { runtime, emit: () => undefined });
  const request = { query: "q", model: {}, timeoutMs: 1_000, documents: Array.from({ length: 64 }, (_, i) => `d${i}`) };
  expect(await rerankers.score(request)).toHaveLength(64);

  const before = library.batches.length;
  const asked = [1, 2, 3].map(() => rerankers.score(request).catch((error: unknown) => error));
  library.output = (texts) => {
    runtime.advance(600);
    return { logits: { data: Float32Array.from(texts, () => 1), dims: [texts.length, 1] } };
  };
  for (const error of await Promise.all(asked)) expect(error).toMatchObject({ code: "reranker_timeout" });
  expect(library.batches).toHaveLength(before + 2);

  library.output = null;
  expect(await rerankers.score(request)).toHaveLength(64);
  rerankers.close();
});

import "fake-indexeddb/auto";
import { LLMError, LLMOutputError } from "keepsake";
import { decisions, facts, fakeRuntime, garbage, never, scriptedLLM, type LLMScript } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

describe("INV-4: an op whose LLM fails stays pending, and nothing is half-written", () => {
  const failures: [string, LLMScript, string][] = [
    ["throws", [new Error("connection refused")], "llm_failed"],
    ["hangs", [never()], "llm_timeout"],
    ["answers garbage", [garbage(), garbage()], "llm_output"],
    ["answers with prose only", ["Sure!", "Nothing to remember, I think."], "llm_output"],
  ];

  for (const [what, failing, code] of failures) {
    it(`when it ${what}; the next flush() finishes it`, async () => {
      const script = [...(failing as []), facts("User likes tea")];
      const memory = openMemory({ llm: scriptedLLM(script), llmTimeoutMs: 50 });
      await expect(memory.add("I like tea", { ...ALICE, opId: "op" })).rejects.toMatchObject({
        code,
        details: { opId: "op", pending: true },
      });
      expect((await memory.getAll(ALICE)).results).toEqual([]);
      expect(await memory.pending()).toMatchObject([{ opId: "op", attempts: 1, lastError: { code } }]);

      const flushed = await memory.flush();
      expect(flushed.pending).toEqual([]);
      expect(flushed.results).toMatchObject([{ opId: "op", results: [{ event: "ADD", memory: "User likes tea" }] }]);
      expect(texts(await memory.getAll(ALICE))).toEqual(["User likes tea"]);
    });
  }

  it("when it fails while resolving: the facts are not stored without a decision", async () => {
    const llm = scriptedLLM([
      facts("User loves tea"),
      facts("User hates tea"),
      new Error("gone"),
      facts("User hates tea"),
      decisions({ fact: 0, event: "UPDATE", id: "0" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add("I love tea", ALICE);
    await expect(memory.add("I hate tea", ALICE)).rejects.toBeInstanceOf(LLMError);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User loves tea"]);
    await memory.flush();
    expect(texts(await memory.getAll(ALICE))).toEqual(["User hates tea"]);
  });

  it.each([
    [{ facts: [] }, "object"],
    [{ choices: [{ message: { content: "{}" } }] }, "object"],
    [undefined, "undefined"],
    [null, "null"],
  ])(
    "when it returns %j, which is no text: what to return is said, and no timer tries it again",
    async (reply, type) => {
      const memory = openMemory({ llm: async () => reply as never });
      await expect(memory.add("I like tea", ALICE)).rejects.toMatchObject({
        code: "llm_failed",
        retryable: false,
        message:
          "keepsake: llm must return the reply text (a string), such as response.choices[0].message.content; " +
          `it returned ${type}. The op stays pending; flush() tries again.`,
      });
      const [op] = await memory.pending();
      expect(op).not.toHaveProperty("retryAt");
    },
  );

  it.each([
    [401, false],
    [403, false],
    [429, true],
    [undefined, true],
  ])("when it throws an error of the status %s: retryable is %s", async (status, retryable) => {
    const memory = openMemory({ llm: scriptedLLM([Object.assign(new Error("no"), { status })]) });
    await expect(memory.add("I like tea", ALICE)).rejects.toMatchObject({ code: "llm_failed", retryable });
  });

  it("keeps the model's reply in the error, for whoever wants to see it", async () => {
    const memory = openMemory({ llm: scriptedLLM([garbage(), garbage()]) });
    const error = await memory.add("I like tea", ALICE).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LLMOutputError);
    expect((error as LLMOutputError).text).toBe(garbage());
  });

  it("survives the page: another Memory on the same database finishes it", async () => {
    const first = openMemory({ llm: scriptedLLM([new Error("offline")]) });
    await expect(first.add("I like tea", ALICE)).rejects.toThrow();
    await first.close();
    const second = openMemory({ llm: scriptedLLM([facts("User likes tea")]) });
    await second.flush();
    expect(texts(await second.getAll(ALICE))).toEqual(["User likes tea"]);
  });

  it("takes up what waited when it is opened, once its time has come", async () => {
    const runtime = fakeRuntime();
    const first = openMemory({ llm: scriptedLLM([new Error("offline")]), runtime });
    await expect(first.add("I like tea", ALICE)).rejects.toThrow();
    await first.close();
    runtime.advance(60_000);
    const second = openMemory({ llm: scriptedLLM([facts("User likes tea")]), runtime });
    const committed = (async () => {
      for await (const event of second.watch()) if (event.type === "committed") return event;
      return null;
    })();
    await second.ready();
    expect(await committed).not.toBeNull();
    expect(await second.pending()).toEqual([]);
  });

  it("does not let the rules guess at words meant for a model, unless flush() says so", async () => {
    const first = openMemory({ llm: scriptedLLM([new Error("offline")]) });
    await expect(first.add("I like tea", { ...ALICE, opId: "op" })).rejects.toThrow();
    await first.close();
    const second = openMemory({ runtime: { now: () => Date.now() + 1e9, randomId: () => crypto.randomUUID() } });
    await second.ready();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await second.pending()).toHaveLength(1);
    expect((await second.flush()).results).toHaveLength(1);
  });

  it("an op that waited does not override what was said while it waited", async () => {
    const llm = scriptedLLM([
      new Error("away"),
      facts("User lives in Hamburg"),
      facts("User lives in Berlin"),
      decisions({ fact: 0, event: "UPDATE", id: "0", reason: "newer" }),
    ]);
    const memory = openMemory({ llm });
    await expect(memory.add("I live in Berlin", ALICE)).rejects.toThrow();
    await memory.add("I moved to Hamburg", ALICE);
    const { results } = await memory.flush();
    expect(results[0]!.results).toMatchObject([{ event: "NONE", reason: expect.stringContaining("said later") }]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Hamburg"]);
  });

  it("can be cancelled", async () => {
    const memory = openMemory({ llm: scriptedLLM([new Error("away")]) });
    await expect(memory.add("I like tea", { ...ALICE, opId: "op" })).rejects.toThrow();
    expect(await memory.cancel("op")).toBe(true);
    expect(await memory.pending()).toEqual([]);
  });
});

describe("abort", () => {
  it("before the commit cancels the op and rejects with the signal's reason", async () => {
    const llm = scriptedLLM([never()]);
    const memory = openMemory({ llm });
    const controller = new AbortController();
    const adding = memory.add("I like tea", { ...ALICE, signal: controller.signal });
    adding.catch(() => undefined);
    while (llm.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await expect(adding).rejects.toBe(reason);
    expect(await memory.pending()).toEqual([]);
    expect((await memory.getAll(ALICE)).results).toEqual([]);
  });

  it("before the call stores nothing", async () => {
    const memory = openMemory();
    const reason = new Error("no");
    await expect(memory.add("I like tea", { ...ALICE, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(memory.search("tea", { ...ALICE, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await memory.pending()).toEqual([]);
  });
});

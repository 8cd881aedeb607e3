import { describe, expect, test } from "vitest";
import { parseReply, ReplyProblem } from "../../../src/add/parse-reply.ts";
import { validateExtract } from "../../../src/add/reply-extract.ts";
import { validateResolve } from "../../../src/add/reply-resolve.ts";
import { fakeRuntime } from "../../../src/testing/fake-runtime.ts";
import { decisions, facts, garbage, never, scriptedLLM } from "../../../src/testing/scripted-llm.ts";
import type { LLMRequest } from "../../../src/types.ts";

const request = (purpose: LLMRequest["purpose"], signal: AbortSignal = new AbortController().signal): LLMRequest => ({
  purpose,
  messages: [{ role: "user", content: "data" }],
  schema: { type: "object" },
  signal,
});

describe("scriptedLLM", () => {
  test("answers in order, with text, objects and errors, and remembers the calls", async () => {
    const llm = scriptedLLM([facts("User likes tea"), "text", new Error("offline"), async () => decisions()]);
    expect(await llm(request("extract"))).toBe('{"facts":[{"text":"User likes tea"}]}');
    expect(await llm(request("resolve"))).toBe("text");
    await expect(llm(request("resolve"))).rejects.toThrow("offline");
    expect(await llm(request("resolve"))).toBe('{"decisions":[]}');
    expect(llm.calls.map(({ purpose }) => purpose)).toEqual(["extract", "resolve", "resolve", "resolve"]);
    expect(llm.calls[0]).toEqual({
      purpose: "extract",
      messages: request("extract").messages,
      schema: { type: "object" },
    });
  });

  test("answers every call with a function, which sees the request and the index of the call", async () => {
    const llm = scriptedLLM(({ purpose }, index) => `${purpose} ${index}`);
    expect([await llm(request("extract")), await llm(request("resolve"))]).toEqual(["extract 0", "resolve 1"]);
  });

  test("says which call the script has no reply for", async () => {
    const llm = scriptedLLM([facts()]);
    await llm(request("extract"));
    await expect(llm(request("resolve"))).rejects.toThrow(
      'scriptedLLM: the script holds 1 reply, but call 2 (purpose "resolve") came. Add a reply for it.',
    );
  });

  test("never answers where told so, until it is aborted", async () => {
    const controller = new AbortController();
    const run = scriptedLLM([never()])(request("extract", controller.signal));
    controller.abort(new Error("changed my mind"));
    await expect(run).rejects.toThrow("changed my mind");
  });

  test("writes replies that Keepsake reads, and garbage that it does not", () => {
    expect(parseReply(JSON.stringify(facts("a", "b")), validateExtract)).toEqual(facts("a", "b"));
    const reply = decisions({ fact: 0, event: "UPDATE", id: "0", text: "a", reason: "b" });
    const read = parseReply(JSON.stringify(reply), (value) => validateResolve(value, { facts: 1, ids: 1 }));
    expect(read.decisions).toEqual(reply.decisions);
    expect(() => parseReply(garbage(), validateExtract)).toThrow(ReplyProblem);
  });
});

describe("fakeRuntime", () => {
  test("has a clock that moves by hand only, and counts ids", () => {
    const runtime = fakeRuntime({ now: "2026-11-22T10:00:00Z", idPrefix: "op" });
    const start = runtime.now();
    expect(new Date(start).toISOString()).toBe("2026-11-22T10:00:00.000Z");
    runtime.advance(1_500);
    expect(runtime.now() - start).toBe(1_500);
    expect([runtime.randomId(), runtime.randomId()]).toEqual(["op-1", "op-2"]);
  });

  test("refuses a clock that runs backwards or starts nowhere", () => {
    expect(() => fakeRuntime().advance(-1)).toThrow(/0 or more/);
    expect(() => fakeRuntime({ now: "yesterday" })).toThrow(/not a date/);
  });
});

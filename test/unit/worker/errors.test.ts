import {
  ConflictError,
  EmbedderError,
  EngineError,
  InvalidInputError,
  KeepsakeError,
  LLMError,
  LLMOutputError,
  StoreError,
} from "keepsake";
import { describe, expect, it } from "vitest";
import { fromWire, toWire } from "../../../src/errors.ts";

/** As it goes through postMessage. */
function across(error: unknown): Error {
  return fromWire(structuredClone(toWire(error)));
}

describe("an error of ours across a worker boundary", () => {
  const ours: KeepsakeError[] = [
    new InvalidInputError("a"),
    new InvalidInputError("a", { code: "not_found" }),
    new LLMError("llm_failed", "a", { stage: "extract" }),
    new LLMError("llm_timeout", "a", { retryable: false }),
    new LLMOutputError("a", "the reply", { details: { attempt: 2 } }),
    new EmbedderError("embedder_unavailable", "a"),
    new EmbedderError("embedder_failed", "a", { details: { space: "s" } }),
    new StoreError("store_quota", "a", { retryable: true }),
    new StoreError("store_blocked", "a"),
    new StoreError("store_lost", "a"),
    new StoreError("store_too_new", "a"),
    new StoreError("store_failed", "a"),
    new ConflictError("a", { details: { id: "m" } }),
    new EngineError("engine_start", "a"),
    new EngineError("engine_crashed", "a", { details: { outcome: "unknown" } }),
    new EngineError("engine_timeout", "a"),
    new EngineError("closed", "a"),
    new EngineError("cancelled", "a"),
  ];
  for (const error of ours) {
    it(`${error.name} ${error.code} is the same error again`, () => {
      const arrived = across(error) as KeepsakeError;
      expect(arrived).toBeInstanceOf(error.constructor);
      expect(arrived).toBeInstanceOf(KeepsakeError);
      expect(KeepsakeError.isInstance(arrived)).toBe(true);
      const { name, message, code, retryable, stage, details, stack } = error;
      expect(arrived).toMatchObject({ name, message, code, retryable, details, stack });
      // A class that is always of one stage may tell it where the error did not.
      if (stage !== undefined) expect(arrived.stage).toBe(stage);
      if (error instanceof LLMOutputError) expect((arrived as LLMOutputError).text).toBe("the reply");
    });
  }

  it("keeps the chain of causes, ours and foreign ones", () => {
    const inner = new DOMException("full", "QuotaExceededError");
    const error = new StoreError("store_quota", "a", { cause: new ConflictError("b", { cause: inner }) });
    const arrived = across(error);
    expect(arrived.cause).toBeInstanceOf(ConflictError);
    expect((arrived.cause as Error).cause).toMatchObject({ name: "QuotaExceededError", message: "full" });
  });

  it("has no cause where it had none", () => {
    expect("cause" in across(new ConflictError("a"))).toBe(false);
  });
});

describe("what else is thrown", () => {
  it("a foreign error keeps its name, message, stack and cause", () => {
    const error = new RangeError("too far", { cause: new SyntaxError("inner") });
    expect(across(error)).toMatchObject({
      name: "RangeError",
      message: "too far",
      stack: error.stack,
      cause: { name: "SyntaxError", message: "inner" },
    });
  });

  const values: [string, unknown, string][] = [
    ["a string", "just words", "just words"],
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["a number", 7, "7"],
  ];
  for (const [what, value, message] of values) {
    it(`${what} becomes an Error that says it`, () => {
      expect(across(value)).toMatchObject({ name: "Error", message });
    });
  }

  it("what cannot even be written as a string becomes an Error too", () => {
    for (const value of [Object.create(null), { toString: null, valueOf: null }]) {
      expect(across(value)).toBeInstanceOf(Error);
      expect(across(new Error("outer", { cause: value })).cause).toBeInstanceOf(Error);
    }
  });

  it("a cause that is no error is kept as one that says it", () => {
    expect(across(new Error("outer", { cause: "words" })).cause).toMatchObject({ name: "Error", message: "words" });
  });

  it("a cycle of causes ends, and what is in it is still told", () => {
    const one = new Error("one");
    const two = new StoreError("store_failed", "two", { cause: one });
    one.cause = two;
    const arrived = across(two);
    expect(arrived).toBeInstanceOf(StoreError);
    expect(arrived.cause).toMatchObject({ message: "one" });
    let depth = 0;
    for (let error: unknown = arrived; error instanceof Error; error = error.cause) depth += 1;
    expect(depth).toBeLessThan(20);
  });
});

import { describe, expect, test, vi } from "vitest";
import { aiSdk } from "../../../src/llm/ai-sdk.ts";
import type { LLMRequest } from "../../../src/types.ts";

/** The shape of the SDK's option types, which differ between versions. */
interface SdkOptions {
  model: { modelId: string };
  system?: string;
  messages?: { role: string; content: string }[];
  abortSignal?: AbortSignal;
}

const model = { modelId: "mock" };
const request = (signal: AbortSignal = new AbortController().signal): LLMRequest => ({
  purpose: "extract",
  messages: [
    { role: "system", content: "instructions" },
    { role: "user", content: "data" },
  ],
  schema: { type: "object" },
  signal,
});

describe("aiSdk", () => {
  test("calls generateText with the model, the instructions apart and the signal", async () => {
    const generateText = vi.fn((_options: SdkOptions) => Promise.resolve({ text: "{}", usage: {} }));
    const call = request();
    const llm = aiSdk({ model, generateText, maxOutputTokens: 99, callOptions: { maxRetries: 0 } });
    expect(await llm(call)).toBe("{}");
    expect(generateText).toHaveBeenCalledWith({
      model,
      system: "instructions",
      instructions: "instructions",
      messages: [{ role: "user", content: "data" }],
      abortSignal: call.signal,
      temperature: 0,
      maxOutputTokens: 99,
      maxRetries: 0,
    });
  });

  test("calls generateObject with the wrapped schema and gives the object as JSON", async () => {
    const generateObject = vi.fn((_options: SdkOptions & { schema: unknown }) =>
      Promise.resolve({ object: { facts: [] } }),
    );
    const jsonSchema = (schema: { type?: unknown }): unknown => ({ wrapped: schema.type });
    expect(await aiSdk({ model, generateObject, jsonSchema, temperature: null })(request())).toBe('{"facts":[]}');
    expect(generateObject.mock.calls[0]?.[0].schema).toEqual({ wrapped: "object" });
    expect(generateObject.mock.calls[0]?.[0]).not.toHaveProperty("temperature");
  });

  test("gives the text of a reply that generateObject could not parse to Keepsake's parser", async () => {
    const error = Object.assign(new Error("no object"), { name: "AI_NoObjectGeneratedError", text: "```json\n[]" });
    const generateObject = (): Promise<{ object: unknown }> => Promise.reject(error);
    expect(await aiSdk({ model, generateObject, jsonSchema: (schema) => schema })(request())).toBe("```json\n[]");
  });

  test.each([
    [{ isRetryable: false, statusCode: 401 }, false, { status: 401 }],
    [{ isRetryable: true, statusCode: 503 }, true, { status: 503 }],
    [{ lastError: { isRetryable: false, statusCode: 400 } }, false, { status: 400 }],
    [{}, true, {}],
  ])("turns an SDK error with %j into an LLMError", async (fields, retryable, details) => {
    const cause = Object.assign(new Error("from the SDK"), fields);
    const llm = aiSdk({ model, generateText: () => Promise.reject(cause) });
    await expect(llm(request())).rejects.toMatchObject({ code: "llm_failed", retryable, details, cause });
  });

  test("rejects with the signal's reason on abort", async () => {
    const controller = new AbortController();
    const llm = aiSdk({
      model,
      generateText: () => {
        controller.abort(new Error("changed my mind"));
        return Promise.reject(new Error("aborted"));
      },
    });
    await expect(llm(request(controller.signal))).rejects.toThrow("changed my mind");
  });

  test("refuses to be made without the functions it needs", () => {
    expect(() => aiSdk({ model })).toThrow(/generateText or generateObject/);
    expect(() => aiSdk({ model, generateObject: () => Promise.resolve({ object: 1 }) })).toThrow(/jsonSchema/);
  });
});

import { describe, expect, test, vi } from "vitest";
import { LLMError } from "../../../src/errors.ts";
import {
  preparePromptApi,
  promptApi,
  promptApiAvailability,
  type LanguageModelLike,
  type LanguageModelSession,
  type PromptApiAvailability,
} from "../../../src/llm/prompt-api.ts";
import type { LLMRequest } from "../../../src/types.ts";

type CreateOptions = NonNullable<Parameters<LanguageModelLike["create"]>[0]>;

/** The browser's model, as far as the adapter sees it. */
function browserModel(
  prompt: LanguageModelSession["prompt"],
  availability: PromptApiAvailability = "available",
): { model: LanguageModelLike; created: CreateOptions[]; destroyed: () => number } {
  const created: CreateOptions[] = [];
  const destroy = vi.fn();
  const model: LanguageModelLike = {
    availability: () => Promise.resolve(availability),
    create: (options = {}) => {
      created.push(options);
      const monitor = new EventTarget();
      options.monitor?.(monitor);
      for (const loaded of [0.5, 1]) monitor.dispatchEvent(Object.assign(new Event("downloadprogress"), { loaded }));
      return Promise.resolve({ prompt, destroy });
    },
  };
  return { model, created, destroyed: () => destroy.mock.calls.length };
}

function request(signal: AbortSignal = new AbortController().signal): LLMRequest {
  return {
    purpose: "extract",
    messages: [
      { role: "system", content: "instructions" },
      { role: "user", content: "data" },
    ],
    schema: { type: "object" },
    signal,
  };
}

describe("promptApi", () => {
  test("asks in a session of its own, constrained by the schema, and destroys it", async () => {
    const prompt = vi.fn(() => Promise.resolve("{}"));
    const { model, created, destroyed } = browserModel(prompt);
    const call = request();
    expect(await promptApi({ languageModel: model, languages: ["en", "es"] })(call)).toBe("{}");
    expect(created[0]).toMatchObject({
      initialPrompts: [{ role: "system", content: "instructions" }],
      expectedOutputs: [{ type: "text", languages: ["en", "es"] }],
    });
    expect(prompt).toHaveBeenCalledWith("data", { responseConstraint: call.schema, signal: call.signal });
    expect(destroyed()).toBe(1);
  });

  test("asks without the schema where the browser does not support it, and remembers that", async () => {
    const prompt = vi.fn((_input: string, options?: { responseConstraint?: unknown }) =>
      options?.responseConstraint === undefined
        ? Promise.resolve("{}")
        : Promise.reject(new DOMException("no", "NotSupportedError")),
    );
    const llm = promptApi({ languageModel: browserModel(prompt).model });
    await llm(request());
    await llm(request());
    expect(prompt).toHaveBeenCalledTimes(3);
  });

  test("reports the download", async () => {
    const onProgress = vi.fn();
    const { model, destroyed } = browserModel(() => Promise.resolve(""), "downloadable");
    await preparePromptApi({ languageModel: model, onProgress });
    expect(onProgress.mock.calls).toEqual([[0.5], [1]]);
    expect(destroyed()).toBe(1);
  });

  test("says clearly that there is no model", async () => {
    expect(await promptApiAvailability()).toBe("unavailable");
    await expect(promptApi()(request())).rejects.toMatchObject({ code: "llm_failed", retryable: false });
    const { model } = browserModel(() => Promise.resolve(""), "unavailable");
    await expect(promptApi({ languageModel: model })(request())).rejects.toThrow(/cannot run on this device/);
  });

  test.each([
    ["NotAllowedError", true, /user gesture.*preparePromptApi/],
    ["QuotaExceededError", false, /too long/],
    ["UnknownError", true, /failed/],
  ])("turns the browser's %s into an LLMError", async (name, retryable, message) => {
    const { model, destroyed } = browserModel(() => Promise.reject(new DOMException("said the browser", name)));
    const error: unknown = await promptApi({ languageModel: model })(request()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LLMError);
    expect(error).toMatchObject({ code: "llm_failed", retryable, message: expect.stringMatching(message) as string });
    expect(destroyed()).toBe(1);
  });

  test("rejects with the signal's reason on abort, and destroys the session", async () => {
    const controller = new AbortController();
    const { model, destroyed } = browserModel(() => {
      controller.abort(new Error("changed my mind"));
      return Promise.reject(new DOMException("aborted", "AbortError"));
    });
    await expect(promptApi({ languageModel: model })(request(controller.signal))).rejects.toThrow("changed my mind");
    expect(destroyed()).toBe(1);
  });
});

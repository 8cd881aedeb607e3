import { describe, expect, test, vi } from "vitest";
import { LLMError } from "../../../src/errors.ts";
import { webLLM, type WebLLMEngine, type WebLLMRequest } from "../../../src/llm/web-llm.ts";
import type { LLMRequest } from "../../../src/types.ts";

const reply = (content: unknown): unknown => ({ choices: [{ message: { content } }] });

function engineWith(create: (request: WebLLMRequest) => Promise<unknown>): {
  engine: WebLLMEngine;
  create: ReturnType<typeof vi.fn<typeof create>>;
  interruptGenerate: ReturnType<typeof vi.fn<() => void>>;
} {
  const spy = vi.fn(create);
  const interruptGenerate = vi.fn<() => void>();
  return { engine: { chat: { completions: { create: spy } }, interruptGenerate }, create: spy, interruptGenerate };
}

function request(signal: AbortSignal = new AbortController().signal): LLMRequest {
  return { purpose: "resolve", messages: [{ role: "user", content: "data" }], schema: { type: "object" }, signal };
}

describe("webLLM", () => {
  test("passes messages and the schema as text, and gives the reply text", async () => {
    const { engine, create } = engineWith(() => Promise.resolve(reply("{}")));
    expect(await webLLM(engine, { maxTokens: 200 })(request())).toBe("{}");
    expect(create).toHaveBeenCalledWith({
      messages: [{ role: "user", content: "data" }],
      stream: false,
      temperature: 0,
      max_tokens: 200,
      response_format: { type: "json_object", schema: '{"type":"object"}' },
    });
  });

  test("can leave the schema or the JSON mode away", async () => {
    const { engine, create } = engineWith(() => Promise.resolve(reply("{}")));
    await webLLM(engine, { jsonMode: "object" })(request());
    await webLLM(engine, { jsonMode: "none" })(request());
    expect(create.mock.calls[0]?.[0].response_format).toEqual({ type: "json_object" });
    expect(create.mock.calls[1]?.[0]).not.toHaveProperty("response_format");
  });

  test("runs one call after the other, also after one that failed", async () => {
    let running = 0;
    const { engine } = engineWith(async ({ messages }) => {
      expect(++running).toBe(1);
      await Promise.resolve();
      running--;
      if (messages[0]?.content === "fail") throw new Error("GPU lost");
      return reply("{}");
    });
    const llm = webLLM(engine);
    const failing = { ...request(), messages: [{ role: "user" as const, content: "fail" }] };
    const results = await Promise.allSettled([llm(request()), llm(failing), llm(request())]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test("turns an engine error and a strange answer into an LLMError", async () => {
    const cause = new Error("GPU lost");
    const failing = webLLM(engineWith(() => Promise.reject(cause)).engine);
    await expect(failing(request())).rejects.toMatchObject({ code: "llm_failed", retryable: true, cause });
    await expect(webLLM(engineWith(() => Promise.resolve({})).engine)(request())).rejects.toBeInstanceOf(LLMError);
    expect(await webLLM(engineWith(() => Promise.resolve(reply(null))).engine)(request())).toBe("");
  });

  test("interrupts the engine on abort and rejects with the signal's reason, not with half a reply", async () => {
    const controller = new AbortController();
    let finish: (value: unknown) => void = () => undefined;
    const { engine, create, interruptGenerate } = engineWith(() => new Promise((resolve) => (finish = resolve)));
    const llm = webLLM(engine);
    const run = llm(request(controller.signal));
    await vi.waitFor(() => expect(create).toHaveBeenCalled());
    controller.abort(new Error("changed my mind"));
    await expect(run).rejects.toThrow("changed my mind");
    expect(interruptGenerate).toHaveBeenCalledTimes(1);
    finish(reply('{"facts":'));
  });

  test("leaves the engine alone when a call is aborted before its turn", async () => {
    const controller = new AbortController();
    const { engine, create, interruptGenerate } = engineWith(() => Promise.resolve(reply("{}")));
    const llm = webLLM(engine);
    const first = llm(request());
    const second = llm(request(controller.signal));
    controller.abort(new Error("changed my mind"));
    await expect(second).rejects.toThrow("changed my mind");
    expect(await first).toBe("{}");
    expect(create).toHaveBeenCalledTimes(1);
    expect(interruptGenerate).not.toHaveBeenCalled();
  });
});

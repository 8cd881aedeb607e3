/** The rerank request through every adapter: messages and the schema of the reply arrive as they are asked for. */
import { describe, expect, it, vi } from "vitest";
import { aiSdk } from "../../../src/llm/ai-sdk.ts";
import { openaiCompatible } from "../../../src/llm/openai-compatible.ts";
import { promptApi } from "../../../src/llm/prompt-api.ts";
import { webLLM } from "../../../src/llm/web-llm.ts";
import { RELEVANCE, rerankMessages } from "../../../src/rerank/prompt.ts";
import { RERANK_SCHEMA } from "../../../src/rerank/reply.ts";
import { scores } from "../../../src/testing/scripted-llm.ts";
import type { LLM } from "../../../src/types.ts";

const messages = rerankMessages({ query: "tea", documents: ["User likes tea"], criteria: [RELEVANCE] });
const [system, user] = messages.map(({ content }) => content);
const REPLY = JSON.stringify(scores(0.9));

const ask = (llm: LLM): Promise<string> =>
  llm({ purpose: "rerank", messages, schema: RERANK_SCHEMA, signal: new AbortController().signal });

describe("a rerank request", () => {
  it("through openaiCompatible: as a strict JSON schema", async () => {
    const body = { choices: [{ message: { role: "assistant", content: REPLY } }] };
    const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json(body));
    expect(await ask(openaiCompatible({ baseUrl: "http://localhost/v1", model: "m", fetch }))).toBe(REPLY);
    expect(JSON.parse(fetch.mock.calls[0]![1]!.body as string)).toMatchObject({
      messages,
      response_format: { type: "json_schema", json_schema: { name: "rerank", strict: true, schema: RERANK_SCHEMA } },
    });
  });

  it("through the browser's Prompt API: as a constraint of the reply", async () => {
    const prompt = vi.fn(async () => REPLY);
    const languageModel = {
      availability: async () => "available" as const,
      create: async () => ({ prompt, destroy: () => undefined }),
    };
    expect(await ask(promptApi({ languageModel }))).toBe(REPLY);
    expect(prompt).toHaveBeenCalledWith(user, expect.objectContaining({ responseConstraint: RERANK_SCHEMA }));
  });

  it("through WebLLM: as the schema of its JSON mode", async () => {
    const create = vi.fn(async (_request: object) => ({ choices: [{ message: { content: REPLY } }] }));
    const engine = { chat: { completions: { create } }, interruptGenerate: () => undefined };
    expect(await ask(webLLM(engine))).toBe(REPLY);
    expect(create.mock.calls[0]![0]).toMatchObject({
      messages,
      response_format: { type: "json_object", schema: JSON.stringify(RERANK_SCHEMA) },
    });
  });

  it("through the AI SDK: as the schema of an object", async () => {
    const generateObject = vi.fn(async (_options: object) => ({ object: scores(0.9) }));
    const jsonSchema = (schema: object): object => ({ wrapped: schema });
    expect(await ask(aiSdk({ model: {}, generateObject, jsonSchema }))).toBe(REPLY);
    expect(generateObject.mock.calls[0]![0]).toMatchObject({ system, schema: { wrapped: RERANK_SCHEMA } });
  });
});

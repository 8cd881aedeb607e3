import { LLMError, type LLMRequest } from "keepsake";
import { aiSdk } from "keepsake/llm/ai-sdk";
import { openaiCompatible } from "keepsake/llm/openai-compatible";
import { promptApi } from "keepsake/llm/prompt-api";
import { webLLM } from "keepsake/llm/web-llm";
import { describe, expect, it } from "vitest";

const URL_OF_IMAGE = "data:image/png;base64,AQID";
const REQUEST: LLMRequest = {
  purpose: "describe",
  messages: [
    { role: "system", content: "Describe." },
    { role: "user", content: "This image.", images: [URL_OF_IMAGE] },
  ],
  schema: { type: "string" },
  signal: new AbortController().signal,
};
const PARTS = [
  { type: "text", text: "This image." },
  { type: "image_url", image_url: { url: URL_OF_IMAGE } },
];

describe("a request to describe an image", () => {
  it("goes to an OpenAI-compatible server as parts, and asks for no JSON", async () => {
    const bodies: Record<string, unknown>[] = [];
    const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
      bodies.push(JSON.parse(String(init?.body)) as Record<string, unknown>);
      return Response.json({ choices: [{ message: { content: "A dog." } }] });
    };
    const llm = openaiCompatible({ baseUrl: "http://localhost:1/v1", model: "m", fetch: fetch as never });
    expect(await llm(REQUEST)).toBe("A dog.");
    expect(bodies[0]).toMatchObject({ messages: [{}, { content: PARTS }] });
    expect(bodies[0]).not.toHaveProperty("response_format");
  });

  it("goes to WebLLM as parts, and asks for no JSON", async () => {
    const asked: object[] = [];
    const create = async (request: object): Promise<unknown> => {
      asked.push(request);
      return { choices: [{ message: { content: "A dog." } }] };
    };
    const llm = webLLM({ chat: { completions: { create } }, interruptGenerate: () => undefined });
    expect(await llm(REQUEST)).toBe("A dog.");
    expect(asked[0]).toMatchObject({ messages: [{}, { content: PARTS }] });
    expect(asked[0]).not.toHaveProperty("response_format");
  });

  it("goes to the AI SDK as parts", async () => {
    const asked: object[] = [];
    const generateText = async (call: object): Promise<{ text: string }> => {
      asked.push(call);
      return { text: "A dog." };
    };
    const llm = aiSdk({ model: "m", generateText } as never);
    expect(await llm(REQUEST)).toBe("A dog.");
    expect(asked[0]).toMatchObject({ messages: [{ content: [PARTS[0], { type: "image", image: URL_OF_IMAGE }] }] });
  });

  it("is refused by the Prompt API adapter, with what to do", async () => {
    const refused = promptApi()(REQUEST);
    await expect(refused).rejects.toBeInstanceOf(LLMError);
    await expect(refused).rejects.toThrow(/images: "skip"/);
  });
});

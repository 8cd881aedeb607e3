// @vitest-environment node
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LLMError, toWire } from "../../../src/errors.ts";
import { openaiCompatible, type OpenAICompatibleOptions } from "../../../src/llm/openai-compatible.ts";
import type { JSONObject, LLMRequest } from "../../../src/types.ts";

interface Seen {
  url: string;
  headers: IncomingHttpHeaders;
  body: JSONObject;
}

let server: Server;
let baseUrl: string;
let seen: Seen[];
let answer: (body: JSONObject, response: ServerResponse) => void;

beforeEach(async () => {
  seen = [];
  answer = (_body, response) => send(response, 200, reply("{}"));
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as JSONObject;
      seen.push({ url: request.url ?? "", headers: request.headers, body });
      answer(body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

const reply = (content: unknown): JSONObject =>
  ({ choices: [{ message: { role: "assistant", content } }] }) as JSONObject;

function request(signal: AbortSignal = new AbortController().signal): LLMRequest {
  return {
    purpose: "extract",
    messages: [
      { role: "system", content: "instructions" },
      { role: "user", content: "my secret hobby" },
    ],
    schema: { type: "object" },
    signal,
  };
}

const make = (options: Partial<OpenAICompatibleOptions> = {}): ReturnType<typeof openaiCompatible> =>
  openaiCompatible({ baseUrl, model: "small", ...options });

const format = (index: number): unknown => (seen[index]?.body["response_format"] as JSONObject | undefined)?.["type"];

async function failure(run: Promise<string>): Promise<LLMError> {
  const error: unknown = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LLMError);
  return error as LLMError;
}

describe("a call", () => {
  test("posts messages, model and schema to /chat/completions and gives the reply text", async () => {
    answer = (_body, response) => send(response, 200, reply('{"facts":[]}'));
    const llm = make({ baseUrl: `${baseUrl}/`, apiKey: "k1", headers: { "x-app": "demo" }, maxTokens: 300 });
    expect(await llm(request())).toBe('{"facts":[]}');
    expect(seen[0]?.url).toBe("/v1/chat/completions");
    expect(seen[0]?.headers).toMatchObject({ authorization: "Bearer k1", "x-app": "demo" });
    expect(seen[0]?.body).toEqual({
      model: "small",
      messages: request().messages,
      stream: false,
      temperature: 0,
      max_tokens: 300,
      response_format: {
        type: "json_schema",
        json_schema: { name: "extract", strict: true, schema: { type: "object" } },
      },
    });
  });

  test("sends no key, temperature or format that was not asked for", async () => {
    await make({ temperature: null, jsonMode: "none" })(request());
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(Object.keys(seen[0]?.body ?? {})).toEqual(["model", "messages", "stream"]);
  });

  test("lets headers of the app win", async () => {
    await make({ apiKey: "k1", headers: { Authorization: "Basic x" } })(request());
    expect(seen[0]?.headers.authorization).toBe("Basic x");
  });

  test("joins a reply in parts, and takes a null content for an empty reply", async () => {
    answer = (_body, response) =>
      send(
        response,
        200,
        reply([
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ]),
      );
    expect(await make()(request())).toBe("ab");
    answer = (_body, response) => send(response, 200, reply(null));
    expect(await make()(request())).toBe("");
  });

  test("uses the given fetch", async () => {
    const fetch: typeof globalThis.fetch = () => Promise.resolve(Response.json(reply("mine")));
    expect(await make({ fetch })(request())).toBe("mine");
    expect(seen).toHaveLength(0);
  });
});

describe("a server that refuses the JSON mode", () => {
  test("is asked with the next weaker one, and what it took is remembered", async () => {
    answer = (body, response) =>
      body["response_format"] === undefined ? send(response, 200, reply("ok")) : send(response, 400, { error: {} });
    const llm = make();
    expect(await llm(request())).toBe("ok");
    expect(await llm(request())).toBe("ok");
    expect(seen.map((_, i) => format(i))).toEqual(["json_schema", "json_object", undefined, undefined]);
  });

  test("but is not held to a weaker mode by a 400 with another reason", async () => {
    answer = (_body, response) => send(response, 400, { error: { code: "context_length_exceeded" } });
    const llm = make();
    const error = await failure(llm(request()));
    expect(error).toMatchObject({
      retryable: false,
      details: { status: 400, providerCode: "context_length_exceeded" },
    });
    answer = (_body, response) => send(response, 200, reply("ok"));
    await llm(request());
    expect(format(3)).toBe("json_schema");
  });
});

describe("an HTTP error", () => {
  test.each([
    [401, false, /apiKey/],
    [403, false, /apiKey/],
    [404, false, /baseUrl/],
    [408, true, /later/],
    [413, false, /too long/],
    [429, true, /wait/],
    [500, true, /later/],
    [503, true, /later/],
  ])("%i is an LLMError with retryable %s and advice", async (status, retryable, advice) => {
    answer = (_body, response) => send(response, status, "<html>oops</html>");
    const error = await failure(make()(request()));
    expect(error).toMatchObject({ code: "llm_failed", retryable, details: { status } });
    expect(error.message).toMatch(advice);
    expect(seen).toHaveLength(1);
  });

  test("carries the delay the server asks for, in ms, from seconds or a date", async () => {
    answer = (_body, response) => send(response, 429, {}, { "retry-after": "7" });
    expect((await failure(make()(request()))).details["retryAfterMs"]).toBe(7_000);
    const dates = { date: "Sun, 22 Nov 2026 10:00:00 GMT", "retry-after": "Sun, 22 Nov 2026 10:01:30 GMT" };
    answer = (_body, response) => send(response, 503, {}, dates);
    expect((await failure(make()(request()))).details["retryAfterMs"]).toBe(90_000);
    answer = (_body, response) => send(response, 503, {}, { "retry-after": "soon" });
    expect((await failure(make()(request()))).details).not.toHaveProperty("retryAfterMs");
  });

  test("never shows message text or key, even where the server repeats them", async () => {
    const apiKey = "sk-topsecret";
    const echo = { error: { code: `key ${apiKey}`, type: "bad_request", message: `my secret hobby ${apiKey}` } };
    for (const status of [400, 401, 500]) {
      answer = (_body, response) => send(response, status, echo);
      const error = await failure(make({ apiKey, jsonMode: "none" })(request()));
      expect(JSON.stringify(toWire(error))).not.toMatch(/topsecret|hobby/);
      expect(error.details["providerCode"]).toBe("bad_request");
    }
    answer = (_body, response) => send(response, 200, "my secret hobby");
    expect(JSON.stringify(toWire(await failure(make({ apiKey })(request()))))).not.toMatch(/topsecret|hobby/);
  });
});

describe("a server that cannot be reached or understood", () => {
  test("is a retryable LLMError with a hint at CORS, without the path of the URL", async () => {
    const llm = make({ baseUrl: "http://127.0.0.1:1/key-in-path/v1" });
    const error = await failure(llm(request()));
    expect(error).toMatchObject({ code: "llm_failed", retryable: true });
    expect(error.message).toMatch(/127\.0\.0\.1:1 .*CORS.*OLLAMA_ORIGINS/);
    expect(JSON.stringify(toWire(error))).not.toContain("key-in-path");
  });

  test.each([["<html>"], ["{}"], ['{"choices":[]}'], ['{"choices":[{"message":{"content":7}}]}'], ["null"]])(
    "is an LLMError when it answers %s",
    async (body) => {
      answer = (_body, response) => send(response, 200, body);
      expect((await failure(make()(request()))).message).toMatch(/baseUrl/);
    },
  );
});

describe("abort", () => {
  test("while the server thinks rejects with the signal's reason and closes the connection", async () => {
    const controller = new AbortController();
    const closed = new Promise<void>((resolve) => {
      answer = (_body, response) => {
        response.on("close", resolve);
        controller.abort(new Error("changed my mind"));
      };
    });
    await expect(make()(request(controller.signal))).rejects.toThrow("changed my mind");
    await closed;
  });

  test("in the middle of the answer rejects with the signal's reason", async () => {
    const controller = new AbortController();
    answer = (_body, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"choices":');
      setTimeout(() => controller.abort(new Error("changed my mind")), 20);
    };
    await expect(make()(request(controller.signal))).rejects.toThrow("changed my mind");
  });

  test("before the call sends nothing", async () => {
    await expect(make()(request(AbortSignal.abort(new Error("no"))))).rejects.toThrow("no");
    expect(seen).toHaveLength(0);
  });
});

test("wrong options are refused at once, without showing the key", () => {
  expect(() => make({ baseUrl: " " })).toThrow(/baseUrl/);
  expect(() => make({ model: "" })).toThrow(/model/);
  expect(() => make({ apiKey: "sk-secret\n" })).not.toThrow();
  expect(() => make({ apiKey: "sk\nsecret" })).toThrow(/^openaiCompatible: apiKey or headers hold/);
});

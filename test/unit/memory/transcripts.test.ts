import "fake-indexeddb/auto";
import type { MessageInput, TraceStage } from "keepsake";
import { facts, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

/** As OpenAI's chat API has it. */
const openai = [
  { role: "developer", content: "You are helpful." },
  { role: "user", content: "I live in Oslo. What's the weather?" },
  { role: "assistant", content: null, tool_calls: [{ id: "c1", function: { name: "weather", arguments: "{}" } }] },
  { role: "tool", tool_call_id: "c1", content: "I live in Rome. 20 degrees" },
  { role: "assistant", content: "20 degrees." },
];
const OPENAI: MessageInput[] = openai;
/** As the AI SDK has it. */
const aiSdk = [
  { role: "user", content: [{ type: "text", text: "I live in Oslo." }] },
  {
    role: "assistant",
    content: [
      { type: "reasoning", text: "hm" },
      { type: "tool-call", toolName: "weather" },
    ],
  },
  { role: "tool", content: [{ type: "tool-result", output: { type: "text", value: "I live in Rome." } }] },
  {
    role: "assistant",
    content: [
      { type: "reasoning", text: "so" },
      { type: "text", text: "20 degrees." },
    ],
  },
];
const AI_SDK: MessageInput[] = aiSdk;

function leftOut(trace: TraceStage[] = []): string[] | undefined {
  const stage = trace.find((one) => one.stage === "context");
  return stage?.stage === "context" ? stage.leftOut : undefined;
}

describe("a whole transcript", () => {
  it.each([
    ["OpenAI", OPENAI, ["messages[2] (assistant)", "messages[3] (tool)"]],
    ["the AI SDK", AI_SDK, ["messages[1] (assistant)", "messages[2] (tool)"]],
  ])("of %s is taken: what tools say is left out, and the trace tells", async (_, messages, expected) => {
    const memory = openMemory();
    const { trace } = await memory.add(messages, { ...ALICE, trace: true });
    expect(leftOut(trace)).toEqual(expected);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Oslo"]);
  });

  it("shows the LLM what was said, and nothing of tools or of what the model thought", async () => {
    const llm = scriptedLLM([facts(), facts()]);
    const memory = openMemory({ llm });
    await memory.add(AI_SDK, ALICE);
    await memory.add("And now?", ALICE);
    for (const call of llm.calls) {
      expect(call.messages[1]!.content).toContain("20 degrees.");
      expect(call.messages[1]!.content).not.toMatch(/Rome|hm|so"/);
    }
  });

  it("word for word, too: a tool's answer is no memory", async () => {
    const memory = openMemory({ defaults: { infer: false } });
    const { trace } = await memory.add(OPENAI, { ...ALICE, trace: true });
    expect(leftOut(trace)).toHaveLength(2);
    expect(texts(await memory.getAll(ALICE))).toEqual(["20 degrees.", OPENAI[1]!.content]);
  });

  it("is refused where nobody said anything, and an assistant without content or calls still is no message", async () => {
    const memory = openMemory();
    await expect(memory.add([OPENAI[3]!], ALICE)).rejects.toThrow(/of a tool/);
    await expect(memory.add([{ role: "assistant", content: null }], ALICE)).rejects.toThrow(/content must be/);
    await expect(memory.add([{ role: "robot", content: "hi" }], ALICE)).rejects.toThrow(/role must be/);
  });
});

describe("what TypeScript users have at hand", () => {
  interface Note {
    page: number;
    by?: string;
  }

  it("a value of an interface is metadata, in add and in update; what is no object is refused", async () => {
    const memory = openMemory();
    const note: Note = { page: 1, by: "me" };
    const { results } = await memory.add("I like tea.", { ...ALICE, metadata: note });
    const change: Note = { page: 2 };
    expect((await memory.update(results[0]!.id!, { metadata: change })).metadata).toEqual({ page: 2, by: "me" });
    await expect(memory.add("I like rum.", { ...ALICE, metadata: [] })).rejects.toThrow(/metadata must be an object/);
  });

  it("a filter takes Dates where it takes ISO strings", async () => {
    const memory = openMemory({ defaults: { infer: false } });
    await memory.add("old", { ...ALICE, timestamp: "2020-01-01", metadata: { due: "2026-01-01T00:00:00.000Z" } });
    await memory.add("new", { ...ALICE, timestamp: "2024-01-01" });
    const since = new Date("2022-01-01");
    expect(texts(await memory.getAll({ ...ALICE, filters: { createdAt: { gte: since } } }))).toEqual(["new"]);
    expect(texts(await memory.getAll({ ...ALICE, filters: { NOT: [{ created_at: { gt: since } }] } }))).toEqual([
      "old",
    ]);
    const due = new Date("2026-01-01");
    expect(texts(await memory.search("old", { ...ALICE, filters: { due: { in: [due] } } }))).toEqual(["old"]);
    const wrong = memory.getAll({ ...ALICE, filters: { createdAt: new Date(Number.NaN) } });
    await expect(wrong).rejects.toThrow(/invalid Date/);
  });
});

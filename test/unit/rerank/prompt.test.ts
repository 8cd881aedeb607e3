import { describe, expect, it } from "vitest";
import { estimateTokens } from "../../../src/add/trace.ts";
import { RELEVANCE, rerankMessages } from "../../../src/rerank/prompt.ts";

const [system, user] = rerankMessages({
  query: "tea",
  documents: ["User likes tea", "x".repeat(600)],
  criteria: [RELEVANCE],
});

describe("the rerank prompt", () => {
  it("has at most 400 tokens of instructions", () => {
    expect(estimateTokens(system!.content)).toBeLessThanOrEqual(400);
  });

  it("shows memories by the ids of this call, and long ones by their beginning", () => {
    expect(user!.content.split("\n")).toEqual([
      "<query>",
      '{"text":"tea"}',
      "</query>",
      "<memories>",
      '{"id":0,"text":"User likes tea"}',
      `{"id":1,"text":"${"x".repeat(500)} …"}`,
      "</memories>",
      'Reply with {"memories":[...]} for the 2 memories.',
    ]);
  });
});

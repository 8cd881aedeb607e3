import { describe, expect, it } from "vitest";
import { ReplyProblem } from "../../../src/add/parse-reply.ts";
import { validateScores } from "../../../src/rerank/reply.ts";

const BOUNDS = { documents: 3, criteria: 1 };

describe("scores of an LLM", () => {
  it("come in the order of the memories, whatever the order of the reply", () => {
    const reply = { memories: [2, 0, 1].map((id) => ({ id, scores: [id / 10] })) };
    expect(validateScores(reply, BOUNDS)).toEqual([[0], [0.1], [0.2]]);
  });

  it.each([
    ["a bare list", [{ id: 0, scores: [0.5] }]],
    ["one number instead of a list", { memories: [{ id: 0, score: 0.5 }] }],
    ["ids and numbers as strings", { memories: [{ id: "#0", scores: ["0.5"] }] }],
    ["another key around it", { result: { memories: [{ id: 0, scores: [0.5] }] } }],
    ["the name of its parts", { scores: [{ id: 0, scores: [0.5] }] }],
    ["other names", { results: [{ index: 0, relevance: 0.5 }] }],
  ])("are read from %s", (_what, reply) => {
    expect(validateScores(reply, BOUNDS)).toEqual([[0.5], [0], [0]]);
  });

  it("for unknown ids are dropped, and of two for one memory the first counts", () => {
    const ids = [-1, 3, 1.5, "one", null, 1, 1];
    const reply = { memories: ids.map((id, i) => ({ id, scores: [(i + 1) / 10] })) };
    expect(validateScores(reply, BOUNDS)).toEqual([[0], [0.6], [0]]);
  });

  it.each([
    [10, [0, 8, 10]],
    [100, [3, 80, 100]],
  ])("on a scale of %i are brought to 1", (scale, given) => {
    const reply = { memories: given.map((score, id) => ({ id, scores: [score] })) };
    expect(validateScores(reply, BOUNDS)).toEqual(given.map((score) => [score / scale]));
  });

  it.each([
    ["no list", { answer: "fine" }],
    ["an empty list", { memories: [] }],
    ["no id that was shown", { memories: [{ id: 9, scores: [1] }] }],
    ["a word", { memories: [{ id: 0, scores: ["high"] }] }],
    ["nothing", { memories: [{ id: 0 }] }],
    ["an empty string", { memories: [{ id: 0, scores: [""] }] }],
    ["a negative number", { memories: [{ id: 0, scores: [-1] }] }],
    ["too many numbers", { memories: [{ id: 0, scores: [1, 1] }] }],
    ["a number beyond any scale", { memories: [{ id: 0, scores: [1e9] }] }],
  ])("that are %s cannot be used", (_what, reply) => {
    expect(() => validateScores(reply, BOUNDS)).toThrow(ReplyProblem);
  });
});

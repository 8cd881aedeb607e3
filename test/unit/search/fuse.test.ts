import { describe, expect, test } from "vitest";
import { fuse } from "../../../src/search/fuse.ts";
import { overlap, weakTerms } from "../../../src/search/overlap.ts";

const tokenize = (text: string): string[] => text.toLowerCase().match(/\w+/g) ?? [];

describe("fuse", () => {
  test("words add candidates, they do not only re-rank", () => {
    const vector = [{ key: "near", similarity: 0.5 }];
    const keyword = [{ key: "word", coverage: 0.9 }];
    expect(fuse({ kind: "semantic", vector, keyword }).map(({ key }) => key)).toEqual(["near", "word"]);
    expect(fuse({ kind: "lexical", vector, keyword }).map(({ key }) => key)).toEqual(["word", "near"]);
  });

  test("gives the parts of a score", () => {
    const [hit] = fuse({
      kind: "semantic",
      vector: [{ key: 1, similarity: 0.5 }],
      keyword: [{ key: 1, coverage: 0.2 }],
    });
    expect(hit?.parts.vector).toBeCloseTo(0.7 * 0.5, 12);
    expect(hit?.parts.keyword).toBeCloseTo(0.3 * 0.2, 12);
    expect(hit?.parts.person).toBe(0);
    expect(hit?.score).toBeCloseTo(0.7 * 0.5 + 0.3 * 0.2, 12);
  });

  test("takes a negative cosine and NaN for nothing, and more than 1 for 1", () => {
    const parts = (similarity: number): number | undefined =>
      fuse({ kind: "lexical", vector: [{ key: 1, similarity }], keyword: [] })[0]?.parts.vector;
    expect([-0.4, NaN, 1.0000001].map(parts)).toEqual([0, 0, 0.1]);
  });

  test("takes the best where a key is given twice", () => {
    const vector = [0.2, 0.6, 0.4].map((similarity) => ({ key: "a", similarity }));
    expect(fuse({ kind: "lexical", vector, keyword: [] })).toEqual([
      { key: "a", score: 0.1 * 0.6, parts: { vector: 0.1 * 0.6, keyword: 0, person: 0, time: 0 } },
    ]);
  });

  test("puts what is about the person named first among equals, and lets better words win", () => {
    const rank = (coverages: [number, number]): string[] =>
      fuse({
        kind: "lexical",
        vector: [],
        keyword: [
          { key: "ann", coverage: coverages[0] },
          { key: "ben", coverage: coverages[1] },
        ],
        person: new Set(["ben"]),
      }).map(({ key }) => key);
    expect([rank([0.5, 0.5]), rank([0.5, 0.2])]).toEqual([
      ["ben", "ann"],
      ["ann", "ben"],
    ]);
  });

  test("a full match of everything scores 1, with a name and a time and without", () => {
    const all = { vector: [{ key: 1, similarity: 1 }], keyword: [{ key: 1, coverage: 1 }] };
    for (const more of [{}, { person: new Set([1]) }, { person: new Set([1]), time: new Map([[1, 1]]) }]) {
      for (const kind of ["lexical", "semantic"] as const) {
        expect(fuse({ kind, ...all, ...more })[0]?.score).toBeCloseTo(1, 12);
      }
    }
  });

  test("orders equal scores by key", () => {
    const vector = [10, 9, 2].map((key) => ({ key, similarity: 0.5 }));
    expect(fuse({ kind: "semantic", vector, keyword: [] }).map(({ key }) => key)).toEqual([2, 9, 10]);
  });
});

describe("overlap", () => {
  const weak = weakTerms(tokenize);
  const of = (fact: string, memory: string): number => overlap(tokenize(fact), tokenize(memory), { weak });

  test("is the share of the fact's informative words that the memory contains", () => {
    expect(of("User drinks green tea", "User drinks black tea")).toBeCloseTo(2 / 3, 12);
    expect(of("User drinks tea", "Every morning the user drinks tea")).toBe(1);
  });

  test("does not count words that say nothing about the topic", () => {
    expect(of("User loves skiing", "User loves tea")).toBe(0);
    expect(of("User wants to go to Kyoto", "User wants to go home")).toBeLessThan(1);
    expect(of("User hates coffee", "User loves coffee")).toBe(1);
    expect(of("User likes it", "User likes it")).toBeGreaterThanOrEqual(0);
    expect(of("User likes things", "User likes things")).toBe(0);
  });

  test("lets rare words count more", () => {
    const rarity = (term: string): number => (term === "lives" ? 1 : 3);
    expect(overlap(["lives", "berlin"], ["lives", "hamburg"], { weak, rarity })).toBeCloseTo(1 / 4, 12);
  });

  test("writes the weak words as the tokenizer does", () => {
    const stem = (text: string): string[] => tokenize(text).map((word) => word.replace(/e?s$/, "").toUpperCase());
    expect(overlap(stem("user loves tea"), stem("user loves chess"), { weak: weakTerms(stem) })).toBe(0);
  });

  test("counts a repeated word once, and is 0 for a fact without words", () => {
    expect(overlap(["tea", "tea", "cake"], ["tea"])).toBe(0.5);
    expect(overlap([], ["tea"])).toBe(0);
  });
});

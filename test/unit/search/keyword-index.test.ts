import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../../src/errors.ts";
import { KeywordIndex, rarity, searchKeywords } from "../../../src/search/keyword-index.ts";

const tokenize = (text: string): string[] => text.toLowerCase().match(/\w+/g) ?? [];

function indexOf(texts: Record<number, string>): KeywordIndex {
  const index = new KeywordIndex(tokenize);
  for (const [label, text] of Object.entries(texts)) index.set(Number(label), text);
  return index;
}

const labels = (hits: { label: number }[]): number[] => hits.map((hit) => hit.label);

describe("KeywordIndex", () => {
  test("counts texts, terms and their repeats", () => {
    const index = indexOf({ 1: "green tea green", 2: "tea", 3: "" });
    expect([index.size, index.totalLength, index.termCount]).toEqual([3, 4, 2]);
    expect(["tea", "green", "coffee"].map((term) => index.documentFrequency(term))).toEqual([2, 1, 0]);
    expect(index.terms(1)).toEqual(["green", "tea"]);
    expect(index.terms(9)).toEqual([]);
  });

  test("replaces what a label held", () => {
    const index = indexOf({ 1: "green tea" });
    index.set(1, "coffee");
    expect([index.size, index.totalLength, index.documentFrequency("tea")]).toEqual([1, 1, 0]);
    expect(labels(searchKeywords([index], "coffee tea", { topK: 5 }))).toEqual([1]);
  });

  test("keeps nothing of what was removed, and ignores labels it does not know", () => {
    const index = indexOf({ 1: "green tea", 2: "black tea", 4_000_000_000: "tea" });
    for (const label of [1, 7, 4_000_000_000, 2, 2]) index.remove(label);
    expect([index.size, index.totalLength, index.termCount]).toEqual([0, 0, 0]);
    expect(index.has(1)).toBe(false);
  });

  test("is left as it was by a tokenizer that throws", () => {
    const index = new KeywordIndex((text) => {
      if (text === "bad") throw new Error("no");
      return tokenize(text);
    });
    index.set(1, "tea");
    expect(() => index.set(1, "bad")).toThrow("no");
    expect(index.terms(1)).toEqual(["tea"]);
  });

  test("keeps words that are names of object properties", () => {
    const index = indexOf({ 1: "constructor __proto__", 2: "tea" });
    expect(labels(searchKeywords([index], "constructor", { topK: 5 }))).toEqual([1]);
    expect(searchKeywords([index], "toString", { topK: 5 })).toEqual([]);
  });
});

describe("searchKeywords", () => {
  test("scores as the BM25 formula does (k1 = 1.2, b = 0.75)", () => {
    const index = indexOf({ 1: "tea tea green", 2: "coffee" });
    const idf = Math.log(1 + 1.5 / 1.5);
    const expected = (idf * (2 * 2.2)) / (2 + 1.2 * (0.25 + (0.75 * 3) / 2));
    expect(searchKeywords([index], "tea", { topK: 1 })[0]?.score).toBeCloseTo(expected, 12);
  });

  test("prefers rare words, repeats and short texts", () => {
    const index = indexOf({ 1: "tea a", 2: "tea b", 3: "rare c", 4: "tea d", 5: "tea tea", 6: "tea e f g h i" });
    expect(labels(searchKeywords([index], "rare tea", { topK: 9 }))).toEqual([3, 5, 1, 2, 4, 6]);
  });

  test("gives the topK best, equal scores by index and then by label", () => {
    const one = indexOf({ 9: "tea", 3: "tea", 5: "tea tea" });
    const two = indexOf({ 1: "tea", 2: "coffee" });
    const hits = searchKeywords([one, two], "tea", { topK: 4 });
    expect(hits.map(({ index, label }) => [index, label])).toEqual([
      [0, 5],
      [0, 3],
      [0, 9],
      [1, 1],
    ]);
    for (const topK of [0, 1, 2, 3]) expect(searchKeywords([one, two], "tea", { topK })).toEqual(hits.slice(0, topK));
  });

  test("prefers the lowest labels among any number of equal scores, whatever the order they came in", () => {
    const index = new KeywordIndex(tokenize);
    for (let label = 100; label >= 0; label--) index.set(label, "tea");
    expect(labels(searchKeywords([index], "tea", { topK: 3 }))).toEqual([0, 1, 2]);
  });

  test("counts a repeated word of the query once", () => {
    const index = indexOf({ 1: "tea", 2: "coffee" });
    expect(searchKeywords([index], "tea tea", { topK: 5 })).toEqual(searchKeywords([index], "tea", { topK: 5 }));
  });

  test("finds nothing in nothing", () => {
    expect(searchKeywords([], "tea", { topK: 5 })).toEqual([]);
    expect(searchKeywords([indexOf({})], "tea", { topK: 5 })).toEqual([]);
    expect(searchKeywords([indexOf({ 1: "" })], "tea", { topK: 5 })).toEqual([]);
    expect(searchKeywords([indexOf({ 1: "tea" })], "", { topK: 5 })).toEqual([]);
  });

  test("INV-8: finds allowed labels only, with the scores they have anyway", () => {
    const indexes = [indexOf({ 1: "tea", 2: "tea tea" }), indexOf({ 1: "green tea", 2: "tea" })];
    const all = searchKeywords(indexes, "green tea", { topK: 9 });
    const some = searchKeywords(indexes, "green tea", { topK: 9, allowed: [new Set([2]), null] });
    expect(some).toEqual(all.filter((hit) => hit.index === 1 || hit.label === 2));
    expect(searchKeywords(indexes, "tea", { topK: 9, allowed: [new Set(), new Set()] })).toEqual([]);
  });

  test("INV-8: refuses a list of allowed labels that leaves an index out", () => {
    expect(() => searchKeywords([indexOf({ 1: "tea" })], "tea", { topK: 1, allowed: [] })).toThrow(InvalidInputError);
  });

  test("finds allowed labels behind any number of better ones", () => {
    const index = new KeywordIndex(tokenize);
    for (let label = 0; label < 500; label++) index.set(label, "tea tea");
    index.set(500, "tea and much else");
    expect(labels(searchKeywords([index], "tea", { topK: 2, allowed: [new Set([500])] }))).toEqual([500]);
  });

  test("covers 1 where a text says the query's words and no more, less where words are missing or added", () => {
    const index = indexOf({ 1: "green tea", 2: "green tea and cake", 3: "tea", 4: "tea and much else", 5: "coffee" });
    const coverage = new Map(
      searchKeywords([index], "green tea", { topK: 9 }).map((hit) => [hit.label, hit.coverage] as const),
    );
    expect(coverage.get(1)).toBeCloseTo(1, 12);
    expect(coverage.get(2)).toBeLessThan(1);
    expect(coverage.get(4)).toBeLessThan(coverage.get(3) ?? 0);
    expect(coverage.get(4)).toBeGreaterThan(0);
  });

  test("counts a query word that no text contains as missing", () => {
    const index = indexOf({ 1: "green tea", 2: "coffee" });
    const [whole] = searchKeywords([index], "green tea", { topK: 1 });
    const [part] = searchKeywords([index], "green tea kyoto", { topK: 1 });
    expect(part?.score).toBe(whole?.score);
    expect(part?.coverage).toBeLessThan(whole?.coverage ?? 0);
  });
});

describe("rarity", () => {
  test("is higher for rarer terms, over all the indexes given", () => {
    const weigh = rarity([indexOf({ 1: "tea", 2: "tea cake" }), indexOf({ 1: "tea" })]);
    expect(weigh("cake")).toBeGreaterThan(weigh("tea"));
    expect(weigh("tea")).toBeGreaterThan(0);
  });

  test("takes a term that no text contains for one that a single text contains", () => {
    const weigh = rarity([indexOf({ 1: "tea" })]);
    expect(weigh("coffee")).toBe(weigh("tea"));
    expect(rarity([])("tea")).toBeGreaterThan(0);
  });
});

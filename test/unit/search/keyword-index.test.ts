import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../../src/errors.ts";
import { KeywordIndex, type TextContext } from "../../../src/search/keyword-index.ts";
import { namesIn, rarity, searchKeywords } from "../../../src/search/keyword-search.ts";

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
    expect([index.size, index.totalLength]).toEqual([3, 4]);
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
    expect([index.size, index.totalLength, index.documentFrequency("tea")]).toEqual([0, 0, 0]);
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
    expect(labels(searchKeywords([index], "rare tea", { topK: 9 }))).toEqual([3, 5, 4, 2, 1, 6]);
  });

  test("gives the topK best, equal scores by place, the last first, then by index", () => {
    const one = indexOf({ 9: "tea", 3: "tea", 5: "tea tea" });
    const two = indexOf({ 9: "tea", 2: "coffee" });
    const hits = searchKeywords([one, two], "tea", { topK: 4 });
    expect(hits.map(({ index, label }) => [index, label])).toEqual([
      [0, 5],
      [0, 9],
      [1, 9],
      [0, 3],
    ]);
    for (const topK of [0, 1, 2, 3]) expect(searchKeywords([one, two], "tea", { topK })).toEqual(hits.slice(0, topK));
  });

  test("prefers the latest places among any number of equal scores, whatever the order they came in", () => {
    const index = new KeywordIndex(tokenize);
    for (let label = 100; label >= 0; label--) index.set(label, "tea", { place: -label });
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

describe("surroundings", () => {
  /** In order; a text with a context of its own as a pair. */
  function chatOf(...texts: (string | [string, TextContext])[]): KeywordIndex {
    const index = new KeywordIndex(tokenize);
    texts.forEach((text, label) => (typeof text === "string" ? index.set(label, text) : index.set(label, ...text)));
    return index;
  }
  const find = (index: KeywordIndex, query: string): number[] =>
    labels(searchKeywords([index], query, { topK: 9, surroundings: true }));

  test("a text is found by the words of its neighbors, less the further away they are", () => {
    const index = chatOf(...Array.from({ length: 15 }, (_, i) => (i === 7 ? "the cello" : "so what")));
    expect(find(index, "cello")).toEqual([7, 8, 6, 9, 5, 10, 4]);
    expect(labels(searchKeywords([index], "cello", { topK: 9 }))).toEqual([7]);
  });

  test("an own word counts more than three neighbors that say it", () => {
    expect(find(chatOf("cello a b", "c d e", "cello f g"), "cello")).toEqual([2, 0, 1]);
  });

  test("neighbors follow the place, not the label", () => {
    const index = new KeywordIndex(tokenize);
    const places = { 0: 50, 1: 10, 2: 60, 3: 20, 4: 30, 5: 40 };
    for (const [label, place] of Object.entries(places)) {
      index.set(Number(label), label === "0" ? "cello" : "else", { place });
    }
    // By place: 1 3 4 5 0 2.
    expect(find(index, "cello")).toEqual([0, 2, 5, 4, 3]);
  });

  test("they follow a change and a removal: neighbors close up", () => {
    const index = chatOf("cello", "a", "b", "c", "d");
    index.set(0, "guitar");
    expect([find(index, "cello"), find(index, "guitar")]).toEqual([[], [0, 1, 2, 3]]);
    index.remove(1);
    expect(find(index, "guitar")).toEqual([0, 2, 3, 4]);
    index.remove(0);
    expect(find(index, "guitar")).toEqual([]);
  });

  test("a search between two sets changes nothing", () => {
    const steps = ["a cello", "b", "c d", "cello", "e"];
    const searched = new KeywordIndex(tokenize);
    steps.forEach((text, label) => {
      searched.set(label, text);
      find(searched, "cello");
    });
    const options = { topK: 9, surroundings: true };
    expect(searchKeywords([searched], "cello b", options)).toEqual(
      searchKeywords([chatOf(...steps)], "cello b", options),
    );
  });

  test("a memory is found by its cues as by a neighbor's words, and they belong to it alone", () => {
    const index = chatOf(["joined a choir", { cues: "sing again on thursdays choir" }], "likes tea", "has a cat");
    expect(find(index, "thursdays")).toEqual([0]);
    expect(index.terms(0)).toEqual(["joined", "a", "choir"]);
    expect(index.documentFrequency("thursdays")).toBe(0);
    index.set(0, "joined a choir");
    expect(find(index, "thursdays")).toEqual([]);
  });

  test("tells what is due to the text itself", () => {
    const index = chatOf("plays the cello", "since school", "likes tea");
    const hits = searchKeywords([index], "cello", { topK: 9, surroundings: true });
    expect(hits.map(({ label, own }) => [label, own])).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
    ]);
    const [both] = searchKeywords([chatOf("cello", "cello")], "cello", { topK: 1, surroundings: true });
    expect(both?.own).toBeGreaterThan(0.5);
    expect(both?.own).toBeLessThan(1);
  });

  test("related terms count a quarter, and only beside the query's own", () => {
    const index = chatOf("plays the cello", "an instrument");
    const related = (term: string): string[] => (term === "instrument" ? ["cello", "instrument"] : []);
    const plain = searchKeywords([index], "instrument", { topK: 9 });
    const wide = searchKeywords([index], "instrument", { topK: 9, related });
    expect(labels(plain)).toEqual([1]);
    expect(labels(wide)).toEqual([1, 0]);
    expect(wide[0]).toEqual(plain[0]);
  });
});

describe("names", () => {
  const index = new KeywordIndex(tokenize);
  index.set(1, "Ann: hello", { names: ["ann"] });
  index.set(2, "Ann Lee moved", { names: ["Ann Lee", "lee"] });
  index.set(3, "Tea is nice", { names: ["tea"] });

  test("a word of the query is one where two memories begin with it, in whatever scope of the search", () => {
    expect([...namesIn([index], "What did ann say about tea?")]).toEqual(["ann"]);
    const other = new KeywordIndex(tokenize);
    other.set(1, "Tea with milk", { names: ["tea"] });
    expect([...namesIn([index, other], "tea")]).toEqual(["tea"]);
  });

  test("are forgotten with their memories", () => {
    expect(index.isNamed(2, new Set(["lee"]))).toBe(true);
    index.remove(2);
    expect(index.isNamed(2, new Set(["lee"]))).toBe(false);
    expect([...namesIn([index], "ann lee")]).toEqual([]);
  });
});

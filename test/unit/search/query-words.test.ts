import { expect, it } from "vitest";
import { KeywordIndex } from "../../../src/search/keyword-index.ts";
import { queryWords } from "../../../src/search/query-words.ts";
import { tokenize } from "../../../src/text/tokenize.ts";

const read = (query: string): string[][] => queryWords.read([new KeywordIndex(tokenize)], query);

it("a word stands for its synonyms, which count as its repeats and not as words of their own", () => {
  expect(read("Where do I live?")).toEqual([["live", "move", "reloc", "resid"]]);
  expect(read("cello")).toEqual([["cello"]]);
});

it("a synonym that is asked for itself is a word of its own, and none is in two groups", () => {
  const groups = read("Did I live and move there?");
  expect(groups.map(([term]) => term)).toEqual(["live", "move"]);
  expect(new Set(groups.flat()).size).toBe(groups.flat().length);
});

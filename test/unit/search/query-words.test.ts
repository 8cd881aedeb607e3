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

it("a word stands for its other spelling, American or British, in every form", () => {
  const pairs = [
    ["favorite colors", "favourite colours"],
    ["gray jewelry", "grey jewellery"],
    ["the theater program", "the theatre programme"],
    ["organized, recognizing", "organised, recognising"],
    ["traveling by airplane", "travelling by aeroplane"],
    ["mom's license", "mum's licence"],
  ] as const;
  for (const [american, british] of pairs) {
    const [ours, theirs] = [read(american), read(british)];
    expect(ours.map((group) => group.toSorted())).toEqual(theirs.map((group) => group.toSorted()));
  }
  expect(read("tired")).toEqual([["tire"]]);
});

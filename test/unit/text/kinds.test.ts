import { expect, it } from "vitest";
import { kindMembers } from "../../../src/text/kinds.ts";
import { tokenize } from "../../../src/text/tokenize.ts";

const termOf = (word: string): string => tokenize(word)[0] ?? "";

it("names things of a kind as the tokenizer writes them, whatever the form of the word", () => {
  expect(kindMembers(termOf("instruments"))).toContain(termOf("violins"));
  expect(kindMembers(termOf("kids"))).toContain(termOf("daughters"));
});

it("goes from the kind to the thing only, and knows nothing of other words", () => {
  expect(kindMembers(termOf("violin"))).toEqual([]);
  expect(kindMembers(termOf("constructor"))).toEqual([]);
});

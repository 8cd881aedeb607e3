import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeywordIndex } from "../../../src/search/keyword-index.ts";
import { searchKeywords, type KeywordHit } from "../../../src/search/keyword-search.ts";
import { readQuery } from "../../../src/search/read-query.ts";
import { kindMembers } from "../../../src/text/kinds.ts";
import { tokenize } from "../../../src/text/tokenize.ts";

const GERMAN = [
  "Anna wohnt in einem Haus in Hamburg",
  "Ihr Bruder hat ein Pferd und zwei Katzen",
  "Der Garten ist gross",
];

function indexOf(texts: readonly string[]): KeywordIndex {
  const index = new KeywordIndex(tokenize);
  for (const [label, text] of texts.entries()) index.set(label, text);
  return index;
}

function find(index: KeywordIndex, query: string, read?: typeof readQuery): KeywordHit[] {
  const options = { topK: 10, surroundings: true, related: kindMembers };
  return searchKeywords([index], query, { ...options, ...(read && { read }) });
}

/** Labels of those that have a word of the query, or a form of one. */
function labels(texts: readonly string[], query: string): number[] {
  return searchKeywords([indexOf(texts)], query, { topK: 10, read: readQuery }).map(({ label }) => label);
}

describe("a query in another language", () => {
  it("meets the forms of its words, whether it says its language or not", () => {
    expect(labels(GERMAN, "Wo ist das Häuschen oder die Häuser?")).toContain(0);
    expect(labels(GERMAN, "Häuser Hamburg")).toEqual([0]);
    expect(labels(GERMAN, "Häuser in Hamburg")).toEqual([0]);
    expect(labels(GERMAN, "Pferde")).toEqual([1]);
  });

  it("that says its language needs no text that does", () => {
    expect(labels(["Haus Hamburg"], "Wo sind die Häuser und die Gärten?")).toEqual([0]);
    expect(labels(["Haus Hamburg"], "Häuser")).toEqual([]);
  });

  it("looks for no stop word of its language", () => {
    expect(readQuery([indexOf(GERMAN)], "Wo ist der Garten?").map(([term]) => term)).toEqual(["garten"]);
    // Unless it has no other.
    expect(readQuery([indexOf(GERMAN)], "Wo ist der?").map(([term]) => term)).toEqual(["wo", "ist", "der"]);
  });

  it("finds a form as well as the word itself, and the same word twice only once", () => {
    const texts = ["ein Haus und ein Hund", "ein Haus und Häuser", "eine Katze und ein Ball"];
    const [twice, once] = find(indexOf(texts), "das Haus und der Hund", readQuery);
    expect([twice?.label, once?.label]).toEqual([0, 1]);
    const terms = readQuery([indexOf(texts)], "Haus Häuser").flat();
    expect(new Set(terms).size).toBe(terms.length);
  });

  it("covers a text in a form as it covers a text in its own words", () => {
    const coverage = (text: string): number =>
      find(indexOf([text, ...GERMAN]), "Pferde und Wagen", readQuery)[0]!.coverage;
    expect(coverage("die Pferde und die Wagen")).toBeCloseTo(coverage("das Pferd und der Wagen"), 1);
  });

  it("finds names, numbers and codes whole", () => {
    const texts = [
      ...GERMAN,
      "Sie fliegt mit dem A380 und nicht mit dem A320",
      "ISO-9001 und Version 1.2.3 sind da",
      "anna@example.com",
    ];
    expect(labels(texts, "A380")).toEqual([3]);
    expect(labels(texts, "9001")).toEqual([4]);
    expect(labels(texts, "Version 1.2.3")).toEqual([4]);
    expect(labels(texts, "1.2.4")).toEqual([]);
    expect(labels(texts, "anna@example.com")[0]).toBe(5);
    expect(readQuery([indexOf(texts)], "A380 1.2.3 9001 東京")).toEqual([["a380"], ["1.2.3"], ["9001"], ["東京"]]);
    expect(labels([...texts, "GPT-4 ist da", "GPT-5 ist da"], "GPT-4")[0]).toBe(6);
  });

  it("follows an index as it changes", () => {
    const index = indexOf(["Haus Hamburg"]);
    expect(readQuery([index], "Häuser")).toEqual([["hauser"]]);
    index.set(1, GERMAN[1]!);
    expect(readQuery([index], "Häuser")[0]).toContain("hau");
    index.set(1, "Pferd Katzen");
    expect(readQuery([index], "Häuser")).toEqual([["hauser"]]);
    index.set(1, GERMAN[1]!);
    index.remove(1);
    expect(readQuery([index], "Häuser")).toEqual([["hauser"]]);
  });
});

describe("English", () => {
  const word = fc.constantFrom(
    ..."the a in is was does I her my and to hand hands house houses winter national class cats May die rat Dan mine living Las Los Angeles San El".split(
      " ",
    ),
  );
  const text = fc.array(word, { minLength: 1, maxLength: 9 }).map((words) => words.join(" "));

  it("scores are the same to the last bit as without other languages, for any English texts and query", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), text, (texts, query) => {
        const index = indexOf(texts);
        expect(find(index, query, readQuery)).toEqual(find(index, query));
      }),
      { numRuns: 500 },
    );
  });

  it("queries are what they were beside texts in another language, too", () => {
    const index = indexOf([...GERMAN, "Anna lives in a house with her winter coats"]);
    for (const query of ["Where does Anna keep her coats?", "the house", "Who has a horse and cats?"]) {
      expect(find(index, query, readQuery)).toEqual(find(index, query));
    }
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { rank, type Rankable, type Ranked } from "../../src/engine/rank.ts";
import { KeywordIndex } from "../../src/search/keyword-index.ts";
import { queryWords } from "../../src/search/query-words.ts";
import { tokenize } from "../../src/text/tokenize.ts";
import { PlannedIndex } from "../../src/vector/planned-index.ts";

const WORDS = ["tea", "rum", "Ann", "Ben", "boat", "cello", "the", "Hamburg"];
const direction = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 3, maxLength: 3 });
/** Few, so that many are equally near. */
const oneOfFew = fc.constantFrom([1, 0, 0], [1, 0, 0], [0, 1, 0]);
const text = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
const few = fc.array(fc.tuple(text, direction), { minLength: 1, maxLength: 50 });
const many = fc.array(fc.tuple(text, direction), { minLength: 70, maxLength: 150 });

function unit(vector: readonly number[]): Float32Array {
  const norm = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => value / norm);
}

/** A view; the place of a text is its position. @param order of the labels: how the view happened to be loaded */
function viewOf(
  texts: readonly (readonly [string, readonly number[]])[],
  order: "as written" | "backwards" = "as written",
): Rankable {
  const keywords = new KeywordIndex(tokenize);
  const vectors = new PlannedIndex(3, { hnswFrom: Infinity });
  for (const [place, [said, vector]] of texts.entries()) {
    const label = order === "backwards" ? texts.length - 1 - place : place;
    keywords.set(label, said, { place });
    vectors.set(label, unit(vector));
  }
  return { keywords, vectors };
}

function placeOf({ view, label }: Ranked<Rankable>): number {
  return view.keywords.textOf(label)!.place;
}

function ranked(
  views: readonly Rankable[],
  query: string,
  vector: readonly number[],
  topK: number,
): Ranked<Rankable>[] {
  return rank(
    views,
    { query, topK, threshold: 0 },
    {
      vector: unit(vector),
      kind: "semantic",
      words: queryWords,
      allowed: views.map(() => null),
      isExact: () => false,
      newestFirst: (a, b) => placeOf(b) - placeOf(a) || views.indexOf(a.view) - views.indexOf(b.view),
    },
  );
}

test("a shorter answer has the scores of the longest and its order, and all of it up to 50 texts", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(few, many), { minLength: 1, maxLength: 2 }),
      text,
      direction,
      fc.integer({ min: 1, max: 40 }),
      (scopes, query, vector, topK) => {
        const views = scopes.map((texts) => viewOf(texts));
        const all = ranked(views, query, vector, 1_000);
        const best = ranked(views, query, vector, topK);
        const places = best.map((one) => all.findIndex(({ view, label }) => view === one.view && label === one.label));
        expect(best).toEqual(places.map((place) => all[place]));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        if (all.length <= 50) expect(places).toEqual(places.map((_, i) => i));
        // One that is missing comes behind the first 50, or three per result, by meaning as well as by words.
        const first = Math.max(50, 3 * topK);
        const missing = all.slice(0, places.at(-1)).filter((_, place) => !places.includes(place));
        for (const one of missing) {
          expect(all.filter((other) => meaning(other) >= meaning(one)).length).toBeGreaterThan(first);
          expect(all.filter((other) => words(other) >= words(one) - 1e-9).length).toBeGreaterThan(first);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("which of many equally near ones are found does not depend on how the view was loaded", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, oneOfFew), { minLength: 70, maxLength: 150 }),
      oneOfFew,
      fc.integer({ min: 1, max: 10 }),
      (texts, vector, topK) => {
        const [one, other] = [viewOf(texts), viewOf(texts, "backwards")].map((view) =>
          ranked([view], "nothing that is there", vector, topK).map((found) => [placeOf(found), found.score]),
        );
        expect(one).toEqual(other);
      },
    ),
    { numRuns: 100 },
  );
});

function meaning({ parts }: Ranked<Rankable>): number {
  return parts.meaning;
}

function words({ parts }: Ranked<Rankable>): number {
  return parts.words + parts.surroundings;
}

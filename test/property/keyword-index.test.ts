import fc from "fast-check";
import { expect, test } from "vitest";
import { KeywordIndex } from "../../src/search/keyword-index.ts";
import { type KeywordHit, searchKeywords } from "../../src/search/keyword-search.ts";

const tokenize = (text: string): string[] => text.split(" ").filter((word) => word !== "");

/** Few words and few labels, so that they collide. */
const word = fc.constantFrom("a", "b", "c", "d", "__proto__", "length");
const text = fc.array(word, { maxLength: 7 }).map((words) => words.join(" "));
const query = fc.array(fc.oneof(word, fc.constant("unknown")), { maxLength: 4 }).map((words) => words.join(" "));
const label = fc.oneof(fc.nat(7), fc.constant(2 ** 32 - 1));
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ label, text }) },
  { weight: 2, arbitrary: fc.record({ label, text: fc.constant(null) }) },
);
const steps = fc.array(step, { maxLength: 30 });

type Texts = Map<number, string>;

function play(history: readonly { label: number; text: string | null }[]): { index: KeywordIndex; texts: Texts } {
  const index = new KeywordIndex(tokenize);
  const texts: Texts = new Map();
  for (const { label, text } of history) {
    if (text === null) index.remove(label);
    else index.set(label, text);
    if (text === null) texts.delete(label);
    else texts.set(label, text);
  }
  return { index, texts };
}

/** BM25 by the book, from the texts alone. */
function reference(texts: readonly string[], query: string): { scores: number[]; coverages: number[] } {
  const documents = texts.map(tokenize);
  const average = documents.reduce((sum, terms) => sum + terms.length, 0) / documents.length;
  const idf = (df: number): number => Math.log(1 + (documents.length - df + 0.5) / (df + 0.5));
  const saturate = (tf: number, length: number): number =>
    (tf * 2.2) / (tf + 1.2 * (1 - 0.75 + 0.75 * (length / average)));
  const terms = [...new Set(tokenize(query))];
  const df = (term: string): number => documents.filter((document) => document.includes(term)).length;
  const scores = documents.map((document) => {
    let score = 0;
    for (const term of terms) {
      const tf = document.filter((other) => other === term).length;
      if (tf > 0) score += idf(df(term)) * saturate(tf, document.length);
    }
    return score;
  });
  let ideal = 0;
  for (const term of terms) ideal += idf(Math.max(1, df(term))) * saturate(1, terms.length);
  return { scores, coverages: scores.map((score) => Math.min(1, score / ideal)) };
}

/** A text without a place stands at its label. */
const ranks = (hits: readonly KeywordHit[]): [number, number, number][] =>
  hits.map((hit) => [-hit.score, -hit.label, hit.index]);

function expectRanked(hits: readonly KeywordHit[]): void {
  const sorted = ranks(hits).sort(([a, b, c], [x, y, z]) => a - x || b - y || c - z);
  expect(ranks(hits)).toEqual(sorted);
}

test("after any sequence of set and remove it finds what BM25 by the book finds in the texts that are left", () => {
  fc.assert(
    fc.property(steps, query, (history, query) => {
      const { index, texts } = play(history);
      const hits = searchKeywords([index], query, { topK: 99 });
      const { scores, coverages } = reference([...texts.values()], query);
      const expected = [...texts.keys()].flatMap((label, i) => ((scores[i] ?? 0) > 0 ? [[label, i] as const] : []));
      expect(new Set(hits.map((hit) => hit.label))).toEqual(new Set(expected.map(([label]) => label)));
      expect(hits.length).toBe(expected.length);
      const found = new Map(hits.map((hit) => [hit.label, hit]));
      for (const [label, i] of expected) {
        expect(found.get(label)?.score).toBeCloseTo(scores[i] ?? NaN, 10);
        expect(found.get(label)?.coverage).toBeCloseTo(coverages[i] ?? NaN, 10);
      }
      expectRanked(hits);
    }),
    { numRuns: 500 },
  );
});

test("after any sequence of set and remove it is the index that the texts that are left would make", () => {
  fc.assert(
    fc.property(steps, query, (history, query) => {
      const { index, texts } = play(history);
      const fresh = new KeywordIndex(tokenize);
      for (const [label, text] of texts) fresh.set(label, text);
      const facts = (one: KeywordIndex): unknown => [
        [one.size, one.totalLength],
        ["a", "b", "c", "d", "__proto__", "length", "unknown"].map((term) => one.documentFrequency(term)),
        [...texts.keys()].map((label) => one.terms(label)),
        searchKeywords([one], query, { topK: 99 }),
      ];
      expect(facts(index)).toEqual(facts(fresh));
    }),
    { numRuns: 500 },
  );
});

test("texts spread over several indexes score exactly as in one", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.nat(3)), { maxLength: 20 }), query, (placed, query) => {
      const whole = new KeywordIndex(tokenize);
      const parts = Array.from({ length: 4 }, () => new KeywordIndex(tokenize));
      placed.forEach(([text, part], label) => {
        whole.set(label, text);
        parts[part]?.set(label, text);
      });
      const one = searchKeywords([whole], query, { topK: 99 });
      const many = searchKeywords(parts, query, { topK: 99 });
      const byLabel = (hits: KeywordHit[]): unknown =>
        hits.map(({ label, score, coverage }) => ({ label, score, coverage })).sort((a, b) => a.label - b.label);
      expect(byLabel(many)).toEqual(byLabel(one));
      expect(many.every((hit) => placed[hit.label]?.[1] === hit.index)).toBe(true);
      expectRanked(many);
    }),
  );
});

test("INV-8: what is stored in an index that is not searched changes nothing", () => {
  fc.assert(
    fc.property(steps, steps, steps, query, fc.nat(9), (mine, also, foreign, query, topK) => {
      const indexes = [play(mine).index, play(also).index];
      const before = searchKeywords(indexes, query, { topK });
      const other = play(foreign).index;
      searchKeywords([other], query, { topK });
      expect(searchKeywords(indexes, query, { topK })).toEqual(before);
    }),
  );
});

test("INV-8: only allowed labels are found, with the scores they have anyway, and the topK best of them", () => {
  const sets = fc.tuple(fc.uniqueArray(label), fc.option(fc.uniqueArray(label)));
  fc.assert(
    fc.property(steps, steps, sets, query, fc.nat(6), (mine, also, [first, second], query, topK) => {
      const indexes = [play(mine).index, play(also).index];
      const allowed = [new Set(first), second === null ? null : new Set(second)];
      const expected = searchKeywords(indexes, query, { topK: 99 })
        .filter((hit) => allowed[hit.index]?.has(hit.label) ?? true)
        .slice(0, topK);
      expect(searchKeywords(indexes, query, { topK, allowed })).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test("coverage is in (0, 1] and never contradicts the score", () => {
  fc.assert(
    fc.property(steps, query, (history, query) => {
      const hits = searchKeywords([play(history).index], query, { topK: 99 });
      for (const { coverage } of hits) expect(coverage > 0 && coverage <= 1).toBe(true);
      hits.forEach((hit, i) => expect(hit.coverage).toBeLessThanOrEqual(hits[i - 1]?.coverage ?? 1));
    }),
  );
});

/** The same with surroundings: bags of words with weights, from the texts in order of place. */
function surrounded(texts: readonly string[], query: string): number[] {
  const own = texts.map(tokenize);
  const bags = own.map((_, at) => {
    const bag = new Map<string, number>();
    for (const [distance, worth] of [1, 0.3, 0.2, 0.1].entries()) {
      for (const near of distance === 0 ? [at] : [at - distance, at + distance]) {
        for (const term of own[near] ?? []) bag.set(term, (bag.get(term) ?? 0) + worth);
      }
    }
    return bag;
  });
  const lengths = bags.map((bag) => [...bag.values()].reduce((sum, weight) => sum + weight, 0));
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  return bags.map((bag, at) => {
    let score = 0;
    for (const term of new Set(tokenize(query))) {
      const df = own.filter((terms) => terms.includes(term)).length;
      const tf = bag.get(term) ?? 0;
      const idf = Math.log(1 + (own.length - df + 0.5) / (df + 0.5));
      if (tf > 0) score += (idf * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * (lengths[at] ?? 0)) / average));
    }
    return score;
  });
}

const SURROUNDED = { topK: 99, surroundings: true };

test("with surroundings, after any sequence of set, remove and search, it scores by the texts that are left", () => {
  const searched = fc.array(fc.tuple(step, fc.boolean()), { maxLength: 30 });
  fc.assert(
    fc.property(searched, query, (history, query) => {
      const { texts } = play(history.map(([one]) => one));
      const index = new KeywordIndex(tokenize);
      for (const [{ label, text }, search] of history) {
        if (text === null) index.remove(label);
        else index.set(label, text);
        if (search) searchKeywords([index], "a b", SURROUNDED);
      }
      const inOrder = [...texts].sort(([a], [b]) => a - b);
      const scores = surrounded(
        inOrder.map(([, text]) => text),
        query,
      );
      const hits = new Map(searchKeywords([index], query, SURROUNDED).map((hit) => [hit.label, hit]));
      expect(hits.size).toBe(scores.filter((score) => score > 0).length);
      inOrder.forEach(([label], at) => expect(hits.get(label)?.score ?? 0).toBeCloseTo(scores[at] ?? NaN, 10));
      for (const { own, coverage } of hits.values()) {
        expect(own >= 0 && own <= 1 && coverage > 0 && coverage <= 1).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test("with surroundings, the order of loading changes nothing, to the last bit", () => {
  const chat = fc.uniqueArray(fc.record({ place: fc.nat(40), text, cues: text }), {
    maxLength: 12,
    selector: ({ place }) => place,
  });
  const orders = chat.chain((chat) =>
    fc.tuple(fc.constant(chat), fc.shuffledSubarray(chat, { minLength: chat.length, maxLength: chat.length })),
  );
  fc.assert(
    fc.property(orders, query, ([chat, shuffled], query) => {
      const build = (list: typeof chat): unknown => {
        const index = new KeywordIndex(tokenize);
        // Labels are given in order of loading.
        list.forEach(({ place, text, cues }, label) => index.set(label, text, { place, cues }));
        return searchKeywords([index], query, SURROUNDED).map(({ label, ...hit }) => [list[label]?.place, hit]);
      };
      expect(build(shuffled)).toEqual(build(chat));
    }),
    { numRuns: 300 },
  );
});

test("INV-8: with surroundings, another scope of the same search lends no words, and one that is not searched nothing", () => {
  fc.assert(
    fc.property(steps, steps, steps, (mine, also, foreign) => {
      const indexes = [play(mine).index, play(also).index];
      const before = searchKeywords(indexes, "a b", SURROUNDED);
      searchKeywords([play(foreign).index], "a b", SURROUNDED);
      expect(searchKeywords(indexes, "a b", SURROUNDED)).toEqual(before);
      const alone = searchKeywords([indexes[0]!], "a b", SURROUNDED).map(({ label }) => label);
      const together = before.filter(({ index }) => index === 0).map(({ label }) => label);
      expect(together.sort()).toEqual(alone.sort());
    }),
  );
});

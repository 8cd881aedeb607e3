import fc from "fast-check";
import { expect, test } from "vitest";
import { fuse, type Signals } from "../../src/search/fuse.ts";
import { overlap } from "../../src/search/overlap.ts";

const kind = fc.constantFrom("semantic" as const, "lexical" as const);
const key = fc.nat(6);
const anyNumber = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.double());
const vector = fc.array(fc.record({ key, similarity: anyNumber }), { maxLength: 10 });
const keyword = fc.array(fc.record({ key, coverage: anyNumber }), { maxLength: 10 });
const person = fc.option(fc.uniqueArray(key).map((keys) => new Set(keys)));
const time = fc.option(
  fc.array(fc.tuple(key, fc.double({ min: 0, max: 1, noNaN: true }))).map((rows) => new Map(rows)),
);
const signals: fc.Arbitrary<Signals<number>> = fc.record({ kind, vector, keyword, person, time });

test("whatever goes in, every candidate comes out once, best first, with a score in [0, 1]", () => {
  fc.assert(
    fc.property(signals, (signals) => {
      const fused = fuse(signals);
      const keys = new Set([...signals.vector, ...signals.keyword].map(({ key }) => key));
      expect(fused.map(({ key }) => key).sort()).toEqual([...keys].sort());
      fused.forEach(({ key, score }, i) => {
        expect(score >= 0 && score <= 1).toBe(true);
        const previous = fused[i - 1];
        if (previous === undefined) return;
        expect(previous.score > score || (previous.score === score && previous.key < key)).toBe(true);
      });
    }),
  );
});

test("the order of what goes in does not matter", () => {
  fc.assert(
    fc.property(signals, (signals) => {
      const reversed = { ...signals, vector: signals.vector.toReversed(), keyword: signals.keyword.toReversed() };
      expect(fuse(reversed)).toEqual(fuse(signals));
    }),
  );
});

test("the parts sum up to the score, and none is below 0", () => {
  fc.assert(
    fc.property(signals, (signals) => {
      for (const { score, parts } of fuse(signals)) {
        const { vector, keyword, person, time } = parts;
        expect(Math.min(vector, keyword, person, time)).toBeGreaterThanOrEqual(0);
        expect(vector + keyword + person + time).toBeCloseTo(score, 12);
      }
    }),
  );
});

test("a score never falls when one of its parts rises", () => {
  const unit = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(kind, unit, unit, unit, unit, (kind, s1, s2, c1, c2) => {
      const score = (similarity: number, coverage: number): number =>
        fuse({ kind, vector: [{ key: 1, similarity }], keyword: [{ key: 1, coverage }] })[0]?.score ?? NaN;
      expect(score(Math.max(s1, s2), Math.max(c1, c2))).toBeGreaterThanOrEqual(score(s1, c1));
    }),
  );
});

test("INV-8: other candidates change neither a candidate's score nor the order of two", () => {
  fc.assert(
    fc.property(signals, fc.uniqueArray(key), ({ kind, vector, keyword, person = null }, mine) => {
      const isMine = ({ key }: { key: number }): boolean => mine.includes(key);
      const alone = fuse({ kind, vector: vector.filter(isMine), keyword: keyword.filter(isMine), person });
      expect(fuse({ kind, vector, keyword, person }).filter(isMine)).toEqual(alone);
    }),
  );
});

test("the signal that leads decides between a full match of one and of the other", () => {
  fc.assert(
    fc.property(kind, fc.double({ min: 0.5, max: 1, noNaN: true }), (kind, strength) => {
      const [best] = fuse({
        kind,
        vector: [{ key: "vector", similarity: strength }],
        keyword: [{ key: "keyword", coverage: strength }],
      });
      expect(best?.key).toBe(kind === "semantic" ? "vector" : "keyword");
    }),
  );
});

test("overlap is in [0, 1], 1 only where the memory has every informative word, and never falls with more words", () => {
  const term = fc.constantFrom("a", "b", "c", "d", "weak");
  const terms = fc.array(term, { maxLength: 6 });
  const weights = fc.dictionary(term, fc.double({ min: 0.01, max: 10, noNaN: true }));
  fc.assert(
    fc.property(terms, terms, terms, weights, (fact, memory, more, weights) => {
      const options = { weak: new Set(["weak"]), rarity: (term: string): number => weights[term] ?? 1 };
      const share = overlap(fact, memory, options);
      const informative = fact.filter((term) => term !== "weak");
      expect(share >= 0 && share <= 1).toBe(true);
      expect(share === 1).toBe(informative.length > 0 && informative.every((term) => memory.includes(term)));
      expect(share > 0).toBe(informative.some((term) => memory.includes(term)));
      expect(overlap(fact, [...memory, ...more], options)).toBeGreaterThanOrEqual(share);
    }),
  );
});

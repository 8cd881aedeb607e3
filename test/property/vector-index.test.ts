import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unitVector } from "../../src/testing/vectors.ts";
import { clampSimilarity } from "../../src/vector/check.ts";
import { FlatIndex } from "../../src/vector/flat-index.ts";
import { PlannedIndex } from "../../src/vector/planned-index.ts";
import { TopHits } from "../../src/vector/top-hits.ts";
import type { VectorHit } from "../../src/vector/vector-index.ts";

const DIMS = 3;
/** Few directions, so that equal similarities are common. */
const vector = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: DIMS, maxLength: DIMS }).map(unitVector);
const label = fc.nat({ max: 25 });
const change = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), label, vector }),
  fc.record({ kind: fc.constant("remove" as const), label }),
);
const question = fc.record({
  query: vector,
  topK: fc.nat({ max: 30 }),
  allowed: fc.option(fc.uniqueArray(fc.nat({ max: 40 })), { nil: undefined }),
});

/** What the port says, word by word, over a Map. */
function answer(
  held: Map<number, Float32Array>,
  asked: { query: Float32Array; topK: number; allowed?: number[] | undefined },
): VectorHit[] {
  return [...held]
    .filter(([one]) => asked.allowed?.includes(one) ?? true)
    .map(([one, numbers]) => ({ label: one, similarity: similarityOf(numbers, asked.query) }))
    .toSorted((a, b) => b.similarity - a.similarity || a.label - b.label)
    .slice(0, asked.topK);
}

function similarityOf(a: Float32Array, b: Float32Array): number {
  return clampSimilarity(a.reduce((sum, number, i) => sum + number * (b[i] as number), 0));
}

describe("exact search", () => {
  it("is what a sort over a map says, after any changes, for FlatIndex and a PlannedIndex without a graph", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), fc.array(question, { maxLength: 5 }), (changes, questions) => {
        const held = new Map<number, Float32Array>();
        const indexes = [new FlatIndex(DIMS), new PlannedIndex(DIMS)];
        for (const one of changes) {
          if (one.kind === "set") held.set(one.label, one.vector);
          else held.delete(one.label);
          for (const index of indexes) {
            if (one.kind === "set") index.set(one.label, one.vector);
            else index.remove(one.label);
          }
        }
        for (const index of indexes) {
          expect(index.size).toBe(held.size);
          for (const asked of questions) {
            expect(index.search(asked.query, asked.topK, asked.allowed)).toEqual(answer(held, asked));
          }
        }
      }),
    );
  });
});

describe("a PlannedIndex with a graph", () => {
  it("INV-5: never gives a row that is gone or an old vector, whatever the graph went through", async () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: change },
      { weight: 2, arbitrary: fc.constant({ kind: "build" as const }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 60 }),
        fc.array(question, { maxLength: 4 }),
        async (steps, questions) => {
          const held = new Map<number, Float32Array>();
          const problems: Error[] = [];
          const index = new PlannedIndex(DIMS, { hnswFrom: 2, onProblem: (error) => problems.push(error) });
          for (const one of steps) {
            if (one.kind === "build") await index.buildSlice(5, ticking());
            else if (one.kind === "remove") (held.delete(one.label), index.remove(one.label));
            else (held.set(one.label, one.vector), index.set(one.label, one.vector));
            for (const { query, topK, allowed } of questions) {
              const hits = index.search(query, topK, allowed);
              const possible = answer(held, { query, topK: Infinity, allowed });
              expect(possible).toEqual(expect.arrayContaining(hits));
              expect(hits).toHaveLength(Math.min(topK, possible.length));
              expect(hits).toEqual(
                answer(new Map(hits.map((hit) => [hit.label, held.get(hit.label) as Float32Array])), { query, topK }),
              );
            }
          }
          expect(problems).toEqual([]);
          index.close();
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("TopHits", () => {
  it("keeps what a sort and a slice keep", () => {
    const offers = fc.uniqueArray(fc.tuple(fc.nat(), fc.integer({ min: -5, max: 5 })), { selector: ([one]) => one });
    fc.assert(
      fc.property(offers, fc.nat({ max: 20 }), (list, k) => {
        const best = new TopHits(k);
        for (const [one, similarity] of list) best.offer(one, similarity);
        const sorted = list.toSorted((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, k);
        expect(best.take()).toEqual(sorted.map(([one, similarity]) => ({ label: one, similarity })));
        expect(best.take()).toEqual([]);
      }),
    );
  });
});

function ticking(): () => number {
  let now = 0;
  return () => now++;
}

/** What every VectorIndex must do. Ours pass it; run it on yours. */
import { KeepsakeError } from "../errors.ts";
import type { VectorHit, VectorIndex } from "../vector/vector-index.ts";
import type { SuiteRunner } from "./suite.ts";
import { clusteredVectors, randomFrom, unitVector } from "./vectors.ts";

/** The part of vitest's (or jest's) functions that the suite needs. */
export interface VectorIndexSuiteRunner extends SuiteRunner {
  expect: (actual: unknown) => {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toBeCloseTo(expected: number, digits: number): void;
    toBeGreaterThanOrEqual(expected: number): void;
  };
}

export interface SuiteOptions {
  /** Share of the true nearest ten that a search must find on average, in [0, 1]. @default 1, an exact index */
  recall?: number;
}

/**
 * Declares the conformance tests of one implementation.
 * @param make a new, empty index of so many dimensions; the suite closes it
 * @example vectorIndexSuite({ describe, it, expect }, "MyIndex", (dims) => new MyIndex(dims))
 */
export function vectorIndexSuite(
  { describe, it, expect }: VectorIndexSuiteRunner,
  name: string,
  make: (dims: number) => VectorIndex | Promise<VectorIndex>,
  options: SuiteOptions = {},
): void {
  const check = (title: string, dims: number, body: (index: VectorIndex) => void): void =>
    it(title, async () => {
      const index = await make(dims);
      try {
        body(index);
      } finally {
        index.close();
      }
    });
  const labelsOf = (hits: VectorHit[]): number[] => hits.map((hit) => hit.label);
  const axis = (...numbers: number[]): Float32Array => unitVector(numbers);

  describe(`${name} is a VectorIndex`, () => {
    check("an empty index has no hits", 3, (index) => {
      expect(index.dims).toBe(3);
      expect(index.size).toBe(0);
      expect(index.search(axis(1, 0, 0), 5)).toEqual([]);
    });

    check("hits come best first, with cosine similarities", 3, (index) => {
      index.set(10, axis(0, 1, 0));
      index.set(20, axis(1, 0, 0));
      index.set(30, axis(-1, 0, 0));
      index.set(40, axis(1, 1, 0));
      const hits = index.search(axis(1, 0, 0), 4);
      expect(labelsOf(hits)).toEqual([20, 40, 10, 30]);
      [1, Math.SQRT1_2, 0, -1].forEach((similarity, i) => expect(hits[i]?.similarity).toBeCloseTo(similarity, 5));
    });

    check("equal similarities come by ascending label", 2, (index) => {
      for (const label of [7, 3, 9, 1, 5]) index.set(label, axis(1, 0));
      expect(labelsOf(index.search(axis(1, 0), 5))).toEqual([1, 3, 5, 7, 9]);
    });

    check("topK bounds the number of hits, and 0 gives none", 2, (index) => {
      for (let label = 0; label < 6; label += 1) index.set(label, axis(1, label));
      expect(index.search(axis(1, 0), 0)).toEqual([]);
      expect(labelsOf(index.search(axis(1, 0), 2))).toEqual([0, 1]);
      expect(index.search(axis(1, 0), 100).length).toBe(6);
    });

    check("a label that is set again holds the new vector only", 2, (index) => {
      index.set(1, axis(1, 0));
      index.set(2, axis(1, 1));
      index.set(1, axis(0, 1));
      expect(index.size).toBe(2);
      expect(labelsOf(index.search(axis(1, 0), 2))).toEqual([2, 1]);
      expect(index.search(axis(0, 1), 1)[0]?.similarity).toBeCloseTo(1, 5);
    });

    check("the vector is copied", 2, (index) => {
      const vector = axis(1, 0);
      index.set(1, vector);
      vector.fill(0);
      expect(index.search(axis(1, 0), 1)[0]?.similarity).toBeCloseTo(1, 5);
    });

    check("a removed label is not found, and may be set again", 2, (index) => {
      index.set(1, axis(1, 0));
      index.set(2, axis(0, 1));
      index.remove(1);
      index.remove(99);
      expect([index.size, index.has(1), index.has(2)]).toEqual([1, false, true]);
      expect(labelsOf(index.search(axis(1, 0), 5))).toEqual([2]);
      index.set(1, axis(0, -1));
      expect(index.has(1)).toBe(true);
      expect(labelsOf(index.search(axis(0, -1), 5))).toEqual([1, 2]);
    });

    check("an index that was emptied is usable", 2, (index) => {
      index.set(1, axis(1, 0));
      index.remove(1);
      expect(index.search(axis(1, 0), 5)).toEqual([]);
      index.set(2, axis(1, 0));
      expect(labelsOf(index.search(axis(1, 0), 5))).toEqual([2]);
    });

    check("only allowed labels are candidates, in any order, unknown ones ignored", 2, (index) => {
      for (let label = 0; label < 30; label += 1) index.set(label, axis(1, label));
      expect(labelsOf(index.search(axis(1, 0), 2, [29, 500, 8, 17]))).toEqual([8, 17]);
      expect(labelsOf(index.search(axis(1, 0), 9, Uint32Array.of(29, 8)))).toEqual([8, 29]);
      expect(index.search(axis(1, 0), 9, [])).toEqual([]);
      expect(index.search(axis(1, 0), 9, [500])).toEqual([]);
    });

    check("labels up to 2³² − 1 are kept apart", 2, (index) => {
      index.set(0, axis(1, 0));
      index.set(2 ** 32 - 1, axis(0, 1));
      expect(labelsOf(index.search(axis(0, 1), 2))).toEqual([2 ** 32 - 1, 0]);
    });

    check(
      "a vector of the wrong length or with a number that is not finite is refused and changes nothing",
      2,
      (index) => {
        index.set(1, axis(1, 0));
        for (const bad of [[1], [1, 0, 0], [Number.NaN, 1], [Infinity, 0], [0, -Infinity]]) {
          expect(codeOf(() => index.set(1, Float32Array.from(bad)))).toBe("embedder_failed");
          expect(codeOf(() => index.set(2, Float32Array.from(bad)))).toBe("embedder_failed");
          expect(codeOf(() => index.search(Float32Array.from(bad), 1))).toBe("embedder_failed");
        }
        expect([index.size, index.has(2)]).toEqual([1, false]);
        expect(labelsOf(index.search(axis(1, 0), 5))).toEqual([1]);
      },
    );

    check("a label that is no integer in range is refused", 2, (index) => {
      for (const label of [-1, 1.5, Number.NaN, 2 ** 32]) {
        expect(codeOf(() => index.set(label, axis(1, 0)))).toBe("invalid_input");
      }
      expect(index.size).toBe(0);
    });

    check("every row finds itself, through growth, removals and replacements", 8, (index) => {
      const vectors = clusteredVectors({ count: 400, dims: 8, clusters: 20, seed: 1 });
      vectors.forEach((vector, label) => index.set(label, vector));
      for (let label = 0; label < 400; label += 3) index.remove(label);
      for (let label = 0; label < 400; label += 6) index.set(label, vectors[399 - label] as Float32Array);
      let found = 0;
      for (let label = 0; label < 400; label += 6) {
        const best = index.search(vectors[399 - label] as Float32Array, 2);
        if (best.some((hit) => hit.label === label)) found += 1;
      }
      expect(found / 67).toBeGreaterThanOrEqual(options.recall ?? 1);
    });

    check("the nearest ten are those of a sort of all similarities", 16, (index) => {
      const vectors = clusteredVectors({ count: 300, dims: 16, clusters: 12, seed: 2 });
      vectors.forEach((vector, label) => index.set(label, vector));
      const random = randomFrom(3);
      const allowed = vectors.map((_, label) => label).filter(() => random() < 0.5);
      const queries = clusteredVectors({ count: 20, dims: 16, clusters: 12, seed: 4 });
      const labels = vectors.map((_, label) => label);
      for (const candidates of [undefined, allowed]) {
        const shares = queries.map((query) => {
          const truth = nearest(vectors, query, 10, candidates ?? labels);
          const found = labelsOf(index.search(query, 10, candidates));
          return truth.filter((label) => found.includes(label)).length / 10;
        });
        const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
        expect(mean).toBeGreaterThanOrEqual(options.recall ?? 1);
      }
    });

    check("a closed index throws, and closing it again does nothing", 2, (index) => {
      index.set(1, axis(1, 0));
      index.close();
      index.close();
      expect(codeOf(() => index.search(axis(1, 0), 1))).toBe("closed");
      expect(codeOf(() => index.set(2, axis(1, 0)))).toBe("closed");
    });
  });
}

/** The true nearest labels, by the plainest means there is. */
function nearest(vectors: Float32Array[], query: Float32Array, topK: number, labels: number[]): number[] {
  const similarity = (label: number): number =>
    (vectors[label] as Float32Array).reduce((sum, number, i) => sum + number * (query[i] as number), 0);
  return labels.toSorted((a, b) => similarity(b) - similarity(a)).slice(0, topK);
}

function codeOf(body: () => unknown): string {
  try {
    body();
    return "nothing thrown";
  } catch (error) {
    return KeepsakeError.isInstance(error) ? error.code : `foreign: ${String(error)}`;
  }
}

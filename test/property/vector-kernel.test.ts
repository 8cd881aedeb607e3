import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomFrom, unitVector } from "../../src/testing/vectors.ts";
import { FlatIndex, KERNEL_FROM } from "../../src/vector/flat-index.ts";
import { KernelRows } from "../../src/vector/kernel-rows.ts";
import { openKernel } from "../../src/vector/kernel.ts";
import { PlainRows } from "../../src/vector/plain-rows.ts";
import { codeQuery, normWidening, paddedDims } from "../../src/vector/quantize.ts";
import { TopHits } from "../../src/vector/top-hits.ts";
import type { VectorHit } from "../../src/vector/vector-index.ts";
import { collect, dotF32, dotI8, quantize, type CodedRow } from "../unit/vector/kernel-twin.ts";

type Numbers = (random: () => number, dims: number) => Float32Array;

/** Directions to put vectors around, so that whatever a kind makes is a crowd. */
const centers = Array.from({ length: 5 }, (_, i) => randomFrom(i + 1));

const even: Numbers = (random, dims) => unitVector(Array.from({ length: dims }, () => random() - 0.5));
const around =
  (noise: number): Numbers =>
  (random, dims) => {
    const center = even(randomFrom(Math.floor(random() * centers.length)), dims);
    return unitVector(center.map((number) => number + noise * (random() - 0.5)));
  };
const scaled =
  (numbers: Numbers, length: (random: () => number) => number): Numbers =>
  (random, dims) => {
    const by = length(random);
    return numbers(random, dims).map((number) => number * by);
  };

/** Every kind of crowd that a bound could be wrong for. */
const kinds: Record<string, Numbers> = {
  even,
  clusters: around(0.3),
  "near ties": around(1e-6),
  duplicates: around(0),
  "few directions": (random, dims) => unitVector(Array.from({ length: dims }, () => Math.floor(random() * 3) - 1)),
  "one number each": (random, dims) => {
    const vector = new Float32Array(dims);
    vector[Math.floor(random() * dims)] = random() < 0.5 ? -1 : 1;
    return vector;
  },
  "one number far beyond the others": (random, dims) => {
    const vector = even(random, dims);
    vector[0] = 30;
    return unitVector(vector);
  },
  "all alike but for one number": (random, dims) => {
    const vector = new Float32Array(dims).fill(1);
    vector[Math.floor(random() * dims)] = random();
    return unitVector(vector);
  },
  "opposite to the rest": (random, dims) => around(0.3)(random, dims).map((number) => -number),
  zeros: (_, dims) => new Float32Array(dims),
  "lengths up to 1.9": scaled(even, (random) => random() * 1.9),
  "tiny lengths": scaled(even, (random) => 10 ** (-45 + 30 * random())),
  "huge lengths": scaled(even, (random) => 10 ** (38 * random())),
};

const unit = ["even", "clusters", "near ties", "duplicates", "few directions", "opposite to the rest"];
const kind = fc.constantFrom(...Object.keys(kinds));

/** Mostly of one kind, since crowds are what is hard, with some of another. */
const crowd = fc.record({
  dims: fc.constantFrom(1, 3, 7, 8, 16, 30, 64, 384, 768),
  // Some with more rows than a chunk has.
  count: fc.oneof(
    { weight: 5, arbitrary: fc.nat({ max: 90 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 1_100 }) },
  ),
  most: kind,
  some: kind,
  seed: fc.integer(),
});

function vectorsOf({ dims, count, most, some, seed }: { [K in keyof Crowd]: Crowd[K] }): Float32Array[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => (kinds[random() < 0.9 ? most : some] as Numbers)(random, dims));
}
interface Crowd {
  dims: number;
  count: number;
  most: string;
  some: string;
  seed: number;
}

function some(count: number, share: number, random: () => number): number[] {
  return Array.from({ length: count }, (_, i) => i)
    .filter(() => random() < share)
    .toSorted(() => random() - 0.5);
}

describe("KernelRows, whichever sieves it uses,", () => {
  it("finds exactly what a plain scan finds, to the last bit, for any crowd of vectors", () => {
    const sizes = fc.constantFrom({ float: 1, int8: 1 }, { float: 1, int8: Infinity }, { float: Infinity, int8: 1 });
    const topK = fc.constantFrom(1, 2, 5, 10, 40);
    const share = fc.constantFrom(undefined, 1, 0.5, 0.1);
    fc.assert(
      fc.property(crowd, sizes, topK, share, (crowd, sizes, topK, share) => {
        const vectors = vectorsOf(crowd);
        const random = randomFrom(crowd.seed + 1);
        const labels = Uint32Array.from(some(vectors.length, 1, random));
        const kernel = KernelRows.open(crowd.dims, 1, sizes) as KernelRows;
        const plain = new PlainRows(crowd.dims);
        for (const rows of [kernel, plain]) {
          rows.reserve(vectors.length);
          vectors.forEach((vector, row) => rows.write(row, vector));
        }
        const queries = [crowd.most, crowd.some].map((kind) => (kinds[kind] as Numbers)(random, crowd.dims));
        for (const query of [...queries, ...vectors.slice(0, 2)]) {
          const rows = share === undefined ? undefined : Uint32Array.from(some(vectors.length, share, random));
          const count = rows?.length ?? vectors.length;
          const [found, truth] = [kernel, plain].map((one): VectorHit[] => {
            const best = new TopHits(Math.min(topK, count));
            one.search(query, { rows, count, total: vectors.length, labels }, best);
            return best.take();
          });
          expect(found).toEqual(truth);
        }
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});

describe("FlatIndex on the kernel", () => {
  it("is a FlatIndex without it, through any changes", () => {
    const change = fc.record({ remove: fc.boolean(), at: fc.nat(), seed: fc.integer() });
    fc.assert(
      fc.property(fc.constantFrom(3, 16), fc.constantFrom(...unit), fc.array(change), (dims, kind, changes) => {
        const vectors = vectorsOf({ dims, count: KERNEL_FROM + 40, most: kind, some: "even", seed: 1 });
        const [index, plain] = [new FlatIndex(dims), new PlainRows(dims)];
        vectors.forEach((vector, label) => index.set(label, vector));
        const held = new Map(vectors.entries());
        for (const { remove, at, seed } of changes) {
          const label = at % (KERNEL_FROM + 100);
          const vector = (kinds[kind] as Numbers)(randomFrom(seed), dims);
          if (remove) (index.remove(label), held.delete(label));
          else (index.set(label, vector), held.set(label, vector));
        }
        plain.reserve(held.size);
        [...held.values()].forEach((vector, row) => plain.write(row, vector));
        const best = new TopHits(20);
        const labels = Uint32Array.from(held.keys());
        const candidates = { rows: undefined, count: held.size, total: held.size, labels };
        plain.search(vectors[0] as Float32Array, candidates, best);
        expect(index.search(vectors[0] as Float32Array, 20)).toEqual(best.take());
        index.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe("the SIMD kernel", () => {
  const kernel = openKernel(65_536) as NonNullable<ReturnType<typeof openKernel>>;
  const [QUERY, ROWS, LIST, OUT] = [0, 8_192, 57_344, 61_440];
  const floats = new Float32Array(kernel.memory.buffer);
  const words = new Uint32Array(kernel.memory.buffer);
  const small = fc.record({
    dims: fc.constantFrom(1, 3, 7, 8, 20, 64, 384),
    count: fc.integer({ min: 1, max: 9 }),
    most: kind,
    some: kind,
    seed: fc.integer(),
  });

  /** Offsets in reverse, padded to four by the first. */
  function list(count: number, bytes: number): void {
    for (let i = 0; i < Math.ceil(count / 4) * 4; i += 1) {
      words[LIST / 4 + i] = i < count ? (count - 1 - i) * bytes : 0;
    }
  }

  function padded(vector: Float32Array): Float32Array {
    const wide = new Float32Array(paddedDims(vector.length));
    wide.set(vector);
    return wide;
  }

  it("sums floats as its twin in plain JS does, to the last bit", () => {
    fc.assert(
      fc.property(small, (crowd) => {
        const [query, ...rows] = vectorsOf({ ...crowd, count: crowd.count + 1 }).map(padded) as [Float32Array];
        floats.set(query, QUERY / 4);
        rows.forEach((row: Float32Array, i) => floats.set(row, ROWS / 4 + i * query.length));
        list(crowd.count, query.length * 4);
        kernel.dotF32(ROWS, LIST, crowd.count, query.length * 4, QUERY, OUT);
        const sums = floats.slice(OUT / 4, OUT / 4 + crowd.count);
        expect([...sums]).toEqual(rows.map((row) => dotF32(row, query)).toReversed());
      }),
    );
  });

  it("codes rows and multiplies codes as its twin does: equal integers, equal bounds", () => {
    fc.assert(
      fc.property(small, (crowd) => {
        const [query, ...rows] = vectorsOf({ ...crowd, count: crowd.count + 1 }).map(padded) as [Float32Array];
        const dims = query.length;
        const widen = normWidening(dims);
        const codes = new Int16Array(kernel.memory.buffer, QUERY, dims);
        const { scale, norm } = codeQuery(query, codes);
        const twins = rows.map((row: Float32Array) => quantize(row, widen));
        const stride = dims + 8;
        rows.forEach((row: Float32Array, i) => {
          const at = ROWS + 16_384 + i * stride;
          floats.set(row, ROWS / 4);
          const twin = twins[i] as CodedRow & { square: number };
          expect(kernel.quantize(ROWS, dims, at, widen)).toBe(twin.square);
          expect([...new Int8Array(kernel.memory.buffer, at, dims)].map((code) => code + 0)).toEqual([...twin.codes]);
          expect([...new Float32Array(kernel.memory.buffer, at + dims, 2)]).toEqual([twin.scale, twin.error]);
        });
        list(crowd.count, stride);
        kernel.dotI8(ROWS + 16_384, LIST, crowd.count, dims, QUERY, OUT, scale, norm);
        const bounds = floats.slice(OUT / 4, OUT / 4 + crowd.count);
        expect([...bounds]).toEqual(twins.map((twin) => dotI8(twin, codes, scale, norm)).toReversed());
      }),
    );
  });

  it("never overflows, however many numbers of full size a row has", () => {
    for (const dims of [8, 384, 768, 4_096]) {
      const ones = new Float32Array(dims).fill(1);
      const memory = openKernel(65_536 * 2) as NonNullable<ReturnType<typeof openKernel>>;
      const codes = new Int16Array(memory.memory.buffer, 0, dims);
      codeQuery(ones, codes);
      new Float32Array(memory.memory.buffer).set(ones, 16_384);
      memory.quantize(65_536, dims, 32_768, 1);
      new Float32Array(memory.memory.buffer, 32_768 + dims, 2).set([1, 0]);
      memory.dotI8(32_768, 131_072 - 32, 1, dims, 0, 131_072 - 16, 1, 0);
      const sum = dims * 127 * (codes[0] as number);
      expect(new Float32Array(memory.memory.buffer, 131_072 - 16, 1)[0]).toBe(Math.fround(sum));
      expect(sum).toBeLessThan(2 ** 31);
    }
  });

  it("collects the scores at or above a floor, and never NaN", () => {
    const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Number.NaN, -Infinity, Infinity));
    const floor = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(-Infinity));
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 60 }), floor, (list, floor) => {
        const scores = Float32Array.from(list);
        floats.set(scores, ROWS / 4);
        floats.fill(Number.NaN, ROWS / 4 + scores.length, ROWS / 4 + scores.length + 4);
        const found = kernel.collect(ROWS, scores.length, floor, OUT);
        expect(Array.from(words.subarray(OUT / 4, OUT / 4 + found))).toEqual(collect(scores, floor));
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meanPool } from "../../src/embed/pooling.ts";

/** The definition, in doubles and without a single shortcut. */
function naive(
  hidden: Float32Array,
  mask: BigInt64Array,
  [texts, tokens, width]: [number, number, number],
): number[][] {
  return Array.from({ length: texts }, (_, text) => {
    const mean = Array.from({ length: width }, (_, axis) => {
      let sum = 0;
      let count = 0;
      for (let token = 0; token < tokens; token++) {
        if (mask[text * tokens + token] === 0n) continue;
        sum += hidden[(text * tokens + token) * width + axis] ?? Number.NaN;
        count++;
      }
      return count === 0 ? 0 : sum / count;
    });
    const norm = Math.hypot(...mean);
    return mean.map((value) => value / norm);
  });
}

const batch = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 }))
  .chain(([texts, tokens, width]) =>
    fc.record({
      shape: fc.constant<[number, number, number]>([texts, tokens, width]),
      // Not around 0, so that no mean is all rounding error.
      hidden: fc
        .array(fc.double({ min: 0.01, max: 3, noNaN: true }), {
          minLength: texts * tokens * width,
          maxLength: texts * tokens * width,
        })
        .map((values) => Float32Array.from(values)),
      mask: fc
        .array(fc.boolean(), { minLength: texts * tokens, maxLength: texts * tokens })
        .map((bits) => BigInt64Array.from(bits, (bit, i) => (bit || i % tokens === 0 ? 1n : 0n))),
    }),
  );

describe("mean pooling, for any batch", () => {
  it("is the normalized mean of the unmasked tokens", () => {
    fc.assert(
      fc.property(batch, ({ hidden, mask, shape }) => {
        const expected = naive(hidden, mask, shape);
        const pooled = meanPool(hidden, mask, shape);
        expect(pooled).toHaveLength(expected.length);
        for (const [i, vector] of pooled.entries()) {
          for (const [axis, value] of vector.entries()) expect(value).toBeCloseTo(expected[i]?.[axis] ?? Number.NaN, 5);
        }
      }),
    );
  });

  it("does not see what is behind the mask, NaN included", () => {
    fc.assert(
      fc.property(batch, ({ hidden, mask, shape }) => {
        const dirty = hidden.map((value, i) => (mask[Math.floor(i / shape[2])] === 0n ? Number.NaN : value));
        expect(meanPool(dirty, mask, shape)).toEqual(meanPool(hidden, mask, shape));
      }),
    );
  });
});

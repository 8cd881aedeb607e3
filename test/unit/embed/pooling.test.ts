import { describe, expect, it } from "vitest";
import { blankVector, meanPool, normalize } from "../../../src/embed/pooling.ts";

const failed = expect.objectContaining({ name: "EmbedderError", code: "embedder_failed" });

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("mean pooling", () => {
  it("averages the tokens that the mask lets through, and scales to unit length", () => {
    const hidden = Float32Array.of(3, 0, 0, 4, 99, 99, /* second text */ 0, 2, 7, 7, 7, 7);
    const mask = BigInt64Array.of(1n, 1n, 0n, 1n, 0n, 0n);
    const pooled = meanPool(hidden, mask, [2, 3, 2]).map((vector) => [...vector].map((value) => value.toFixed(4)));
    expect(pooled).toEqual([
      ["0.6000", "0.8000"],
      ["0.0000", "1.0000"],
    ]);
  });

  it("reads a mask of plain numbers as well", () => {
    expect(meanPool(Float32Array.of(1, 0, 5, 5), [1, 0], [1, 2, 2])).toEqual([Float32Array.of(1, 0)]);
  });

  it("gives the blank vector where every token is masked, or they cancel out", () => {
    expect(meanPool(Float32Array.of(1, 2), BigInt64Array.of(0n), [1, 1, 2])).toEqual([blankVector(2)]);
    expect(meanPool(Float32Array.of(1, 2, -1, -2), BigInt64Array.of(1n, 1n), [1, 2, 2])).toEqual([blankVector(2)]);
  });

  it("refuses what is not finite instead of handing it to an index", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(thrown(() => meanPool(Float32Array.of(1, bad), BigInt64Array.of(1n), [1, 1, 2]))).toEqual(failed);
      expect(thrown(() => normalize(Float32Array.of(bad, 1)))).toEqual(failed);
    }
  });

  it("refuses an output that does not fit its shape", () => {
    expect(thrown(() => meanPool(new Float32Array(5), BigInt64Array.of(1n), [1, 1, 2]))).toEqual(failed);
    expect(thrown(() => meanPool(new Float32Array(2), BigInt64Array.of(1n, 1n), [1, 1, 2]))).toEqual(failed);
  });
});

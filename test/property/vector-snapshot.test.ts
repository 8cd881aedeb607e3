import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Checksum } from "../../src/vector/checksum.ts";
import { decodeSnapshot, encodeSnapshot, SnapshotError } from "../../src/vector/snapshot.ts";

const header = { space: "test/4", dims: 4, scopeKey: "u=1", seq: 7, count: 2 };
const bytes = fc.uint8Array({ maxLength: 300 });

function isRefused(chunks: Uint8Array[]): boolean {
  try {
    decodeSnapshot(chunks, header);
    return false;
  } catch (error) {
    return error instanceof SnapshotError && error.reason === "damaged";
  }
}

function sumOf(words: Uint32Array): string {
  const sum = new Checksum();
  sum.add(words);
  return sum.value().join();
}

describe("INV-5: damage to a snapshot is always noticed", () => {
  it("in any byte, by any value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), bytes), fc.integer({ min: 1, max: 255 }), (parts, change) => {
        const [chunk] = [...encodeSnapshot(header, parts)] as [Uint8Array];
        for (let at = 0; at < chunk.length; at += 1) {
          const damaged = chunk.slice();
          damaged[at] = (damaged[at] as number) ^ change;
          if (!isRefused([damaged])) return false;
        }
        return true;
      }),
      { numRuns: 60 },
    );
  });

  it("by cutting off or adding bytes at either end", () => {
    fc.assert(
      fc.property(bytes, fc.uint8Array({ minLength: 1, maxLength: 40 }), (part, more) => {
        const [chunk] = [...encodeSnapshot(header, { part })] as [Uint8Array];
        return [
          chunk.slice(0, -more.length),
          chunk.slice(more.length),
          Uint8Array.of(...chunk, ...more),
          Uint8Array.of(...more, ...chunk),
        ].every((damaged) => isRefused([damaged]));
      }),
    );
  });

  it("in several places at once", () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(bytes, places, (part, changes) => {
        const [chunk] = [...encodeSnapshot(header, { part })] as [Uint8Array];
        const damaged = chunk.slice();
        for (const [at, change] of changes) {
          const index = at % chunk.length;
          damaged[index] = (damaged[index] as number) ^ change;
        }
        return Buffer.from(damaged).equals(Buffer.from(chunk)) || isRefused([damaged]);
      }),
    );
  });

  it("also where two words lose the same bit, or change places", () => {
    const words = fc.uint32Array({ minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), fc.nat({ max: 31 }), (list, i, j, bit) => {
        const [a, b] = [i % list.length, j % list.length];
        const flipped = list.slice();
        const swapped = list.slice();
        for (const at of new Set([a, b])) flipped[at] = (flipped[at] as number) ^ (1 << bit);
        [swapped[a], swapped[b]] = [list[b] as number, list[a] as number];
        return sumOf(flipped) !== sumOf(list) && (list[a] === list[b] || sumOf(swapped) !== sumOf(list));
      }),
      { numRuns: 1_000 },
    );
  });

  it("and without damage everything comes back, wherever the chunk lies in memory", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), bytes), fc.nat({ max: 3 }), (parts, shift) => {
        const [chunk] = [...encodeSnapshot(header, parts)] as [Uint8Array];
        const shifted = new Uint8Array(chunk.length + shift);
        shifted.set(chunk, shift);
        const decoded = decodeSnapshot([shifted.subarray(shift)], header).parts;
        expect(Object.entries(decoded).toSorted()).toEqual(Object.entries(parts).toSorted());
      }),
    );
  });
});

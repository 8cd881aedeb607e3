import { describe, expect, it } from "vitest";
import { CHUNK_BYTES, decodeSnapshot, encodeSnapshot, SnapshotError } from "../../../src/vector/snapshot.ts";
import { randomFrom } from "../../../src/testing/vectors.ts";
import { clusteredVectors } from "../../../src/testing/vectors.ts";
import { PlannedIndex } from "../../../src/vector/planned-index.ts";

const header = { space: "test/4", dims: 4, scopeKey: '{"userId":"zoë"}', seq: 7, count: 2 };
const random = randomFrom(1);

function noise(size: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0; i < words.length; i += 1) words[i] = random() * 2 ** 32;
  return new Uint8Array(words.buffer, 0, size);
}

function reasonOf(body: () => unknown): string {
  try {
    body();
    return "nothing thrown";
  } catch (error) {
    return error instanceof SnapshotError ? error.reason : `foreign: ${String(error)}`;
  }
}

describe("INV-5: a snapshot is a cache that is used whole or not at all", () => {
  it("comes back as it went, in chunks of at most 4 MiB", () => {
    const parts = { a: noise(2.5 * CHUNK_BYTES + 1), empty: new Uint8Array(), b: noise(3), c: noise(CHUNK_BYTES) };
    const chunks = [...encodeSnapshot({ ...header, params: { m: 16 } }, parts)];
    expect(chunks.map((chunk) => chunk.length <= CHUNK_BYTES)).toEqual([true, true, true, true]);
    const decoded = decodeSnapshot(chunks, header);
    expect(decoded.header).toEqual({ ...header, params: { m: 16 }, format: 2 });
    expect(Object.keys(decoded.parts)).toEqual(["a", "empty", "b", "c"]);
    for (const [name, part] of Object.entries(parts)) {
      expect(Buffer.from(decoded.parts[name] as Uint8Array).equals(Buffer.from(part))).toBe(true);
    }
  });

  it("fills its last chunk to the brim without one more", () => {
    const overhead = [...encodeSnapshot(header, { a: noise(900_000) })][0]?.length as number;
    const chunks = [...encodeSnapshot(header, { a: noise(CHUNK_BYTES - (overhead - 900_000) - 4) })];
    expect(chunks.length).toBe(1);
    expect(decodeSnapshot(chunks, header).parts["a"]?.length).toBeGreaterThan(1_000_000);
  });

  it("comes back also where a border of chunks runs through its last words", () => {
    const overhead = [...encodeSnapshot(header, { a: noise(2_000_000) })][0]?.length as number;
    const brim = CHUNK_BYTES - (overhead - 2_000_000);
    for (const more of [4, 8, 12, 16]) {
      const a = noise(brim + more);
      const chunks = [...encodeSnapshot(header, { a })];
      expect(chunks.map((chunk) => chunk.length)).toEqual([CHUNK_BYTES, more]);
      expect(Buffer.from(decodeSnapshot(chunks, header).parts["a"]!).equals(a)).toBe(true);
    }
  });

  it("is refused as a mismatch where it belongs to something else", () => {
    const chunks = [...encodeSnapshot({ ...header, params: { m: 16, ef: 200 } }, {})];
    const read = (change: object) => (): unknown => decodeSnapshot(chunks, { ...header, ...change });
    expect(reasonOf(read({ params: { ef: 200, m: 16 } }))).toBe("nothing thrown");
    expect(reasonOf(read({ params: { ef: 200, m: 17 } }))).toBe("mismatch");
    expect(reasonOf(read({ space: "test/5" }))).toBe("mismatch");
    expect(reasonOf(read({ dims: 5 }))).toBe("mismatch");
    expect(reasonOf(read({ scopeKey: '{"userId":"zoe"}' }))).toBe("mismatch");
    expect(reasonOf(read({ seq: 8 }))).toBe("mismatch");
  });

  it("is refused with a chunk missing, extra, empty, swapped, cut or merged", () => {
    const [a, b, c] = [...encodeSnapshot(header, { a: noise(2.5 * CHUNK_BYTES) })] as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const damaged = [
      [],
      [a, b],
      [b, c],
      [a, c],
      [b, a, c],
      [a, b, b, c],
      [a, b, c, new Uint8Array()],
      [a, new Uint8Array(), b, c],
      [a, b, c, c],
      [a, b, c.slice(0, -4)],
      [a.slice(4), b, c],
      [a.slice(0, 500), a.slice(500), b, c],
      [a, b, c, new Uint8Array(4)],
    ];
    for (const chunks of damaged) expect(reasonOf(() => decodeSnapshot(chunks, header))).toBe("damaged");
    expect(reasonOf(() => decodeSnapshot([a, b, c], header))).toBe("nothing thrown");
  });

  it("is refused with chunks of another snapshot among its own", () => {
    const parts = { a: noise(2.5 * CHUNK_BYTES) };
    const [one, two] = [
      [...encodeSnapshot(header, parts)],
      [...encodeSnapshot({ ...header, seq: 8 }, { a: noise(2.5 * CHUNK_BYTES) })],
    ];
    const mixed = [one[0], two[1], one[2]] as Uint8Array[];
    expect(reasonOf(() => decodeSnapshot(mixed, header))).toBe("damaged");
  });

  it("notices a graph with one flipped bit, which hnswlib does not", async () => {
    const index = new PlannedIndex(8, { hnswFrom: 10 });
    const vectors = clusteredVectors({ count: 60, dims: 8, clusters: 4, seed: 1 });
    vectors.forEach((vector, label) => index.set(label, vector));
    await index.buildSlice(Infinity, () => 0);
    const parts = await index.toParts();
    const [chunk] = [...encodeSnapshot(header, parts)] as [Uint8Array];
    const at = Buffer.from(chunk).indexOf(Buffer.from(parts["graph"] as Uint8Array)) + 200;
    const flipped = chunk.slice();
    flipped[at] = (flipped[at] as number) ^ 1;
    const graph = (parts["graph"] as Uint8Array).slice();
    graph[200] = (graph[200] as number) ^ 1;
    await expect(PlannedIndex.fromParts(8, { ...parts, graph }, { hnswFrom: 10 })).resolves.toMatchObject({
      hnswRows: 60,
    });
    expect(reasonOf(() => decodeSnapshot([flipped], header))).toBe("damaged");
  });
});

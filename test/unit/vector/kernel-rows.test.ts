import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clusteredVectors } from "../../../src/testing/vectors.ts";
import { FlatIndex, KERNEL_FROM } from "../../../src/vector/flat-index.ts";
import { KernelRows } from "../../../src/vector/kernel-rows.ts";
import { contentsOf } from "./contents-of.ts";

const DIMS = 12;
const COUNT = 3_000;
const vectors = clusteredVectors({ count: COUNT, dims: DIMS, clusters: 20, seed: 1 });
const queries = clusteredVectors({ count: 10, dims: DIMS, clusters: 20, seed: 2 });
const odd = Array.from({ length: COUNT / 2 }, (_, i) => 2 * i + 1);

function filled(Index: typeof FlatIndex = FlatIndex, count = COUNT): FlatIndex {
  const index = new Index(DIMS);
  for (let label = 0; label < count; label += 1) index.set(label, vectors[label] as Float32Array);
  return index;
}

/** A vector of this length (or its opposite) along the first axis. */
function axis(length: number): Float32Array {
  const vector = new Float32Array(DIMS);
  vector[0] = length;
  return vector;
}

function answers(index: FlatIndex): unknown {
  return queries.map((query) => [index.search(query, 10), index.search(query, 10, odd), index.search(query, 2_500)]);
}

/** The memories made since, however they were; none of them is kept alive by this. */
const memories: WeakRef<WebAssembly.Memory>[] = [];
const { Memory, Module } = WebAssembly;
let refuse = false;

beforeEach(() => {
  memories.length = 0;
  refuse = false;
  WebAssembly.Memory = class extends Memory {
    constructor(options: WebAssembly.MemoryDescriptor) {
      if (refuse) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
      super(options);
      memories.push(new WeakRef(this));
    }
  };
});

afterEach(() => {
  vi.unstubAllGlobals();
  WebAssembly.Memory = Memory;
  WebAssembly.Module = Module;
  vi.resetModules();
});

describe("FlatIndex with the kernel", () => {
  it("takes similarities beyond 1 and −1 for equal, and orders them by label", () => {
    const index = new FlatIndex(DIMS);
    for (let label = 0; label < COUNT; label += 1) index.set(label, axis(1.1 + (label % 9) / 10));
    for (const sign of [1, -1]) {
      const hits = index.search(axis(sign), 5);
      expect(hits).toEqual([0, 1, 2, 3, 4].map((label) => ({ label, similarity: sign })));
    }
  });

  it("takes a wasm memory when it has grown to many rows, and none before", () => {
    filled(FlatIndex, KERNEL_FROM - 1);
    expect(memories).toHaveLength(0);
    filled(FlatIndex, KERNEL_FROM);
    expect(memories).toHaveLength(1);
  });

  it("keeps every row while its memory grows and is detached", () => {
    const index = new FlatIndex(DIMS);
    const buffers = new Set<ArrayBufferLike>();
    for (const [label, vector] of vectors.entries()) {
      index.set(label, vector);
      buffers.add((index.vectorOf(0) as Float32Array).buffer);
    }
    expect(buffers.size).toBeGreaterThan(3);
    expect(contentsOf(index).blocks[0]).toEqual(Float32Array.from(vectors.flatMap((vector) => [...vector])));
    expect(answers(index)).toEqual(answers(FlatIndex.fromContents(DIMS, contentsOf(index))));
    expect(index.search(vectors[COUNT - 1] as Float32Array, 1)[0]?.label).toBe(COUNT - 1);
  });

  it("goes on without it where the memory cannot grow any more, and loses nothing", () => {
    const index = filled(FlatIndex, 1_000);
    const memory = memories[0]?.deref() as WebAssembly.Memory;
    memory.grow = () => {
      throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
    };
    for (let label = 1_000; label < COUNT; label += 1) index.set(label, vectors[label] as Float32Array);
    expect((index.vectorOf(0) as Float32Array).buffer).not.toBe(memory.buffer);
    expect(answers(index)).toEqual(answers(filled()));
  });

  it("gives its memory back: a thousand were opened and closed, and none is left", async () => {
    const contents = contentsOf(filled(FlatIndex, KERNEL_FROM));
    for (let i = 0; i < 1_000; i += 1) {
      const index = FlatIndex.fromContents(DIMS, contents);
      expect(index.search(queries[0] as Float32Array, 1)).toHaveLength(1);
      index.close();
    }
    expect(memories).toHaveLength(1_001);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await vi.waitFor(() => {
      collect();
      expect(memories.filter((memory) => memory.deref() !== undefined).length).toBeLessThan(3);
    });
  }, 60_000);
});

describe("without the kernel a FlatIndex answers the same, to the last bit, where", () => {
  const expected = answers(filled());

  /** A fresh copy of the modules, which has not compiled anything yet. */
  async function fresh(): Promise<typeof FlatIndex> {
    vi.resetModules();
    return (await import("../../../src/vector/flat-index.ts")).FlatIndex;
  }

  it("there is no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(answers(filled(await fresh()))).toEqual(expected);
  });

  it("a CSP forbids to compile, or there is no SIMD; it is tried once", async () => {
    let tries = 0;
    WebAssembly.Module = class extends Module {
      constructor(bytes: BufferSource) {
        tries += 1;
        super(bytes);
        throw new WebAssembly.CompileError("Refused to compile or instantiate WebAssembly module");
      }
    };
    const Index = await fresh();
    expect(answers(filled(Index))).toEqual(expected);
    expect(answers(filled(Index))).toEqual(expected);
    expect([tries, memories.length]).toEqual([1, 0]);
  });

  it("there is no address space for another memory", () => {
    refuse = true;
    expect(answers(filled())).toEqual(expected);
  });

  it("vectors have more numbers than the bounds are proven for", () => {
    expect(KernelRows.open(16_385, 1)).toBeNull();
    const index = new FlatIndex(16_385);
    const vector = new Float32Array(16_385).fill(1 / 128);
    index.set(1, vector);
    expect(index.search(vector, 1)).toEqual([{ label: 1, similarity: 1 }]);
  });
});

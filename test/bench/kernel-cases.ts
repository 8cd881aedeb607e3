/** What test/bench/kernel.mjs measures: every way to scan rows, and the graph beside them. Runs in Node and in a page. */
import { clusteredVectors, randomFrom } from "../../src/testing/vectors.ts";
import { HnswIndex } from "../../src/vector/hnsw-index.ts";
import { KernelRows } from "../../src/vector/kernel-rows.ts";
import { PlainRows } from "../../src/vector/plain-rows.ts";
import type { Rows } from "../../src/vector/rows.ts";
import { TopHits } from "../../src/vector/top-hits.ts";

const DIMS = 384;
const CLUSTERS = 200;
const QUERIES = 40;
const SHARES = [1, 0.5, 0.1, 0.01];
/** Searches per cell: as many as look at about this many rows, and at least one per query. */
const ROWS_PER_CELL = 2_000_000;

export interface Setup {
  rows: number[];
  topK: number;
  /** Rows up to which a graph is built: 2 ms per insert. */
  graphUpTo: number;
  /** CPU time of this thread, or process, in ms; wall time where there is no other. */
  cpuMs: () => number;
  report: (line: string) => void;
}

type Search = (query: Float32Array, allowed: Uint32Array | undefined) => void;

/** One Markdown table row per count and share: mean CPU ms and median wall ms of a search, for each way. */
export async function measure(setup: Setup): Promise<void> {
  setup.report("| rows | allowed | plain JS | SIMD f32 | SIMD int8, then f32 | graph | (mean CPU / median wall, ms)");
  setup.report("|---|---|---|---|---|---|---|");
  const queries = clusteredVectors({ count: QUERIES, dims: DIMS, clusters: CLUSTERS, seed: 9 });
  for (const count of setup.rows) {
    const ways = await makeWays(count, setup);
    for (const share of SHARES) {
      const allowed = choose(count, share);
      const repeats = Math.ceil(ROWS_PER_CELL / (count * share + 10_000) / QUERIES);
      const cells = ways.map((search) => (search ? cell(search, queries, allowed, repeats, setup) : "–"));
      setup.report(`| ${count} | ${share * 100} % | ${cells.join(" | ")} |`);
    }
  }
}

async function makeWays(count: number, { topK, graphUpTo, report }: Setup): Promise<(Search | null)[]> {
  const plain = new PlainRows(DIMS);
  const float = KernelRows.open(DIMS, count, { float: 64, int8: Infinity });
  const int8 = KernelRows.open(DIMS, count);
  const graph = count <= graphUpTo ? await HnswIndex.create({ dims: DIMS, capacity: count }) : null;
  if (float === null || int8 === null) throw new Error("the kernel does not run here");
  plain.reserve(count);
  const start = performance.now();
  for (let row = 0; row < count; row += 1_000) {
    const vectors = clusteredVectors({ count: 1_000, dims: DIMS, clusters: CLUSTERS, seed: row + 1 });
    for (const [i, vector] of vectors.entries()) {
      for (const rows of [plain, float, int8]) rows.write(row + i, vector);
      graph?.set(row + i, vector);
    }
  }
  if (graph !== null) report(`<!-- ${count} rows, built in ${Math.round(performance.now() - start)} ms -->`);
  const labels = Uint32Array.from({ length: count }, (_, row) => row);
  const scan =
    (rows: Rows): Search =>
    (query, allowed) => {
      const best = new TopHits(topK);
      rows.search(query, { rows: allowed, count: allowed?.length ?? count, total: count, labels }, best);
      best.take();
    };
  const ask: Search = (query, allowed) => graph?.search(query, topK, allowed);
  return [scan(plain), scan(float), scan(int8), graph && ask];
}

function cell(
  search: Search,
  queries: Float32Array[],
  allowed: Uint32Array | undefined,
  repeats: number,
  { cpuMs }: Setup,
): string {
  for (const query of queries) search(query, allowed);
  const walls: number[] = [];
  const cpu = cpuMs();
  for (let i = 0; i < repeats; i += 1) {
    for (const query of queries) {
      const start = performance.now();
      search(query, allowed);
      walls.push(performance.now() - start);
    }
  }
  const mean = (cpuMs() - cpu) / walls.length;
  const median = walls.toSorted((a, b) => a - b)[walls.length >> 1] as number;
  return `${mean.toFixed(3)} / ${median.toFixed(3)}`;
}

function choose(count: number, share: number): Uint32Array | undefined {
  if (share === 1) return undefined;
  const random = randomFrom(count);
  return Uint32Array.from({ length: count }, (_, row) => row).filter(() => random() < share);
}

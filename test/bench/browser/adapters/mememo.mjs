/** HNSW in JavaScript. In memory: its own IndexedDB mode is slower still. It wants number[], and saves the graph without the vectors. */
import { HNSW } from "mememo";
import { overFetch } from "./over-fetch.mjs";

const EF_SEARCH = 64;
const SETTINGS = { distanceFunction: "cosine-normalized", m: 16, efConstruction: 200, useIndexedDB: false, seed: 1 };

function adapter(index, dims, kept) {
  return {
    async add(rows, first) {
      for (let i = 0; i * dims < rows.length; i++) {
        await index.insert(String(first + i), Array.from(rows.subarray(i * dims, (i + 1) * dims)));
      }
      kept.push(rows.slice());
    },
    search: (query, topK, filter) =>
      overFetch(
        async (k) => (await index.query(Array.from(query), k, Math.max(EF_SEARCH, k))).keys.map(Number),
        topK,
        filter,
        kept.reduce((sum, rows) => sum + rows.length / dims, 0),
      ),
    save: () => [JSON.stringify(index.exportIndex()), ...kept],
  };
}

export const create = ({ dims }) => adapter(new HNSW(SETTINGS), dims, []);

export async function open([graph, ...kept], { dims }) {
  const index = new HNSW(SETTINGS);
  index.loadIndex(JSON.parse(graph));
  let label = 0;
  for (const rows of kept) {
    // One by one: its bulk call compares every key with every other.
    for (let i = 0; i * dims < rows.length; i++) {
      await index.insertSkipIndex(String(label++), Array.from(rows.subarray(i * dims, (i + 1) * dims)));
    }
  }
  return adapter(index, dims, kept);
}

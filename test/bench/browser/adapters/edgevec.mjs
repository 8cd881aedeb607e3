/**
 * HNSW in Rust. With metric "cosine" or "dot" it returns the farthest points; "l2" orders unit vectors as the cosine does.
 * Its `save` writes into an IndexedDB database of its own.
 */
import init, { EdgeVec, EdgeVecConfig } from "edgevec/edgevec.js";

const NAME = "bench";

function adapter(index, dims) {
  return {
    add(rows, first, buckets) {
      for (let i = 0; i * dims < rows.length; i++) {
        index.insertWithMetadata(rows.subarray(i * dims, (i + 1) * dims), { bucket: buckets[first + i] });
      }
    },
    // Its ids count from 1, in the order of insertion.
    search: (query, topK, filter) =>
      (filter === undefined
        ? index.search(query, topK)
        : index.searchWithFilter(query, `bucket < ${filter.percent}`, topK)
      ).map(({ id }) => id - 1),
    async save() {
      await index.save(NAME);
      return [];
    },
    close: () => index.free(),
  };
}

export async function create({ dims }) {
  await init();
  const config = new EdgeVecConfig(dims);
  config.metric = "l2";
  config.m = 16;
  config.m0 = 32;
  config.ef_construction = 200;
  config.ef_search = 64;
  return adapter(new EdgeVec(config), dims);
}

export async function open(_saved, { dims }) {
  await init();
  return adapter(await EdgeVec.load(NAME), dims);
}

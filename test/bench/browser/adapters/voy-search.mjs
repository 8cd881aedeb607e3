/**
 * A k-d tree in Rust. The package imports its .wasm as a module, which bundlers do not do without a plugin, so it is put
 * together here. No filters.
 */
import * as glue from "voy-search/voy_search_bg.js";
import wasmUrl from "voy-search/voy_search_bg.wasm?url";
import { overFetch } from "./over-fetch.mjs";

let started;

async function start() {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(wasmUrl), { "./voy_search_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
}

function adapter(index, dims) {
  return {
    add(rows, first) {
      const embeddings = Array.from({ length: rows.length / dims }, (_, i) => ({
        id: String(first + i),
        title: "",
        url: "",
        embeddings: Array.from(rows.subarray(i * dims, (i + 1) * dims)),
      }));
      index.add({ embeddings });
    },
    search: (query, topK, filter) =>
      overFetch((k) => index.search(query, k).neighbors.map(({ id }) => Number(id)), topK, filter, index.size()),
    save: () => [index.serialize()],
    close: () => index.free(),
  };
}

export async function create({ dims }) {
  await (started ??= start());
  return adapter(new glue.Voy({ embeddings: [] }), dims);
}

export async function open([saved], { dims }) {
  await (started ??= start());
  return adapter(glue.Voy.deserialize(saved), dims);
}

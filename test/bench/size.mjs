/**
 * What an app downloads, minified and brotli-compressed, in kB (1,000 bytes): `npm run build && node test/bench/size.mjs`.
 * Each entry with all that it imports statically, what the first call adds to it, and each chunk that is loaded when needed,
 * with what that brings and is not there by then.
 */
import { brotliCompressSync } from "node:zlib";
import { rolldown } from "rolldown";

const ENTRIES = ["dist/index.js", "dist/worker.js"];

for (const entry of ENTRIES) {
  const chunks = await bundle(entry);
  const find = (is) => [...chunks.values()].find(is)?.fileName;
  const there = print(
    entry,
    chunks,
    find(({ isEntry }) => isEntry),
    new Set(),
  );
  const flow = find(({ fileName }) => fileName.startsWith("flow"));
  if (flow) for (const name of print("  + first call", chunks, flow, there)) there.add(name);
  for (const { fileName, isDynamicEntry } of chunks.values()) {
    if (isDynamicEntry && fileName !== flow) print(`  + ${fileName}`, chunks, fileName, there);
  }
}

async function bundle(input) {
  const built = await rolldown({ input, external: [/transformers/] });
  const { output } = await built.generate({ format: "esm", minify: true });
  await built.close();
  return new Map(output.filter(({ type }) => type === "chunk").map((chunk) => [chunk.fileName, chunk]));
}

/** Names of a chunk and all that it imports statically, without those that are there already. */
function staticImports(chunks, name, there) {
  const names = new Set([name]);
  for (const one of names) {
    for (const imported of chunks.get(one).imports) {
      if (chunks.has(imported) && !there.has(imported)) names.add(imported);
    }
  }
  return names;
}

/** @returns the names of what it counted */
function print(title, chunks, name, there) {
  const names = staticImports(chunks, name, there);
  const bytes = [...names].reduce((sum, one) => sum + brotliCompressSync(chunks.get(one).code).length, 0);
  console.log(`${(bytes / 1000).toFixed(1).padStart(6)}  ${title}`);
  return names;
}

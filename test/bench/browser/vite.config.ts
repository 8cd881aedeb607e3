/** Builds the page of the benchmark into .cache/bench/page: an app that has the library and its peers installed. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { hnswlib } from "../../../build/hnswlib-plugin.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The package that an adapter needs, by the adapter's file. */
const PACKAGES: Record<string, string> = {
  mememo: "mememo",
  "voy-search": "voy-search",
  edgevec: "edgevec",
  orama: "@orama/orama",
  "client-vector-search": "client-vector-search",
  pglite: "@electric-sql/pglite-pgvector",
};

/** A peer that is not there is a line in the table that says so, and no reason not to build. */
function missingPeers(): Plugin {
  return {
    name: "bench:missing-peers",
    enforce: "pre",
    load(id) {
      const name = PACKAGES[/adapters\/([\w-]+)\.mjs$/.exec(id)?.[1] ?? ""];
      if (name === undefined || existsSync(path(`../node_modules/${name}/package.json`))) return null;
      const fail = `() => { throw new Error(${JSON.stringify(`${name} is not installed`)}); }`;
      return `export const create = ${fail};\nexport const open = create;\n`;
    },
  };
}

const plugins = (): Plugin[] => [missingPeers(), hnswlib()];

export default defineConfig({
  root: path("."),
  base: "./",
  logLevel: "error",
  plugins: plugins(),
  worker: { format: "es", plugins },
  resolve: {
    alias: [
      { find: /^keepsake$/, replacement: path("../../../dist/index.js") },
      { find: /^keepsake\/engine$/, replacement: path("../../../dist/engine.js") },
    ],
  },
  build: {
    outDir: path("../../../.cache/bench/page"),
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 5_000,
  },
});

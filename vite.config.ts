import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { demo } from "./build/demo-config.ts";
import { hnswlib } from "./build/hnswlib-plugin.ts";
import { library } from "./build/library-config.ts";
import { tests } from "./build/test-config.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The package's own subpaths, so that tests and the demo import what a user imports. */
const alias = [
  { find: /^keepsake$/, replacement: path("src/index.ts") },
  { find: /^keepsake\/engine$/, replacement: path("src/engine/index.ts") },
  { find: /^keepsake\/worker$/, replacement: path("src/worker/worker.ts") },
  { find: /^keepsake\/worker\/serve$/, replacement: path("src/worker/serve.ts") },
  { find: /^keepsake\/testing$/, replacement: path("src/testing/index.ts") },
  { find: /^keepsake\/llm\/(.*)$/, replacement: path("src/llm/$1.ts") },
];

/** One file, three uses: `vite build` makes the library, `--mode demo` the demo page, vitest the tests. */
export default defineConfig(({ mode }): ViteUserConfig => {
  // A worker is a build of its own and needs the transform as well.
  const shared: ViteUserConfig = {
    plugins: [hnswlib()],
    worker: { format: "es", plugins: () => [hnswlib()] },
  };
  if (mode === "demo") return { ...shared, ...demo(path("demo")), resolve: { alias } };
  if (process.env["VITEST"]) return { ...shared, test: tests, resolve: { alias } };
  return { ...shared, ...library(path("src")), plugins: [hnswlib(), ...library(path("src")).plugins] };
});

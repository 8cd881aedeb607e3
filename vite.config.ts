import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const src = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** The package's own subpaths, so that tests and the demo import what a user imports. */
const alias = [
  { find: /^keepsake$/, replacement: src("index.ts") },
  { find: /^keepsake\/engine$/, replacement: src("engine/index.ts") },
  { find: /^keepsake\/worker$/, replacement: src("worker/worker.ts") },
  { find: /^keepsake\/testing$/, replacement: src("testing/index.ts") },
  { find: /^keepsake\/llm\/(.*)$/, replacement: src("llm/$1.ts") },
];

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      { extends: true, test: { name: "unit", environment: "happy-dom", include: ["test/unit/**/*.test.ts"] } },
      { extends: true, test: { name: "property", environment: "node", include: ["test/property/**/*.test.ts"] } },
    ],
  },
});

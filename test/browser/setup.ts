/** Once for all browser tests: build the package, build a page that uses it, make a model, serve it all. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";
import { findChromium } from "../../scripts/chromium.mjs";
import { buildPackage } from "../build-package.ts";
import { makeTestModel } from "../../scripts/make-test-model.mjs";
import { makeTestReranker } from "../../scripts/make-test-reranker.mjs";
import { startServer } from "./server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(root, ".cache/browser");

declare module "vitest" {
  interface ProvidedContext {
    url: string;
    chromium: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const chromium = findChromium();
  if (!chromium) throw new Error("No Chromium: install one or set CHROME_PATH. npm test does so where it may.");
  await buildPackage();
  await buildPage(join(cache, "app"));
  buildDemo();
  const models = join(cache, "models");
  await makeTestModel(join(models, "tiny"), { dims: 64 });
  await makeTestReranker(join(models, "tiny-reranker"));
  const ort = join(dirname(createRequire(import.meta.url).resolve("@xenova/transformers/package.json")), "dist");
  const server = await startServer({ app: join(cache, "app"), demo: join(root, "demo/dist"), models, ort });
  provide("url", server.url);
  provide("chromium", chromium);
  return server.close;
}

/** As `npm run demo` does. */
function buildDemo(): void {
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const env = { ...process.env, VITEST: "", NODE_ENV: "production" };
  execFileSync(process.execPath, [vite, "build", "--mode", "demo", "--logLevel", "error"], { cwd: root, env });
}

/** As an app's own Vite does, with little configuration but where the package lies. */
async function buildPage(outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: join(root, "test/browser/app"),
    base: "./",
    logLevel: "error",
    resolve: {
      alias: [
        { find: /^keepsake$/, replacement: join(root, "dist/index.js") },
        { find: /^keepsake\/testing$/, replacement: join(root, "dist/testing.js") },
        { find: /^keepsake\/worker(?=\?|$)/, replacement: join(root, "dist/worker.js") },
      ],
    },
    worker: { format: "es" },
    build: { outDir, emptyOutDir: true, target: "es2022" },
  });
}

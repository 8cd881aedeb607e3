import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, UserConfig } from "vite";

/** What stays an import of the consumer's: its bundler or runtime resolves it. */
const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as Record<"dependencies" | "peerDependencies", Record<string, string>>;
const EXTERNAL = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];

/** The library: ESM, one entry per subpath, not minified; hnswlib-wasm is built in, transformed. */
export function library(src: string): UserConfig & { plugins: Plugin[] } {
  const llm = readdirSync(join(src, "llm")).map((file) => file.replace(/\.ts$/, ""));
  const entry = {
    index: join(src, "index.ts"),
    engine: join(src, "engine/index.ts"),
    worker: join(src, "worker/worker.ts"),
    serve: join(src, "worker/serve.ts"),
    testing: join(src, "testing/index.ts"),
    ...Object.fromEntries(llm.map((name) => [`llm/${name}`, join(src, `llm/${name}.ts`)])),
  };
  return {
    plugins: [literalWorkerUrl()],
    build: {
      outDir: "dist",
      emptyOutDir: true,
      target: "es2022",
      minify: false,
      sourcemap: true,
      lib: { entry, formats: ["es"] },
      rollupOptions: {
        external: (id) => EXTERNAL.some((name) => id === name || id.startsWith(`${name}/`)),
        output: { chunkFileNames: "chunks/[name]-[hash].js" },
      },
    },
  };
}

const WORKER_URL = 'new URL("./worker/worker.ts", import.meta.url)';
const PLACEHOLDER = "__KEEPSAKE_WORKER_URL__";

/**
 * In `dist` the worker is an entry of its own beside the chunk that makes it, under an expression that the
 * consumer's bundler recognizes. Left to itself, Vite would bundle the worker with all its imports into
 * one file with an absolute URL, which breaks in every app (facts/aesthetics.md §6.3).
 */
function literalWorkerUrl(): Plugin {
  return {
    name: "keepsake:literal-worker-url",
    enforce: "pre",
    apply: "build",
    transform: (code, id) =>
      id.endsWith("src/open-engine.ts") ? { code: replaceOnce(code, WORKER_URL, PLACEHOLDER), map: null } : undefined,
    renderChunk(code, chunk) {
      if (!code.includes(PLACEHOLDER)) return null;
      const up = "../".repeat(chunk.fileName.split("/").length - 1) || "./";
      return { code: replaceOnce(code, PLACEHOLDER, `new URL("${up}worker.js", import.meta.url)`), map: null };
    },
  };
}

function replaceOnce(code: string, search: string, replacement: string): string {
  if (code.split(search).length !== 2) throw new Error(`expected exactly once: ${search}`);
  return code.replace(search, replacement);
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, string | { types: string; default: string }>;
};
const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === "string" ? [] : [{ path, ...target }],
);

beforeAll(() => {
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
    cwd: root,
  });
});

describe("the package", () => {
  it("has a file and types for every subpath it exports", () => {
    const missing = entries.flatMap((entry) => [entry.default, entry.types]).filter((f) => !existsSync(join(root, f)));
    expect(missing).toEqual([]);
  });

  it("has nothing that publint objects to", async () => {
    const { messages, pkg } = await publint({ pkgDir: root, level: "suggestion", strict: true });
    const said = messages.map((message) => formatMessage(message, pkg));
    expect(said).toEqual([]);
  });

  it("can be imported in Node without a browser's globals, and touches nothing by that", () => {
    // The worker's entry speaks to whoever made it; it is for workers.
    const importable = entries.filter(({ path }) => path !== "./worker");
    const script = importable
      .map(({ default: file }) => `await import(${JSON.stringify(pathToFileURL(join(root, file)).href)});`)
      .join("\n");
    const run = (): string =>
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect(run()).toBe("");
  });

  it("types check in an app of either module resolution, without skipping the package's own", () => {
    const app = join(root, ".cache/packaging/consumer");
    rmSync(app, { recursive: true, force: true });
    mkdirSync(join(app, "node_modules"), { recursive: true });
    symlinkSync(root, join(app, "node_modules/keepsake"));
    writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(app, "app.ts"), CONSUMER);
    for (const [module, moduleResolution] of [
      ["ESNext", "bundler"],
      ["NodeNext", "NodeNext"],
    ]) {
      const compilerOptions = {
        module,
        moduleResolution,
        target: "ES2022",
        lib: ["ES2022", "ESNext.Disposable", "DOM", "DOM.AsyncIterable"],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        types: [],
        preserveSymlinks: true,
      };
      writeFileSync(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["app.ts"] }));
      execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", app], { stdio: "pipe" });
    }
  });
});

describe("size, brotli, without peers", () => {
  it("main entry ≤ 12 kB: what an app loads before its first call", async () => {
    expect(await brotliOf("dist/index.js")).toBeLessThanOrEqual(12_000);
  });

  it("worker ≤ 40 kB", async () => {
    expect(await brotliOf("dist/worker.js")).toBeLessThanOrEqual(40_000);
  });
});

/** Of the entry and all that it imports statically, minified. With Vite an app adds 0.8 kB of its own preloading. */
async function brotliOf(file: string): Promise<number> {
  const bundle = await rolldown({ input: join(root, file), external: [/transformers/], cwd: root });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const chunks = new Map(output.flatMap((o) => (o.type === "chunk" ? [[o.fileName, o] as const] : [])));
  const needed = new Set([...chunks.values()].filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName));
  for (const name of needed) {
    for (const imported of chunks.get(name)?.imports ?? []) if (chunks.has(imported)) needed.add(imported);
  }
  return [...needed].reduce((sum, name) => sum + brotliCompressSync(chunks.get(name)!.code).length, 0);
}

const CONSUMER = `
import { Memory, type LLM, type SearchResult } from "keepsake";
import { openInlineEngine } from "keepsake/engine";
import { openaiCompatible } from "keepsake/llm/openai-compatible";
import { promptApi } from "keepsake/llm/prompt-api";
import { webLLM } from "keepsake/llm/web-llm";
import { aiSdk } from "keepsake/llm/ai-sdk";
import { scriptedLLM, facts } from "keepsake/testing";
import { serve } from "keepsake/worker/serve";
const llm: LLM = openaiCompatible({ baseUrl: "http://localhost:11434/v1", model: "m" });
export const all = [openInlineEngine, promptApi, webLLM, aiSdk, serve, scriptedLLM([facts("x")])];
export async function use(): Promise<SearchResult[]> {
  const memory = new Memory({ llm, embedder: { model: "m", background: true } });
  // As a user writes them: to TypeScript the roles in this list are strings.
  const messages = [{ role: "user", content: "hi" }, { role: "assistant", content: "hello" }];
  await memory.add(messages, { userId: "a", metadata: { category: "greetings" } });
  await memory.add("hi", { userId: "a", version: "v2" });
  for await (const event of memory.watch()) if (event.type === "committed") break;
  // @ts-expect-error a scope id is a string
  await memory.add("hi", { userId: 3 });
  return (await memory.search("x", { filters: { user_id: "a", AND: [{ price: { gte: 2, lt: 3 } }] } })).results;
}
`;

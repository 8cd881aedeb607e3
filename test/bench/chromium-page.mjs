/** A page with the built package in a Chromium of its own, for benchmarks. */
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { findChromium } from "../../scripts/chromium.mjs";
import { makeTestModel } from "../../scripts/make-test-model.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(root, ".cache/bench");
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Builds the page over `dist` (run `npm run build` before), serves it and a tiny model, and opens a browser.
 * @returns {Promise<{ open: () => Promise<import("playwright-core").Page>, url: string, close: () => Promise<void> }>}
 */
export async function openChromium() {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("No Chromium: install one or set CHROME_PATH.");
  await buildPage();
  await makeTestModel(join(cache, "models/tiny"), { dims: 64 });
  const ort = join(dirname(createRequire(import.meta.url).resolve("@xenova/transformers/package.json")), "dist");
  const server = createServer((request, response) => answer({ ort }, request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const profile = mkdtempSync(join(tmpdir(), "keepsake-bench-"));
  const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  const context = await chromium.launchPersistentContext(profile, { executablePath, args });
  const open = async () => {
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(error));
    page.on("console", (message) => message.type() === "error" && console.error(message.text()));
    await page.goto(`${url}/app/index.html`);
    await page.waitForFunction(() => document.body.textContent === "ready");
    return page;
  };
  const close = async () => {
    await context.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { open, url, close };
}

/** As an app's own Vite does. */
async function buildPage() {
  await build({
    configFile: false,
    root: fileURLToPath(new URL("page", import.meta.url)),
    base: "./",
    logLevel: "error",
    resolve: { alias: [{ find: /^keepsake$/, replacement: join(root, "dist/index.js") }] },
    worker: { format: "es" },
    build: { outDir: join(cache, "app"), emptyOutDir: true, target: "es2022" },
  });
}

function answer({ ort }, request, response) {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  const file = path.startsWith("/ort/") ? join(ort, path.slice("/ort/".length)) : join(cache, path);
  if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
  response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
  response.setHeader("Content-Length", statSync(file).size);
  response.setHeader("Cache-Control", "max-age=3600");
  return createReadStream(file).pipe(response);
}

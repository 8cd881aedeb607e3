import { createReadStream, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin, UserConfig } from "vite";
import { hnswlib } from "./hnswlib-plugin.ts";

/**
 * What the demo page may do. No inline script or style, no eval (wasm needs its own word), nothing from
 * elsewhere but what the visitor asks for: a model hub or an OpenAI-compatible endpoint.
 */
const CSP = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The demo page, built like an app of a user's. */
export function demo(root: string): UserConfig {
  return {
    root,
    base: "./",
    // No app's router behind it: what is not there is a 404, not the page again.
    appType: "mpa",
    plugins: [hnswlib(), ortAssets(), cspTag()],
    build: { outDir: "dist", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 1_000 },
    preview: { host: "127.0.0.1", port: 4173, headers: { "Content-Security-Policy": CSP } },
    server: { host: "127.0.0.1" },
  };
}

/** The policy travels with the page, to hosts that set no headers. Not in dev: Vite's own client inlines styles. */
function cspTag(): Plugin {
  return {
    name: "demo:csp",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: CSP }, injectTo: "head-prepend" },
    ],
  };
}

/** Serves the ONNX runtime's wasm below `ort/`, as `npx keepsake-assets` does for an app. */
function ortAssets(): Plugin {
  const dist = dirname(createRequire(import.meta.url).resolve("@xenova/transformers"));
  const folder = dist.endsWith("src") ? join(dist, "..", "dist") : dist;
  const files = readdirSync(folder).filter((file) => /^ort-wasm-simd\.wasm$/.test(file));
  return {
    name: "demo:ort-assets",
    configureServer({ middlewares }) {
      middlewares.use("/ort/", (request, response, next) => {
        const file = files.find((name) => request.url === `/${name}`);
        if (!file) return next();
        response.setHeader("Content-Type", "application/wasm");
        response.setHeader("Content-Length", statSync(join(folder, file)).size);
        createReadStream(join(folder, file)).pipe(response);
      });
    },
    generateBundle() {
      for (const file of files) {
        this.emitFile({ type: "asset", fileName: `ort/${file}`, source: readFileSync(join(folder, file)) });
      }
    },
  };
}

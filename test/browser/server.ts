/** A loopback server: the page under test, with and without an extension's CSP, and a model hub. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** What a Manifest V3 extension page may do. */
export const EXTENSION_CSP = "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".css": "text/css",
};

export interface Folders {
  /** The built page. */
  app: string;
  /** The built demo, which brings its CSP with it. */
  demo: string;
  /** Models, one folder each. */
  models: string;
  /** The ONNX runtime's wasm. */
  ort: string;
}

export interface TestServer {
  url: string;
  close: () => Promise<void>;
}

/** `/app/…` and `/csp/…` are the page, `/demo/…` the demo, `/models/…` and `/ort/…` files, `/hub/<id>/resolve/main/…` a model hub. */
export async function startServer(folders: Folders): Promise<TestServer> {
  const server = createServer((request, response) => answer(folders, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => stop(server) };
}

function answer(folders: Folders, request: IncomingMessage, response: ServerResponse): void {
  const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
  const file = locate(folders, path);
  if (!file || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
  response.setHeader("Content-Length", statSync(file).size);
  response.setHeader("Access-Control-Allow-Origin", "*");
  // Models are kept by the library (Cache API); everything else of an app is the HTTP cache's.
  const isModel = path.startsWith("/models/") || path.startsWith("/hub/");
  response.setHeader("Cache-Control", isModel || path.endsWith(".html") ? "no-store" : "max-age=3600");
  if (path.startsWith("/csp/")) response.setHeader("Content-Security-Policy", EXTENSION_CSP);
  createReadStream(file).pipe(response);
}

function locate({ app, demo, models, ort }: Folders, path: string): string | null {
  const [, area, ...rest] = path.split("/");
  switch (area) {
    case "app":
    case "csp":
      return join(app, rest.join("/") || "index.html");
    case "demo":
      return join(demo, rest.join("/") || "index.html");
    case "models":
      return join(models, ...rest);
    case "ort":
      return join(ort, ...rest);
    case "hub":
      return join(models, ...rest.join("/").replace("/resolve/main/", "/").split("/"));
    default:
      return null;
  }
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

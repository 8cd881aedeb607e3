/** A loopback server for the page, its vectors, a model and the ONNX runtime. Cross-origin isolated: so clocks tick in 5 µs. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** @param {Record<string, string>} folders by the first part of the path; `?bytes=n` gives the beginning of a file */
export async function startServer(folders) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const [, area, ...rest] = normalize(decodeURIComponent(url.pathname)).split("/");
    const file = folders[area] && join(folders[area], ...rest);
    const size = file && sizeOf(file);
    if (size === undefined) return void response.writeHead(404).end();
    const length = Math.min(size, Number(url.searchParams.get("bytes") ?? size));
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { ...HEADERS, "Content-Type": type, "Content-Length": length });
    if (length === 0) response.end();
    else createReadStream(file, { end: length - 1 }).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { port: server.address().port, close };
}

function sizeOf(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.size : undefined;
}

/** A hub on this machine: serves `/<model>/resolve/main/<file>` as the real one does. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export interface MockHub {
  /** For `remoteHost`. */
  url: string;
  /** Paths asked for so far. */
  requests: string[];
  /** Answers like an app server that has no such file: index.html with status 200. */
  answerHtml: boolean;
  /** Answers with this status, whatever is asked for. */
  status: number | null;
  /** May be called twice. */
  close(): Promise<void>;
}

const HTML = "<!doctype html><html><body>The app</body></html>";

/** @param dir holds the models, each in the folder of its id */
export async function startMockHub(dir: string): Promise<MockHub> {
  const server = createServer((request, response) => {
    // The library sends a User-Agent in Node, so a page (happy-dom) asks first whether it may.
    if (request.method === "OPTIONS") {
      response.writeHead(204, { "access-control-allow-origin": "*", "access-control-allow-headers": "*" }).end();
      return;
    }
    const path = decodeURIComponent(request.url ?? "/");
    hub.requests.push(path);
    const answer = (status: number, type: string, body: Uint8Array | string): void => {
      response.writeHead(status, {
        "content-type": type,
        "content-length": Buffer.byteLength(body),
        "access-control-allow-origin": "*",
      });
      response.end(body);
    };
    if (hub.status !== null) return answer(hub.status, "text/plain", "no");
    if (hub.answerHtml) return answer(200, "text/html", HTML);
    readFile(join(dir, path.replace("/resolve/main/", "/"))).then(
      (body) => answer(200, "application/octet-stream", body),
      () => answer(404, "text/plain", "Entry not found"),
    );
  });
  const hub: MockHub = {
    url: "",
    requests: [],
    answerHtml: false,
    status: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return hub;
}

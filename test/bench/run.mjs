/**
 * `npm run bench`: measures the built library beside its peers, one thing at a time, and writes what it found to
 * results/latest.json, results/latest.md and the tables in docs/benchmark.md and README.md. docs/benchmark.md explains it.
 */
import { cpus, loadavg, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { makeTestModel } from "../../scripts/make-test-model.mjs";
import { buildPage, CACHE } from "./build.mjs";
import { openBrowser } from "./machine/chromium.mjs";
import { startServer } from "./machine/server.mjs";
import { readOptions } from "./options.mjs";
import { installPeers, peerVersions } from "./peers.mjs";
import { writeResults } from "./report/write.mjs";

const started = Date.now();
/** Of the last minute: what else the machine had to do. */
const [load] = loadavg();
const options = readOptions();
const log = (line) => console.error(`${((Date.now() - started) / 1_000).toFixed(0).padStart(5)} s  ${line}`);

installPeers();
const server = await startServer(await folders());
const browser = await openBrowser(server.port);
try {
  const sections = {};
  for (const name of options.only) {
    const section = await runSection(name);
    if (section !== undefined) sections[name] = section;
  }
  const isPartial = options.sizes !== undefined || options.peers !== undefined;
  writeResults({ machine: machine(), sections, out: options.out, isPartial });
} finally {
  await browser.close();
  await server.close();
}
log("done");

/** @returns what was measured; nothing where it failed as a whole, which is no reason to lose the others */
async function runSection(name) {
  const from = Date.now();
  try {
    const section = await import(`./sections/${name}.mjs`);
    const results = await section.run({ browser, sizes: options.sizes ?? section.sizes, peers: options.peers, log });
    return { at: new Date().toISOString(), seconds: Math.round((Date.now() - from) / 1_000), results };
  } catch (error) {
    console.error(`${name} failed:`, error);
    process.exitCode = 1;
    return undefined;
  }
}

async function folders() {
  const models = join(CACHE, "models");
  await makeTestModel(join(models, "tiny"), { dims: 384 });
  const ort = join(dirname(createRequire(import.meta.url).resolve("@xenova/transformers/package.json")), "dist");
  return { page: await buildPage(), vectors: join(CACHE, "vectors"), models, ort };
}

function machine() {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load,
    os: `${process.platform} ${process.arch}`,
    node: process.version,
    chromium: browser.version,
    packages: peerVersions(),
  };
}

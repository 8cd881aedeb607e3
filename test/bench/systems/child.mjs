/**
 * A process for one system at one size, so that none inherits another's heap: prints one line of JSON.
 *
 *   node child.mjs <keepsake|mem0> <size>
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashingEmbedder } from "../../../dist/engine.js";
import { Memory } from "../../../dist/index.js";
import { question, statement, statements } from "../data/statements.mjs";
import { openKeepsake } from "./keepsake.mjs";
import { openMem0 } from "./mem0.mjs";

const BATCH = 500;
const TOP_K = 20;
/** Calls per cell: until there are enough or the time is up, but a few at least. */
const ENOUGH = { calls: 40, ms: 6_000, atLeast: 3 };

const [system, size] = [process.argv[2], Number(process.argv[3])];
const folder = mkdtempSync(join(tmpdir(), "keepsake-bench-"));
try {
  // There is no IndexedDB in Node: ours is in memory there, mem0's in files.
  const opened =
    system === "mem0"
      ? await openMem0(folder, hashingEmbedder())
      : openKeepsake(Memory, { engine: "inline", storage: "memory" });
  process.stdout.write(`${JSON.stringify(await measure(opened))}\n`);
  await opened.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(opened) {
  for (let at = 0; at < size; at += BATCH) await opened.fill(statements(at, Math.min(size, at + BATCH)));
  const first = await timed(() => opened.search(question(1), TOP_K));
  const search = await repeated((i) => opened.search(question(i + 2), TOP_K));
  const addRaw = await repeated((i) => opened.addRaw([statement(1e6 + i)]));
  const addFacts = await repeated((i) => opened.addFacts(`hello ${i}`, statements(2e6 + 3 * i, 2e6 + 3 * i + 3)));
  return { first, search, addRaw, addFacts, rssMiB: process.memoryUsage.rss() / 2 ** 20 };
}

async function repeated(body) {
  const samples = [];
  const end = performance.now() + ENOUGH.ms;
  while (samples.length < ENOUGH.calls && (samples.length < ENOUGH.atLeast || performance.now() < end)) {
    samples.push(await timed(() => body(samples.length)));
  }
  return { ms: middle(samples, "ms"), cpuMs: middle(samples, "cpuMs"), calls: samples.length };
}

async function timed(body) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await body();
  const { user, system: kernel } = process.cpuUsage(cpu);
  return { ms: performance.now() - started, cpuMs: (user + kernel) / 1_000 };
}

function middle(samples, key) {
  return samples.map((sample) => sample[key]).toSorted((a, b) => a - b)[samples.length >> 1];
}

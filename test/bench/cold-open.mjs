/**
 * Cold open: from `new Memory` to the first search answered, in Chromium, with the worker engine, IndexedDB and the
 * hashing embedder (384 dims). A new page each time; the database is as the page before left it.
 *
 *   npm run build && node test/bench/cold-open.mjs [rows …]        default 10000 50000
 */
import { cpus } from "node:os";
import { openChromium } from "./chromium-page.mjs";

const REPEATS = 5;
const sizes = process.argv.slice(2).map(Number).filter(Boolean);
const browser = await openChromium();
const rows = [];
try {
  for (const size of sizes.length > 0 ? sizes : [10_000, 50_000]) rows.push(await measure(size));
} finally {
  await browser.close();
}
console.log(`\n${cpus().length} cores, ${cpus()[0]?.model ?? "unknown CPU"}; wall ms\n`);
console.log("| memories | filled in | first open after | cold open, median | worst | next search, median | disk MB |");
console.log("|---|---|---|---|---|---|---|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);

async function measure(size) {
  const name = `cold-${size}`;
  const filled = await onNewPage(fill, { name, size });
  const first = await onNewPage(openAndSearch, { name, rest: 2_000 });
  const opens = [];
  for (let i = 0; i < REPEATS; i += 1) opens.push(await onNewPage(openAndSearch, { name, rest: 500 }));
  const byOpen = opens.map(({ open }) => open).sort((a, b) => a - b);
  const next = opens.map(({ again }) => again).sort((a, b) => a - b)[REPEATS >> 1];
  const times = [filled.ms, first.open, byOpen[REPEATS >> 1], byOpen.at(-1), next].map((ms) => ms.toFixed(1));
  return [size, ...times, (opens.at(-1).bytes / 1e6).toFixed(0)];
}

async function onNewPage(body, argument) {
  const page = await browser.open();
  try {
    return await page.evaluate(body, argument);
  } finally {
    await page.close();
  }
}

/** Runs in the page. */
async function fill({ name, size }) {
  const TOPICS = ["tea", "chess", "Hamburg", "jazz", "cycling", "bread", "the sea", "Tolstoy", "gardens", "trains"];
  const VERBS = ["likes", "reads about", "dislikes", "talks about", "plans", "remembers", "paints", "studies"];
  const started = performance.now();
  const memory = new window.keepsake.Memory({ name, embedder: "hashing" });
  for (let at = 0; at < size; at += 500) {
    const messages = Array.from({ length: Math.min(500, size - at) }, (_, i) => {
      const n = at + i;
      const who = `with friend${(n * 31) % 997} and street ${(n * 7919) % 4999}`;
      return { role: "user", content: `User ${VERBS[n % 8]} ${TOPICS[(n * 7) % 10]} number ${n} ${who}` };
    });
    await memory.add(messages, { userId: "alice", infer: false });
  }
  await memory.search("who likes chess", { userId: "alice" });
  const ms = performance.now() - started;
  // A snapshot is written while nobody waits.
  await new Promise((resolve) => setTimeout(resolve, 3_000 + size / 10));
  await memory.close();
  return { ms };
}

/** Runs in the page. */
async function openAndSearch({ name, rest }) {
  const started = performance.now();
  const memory = new window.keepsake.Memory({ name, embedder: "hashing" });
  const found = await memory.search("who likes chess with friend31", { userId: "alice" });
  const open = performance.now() - started;
  if (found.results.length === 0) throw new Error("nothing was found");
  const before = performance.now();
  await memory.search("bread in Hamburg", { userId: "alice" });
  const again = performance.now() - before;
  await new Promise((resolve) => setTimeout(resolve, rest));
  const { usage } = await navigator.storage.estimate();
  await memory.close();
  return { open, again, bytes: usage };
}

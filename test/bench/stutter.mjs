/**
 * Does the page stutter? Main-thread tasks over 50 ms (PerformanceObserver, `longtask`) while a small model loads in the
 * background and 1,000 memories are added and searched for one after the other, in Chromium with the worker engine.
 *
 *   npm run build && node test/bench/stutter.mjs [times]        default 1000
 */
import { cpus } from "node:os";
import { openChromium } from "./chromium-page.mjs";

const times = Number(process.argv[2] ?? 1_000);
const browser = await openChromium();
try {
  const page = await browser.open();
  const phases = await page.evaluate(work, { times });
  console.log(`\n${cpus().length} cores, ${cpus()[0]?.model ?? "unknown CPU"}; wall ms\n`);
  console.log("| phase | took | main-thread tasks over 50 ms | longest |\n|---|---|---|---|");
  for (const { name, ms, tasks } of phases) {
    console.log(`| ${name} | ${ms.toFixed(0)} | ${tasks.length} | ${Math.max(0, ...tasks).toFixed(0)} |`);
  }
} finally {
  await browser.close();
}

/** Runs in the page. */
async function work({ times }) {
  const phases = [];
  let tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ type: "longtask" });
  const phase = async (name, body) => {
    tasks = [];
    const started = performance.now();
    await body();
    const ms = performance.now() - started;
    // Entries come in a task of their own.
    await new Promise((resolve) => setTimeout(resolve, 200));
    phases.push({ name, ms, tasks });
  };
  let memory;
  await phase("model load", async () => {
    const embedder = { model: "tiny", localModelPath: "/models/", wasmPaths: "/ort/", background: true };
    memory = new window.keepsake.Memory({ name: "stutter", embedder });
    await memory.ready({ model: true });
  });
  const scope = { userId: "alice" };
  await phase(`${times} adds`, async () => {
    for (let i = 0; i < times; i += 1)
      await memory.add(`I like tea number ${i} and street ${i % 97}`, { ...scope, infer: false });
  });
  await phase(`${times} searches`, async () => {
    for (let i = 0; i < times; i += 1) await memory.search(`who likes street ${i % 97}`, scope);
  });
  await phase(`${times} searches at once`, () =>
    Promise.all(Array.from({ length: times }, (_, i) => memory.search(`tea number ${i}`, scope))),
  );
  await memory.close();
  return phases;
}

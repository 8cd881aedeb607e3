/** What holds the page's thread while the worker is at work: tasks over 50 ms (PerformanceObserver, `longtask`). */
import { Memory } from "keepsake";

const SCOPE = { userId: "alice" };
const EMBEDDER = { model: "tiny", localModelPath: "/models/", wasmPaths: "/ort/", background: true };

/** @returns for each phase how long it took and the tasks over 50 ms, in ms */
export async function pageTasks(times) {
  let tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ type: "longtask" });
  const memory = new Memory({ name: "page-tasks", embedder: EMBEDDER });
  const add = (i) => memory.add(`I like tea number ${i} and street ${i % 97}`, { ...SCOPE, infer: false });
  const search = (i) => memory.search(`who likes street ${i % 97}`, SCOPE);
  const phases = {
    "model load": () => memory.ready({ model: true }),
    [`${times} adds, one after the other`]: () => oneByOne(times, add),
    [`${times} searches, one after the other`]: () => oneByOne(times, search),
    [`${times} searches at once`]: () => Promise.all(Array.from({ length: times }, (_, i) => search(i))),
  };
  const results = [];
  for (const [name, body] of Object.entries(phases)) {
    tasks = [];
    const start = performance.now();
    await body();
    const ms = performance.now() - start;
    // Entries come in a task of their own.
    await new Promise((resolve) => setTimeout(resolve, 200));
    results.push({ name, ms, tasks });
  }
  observer.disconnect();
  await memory.close();
  return results;
}

async function oneByOne(times, call) {
  for (let i = 0; i < times; i += 1) await call(i);
}

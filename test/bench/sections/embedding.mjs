/** What our path adds to a model, against the plain `pipeline()` call of transformers.js. Not a real model: nearly all is overhead. */
import { median } from "../stats.mjs";

const CELLS = [1, 16].flatMap((batch) => [12, 60].map((words) => ({ batch, words })));
const ENOUGH = { calls: 400, ms: 1_500 };

export async function run({ browser, log }) {
  const page = await browser.newCase().open();
  try {
    const { difference } = await page.call("loadModel");
    const results = [];
    for (const { batch, words } of CELLS) {
      for (const way of ["keepsake", "pipeline"]) {
        const { value: times, cpuMs } = await page.measure("embed", way, batch, words, ENOUGH);
        // The warm-up is in the CPU time and not among the times.
        results.push({
          way,
          batch,
          words,
          ms: median(times),
          cpuMs: cpuMs === null ? null : cpuMs / (times.length + 1),
        });
      }
    }
    log("embedding: done");
    return { difference, cells: results };
  } finally {
    await page.close();
  }
}

/** From `new Memory` to the first search answered: a new page and a new worker each time, on a database of one scope. */
import { median } from "../stats.mjs";
import { reasonOf } from "../machine/reason.mjs";

const OPENINGS = 5;
/** For snapshots to be written after a change or after being opened, in ms. */
const rest = (size) => 2_000 + size / 10;

export const sizes = [10_000, 50_000];

export async function run({ browser, sizes: chosen, log }) {
  const results = [];
  for (const size of chosen) {
    const started = Date.now();
    const result = await measure(browser.newCase(), size).catch((error) => ({ error: reasonOf(error) }));
    results.push({ size, ...result });
    log(`cold open × ${size}: ${Math.round((Date.now() - started) / 1_000)} s ${result.error ?? ""}`);
  }
  return results;
}

async function measure(place, size) {
  const fill = await onNewPage(place, async (page) => {
    const ms = await page.call("fillMemory", size);
    await page.call("callMemory", "search", { calls: 1, ms: 60_000 });
    return { ms, bytes: await page.call("rest", rest(size)) };
  });
  const openings = [];
  while (openings.length <= OPENINGS) {
    openings.push(
      await onNewPage(place, async (page) => {
        const { value: ms, cpuMs } = await page.measure("openMemory");
        const [next] = await page.call("callMemory", "search", { calls: 1, ms: 60_000 });
        await page.call("rest", 500);
        return { ms, cpuMs, next };
      }),
    );
  }
  // The first after filling may find a snapshot that is not the last word.
  const [first, ...later] = openings;
  const middle = (key) => median(later.map((opening) => opening[key]));
  return {
    fillMs: fill.ms,
    bytes: fill.bytes,
    firstMs: first.ms,
    ms: middle("ms"),
    worstMs: Math.max(...later.map(({ ms }) => ms)),
    cpuMs: middle("cpuMs"),
    nextSearchMs: middle("next"),
  };
}

async function onNewPage(place, body) {
  const page = await place.open();
  try {
    const result = await body(page);
    await page.call("closeMemory");
    return result;
  } finally {
    await page.close();
  }
}

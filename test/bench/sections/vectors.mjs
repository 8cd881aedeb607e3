/** Vector search and build: every library and each of our own paths, on the same vectors, in one Chromium. */
import { mean, median, quantile } from "../stats.mjs";
import { importTypeScript, CACHE } from "../build.mjs";
import { trueNeighbors, vectorFiles } from "../data/vectors.mjs";
import { PERCENTS, QUERIES, TOP_K } from "../data/vectors-shape.mjs";
import { reasonOf } from "../machine/reason.mjs";

const CONTENDERS = [
  "keepsake",
  "keepsake-kernel",
  "keepsake-plain",
  "keepsake-hnsw",
  "mememo",
  "voy-search",
  "edgevec",
  "@orama/orama",
  "client-vector-search",
  "@electric-sql/pglite",
];
/** A build that will take longer is given up; a graph of 100,000 rows takes some four minutes. */
const capMs = (size) => (size > 50_000 ? 300_000 : 150_000);
/** Behind an index that answers already. */
const GRAPH_CAP_MS = 400_000;
/** From here on the planner's index has a graph: it is the same as ours by name. */
const PLANNED_GRAPH_FROM = 50_000;
/** How long the searches of one cell are repeated, about, in ms. */
const CELL_MS = 400;
const MAX_REPEATS = 40;
/** A search slower than this is asked fewer times. */
const SLOW_MS = 40;
const FEW_QUERIES = 20;
const OPENINGS = 3;
/** An opening slower than this is not repeated. */
const SLOW_OPENING_MS = 2_000;

export const sizes = [1_000, 10_000, 50_000, 100_000];

/** @returns one result per contender and size */
export async function run({ browser, sizes: chosen, peers, log }) {
  const { clusteredVectors } = await importTypeScript("vectors", "../../src/testing/vectors.ts");
  const ascending = chosen.toSorted((a, b) => a - b);
  log("vectors and their true neighbors …");
  const files = vectorFiles(`${CACHE}/vectors`, ascending.at(-1), clusteredVectors);
  const truth = trueNeighbors(files.rows.numbers, files.queries.numbers, ascending);
  const urls = Object.fromEntries(
    Object.entries(files).map(([name, { path }]) => [name, `/vectors/${path.split("/").at(-1)}`]),
  );
  const results = [];
  for (const size of ascending) {
    for (const name of CONTENDERS) {
      if (peers && !peers.includes(name)) continue;
      if (name === "keepsake-hnsw" && size >= PLANNED_GRAPH_FROM) continue;
      const started = Date.now();
      const result = await measure(browser.newCase(), { name, size, urls, truth: truth[size] }).catch((error) => ({
        error: reasonOf(error),
      }));
      results.push({ name, size, ...result });
      log(
        `${name} × ${size}: ${Math.round((Date.now() - started) / 1000)} s${result.error ? ` (${result.error})` : ""}`,
      );
    }
  }
  return results;
}

async function measure(place, { name, size, urls, truth }) {
  const page = await place.open();
  try {
    await page.call("prepare", size, urls);
    const memoryBefore = await page.memoryMiB();
    const startMs = await page.call("start", name);
    const build = await page.measure("build", capMs(size));
    const result = {
      startMs,
      build: { ms: build.value.ms, cpuMs: build.cpuMs, rows: build.value.rows, atLeastMs: build.value.atLeastMs },
    };
    if (build.value.atLeastMs !== undefined) return result;
    const finish = await page.measure("finish", GRAPH_CAP_MS);
    if (finish.value.graphRows > 0) result.finish = { ...finish.value, cpuMs: finish.cpuMs };
    result.memoryMiB = (await page.memoryMiB()) - memoryBefore;
    result.searches = {};
    for (const percent of PERCENTS) result.searches[percent] = await searches(page, percent, truth[percent]);
    await persistence(page, place, { name, size, urls, truth: truth[100] }, result);
    return result;
  } finally {
    await page.close();
  }
}

async function searches(page, percent, truth) {
  const first = await page.call("ask", percent, FEW_QUERIES);
  const count = first.meanMs > SLOW_MS ? FEW_QUERIES : QUERIES;
  const { found, meanMs } = count === FEW_QUERIES ? first : await page.call("ask", percent, count);
  const repeats = Math.min(MAX_REPEATS, Math.max(1, Math.ceil(CELL_MS / (meanMs * count))));
  const { value: times, cpuMs } = await page.measure("time", percent, count, repeats);
  return {
    p50: median(times),
    p95: quantile(times, 0.95),
    cpuMs: cpuMs === null ? null : cpuMs / times.length,
    recall: recall(found, truth),
    samples: times.length,
  };
}

/** Mean share of the true nearest that were found. */
function recall(found, truth) {
  return mean(found.map((labels, i) => labels.filter((label) => truth[i].includes(label)).length / truth[i].length));
}

/** Saves, and opens in fresh workers. What cannot is no reason to lose the rest. */
async function persistence(page, place, { name, urls, truth }, result) {
  try {
    const saved = await page.measure("save");
    if (saved.value === null) return;
    result.save = { bytes: saved.value, cpuMs: saved.cpuMs };
    await page.call("discard");
    const openings = [];
    while (openings.length < OPENINGS && !(openings[0]?.ms > SLOW_OPENING_MS)) {
      openings.push(await open(place, name, urls, truth));
    }
    const [ms, cpuMs] = ["ms", "cpuMs"].map((key) => median(openings.map((opening) => opening[key])));
    result.open = { ms, cpuMs, recall: openings[0].recall };
  } catch (error) {
    result.saveError = reasonOf(error);
  }
}

async function open(place, name, urls, truth) {
  const page = await place.open();
  try {
    await page.call("prepare", 0, urls);
    const { value, cpuMs } = await page.measure("open", name);
    const hits = value.found.slice(0, TOP_K);
    return { ms: value.ms, cpuMs, recall: recall([hits], [truth[0]]) };
  } finally {
    await page.close();
  }
}

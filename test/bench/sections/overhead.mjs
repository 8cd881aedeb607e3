/** What add and search cost when LLM and model cost nothing: ours in Node and in Chromium, mem0 in Node. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "../stats.mjs";
import { reasonOf } from "../machine/reason.mjs";

const CHILD = fileURLToPath(new URL("../systems/child.mjs", import.meta.url));
/** Also what a child does: see `systems/child.mjs`. */
const ENOUGH = { calls: 40, ms: 6_000 };
const CALLS = ["search", "addRaw", "addFacts"];

export const sizes = [100, 1_000, 10_000, 50_000];

/** @returns one result per system, place and size */
export async function run({ browser, sizes: chosen, log }) {
  const results = [];
  for (const size of chosen) {
    for (const [system, place] of [
      ["keepsake", "Node"],
      ["keepsake", "Chromium"],
      ["mem0", "Node"],
    ]) {
      const started = Date.now();
      const measured = place === "Node" ? inNode(system, size) : inChromium(browser, size);
      const result = await measured.catch((error) => ({ error: reasonOf(error) }));
      results.push({ system, place, size, ...result });
      log(`${system} in ${place} × ${size}: ${Math.round((Date.now() - started) / 1_000)} s ${result.error ?? ""}`);
    }
  }
  return results;
}

function inNode(system, size) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, system, String(size)], { stdio: ["ignore", "pipe", "pipe"] });
    process.once("exit", () => child.kill());
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) child[stream].on("data", (chunk) => (said[stream] += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      const line = said.stdout.trim().split("\n").at(-1);
      if (code === 0 && line) resolve(JSON.parse(line));
      else reject(new Error(/^\w*Error[^:\n]*: (.*)/m.exec(said.stderr)?.[1] ?? `the process ended with ${code}`));
    });
  });
}

async function inChromium(browser, size) {
  const page = await browser.newCase().open();
  try {
    await page.call("fillMemory", size);
    const first = await page.measure("callMemory", "search", { calls: 1, ms: ENOUGH.ms });
    // A snapshot may be due, and is not the next call's.
    await page.call("rest", 1_000 + size / 20);
    const result = { first: { ms: first.value[0], cpuMs: first.cpuMs } };
    for (const kind of CALLS) {
      const { value: times, cpuMs } = await page.measure("callMemory", kind, ENOUGH);
      result[kind] = { ms: median(times), cpuMs: cpuMs === null ? null : cpuMs / times.length, calls: times.length };
    }
    await page.call("closeMemory");
    return result;
  } finally {
    await page.close();
  }
}

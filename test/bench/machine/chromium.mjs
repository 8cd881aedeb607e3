/** One Chromium for the whole benchmark; each case gets an origin of its own in it: a fresh process and empty storage. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "../../../scripts/chromium.mjs";
import { launchChromium } from "../../../scripts/launch-chromium.mjs";
import { cpuMs, rendererMiB } from "./cpu.mjs";

const ARGS = [
  // A page that is not looked at is not to be slowed down.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--js-flags=--expose-gc",
];

/** How long an idle Chromium is left alone before it is measured, in ms. */
const SETTLE_MS = 100;

/** @param {number} port of the server of the page */
export async function openBrowser(port) {
  const executable = findChromium();
  if (!executable) throw new Error("No Chromium: install one, or set CHROME_PATH.");
  const profile = mkdtempSync(join(tmpdir(), "keepsake-bench-"));
  const { browser, pid, kill } = await launchChromium(executable, profile, ARGS);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const context = browser.contexts()[0];
  let cases = 0;
  return {
    version: browser.version(),
    /** A place for one case: pages opened in it share an origin, which no other case has. */
    newCase() {
      const origin = `http://case${++cases}.localhost:${port}`;
      return { open: () => openPage(context, origin, pid) };
    },
    async close() {
      await kill();
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

async function openPage(context, origin, pid) {
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${origin}/page/index.html`);
  await page.waitForFunction(() => "benchReady" in window);
  const call = (method, ...args) => page.evaluate(([name, list]) => window.bench(name, list), [method, args]);
  await cpuOf(() => call("nothing"));
  const { cpu: ofCall } = await cpuOf(() => call("nothing"));
  return {
    call,
    /** A call with the CPU time that all of Chromium spent during it, in ms, less that of a call that does nothing. */
    async measure(method, ...args) {
      const { value, cpu } = await cpuOf(() => call(method, ...args));
      return { value, cpuMs: cpu === null ? null : Math.max(0, cpu - ofCall) };
    },
    /** After a garbage collection. */
    async memoryMiB() {
      await call("collectGarbage");
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      return rendererMiB(pid);
    },
    complaints,
    close: () => page.close(),
  };

  async function cpuOf(work) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const before = cpuMs(pid);
    const value = await work();
    return { value, cpu: before === null ? null : cpuMs(pid) - before };
  }
}

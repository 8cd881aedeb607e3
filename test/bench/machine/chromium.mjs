/** One Chromium for the whole benchmark; each case gets an origin of its own in it: a fresh process and empty storage. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { findChromium } from "../../../scripts/chromium.mjs";
import { cpuMs, rendererMiB } from "./cpu.mjs";

const ARGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  // A page that is not looked at is not to be slowed down.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--js-flags=--expose-gc",
  "--remote-debugging-port=0",
];

/** How long an idle Chromium is left alone before it is measured, in ms. */
const SETTLE_MS = 100;

/** @param {number} port of the server of the page */
export async function openBrowser(port) {
  const executable = findChromium();
  if (!executable) throw new Error("No Chromium: install one, or set CHROME_PATH.");
  const profile = mkdtempSync(join(tmpdir(), "keepsake-bench-"));
  const child = spawn(executable, [...ARGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const kill = () => {
    // Its group, which is its renderers' as well.
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL");
  };
  process.once("exit", kill);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const browser = await chromium.connectOverCDP(await debuggerUrl(child));
  const context = browser.contexts()[0];
  let cases = 0;
  return {
    version: browser.version(),
    /** A place for one case: pages opened in it share an origin, which no other case has. */
    newCase() {
      const origin = `http://case${++cases}.localhost:${port}`;
      return { open: () => openPage(context, origin, child.pid) };
    },
    async close() {
      kill();
      await exited;
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

function debuggerUrl(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk.toString();
      const url = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (url) resolve(url);
    });
    child.once("exit", () => reject(new Error(`Chromium ended before it could be used: ${said}`)));
  });
}

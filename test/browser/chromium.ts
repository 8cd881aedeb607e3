/** A Chromium of one's own, with a profile that outlives it, and that can be killed. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type ConsoleMessage, type Page } from "playwright-core";
import { inject, onTestFinished } from "vitest";

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
  "--remote-debugging-port=0",
];

export interface OwnBrowser {
  context: BrowserContext;
  /** Opens the page under test. @param area `app`, or `csp` for an extension's CSP */
  open: (area?: "app" | "csp") => Promise<TestPage>;
  /** SIGKILL: no handler runs, nothing is flushed. */
  kill: () => Promise<void>;
}

export interface TestPage {
  page: Page;
  /** What the console said that is not a plain log: errors, warnings, CSP reports. */
  complaints: string[];
}

/** A folder for a profile, removed when the test is over. */
export function makeProfile(): string {
  const profile = mkdtempSync(join(tmpdir(), "keepsake-profile-"));
  onTestFinished(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return profile;
}

export async function launch(profile = makeProfile()): Promise<OwnBrowser> {
  const child = spawn(inject("chromium"), [...ARGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
    // A group of its own: its renderers and workers are killed with it.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  const browser = await chromium.connectOverCDP(await debuggerUrl(child));
  const context = browser.contexts()[0]!;
  return { context, open: (area = "app") => openPage(context, area), kill };
}

async function openPage(context: BrowserContext, area: string): Promise<TestPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message: ConsoleMessage) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${inject("url")}/${area}/index.html`);
  await page.waitForFunction(() => document.body.textContent === "ready");
  return { page, complaints };
}

function debuggerUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const url = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (url) resolve(url);
    });
    child.once("exit", () => reject(new Error(`Chromium ended before it could be used: ${said}`)));
  });
}

/** A Chromium of one's own, with a profile that outlives it, and that can be killed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, ConsoleMessage, Page } from "playwright-core";
import { inject, onTestFinished } from "vitest";
import { launchChromium } from "../../scripts/launch-chromium.mjs";

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
  const { browser, kill } = await launchChromium(inject("chromium"), profile);
  onTestFinished(kill);
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

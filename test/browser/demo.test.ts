import type { Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import { launch } from "./chromium.ts";

/** The demo page, and what its console says that is not a plain log. */
async function openDemo(size = { width: 1440, height: 900 }): Promise<{ page: Page; complaints: string[] }> {
  const { context } = await launch();
  const page = await context.newPage();
  await page.setViewportSize(size);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${inject("url")}/demo/index.html`);
  // On a phone the status is folded away.
  await page.waitForSelector(".status >> text=web worker", { state: "attached" });
  return { page, complaints };
}

function doneAdds(page: Page, count: number): Promise<unknown> {
  return page.waitForFunction((n) => document.querySelectorAll(".entry[data-state=done]").length === n, count);
}

function memories(page: Page, count: number): Promise<unknown> {
  return page.waitForFunction((n) => document.querySelectorAll(".memory").length === n, count);
}

it("the examples run at first load, by keyboard, and are still there after a reload", async () => {
  const { page, complaints } = await openDemo();
  expect(await page.locator(".status").innerText()).toContain("hashing, no download");
  for (let tab = 0; tab < 3; tab++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await doneAdds(page, 1);
  await memories(page, 3);
  await page.getByRole("button", { name: /A trip/ }).click();
  await doneAdds(page, 2);
  await page.getByRole("button", { name: /change of mind/ }).click();
  await doneAdds(page, 4);
  expect(await page.locator(".fact[data-event=UPDATE] del").innerText()).toBe("loved");
  await page.getByRole("button", { name: /what should we watch/ }).click();
  await page.waitForSelector(".score");
  await page.reload();
  await memories(page, 5);
  expect(complaints).toEqual([]);
});

it("what is typed is text and never HTML; it can be edited and deleted", async () => {
  const { page, complaints } = await openDemo();
  const evil = `<img src=x onerror="window.__xss = 1"> <b>tea</b>`;
  await page.getByLabel(/Keep word for word/).check();
  await page.getByRole("textbox", { name: "Message 1" }).fill(evil);
  await page.keyboard.press("Control+Enter");
  await doneAdds(page, 1);
  await memories(page, 1);
  expect(await page.locator(".memory-text").innerText()).toBe(evil);
  expect(await page.evaluate(() => "__xss" in window)).toBe(false);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.keyboard.type("User drinks tea");
  await page.keyboard.press("Control+Enter");
  await page.locator(".memory-text", { hasText: "User drinks tea" }).waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.keyboard.press("Enter");
  await memories(page, 0);
  // The focus stays near, and what was deleted by hand comes back from where it stood.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("memories-title");
  await page.locator(".deleted").getByRole("button", { name: "Undo" }).press("Enter");
  await memories(page, 1);
  await page.getByRole("button", { name: "Delete", exact: true }).press("Enter");
  await page.keyboard.press("Escape");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Delete");
  expect(complaints).toEqual([]);
});

it("without a network it goes on, and says what it is using", async () => {
  const { page, complaints } = await openDemo();
  await page.context().setOffline(true);
  await page.waitForSelector("text=offline, and not needed");
  await page.getByRole("textbox", { name: "Message 1" }).fill("My dog is called Rex.");
  await page.getByRole("button", { name: "Remember" }).click();
  await doneAdds(page, 1);
  expect(complaints).toEqual([]);
});

it("on a phone nothing is wider than the screen", async () => {
  const { page } = await openDemo({ width: 360, height: 640 });
  await page.getByRole("button", { name: /Movie night/ }).click();
  await doneAdds(page, 1);
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
});

it("a former home is found, and what stands on an add is named where it cannot be taken back", async () => {
  const { page, complaints } = await openDemo();
  await page.getByRole("button", { name: /A move/ }).click();
  await doneAdds(page, 2);
  await page.getByRole("button", { name: /before Hamburg/ }).click();
  await expect.poll(() => page.locator(".memory-text").first().innerText()).toBe("User lives in Berlin");
  await page.getByRole("button", { name: "Undo" }).last().press("Enter");
  expect(await page.locator(".problem").innerText()).toContain("Take these back first: “User moved to Hamburg”");
  await page.getByRole("button", { name: /Clear the search/ }).click();
  await memories(page, 1);
  expect(complaints).toEqual([]);
});

it("an add can be taken back and brought back, and the graph shows what holds", async () => {
  const { page, complaints } = await openDemo();
  await page.getByRole("button", { name: /People and places/ }).click();
  await doneAdds(page, 2);
  await memories(page, 4);
  await page.getByRole("button", { name: "Graph", exact: true }).press("Enter");
  const relations = page.locator(".relations li");
  await expect.poll(() => relations.allInnerTexts()).toContain("alice plays cello");
  await expect.poll(() => page.locator(".graph .node").count()).toBe(6);
  await page.getByRole("button", { name: "Undo" }).first().press("Enter");
  await page.waitForSelector(".entry[data-undone=true]");
  await expect.poll(() => relations.allInnerTexts()).toEqual(["alice has sister Anna", "Anna works at Acme"]);
  await page.getByRole("button", { name: "Redo" }).press("Enter");
  await expect.poll(() => relations.count()).toBe(6);
  expect(complaints).toEqual([]);
});

import type { Page } from "playwright-core";
import { expect, inject, it } from "vitest";
import { launch } from "./chromium.ts";

const ALICE = { userId: "alice" };

/** Opens `window.memory`, with one memory in it, and gathers the kinds of its events in `window.events`. */
async function openMemory(page: Page, engine: "worker" | "inline" = "worker"): Promise<void> {
  await page.evaluate(
    async ([scope, engine]) => {
      window.memory = new window.keepsake.Memory({ embedder: "hashing", engine });
      const events: string[] = [];
      Object.assign(window, { events });
      void (async () => {
        for await (const event of window.memory.watch()) events.push(event.type);
      })();
      await window.memory.add("I like tea", scope);
    },
    [ALICE, engine] as const,
  );
}

/** Codes of what the calls of `window.memory` reject with; `"answered"` where they do not. */
function outcomes(page: Page): Promise<string[]> {
  return page.evaluate(async (scope) => {
    const { memory } = window;
    const calls = [
      memory.getAll(scope),
      memory.search("tea", scope),
      memory.pending(),
      memory.info(),
      memory.add("I like rum", scope),
    ];
    const codeOf = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => "answered",
        (error: { code?: string }) => error.code ?? String(error),
      );
    return Promise.all(calls.map(codeOf));
  }, ALICE);
}

const LOST = Array.from({ length: 5 }, () => "store_lost");

async function expectLost(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as unknown as { events: string[] }).events.includes("store-lost"));
  expect(await outcomes(page)).toEqual(LOST);
}

/** The database as it lies there: its version and its rows. Opened raw, with a version it is created or upgraded. */
function raw(page: Page, version?: number): Promise<{ version: number; rows: Record<string, unknown[]> }> {
  return page.evaluate(async (asked) => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open("keepsake:default", asked);
      opening.onupgradeneeded = () => {
        const { result } = opening;
        if (!result.objectStoreNames.contains("future")) result.createObjectStore("future").put("kept", "key");
      };
      opening.onblocked = () => reject(new Error("blocked"));
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const rows: Record<string, unknown[]> = {};
    for (const name of db.objectStoreNames) {
      const all = db.transaction(name).objectStore(name).getAll();
      rows[name] = await new Promise((resolve) => (all.onsuccess = () => resolve(all.result)));
    }
    db.close();
    return { version: db.version, rows };
  }, version);
}

for (const engine of ["worker", "inline"] as const) {
  it(`INV-10: another tab that upgrades the database is not blocked; ours says store-lost and refuses (${engine})`, async () => {
    const { open } = await launch();
    const [ours, newer] = [await open(), await open()];
    await openMemory(ours.page, engine);
    const upgraded = await raw(newer.page, 99);
    expect(upgraded.version).toBe(99);
    await expectLost(ours.page);

    // A new Memory is not let in either, and leaves everything as it is.
    await ours.page.evaluate(() => void (window.memory = new window.keepsake.Memory({ embedder: "hashing" })));
    expect(new Set(await outcomes(ours.page))).toEqual(new Set(["store_too_new"]));
    expect(await raw(newer.page)).toEqual(upgraded);
  });

  it(`INV-10: site data cleared under an open memory is said, and never looks like an empty one (${engine})`, async () => {
    const { open, context } = await launch();
    const { page } = await open();
    await openMemory(page, engine);
    const session = await context.newCDPSession(page);
    await session.send("Storage.clearDataForOrigin", { origin: inject("url"), storageTypes: "all" });
    await expectLost(page);
  });
}

it("INV-10: a database that was wiped between two sessions is told from a new one, and from one that was reset", async () => {
  const { open } = await launch();
  const { page } = await open();
  const session = (step: "new" | "reset" | "wipe"): Promise<string[]> =>
    page.evaluate(async (wanted) => {
      const memory = new window.keepsake.Memory({ embedder: "hashing" });
      const events: string[] = [];
      const watching = (async () => {
        for await (const { type } of memory.watch()) events.push(type);
      })();
      await memory.add("I like tea", { userId: "alice" });
      const cache = await caches.open("keepsake");
      // The note is made soon after the start: of this database, and no other.
      const deadline = Date.now() + 20_000;
      const generation = async (): Promise<unknown> => {
        const db = await new Promise<IDBDatabase>((resolve, reject) => {
          const opening = indexedDB.open("keepsake:default");
          opening.onsuccess = () => resolve(opening.result);
          opening.onerror = () => reject(opening.error);
        });
        const asked = db.transaction("meta").objectStore("meta").get("generation");
        const row = await new Promise<{ value: unknown } | undefined>((resolve) => {
          asked.onsuccess = () => resolve(asked.result as { value: unknown } | undefined);
        });
        db.close();
        return row?.value;
      };
      for (;;) {
        const stored = await generation();
        const [key] = await cache.keys();
        const now = key && (await (await cache.match(key))?.text());
        if ((stored !== undefined && stored === now) || Date.now() > deadline) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      if (wanted === "reset") await memory.reset();
      await memory.close();
      await watching;
      if (wanted === "wipe") {
        await new Promise((resolve) => (indexedDB.deleteDatabase("keepsake:default").onsuccess = resolve));
      }
      return events.filter((type) => type === "store-wiped");
    }, step);
  expect(await session("new")).toEqual([]);
  expect(await session("reset")).toEqual([]);
  expect(await session("wipe")).toEqual([]);
  expect(await session("new")).toEqual(["store-wiped"]);
  expect(await session("new")).toEqual([]);
});

it("INV-10: a database of a newer version is refused with store_too_new, and nothing in it is changed", async () => {
  const { open } = await launch();
  const { page } = await open();
  const before = await raw(page, 1_000);
  await page.evaluate(() => void (window.memory = new window.keepsake.Memory({ embedder: "hashing" })));
  expect(new Set(await outcomes(page))).toEqual(new Set(["store_too_new"]));
  expect(await raw(page)).toEqual(before);
  expect(before).toEqual({ version: 1_000, rows: { future: ["kept"] } });
});

it("INV-6, INV-7: four tabs add 25 each at the same time; 100 memories, numbered 1 to 100", async () => {
  const { open } = await launch();
  const pages = [];
  for (let tab = 0; tab < 4; tab++) pages.push((await open()).page);
  await Promise.all(
    pages.map((page, tab) =>
      page.evaluate(
        async ([scope, tab]) => {
          window.memory = new window.keepsake.Memory({ embedder: "hashing" });
          const texts = Array.from({ length: 25 }, (_, i) => `note ${i} of tab ${tab}`);
          await Promise.all(texts.map((text) => window.memory.add(text, { ...scope, infer: false })));
        },
        [ALICE, tab] as const,
      ),
    ),
  );
  const expected = Array.from({ length: 100 }, (_, i) => `note ${i % 25} of tab ${Math.floor(i / 25)}`).toSorted();
  for (const page of pages) {
    const seen = await page.evaluate(async (scope) => {
      const { memory } = window;
      const all = (await memory.getAll(scope)).results;
      const found = (await memory.search("note of tab", { ...scope, topK: 200 })).results;
      const histories = await Promise.all(all.map(({ id }) => memory.history(id)));
      const { seq, memories, pending } = await memory.info();
      return {
        texts: all.map((item) => item.memory),
        found: found.map((item) => item.memory),
        seqs: histories.flat().map((entry) => entry.seq),
        info: { seq, memories, pending },
      };
    }, ALICE);
    expect(seen.info).toEqual({ seq: 100, memories: 100, pending: 0 });
    expect(seen.texts.toSorted()).toEqual(expected);
    expect(seen.found.toSorted()).toEqual(expected);
    expect(seen.seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  }
});

it("INV-1, INV-2, INV-3: a page closed amid a burst of adds, five times: what was acknowledged is there exactly once", async () => {
  const { open } = await launch();
  const acknowledged: string[] = [];
  for (let round = 0; round < 5; round++) {
    const { page } = await open();
    let acks = 0;
    const enough = new Promise<void>((resolve) => {
      page.on("console", (message) => {
        const ack = /^ack (.*)$/.exec(message.text())?.[1];
        if (ack === undefined) return;
        acknowledged.push(ack);
        if (++acks === 3 + round * 4) resolve();
      });
    });
    await page.evaluate(
      ([scope, round]) => {
        const memory = new window.keepsake.Memory({ embedder: "hashing" });
        for (let i = 0; i < 60; i++) {
          const text = `note ${round}-${i}`;
          void memory.add(text, { ...scope, infer: false }).then(() => console.log(`ack ${text}`));
        }
      },
      [ALICE, round] as const,
    );
    await enough;
    await page.close();
  }

  const { page } = await open();
  await page.evaluate(() => void (window.memory = new window.keepsake.Memory({ embedder: "hashing" })));
  // A dead page's claims end with its lock, which the browser may take a moment to release.
  await expect.poll(() => page.evaluate(async () => (await window.memory.flush()).pending.length)).toBe(0);
  const { texts, info } = await page.evaluate(async (scope) => {
    const { results } = await window.memory.getAll(scope);
    return { texts: results.map((item) => item.memory), info: await window.memory.info() };
  }, ALICE);
  expect(new Set(acknowledged).size).toBeGreaterThanOrEqual(5 * 3);
  expect(texts).toEqual(expect.arrayContaining(acknowledged));
  expect(new Set(texts).size).toBe(texts.length);
  expect([info.memories, info.seq]).toEqual([texts.length, texts.length]);
});

it("a tab with a slow model keeps its op while it lives, however long that takes; when it is gone, the next tab takes it up", async () => {
  const { open } = await launch();
  const [slow, other] = [await open(), await open()];
  await slow.page.evaluate(async (scope) => {
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const llm = (): Promise<string> => {
      asked();
      return new Promise(() => undefined);
    };
    window.memory = new window.keepsake.Memory({ embedder: "hashing", engine: "inline", llm });
    void window.memory.add("I like tea", scope).catch(() => undefined);
    await isAsked;
  }, ALICE);
  const flush = (): Promise<number> => other.page.evaluate(async () => (await window.memory.flush()).pending.length);
  await other.page.evaluate(() => {
    const runtime = { now: () => Date.now() + 3_600_000, randomId: () => crypto.randomUUID() };
    window.memory = new window.keepsake.Memory({ embedder: "hashing", engine: "inline", runtime });
  });
  expect(await flush()).toBe(1);
  await slow.page.close();
  await expect.poll(flush).toBe(0);
});

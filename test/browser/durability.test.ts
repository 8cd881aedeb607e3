import { expect, it } from "vitest";
import { launch, makeProfile } from "./chromium.ts";

const ALICE = { userId: "alice" };

it("INV-2: what was added is found after the page was closed without a word", async () => {
  const browser = await launch();
  const { page, complaints } = await browser.open();
  await page.evaluate(async (scope) => {
    const memory = new window.keepsake.Memory({ embedder: "hashing" });
    await memory.add("I moved to Hamburg last year.", scope);
  }, ALICE);
  await page.close();

  const again = await browser.open();
  const found = await again.page.evaluate(async (scope) => {
    const memory = new window.keepsake.Memory({ embedder: "hashing" });
    const { results } = await memory.search("Hamburg", scope);
    return { texts: results.map((r) => r.memory), info: await memory.info() };
  }, ALICE);
  expect(found.texts[0]).toContain("Hamburg");
  expect(found.info).toMatchObject({ engine: "worker", storage: "indexeddb" });
  expect([...complaints, ...again.complaints]).toEqual([]);
});

it("INV-1, INV-2: what was acknowledged survives the death of the browser, applied or still pending", async () => {
  const profile = makeProfile();
  const first = await launch(profile);
  const { page } = await first.open();
  await page.evaluate(async (scope) => {
    const { Memory } = window.keepsake;
    const { never } = window.testing;
    const applied = new Memory({ embedder: "hashing" });
    await applied.add("I moved to Hamburg last year.", scope);
    // Accepted, and its LLM never answers.
    const waiting = new Memory({ embedder: "hashing", llm: never() });
    void waiting.add("I have a dog.", { ...scope, opId: "waiting" });
    while ((await applied.pending()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }, ALICE);
  await first.kill();

  const second = await launch(profile);
  const reopened = await second.open();
  const outcome = await reopened.page.evaluate(async (scope) => {
    const { facts, scriptedLLM } = window.testing;
    const memory = new window.keepsake.Memory({ embedder: "hashing" });
    const before = (await memory.pending()).map((op) => op.opId);
    const { results } = await memory.search("Hamburg", scope);
    await memory.close();
    const withLLM = new window.keepsake.Memory({
      embedder: "hashing",
      llm: scriptedLLM(() => facts("User has a dog")),
    });
    await withLLM.flush();
    const all = await withLLM.getAll(scope);
    return { before, found: results[0]?.memory, all: all.results.map((r) => r.memory), left: await withLLM.pending() };
  }, ALICE);
  expect(outcome.before).toEqual(["waiting"]);
  expect(outcome.found).toContain("Hamburg");
  expect(outcome.all).toContain("User has a dog");
  expect(outcome.left).toEqual([]);
});

it("INV-5: a snapshot damaged in any byte is noticed and rebuilt, with the same answers", async () => {
  const { open } = await launch();
  const { page } = await open();
  const report = await page.evaluate(async (scope) => {
    const { Memory } = window.keepsake;
    const options = { embedder: "hashing", index: { hnswFrom: 120, snapshotFrom: 100 } } as const;
    const words = ["tea", "rum", "gin", "milk", "beer", "wine", "juice", "water", "cider", "cocoa"];
    const messages = Array.from({ length: 200 }, (_, i) => ({
      role: "user" as const,
      content: `note ${i}: ${words[i % 10]} with ${words[(i * 7 + 3) % 10]} on day ${i * 13}`,
    }));
    const writer = new Memory(options);
    await writer.add(messages, { ...scope, infer: false });
    const expected = await answers(writer);
    // The graph is built after a first snapshot, and comes with the second.
    await until(async () =>
      (await rows()).some(({ bytes }) => new TextDecoder("latin1").decode(bytes).includes('"graph"')),
    );
    await writer.close();

    let rebuilt = 0;
    const wrong: number[] = [];
    const total = (await rows()).reduce((sum, row) => sum + row.bytes.length, 0);
    const places = Array.from({ length: 24 }, (_, i) => Math.floor((i * (total - 1)) / 23));
    for (const place of places) {
      await flip(place);
      const reader = new Memory({ ...options, index: { hnswFrom: 120, snapshotFrom: 1e9 } });
      const events = reader.watch();
      const first = (async () => {
        for await (const event of events) if (event.type === "index-rebuilt") return true;
        return false;
      })();
      if ((await answers(reader)) !== expected) wrong.push(place);
      await reader.close();
      if (await first) rebuilt += 1;
      await flip(place);
    }
    const untouched = new Memory({ ...options, index: { hnswFrom: 120, snapshotFrom: 1e9 } });
    const intact = (await answers(untouched)) === expected && (await untouched.info()).index.hnswRows > 0;
    await untouched.close();
    return { places: places.length, rebuilt, wrong, intact };

    async function answers(memory: InstanceType<typeof Memory>): Promise<string> {
      const found = [];
      for (const query of ["tea with milk", "wine on day 26", "cocoa"]) {
        const { results } = await memory.search(query, { ...scope, topK: 5 });
        found.push(results.map((r) => [r.id, r.score.toFixed(6)]));
      }
      return JSON.stringify(found);
    }
    function database(): Promise<IDBDatabase> {
      return new Promise((resolve, reject) => {
        const opening = indexedDB.open("keepsake:default");
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
    }
    async function rows(): Promise<{ name: string; chunk: number; bytes: Uint8Array }[]> {
      const db = await database();
      return new Promise((resolve) => {
        const all = db.transaction("snapshots").objectStore("snapshots").getAll();
        all.onsuccess = () => resolve(all.result);
      }).finally(() => db.close()) as never;
    }
    async function flip(place: number): Promise<void> {
      const all = await rows();
      let at = place;
      const row = all.find((r) => at < r.bytes.length || ((at -= r.bytes.length), false))!;
      row.bytes[at] = row.bytes[at]! ^ 0x10;
      const db = await database();
      const tx = db.transaction("snapshots", "readwrite");
      tx.objectStore("snapshots").put(row);
      await new Promise((resolve) => (tx.oncomplete = resolve));
      db.close();
    }
    async function until(isTrue: () => Promise<boolean>): Promise<void> {
      while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, ALICE);
  expect(report).toEqual({ places: 24, rebuilt: 24, wrong: [], intact: true });
});

it("a store of 5,000 memories opens and answers", async () => {
  const { open } = await launch();
  const writer = await open();
  await writer.page.evaluate(async (scope) => {
    const memory = new window.keepsake.Memory({ embedder: "hashing", index: { hnswFrom: 1e9 } });
    for (let batch = 0; batch < 10; batch++) {
      const messages = Array.from({ length: 500 }, (_, i) => ({
        role: "user" as const,
        content: `Note ${batch * 500 + i}: item${batch * 500 + i} is kept in box ${(i * 31) % 97}`,
      }));
      await memory.add(messages, { ...scope, infer: false });
    }
  }, ALICE);
  await writer.page.close();
  const reader = await open();
  const found = await reader.page.evaluate(async (scope) => {
    const memory = new window.keepsake.Memory({ embedder: "hashing" });
    const { results } = await memory.search("where is item4711", { ...scope, topK: 3 });
    return { first: results[0]?.memory, count: (await memory.info()).memories };
  }, ALICE);
  expect(found.count).toBe(5_000);
  expect(found.first).toContain("item4711");
});

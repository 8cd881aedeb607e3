import { expect, it } from "vitest";
import { launch } from "./chromium.ts";

it("the conformance suites of stores and engines hold in a real browser, over real IndexedDB and in a real Worker", async () => {
  const { open } = await launch();
  const { page, complaints } = await open();
  const { names, failures } = await page.evaluate(async () => {
    const { openIndexedDBStore, openInlineEngine, openMemoryStore } = window.engine;
    const { engineSuite, storeSuite } = window.testing;
    const tests: { name: string; body: () => Promise<void> }[] = [];
    let suite = "";
    const runner = {
      describe: (name: string, body: () => void) => {
        suite = name;
        body();
      },
      it: (name: string, body: () => Promise<void>) => void tests.push({ name: `${suite}: ${name}`, body }),
    };

    // A database of its own for every test: nothing has to be deleted in between.
    let databases = 0;
    const fresh = (): string => `suite-${databases++}`;
    storeSuite("the IndexedDB store", () => openIndexedDBStore({ name: fresh() }), runner);
    storeSuite("the memory store", async () => openMemoryStore(), runner);
    const hooks = { onEvent: () => undefined, onDead: () => undefined };
    for (const storage of ["indexeddb", "memory"] as const) {
      const options = () => ({ name: fresh(), storage, embedder: { kind: "hashing" as const } });
      engineSuite(`the inline engine over ${storage}`, () => openInlineEngine(options()), runner);
      const worker = () => new Worker(window.workerUrl, { type: "module" });
      engineSuite(
        `the worker engine over ${storage}`,
        () => window.openWorkerEngine(options(), worker(), hooks),
        runner,
      );
    }

    const failures: string[] = [];
    for (const { name, body } of tests) {
      await body().catch((error: unknown) => failures.push(`${name}: ${String(error)}`));
    }
    return { names: tests.map((test) => test.name), failures };
  });
  expect(failures).toEqual([]);
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter((name) => name.startsWith("the worker engine over indexeddb")).length).toBeGreaterThan(15);
  expect(complaints).toEqual([]);
});

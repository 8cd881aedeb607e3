/** Whole memories in a page: the library as an app gets it, with its worker and IndexedDB. */
import { Memory } from "keepsake";
import { question, statement, statements } from "../data/statements.mjs";
import { openKeepsake } from "../systems/keepsake.mjs";

const BATCH = 500;
const TOP_K = 20;

let opened;

const calls = {
  search: (i) => opened.search(question(i + 2), TOP_K),
  addRaw: (i) => opened.addRaw([statement(1e6 + i)]),
  addFacts: (i) => opened.addFacts(`hello ${i}`, statements(2e6 + 3 * i, 2e6 + 3 * i + 3)),
};

export const memoryCases = {
  /** Opens, and stores statements until there are `size`. */
  async fillMemory(size) {
    opened = openKeepsake(Memory, { engine: "worker", storage: "indexeddb" });
    const start = performance.now();
    for (let at = 0; at < size; at += BATCH) await opened.fill(statements(at, Math.min(size, at + BATCH)));
    return performance.now() - start;
  },

  /** @returns ms of the first search of a memory that holds nothing in memory yet */
  async openMemory() {
    const start = performance.now();
    opened = openKeepsake(Memory, { engine: "worker", storage: "indexeddb" });
    if ((await opened.search(question(1), TOP_K)) === 0) throw new Error("nothing was found");
    return performance.now() - start;
  },

  /** Calls until there are enough or the time is up. @returns the ms of each */
  async callMemory(kind, { calls: enough, ms }) {
    const times = [];
    const end = performance.now() + ms;
    while (times.length < enough && performance.now() < end) {
      const start = performance.now();
      await calls[kind](times.length);
      times.push(performance.now() - start);
    }
    return times;
  },

  /** Lets the engine do what it does while nobody waits. @returns bytes on disk, by the browser's own count */
  async rest(ms) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return (await navigator.storage.estimate()).usage;
  },

  closeMemory: () => opened.close(),
};

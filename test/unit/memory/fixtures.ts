/** Shared by the tests of Memory: small options, and the messages of the README. */
import { IDBFactory } from "fake-indexeddb";
import { Memory, type MemoryOptions, type Message } from "keepsake";
import { onTestFinished } from "vitest";
import { serve } from "../../../src/worker/serve.ts";
import { FakeWorker } from "../worker/fake-worker.ts";

/** A database that nobody else has. */
export function freshDatabase(): void {
  globalThis.indexedDB = new IDBFactory();
}

let engine: MemoryOptions = { engine: "inline" };

/** From here on, in this file, memories are opened over a worker's protocol: all that crosses is really cloned. */
export function useWorkerEngine(): void {
  engine = { engine: "worker", worker: newWorker };
}

function newWorker(): Worker {
  const worker = new FakeWorker();
  serve({}, worker.inside);
  return worker.asWorker() as Worker;
}

/** A Memory, on the inline engine unless said otherwise, closed when the test is over. */
export function openMemory(options: MemoryOptions = {}): Memory {
  const memory = new Memory({ ...engine, embedder: "hashing", ...options });
  onTestFinished(() => memory.close());
  return memory;
}

export const MOVIE_MESSAGES: Message[] = [
  { role: "user", content: "I'm planning to watch a movie tonight. Any recommendations?" },
  { role: "assistant", content: "How about a thriller movies? They can be quite engaging." },
  { role: "user", content: "I'm not a big fan of thriller movies but I love sci-fi movies." },
  {
    role: "assistant",
    content: "Got it! I'll avoid thriller recommendations and suggest sci-fi movies in the future.",
  },
];

export const TRIP_MESSAGES: Message[] = [
  { role: "user", content: "I'm planning a trip to Tokyo next month." },
  { role: "assistant", content: "Great! I'll remember that for future suggestions." },
];

/** Texts of results, in their order. */
export function texts({ results }: { results: { memory: string }[] }): string[] {
  return results.map((result) => result.memory);
}

/**
 * Keepsake as an app gets it, for a retrieval evaluation: built library, inline engine, store in memory, hashing embedder.
 * The same object serves `run.mjs` here and the harness that the reference systems are measured with:
 * `addRaw`, `addFacts`, `search`, `close`.
 */
import { Memory } from "keepsake";

/** @param {{ library?: typeof import("keepsake") }} [options] */
export default async function create({ library } = {}) {
  /** What the LLM callback answers: the facts of the add that is under way. @type {string[]} */
  let facts = [];
  let count = 0;
  const memory = new (library?.Memory ?? Memory)({
    engine: "inline",
    storage: "memory",
    embedder: "hashing",
    // Ids in order and a clock that stands still: two runs are one.
    runtime: { now: () => 0, randomId: () => `op-${String(++count).padStart(6, "0")}` },
    llm: async (request) => reply(request, facts),
  });
  return {
    name: "keepsake",
    /** Stores every text verbatim, in order. @param {string} [timestamp] when it was said */
    async addRaw(userId, texts, timestamp) {
      const messages = texts.map((content) => ({ role: "user", content }));
      const { results } = await memory.add(messages, { userId, infer: false, ...(timestamp && { timestamp }) });
      expectAll("messages", texts.length, results);
    },
    /** Stores what a recorded extraction found in the messages, through the add flow: the LLM gives exactly these facts. */
    async addFacts(userId, texts, messages, timestamp) {
      facts = texts;
      const { results } = await memory.add(messages, { userId, ...(timestamp && { timestamp }) });
      // The same fact twice is stored once.
      expectAll("facts", texts.length, results);
    },
    /** Best first, at most topK. @param {string} [referenceDate] when it is asked */
    async search(userId, query, topK, referenceDate) {
      const { results } = await memory.search(query, { userId, topK, ...(referenceDate && { referenceDate }) });
      return results.map((result) => ({ id: result.id, text: result.memory, score: result.score }));
    },
    /** The same, and beside it the kept messages. */
    async searchBoth(userId, query, topK) {
      const { results, messages } = await memory.search(query, { userId, topK, include: ["memories", "messages"] });
      return {
        memories: results.map((result) => ({ text: result.memory })),
        messages: messages.map(({ message }) => ({ text: message.content })),
      };
    },
    close: () => memory.close(),
  };
}

/** Every fact is new: the recorded extractions were made without knowledge of what was stored before. */
function reply({ purpose, messages }, facts) {
  if (purpose === "extract") return JSON.stringify({ facts: facts.map((text) => ({ text })) });
  if (purpose !== "resolve") throw new Error(`no answer is recorded for "${purpose}"`);
  const asked = [...messages.at(-1).content.matchAll(/^\{"fact":(\d+),/gm)].map((match) => Number(match[1]));
  const decisions = asked.map((fact) => ({ fact, reason: "replayed", event: "ADD", id: null, text: null }));
  return JSON.stringify({ decisions });
}

function expectAll(what, expected, results) {
  const stored = results.filter(({ event }) => event === "ADD" || event === "NONE").length;
  if (stored !== expected) throw new Error(`${stored} of ${expected} ${what} were stored`);
}

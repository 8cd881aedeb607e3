/** Keepsake as an app gets it. The same in Node and in a page. */
import { answerKeepsake } from "./facts.mjs";

const SCOPE = { userId: "alice" };

/**
 * @param {typeof import("keepsake").Memory} Memory
 * @param {import("keepsake").MemoryOptions} options
 * @param {(messages: object[], purpose: string) => void} [onCall] told of every LLM call
 */
export function openKeepsake(Memory, options, onCall = () => undefined) {
  let facts = [];
  const llm = async (request) => {
    onCall(request.messages, request.purpose);
    return answerKeepsake(request, facts);
  };
  const memory = new Memory({ embedder: "hashing", llm, ...options });
  /** Stores each text as it is. */
  const addRaw = async (texts) => {
    const messages = texts.map((content) => ({ role: "user", content }));
    await memory.add(messages, { ...SCOPE, infer: false });
  };
  return {
    addRaw,
    fill: addRaw,
    /** One message, in which the LLM finds these facts. */
    async addFacts(text, found) {
      facts = found;
      await memory.add(text, SCOPE);
    },
    async search(query, topK) {
      const { results } = await memory.search(query, { ...SCOPE, topK });
      return results.length;
    },
    close: () => memory.close(),
  };
}

/**
 * mem0ai in Node, with its default store (SQLite in files), our hashing embedder and a scripted LLM. Telemetry must be off
 * before the import: it waits for the network in every call.
 */
import { join } from "node:path";
import { answerMem0 } from "./facts.mjs";

const USER = "alice";

/**
 * @param {string} folder for its files
 * @param {import("keepsake/engine").Embedder} embedder
 * @param {(messages: object[], purpose: string) => void} [onCall] told of every LLM call
 */
export async function openMem0(folder, embedder, onCall = () => undefined) {
  Object.assign(process.env, { MEM0_TELEMETRY: "false", MEM0_DIR: join(folder, "mem0") });
  const { Memory } = await import("mem0ai/oss");
  const memory = new Memory({
    embedder: { provider: "langchain", config: { model: likeLangchain(embedder), embeddingDims: 384 } },
    vectorStore: {
      provider: "memory",
      config: { collectionName: "bench", dimension: 384, dbPath: join(folder, "vectors.db") },
    },
    historyDbPath: join(folder, "history.db"),
    llm: { provider: "openai", config: { apiKey: "none", model: "scripted" } },
  });
  let facts = [];
  // In the place of the HTTP client: a request over loopback would be charged to mem0.
  memory.llm = {
    async generateResponse(messages) {
      onCall(messages, "extract");
      return answerMem0(facts);
    },
  };
  const addRaw = async (texts) => {
    await memory.add(
      texts.map((content) => ({ role: "user", content })),
      { userId: USER, infer: false },
    );
  };
  return {
    addRaw,
    /** As {@link addRaw}, in one transaction: mem0 itself waits for the disk at every row. */
    async fill(texts) {
      await memory._ensureInitialized();
      const databases = [memory.vectorStore.db, memory.db.db];
      for (const database of databases) database.exec("BEGIN");
      await addRaw(texts);
      for (const database of databases) database.exec("COMMIT");
    },
    async addFacts(text, found) {
      facts = found;
      await memory.add(text, { userId: USER });
    },
    async search(query, topK) {
      const { results } = await memory.search(query, { filters: { user_id: USER }, topK });
      return results.length;
    },
    async close() {},
  };
}

/** What it asks of LangChain's embeddings, without LangChain. */
function likeLangchain(embedder) {
  const embed = async (texts) => (await embedder.embed(texts)).map((vector) => Array.from(vector));
  return { embedDocuments: embed, embedQuery: async (text) => (await embed([text]))[0] };
}

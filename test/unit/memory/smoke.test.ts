import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { Memory } from "keepsake";

it("walks", async () => {
  const memory = new Memory({ name: "smoke", embedder: "hashing", engine: "inline" });
  const messages = [
    { role: "user" as const, content: "I'm planning to watch a movie tonight. Any recommendations?" },
    { role: "assistant" as const, content: "How about a thriller movies? They can be quite engaging." },
    { role: "user" as const, content: "I'm not a big fan of thriller movies but I love sci-fi movies." },
    { role: "assistant" as const, content: "Got it! I'll avoid thriller recommendations and suggest sci-fi movies in the future." },
  ];
  console.log(JSON.stringify(await memory.add(messages, { userId: "alice", metadata: { category: "movie_recommendations" } }), null, 1));
  console.log(JSON.stringify(await memory.add(messages, { userId: "alice", infer: false }), null, 1));
  console.log(JSON.stringify(await memory.add("I loved Chinese food", { userId: "alice" })));
  console.log(JSON.stringify(await memory.add("I hate Chinese food now", { userId: "alice" })));
  console.log(JSON.stringify(await memory.add("I live in Berlin", { userId: "alice" })));
  console.log(JSON.stringify(await memory.add("We moved to Hamburg", { userId: "alice" })));
  const { results } = await memory.search("what should we watch?", { userId: "alice", topK: 5 });
  for (const r of results) console.log(r.score.toFixed(3), r.memory);
  console.log(await memory.info(), await memory.pending());
  expect(results.length).toBe(5);
  await memory.close();
});

import "fake-indexeddb/auto";
import { decisions, facts, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, MOVIE_MESSAGES, openMemory, texts, TRIP_MESSAGES } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

describe("add without an LLM", () => {
  it("stores what the user said of herself, with the metadata, and leaves the assistant's chatter out", async () => {
    const memory = openMemory();
    const metadata = { category: "movie_recommendations" };
    const { results } = await memory.add(MOVIE_MESSAGES, { ...ALICE, metadata });
    expect(results.map((r) => r.event)).toEqual(["ADD", "ADD", "ADD"]);
    expect(texts({ results })).toEqual([
      "User is planning to watch a movie tonight",
      "User is not a big fan of thriller movies",
      "User loves sci-fi movies",
    ]);
    expect(results.every((r) => r.metadata?.["category"] === "movie_recommendations")).toBe(true);
    expect(results.every((r) => r.reason.startsWith("rules:"))).toBe(true);
  });

  it("says of the same messages again that they are known", async () => {
    const memory = openMemory();
    const first = await memory.add(MOVIE_MESSAGES, ALICE);
    const second = await memory.add(MOVIE_MESSAGES, ALICE);
    expect(second.results.map((r) => r.event)).toEqual(["NONE", "NONE", "NONE"]);
    expect(second.results.map((r) => r.id)).toEqual(first.results.map((r) => r.id));
    expect((await memory.getAll(ALICE)).results).toHaveLength(3);
  });

  it("a contradiction leaves the new fact, with the old one in its history", async () => {
    const memory = openMemory();
    const { results: loved } = await memory.add("I loved Chinese food", ALICE);
    const { results } = await memory.add("I hate Chinese food now", ALICE);
    expect(results).toMatchObject([{ event: "UPDATE", id: loved[0]!.id, previousMemory: "User loved Chinese food" }]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User hates Chinese food now"]);
    const history = await memory.history(loved[0]!.id!);
    expect(history.map((h) => h.memory)).toEqual(["User hates Chinese food now", "User loved Chinese food"]);
  });

  it("a newer value supersedes the older one", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", ALICE);
    await memory.add("We moved to Hamburg", ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User moved to Hamburg"]);
  });

  it("takes a string, one message or a list", async () => {
    const memory = openMemory();
    await memory.add("I hate cilantro", ALICE);
    await memory.add({ role: "user", content: "Call me Tommy" }, ALICE);
    await memory.add(TRIP_MESSAGES, ALICE);
    expect((await memory.getAll(ALICE)).results).toHaveLength(3);
  });

  it("finds nothing worth remembering in questions and chatter", async () => {
    const memory = openMemory();
    expect((await memory.add("What's the weather like?", ALICE)).results).toEqual([]);
  });
});

describe("add with infer: false", () => {
  it("stores each non-system message verbatim, without asking the LLM", async () => {
    const llm = scriptedLLM([]);
    const memory = openMemory({ llm });
    const messages = [{ role: "system" as const, content: "Be kind." }, ...MOVIE_MESSAGES];
    const { results } = await memory.add(messages, { ...ALICE, infer: false });
    expect(texts({ results })).toEqual(MOVIE_MESSAGES.map((m) => m.content));
    expect(results.every((r) => r.event === "ADD")).toBe(true);
    expect(llm.calls).toEqual([]);
  });

  it("keeps who said it", async () => {
    const memory = openMemory();
    await memory.add({ role: "user", name: "Bob", content: "hi" }, { ...ALICE, infer: false });
    const { results } = await memory.getAll(ALICE);
    expect(results).toMatchObject([{ memory: "hi", actor: "Bob", attributedTo: "user" }]);
  });
});

describe("add with an LLM", () => {
  it("asks once where nothing near is known, and stores its facts", async () => {
    const llm = scriptedLLM([facts("User loves sci-fi movies", "User dislikes thriller movies")]);
    const memory = openMemory({ llm });
    const { results } = await memory.add(MOVIE_MESSAGES, ALICE);
    expect(results.map((r) => [r.event, r.memory])).toEqual([
      ["ADD", "User loves sci-fi movies"],
      ["ADD", "User dislikes thriller movies"],
    ]);
    expect(llm.calls.map((c) => c.purpose)).toEqual(["extract"]);
  });

  it("asks a second time only about facts with something near, and shows ids 0 … n-1", async () => {
    const llm = scriptedLLM([
      facts("User loved Chinese food"),
      facts("User hates Chinese food now", "User has a dog"),
      decisions({ fact: 0, event: "UPDATE", id: "0", text: "User hates Chinese food now", reason: "changed taste" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add("I loved Chinese food", ALICE);
    const { results } = await memory.add("I hate Chinese food now. I have a dog.", ALICE);
    expect(results.map((r) => [r.event, r.memory, r.reason])).toEqual([
      ["UPDATE", "User hates Chinese food now", "llm: changed taste"],
      ["ADD", "User has a dog", "new: nothing stored is about this"],
    ]);
    expect(llm.calls.map((c) => c.purpose)).toEqual(["extract", "extract", "resolve"]);
    const shown = llm.calls[2]!.messages.at(-1)!.content;
    expect(shown).toContain("User loved Chinese food");
    expect(shown).not.toContain("User has a dog");
    const history = await memory.history(results[0]!.id!);
    expect(history.at(-1)).toMatchObject({ event: "ADD", memory: "User loved Chinese food" });
  });

  it("shows a memory that shares no word but names the same attribute", async () => {
    const llm = scriptedLLM([
      facts("User lives in Berlin"),
      facts("User moved to Hamburg"),
      decisions({ fact: 0, event: "UPDATE", id: "0" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add("I live in Berlin", ALICE);
    await memory.add("We moved to Hamburg", ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User moved to Hamburg"]);
  });

  it("gives earlier messages of the scope as context, and of no other (INV-8)", async () => {
    const llm = scriptedLLM([facts(), facts(), facts("User's dog Biscuit turned 5")]);
    const memory = openMemory({ llm });
    await memory.add("My dog is called Biscuit", ALICE);
    await memory.add("The launch code is 0000", { userId: "bob" });
    await memory.add("He turned 5 today", ALICE);
    const asked = JSON.stringify(llm.calls[2]!.messages);
    expect(asked).toContain("Biscuit");
    expect(asked).not.toContain("launch code");
  });

  it("drops ids the model was not shown, and keeps the fact as new", async () => {
    const llm = scriptedLLM([
      facts("User likes tea"),
      facts("User likes green tea"),
      decisions({ fact: 0, event: "UPDATE", id: "7" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add("I like tea", ALICE);
    const { results } = await memory.add("I like green tea", ALICE);
    expect(results).toMatchObject([{ event: "ADD", memory: "User likes green tea" }]);
    expect((await memory.getAll(ALICE)).results).toHaveLength(2);
  });

  it("changes at most 3 memories in one add, whatever the model says", async () => {
    const known = ["tea", "milk", "beer", "wine", "rum"].map((drink) => `User drinks ${drink}`);
    const llm = scriptedLLM([
      facts(...known),
      facts("User drinks tea milk beer wine rum no more"),
      decisions(...known.map((_, i) => ({ fact: 0, event: "DELETE" as const, id: String(i) }))),
    ]);
    const memory = openMemory({ llm });
    await memory.add("I drink everything", ALICE);
    const { results } = await memory.add("delete all memories", ALICE);
    expect(results.filter((r) => r.event === "DELETE")).toHaveLength(3);
    // What was not carried out whole is kept.
    expect(texts(await memory.getAll(ALICE))).toHaveLength(3);
    expect(texts(await memory.getAll(ALICE))).toContain("User drinks tea milk beer wine rum no more");
  });

  it("settles an exact duplicate without a second call", async () => {
    const llm = scriptedLLM([facts("User likes tea"), facts("user likes tea.")]);
    const memory = openMemory({ llm });
    await memory.add("I like tea", ALICE);
    const { results } = await memory.add("I like tea!", ALICE);
    expect(results).toMatchObject([{ event: "NONE", reason: expect.stringContaining("exact") }]);
    expect(llm.calls).toHaveLength(2);
  });

  it("asks again with what was wrong, once, and goes on", async () => {
    const llm = scriptedLLM(["I found some facts for you!", facts("User likes tea")]);
    const memory = openMemory({ llm });
    const { results } = await memory.add("I like tea", ALICE);
    expect(texts({ results })).toEqual(["User likes tea"]);
    expect(llm.calls[1]!.messages.at(-1)!.content).toContain("could not be used");
  });
});

describe("the order of adds", () => {
  it("applies adds of one scope in the order of the calls, also when they are not awaited", async () => {
    const memory = openMemory();
    await Promise.all([
      memory.add("I live in Berlin", ALICE),
      memory.add("I moved to Bonn", ALICE),
      memory.add("I moved to Hamburg", ALICE),
    ]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User moved to Hamburg"]);
  });

  it("the same opId at the same time is one add", async () => {
    const memory = openMemory();
    const [a, b] = await Promise.all([
      memory.add("I like tea", { ...ALICE, opId: "once" }),
      memory.add("I like tea", { ...ALICE, opId: "once" }),
    ]);
    expect(a).toEqual(b);
    expect((await memory.getAll(ALICE)).results).toHaveLength(1);
  });
});

import "fake-indexeddb/auto";
import { InvalidInputError, type LLMRequest, type MemoryItem } from "keepsake";
import { decisions, facts, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts, TRIP_MESSAGES } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const AGENT = { agentId: "helper" };

/** The one memory of a scope. */
async function only(memory: ReturnType<typeof openMemory>, scope: object = ALICE): Promise<MemoryItem> {
  const { results } = await memory.getAll(scope);
  expect(results).toHaveLength(1);
  return (await memory.get(results[0]!.id))!;
}

function systemPrompt(request: Pick<LLMRequest, "messages">): string {
  return request.messages[0]!.content;
}

describe("who speaks, and for whom", () => {
  it("a message's name says who speaks: it is the subject by rules, and kept as the actor", async () => {
    const memory = openMemory();
    await memory.add({ role: "user", name: "Bob", content: "I love sci-fi movies" }, ALICE);
    expect(await only(memory)).toMatchObject({ memory: "Bob loves sci-fi movies", actor: "Bob", attributedTo: "user" });
  });

  it("in agent scope the agent's own traits are extracted, by rules", async () => {
    const memory = openMemory();
    const messages = [
      { role: "user" as const, content: "I love sushi." },
      { role: "assistant" as const, content: "I prefer short answers." },
    ];
    await memory.add(messages, AGENT);
    expect(await only(memory, AGENT)).toMatchObject({
      memory: "Agent prefers short answers",
      attributedTo: "assistant",
    });
  });

  it("in agent scope the agent's commitments are extracted, by rules; what it says of the answer at hand is not", async () => {
    const memory = openMemory();
    const said = [
      "I will send you the report on Friday. I promise to remind you every Monday. I always answer briefly.",
      "I will look into that for you. I'll explain it below. I never said so. I will be happy to help you with your code!",
    ];
    await memory.add(
      said.map((content) => ({ role: "assistant", content })),
      AGENT,
    );
    expect((await memory.getAll(AGENT)).results.map((item) => item.memory).toReversed()).toEqual([
      "Agent will send the user the report on Friday",
      "Agent promises to remind the user every Monday",
      "Agent always answers briefly",
    ]);
    await memory.add({ role: "user", content: said[0]! }, { userId: "alice" });
    expect((await memory.getAll({ userId: "alice" })).results).toEqual([]);
  });

  it("in agent scope the LLM is asked about the agent, with its own instructions", async () => {
    const llm = scriptedLLM([facts("Agent answers in French")]);
    const memory = openMemory({ llm, defaults: { agentCustomInstructions: "Only languages." } });
    await memory.add("Always answer in French", AGENT);
    expect(systemPrompt(llm.calls[0]!)).toContain("about the assistant (the agent) itself");
    expect(systemPrompt(llm.calls[0]!)).toContain("Only languages.");
    expect(await only(memory, AGENT)).toMatchObject({ memory: "Agent answers in French", attributedTo: "user" });
  });
});

describe("with an LLM, a fact is of the messages that it names", () => {
  const said = (role: string, content: string, name?: string) => ({ role, content, ...(name && { name }) });
  const BOTH = { userId: "alice", agentId: "helper" };

  it("the messages are numbered, and each fact names those that say it", async () => {
    const llm = scriptedLLM([{ facts: [{ text: "User has a dog", from: [1] }] }]);
    const memory = openMemory({ llm });
    const { opId } = await memory.add([said("user", "Hi!"), said("user", "I have a dog.")], ALICE);
    expect(systemPrompt(llm.calls[0]!)).toContain('- "from": the');
    expect(llm.calls[0]!.messages[1]!.content).toContain('{"n":1,"role":"user","content":"I have a dog."}');
    expect(JSON.stringify(llm.calls[0]!.schema)).toContain('"required":["text","from"');
    const message = { role: "user", content: "I have a dog." };
    expect((await only(memory)).sources).toEqual([{ opId, order: 1, index: 1, message }]);
  });

  it("one message is not numbered: there is nothing to tell apart", async () => {
    const llm = scriptedLLM([facts("User has a dog")]);
    await openMemory({ llm }).add("I have a dog.", ALICE);
    expect(JSON.stringify(llm.calls)).not.toContain('"from"');
  });

  it.each([
    { scope: ALICE, from: [1], who: "assistant" },
    { scope: BOTH, from: ["1"], who: "assistant" },
    { scope: BOTH, from: 0, who: "user" },
    { scope: ALICE, from: [0, 1], who: "user" },
    { scope: AGENT, from: [0, 1], who: "assistant" },
    { scope: AGENT, from: [0], who: "user" },
  ])("said by $who: $from in $scope", async ({ scope, from, who }) => {
    const memory = openMemory({ llm: scriptedLLM([{ facts: [{ text: "The report is sent on Friday", from }] }]) });
    await memory.add([said("user", "And the report?"), said("assistant", "I'll send it on Friday.")], scope);
    expect((await only(memory, scope)).attributedTo).toBe(who);
  });

  it("the actor is who said it, and nobody where that is not one and the same", async () => {
    const from = [[0], [1], [0, 2], [0, 1], [3], undefined, [9]];
    const list = from.map((numbers, i) => ({ text: `User counts ${i}`, from: numbers }));
    const memory = openMemory({ llm: scriptedLLM([{ facts: list }]) });
    const messages = [said("user", "hi all", "Bob"), said("user", "I love sushi"), said("assistant", "Great")];
    const { trace } = await memory.add([...messages, said("user", "Me, too", "Ann")], { ...ALICE, trace: true });
    const { results } = await memory.getAll(ALICE);
    const actors = results.toSorted((a, b) => a.memory.localeCompare(b.memory)).map(({ actor }) => actor);
    expect(actors).toEqual(["Bob", undefined, "Bob", undefined, "Ann", undefined, undefined]);
    const told = trace!.find((stage) => stage.stage === "facts")!;
    expect(told).toMatchObject({ facts: list.map(({ text }) => ({ text })) });
    expect(told.stage === "facts" && told.facts.map(({ dropped }) => dropped)).toEqual([
      ...Array.from({ length: 6 }),
      ["from: not the number of a message"],
    ]);
  });

  it.each([
    ["Bob likes sushi", "user", "Bob"],
    ["Bobby is a friend of the user's", "user", undefined],
    ["User loves sushi", "user", undefined],
    ["The assistant recommended React for the shop", "assistant", undefined],
    ["Agent will send the report on Friday", "assistant", undefined],
    ["Zoe's cat is ill", "user", undefined],
  ])("where it names none, it is of whom it names first: %s", async (text, attributedTo, actor) => {
    const memory = openMemory({ llm: scriptedLLM([facts(text)]) });
    const messages = [said("user", "hi all", "Bob"), said("user", "I love sushi"), said("assistant", "I'll do that")];
    await memory.add(messages, BOTH);
    const item = await only(memory, BOTH);
    expect([item.attributedTo, item.actor, item.sources!.length]).toEqual([attributedTo, actor, 3]);
  });

  it("a memory is of who said what it says now", async () => {
    const llm = scriptedLLM([
      facts("Bob likes tea"),
      facts("Bob likes green tea"),
      decisions({ fact: 0, event: "UPDATE", id: "0" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add(said("user", "I like tea", "Bob"), ALICE);
    const { opId } = await memory.add(said("user", "Bob likes green tea", "Ann"), ALICE);
    expect(await only(memory)).toMatchObject({ memory: "Bob likes green tea", actor: "Ann" });
    await memory.undo(opId);
    expect(await only(memory)).toMatchObject({ memory: "Bob likes tea", actor: "Bob" });
  });

  it("a fact that names no message is of all of them", async () => {
    const memory = openMemory({ llm: scriptedLLM([facts("User has a dog")]) });
    await memory.add([said("user", "Hi!"), said("user", "I have a dog.")], ALICE);
    expect((await only(memory)).sources).toHaveLength(2);
  });
});

describe("context and sources", () => {
  it("contextWindow says how many earlier messages are shown; 0 shows none", async () => {
    const llm = scriptedLLM(() => facts());
    const memory = openMemory({ llm });
    for (const word of ["one", "two", "three"]) await memory.add(`message ${word}`, ALICE);
    await memory.add("message four", { ...ALICE, contextWindow: 1 });
    await memory.add("message five", { ...ALICE, contextWindow: 0 });
    const data = llm.calls.map((call) => call.messages[1]!.content);
    expect(data[2]).toMatch(/message one[^]*message two/);
    expect(data[3]).not.toContain("message two");
    expect(data[3]).toContain("message three");
    expect(data[4]).not.toContain("message four");
  });

  it("a memory tells the messages it came from, as long as they are kept", async () => {
    const memory = openMemory();
    const { opId } = await memory.add(
      ["Hi!", "I have a dog."].map((content) => ({ role: "user", content })),
      ALICE,
    );
    const message = { role: "user", content: "I have a dog." };
    expect((await only(memory)).sources).toEqual([{ opId, order: 1, index: 1, message }]);
  });

  it("retention: none keeps no message, window only the last ones", async () => {
    const memory = openMemory();
    await memory.add("I have a dog.", { ...ALICE, retention: "none" });
    expect((await only(memory)).sources?.[0]).not.toHaveProperty("message");

    const bob = { userId: "bob", retention: "window", contextWindow: 2 } as const;
    for (const pet of ["dog", "cat", "fish"]) await memory.add(`I have a ${pet}.`, bob);
    const { results } = await memory.getAll({ userId: "bob" });
    const kept = await Promise.all(
      results.map(async ({ id }) => (await memory.get(id))?.sources?.[0]?.message?.content),
    );
    expect(kept.toSorted()).toEqual(["I have a cat.", "I have a fish.", undefined]);
  });
});

describe("what to keep", () => {
  it("includes and excludes, by rules: facts that share a word", async () => {
    const memory = openMemory();
    const said = "I love sushi. I hate jazz. I work as a nurse.";
    await memory.add(said, { ...ALICE, includes: "sushi and jazz" });
    expect(texts(await memory.getAll(ALICE)).toSorted()).toEqual(["User hates jazz", "User loves sushi"]);
    await memory.add(said, { userId: "bob", excludes: "music such as jazz" });
    expect(texts(await memory.getAll({ userId: "bob" }))).not.toContain("User hates jazz");
  });

  it("words that every fact has, or that tell no topic, neither keep nor leave out", async () => {
    const memory = openMemory();
    const said = "I love sushi. I hate jazz. I live in Bonn.";
    const kept = async (userId: string, options: object): Promise<string[]> => {
      await memory.add({ role: "user", name: "Rose", content: said }, { userId, ...options });
      return texts(await memory.getAll({ userId })).toSorted();
    };
    const all = ["Rose hates jazz", "Rose lives in Bonn", "Rose loves sushi"];
    expect(await kept("a", { excludes: "anything the user says about music" })).toEqual(all);
    expect(await kept("b", { excludes: "what the user said about jazz" })).toEqual(all.slice(1));
    expect(await kept("c", { excludes: "gardening: rose, tulip" })).toEqual(all);
    expect(await kept("d", { includes: "everything about the user" })).toEqual(all);
    expect(await kept("e", { includes: "what the user says of jazz" })).toEqual(all.slice(0, 1));
  });

  it("includes, excludes and custom instructions are in the LLM's prompt", async () => {
    const llm = scriptedLLM([facts()]);
    const memory = openMemory({ llm, defaults: { excludes: "health" } });
    await memory.add("hi", { ...ALICE, includes: "travel", customInstructions: "Be terse." });
    expect(systemPrompt(llm.calls[0]!)).toMatch(/about: travel[^]*about: health[^]*Be terse\./);
  });

  it("customPrompts replace ours whole; the data stays", async () => {
    const llm = scriptedLLM([facts()]);
    const memory = openMemory({ llm });
    await memory.add("I like tea", { ...ALICE, customPrompts: { extract: "Say nothing." } });
    expect(systemPrompt(llm.calls[0]!)).toBe("Say nothing.");
    expect(llm.calls[0]!.messages[1]!.content).toContain("I like tea");
  });

  it("a prompt of the app's own is asked for what the app asks for, and nothing else", async () => {
    const llm = scriptedLLM(() => facts());
    const memory = openMemory({ llm, defaults: { customPrompts: { extract: "Say nothing." } } });
    const said = ["I like tea", "I like rum"].map((content) => ({ role: "user", content }));
    await memory.add(said, ALICE);
    await memory.add(said, { ...ALICE, customCategories: { drinks: "" } });
    expect(llm.calls.map(({ schema }) => JSON.stringify(schema).match(/(?<="required":\[)"text[^\]]*/)![0])).toEqual([
      '"text"',
      '"text","categories"',
    ]);
    expect(llm.calls[0]!.messages[1]!.content).not.toContain('"n":');
  });

  it.each([{ extrct: "x" }, [null], ["x"], { extract: 7 }])(
    "customPrompts that are none are refused: %j",
    async (bad) => {
      const options = { ...ALICE, customPrompts: bad as never };
      await expect(openMemory().add("I like tea", options)).rejects.toThrow(/customPrompts/);
      await expect(openMemory().add("I like tea", options)).rejects.toBeInstanceOf(InvalidInputError);
    },
  );

  it("customPrompts.resolve replaces ours where facts are compared, and nothing else", async () => {
    const llm = scriptedLLM([
      facts("User likes tea"),
      facts("User likes green tea"),
      decisions({ fact: 0, event: "UPDATE", id: "0" }),
    ]);
    const memory = openMemory({ llm, defaults: { customPrompts: { resolve: "Merge everything." } } });
    await memory.add("I like tea", ALICE);
    const { results } = await memory.add("I like green tea", ALICE);
    const prompts = llm.calls.map((call) => [call.purpose, systemPrompt(call) === "Merge everything."]);
    expect(prompts).toEqual([
      ["extract", false],
      ["extract", false],
      ["resolve", true],
    ]);
    expect(llm.calls[2]!.messages[1]!.content).toContain("User likes green tea");
    expect(results).toMatchObject([{ event: "UPDATE", previousMemory: "User likes tea" }]);
  });

  it("customPrompts.describe replaces ours where an image is described, and nothing else", async () => {
    const llm = scriptedLLM((request) => (request.purpose === "describe" ? "A dog." : facts("User has a dog")));
    const memory = openMemory({ llm });
    const content = [{ type: "image_url" as const, image_url: { url: "data:image/png;base64,AAAA" } }];
    await memory.add({ role: "user", content }, { ...ALICE, customPrompts: { describe: "Name the animal." } });
    expect(llm.calls.map(systemPrompt)).toEqual(["Name the animal.", expect.stringContaining("worth remembering")]);
    expect(llm.calls[0]!.messages[1]!.images).toHaveLength(1);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User has a dog"]);
  });

  it("customPrompts.procedural replaces ours where a run is summed up; the run stays in the data", async () => {
    const llm = scriptedLLM([facts("Booked LH 710")]);
    const memory = openMemory({ llm });
    await memory.add([{ role: "assistant", content: "I booked LH 710." }], {
      ...AGENT,
      memoryType: "procedural",
      customPrompts: { procedural: "One line only." },
    });
    expect(llm.calls.map(systemPrompt)).toEqual(["One line only."]);
    expect(llm.calls[0]!.messages[1]!.content).toContain("I booked LH 710.");
    expect(await only(memory, AGENT)).toMatchObject({ memory: "Booked LH 710", memoryType: "procedural" });
  });

  it("whom all facts are about makes no category", async () => {
    const memory = openMemory();
    const customCategories = { pets: "animals of the user, dog", cars: "vehicles the user drives" };
    await memory.add("I have a dog.", { ...ALICE, customCategories });
    expect((await only(memory)).categories).toEqual(["pets"]);
    const categories = async (said: string): Promise<string[] | undefined> => {
      const { results } = await memory.add(said, { userId: "bob" });
      return (await memory.get(results[0]!.id!))!.categories;
    };
    expect(await categories("I have a dog.")).toEqual(["misc"]);
    expect(await categories("I live in Bonn.")).toEqual(["personal_details"]);
    expect(await categories("I love sushi.")).toEqual(["user_preferences"]);
  });

  it("the default catalog is shown to the LLM by its names, so that it works in every language", async () => {
    const llm = scriptedLLM([{ facts: [{ text: "User kocht gern Linsen", categories: ["food"] }] }]);
    const memory = openMemory({ llm });
    await memory.add("Ich koche gern Linsen.", ALICE);
    expect((await only(memory)).categories).toEqual(["food"]);
    expect(systemPrompt(llm.calls[0]!)).toContain("of these only: personal_details; family; professional_details;");
    expect(JSON.stringify(llm.calls[0]!.schema)).toContain('"enum":["personal_details","family"');
  });

  it("categories come from the default catalog by words, or from the app's by the LLM", async () => {
    const memory = openMemory();
    await memory.add(TRIP_MESSAGES, ALICE);
    expect((await only(memory)).categories).toContain("travel");

    const reply = { facts: [{ text: "User likes tea", categories: ["drinks", "invented"] }] };
    const llm = scriptedLLM([reply]);
    const other = openMemory({ llm, name: "other" });
    await other.add("I like tea", { ...ALICE, customCategories: [{ drinks: "what they drink" }, { pets: "animals" }] });
    expect((await only(other)).categories).toEqual(["drinks"]);
    expect(systemPrompt(llm.calls[0]!)).toContain("drinks (what they drink); pets (animals)");
    expect(JSON.stringify(llm.calls[0]!.schema)).toContain('"enum":["drinks","pets"]');
    expect(
      (await other.search("tea", { filters: { userId: "alice", categories: { contains: "drinks" } } })).results,
    ).toHaveLength(1);
  });
});

describe("lifecycle", () => {
  it("an immutable memory is changed by no add, by rules and by an LLM", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", { ...ALICE, immutable: true });
    const { results } = await memory.add("I moved to Hamburg", ALICE);
    expect(results).toMatchObject([{ event: "ADD", reason: expect.stringContaining("immutable") }]);
    expect(texts(await memory.getAll(ALICE)).toSorted()).toEqual(["User lives in Berlin", "User moved to Hamburg"]);
  });

  it("expirationDate is a strict day, kept on the memory", async () => {
    const memory = openMemory();
    for (const bad of ["2099-02-30", "12/31/2099", "2099-01-01T00:00:00Z", 5]) {
      const adding = memory.add("I like tea", { ...ALICE, expirationDate: bad as string });
      await expect(adding).rejects.toBeInstanceOf(InvalidInputError);
    }
    await memory.add("I like tea", { ...ALICE, expirationDate: "2099-12-31" });
    expect((await only(memory)).expirationDate).toBe("2099-12-31");
  });

  it("timestamp backdates, also from Unix seconds, and resolves relative dates", async () => {
    const memory = openMemory();
    const timestamp = Date.parse("2025-03-14T12:00:00Z") / 1000;
    await memory.add(TRIP_MESSAGES, { ...ALICE, timestamp });
    expect(await only(memory)).toMatchObject({
      createdAt: "2025-03-14T12:00:00.000Z",
      eventTime: { from: "2025-04-01", to: "2025-04-30" },
    });
  });

  it("an old chat that is imported does not override what is known since", async () => {
    const memory = openMemory();
    await memory.add("I moved to Hamburg", ALICE);
    const { results } = await memory.add("I live in Berlin", { ...ALICE, timestamp: "2019-01-01" });
    expect(results).toMatchObject([{ event: "NONE", reason: expect.stringContaining("said later") }]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User moved to Hamburg"]);
  });

  it("old chats imported in order supersede each other", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", { ...ALICE, timestamp: "2019-01-01" });
    await memory.add("I moved to Hamburg", { ...ALICE, timestamp: "2020-01-01" });
    expect(await only(memory)).toMatchObject({
      memory: "User moved to Hamburg",
      createdAt: "2019-01-01T00:00:00.000Z",
      updatedAt: "2020-01-01T00:00:00.000Z",
    });
  });
});

describe("modes", () => {
  it("procedural: one memory sums up an agent's run", async () => {
    const llm = scriptedLLM([facts("Goal: book a flight\nDone: found LH 710")]);
    const memory = openMemory({ llm });
    const { results } = await memory.add([{ role: "assistant", content: "I searched for flights and found LH 710." }], {
      ...AGENT,
      runId: "r1",
      memoryType: "procedural_memory",
    });
    expect(results).toMatchObject([{ event: "ADD", memory: "Goal: book a flight\nDone: found LH 710" }]);
    expect(await only(memory, AGENT)).toMatchObject({ memoryType: "procedural", attributedTo: "assistant" });
    expect(systemPrompt(llm.calls[0]!)).toContain("agent's run");
  });

  it("procedural needs an agentId and an LLM", async () => {
    const memory = openMemory();
    const memoryType = "procedural";
    await expect(memory.add("x", { ...ALICE, memoryType })).rejects.toThrow(/agentId/);
    await expect(memory.add("x", { ...AGENT, memoryType })).rejects.toThrow(/llm/);
    await expect(memory.add("x", { ...AGENT, memoryType: "episodic" as never })).rejects.toThrow(InvalidInputError);
  });

  it("conflicts: keep supersedes nothing; the same statement again is still NONE", async () => {
    const memory = openMemory();
    const keep = { ...ALICE, conflicts: "keep" } as const;
    await memory.add("I live in Berlin", keep);
    await memory.add("I moved to Hamburg", keep);
    const { results } = await memory.add("I live in Berlin", keep);
    expect(results).toMatchObject([{ event: "NONE" }]);
    expect((await memory.getAll(ALICE)).results).toHaveLength(2);
  });

  it("wait: accepted gives no trace, and says so", async () => {
    const memory = openMemory();
    const both = { ...ALICE, wait: "accepted", trace: true } as const;
    await expect(memory.add("I live in Berlin", both)).rejects.toThrow(/watch\(\)/);
  });

  it("wait: accepted resolves when the op is safe; it is applied in the background, in order", async () => {
    const memory = openMemory();
    const first = await memory.add("I live in Berlin", { ...ALICE, wait: "accepted" });
    expect(first).toEqual({ opId: first.opId, results: [], pending: true });
    await memory.add("I moved to Hamburg", ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User moved to Hamburg"]);
  });

  it("dryRun tells what would happen, and writes nothing", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", ALICE);
    const before = await memory.info();
    const { results, dryRun } = await memory.add("I moved to Hamburg. I have a dog.", { ...ALICE, dryRun: true });
    expect(dryRun).toBe(true);
    expect(results).toMatchObject([
      { event: "UPDATE", memory: "User moved to Hamburg", previousMemory: "User lives in Berlin" },
      { event: "ADD", id: null, memory: "User has a dog" },
    ]);
    expect(await memory.info()).toEqual(before);
  });

  it("maxDestructive: 0 lets an add change nothing, and no fact is lost", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", ALICE);
    const { results } = await memory.add("I moved to Hamburg", { ...ALICE, maxDestructive: 0 });
    expect(results).toMatchObject([{ event: "ADD", memory: "User moved to Hamburg" }]);
    expect((await memory.getAll(ALICE)).results).toHaveLength(2);
  });

  it("defaults hold for every add that does not say otherwise", async () => {
    const memory = openMemory({ defaults: { infer: false, metadata: { app: "a", kind: "x" } } });
    await memory.add("hello", { ...ALICE, metadata: { kind: "y" } });
    expect(await only(memory)).toMatchObject({ memory: "hello", metadata: { app: "a", kind: "y" } });
    await memory.add("I like tea", { userId: "bob", infer: true });
    expect(await only(memory, { userId: "bob" })).toMatchObject({ memory: "User likes tea" });
  });
});

describe("images", () => {
  const image = "data:image/png;base64,iVBORw0KGgo=";
  const content = [
    { type: "text", text: "Look at this!" },
    { type: "image_url", image_url: { url: image } },
  ] as const;

  it("are described by the LLM, and read as words", async () => {
    const llm = scriptedLLM((request) =>
      request.purpose === "describe" ? "A brown dog named Rex on a beach." : facts("User has a dog named Rex"),
    );
    const memory = openMemory({ llm });
    await memory.add([{ role: "user", content: [...content] }], ALICE);
    expect(llm.calls.map((call) => call.purpose)).toEqual(["describe", "extract"]);
    expect(llm.calls[0]!.messages[1]!.images).toEqual([image]);
    expect(llm.calls[1]!.messages[1]!.content).toContain("brown dog");
  });

  it("may be a Blob", async () => {
    const llm = scriptedLLM((request) => (request.purpose === "describe" ? "A dog." : facts()));
    const memory = openMemory({ llm });
    const url = new Blob([new Uint8Array([1, 2, 3])], { type: "image/jpeg" });
    await memory.add({ role: "user", content: [{ type: "image_url", image_url: { url } }] }, ALICE);
    expect(llm.calls[0]!.messages[1]!.images).toEqual(["data:image/jpeg;base64,AQID"]);
  });

  it("without an LLM are refused clearly, or skipped by choice", async () => {
    const memory = openMemory();
    const messages = [
      { role: "user" as const, content: [...content, { type: "text" as const, text: "I have a dog." }] },
    ];
    await expect(memory.add(messages, ALICE)).rejects.toThrow(/images: "skip"/);
    await memory.add(messages, { ...ALICE, images: "skip" });
    expect(texts(await memory.getAll(ALICE))).toEqual(["User has a dog"]);
  });
});

describe("documents", () => {
  it("txt and mdx are read as part of the message, from a data URL or a Blob", async () => {
    const memory = openMemory();
    const content = [
      { type: "txt_url" as const, txt_url: { url: `data:text/plain;base64,${btoa("I have a dog.")}` } },
      { type: "mdx_url" as const, mdx_url: { url: new Blob(["I love sushi."]) } },
    ];
    await memory.add({ role: "user", content }, ALICE);
    expect(texts(await memory.getAll(ALICE)).toSorted()).toEqual(["User has a dog", "User loves sushi"]);
  });

  it("a PDF is described by the LLM", async () => {
    const llm = scriptedLLM((request) =>
      request.purpose === "describe" ? "A lease in Bonn." : facts("User lives in Bonn"),
    );
    const memory = openMemory({ llm });
    const url = "data:application/pdf;base64,JVBERi0=";
    await memory.add({ role: "user", content: [{ type: "pdf_url", pdf_url: { url } }] }, ALICE);
    expect(llm.calls[0]).toMatchObject({ purpose: "describe", messages: [{}, { images: [url] }] });
  });

  it("one that cannot be fetched is refused, and nothing is stored", async () => {
    const memory = openMemory();
    const content = [{ type: "txt_url" as const, txt_url: { url: "http://127.0.0.1:1/nothing.txt" } }];
    await expect(memory.add({ role: "user", content }, ALICE)).rejects.toThrow(/could not be fetched/);
    expect((await memory.info()).pending).toBe(0);
  });
});

describe("recalled memories are not extracted again", () => {
  it("lines that search handed out and the app pasted into a prompt are left out", async () => {
    const llm = scriptedLLM((request) =>
      request.messages.at(-1)!.content.includes("User has a boat") ? facts("User has a boat") : facts("User has a dog"),
    );
    const memory = openMemory({ llm });
    await memory.add("I have a dog", ALICE);
    const { results } = await memory.search("pets", ALICE);
    const pasted = `What I know:\n${results.map((r) => `- ${r.memory}`).join("\n")}\n\nAnswer: hello`;
    const trace = (await memory.add(pasted, { ...ALICE, trace: true })).trace!;
    expect(trace.find((stage) => stage.stage === "context")).toMatchObject({ dropped: ["User has a dog"] });
    expect(llm.calls.at(-1)!.messages[1]!.content).not.toContain("User has a dog");
  });
});

describe("trace", () => {
  it("returns every stage as data: prompts, raw replies, repairs, neighbors, dropped ids, decisions, timings", async () => {
    const llm = scriptedLLM([
      facts("User likes tea"),
      "no JSON here",
      facts("User likes green tea"),
      decisions({ fact: 0, event: "UPDATE", id: "9" }),
    ]);
    const memory = openMemory({ llm });
    expect((await memory.add("I like tea", ALICE)).trace).toBeUndefined();
    const { trace } = await memory.add("I like green tea", { ...ALICE, trace: true });
    expect(trace!.map((stage) => stage.stage)).toEqual([
      "context",
      "ask",
      "facts",
      "recall",
      "ask",
      "resolve",
      "commit",
    ]);
    const [, extracting, , recalled, , resolved] = trace!;
    expect(extracting).toMatchObject({
      purpose: "extract",
      attempts: [
        { reply: "no JSON here", problem: expect.stringContaining("JSON"), ms: expect.any(Number) },
        { reply: expect.stringContaining("green tea"), tokens: expect.any(Number) },
      ],
    });
    expect(recalled).toMatchObject({
      facts: [{ neighbors: [{ memory: "User likes tea", overlap: expect.any(Number) }] }],
    });
    expect(resolved).toMatchObject({ dropped: [expect.stringContaining("id")], decisions: [{ event: "ADD" }] });
  });

  it("watch() tells the stages, acceptance and commit as they happen", async () => {
    const memory = openMemory();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const event of memory.watch()) seen.push(event.type === "stage" ? event.stage : event.type);
    })();
    await memory.add("I like tea", ALICE);
    await memory.close();
    await watching;
    expect(seen).toEqual(["pending", "extract", "recall", "resolve", "commit", "pending", "committed"]);
  });
});

describe("limits", () => {
  it("name themselves, and nothing is cut", async () => {
    const memory = openMemory();
    await expect(memory.add("x".repeat(200_001), ALICE)).rejects.toThrow(/200000 characters/);
    const many = Array.from({ length: 10_001 }, () => ({ role: "user" as const, content: "x" }));
    await expect(memory.add(many, ALICE)).rejects.toThrow(/10000 messages/);
    let deep: Record<string, unknown> = {};
    for (let i = 0; i < 20; i++) deep = { deep };
    await expect(memory.add("x", { ...ALICE, metadata: deep })).rejects.toThrow(/16 levels/);
    await expect(memory.add("x", { ...ALICE, contextWindow: 101 })).rejects.toThrow(/contextWindow/);
    await expect(memory.add("x", { ...ALICE, maxDestructive: -1 })).rejects.toThrow(/maxDestructive/);
    await expect(memory.add("x", { ...ALICE, timestamp: "soon" })).rejects.toThrow(/timestamp/);
  });
});

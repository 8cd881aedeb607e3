/** What search and getAll gave the app, and the app pasted into a prompt, is no news. */
import "fake-indexeddb/auto";
import type { Memory, MemoryOptions } from "keepsake";
import { facts, scriptedLLM, type ScriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const KNOWN = ["User loves sushi", "User has a dog named Rex", "User has Windows"];

/** A memory in whose scope some things are known, word for word; its model finds nothing. */
async function knowing(scope: object, options: MemoryOptions = {}, known = KNOWN): Promise<[Memory, ScriptedLLM]> {
  const llm = scriptedLLM(() => facts());
  const memory = openMemory({ llm, ...options });
  for (const text of known) await memory.add(text, { ...scope, infer: false });
  return [memory, llm];
}

/** Whether the model was shown the line, put between two others. */
async function isShown(memory: Memory, llm: ScriptedLLM, line: string, scope: object = ALICE): Promise<boolean> {
  const before = llm.calls.length;
  await memory.add(`Hello!\n${line}\nWhat shall I cook?`, { ...scope, contextWindow: 0 });
  const shown = llm.calls[before]!.messages[1]!.content.split("\n").find((one) => one.startsWith('{"role"'));
  const { content } = JSON.parse(shown!) as { content: string };
  expect(content).toMatch(/^Hello!\n[^]*What shall I cook\?$/);
  return content.includes(line);
}

describe("a line of what was handed out", () => {
  it.each([
    "User loves sushi",
    "- User loves sushi.",
    "Known: User loves sushi",
    "**Known about the user:** User loves sushi",
    "Memory: User loves sushi",
    "<memory>User loves sushi</memory>",
    '<memory id="3" score=".9">User loves sushi</memory>',
    "User has a dog named Rex; User loves sushi; User has Windows",
    "1. User has a dog named Rex 2. User loves sushi",
    "User loves sushi (score: .8)",
    "User loves sushi (0.83)",
    "User loves sushi - score: 0.83",
    "0.83 User loves sushi",
    "| User loves sushi | 0.83 |",
    "**User loves sushi**",
    "> User loves sushi",
    "- [x] User loves sushi",
    "- [2026-01-01] User loves sushi",
    "2026-01-01T10:00:00.000Z: User loves sushi",
    "User loves sushi (until 2026-01-01T10:00:00.000Z)",
    "User loves sushi [updated May 3, 2026]",
    "[3f2a91c0-77d1-4c1a-9c55-0a1b2c3d4e5f] User loves sushi",
    "“User loves sushi”",
    '"memory": "User loves sushi",',
    '["User loves sushi","User has a dog named Rex"]',
  ])("is left out, whatever is around it: %s", async (line) => {
    const [memory, llm] = await knowing(ALICE);
    await memory.search("sushi, dog or Windows", { ...ALICE, threshold: 0 });
    expect(await isShown(memory, llm, line)).toBe(false);
  });

  it.each([
    "I told you User loves sushi and now I hate it",
    "User loves sushi no more",
    "User loves sushi, and tempura",
    "User loves sushi?",
    "User loves sushi 👎",
    "~~User loves sushi~~",
    "Not true: User loves sushi",
    "No, User loves sushi is wrong",
    "User has Windows 11",
    "User has Windows#",
    "User has a dog named Rex (4 years old)",
    "User has a dog named Rex, 2019",
    "User has a dog named Rexona",
    '{"question":"Am I vegan now?","memory":"User loves sushi"}',
  ])("that says more than that is read: %s", async (line) => {
    const [memory, llm] = await knowing(ALICE);
    await memory.search("sushi, dog or Windows", { ...ALICE, threshold: 0 });
    expect(await isShown(memory, llm, line)).toBe(true);
  });

  it.each(["search", "getAll"] as const)("as the JSON of what %s gave is left out", async (read) => {
    const [memory, llm] = await knowing(ALICE);
    await memory.add("User likes tea (green)", {
      ...ALICE,
      infer: false,
      metadata: { mood: "good", deep: { a: [1] } },
    });
    const answer =
      read === "search" ? await memory.search("tea", { ...ALICE, explain: true }) : await memory.getAll(ALICE);
    expect(await isShown(memory, llm, JSON.stringify(answer.results))).toBe(false);
    expect(await isShown(memory, llm, `Memories: ${JSON.stringify({ results: answer.results })}`)).toBe(false);
  });

  it("is told as NONE with the id of the memory, and in the trace", async () => {
    const [memory] = await knowing(ALICE);
    const { results } = await memory.getAll(ALICE);
    const { id } = results.find((result) => result.memory === KNOWN[0])!;
    const added = await memory.add(`Known: ${KNOWN[0]}\nHi!`, { ...ALICE, trace: true });
    expect(added.results).toMatchObject([{ event: "NONE", id, memory: KNOWN[0] }]);
    expect(added.trace![0]).toMatchObject({ stage: "context", dropped: [KNOWN[0]] });
  });
});

describe("what a wider or narrower read handed out", () => {
  const RUN = { ...ALICE, runId: "r1" };
  const paste = "Known:\n- User loves sushi\n\nHello!";

  it.each([
    [ALICE, ALICE, RUN],
    [RUN, ALICE, RUN],
    [{ ...ALICE, runId: "r0" }, ALICE, RUN],
    [RUN, RUN, ALICE],
    [{ agentId: "helper" }, { agentId: "helper" }, { ...ALICE, agentId: "helper" }],
  ])("is no news: stored in %j, read in %j, pasted in %j", async (stored, read, pasted) => {
    const [memory, llm] = await knowing(stored);
    await memory.search("sushi", read);
    const before = (await memory.getAll(ALICE)).results.length;
    const { results } = await memory.add(paste, pasted);
    expect(llm.calls.at(-1)!.messages[1]!.content.split("<messages>")[1]).not.toContain("sushi");
    expect(results).toMatchObject([{ event: "NONE", memory: "User loves sushi" }]);
    expect((await memory.getAll(ALICE)).results).toHaveLength(before);
  });

  it("may be somebody's own words, where nothing is written around it", async () => {
    const [memory] = await knowing(ALICE, {}, ["I love pizza"]);
    await memory.search("pizza", ALICE);
    const rules = { ...ALICE, runId: "r1" };
    const { trace } = await memory.add("I love pizza", { ...rules, trace: true });
    expect(trace![0]).toMatchObject({ dropped: [] });
  });

  it.each([
    [{ ...ALICE, appId: "app" }, { appId: "app" }, { userId: "bob", appId: "app" }],
    [
      { appId: "app", runId: "r0" },
      { appId: "app", runId: "r0" },
      { appId: "app", runId: "r1" },
    ],
  ])("INV-8: stored in %j and read in %j, it may be said in %j", async (stored, read, said) => {
    const [memory, llm] = await knowing(stored);
    await memory.search("sushi", read);
    expect(await isShown(memory, llm, "- User loves sushi", said)).toBe(true);
  });
});

describe("what is not so any more", () => {
  async function moved(): Promise<Memory> {
    const llm = scriptedLLM((request) => {
      if (request.purpose === "resolve") return { decisions: [{ fact: 0, event: "UPDATE", id: "0" }] };
      const said = request.messages[1]!.content.split("<messages>")[1]!;
      return facts(...["Bonn", "Hamburg"].flatMap((city) => (said.includes(city) ? [`User lives in ${city}`] : [])));
    });
    const memory = openMemory({ llm });
    await memory.add("I live in Bonn.", ALICE);
    return memory;
  }

  it("does not come back when a search for it is pasted", async () => {
    const memory = await moved();
    await memory.add("I live in Hamburg now.", ALICE);
    const { results } = await memory.search("Where did I live before Hamburg?", ALICE);
    expect(texts({ results })).toContain("User lives in Bonn");
    const known = results.map((fact) => `- ${fact.memory}${fact.superseded ? ` (until ${fact.superseded.at})` : ""}`);
    await memory.add(`${known.join("\n")}\n\nHello!`, ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Hamburg"]);
  });

  it("does not come back with an older prompt, from before it was superseded", async () => {
    const memory = await moved();
    const prompt = `Known: ${(await memory.search("home", { ...ALICE, threshold: 0 })).results[0]!.memory}\nHello!`;
    await memory.add("I live in Hamburg now.", ALICE);
    await memory.add(prompt, ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Hamburg"]);
  });

  it("holds again when it is said again", async () => {
    const memory = await moved();
    await memory.getAll(ALICE);
    await memory.add("I live in Hamburg now.", ALICE);
    await memory.add("User lives in Bonn", ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Bonn"]);
  });

  it.each([
    ["deleted", (memory: Memory, id: string) => memory.delete(id)],
    ["deleted with its scope", (memory: Memory) => memory.deleteAll(ALICE)],
    ["forgotten", (memory: Memory, id: string) => memory.forget(id)],
    ["forgotten by another Memory", (_memory: Memory, id: string) => openMemory().forget(id)],
    [
      "taken back",
      async (memory: Memory, id: string) => {
        for (const { opId } of await memory.history(id)) await memory.undo(opId);
      },
    ],
    ["gone with everything", (memory: Memory) => memory.reset()],
  ])("may be said again once its memory was %s", async (_how, remove) => {
    const memory = await moved();
    await memory.add("I live in Hamburg now.", ALICE);
    const { results } = await memory.search("Where did I live before Hamburg?", ALICE);
    const former = results.find(({ superseded }) => superseded)!;
    await remove(memory, former.id);
    const added = await memory.add(`- ${former.memory}\n\nHello!`, ALICE);
    expect(added.results).toMatchObject([{ event: "ADD", memory: "User lives in Bonn" }]);
  });

  it("of forgotten text no copy is left, so that it costs a read of what was handed out beside it", async () => {
    const [memory, llm] = await knowing(ALICE);
    const { results } = await memory.search("sushi, dog or Windows", { ...ALICE, threshold: 0 });
    await memory.forget(results[0]!.id);
    expect(await isShown(memory, llm, `- ${results[1]!.memory}`)).toBe(true);
  });

  it("may be said again after it was deleted, whatever is around it", async () => {
    const [memory, llm] = await knowing(ALICE);
    const { results } = await memory.search("sushi", ALICE);
    await memory.delete(results[0]!.id);
    expect(await isShown(memory, llm, "- User loves sushi")).toBe(true);
  });
});

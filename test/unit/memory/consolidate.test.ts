/** `consolidate`: what becomes of memories that say the same, contradict each other, or show a pattern. */
import "fake-indexeddb/auto";
import { InvalidInputError, type LLMRequest, type Memory, type MemoryOptions } from "keepsake";
import { decisions, facts, fakeRuntime, scriptedLLM } from "keepsake/testing";
import { describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

const ALICE = { userId: "alice" };

function open(options: MemoryOptions = {}) {
  const runtime = fakeRuntime();
  const memory = openMemory({ storage: "memory", runtime, ...options });
  return { memory, runtime };
}

/** One op each, as they stand. */
async function store(memory: Memory, contents: string[], scope: object = ALICE): Promise<string[]> {
  const ids: string[] = [];
  for (const content of contents) {
    const { results } = await memory.add(content, { ...ALICE, ...scope, infer: false });
    ids.push(results[0]!.id!);
  }
  return ids;
}

/** What a request shows, by id. */
function shown({ messages }: Pick<LLMRequest, "messages">, tag = "memories"): { id: string; text: string }[] {
  const block = new RegExp(`<${tag}>\n([\\s\\S]*?)</${tag}>`).exec(messages.at(-1)!.content)![1]!;
  return block
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { id: string; text: string });
}

/** Puts all that mention a word into one group. */
function mergeAbout(word: string, text: string | null, kind = "same") {
  return (request: LLMRequest) => {
    const ids = shown(request).flatMap((one) => (one.text.includes(word) ? [one.id] : []));
    return { groups: [{ ids, kind, text, reason: "one subject" }] };
  };
}

describe("consolidate without an LLM", () => {
  it("folds the same statement into the memory that was there first, with a reason that names it", async () => {
    const { memory } = open();
    const [first, second] = await store(memory, ["User likes tea", "User likes tea.", "User plays chess"]);
    const { opId, results } = await memory.consolidate(ALICE);
    expect(results).toMatchObject([
      { id: first, event: "UPDATE", memory: "User likes tea", reason: expect.stringContaining("takes in another") },
      { id: second, event: "DELETE", previousMemory: "User likes tea.", reason: expect.stringContaining(first!) },
    ]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User plays chess", "User likes tea"]);
    expect((await memory.history(second!))[0]).toMatchObject({ event: "DELETE", opId, decidedBy: "exact" });
  });

  it("lets the newest statement win a contradiction, and keeps the old one in the history of its memory", async () => {
    const { memory } = open();
    const [berlin, hamburg] = await store(memory, ["User lives in Berlin", "User lives in Hamburg"]);
    await memory.consolidate(ALICE);
    expect((await memory.getAll(ALICE)).results).toMatchObject([{ id: berlin, memory: "User lives in Hamburg" }]);
    expect(await memory.history(berlin!)).toMatchObject([
      { event: "UPDATE", previousMemory: "User lives in Berlin", decidedBy: "rules" },
      { event: "ADD" },
    ]);
    expect((await memory.history(hamburg!))[0]).toMatchObject({ event: "DELETE" });
  });

  it("keeps sources, categories and the earliest time on the memory that goes on", async () => {
    const { memory, runtime } = open();
    const { results } = await memory.add("User likes tea", {
      ...ALICE,
      infer: false,
      opId: "a",
      metadata: { a: 1, b: { c: 2, d: 3 } },
    });
    const created = (await memory.get(results[0]!.id!))!.createdAt;
    runtime.advance(60_000);
    await memory.add("User likes tea", { ...ALICE, infer: false, opId: "b", metadata: { b: { d: 3, c: 2 }, a: 1 } });
    const said = (await memory.getAll(ALICE)).results[0]!.updatedAt;
    runtime.advance(60_000);
    await memory.consolidate(ALICE);
    const kept = (await memory.get(results[0]!.id!))!;
    expect(kept).toMatchObject({ metadata: { a: 1, b: { c: 2, d: 3 } }, createdAt: created, updatedAt: said });
    expect(kept.sources!.map(({ opId, message }) => [opId, message?.content])).toEqual([
      ["a", "User likes tea"],
      ["b", "User likes tea"],
    ]);
  });

  it("folds nothing across metadata: each stays where the app's filters look for it", async () => {
    const { memory } = open();
    for (const project of ["a", "b"]) {
      await memory.add("User prefers dark mode", { ...ALICE, infer: false, metadata: { project } });
      await memory.add(`User lives in Town ${project}`, { ...ALICE, infer: false, metadata: { project } });
    }
    expect((await memory.consolidate(ALICE)).results).toEqual([]);
    for (const project of ["a", "b"]) {
      expect((await memory.getAll({ ...ALICE, filters: { project } })).results).toHaveLength(2);
    }
  });

  it("keeps the feedback of what it folds where the memory that goes on has none", async () => {
    const { memory } = open();
    const [tea, same, rum, again] = await store(memory, ["User likes tea", "User likes tea", "Rum!", "Rum!"]);
    await memory.feedback(same!, { rating: "NEGATIVE" });
    await memory.feedback(rum!, { rating: "POSITIVE" });
    await memory.feedback(again!, { rating: "VERY_NEGATIVE" });
    await memory.consolidate(ALICE);
    expect((await memory.get(tea!))!.feedback).toEqual({ rating: "NEGATIVE" });
    expect((await memory.get(rum!))!.feedback).toEqual({ rating: "POSITIVE" });
  });

  it("leaves immutable memories, other speakers and procedural ones alone", async () => {
    const { memory } = open();
    await memory.add("User likes tea", { ...ALICE, infer: false, immutable: true });
    await store(memory, ["User likes tea"]);
    await memory.add({ role: "user", name: "bob", content: "I like rum" }, { ...ALICE, infer: false });
    await memory.add({ role: "user", name: "ann", content: "I like rum" }, { ...ALICE, infer: false });
    expect((await memory.consolidate(ALICE)).results).toEqual([]);
    expect((await memory.getAll(ALICE)).results).toHaveLength(4);
  });

  it("does not decide on a similarity of words alone", async () => {
    const { memory } = open();
    await store(memory, ["The red boat of Anna is fast", "The red boat of Berta is fast"]);
    expect((await memory.consolidate(ALICE)).results).toEqual([]);
  });

  it("works on exactly one scope", async () => {
    const { memory } = open();
    await store(memory, ["User likes tea", "User likes tea"], { runId: "r1" });
    await store(memory, ["User likes tea", "User likes rum"]);
    expect((await memory.consolidate(ALICE)).results).toEqual([]);
    expect((await memory.consolidate({ ...ALICE, runId: "r1" })).results).toHaveLength(2);
  });

  it("undo takes all of it back, and the next consolidate leaves that as it is", async () => {
    const { memory } = open();
    await store(memory, ["User lives in Berlin", "User lives in Hamburg", "User likes tea", "User likes tea"]);
    const before = await memory.getAll(ALICE);
    const { opId, results } = await memory.consolidate(ALICE);
    expect(results).toHaveLength(4);
    await memory.undo(opId);
    expect(await memory.getAll(ALICE)).toEqual(before);
    expect((await memory.consolidate(ALICE)).results).toEqual([]);
  });

  it("the same opId again gives the same result and changes nothing", async () => {
    const { memory } = open();
    await store(memory, ["User likes tea", "User likes tea"]);
    const first = await memory.consolidate({ ...ALICE, opId: "tidy" });
    await store(memory, ["User likes tea"]);
    expect(await memory.consolidate({ ...ALICE, opId: "tidy" })).toEqual(first);
    expect((await memory.getAll(ALICE)).results).toHaveLength(2);
    await expect(memory.consolidate({ userId: "bob", opId: "tidy" })).rejects.toThrow("another scope");
  });

  it("dryRun tells the same and writes nothing", async () => {
    const { memory } = open();
    await store(memory, ["User lives in Berlin", "User lives in Hamburg"]);
    const before = [await memory.getAll(ALICE), (await memory.info()).seq];
    const dry = await memory.consolidate({ ...ALICE, dryRun: true });
    expect([await memory.getAll(ALICE), (await memory.info()).seq]).toEqual(before);
    const { results } = await memory.consolidate(ALICE);
    expect(dry.dryRun).toBe(true);
    expect(dry.results.map(({ event, memory: text }) => [event, text])).toEqual(
      results.map(({ event, memory: text }) => [event, text]),
    );
  });

  it("maxDestructive bounds what one call changes; `more` says that the next one goes on", async () => {
    const { memory } = open();
    await store(
      memory,
      Array.from({ length: 5 }, () => "User likes tea"),
    );
    const first = await memory.consolidate({ ...ALICE, maxDestructive: 3 });
    expect(first.more).toBe(true);
    expect((await memory.getAll(ALICE)).results).toHaveLength(2);
    const second = await memory.consolidate({ ...ALICE, maxDestructive: 3 });
    expect(second.more).toBeUndefined();
    expect((await memory.getAll(ALICE)).results).toHaveLength(1);
    expect((await memory.consolidate({ ...ALICE, maxDestructive: 0 })).results).toEqual([]);
  });

  it("moves relations to the memory that goes on, but for what was overtaken; undo moves them back", async () => {
    const { memory } = open();
    const graph = { ...ALICE, graph: true, conflicts: "keep" as const };
    await memory.add("I live in Berlin. I like tea.", graph);
    await memory.add("I live in Hamburg.", graph);
    await memory.add("I like tea", { ...ALICE, infer: false });
    const before = await memory.graph(ALICE);
    const { opId } = await memory.consolidate(ALICE);
    const edges = (await memory.graph(ALICE)).edges.filter((edge) => edge.to === null);
    expect(edges.map((edge) => `${edge.predicate} ${edge.target}`).toSorted()).toEqual([
      "likes tea",
      "lives_in Hamburg",
    ]);
    const live = new Set((await memory.getAll(ALICE)).results.map((item) => item.id));
    expect(edges.every((edge) => live.has(edge.memoryId))).toBe(true);
    await memory.undo(opId);
    const holding = (graphs: typeof before) => graphs.edges.filter((edge) => edge.to === null).map((edge) => edge.id);
    expect(holding(await memory.graph(ALICE)).toSorted()).toEqual(holding(before).toSorted());
  });

  it("forgetting a memory forgets what was folded into it", async () => {
    const { memory } = open();
    const [first] = await store(memory, ["User likes secret tea", "User likes secret tea"]);
    await memory.consolidate(ALICE);
    expect(await memory.forget(first!)).toEqual({ forgotten: 2 });
    expect(JSON.stringify(await memory.export({ all: true }))).not.toContain("secret");
  });
});

describe("consolidate with an LLM", () => {
  it("asks once for what is near, and not at all for what is the same or was compared before", async () => {
    const llm = scriptedLLM([mergeAbout("tea", "User likes green tea, mostly in the morning")]);
    const { memory } = open({ llm });
    const [first, , third] = await store(memory, [
      "User likes green tea",
      "User likes green tea",
      "User likes green tea in the morning",
      "User plays chess",
    ]);
    const { results } = await memory.consolidate(ALICE);
    expect(llm.calls.map(({ purpose }) => purpose)).toEqual(["merge"]);
    expect(shown(llm.calls[0]!).map(({ text }) => text)).toEqual([
      "User likes green tea",
      "User likes green tea in the morning",
    ]);
    expect(results.map(({ event }) => event)).toEqual(["UPDATE", "DELETE", "DELETE"]);
    expect(await memory.get(first!)).toMatchObject({ memory: "User likes green tea, mostly in the morning" });
    expect((await memory.history(third!))[0]!.reason).toBe(`llm: one subject; now in memory ${first}`);

    expect((await memory.consolidate(ALICE)).results).toEqual([]);
    expect(llm.calls).toHaveLength(1);
  });

  it("of two that contradict each other the newest holds, whatever the model says", async () => {
    const llm = scriptedLLM([mergeAbout("sushi", "User loves sushi", "replaced")]);
    const { memory } = open({ llm });
    await store(memory, ["User loves sushi", "User hates sushi"]);
    await memory.consolidate(ALICE);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User hates sushi"]);
  });

  it("drops and reports ids that were not shown, ids named twice and groups of one", async () => {
    const groups = [
      { ids: ["0", "99", "alice"], kind: "same", text: null, reason: "" },
      { ids: ["0", "1"], kind: "same", text: null, reason: "" },
      { ids: ["1", "0"], kind: "same", text: null, reason: "" },
    ];
    const { memory } = open({ llm: scriptedLLM([{ groups }]) });
    await store(memory, ["User likes green tea", "User likes green tea a lot"]);
    const { results, trace } = await memory.consolidate({ ...ALICE, trace: true });
    expect(results).toHaveLength(2);
    const resolve = trace!.find((stage) => stage.stage === "resolve");
    expect(resolve).toMatchObject({
      dropped: expect.arrayContaining([
        "An id is not in the list",
        "A group has fewer than two memories",
        "Memory 0 is in two groups",
      ]),
    });
    expect(trace!.map((stage) => stage.stage)).toEqual(["recall", "ask", "resolve", "commit"]);
  });

  it("changes nothing where the model fails, and says so", async () => {
    const llm = scriptedLLM([new Error("offline"), "no", "no", { groups: [] }]);
    const { memory } = open({ llm });
    await store(memory, ["User likes green tea", "User likes green tea a lot", "User likes gin", "User likes gin"]);
    const before = await memory.getAll(ALICE);
    await expect(memory.consolidate(ALICE)).rejects.toMatchObject({ code: "llm_failed" });
    await expect(memory.consolidate(ALICE)).rejects.toThrow(/Nothing was changed; call consolidate\(\) again/);
    expect(await memory.getAll(ALICE)).toEqual(before);
    expect((await memory.consolidate(ALICE)).results).toHaveLength(2);
  });

  it("an abort rejects with its reason and changes nothing", async () => {
    const stop = new AbortController();
    const { memory } = open({ llm: () => (stop.abort(new Error("enough")), new Promise(() => undefined)) });
    await store(memory, ["User likes green tea", "User likes green tea a lot"]);
    await expect(memory.consolidate({ ...ALICE, signal: stop.signal })).rejects.toThrow("enough");
    expect((await memory.getAll(ALICE)).results).toHaveLength(2);
  });

  it("INV-7: decides anew where a memory changed while the model thought", async () => {
    let during = async (): Promise<unknown> => undefined;
    const llm = scriptedLLM(async (request) => {
      await during();
      during = async () => undefined;
      return mergeAbout("tea", null)(request);
    });
    const { memory } = open({ llm });
    const [first] = await store(memory, ["User likes green tea", "User likes green tea a lot"]);
    during = () => memory.update(first!, "User likes green tea but no longer");
    await memory.consolidate(ALICE);
    expect(llm.calls).toHaveLength(2);
    expect(shown(llm.calls[1]!).map(({ text }) => text)).toContain("User likes green tea but no longer");
  });

  it("packs many sets into few calls", async () => {
    const llm = scriptedLLM(() => ({ groups: [] }));
    const { memory } = open({ llm });
    const subjects = ["chess", "tennis", "golf", "sushi", "pizza", "ramen", "opera", "jazz", "techno", "salsa"];
    await store(
      memory,
      subjects.flatMap((one) => [`${one} delights everybody`, `${one} delights nobody`]),
    );
    await memory.consolidate({ ...ALICE, summarize: false });
    expect(llm.calls).toHaveLength(1);
    expect(shown(llm.calls[0]!)).toHaveLength(20);
  });
});

describe("summing up", () => {
  const DRINKS = ["coffee on Monday", "espresso on Tuesday", "a latte on Friday"].map((what) => `Anna drank ${what}`);
  const pattern = (text: string, from = ["0", "1"], replaces: number | null = null) => ({
    patterns: [{ from, reason: "often", pattern: replaces, text }],
  });
  const summing = { ...ALICE, summarize: { minMemories: 3 } };
  const llmOf = (...replies: object[]) =>
    scriptedLLM((request) => (request.purpose === "merge" ? { groups: [] } : replies.shift()!));
  const sumUps = (llm: ReturnType<typeof scriptedLLM>) => llm.calls.filter(({ purpose }) => purpose === "summarize");

  it("writes a pattern down as a memory of its own, linked to what shows it; undo takes it away", async () => {
    const llm = llmOf(pattern("Anna usually drinks coffee", ["0", "2"]));
    const { memory } = open({ llm });
    const ids = await store(memory, DRINKS);
    const { opId, results } = await memory.consolidate(summing);
    expect(results).toMatchObject([{ event: "ADD", memory: "Anna usually drinks coffee" }]);
    expect(await memory.get(results[0]!.id!)).toMatchObject({ memoryType: "synthesis", derivedFrom: [ids[0], ids[2]] });
    expect((await memory.getAll({ ...ALICE, filters: { memoryType: "synthesis" } })).results).toHaveLength(1);
    await memory.undo(opId);
    expect((await memory.getAll(ALICE)).results).toHaveLength(3);
  });

  it("waits for enough memories, does not ask twice about the same, and never sums up a sum", async () => {
    const llm = llmOf(pattern("Anna usually drinks coffee"), { patterns: [] });
    const { memory } = open({ llm });
    await store(memory, DRINKS.slice(0, 2));
    await memory.consolidate(summing);
    expect(sumUps(llm)).toHaveLength(0);
    await store(memory, DRINKS.slice(2));
    await memory.consolidate(summing);
    expect(sumUps(llm)).toHaveLength(1);
    const calls = llm.calls.length;
    expect((await memory.consolidate(summing)).results).toEqual([]);
    expect(llm.calls).toHaveLength(calls);

    await store(memory, ["Anna plays chess", "Anna lost at golf", "Anna saw an opera"]);
    await memory.consolidate(summing);
    expect(shown(sumUps(llm)[1]!).map(({ text }) => text)).toEqual([
      "Anna plays chess",
      "Anna lost at golf",
      "Anna saw an opera",
    ]);
    expect(shown(sumUps(llm)[1]!, "patterns")).toEqual([{ text: "Anna usually drinks coffee" }]);
  });

  it("looks at a pattern again when a memory of it has changed, and withdraws it when fewer than two are left", async () => {
    const llm = llmOf(
      pattern("Anna usually drinks coffee", ["0", "1", "2"]),
      pattern("Anna drinks less coffee", ["0", "1"], 0),
    );
    const { memory } = open({ llm });
    const ids = await store(memory, DRINKS);
    const id = (await memory.consolidate(summing)).results[0]!.id!;
    await memory.delete(ids[2]!);
    await memory.consolidate(summing);
    expect(await memory.get(id)).toMatchObject({ memory: "Anna drinks less coffee", derivedFrom: ids.slice(0, 2) });
    await memory.delete(ids[1]!);
    expect((await memory.consolidate(summing)).results).toMatchObject([{ id, event: "DELETE" }]);
    expect(sumUps(llm)).toHaveLength(2);
  });

  it("a memory that expires shows no pattern: what it said must not outlive it", async () => {
    const llm = llmOf(pattern("Anna usually drinks coffee", ["0", "1"]));
    const { memory } = open({ llm });
    const ids = await store(memory, DRINKS);
    const expiring = { ...ALICE, infer: false, expirationDate: "2099-01-01" };
    await memory.add("Anna drank a mocha in Rome", expiring);
    await memory.add("Anna drank a ristretto in Rome", expiring);
    await memory.consolidate({ ...ALICE, summarize: { minMemories: 4 } });
    expect(sumUps(llm)).toHaveLength(0);
    const { id } = (await memory.consolidate(summing)).results[0]!;
    expect(shown(sumUps(llm)[0]!).map(({ text }) => text)).toEqual(DRINKS);
    await memory.update(ids[1]!, { expirationDate: "2099-01-01" });
    expect((await memory.consolidate(summing)).results).toMatchObject([{ id, event: "DELETE" }]);
  });

  it("an add is not decided by a pattern: what is said is compared with what was said", async () => {
    const said = "Anna usually drinks coffee";
    const llm = scriptedLLM((request) => {
      if (request.purpose === "merge") return { groups: [] };
      if (request.purpose === "summarize") return pattern(said);
      return request.purpose === "extract" ? facts(said) : decisions({ fact: 0, event: "ADD" });
    });
    const { memory } = open({ llm });
    await store(memory, DRINKS);
    await memory.consolidate(summing);
    const { results } = await memory.add("I usually drink coffee, says Anna", ALICE);
    expect(results).toMatchObject([{ event: "ADD", memory: said }]);
    const asked = llm.calls.find(({ purpose }) => purpose === "resolve");
    expect(asked && shown(asked).map(({ text }) => text)).not.toContain(said);
  });

  it("goes through an export and an import as it is", async () => {
    const { memory } = open({ llm: llmOf(pattern("Anna usually drinks coffee")) });
    await store(memory, [...DRINKS, DRINKS[0]!]);
    await memory.consolidate(summing);
    const file = await memory.export(ALICE);
    const { memory: other } = open();
    await other.import(JSON.stringify(file));
    expect(await other.export(ALICE)).toEqual(file);
    expect(file.memories.find(({ deletedAt }) => deletedAt)).toHaveProperty("replacedBy");
    expect(file.memories.find(({ memoryType }) => memoryType)).toHaveProperty("derivedFrom");
  });

  it("forgetting a memory forgets the patterns that it shows", async () => {
    const { memory } = open({ llm: llmOf(pattern("Anna usually drinks coffee")) });
    const [first] = await store(memory, DRINKS);
    await memory.consolidate(summing);
    expect(await memory.forget(first!)).toEqual({ forgotten: 2 });
    expect(JSON.stringify(await memory.export({ all: true }))).not.toContain("usually");
  });

  it("drops patterns that fewer than two memories show", async () => {
    const { memory } = open({ llm: llmOf(pattern("Anna is rich", ["0", "7", "x"])) });
    await store(memory, DRINKS);
    const { results, trace } = await memory.consolidate({ ...summing, trace: true });
    expect(results).toEqual([]);
    expect(trace!.find(({ stage }) => stage === "resolve")).toMatchObject({
      dropped: [
        "An id is not in the list",
        "An id is not in the list",
        "A pattern is shown by fewer than two memories",
      ],
    });
  });
});

describe("what consolidate takes", () => {
  it("refuses bad options, and says what to do", async () => {
    const { memory } = open();
    const bad = [{}, { ...ALICE, filters: { a: 1 } }, { ...ALICE, maxDestructive: -1 }, { ...ALICE, dryRun: 1 }];
    for (const options of [...bad, { ...ALICE, summarize: true }]) {
      await expect(memory.consolidate(options as never)).rejects.toBeInstanceOf(InvalidInputError);
    }
    expect(() => open({ consolidate: { afterAdds: 0 } })).toThrow("afterAdds");
  });
});

describe("consolidation in the background", () => {
  it("runs by itself after so many adds of a scope, also over sessions, and tells who watches", async () => {
    freshDatabase();
    const options = { storage: "indexeddb", consolidate: { afterAdds: 3 } } as const;
    const { memory: before } = open(options);
    await store(before, ["User likes tea", "User likes tea"]);
    await store(before, ["User likes tea"], { runId: "r1" });
    await before.close();

    const { memory } = open(options);
    const events = memory.watch();
    expect((await memory.getAll(ALICE)).results).toHaveLength(3);
    await store(memory, ["User likes tea"]);
    for await (const event of events) {
      if (event.type !== "consolidation" || event.state !== "finished") continue;
      expect(event).toMatchObject({ scope: ALICE, changes: 3 });
      break;
    }
    expect((await memory.getAll(ALICE)).results).toHaveLength(2);
  });

  it("one that may do too little does not run at every add: it waits for as many again", async () => {
    const llm = scriptedLLM(mergeAbout("tea", "User likes green and black tea"));
    const { memory } = open({ llm, consolidate: { afterAdds: 3, maxDestructive: 1, summarize: false } });
    const events = memory.watch();
    const states: string[] = [];
    const watching = (async () => {
      for await (const event of events) if (event.type === "consolidation") states.push(event.state);
    })();
    await store(memory, ["User likes green tea", "User likes black tea", "Eve paints", "Ann is tall", "Bob runs"]);
    await expect.poll(() => states).toEqual(["started", "finished"]);
    await store(memory, ["It rains"]);
    await expect.poll(() => states).toHaveLength(4);
    expect(llm.calls).toHaveLength(2);
    expect(await memory.consolidate({ ...ALICE, summarize: false })).toMatchObject({ results: { length: 2 } });
    await memory.close();
    await watching;
  });

  it("tells of a failure and lets a model that fails rest", async () => {
    const llm = scriptedLLM(() => new Error("offline"));
    const { memory } = open({ llm, consolidate: { afterAdds: 2 } });
    const events = memory.watch();
    await store(memory, ["User likes green tea", "User likes green tea a lot"]);
    for await (const event of events) {
      if (event.type !== "consolidation" || event.state !== "failed") continue;
      expect(event.error.code).toBe("llm_failed");
      break;
    }
    await store(memory, ["User likes gin", "User likes rum"]);
    expect(llm.calls).toHaveLength(1);
  });

  it("adds that come meanwhile wait for their turn, and close() does not wait for the model", async () => {
    let answer = (_reply: string): void => undefined;
    const { memory } = open({ llm: () => new Promise((resolve) => (answer = resolve)) });
    await store(memory, ["User likes green tea", "User likes green tea a lot"]);
    const tidying = memory.consolidate(ALICE);
    const adding = memory.add("User plays chess", { ...ALICE, infer: false });
    await expect.poll(async () => (await memory.pending()).length).toBe(1);
    answer('{"groups":[]}');
    await tidying;
    expect((await adding).results).toHaveLength(1);
    await store(memory, ["User likes green tea so much"]);
    const last = memory.consolidate(ALICE).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await memory.close();
    expect(await last).toMatchObject({ code: "closed" });
  });
});

/** What an add says beside the words of a memory: how long it holds, and what the app keeps on it. */
import "fake-indexeddb/auto";
import { decisions, facts, fakeRuntime, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

describe("the same statement again", () => {
  it("without a date holds from now on without an end", async () => {
    const runtime = fakeRuntime({ now: "2026-01-01T10:00:00Z" });
    const memory = openMemory({ runtime });
    const { results } = await memory.add("I live in Berlin", { ...ALICE, expirationDate: "2026-01-05" });
    const again = await memory.add("I live in Berlin.", ALICE);
    expect(again.results).toMatchObject([{ event: "UPDATE", id: results[0]!.id, memory: "User lives in Berlin" }]);
    runtime.advance(10 * 86_400_000);
    expect(texts(await memory.getAll(ALICE))).toEqual(["User lives in Berlin"]);
    await memory.undo(again.opId);
    expect((await memory.getAll(ALICE)).results).toEqual([]);
  });

  it("takes on the metadata, the date and the protection of the add, and says so; what is as it was is NONE", async () => {
    const memory = openMemory();
    await memory.add("I love tea.", { ...ALICE, metadata: { from: "chat" } });
    const options = { ...ALICE, immutable: true, metadata: { page: 7 }, expirationDate: "2099-01-01" };
    const { results } = await memory.add("I love tea!", options);
    expect(results).toMatchObject([{ event: "UPDATE", previousMemory: "User loves tea", metadata: { page: 7 } }]);
    const [item] = (await memory.getAll(ALICE)).results;
    expect(item).toMatchObject({ immutable: true, metadata: { from: "chat", page: 7 }, expirationDate: "2099-01-01" });
    for (const again of [options, ALICE]) {
      expect((await memory.add("I love tea", again)).results).toMatchObject([{ event: "NONE" }]);
    }
    expect((await memory.getAll(ALICE)).results).toEqual([item]);
  });

  it("in an older chat, or pasted by the app, changes nothing", async () => {
    const memory = openMemory();
    await memory.add("I love tea.", { ...ALICE, expirationDate: "2099-01-01" });
    const old = await memory.add("I love tea.", { ...ALICE, timestamp: "2020-01-01" });
    expect(old.results).toMatchObject([{ event: "NONE" }]);
    await memory.search("tea", ALICE);
    const pasted = await memory.add("User loves tea", { ...ALICE, metadata: { page: 7 } });
    expect(pasted.results).toMatchObject([{ event: "NONE" }]);
    expect((await memory.getAll(ALICE)).results).toMatchObject([{ expirationDate: "2099-01-01", metadata: {} }]);
  });

  it("word for word with dedupe takes them on, too", async () => {
    const memory = openMemory();
    const options = { ...ALICE, infer: false, dedupe: true };
    await memory.add("Ship on Friday.", options);
    const { results } = await memory.add("Ship on Friday.", { ...options, metadata: { kind: "note" } });
    expect(results).toMatchObject([{ event: "UPDATE", metadata: { kind: "note" } }]);
    expect((await memory.getAll(ALICE)).results).toHaveLength(1);
  });
});

describe("an edit of what is kept beside the words makes them no newer", () => {
  it("so an add that waited for its LLM still supersedes them", async () => {
    let away = false;
    const hamburg = { decisions: [{ fact: 0, event: "UPDATE", id: "0", reason: "moved" }] };
    const llm = scriptedLLM(({ purpose, messages }) => {
      if (away) return new Error("away");
      if (purpose === "resolve") return hamburg;
      return facts(JSON.stringify(messages).includes("I moved") ? "User lives in Hamburg" : "User lives in Berlin");
    });
    const memory = openMemory({ llm });
    const { results } = await memory.add("I live in Berlin.", ALICE);
    away = true;
    await expect(memory.add("I moved to Hamburg.", ALICE)).rejects.toThrow("away");
    await memory.update(results[0]!.id!, { metadata: { pinned: true } });
    away = false;
    await memory.flush();
    expect((await memory.getAll(ALICE)).results).toMatchObject([
      { memory: "User lives in Hamburg", metadata: { pinned: true } },
    ]);
  });

  it("so a chat that is imported in its order does, too", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I live in Berlin.", { ...ALICE, timestamp: "2024-01-01" });
    await memory.update(results[0]!.id!, { metadata: { pinned: true }, expirationDate: "2099-01-01" });
    await memory.add("I moved to Hamburg.", { ...ALICE, timestamp: "2024-06-01" });
    expect(texts(await memory.getAll(ALICE))).toEqual(["User moved to Hamburg"]);
  });
});

describe("the same statement again, and a change of it in the same add", () => {
  const PAGE = { ...ALICE, metadata: { page: 7 } };

  it.each([
    ["I live in Berlin. I moved to Hamburg.", ["User moved to Hamburg"]],
    ["I moved to Hamburg. I live in Berlin.", ["User moved to Hamburg"]],
  ])("by the rules: %s", async (said, known) => {
    const memory = openMemory();
    await memory.add("I live in Berlin.", ALICE);
    const { results } = await memory.add(said, PAGE);
    const none = results.find(({ event }) => event === "NONE")!;
    expect(none).toMatchObject({ memory: "User lives in Berlin" });
    expect(none.reason).toContain("the same add changes that memory");
    expect(results.filter(({ event }) => event === "UPDATE")).toHaveLength(1);
    expect((await memory.getAll(ALICE)).results).toMatchObject([{ metadata: { page: 7 } }]);
    expect(texts(await memory.getAll(ALICE))).toEqual(known);
  });

  it.each(["UPDATE", "DELETE"] as const)(
    "by a model's %s, in either order, and where it says it in other words",
    async (event) => {
      const berlin = "User lives in Berlin";
      for (const found of [
        [berlin, "User lives in Hamburg"],
        ["User lives in Hamburg", berlin],
        ["User's home is Berlin", "User lives in Hamburg"],
      ]) {
        const changed = found.filter((text) => text !== berlin).indexOf("User lives in Hamburg");
        const rest = changed === 0 ? [] : [{ fact: 0, event: "ADD" as const, text: berlin }];
        const llm = scriptedLLM([
          facts(berlin),
          facts(...found),
          decisions(
            ...rest,
            { fact: changed, event, id: "0" },
            ...(event === "DELETE" ? [{ fact: changed, event: "ADD" as const }] : []),
          ),
        ]);
        const memory = openMemory({ llm });
        const scope = { userId: found.join().replaceAll(/\W/g, "") };
        await memory.add("I live in Berlin.", scope);
        const { results } = await memory.add("I live in Berlin. I moved to Hamburg.", {
          ...scope,
          metadata: { page: 7 },
        });
        expect(results.map((item) => item.event)).toContain(event);
        expect((await memory.getAll(scope)).results).toMatchObject([
          { memory: "User lives in Hamburg", metadata: { page: 7 } },
        ]);
      }
    },
  );
});

describe("what is kept beside the words, and an add that was accepted before it was set", () => {
  const EDIT = { metadata: { tag: "app" }, expirationDate: "2099-01-01" };

  /** An add whose LLM is away until its op is flushed. */
  async function waiting(said: string) {
    let away = false;
    const llm = scriptedLLM(({ purpose, messages }) => {
      if (away) return new Error("away");
      if (purpose === "resolve") return decisions({ fact: 0, event: "UPDATE", id: "0" });
      return facts(JSON.stringify(messages).includes("I moved") ? "User lives in Hamburg" : "User lives in Berlin");
    });
    const memory = openMemory({ llm });
    const { results } = await memory.add("I live in Berlin.", ALICE);
    away = true;
    await expect(memory.add(said, { ...ALICE, metadata: { tag: "old" } })).rejects.toThrow("away");
    return { memory, id: results[0]!.id!, back: () => (away = false) };
  }

  it.each(["I live in Berlin!", "I moved to Hamburg."])("by the app: it stays as the app set it (%s)", async (said) => {
    const { memory, id, back } = await waiting(said);
    const edited = await memory.update(id, EDIT);
    back();
    await memory.flush();
    const { results } = await memory.getAll(ALICE);
    expect(results).toMatchObject([{ id, ...EDIT }]);
    expect(Object.keys(results[0]!)).toEqual(expect.arrayContaining(Object.keys(edited)));
    expect(results[0]).not.toHaveProperty("keptOrder");
    const other = openMemory({ name: "other" });
    const file = await memory.export(ALICE);
    await other.import(file);
    expect(await other.export(ALICE)).toEqual(file);
    await other.add("I like tea.", { ...ALICE, metadata: { tag: "new" } });
    const again = await other.add(results[0]!.memory.replace("User lives", "I live"), {
      ...ALICE,
      metadata: { tag: "new" },
    });
    expect(again.results).toMatchObject([{ event: "UPDATE", metadata: { tag: "new" } }]);
  });

  it("by a later add that said the same: it stays as that said, until an undo takes that back", async () => {
    const { memory, id, back } = await waiting("I moved to Hamburg.");
    back();
    const { opId } = await memory.add("I live in Berlin!", { ...ALICE, metadata: { tag: "later" } });
    expect((await memory.get(id))!.metadata).toEqual({ tag: "later" });
    await memory.undo(opId);
    await memory.flush();
    expect(await memory.get(id)).toMatchObject({ memory: "User lives in Hamburg", metadata: { tag: "old" } });
  });

  it("while it is at work: it stays as the app set it, too", async () => {
    const replies: ((text: string) => void)[] = [];
    const memory = openMemory({ llm: () => new Promise<string>((resolve) => replies.push(resolve)) });
    const add = async (options: object, meanwhile: () => Promise<unknown>) => {
      const before = replies.length;
      const adding = memory.add("I live in Berlin.", { ...ALICE, ...options });
      await expect.poll(() => replies).toHaveLength(before + 1);
      await meanwhile();
      replies.at(-1)!(JSON.stringify(facts("User lives in Berlin")));
      return (await adding).results;
    };
    const [added] = await add({}, async () => undefined);
    const results = await add({ metadata: { tag: "old" } }, () => memory.update(added!.id!, EDIT));
    expect(results).toMatchObject([{ event: "NONE" }]);
    expect(await memory.get(added!.id!)).toMatchObject(EDIT);
  });
});

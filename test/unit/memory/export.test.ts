import "fake-indexeddb/auto";
import { InvalidInputError, type KeepsakeExport, type Memory } from "keepsake";
import { fakeRuntime } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, MOVIE_MESSAGES, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

/** Adds, supersedes, updates, deletes, undoes, relations, two users. */
async function openLived(): Promise<Memory> {
  const runtime = fakeRuntime();
  const memory = openMemory({ runtime, name: "lived" });
  await memory.add(MOVIE_MESSAGES, { ...ALICE, metadata: { kind: "movies" } });
  await memory.add("I live in Berlin. I work at Acme.", { ...ALICE, graph: true });
  runtime.advance(60_000);
  const { opId } = await memory.add("We moved to Hamburg. I work at Globex now.", { ...ALICE, graph: true });
  await memory.add("I like tea", { userId: "bob", runId: "r1" });
  const { results } = await memory.getAll(ALICE);
  runtime.advance(60_000);
  await memory.update(results[0]!.id, { expirationDate: "2099-01-01", immutable: true });
  await memory.feedback(results[1]!.id, { rating: "POSITIVE" });
  await memory.delete(results.at(-1)!.id);
  const { results: undone } = await memory.add("I own a boat", ALICE);
  await memory.undo((await memory.history(undone[0]!.id!))[0]!.opId);
  expect(opId).toBeTruthy();
  return memory;
}

async function exportAll(memory: Memory): Promise<string> {
  return JSON.stringify(await memory.export({ all: true }));
}

describe("export", () => {
  it("holds memories, history, messages and relations, and no vectors", async () => {
    const memory = await openLived();
    const file = await memory.export({ all: true });
    expect(file).toMatchObject({ format: "keepsake", version: 1 });
    expect(file.scopes).toEqual([ALICE, { userId: "bob", runId: "r1" }]);
    expect(file.memories.some((record) => record.deletedAt !== undefined)).toBe(true);
    expect(file.history.length).toBeGreaterThan(file.memories.length);
    expect(file.messages.map((message) => message.content)).toContain("I live in Berlin. I work at Acme.");
    expect(file.relations.map((relation) => relation.predicate)).toContain("works_at");
    expect(file.entities.length).toBeGreaterThan(0);
    expect(file).not.toHaveProperty("vectors");
    expect(JSON.parse(JSON.stringify(file))).toEqual(file);
  });

  it("of a scope holds nothing of another (INV-8)", async () => {
    const memory = await openLived();
    const text = JSON.stringify(await memory.export({ userId: "bob" }));
    expect(text).toContain("User likes tea");
    expect(text).not.toMatch(/alice|Hamburg|Globex|movie/);
  });

  it("is the same however often it is made", async () => {
    const memory = await openLived();
    expect(await exportAll(memory)).toBe(await exportAll(memory));
  });

  it("refuses without a scope, and with a scope and all", async () => {
    const memory = openMemory();
    await expect(memory.export({})).rejects.toBeInstanceOf(InvalidInputError);
    await expect(memory.export(undefined as never)).rejects.toBeInstanceOf(InvalidInputError);
    await expect(memory.export({ ...ALICE, all: true })).rejects.toBeInstanceOf(InvalidInputError);
    await expect(memory.export({ ...ALICE, filters: { kind: "x" } })).rejects.toThrow(/filter/);
  });

  it("leaves out what still waits", async () => {
    const memory = openMemory({ llm: () => Promise.reject(new Error("away")) });
    await expect(memory.add("I like tea", ALICE)).rejects.toThrow();
    const file = await memory.export({ all: true });
    expect([file.ops, file.messages, file.memories]).toEqual([[], [], []]);
  });
});

describe("import of an export", () => {
  it("into an empty database gives the same export, and the same reads", async () => {
    const lived = await openLived();
    const text = await exportAll(lived);
    const copy = openMemory({ name: "copy" });
    const { results } = await lived.getAll(ALICE);
    expect(await copy.import(text)).toEqual({ added: JSON.parse(text).memories.length, updated: 0, skipped: 0 });
    expect(await exportAll(copy)).toBe(text);
    expect(await copy.getAll(ALICE)).toEqual(await lived.getAll(ALICE));
    expect((await copy.search("movies", ALICE)).results).toEqual((await lived.search("movies", ALICE)).results);
    expect(await copy.graph(ALICE)).toEqual(await lived.graph(ALICE));
    expect(await copy.history(results[0]!.id)).toEqual(await lived.history(results[0]!.id));
  });

  it("again changes nothing", async () => {
    const text = await exportAll(await openLived());
    const copy = openMemory({ name: "copy" });
    const { added } = await copy.import(text);
    const seq = (await copy.info()).seq;
    expect(await copy.import(JSON.parse(text))).toEqual({ added: 0, updated: 0, skipped: added });
    expect((await copy.info()).seq).toBe(seq);
    expect(await exportAll(copy)).toBe(text);
  });

  it("beside other memories leaves those alone", async () => {
    const text = await exportAll(await openLived());
    const other = openMemory({ name: "other" });
    await other.add("I play the harp", ALICE);
    const before = (await other.getAll(ALICE)).results[0];
    await other.import(text);
    const { results } = await other.getAll(ALICE);
    expect(results).toContainEqual(before);
    expect(results.length).toBeGreaterThan(3);
    await other.add("I like cheese", ALICE);
    expect(texts(await other.getAll(ALICE))[0]).toBe("User likes cheese");
  });

  it("the higher revision wins, here or there", async () => {
    const here = openMemory({ name: "here" });
    const { results } = await here.add("I like tea", ALICE);
    const id = results[0]!.id!;
    const old = await exportAll(here);
    await here.update(id, "User likes rum");
    const young = await exportAll(here);

    const there = openMemory({ name: "there" });
    await there.import(old);
    expect(await there.import(young)).toEqual({ added: 0, updated: 1, skipped: 0 });
    expect((await there.get(id))?.memory).toBe("User likes rum");
    expect(texts(await there.search("rum", ALICE))).toEqual(["User likes rum"]);
    expect(await there.history(id)).toEqual(await here.history(id));
    expect(await there.import(old)).toEqual({ added: 0, updated: 0, skipped: 1 });
    expect((await there.get(id))?.memory).toBe("User likes rum");
  });

  it("INV-8: a file cannot reach into a memory of another scope", async () => {
    const here = openMemory({ name: "here" });
    const { results } = await here.add("I like tea", ALICE);
    const text = (await exportAll(here)).replaceAll('"alice"', '"mallory"').replaceAll('"rev":1', '"rev":9');
    expect(await here.import(text)).toMatchObject({ added: 0, updated: 0, skipped: 1 });
    expect(await here.get(results[0]!.id!)).toMatchObject({ memory: "User likes tea", userId: "alice" });
    expect((await here.getAll({ userId: "mallory" })).results).toEqual([]);
  });

  it("what was imported can be undone, and its ops are known (INV-3)", async () => {
    const here = openMemory({ name: "here" });
    const first = await here.add("I like tea", { ...ALICE, opId: "once" });
    const there = openMemory({ name: "there" });
    await there.import(await exportAll(here));
    expect(await there.add("I like tea", { ...ALICE, opId: "once" })).toEqual(first);
    await there.undo("once");
    expect((await there.getAll(ALICE)).results).toEqual([]);
  });

  it("takes vectors that come with it, and makes the others", async () => {
    const lived = await openLived();
    const file = await lived.export({ all: true, vectors: true });
    expect(file.vectors!.length).toBeGreaterThan(3);
    const copy = openMemory({ name: "copy" });
    await copy.import(JSON.stringify(file));
    expect(await copy.export({ all: true, vectors: true })).toEqual(file);
    const broken = { ...file, vectors: [{ ...file.vectors![0]!, vector: "AAAA" }] };
    await expect(openMemory({ name: "x" }).import(broken)).rejects.toThrow(/vectors\[0\]\.vector/);
  });

  it("writes long files in parts, and goes on after an abort", async () => {
    const long = openMemory({ name: "long" });
    const notes = Array.from({ length: 350 }, (_, i) => ({ role: "user" as const, content: `note ${i}` }));
    await long.add(notes, { ...ALICE, infer: false });
    const text = await exportAll(long);
    const copy = openMemory({ name: "copy" });
    const reason = new Error("enough");
    await expect(copy.import(text, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const watching = (async () => {
      for await (const event of copy.watch()) if (event.type === "committed") return controller.abort(reason);
    })();
    await expect(copy.import(text, { signal: controller.signal })).rejects.toBe(reason);
    await watching;
    expect((await copy.info()).memories).toBeLessThan(350);
    await copy.import(text);
    expect((await exportAll(copy)) === text).toBe(true);
  });

  it("what is said between two parts comes behind the file, and both keep their messages", async () => {
    const long = openMemory({ name: "long" });
    for (let part = 0; part < 3; part++) {
      const notes = Array.from({ length: 60 }, (_, i) => ({ role: "user" as const, content: `note ${part} ${i}` }));
      await long.add(notes, { ...ALICE, infer: false });
    }
    const text = await exportAll(long);
    const copy = openMemory({ name: "copy" });
    const saying = (async () => {
      for await (const event of copy.watch()) {
        if (event.type === "committed") return copy.add("I like tea", ALICE);
      }
      throw new Error("nothing was committed");
    })();
    await copy.import(text);
    await saying;
    const { messages } = await copy.export({ all: true });
    expect(messages.length).toBe(181);
  });

  it("of a relation that is known takes in what it was spared there and how it ended, and keeps what is known here", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin.", { ...ALICE, graph: true });
    const file = await memory.export(ALICE);
    const relationIs = async (more: object): Promise<unknown> => {
      await memory.import({ ...file, relations: file.relations.map((relation) => ({ ...relation, ...more })) });
      return (await memory.export(ALICE)).relations[0];
    };
    expect(await relationIs({ spared: ["op-1"] })).toMatchObject({ to: null, spared: ["op-1"] });
    const end = { to: "2030-01-01T00:00:00.000Z", closedBy: "op-2" };
    expect(await relationIs({ ...end, spared: ["op-3"] })).toMatchObject({ ...end, spared: ["op-1", "op-3"] });
    expect(await relationIs({ spared: ["op-4"] })).toMatchObject({ ...end, spared: ["op-1", "op-3", "op-4"] });
    expect(await relationIs({})).toMatchObject({ ...end, spared: ["op-1", "op-3", "op-4"] });
  });
});

describe("import refuses, and names the place", () => {
  const bad: [string, (file: KeepsakeExport) => unknown, RegExp][] = [
    ["another format", () => ({ format: "sqlite" }), /neither an export of keepsake nor/],
    ["no JSON", () => "{", /not JSON/],
    ["nothing", () => null, /neither/],
    ["a newer version", (file) => ({ ...file, version: 2 }), /newer version of the library: update/],
    ["no version", without("version"), /version is missing/],
    ["a missing list", without("history"), /history is missing/],
    ["an unknown field", (file) => ({ ...file, extra: 1 }), /extra is not known/],
    [
      "a wrong type",
      edited((file) => (file.memories[1]!.memory = 5 as never)),
      /memories\[1\]\.memory must be a string/,
    ],
    ["no scope", edited((file) => (file.memories[0]!.scope = {})), /memories\[0\]\.scope needs/],
    ["a bad id", edited((file) => (file.memories[0]!.scope = { userId: "a b" })), /scope\.userId/],
    ["a bad date", edited((file) => (file.history[0]!.at = "then")), /history\[0\]\.at must be an ISO/],
    ["a bad event", edited((file) => (file.history[0]!.event = "NOOP" as never)), /history\[0\]\.event/],
    ["an id twice", edited((file) => file.memories.push(file.memories[0]!)), /\.id is there twice/],
    ["a message of no op", edited((file) => (file.messages[0]!.opId = "x")), /messages\[0\]\.opId/],
    ["a history of nobody", edited((file) => (file.history[0]!.after.id = "x")), /history\[0\]\.after\.id/],
    ["revisions that fall", edited((file) => file.history.push(file.history[0]!)), /after\.rev must be higher/],
    [
      "a memory that its history does not end with",
      edited((file) => (file.memories[0]!.memory = "User is king")),
      /memories\[0\] is not what its history ends with/,
    ],
  ];
  for (const [what, make, message] of bad) {
    it(`${what}; nothing is imported`, async () => {
      const file = await (await openLived()).export({ all: true });
      const memory = openMemory({ name: "target" });
      const importing = memory.import(make(structuredClone(file)));
      await expect(importing).rejects.toBeInstanceOf(InvalidInputError);
      await expect(importing).rejects.toThrow(message);
      expect(await memory.info()).toMatchObject({ memories: 0, seq: 0 });
    });
  }

  it("a memory without a history gets a beginning", async () => {
    const { history: _, ...file } = await (await openLived()).export({ all: true });
    const memory = openMemory({ name: "target" });
    await memory.import({ ...file, history: [] });
    expect(texts(await memory.getAll(ALICE)).length).toBeGreaterThan(2);
    const [first] = await memory.history(file.memories[0]!.id);
    expect(first?.reason).toBe("app: imported");
  });
});

function without(key: string): (file: KeepsakeExport) => unknown {
  return (file) => Object.fromEntries(Object.entries(file).filter(([name]) => name !== key));
}

function edited(change: (file: KeepsakeExport) => unknown): (file: KeepsakeExport) => unknown {
  return (file) => {
    change(file);
    return file;
  };
}

describe("import of what mem0 gave", () => {
  const platform = {
    results: [
      {
        id: "f38b689d-6b24-45b7-bced-17fbb4d8bac7",
        memory: "Likes to play cricket on weekends",
        user_id: "alice",
        agent_id: null,
        app_id: null,
        run_id: null,
        hash: "62bc074f56d1f909f1b4c2b639f56f6a",
        metadata: { season: "summer", user_id: "mallory" },
        categories: ["hobbies", "sports"],
        immutable: true,
        expiration_date: "2099-12-31",
        created_at: "2024-07-26T23:29:36.814546-07:00",
        updated_at: "2024-07-27T10:00:00.000000-07:00",
      },
      {
        id: "0a14d8f0-e364-4f5c-b305-10da1f0d0878",
        memory: "Is vegetarian",
        user_id: "alice",
        metadata: null,
        categories: null,
        created_at: "2024-01-01T00:00:00Z",
        updated_at: "2024-01-01T00:00:00Z",
      },
    ],
  };

  it("Platform: texts, scope, metadata, topics, lifecycle and dates, oldest first", async () => {
    const memory = openMemory();
    expect(await memory.import(platform)).toEqual({ added: 2, updated: 0, skipped: 0, opId: expect.any(String) });
    const { results } = await memory.getAll(ALICE);
    expect(results).toEqual([
      {
        id: "f38b689d-6b24-45b7-bced-17fbb4d8bac7",
        memory: "Likes to play cricket on weekends",
        userId: "alice",
        metadata: { season: "summer" },
        categories: ["hobbies", "sports"],
        immutable: true,
        expirationDate: "2099-12-31",
        createdAt: "2024-07-27T06:29:36.814Z",
        updatedAt: "2024-07-27T17:00:00.000Z",
      },
      expect.objectContaining({ memory: "Is vegetarian", metadata: {}, createdAt: "2024-01-01T00:00:00.000Z" }),
    ]);
    expect(texts(await memory.search("cricket", ALICE))[0]).toBe("Likes to play cricket on weekends");
    expect(texts(await memory.getAll({ ...ALICE, at: "2024-03-01" }))).toEqual(["Is vegetarian"]);
  });

  it("the bare list is the same, twice is once, and a newer row updates", async () => {
    const memory = openMemory();
    await memory.import(platform);
    expect(await memory.import(platform.results)).toEqual({ added: 0, updated: 0, skipped: 2 });
    const newer = [{ ...platform.results[1]!, memory: "Is vegan", updated_at: "2025-01-01T00:00:00Z" }];
    expect(await memory.import(newer)).toMatchObject({ added: 0, updated: 1, skipped: 0 });
    expect(texts(await memory.search("vegan", ALICE))).toContain("Is vegan");
    expect((await memory.history(newer[0]!.id)).map((h) => h.event)).toEqual(["UPDATE", "ADD"]);
  });

  it("Open Source: rows with a payload, in either spelling; what is not mem0's is metadata", async () => {
    const memory = openMemory();
    const rows = [
      {
        id: "a",
        payload: {
          data: "Likes tea",
          hash: "h",
          user_id: "alice",
          created_at: "2024-02-01T00:00:00+00:00",
          mood: "good",
        },
      },
      {
        id: "b",
        payload: { data: "Likes rum", userId: "alice", createdAt: "2024-01-01T00:00:00.000Z", role: "assistant" },
      },
      { id: "c", memory: "Likes gin", userId: "alice", metadata: { mood: "bad" }, createdAt: "2024-03-01T00:00:00Z" },
    ];
    expect(await memory.import(rows)).toEqual({ added: 3, updated: 0, skipped: 0, opId: expect.any(String) });
    expect((await memory.getAll(ALICE)).results).toMatchObject([
      { id: "c", memory: "Likes gin", metadata: { mood: "bad" } },
      { id: "a", memory: "Likes tea", metadata: { mood: "good" } },
      { id: "b", memory: "Likes rum", metadata: {}, attributedTo: "assistant" },
    ]);
    expect(await memory.import(rows)).toEqual({ added: 0, updated: 0, skipped: 3 });
  });

  it("each import is an op of its own: undo takes back that one and no other", async () => {
    const memory = openMemory();
    const row = (id: string, user: string) => ({
      id,
      memory: `Likes ${id}`,
      user_id: user,
      updated_at: "2024-01-01T00:00:00Z",
    });
    const first = await memory.import([row("tea", "alice"), row("rum", "bob")]);
    const second = await memory.import([row("gin", "alice"), row("tea", "alice")]);
    expect(second).toMatchObject({ added: 1, skipped: 1 });
    expect((await memory.history("gin"))[0]?.opId).toBe(second.opId);
    await memory.undo(second.opId!);
    expect(texts(await memory.getAll(ALICE))).toEqual(["Likes tea"]);
    expect(texts(await memory.getAll({ userId: "bob" }))).toEqual(["Likes rum"]);
    await memory.undo(first.opId!);
    expect(texts(await memory.getAll({ filters: { OR: [{ user_id: "alice" }, { user_id: "bob" }] } }))).toEqual([]);
  });

  it("Platform's list: session_id is the run", async () => {
    const memory = openMemory();
    await memory.import([
      { id: "a", memory: "Likes tea", user_id: "alice", session_id: "r1" },
      { id: "b", memory: "Likes rum", session_id: "r2" },
      { id: "c", payload: { data: "Likes gin", user_id: "alice", session_id: "r3" } },
    ]);
    expect(await memory.get("a")).toMatchObject({ userId: "alice", runId: "r1" });
    expect(await memory.get("b")).toMatchObject({ runId: "r2" });
    expect(await memory.get("c")).toMatchObject({ userId: "alice", runId: "r3", metadata: {} });
  });

  it("Open Source in TypeScript: what expired there is not visible here", async () => {
    const memory = openMemory();
    await memory.import([
      { id: "a", memory: "Likes tea", user_id: "alice", metadata: { mood: "good", expiration_date: "2020-01-01" } },
      { id: "b", memory: "Likes rum", user_id: "alice", metadata: { expiration_date: "soon" } },
    ]);
    expect(texts(await memory.getAll(ALICE))).toEqual(["Likes rum"]);
    expect(await memory.get("a")).toMatchObject({ expirationDate: "2020-01-01", metadata: { mood: "good" } });
    expect(await memory.get("b")).toMatchObject({ metadata: { expiration_date: "soon" } });
  });

  it("ids that are numbers count as their digits", async () => {
    const memory = openMemory();
    await memory.import([{ id: 7, memory: "Likes tea", user_id: 42 }]);
    expect(await memory.get("7")).toMatchObject({ userId: "42" });
  });

  it("tells what the file has beside memories", async () => {
    const relations = [{ source: "alice", relationship: "likes", destination: "tea" }];
    const { leftOut } = await openMemory().import({ ...platform, relations });
    expect(leftOut).toEqual(["relations (1): they do not say which memory they came with"]);
  });

  const bad: [string, unknown, RegExp][] = [
    ["without an owner", [{ id: "a", memory: "x" }], /\[0\] has no user_id/],
    ["without a text", [{ id: "a", user_id: "alice" }], /\[0\] has no memory/],
    ["without an id", [{ memory: "x", user_id: "alice" }], /\[0\]\.id/],
    ["with a date that is none", [{ id: "a", memory: "x", user_id: "alice", created_at: "then" }], /\[0\]\.created_at/],
    [
      "with an owner of two words",
      [{ id: "a", memory: "x", user_id: "al ice" }],
      /\[0\]\.user_id has white space, .* replace/,
    ],
    [
      "with a day that does not exist",
      [{ id: "a", memory: "x", user_id: "alice", created_at: "2024-02-30" }],
      /created_at/,
    ],
    ["that is no object", ["x"], /\[0\] must be an object/],
  ];
  for (const [what, rows, message] of bad) {
    it(`refuses a row ${what}`, async () => {
      const memory = openMemory();
      await expect(memory.import(rows)).rejects.toThrow(message);
      expect((await memory.info()).memories).toBe(0);
    });
  }
});

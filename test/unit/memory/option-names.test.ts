import "fake-indexeddb/auto";
import { InvalidInputError, Memory, type MemoryOptions, type MessageInput } from "keepsake";
import { openInlineEngine } from "keepsake/engine";
import { beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, openMemory, texts } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };

/** The options are of no type here: they are what plain JavaScript may hand in. */
type Call = (memory: Memory, options: never) => Promise<unknown>;
const CALLS: Record<string, Call> = {
  add: (memory, options) => memory.add("I like tea", options),
  search: (memory, options) => memory.search("tea", options),
  getAll: (memory, options) => memory.getAll(options),
  graph: (memory, options) => memory.graph(options),
  consolidate: (memory, options) => memory.consolidate(options),
  deleteAll: (memory, options) => memory.deleteAll(options),
  forget: (memory, options) => memory.forget(options),
  export: (memory, options) => memory.export(options),
};
const PLAIN_ONLY = Object.keys(CALLS).filter((name) => name !== "search" && name !== "getAll");

function refused(call: string, options: unknown): Promise<string> {
  return CALLS[call]!(openMemory(), options as never).then(
    () => "accepted",
    (error: unknown) => {
      expect(error).toBeInstanceOf(InvalidInputError);
      return (error as Error).message;
    },
  );
}

describe("an option that is not known", () => {
  it.each([
    ["search", { topk: 3 }, 'keepsake: search has no option "topk". Did you mean topK?'],
    ["search", { treshold: 0.5 }, 'keepsake: search has no option "treshold". Did you mean threshold?'],
    ["search", { filter: { mood: "good" } }, 'keepsake: search has no option "filter". Did you mean filters?'],
    ["search", { show_expired: true }, 'keepsake: search has no option "show_expired". Did you mean showExpired?'],
    ["getAll", { pagesize: 3 }, 'keepsake: getAll has no option "pagesize". Did you mean pageSize?'],
    ["add", { metdata: {} }, 'keepsake: add has no option "metdata". Did you mean metadata?'],
    ["graph", { entitiy: "Anna" }, 'keepsake: graph has no option "entitiy". Did you mean entity?'],
    ["consolidate", { dryrun: true }, 'keepsake: consolidate has no option "dryrun". Did you mean dryRun?'],
    ["deleteAll", { filter: {} }, 'keepsake: deleteAll has no option "filter". Did you mean filters?'],
    ["export", { vector: true }, 'keepsake: export has no option "vector". Did you mean vectors?'],
  ])("of %s %j is named, with the nearest that is", async (call, options, message) => {
    expect(await refused(call, { ...ALICE, ...options })).toBe(message);
  });

  it("is refused by an export of everything, too", async () => {
    expect(await refused("export", { all: true, vector: true })).toContain("Did you mean vectors?");
  });

  it("that is near to none gets the known ones, in our spelling", async () => {
    expect(await refused("forget", { ...ALICE, recursively: true })).toBe(
      'keepsake: forget has no option "recursively". Known: userId, agentId, appId, runId, filters, signal.',
    );
  });

  it("that other APIs have, or ours in their spelling, is in no list of the known ones, and none is in it twice", async () => {
    const message = await refused("add", { ...ALICE, recursively: true });
    const [, known = ""] = message.split("Known: ");
    const names = known.slice(0, -1).split(", ");
    expect(names).toEqual([...new Set(names)]);
    expect(names).toContain("metadata");
    for (const name of ["limit", "enableGraph", "version", "asyncMode", "user_id"]) expect(names).not.toContain(name);
  });

  it("of a search is none of an add: topK and its other names", async () => {
    for (const name of ["limit", "top_k", "topK"]) {
      expect(await refused("add", { ...ALICE, [name]: 3 })).toContain(`add has no option "${name}".`);
    }
  });

  it.each(["org_id", "orgId", "project_id", "projectId"])(
    "and names an organization or a project, %s, says so",
    async (name) => {
      for (const call of Object.keys(CALLS)) {
        const what = "There are no organizations or projects here; leave it out.";
        expect(await refused(call, { ...ALICE, [name]: "x" })).toBe(
          `keepsake: ${call} has no option "${name}". ${what}`,
        );
      }
    },
  );

  it.each([{ ...ALICE }, { userId: undefined }, { scope: ALICE }])("reset with %j deletes nothing", async (options) => {
    const memory = openMemory();
    await memory.add("I like tea", { userId: "bob", infer: false });
    await expect(memory.reset(options as never)).rejects.toThrow(
      "keepsake: reset deletes everything; for one user: forget({ userId }).",
    );
    expect(texts(await memory.getAll({ userId: "bob" }))).toEqual(["I like tea"]);
  });

  it.each<[string, (memory: Memory, options: never) => unknown]>([
    ["entities", (memory, options) => memory.entities(options)],
    ["pending", (memory, options) => memory.pending(options)],
    ["flush", (memory, options) => memory.flush(options)],
    ["info", (memory, options) => memory.info(options)],
    ["ready", (memory, options) => memory.ready(options)],
    ["get", (memory, options) => memory.get("id", options)],
    ["history", (memory, options) => memory.history("id", options)],
    ["cancel", (memory, options) => memory.cancel("op", options)],
    ["import", (memory, options) => memory.import("{}", options)],
    ["forget of an id", (memory, options) => memory.forget("id", options)],
    ["watch", (memory, options) => memory.watch(options)],
  ])("of %s, which takes no scope, is named", async (call, run) => {
    const memory = openMemory();
    const told = async (options: unknown): Promise<unknown> => run(memory, options as never);
    await expect(told(ALICE)).rejects.toThrow(`keepsake: ${call} has no option "userId". Known: `);
    await expect(told({ userId: undefined })).rejects.toThrow(`keepsake: ${call} has no option "userId". Known: `);
    await expect(told({ sginal: null })).rejects.toThrow(`${call} has no option "sginal". Did you mean signal?`);
    await expect(told("x")).rejects.toThrow("keepsake: options must be an object such as { signal }.");
  });

  it.each(Object.keys(CALLS))("of %s may be there without a value", async (call) => {
    expect(await refused(call, { ...ALICE, nothing: undefined })).toBe("accepted");
  });

  it("of update is named, in a batch with its position, and nothing is changed", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I like tea", { ...ALICE, infer: false });
    const id = results[0]!.id!;
    await expect(memory.update(id, { txt: "x" } as never)).rejects.toThrow(
      'keepsake: update has no field "txt". Did you mean text?',
    );
    const batch = [{ id, text: "x", expiration_date: "2030-01-01" }] as never;
    await expect(memory.update(batch)).rejects.toThrow('update[0] has no field "expiration_date". Did you mean exp');
    expect(await memory.get(id)).toMatchObject({ memory: "I like tea" });
  });

  it.each([
    [{ embeder: "hashing" }, /Memory has no option "embeder"\. Did you mean embedder\?/],
    [{ vectorStore: {} }, /Memory has no option "vectorStore"\. Known: name, llm, /],
    [{ apiKey: "k" }, /Memory has no option "apiKey"\. Known: /],
  ])("of the constructor, %j, is refused at once", (options, message) => {
    expect(() => new Memory(options as MemoryOptions)).toThrow(message);
  });

  it.each([
    [{ embedder: { modle: "x" } }, 'embedder has no option "modle". Did you mean model?'],
    [{ reranker: { modle: "x" } }, 'reranker has no option "modle". Did you mean model?'],
    [{ index: { hnswfrom: 1 } }, 'index has no option "hnswfrom". Did you mean hnswFrom?'],
    [{ consolidate: { every: 1 } }, 'consolidate has no option "every". Known: afterAdds, maxDestructive, summarize.'],
    [{ consolidate: { afterAdd: 1 } }, 'consolidate has no option "afterAdd". Did you mean afterAdds?'],
    [{ consolidate: { afterAdds: 1, maxdestructive: 1 } }, 'no option "maxdestructive". Did you mean maxDestructive?'],
    [{ decay: { halfLife: 1 } }, 'decay has no option "halfLife". Known: halfLifeDays.'],
    [{ defaults: { inferr: false } }, 'defaults has no option "inferr". Did you mean infer?'],
  ])("inside an option of the constructor, %j, is refused at once", (options, message) => {
    expect(() => new Memory(options as MemoryOptions)).toThrow(message);
  });

  it.each([
    ["search", { rerank: { topn: 5 } }, 'rerank has no option "topn". Did you mean topN?'],
    ["search", { criteria: [{ name: "joy", description: "d", wieght: 1 }] }, 'criteria[0] has no field "wieght".'],
    ["add", { customPrompts: { extrat: "x" } }, 'customPrompts has no prompt "extrat". Did you mean extract?'],
  ])("inside an option of %s, %j, is named", async (call, options, message) => {
    expect(await refused(call, { ...ALICE, ...options })).toContain(message);
  });

  it("of an edit is named: a misspelt opId would be none", async () => {
    const memory = openMemory();
    const options = { opid: "once" } as never;
    for (const [call, edit] of Object.entries({
      update: () => memory.update("id", "x", options),
      delete: () => memory.delete("id", options),
      deleteAll: () => memory.deleteAll({ ...ALICE, ...(options as object) }),
      undo: () => memory.undo("op", options),
      feedback: () => memory.feedback("id", null, options),
    })) {
      await expect(edit()).rejects.toThrow(`${call} has no option "opid". Did you mean opId?`);
    }
    await expect(memory.feedback("id", { rating: "POSITIVE", reson: "x" } as never)).rejects.toThrow(
      "Did you mean reason?",
    );
    await expect(memory.ready({ modle: true } as never)).rejects.toThrow("Did you mean model?");
  });
});

describe("a value of an option of the constructor that is of no use", () => {
  const embed = async (): Promise<Float32Array[]> => [];
  it.each([
    [{ embedder: "hashng" }, 'embedder must be "auto", "hashing", { model, … } or an Embedder'],
    [{ embedder: null }, "embedder must be"],
    [{ embedder: { model: 5 } }, "embedder.model must be a string"],
    [{ engine: "Inline" }, 'engine must be one of "worker", "inline"'],
    [{ storage: "idb" }, 'storage must be one of "indexeddb", "memory"'],
    [{ llmTimeoutMs: -1 }, "llmTimeoutMs must be an integer from 1 to 2147483647"],
    [{ llmTimeoutMs: Infinity }, "llmTimeoutMs must be an integer"],
    [{ llmTimeoutMs: 2 ** 31 }, "llmTimeoutMs must be an integer"],
    [{ decay: "yes" }, "decay must be true, false or"],
    [{ defaults: "x" }, "defaults must be an object"],
    [{ runtime: {} }, "runtime needs the functions now and randomId"],
    [null, "the options of Memory must be an object"],
    ["mine", "the options of Memory must be an object"],
    [{ worker: "worker.js" }, "worker must be a Worker, or a function that makes one"],
    [{ worker: null }, "worker must be a Worker, or a function that makes one"],
    [{ index: { hnswFrom: NaN } }, "index.hnswFrom must be an integer from 1"],
    [{ index: { hnswFrom: 0.5 } }, "index.hnswFrom must be an integer from 1"],
    [{ index: { snapshotFrom: -1 } }, "index.snapshotFrom must be an integer from 1"],
    [{ embedder: { id: "own", dimensions: 4, embed } }, "an Embedder has space"],
    [{ embedder: { space: " ", dims: 4, embed } }, "an Embedder has space"],
    [{ embedder: { space: "own", dims: 1.5, embed } }, "an Embedder has space"],
    [{ embedder: { space: "own", dims: 0, embed } }, "an Embedder has space"],
  ])("%j is refused at once", (options, message) => {
    expect(() => new Memory(options as never)).toThrow(message);
  });

  it("an Embedder object is refused where it would not get to the engine, with what to do", () => {
    const embedder = { space: "own", dims: 4, embed: async () => [] };
    expect(() => new Memory({ engine: openInlineEngine, embedder })).toThrow(
      "engine: (options, onEvent) => openInlineEngine(options, onEvent, { embedder })",
    );
    expect(() => new Memory({ worker: () => new Worker("w.js"), embedder })).toThrow("serve({ embedder })");
  });
});

describe("what was meant for another place", () => {
  it("is told where it goes", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I like tea", { ...ALICE, infer: false });
    const id = results[0]!.id!;
    const told: [Promise<unknown>, string][] = [
      [
        memory.search({ query: "tea", ...ALICE } as never, undefined as never),
        "search takes the query first, and the opt",
      ],
      [memory.search(null as never, ALICE), "search takes the query first, and the options second"],
      [memory.update([{ memoryId: id, text: "x" }] as never), 'update[0] has no field "memoryId". Did you mean id?'],
      [memory.update(id, { data: "x" } as never), 'update has no field "data". Did you mean text?'],
      [memory.update(id, { memory: "x" } as never), 'update has no field "memory". Did you mean text?'],
      [memory.feedback(id, "POSITIVE" as never), 'feedback must be an object such as { rating: "POSITIVE" }, or null'],
      [memory.add(42 as never, ALICE), "messages[0] must be { role, content }"],
      [memory.add(["I like rum"] as never, ALICE), "messages[0] must be { role, content }"],
    ];
    for (const [call, message] of told) await expect(call).rejects.toThrow(message);
    expect(texts(await memory.getAll(ALICE))).toEqual(["I like tea"]);
  });

  it("metadata that contains itself is named by where it does", async () => {
    const metadata: Record<string, unknown> = { list: [] };
    (metadata["list"] as unknown[]).push({ self: metadata });
    expect(await refused("add", { ...ALICE, metadata })).toBe(
      "keepsake: metadata.list[0].self contains itself: it is cyclic.",
    );
    const twice = { city: "Bonn" };
    expect(await refused("add", { ...ALICE, metadata: { home: twice, work: twice } })).toBe("accepted");
  });
});

describe("other spellings that are known", () => {
  it("add takes every option in snake_case, those of the call as well", async () => {
    const memory = openMemory();
    const options = { user_id: "alice", dry_run: true, enable_graph: true, expiration_date: "2030-01-01" };
    expect(await memory.add("I like tea", options)).toMatchObject({ dryRun: true });
    expect(texts(await memory.getAll(ALICE))).toEqual([]);
  });

  it("getAll takes limit and top_k for topK, and page_size for pageSize", async () => {
    const memory = openMemory();
    await memory.add(
      ["I like tea", "I like rum", "I like gin"].map((content) => ({ role: "user", content })),
      {
        ...ALICE,
        infer: false,
      },
    );
    expect(texts(await memory.getAll({ ...ALICE, limit: 1 }))).toHaveLength(1);
    expect(texts(await memory.getAll({ ...ALICE, top_k: 2 }))).toHaveLength(2);
    const page = await memory.getAll({ ...ALICE, page_size: 2 });
    expect(page.results).toHaveLength(2);
    expect(texts(await memory.getAll({ ...ALICE, page_size: 2, cursor: page.nextCursor }))).toHaveLength(1);
  });

  it("getAll has no pages by number, and says what to do", async () => {
    expect(await refused("getAll", { ...ALICE, page: 2 })).toBe(
      "keepsake: getAll has no pages by number. Pass the nextCursor of the page before as cursor.",
    );
  });
});

describe("a scope that is not meant so", () => {
  it.each(Object.keys(CALLS))('%s refuses "*" as a plain id, in either spelling', async (call) => {
    const message = 'keepsake: userId "*" means every one, which only filters of search and getAll take: ';
    expect(await refused(call, { userId: "*" })).toBe(`${message}filters: { userId: "*" }.`);
    expect(await refused(call, { ...ALICE, run_id: " * " })).toContain('run_id "*" means every one');
  });

  it.each(Object.keys(CALLS))(
    "%s refuses an id without a value: the others alone would widen the scope",
    async (call) => {
      const advice = "Leave it out, or give an id.";
      expect(await refused(call, { ...ALICE, agentId: undefined })).toBe(
        `keepsake: ${call}: agentId is undefined. ${advice}`,
      );
      expect(await refused(call, { ...ALICE, run_id: null })).toBe(`keepsake: ${call}: run_id is null. ${advice}`);
      expect(await refused(call, { ...ALICE, filters: { agent_id: undefined } })).not.toBe("accepted");
    },
  );

  it.each(PLAIN_ONLY)("%s without a scope is not advised to use a filter", async (call) => {
    const ids = `keepsake: ${call} needs at least one of userId, agentId, appId, runId, as plain ids`;
    expect(await refused(call, {})).toBe(call === "export" ? `${ids}, or all: true.` : `${ids}.`);
  });

  it.each(Object.keys(CALLS))("%s names the near miss of a misspelt id", async (call) => {
    expect(await refused(call, { userID: "alice" })).toBe(
      `keepsake: ${call} has no option "userID". Did you mean userId?`,
    );
  });

  it.each([["alice"], [7], [["alice"]]])("add(messages, %j) says what options are", async (options) => {
    expect(await refused("add", options)).toBe('keepsake: options must be an object such as { userId: "alice" }.');
  });
});

describe("errors say what is the case", () => {
  it("an op whose embedder failed is kept, and the error says so", async () => {
    const embedder = { space: "none", dims: 4, kind: "semantic" as const, embed: async () => [] };
    const memory = openMemory({ embedder });
    const error: unknown = await memory.add("I like tea", ALICE).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "embedder_failed", details: { pending: true } });
    expect((error as Error).message).toBe(
      'keepsake: the embedder "none" gave 0 vectors instead of 1. The op is kept and stays pending; flush() tries again.',
    );
    expect(await memory.pending()).toHaveLength(1);
    await expect(memory.search("tea", ALICE)).rejects.not.toThrow(/pending/);
  });

  it("undo of a memory's id tells where its ops are", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I like tea", { ...ALICE, infer: false });
    await expect(memory.undo(results[0]!.id!)).rejects.toThrow("A memory's ops are told by history(id).");
  });

  it.each([
    { age: { like: 1 } },
    { age: {} },
    { AND: {} },
    { createdAt: { gt: "soon" } },
    { age: { in: 1 } },
    { $or: [] },
  ])("of the filter %j they begin like all others", async (filters) => {
    expect(await refused("search", { ...ALICE, filters })).toMatch(/^keepsake: .*\.$/);
  });
});

describe("types", () => {
  it("messages and lists may be readonly, and an option that is no id may be undefined", async () => {
    const memory = openMemory();
    const messages: readonly MessageInput[] = [
      { role: "user", content: [{ type: "text", text: "I like tea" }] as const },
    ];
    await memory.add(messages, { ...ALICE, infer: false, metadata: undefined } as const);
    const given = { ...ALICE, topK: undefined, threshold: undefined, filters: undefined } as const;
    expect(texts(await memory.search("tea", { ...given, include: ["memories"] } as const))).toEqual(["I like tea"]);
    const { results } = await memory.getAll({ ...ALICE, pageSize: undefined, cursor: undefined });
    const ids: readonly string[] = results.map(({ id }) => id);
    await memory.delete(ids);
    expect(texts(await memory.getAll(ALICE))).toEqual([]);
  });
});

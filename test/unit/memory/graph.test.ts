import "fake-indexeddb/auto";
import { openInlineEngine, openMemoryStore, type Store } from "keepsake/engine";
import { StoreError, type Embedder, type LLMRequest, type OpenEngine, type Relation } from "keepsake";
import { decisions, facts, fakeRuntime, faultyStore, scriptedLLM } from "keepsake/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { serve } from "../../../src/worker/serve.ts";
import { openWorkerEngine, type WorkerLike } from "../../../src/worker/client.ts";
import { freshDatabase, openMemory } from "./fixtures.ts";

beforeEach(freshDatabase);
const ALICE = { userId: "alice" };
const GRAPH = { ...ALICE, graph: true };

/** "User lives_in Berlin" */
const lines = (relations: readonly Relation[] = []): string[] =>
  relations.map(({ source, predicate, target }) => `${source} ${predicate} ${target}`);

describe("add with graph", () => {
  it("keeps entities and relations by rules, and tells what it added", async () => {
    const memory = openMemory();
    const { relations } = await memory.add("My sister Anna lives in Berlin. I work at Acme.", GRAPH);
    expect(lines(relations?.added)).toEqual(["User has_sister Anna", "Anna lives_in Berlin", "User works_at Acme"]);
    expect(relations?.closed).toEqual([]);
    const { nodes, edges } = await memory.graph(ALICE);
    expect(nodes.map(({ id, name, type }) => [id, name, type])).toEqual([
      ["anna", "Anna", "person"],
      ["user", "User", "person"],
      ["acme", "Acme", "organization"],
      ["berlin", "Berlin", "place"],
    ]);
    expect(lines(edges)).toEqual(lines(relations?.added));
    const ids = new Set(nodes.map((node) => node.id));
    expect(edges.every(({ sourceId, targetId }) => ids.has(sourceId) && ids.has(targetId))).toBe(true);
  });

  it("keeps nothing and tells nothing without the option, and takes it from the defaults", async () => {
    const memory = openMemory();
    expect(await memory.add("I live in Berlin", ALICE)).not.toHaveProperty("relations");
    expect(await memory.graph(ALICE)).toEqual({ nodes: [], edges: [] });
    const always = openMemory({ name: "other", defaults: { graph: true } });
    const { relations } = await always.add("I live in Berlin", ALICE);
    expect(lines(relations?.added)).toEqual(["User lives_in Berlin"]);
  });

  it("closes what is contradicted with an end time, and does not erase it", async () => {
    const runtime = fakeRuntime();
    const memory = openMemory({ runtime });
    await memory.add("I work at Acme", GRAPH);
    const between = new Date(runtime.now() + 500);
    runtime.advance(1_000);
    const { relations } = await memory.add("I work at Globex", GRAPH);
    expect(lines(relations?.added)).toEqual(["User works_at Globex"]);
    expect(lines(relations?.closed)).toEqual(["User works_at Acme"]);
    expect(relations!.closed[0]!.to).toBe(new Date(runtime.now()).toISOString());
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(["User works_at Globex"]);
    expect(lines((await memory.graph({ ...ALICE, at: between })).edges)).toEqual(["User works_at Acme"]);
    expect((await memory.graph({ ...ALICE, at: new Date(0) })).edges).toEqual([]);
  });

  it("does not close what may hold many values by a second one", async () => {
    const memory = openMemory();
    await memory.add("I like tea", GRAPH);
    const { relations } = await memory.add("I like sci-fi", GRAPH);
    expect(relations?.closed).toEqual([]);
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(["User likes tea", "User likes sci-fi"]);
  });

  it("closes a liking by a dislike of the same, and what is over", async () => {
    const memory = openMemory();
    await memory.add("I love Chinese food. I live in Berlin.", GRAPH);
    const hates = await memory.add("I hate Chinese food now", GRAPH);
    expect(lines(hates.relations?.closed)).toEqual(["User likes Chinese food"]);
    const left = await memory.add("I don't live in Berlin any more", GRAPH);
    expect(lines(left.relations?.closed)).toEqual(["User lives_in Berlin"]);
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(["User dislikes Chinese food"]);
  });

  it("adds nothing for what is known, and ties an old memory to the graph when it is said again", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", ALICE);
    const first = await memory.add("I live in Berlin", GRAPH);
    expect(first.results.map((r) => r.event)).toEqual(["NONE"]);
    expect(lines(first.relations?.added)).toEqual(["User lives_in Berlin"]);
    expect((await memory.add("I live in Berlin", GRAPH)).relations).toEqual({ added: [], closed: [] });
  });

  it("an import of what was said earlier does not override what is known", async () => {
    const memory = openMemory();
    await memory.add("I work at Globex", { ...GRAPH, timestamp: "2024-05-01T00:00:00Z" });
    const { relations } = await memory.add("Tom works at Acme", { ...GRAPH, timestamp: "2020-01-01T00:00:00Z" });
    expect(relations?.closed).toEqual([]);
    const old = openMemory({
      name: "old",
      llm: scriptedLLM([
        facts("User works at Globex"),
        facts("User works at Acme"),
        decisions({ fact: 0, event: "ADD" }),
      ]),
    });
    await old.add("I work at Globex", { ...GRAPH, timestamp: "2024-05-01T00:00:00Z" });
    const late = await old.add("I work at Acme", { ...GRAPH, timestamp: "2020-01-01T00:00:00Z" });
    expect(late.relations?.added).toMatchObject([{ target: "Acme", to: "2024-05-01T00:00:00.000Z" }]);
    expect(lines((await old.graph(ALICE)).edges)).toEqual(["User works_at Globex"]);
    expect(lines((await old.graph({ ...ALICE, at: "2022-01-01" })).edges)).toEqual(["User works_at Acme"]);
  });
});

describe("add with graph and an LLM", () => {
  const reply = {
    facts: [
      {
        text: "User's colleague Mia plays chess",
        relations: [
          ["I", "has_colleague", "Mia", "person"],
          { source: "Mia", relationship: "plays", destination: "chess" },
          7,
        ],
      },
    ],
  };

  it("asks for relations in the same call as for the facts: not one call more", async () => {
    const ask = async (graph: boolean): Promise<LLMRequest["purpose"][]> => {
      const llm = scriptedLLM([
        reply,
        facts("User's colleague Mia plays go now"),
        decisions({ fact: 0, event: "UPDATE", id: "0" }),
      ]);
      const memory = openMemory({ name: `graph ${graph}`, llm });
      await memory.add("My colleague Mia plays chess", { ...ALICE, graph });
      await memory.add("My colleague Mia plays go now", { ...ALICE, graph });
      expect(JSON.stringify(llm.calls[0]!.schema).includes("relations")).toBe(graph);
      return llm.calls.map((call) => call.purpose);
    };
    expect(await ask(true)).toEqual(await ask(false));
  });

  it("costs at most 600 characters of instructions", async () => {
    const lengths: number[] = [];
    for (const graph of [false, true]) {
      const llm = scriptedLLM([reply]);
      await openMemory({ name: `length ${graph}`, llm }).add("My colleague Mia plays chess", { ...ALICE, graph });
      lengths.push(llm.calls[0]!.messages[0]!.content.length);
    }
    expect(lengths[1]! - lengths[0]!).toBeGreaterThan(0);
    expect(lengths[1]! - lengths[0]!).toBeLessThanOrEqual(600);
  });

  it('reads what it can of the relations, and takes "I" for the user', async () => {
    const memory = openMemory({ llm: scriptedLLM([reply]) });
    const { relations } = await memory.add("My colleague Mia plays chess", GRAPH);
    expect(lines(relations?.added)).toEqual(["User has_colleague Mia", "Mia plays chess"]);
    const mine = await memory.graph({ ...ALICE, entity: "me" });
    expect(mine.nodes.map((node) => node.name)).toEqual(["Mia", "User"]);
    expect(await memory.graph({ ...ALICE, entity: "alice" })).toEqual(mine);
    expect((await memory.graph({ ...ALICE, entity: "me", depth: 2 })).nodes).toHaveLength(3);
    expect(await memory.graph({ ...ALICE, entity: "nobody" })).toEqual({ nodes: [], edges: [] });
  });

  it("falls back on the words of the fact where the model names no relations", async () => {
    const memory = openMemory({ llm: scriptedLLM([facts("User lives in Hamburg")]) });
    const { relations } = await memory.add("I live in Hamburg", GRAPH);
    expect(lines(relations?.added)).toEqual(["User lives_in Hamburg"]);
  });

  it("an update closes what its memory said and now gives another value", async () => {
    const told = (text: string, target: string) => ({
      facts: [{ text, relations: [["User", "uses", target, "thing"]] }],
    });
    const llm = scriptedLLM([
      told("User uses Postgres for the shop", "Postgres"),
      told("User uses MySQL for the shop", "MySQL"),
      decisions({ fact: 0, event: "UPDATE", id: "0", text: "User uses MySQL for the shop" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add("We use Postgres for the shop", GRAPH);
    const { relations } = await memory.add("We use MySQL for the shop now", GRAPH);
    expect([lines(relations?.added), lines(relations?.closed)]).toEqual([["User uses MySQL"], ["User uses Postgres"]]);
  });

  it("INV-3: an op that waited and the same op again write the graph once", async () => {
    const llm = scriptedLLM([new Error("away"), facts("User lives in Bonn")]);
    const memory = openMemory({ llm });
    await memory.add("I live in Bonn", { ...GRAPH, opId: "op" }).catch(() => undefined);
    expect((await memory.graph(ALICE)).edges).toEqual([]);
    const { results } = await memory.flush();
    const again = await memory.add("I live in Bonn", { ...GRAPH, opId: "op" });
    expect(again).toEqual(results[0]);
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(["User lives_in Bonn"]);
  });
});

describe("what an add may not change, its relations do not close", () => {
  const closing = [
    ...["tea", "rum", "gin", "milk", "beer"].map((what) => ["User", "no_longer_likes", what, "thing"]),
    ["User", "left", "Acme", "organization"],
    ["User", "moved_from", "Bonn", "place"],
  ];
  const said = "I like tea. I like rum. I like gin. I like milk. I like beer. I work at Acme. I live in Bonn.";
  /** A memory that knows all this, and a model that closes all of it with one new fact. */
  async function openKnown(options: { maxDestructive?: number } = {}) {
    const memory = openMemory({ name: `${options.maxDestructive}` });
    await memory.add(said, GRAPH);
    const before = lines((await memory.graph(ALICE)).edges);
    const llm = scriptedLLM([{ facts: [{ text: "User owns a boat", relations: closing }] }]);
    const obedient = openMemory({ name: `${options.maxDestructive}`, llm });
    const { relations, opId } = await obedient.add("I own a boat.", { ...GRAPH, ...options });
    return { memory: obedient, before, closed: lines(relations?.closed), opId };
  }

  it("beyond maxDestructive: a memory whose relations close counts as changed", async () => {
    expect((await openKnown({ maxDestructive: 0 })).closed).toEqual([]);
    const { memory, before, closed, opId } = await openKnown();
    expect(closed).toEqual(["User likes tea", "User likes rum", "User likes gin"]);
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(before.slice(3));
    await memory.undo(opId);
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(before);
    expect((await openKnown({ maxDestructive: 10 })).closed).toHaveLength(7);
  });

  it('under conflicts: "keep", whose statements all stand, also after an undo of what ended them', async () => {
    const memory = openMemory();
    const keep = { ...GRAPH, conflicts: "keep" as const };
    const edges = async () => lines((await memory.graph(ALICE)).edges);
    await memory.add("I work at Acme", GRAPH);
    const { relations } = await memory.add("I work at Globex", keep);
    expect(relations?.closed).toEqual([]);
    await memory.add("I work at Initech", { ...keep, timestamp: "2020-01-01" });
    const all = ["User works_at Initech", "User works_at Acme", "User works_at Globex"];
    expect(await edges()).toEqual(all);
    const { opId } = await memory.add("I don't work at Acme any more. I work at Umbrella", GRAPH);
    expect(await edges()).not.toEqual(all);
    const undone = await memory.undo(opId);
    expect(await edges()).toEqual(all);
    const other = openMemory({ name: "other" });
    await other.import(await memory.export(ALICE));
    expect(await other.export(ALICE)).toEqual(await memory.export(ALICE));
    await memory.undo(undone.opId);
    await memory.undo((await memory.add("I live in Oslo", GRAPH)).opId);
    expect(await edges()).not.toEqual(all);
  });

  it("of an immutable memory", async () => {
    const memory = openMemory();
    await memory.add("I live in Bonn", { ...GRAPH, immutable: true });
    const { results, relations, opId } = await memory.add("I moved to Berlin", GRAPH);
    expect(results).toMatchObject([{ event: "ADD", reason: expect.stringContaining("immutable") }]);
    expect(relations?.closed).toEqual([]);
    const both = ["User lives_in Bonn", "User lives_in Berlin"];
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(both);
    await memory.undo((await memory.undo(opId)).opId);
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(both);
  });
});

describe("entities", () => {
  it("are one under every spelling of their name, and under what they are called", async () => {
    const memory = openMemory();
    await memory.add("I work at Acme. My name is Tommy.", GRAPH);
    await memory.add("My brother works at ACME Inc.", GRAPH);
    await memory.add([{ role: "user", name: "Tommy", content: "I live in Berlin" }], GRAPH);
    const { nodes, edges } = await memory.graph(ALICE);
    expect(nodes.map((node) => node.name).toSorted()).toEqual(["Acme", "Berlin", "Tommy", "User", "User's brother"]);
    expect(lines(edges)).toContain("User lives_in Berlin");
  });

  it('know who "my sister" is where there is just one', async () => {
    const memory = openMemory();
    await memory.add("My sister Anna lives in Berlin", GRAPH);
    await memory.add("My sister works at Globex", GRAPH);
    expect(lines((await memory.graph({ ...ALICE, entity: "my sister" })).edges)).toEqual([
      "User has_sister Anna",
      "Anna lives_in Berlin",
      "Anna works_at Globex",
    ]);
  });

  it("that the user introduces as kin or friend are never the user, whatever their names", async () => {
    const anna = { userId: "anna", graph: true };
    const memory = openMemory();
    const edges = async () => lines((await memory.graph({ userId: "anna" })).edges);
    await memory.add("I live in Bonn.", anna);
    await memory.add("My friend Anna moved to Paris. My friend Anna works at Acme.", anna);
    const others = ["User has_friend Anna", "Anna lives_in Paris", "Anna works_at Acme"];
    expect(await edges()).toEqual(["User lives_in Bonn", ...others]);
    await memory.add({ role: "user", name: "Anna", content: "I work at Globex." }, anna);
    expect(await edges()).toEqual(["User lives_in Bonn", ...others, "User works_at Globex"]);
    expect((await memory.graph({ userId: "anna", entity: "Anna" })).edges).toHaveLength(3);
    expect((await memory.graph({ userId: "anna", entity: "me" })).edges).toHaveLength(3);
  });

  it("with the user's own name are somebody else, in the words of a model, too", async () => {
    const relations = [
      ["User", "has_friend", "Anna", "person"],
      ["Anna", "lives_in", "Paris", "place"],
    ];
    const friend = { facts: [{ text: "User's friend Anna lives in Paris", relations }] };
    const llm = scriptedLLM([
      facts("User's name is Anna", "User lives in Bonn"),
      friend,
      decisions({ fact: 0, event: "ADD" }),
    ]);
    const memory = openMemory({ llm });
    await memory.add("My name is Anna, I live in Bonn.", GRAPH);
    await memory.add("My friend Anna lives in Paris.", GRAPH);
    const edges = lines((await memory.graph(ALICE)).edges);
    expect(edges).toEqual(["User named Anna", "User lives_in Bonn", "User has_friend Anna", "Anna lives_in Paris"]);
  });

  it("are merged by meaning where the embedder is semantic", async () => {
    const memory = openMemory({ embedder: synonyms });
    await memory.add("I live in NYC", GRAPH);
    const { relations } = await memory.add("My brother lives in New York City", GRAPH);
    expect(lines(relations?.added)).toEqual(["User has_brother User's brother", "User's brother lives_in NYC"]);
    expect((await memory.graph({ ...ALICE, entity: "new york city" })).edges).toHaveLength(2);
  });
});

describe("the graph and what happens to its memories", () => {
  it("a deleted memory takes its relations out of the graph; what another memory says stays", async () => {
    const llm = scriptedLLM([
      facts("User lives in Bonn"),
      facts("User lives in Bonn, near the river"),
      decisions({ fact: 0, event: "ADD" }),
    ]);
    const memory = openMemory({ llm });
    const first = await memory.add("I live in Bonn", GRAPH);
    const second = await memory.add("I live in Bonn, near the river", GRAPH);
    expect(second.relations).toEqual({ added: [], closed: [] });
    await memory.delete(first.results[0]!.id!);
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(["User lives_in Bonn"]);
    await memory.delete(second.results[0]!.id!);
    expect(await memory.graph(ALICE)).toEqual({ nodes: [], edges: [] });
  });

  it("deleteAll and reset clean up", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", GRAPH);
    await memory.deleteAll(ALICE);
    expect(await memory.graph(ALICE)).toEqual({ nodes: [], edges: [] });
    await memory.add("I live in Bonn", GRAPH);
    await memory.reset();
    expect(await memory.graph({ ...ALICE, at: new Date() })).toEqual({ nodes: [], edges: [] });
  });

  it("undo takes back what an add did to the graph, and an undo of that brings it again", async () => {
    const memory = openMemory();
    const shown = async () => lines((await memory.graph(ALICE)).edges).toSorted();
    await memory.add("I work at Acme. I live in Berlin. I like tea.", GRAPH);
    const before = await shown();
    const { opId } = await memory.add("I work at Globex. I don't live in Berlin any more. I hate tea.", GRAPH);
    const after = await shown();
    expect(after).toEqual(["User dislikes tea", "User works_at Globex"]);
    const undone = await memory.undo(opId);
    expect(await shown()).toEqual(before);
    expect((await memory.graph({ ...ALICE, at: new Date() })).edges).toHaveLength(before.length);
    const redone = await memory.undo(undone.opId);
    expect(await shown()).toEqual(after);
    const again = await memory.undo(redone.opId);
    expect(await shown()).toEqual(before);
    await memory.undo(again.opId);
    expect(await shown()).toEqual(after);
  });

  it("undo of a delete brings the relations again, unless they were contradicted since", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I work at Acme. I like tea.", GRAPH);
    for (const { id } of results) await memory.delete(id!);
    expect((await memory.graph(ALICE)).edges).toEqual([]);
    const opOf = async (id: string): Promise<string> => (await memory.history(id))[0]!.opId;
    await memory.add("I work at Globex", GRAPH);
    for (const { id } of results) await memory.undo(await opOf(id!));
    const { edges } = await memory.graph(ALICE);
    expect(lines(edges).toSorted()).toEqual(["User likes tea", "User works_at Globex"]);
  });

  it("forget leaves neither relations nor the entities that only they named", async () => {
    const memory = openMemory();
    const { results } = await memory.add("My sister Anna lives in Berlin.", GRAPH);
    await memory.add("I like tea.", GRAPH);
    await memory.forget(results[0]!.id!);
    const file = JSON.stringify(await memory.export(ALICE));
    expect(file).toContain("likes");
    for (const word of ["Anna", "anna", "Berlin", "has_sister"]) expect(file).not.toContain(word);
  });

  it("export and import carry the graph over", async () => {
    const memory = openMemory();
    await memory.add("I work at Acme", GRAPH);
    await memory.add("I work at Globex. My sister Anna lives in Berlin.", GRAPH);
    const other = openMemory({ name: "other" });
    await other.import(await memory.export(ALICE));
    expect(await other.graph(ALICE)).toEqual(await memory.graph(ALICE));
    const { relations } = await other.add("I work at Initech", GRAPH);
    expect(lines(relations?.closed)).toEqual(["User works_at Globex"]);
  });

  it("a text that the app writes closes what it no longer says", async () => {
    const memory = openMemory();
    const { results } = await memory.add("I live in Berlin", GRAPH);
    await memory.update(results[0]!.id!, "User lives in Berlin, in the east");
    expect(lines((await memory.graph(ALICE)).edges)).toEqual(["User lives_in Berlin"]);
    await memory.update(results[0]!.id!, "User lives in Bonn");
    expect((await memory.graph(ALICE)).edges).toEqual([]);
  });

  it("an update without the option does so, too", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", GRAPH);
    await memory.add("I moved to Hamburg", ALICE);
    expect((await memory.graph(ALICE)).edges).toEqual([]);
  });

  it("INV-2: memories and relations are written together or not at all, whatever operation fails", async () => {
    for (let n = 1; ; n++) {
      const store = faultyStore(openMemoryStore());
      const open = () => openMemory({ engine: overStore(store) });
      const memory = open();
      await memory.add("I live in Berlin", GRAPH);
      store.arm(n, new StoreError("store_failed", "on purpose"));
      const adding = memory.add("I moved to Hamburg. My sister Anna likes tea.", { ...GRAPH, opId: "op" });
      await adding.catch(() => undefined);
      const isPast = store.operations.length < n;
      store.disarm();
      await memory.close();
      const stored = await store.read(["memories", "relations"], async (tx) => ({
        memories: (await tx.getAll("memories")).map((record) => record.memory),
        relations: (await tx.getAll("relations")).filter((row) => row.to === null).map((row) => row.target),
      }));
      const isDone = stored.memories.includes("User moved to Hamburg");
      expect(stored.relations.toSorted(), `operation ${n}`).toEqual(isDone ? ["anna", "hamburg", "tea"] : ["berlin"]);
      if (isPast) break;
    }
  });
});

function overStore(store: Store): OpenEngine {
  const kept = {
    ...store,
    kind: "memory" as const,
    read: store.read,
    write: store.write,
    close: async () => undefined,
  };
  return (options, onEvent) => openInlineEngine(options, onEvent, { openStore: async () => kept });
}

describe("scopes", () => {
  it("INV-8: a graph shows nothing of another scope", async () => {
    const memory = openMemory();
    await memory.add("My sister Anna lives in Berlin", GRAPH);
    await memory.add("My sister Anna lives in Rome", { userId: "bob", graph: true });
    expect(lines((await memory.graph({ userId: "bob", entity: "Anna" })).edges)).toEqual([
      "User has_sister Anna",
      "Anna lives_in Rome",
    ]);
    const { relations } = await memory.search("Anna", { userId: "bob", graph: true });
    expect(lines(relations)).toEqual(["User has_sister Anna", "Anna lives_in Rome"]);
    expect(await memory.graph({ userId: "carol" })).toEqual({ nodes: [], edges: [] });
    await expect(memory.graph({})).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("a read over several users keeps their graphs apart, one over several scopes of a user joins them", async () => {
    const memory = openMemory();
    await memory.add("I live in Berlin", { userId: "alice", agentId: "a", graph: true });
    await memory.add("I work at Acme", { userId: "alice", agentId: "b", graph: true });
    await memory.add("I live in Berlin", { userId: "bob", agentId: "a", graph: true });
    const alice = await memory.graph(ALICE);
    expect(alice.nodes.map((node) => [node.id, node.degree])).toEqual([
      ["user", 2],
      ["acme", 1],
      ["berlin", 1],
    ]);
    const agent = await memory.graph({ agentId: "a" });
    expect(agent.nodes.map((node) => node.id).toSorted()).toEqual([
      "alice/berlin",
      "alice/user",
      "bob/berlin",
      "bob/user",
    ]);
  });
});

describe("search with graph", () => {
  it("returns the relations of what it found, and those near, without all that is near the user", async () => {
    const memory = openMemory();
    await memory.add("My sister Anna lives in Berlin. I like jazz. I work at Acme.", GRAPH);
    await memory.add("My sister Anna works at Globex", GRAPH);
    const { results, relations } = await memory.search("Where does Anna live?", { ...GRAPH, topK: 1 });
    expect(results[0]!.memory).toContain("Berlin");
    expect(lines(relations)).toEqual(["User has_sister Anna", "Anna lives_in Berlin", "Anna works_at Globex"]);
    expect(await memory.search("Anna", ALICE)).not.toHaveProperty("relations");
  });

  it("ranks a memory that is tied to the entity asked for, though it does not name it", async () => {
    const relations = [["Anna", "lives_in", "Rome"]];
    const reply = { facts: [{ text: "User's sister moved to Rome", relations }, { text: "User moved a sofa" }] };
    const memory = openMemory({ llm: scriptedLLM([reply]) });
    await memory.add("My sister moved to Rome. I moved a sofa.", GRAPH);
    const search = async (graph: boolean): Promise<number[]> => {
      const { results } = await memory.search("Anna moved", { ...ALICE, graph, threshold: 0 });
      return ["sister", "sofa"].map((word) => results.find((r) => r.memory.includes(word))!.score);
    };
    const [tied, other] = await search(true);
    const [untied] = await search(false);
    expect(tied).toBeGreaterThan(untied!);
    expect(tied).toBeGreaterThan(other!);
  });

  it("shows what held then, and nothing of a memory whose day is over", async () => {
    const runtime = fakeRuntime({ now: "2026-01-01T10:00:00Z" });
    const memory = openMemory({ runtime });
    await memory.add("My sister Anna lives in Berlin", { ...GRAPH, expirationDate: "2026-01-02" });
    const then = new Date(runtime.now() + 1);
    runtime.advance(3_600_000);
    await memory.add("My sister Anna lives in Rome", { ...GRAPH, expirationDate: "2026-01-02" });
    const past = await memory.search("Anna", { ...GRAPH, at: then });
    expect(lines(past.relations)).toContain("Anna lives_in Berlin");
    expect(lines(past.relations)).not.toContain("Anna lives_in Rome");
    runtime.advance(2 * 86_400_000);
    expect(lines((await memory.graph(ALICE)).edges)).toEqual([]);
    const { relations } = await memory.search("Anna", { ...GRAPH, showExpired: true });
    expect(lines(relations)).toContain("Anna lives_in Rome");
  });

  it("shows no relation of a memory that the filter hides", async () => {
    const memory = openMemory();
    await memory.add("My sister Anna lives in Berlin", { ...GRAPH, metadata: { room: "a" } });
    await memory.add("My sister Anna works at Globex", { ...GRAPH, metadata: { room: "b" } });
    const { relations } = await memory.search("Anna", { ...GRAPH, filters: { room: "b" } });
    expect(lines(relations)).toEqual(["User has_sister Anna", "Anna works_at Globex"]);
  });
});

it("works over the worker's protocol", async () => {
  const { port1, port2 } = new MessageChannel();
  port1.start();
  port2.start();
  serve({}, port2 as unknown as WorkerLike);
  const worker = Object.assign(port1, { terminate: () => port1.close() }) as unknown as WorkerLike;
  const memory = openMemory({
    engine: (options, onEvent) => openWorkerEngine(options, worker, { onEvent, onDead: () => undefined }),
  });
  await memory.add("I live in Berlin", GRAPH);
  await memory.add("I moved to Hamburg", GRAPH);
  expect(lines((await memory.graph({ ...ALICE, depth: 3, entity: "I" })).edges)).toEqual(["User lives_in Hamburg"]);
  const { relations } = await memory.search("Hamburg", GRAPH);
  expect(lines(relations)).toEqual(["User lives_in Hamburg"]);
});

it.each([{ depth: -1 }, { depth: 1.5 }, { depth: 11 }, { at: "yesterday" }, { entity: " " }])(
  "refuses %o as `invalid_input`",
  async (options) => {
    await expect(openMemory().graph({ ...ALICE, ...options })).rejects.toMatchObject({ code: "invalid_input" });
  },
);

/** Semantic: NYC is New York City. Everything else is far from everything. */
const synonyms: Embedder = {
  space: "synonyms",
  dims: 64,
  kind: "semantic",
  embed: async (texts) =>
    texts.map((text) => {
      const vector = new Float32Array(64);
      const key = text === "New York City" ? "NYC" : text;
      vector[[...key].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 64, 7)] = 1;
      return vector;
    }),
};

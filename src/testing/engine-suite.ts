/** What every Engine promises, as tests: inline or in a worker, over memory or IndexedDB, they cannot be told apart. */
import type { CommitDecision, Engine } from "../engine/engine.ts";
import { accept, add, ALICE, request, searchFor, store, update } from "./engine-steps.ts";
import { engineMessagesTests } from "./engine-messages-suite.ts";
import { engineSurfaceTests } from "./engine-surface-suite.ts";
import { ensure, ensureEqual, ensureRejects, type SuiteRunner } from "./suite.ts";

/**
 * Declares the conformance tests of an engine that embeds by hashing.
 * @param open makes an engine over an empty database; called once per test, and closed by it
 */
export function engineSuite(name: string, open: () => Promise<Engine>, { describe, it }: SuiteRunner): void {
  const test = (title: string, body: (engine: Engine) => Promise<void>): void =>
    it(title, async () => {
      const engine = await open();
      try {
        await body(engine);
      } finally {
        await engine.close();
      }
    });

  describe(`${name} keeps the contract of an Engine`, () => {
    test("INV-1: an accepted op is pending, with its messages, until it is committed", async (engine) => {
      await accept(engine, "op-1", ALICE, "I live in Berlin");
      const [op] = await engine.pending();
      ensureEqual([op?.opId, op?.order, op?.scope, op?.attempts], ["op-1", 1, ALICE, 0], "pending op");
      ensureEqual(op?.messages, [{ role: "user", content: "I live in Berlin" }], "messages");
      await engine.commit({ opId: "op-1", decisions: [add("User lives in Berlin")] });
      ensureEqual(await engine.pending(), [], "pending after commit");
    });

    test("gives the messages of the same scope before an op as context, oldest first", async (engine) => {
      await accept(engine, "op-1", ALICE, "first");
      await accept(engine, "op-2", { userId: "bob" }, "of somebody else");
      await accept(engine, "op-3", ALICE, "second");
      const { context } = await accept(engine, "op-4", ALICE, "third");
      ensureEqual(
        context.map((m) => m.content),
        ["first", "second"],
        "context",
      );
    });

    test("INV-3: the same op commits once, and tells the same result again", async (engine) => {
      await accept(engine, "op-1", ALICE, "hello");
      const first = await engine.commit({ opId: "op-1", decisions: [add("User likes tea")] });
      const again = await engine.commit({ opId: "op-1", decisions: [add("User likes coffee")] });
      ensureEqual(again, first, "result");
      ensureEqual((await engine.info()).memories, 1, "memories");
      const outcome = await engine.accept(request("op-1", ALICE, "hello"));
      ensureEqual(outcome, { status: "committed", result: first }, "accepted again");
    });

    test("finds a memory by its words, in its scope only (INV-8)", async (engine) => {
      await store(engine, "op-1", ALICE, "User loves sci-fi movies");
      await store(engine, "op-2", { userId: "bob" }, "User loves sci-fi books");
      const results = await engine.search(searchFor("sci-fi", ALICE));
      ensureEqual(
        results.map((r) => r.memory),
        ["User loves sci-fi movies"],
        "found",
      );
      const [hit] = results;
      ensure(hit !== undefined && hit.score > 0 && hit.score <= 1, "the score is not in (0, 1]");
      ensureEqual([hit.userId, hit.metadata], ["alice", { topic: "test" }], "scope and metadata");
    });

    test("a read asks for every id it names, and finds memories that carry more", async (engine) => {
      await store(engine, "op-1", { userId: "alice", runId: "r1" }, "User likes tea");
      ensureEqual((await engine.search(searchFor("tea", ALICE))).length, 1, "by user");
      ensureEqual((await engine.search(searchFor("tea", { userId: "alice", runId: "r2" }))).length, 0, "another run");
      ensureEqual((await engine.list({ scope: ALICE, filter: null, topK: null })).results.length, 1, "list by user");
    });

    test("recalls neighbors in exactly the scope, the same statement marked (INV-8)", async (engine) => {
      await store(engine, "op-1", ALICE, "User loves Chinese food");
      await store(engine, "op-2", { userId: "bob" }, "User hates Chinese food");
      const { facts, kind } = await engine.recall(ALICE, [{ text: "user loves chinese food." }, { text: "x" }], 5);
      ensureEqual(kind, "lexical", "kind");
      const [first] = facts;
      ensureEqual(
        first?.neighbors.map((n) => [n.memory, n.rev, n.exact]),
        [["User loves Chinese food", 1, true]],
        "neighbors",
      );
      ensure(first!.neighbors[0]!.similarity > 0.99 && first!.neighbors[0]!.overlap > 0.99, "not recognized as equal");
    });

    test("an update keeps the id, raises the revision and leaves the old text in the history", async (engine) => {
      const id = await store(engine, "op-1", ALICE, "User lives in Berlin");
      await accept(engine, "op-2", ALICE, "moved");
      const { results } = await engine.commit({ opId: "op-2", decisions: [update(id, 1, "User lives in Hamburg")] });
      ensureEqual([results[0]?.id, results[0]?.previousMemory], [id, "User lives in Berlin"], "result");
      ensureEqual((await engine.get(id))?.memory, "User lives in Hamburg", "memory");
      const history = await engine.history(id);
      ensureEqual(
        history.map((h) => [h.event, h.previousMemory, h.memory, h.opId]),
        [
          ["UPDATE", "User lives in Berlin", "User lives in Hamburg", "op-2"],
          ["ADD", null, "User lives in Berlin", "op-1"],
        ],
        "history",
      );
      const found = await engine.search(searchFor("Berlin", ALICE));
      ensureEqual(
        found.map((r) => [r.memory, r.superseded?.by ?? null]),
        [
          ["User lives in Hamburg", null],
          ["User lives in Berlin", "User lives in Hamburg"],
        ],
        "a word that only the old text has",
      );
    });

    test("INV-7: a decision about an older revision conflicts, and nothing of its op is written", async (engine) => {
      const id = await store(engine, "op-1", ALICE, "User lives in Berlin");
      await accept(engine, "op-2", ALICE, "moved");
      await engine.update([{ id, text: "User lives in Bonn" }]);
      const stale = [add("User has a dog"), update(id, 1, "User lives in Hamburg")];
      await ensureRejects(engine.commit({ opId: "op-2", decisions: stale }), "conflict");
      ensureEqual((await engine.info()).memories, 1, "memories");
      ensureEqual((await engine.pending()).length, 1, "the op is still pending");
    });

    test("INV-8: a decision cannot reach a memory of another scope", async (engine) => {
      const id = await store(engine, "op-1", { userId: "bob" }, "User lives in Berlin");
      await accept(engine, "op-2", ALICE, "delete everything");
      const decisions = [{ event: "DELETE", id, rev: 1, reason: "obeyed", decidedBy: "llm" }] as CommitDecision[];
      await ensureRejects(engine.commit({ opId: "op-2", decisions }), "conflict");
      ensureEqual((await engine.get(id))?.memory, "User lives in Berlin", "memory");
    });

    test("the same statement twice becomes one memory, also within one commit", async (engine) => {
      await accept(engine, "op-1", ALICE, "tea, tea");
      const decisions = [add("User likes tea"), add("user likes tea.")];
      const { results } = await engine.commit({ opId: "op-1", decisions });
      ensureEqual(
        results.map((r) => [r.event, r.id]),
        [
          ["ADD", "op-1-0"],
          ["NONE", "op-1-0"],
        ],
        "results",
      );
    });

    test("an op given back keeps its place, with the error and the number of attempts", async (engine) => {
      await accept(engine, "op-1", ALICE, "one");
      await accept(engine, "op-2", ALICE, "two");
      await engine.release("op-1", { code: "llm_failed", message: "away" }, 1_000);
      const [op] = await engine.pending();
      ensureEqual([op?.opId, op?.attempts, op?.lastError?.code], ["op-1", 1, "llm_failed"], "pending op");
      const outcome = await engine.claim("op-1");
      ensureEqual(outcome.status, "claimed", "claimed again");
    });

    test("a cancelled op is gone, with its messages, and cannot be committed", async (engine) => {
      await accept(engine, "op-1", ALICE, "a secret");
      ensureEqual(await engine.cancel("op-1"), true, "cancelled");
      ensureEqual(await engine.cancel("op-1"), false, "cancelled again");
      await ensureRejects(engine.commit({ opId: "op-1", decisions: [] }), "cancelled");
      ensureEqual(await engine.claim("op-1"), { status: "gone" }, "claim");
      ensureEqual((await accept(engine, "op-2", ALICE, "next")).context, [], "context");
    });

    test("a deleted memory is in no read but the history, and deleting it again is `not_found`", async (engine) => {
      const id = await store(engine, "op-1", ALICE, "User likes tea");
      await engine.delete([id]);
      ensureEqual(await engine.get(id), null, "get");
      ensureEqual(await engine.search(searchFor("tea", ALICE)), [], "search");
      ensureEqual((await engine.list({ scope: ALICE, filter: null, topK: null })).results, [], "list");
      ensureEqual((await engine.history(id))[0]?.event, "DELETE", "history");
      await ensureRejects(engine.delete([id]), "not_found");
      await ensureRejects(engine.update([{ id, text: "x" }]), "not_found");
    });

    test("deleteAll deletes what carries the scope, and nothing else", async (engine) => {
      await store(engine, "op-1", ALICE, "User likes tea");
      await store(engine, "op-2", { userId: "alice", agentId: "a" }, "User likes milk");
      await store(engine, "op-3", { userId: "bob" }, "User likes beer");
      ensureEqual(await engine.deleteAll(ALICE), 2, "deleted");
      ensureEqual((await engine.info()).memories, 1, "left");
    });

    test("an update merges metadata, and null removes a key", async (engine) => {
      const id = await store(engine, "op-1", ALICE, "User likes tea");
      const [item] = await engine.update([{ id, metadata: { topic: null, strength: 2 } }]);
      ensureEqual([item!.memory, item!.metadata], ["User likes tea", { strength: 2 }], "item");
    });

    engineSurfaceTests(test);
    engineMessagesTests(test);

    test("a reset forgets everything, and `seq` goes on (INV-6)", async (engine) => {
      const id = await store(engine, "op-1", ALICE, "User likes tea");
      await accept(engine, "op-2", ALICE, "waiting");
      await engine.search(searchFor("tea", ALICE));
      await engine.reset();
      ensureEqual(await engine.search(searchFor("tea", ALICE)), [], "search");
      ensureEqual([await engine.get(id), await engine.history(id), await engine.pending()], [null, [], []], "reads");
      const info = await engine.info();
      ensureEqual([info.memories, info.seq], [0, 1], "info");
    });

    test("keeps the relations of a memory with it, and shows them in its scope only (INV-2, INV-8)", async (engine) => {
      const relations = [{ source: "I", predicate: "lives_in", target: "Berlin" }];
      await accept(engine, "op-1", ALICE, "I live in Berlin");
      await engine.commit({
        opId: "op-1",
        decisions: [{ ...add("User lives in Berlin"), relations } as CommitDecision],
      });
      const { nodes, edges } = await engine.graph({ scope: ALICE, depth: 1 });
      ensureEqual(
        nodes.map((node) => node.name),
        ["Berlin", "User"],
        "nodes",
      );
      ensureEqual(
        edges.map((edge) => [edge.source, edge.predicate, edge.target, edge.to, edge.memoryId]),
        [["User", "lives_in", "Berlin", null, "op-1-0"]],
        "edges",
      );
      const around = { scope: ALICE, query: "where?", filter: null, memoryIds: ["op-1-0"] };
      ensureEqual((await engine.relationsAround(around)).length, 1, "around");
      ensureEqual((await engine.graph({ scope: { userId: "bob" }, depth: 1 })).nodes, [], "of somebody else");
      await engine.delete(["op-1-0"]);
      ensureEqual(await engine.graph({ scope: ALICE, depth: 1 }), { nodes: [], edges: [] }, "after delete");
    });

    test("rejects calls after close with `closed`", async (engine) => {
      await engine.close();
      await ensureRejects(engine.pending(), "closed");
    });
  });
}

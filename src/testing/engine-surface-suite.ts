/** The part of the engine's suite about pages, batches, undo, forget, time travel, export and import. */
import type { ConsolidateRequest, Survey } from "../engine/consolidation.ts";
import type { Engine } from "../engine/engine.ts";
import { accept, ALICE, searchFor, store, update } from "./engine-steps.ts";
import { ensure, ensureEqual, ensureRejects } from "./suite.ts";

/** @param test declares one test over a fresh engine */
export function engineSurfaceTests(test: (title: string, body: (engine: Engine) => Promise<void>) => void): void {
  test("a list goes on after the last of a page, whatever was updated meanwhile", async (engine) => {
    for (const n of [1, 2, 3, 4]) await store(engine, `op-${n}`, ALICE, `User likes drink ${n}`);
    const query = { scope: ALICE, filter: null, topK: 2 };
    const first = await engine.list(query);
    ensureEqual(
      first.results.map((item) => item.id),
      ["op-4-0", "op-3-0"],
      "first page",
    );
    await engine.update([{ id: "op-1-0", text: "User likes rum" }]);
    const second = await engine.list({ ...query, before: first.next! });
    ensureEqual(
      [second.results.map((item) => item.memory), second.next],
      [["User likes drink 2", "User likes rum"], null],
      "second page",
    );
  });

  test("a survey tells what has changed in exactly one scope since it was consolidated", async (engine) => {
    const first = await store(engine, "op-1", ALICE, "User likes tea");
    await store(engine, "op-2", { ...ALICE, runId: "r1" }, "User likes rum");
    const { changed, ...survey } = await surveyOf(engine, "tidy-1");
    ensureEqual(changed, [first], "changed");
    ensureEqual(
      survey.memories.map((one) => one.memory),
      ["User likes tea"],
      "memories",
    );
    ensureEqual(await engine.survey({ opId: "tidy-1", scope: ALICE, minOps: 2 }), { status: "idle" }, "too few");
    await engine.consolidate({ ...consolidation("tidy-1", survey), decisions: [] });
    ensureEqual((await surveyOf(engine, "tidy-2")).changed, [], "changed after");
  });

  test("a consolidation is carried out once, and only on what it was decided on", async (engine) => {
    const first = await store(engine, "op-1", ALICE, "User likes tea");
    const second = await store(engine, "op-2", ALICE, "User likes green tea");
    const survey = await surveyOf(engine, "tidy");
    await engine.update([{ id: second, text: "User likes mint tea" }]);
    await ensureRejects(engine.consolidate(foldInto(first, second, survey)), "conflict");
    const request = foldInto(first, second, await surveyOf(engine, "tidy"));
    const { results } = await engine.consolidate(request);
    ensureEqual(
      results.map(({ event, memory }) => [event, memory]),
      [
        ["UPDATE", "User likes tea"],
        ["DELETE", "User likes mint tea"],
      ],
      "results",
    );
    ensureEqual((await engine.consolidate(request)).results, results, "again");
    ensureEqual((await engine.info()).memories, 1, "memories");
    await engine.undo("tidy");
    ensureEqual((await engine.get(second))?.memory, "User likes mint tea", "undone");
  });

  test("an expired memory is hidden from search and list, unless it is asked for", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User likes tea");
    await engine.update([{ id, expirationDate: "2020-01-01" }]);
    ensureEqual(await engine.search(searchFor("tea", ALICE)), [], "search");
    const query = { scope: ALICE, filter: null, topK: null };
    ensureEqual((await engine.list(query)).results, [], "list");
    ensureEqual((await engine.search({ ...searchFor("tea", ALICE), showExpired: true })).length, 1, "search for all");
    ensureEqual((await engine.list({ ...query, showExpired: true })).results.length, 1, "list of all");
    ensureEqual((await engine.get(id))?.expirationDate, "2020-01-01", "get");
  });

  test("a batch is done whole or not at all, and the error tells the position", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User likes tea");
    const batch = [
      { id, text: "User likes rum" },
      { id: "nowhere", text: "x" },
    ];
    const error = await engine.update(batch).catch((e: unknown) => e);
    ensureEqual((error as { details?: unknown }).details, { id: "nowhere", index: 1 }, "details");
    await ensureRejects(engine.delete([id, "nowhere"]), "not_found");
    ensureEqual((await engine.get(id))?.memory, "User likes tea", "memory");
    const items = await engine.update([{ id, text: "User likes gin" }]);
    ensureEqual(
      items.map((item) => item.memory),
      ["User likes gin"],
      "items",
    );
    await engine.delete([id]);
    ensureEqual((await engine.info()).memories, 0, "memories");
  });

  test("the text of an immutable memory changes only with `immutable: false`", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User likes tea");
    await engine.update([{ id, immutable: true }]);
    await ensureRejects(engine.update([{ id, text: "User likes rum" }]), "invalid_input");
    const [item] = await engine.update([{ id, text: "User likes rum", immutable: false }]);
    ensureEqual([item!.memory, item!.immutable], ["User likes rum", undefined], "item");
  });

  test("an undo restores what its op had found; what stands on it blocks it, and crosses as data", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User lives in Berlin");
    await accept(engine, "op-2", ALICE, "moved");
    await engine.commit({ opId: "op-2", decisions: [update(id, 1, "User lives in Hamburg")] });
    const error = await engine.undo("op-1").catch((e: unknown) => e);
    ensureEqual(
      (error as { details?: unknown }).details,
      { blockedBy: [{ id, opId: "op-2", seq: 2 }] },
      "what stands on it",
    );
    const undone = await engine.undo("op-2");
    ensureEqual(
      [undone.undone, undone.results[0]?.event, undone.results[0]?.memory],
      ["op-2", "UPDATE", "User lives in Berlin"],
      "result",
    );
    ensureEqual((await engine.search(searchFor("Berlin", ALICE)))[0]?.id, id, "found again");
    await engine.undo(undone.opId);
    ensureEqual((await engine.get(id))?.memory, "User lives in Hamburg", "undone twice");
    await ensureRejects(engine.undo("nowhere"), "not_found");
  });

  test("a forgotten memory is in no read, its history and messages are gone, and `seq` stays (INV-6)", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User likes tea");
    await store(engine, "op-2", ALICE, "User likes rum");
    await engine.search(searchFor("tea", ALICE));
    ensureEqual(await engine.forget({ id }), 1, "forgotten");
    ensureEqual([await engine.get(id), await engine.history(id)], [null, []], "reads");
    ensureEqual(
      (await engine.search(searchFor("tea", ALICE))).map((r) => r.id).filter((found) => found === id),
      [],
      "search",
    );
    ensureEqual(
      (await accept(engine, "op-3", ALICE, "next")).context.map((m) => m.content),
      ["User likes rum"],
      "context",
    );
    ensureEqual([(await engine.info()).seq, (await engine.info()).memories], [2, 1], "info");
    ensureEqual(await engine.forget({ scope: ALICE }), 1, "forgotten with the scope");
    ensureEqual([await engine.entities(), await engine.pending()], [[], []], "nobody is left");
  });

  test("feedback is kept on the memory, null clears it", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User likes tea");
    ensureEqual((await engine.feedback(id, { rating: "NEGATIVE" })).feedback, { rating: "NEGATIVE" }, "feedback");
    ensureEqual((await engine.feedback(id, null)).feedback, undefined, "cleared");
  });

  test("tells who has memories, with counts", async (engine) => {
    await store(engine, "op-1", { userId: "alice", runId: "r1" }, "User likes tea");
    await store(engine, "op-2", ALICE, "User likes rum");
    const expected = [
      { type: "user", id: "alice", memories: 2 },
      { type: "run", id: "r1", memories: 1 },
    ];
    ensureEqual(await engine.entities(), expected, "entities");
  });

  test("lists and searches the past", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User lives in Berlin");
    const { at } = (await engine.history(id))[0]!;
    await later(at);
    await engine.update([{ id, text: "User lives in Hamburg" }]);
    const past = { scope: ALICE, filter: null, topK: null, at };
    ensureEqual((await engine.list(past)).results[0]?.memory, "User lives in Berlin", "list");
    ensureEqual(
      (await engine.search({ ...searchFor("Berlin", ALICE), at }))[0]?.memory,
      "User lives in Berlin",
      "search",
    );
    ensureEqual((await engine.list({ ...past, at: "2000-01-01T00:00:00.000Z" })).results, [], "before all");
  });

  test("a search for the past finds what a commit has superseded, and decay counts", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User lives in Bonn");
    await accept(engine, "op-2", ALICE, "moved");
    await engine.commit({ opId: "op-2", decisions: [update(id, 1, "User lives in Hamburg")] });
    const reference = "2026-11-22T10:00:00.000Z";
    const time = { reference, order: { is: "before" as const, of: "Hamburg" } };
    const query = { ...searchFor("lived before Hamburg", ALICE), explain: true };
    const results = await engine.search({ ...query, time, decay: { halfLifeDays: 30, reference } });
    ensureEqual(
      results.map((result) => [result.id, result.memory, result.superseded?.by, typeof result.parts?.decay]),
      [
        [id, "User lives in Bonn", "User lives in Hamburg", "number"],
        [id, "User lives in Hamburg", undefined, "number"],
      ],
      "both texts",
    );
    ensureEqual((await engine.search(query)).length, 1, "without asking for it");
    ensureEqual(await engine.search({ ...query, scope: { userId: "bob" }, time }), [], "another scope (INV-8)");
  });

  test("exports, and imports what it exported: once, however often", async (engine) => {
    const id = await store(engine, "op-1", ALICE, "User likes tea");
    await engine.update([{ id, text: "User likes rum" }]);
    const request = { scope: null, vectors: false };
    const file = await engine.export(request);
    await engine.forget({ scope: ALICE });
    const changes = file.history.map((change, i) => ({ ...change, newerBy: "rev" as const, isLast: i === 1 }));
    const { scopes, ops, entities, relations } = file;
    const messages = file.messages.map((message) => ({ ...message, scope: ALICE }));
    const part = { base: null, isLast: true, highestOrder: 2, scopes, ops, messages, changes, entities, relations };
    ensureEqual((await engine.import(part)).outcomes, ["added", "updated"], "outcomes");
    ensureEqual(await engine.export(request), file, "exported again");
    ensureEqual((await engine.search(searchFor("rum", ALICE)))[0]?.id, id, "found");
    ensureEqual((await engine.import(part)).outcomes, ["skipped", "skipped"], "outcomes of the same again");
  });
}

/** Resolves when the wall clock has gone on: what is written then is of another millisecond. */
async function later(than: string): Promise<void> {
  while (new Date().toISOString() <= than) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function surveyOf(engine: Engine, opId: string): Promise<Survey> {
  const outcome = await engine.survey({ opId, scope: ALICE });
  ensure(outcome.status === "surveyed", `survey: ${outcome.status}`);
  return outcome.survey;
}

function consolidation(opId: string, { seq, memories }: Pick<Survey, "seq" | "memories">) {
  const seen = memories.map(({ id, rev }) => ({ id, rev }));
  return { opId, scope: ALICE, seen, seq, done: { merged: seq, summed: null }, more: false };
}

function foldInto(into: string, folded: string, survey: Survey): ConsolidateRequest {
  const why = { reason: "test", decidedBy: "exact" } as const;
  return {
    ...consolidation("tidy", survey),
    decisions: [
      { event: "UPDATE", id: into, text: "User likes tea", origin: "rules", takesIn: [folded], ...why },
      { event: "DELETE", id: folded, replacedBy: into, ...why },
    ],
  };
}

import fc from "fast-check";
import { Memory } from "keepsake";
import { fakeRuntime } from "keepsake/testing";
import { expect, test } from "vitest";

const ALICE = { userId: "alice" };

/** Sentences that add, repeat, supersede and contradict each other. */
const sentence = fc.constantFrom(
  "I live in Berlin",
  "We moved to Hamburg",
  "I moved to Bonn",
  "I love sushi",
  "I hate sushi now",
  "I like tea and I own a boat",
  "I like tea",
  "I work at Acme",
  "I work at Globex now",
  "I am vegetarian. I love sci-fi movies.",
  "What's the weather like?",
);
const QUERIES = ["where does the user live", "sushi", "tea boat", "movies"];

/** What a reader sees: all of it, in order, and what is found, with scores. */
async function stateOf(memory: Memory) {
  const { results } = await memory.getAll(ALICE);
  const found = [];
  for (const query of QUERIES) {
    const hits = (await memory.search(query, { ...ALICE, topK: 50 })).results;
    // Equal scores have no order that an undo must keep, and sums of floats differ in their last bits.
    const rounded = hits.map((hit) => ({ ...hit, score: Math.round(hit.score * 1e9) / 1e9 }));
    found.push(rounded.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)));
  }
  return { results, found, count: (await memory.info()).memories };
}

async function withMemory(body: (memory: Memory, tick: () => void) => Promise<void>): Promise<void> {
  const runtime = fakeRuntime();
  const memory = new Memory({ engine: "inline", embedder: "hashing", storage: "memory", runtime });
  try {
    await body(memory, () => runtime.advance(60_000));
  } finally {
    await memory.close();
  }
}

test("undo of the last adds, newest first, restores each state before", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sentence, { minLength: 1, maxLength: 6 }), (sentences) =>
      withMemory(async (memory, tick) => {
        const before: { opId: string; state: unknown }[] = [];
        for (const text of sentences) {
          const state = await stateOf(memory);
          tick();
          before.push({ opId: (await memory.add(text, ALICE)).opId, state });
        }
        for (const { opId, state } of before.toReversed()) {
          tick();
          await memory.undo(opId);
          expect(await stateOf(memory)).toEqual(state);
        }
      }),
    ),
    { numRuns: 25 },
  );
});

/** What an app does between adds; `nth` picks a memory or an op. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("add" as const), text: sentence, nth: fc.constant(0) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("update" as const, "delete" as const, "feedback" as const, "undo" as const),
      text: sentence,
      nth: fc.nat(7),
    }),
  },
);

test("any undo that is not refused restores what its op had found, and its own undo what it found", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), (steps) =>
      withMemory(async (memory, tick) => {
        const ops: string[] = [];
        for (const { kind, text, nth } of steps) {
          tick();
          const { results } = await memory.getAll(ALICE);
          const target = results[nth % Math.max(1, results.length)];
          const opBefore = ops[nth % Math.max(1, ops.length)];
          if (kind === "add") ops.push((await memory.add(text, ALICE)).opId);
          else if (kind === "undo" && opBefore !== undefined) await undoTwice(memory, opBefore, ops);
          else if (target && kind !== "undo") {
            if (kind === "update") await memory.update(target.id, text);
            if (kind === "delete") await memory.delete(target.id);
            if (kind === "feedback") await memory.feedback(target.id, { rating: "POSITIVE" });
            ops.push((await memory.history(target.id))[0]!.opId);
          }
        }
      }),
    ),
    { numRuns: 40 },
  );
}, 60_000);

/** Undo, undo of it, undo again: the first and the last leave the same, the middle one what was there. */
async function undoTwice(memory: Memory, opId: string, ops: string[]): Promise<void> {
  const before = await stateOf(memory);
  const first = await memory.undo(opId).catch((error: unknown) => {
    expect(error).toMatchObject({ code: "conflict" });
    return null;
  });
  if (!first) return expect(await stateOf(memory)).toEqual(before);
  if (first.results.length === 0) return;
  const undone = await stateOf(memory);
  const second = await memory.undo(first.opId);
  expect(await stateOf(memory)).toEqual(before);
  const third = await memory.undo(second.opId);
  expect(await stateOf(memory)).toEqual(undone);
  ops.push(third.opId);
}

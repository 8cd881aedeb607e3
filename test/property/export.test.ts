import fc from "fast-check";
import { Memory } from "keepsake";
import { fakeRuntime } from "keepsake/testing";
import { expect, test } from "vitest";

const scope = fc.constantFrom<Record<string, string>>(
  { userId: "alice" },
  { userId: "alice", runId: "r1" },
  { userId: "bob" },
  { agentId: "guide", appId: "maps" },
);
const text = fc.constantFrom(
  "I live in Berlin",
  "We moved to Hamburg",
  "I love sushi",
  "I hate sushi now",
  "I work at Acme. My sister Anna works at Globex.",
  "I like tea and I own a boat",
);
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as never);
const metadata = fc.dictionary(fc.string({ maxLength: 6 }), json, { maxKeys: 3 });
const step = fc.record({
  kind: fc.constantFrom("add", "add", "graph", "verbatim", "update", "delete", "feedback", "undo", "forget", "expire"),
  scope,
  text: fc.oneof(text, fc.string({ minLength: 1, maxLength: 20, unit: "binary" })),
  metadata,
  nth: fc.nat(7),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function live(memory: Memory, { kind, scope, text, metadata, nth }: Step): Promise<void> {
  if (kind === "add" || kind === "graph" || kind === "verbatim") {
    const says = text.trim() === "" ? "I like milk" : text;
    await memory.add(says, { ...scope, metadata, graph: kind === "graph", infer: kind !== "verbatim" });
    return;
  }
  const { results } = await memory.getAll(scope);
  const id = results[nth % Math.max(1, results.length)]?.id;
  if (id === undefined) return;
  if (kind === "update") await memory.update(id, { metadata, ...(text.trim() !== "" && { text }) });
  if (kind === "delete") await memory.delete(id);
  if (kind === "feedback") await memory.feedback(id, { rating: "NEGATIVE", reason: text });
  if (kind === "expire") await memory.update(id, { expirationDate: "2020-01-01" });
  if (kind === "forget") await memory.forget(id);
  // One that is refused changes nothing.
  if (kind === "undo") await memory.undo((await memory.history(id))[0]!.opId).catch(() => undefined);
}

async function withMemories(body: (open: () => Memory, tick: () => void) => Promise<void>): Promise<void> {
  const runtime = fakeRuntime();
  const opened: Memory[] = [];
  const open = (): Memory => {
    const memory = new Memory({ engine: "inline", embedder: "hashing", storage: "memory", runtime });
    opened.push(memory);
    return memory;
  };
  try {
    await body(open, () => runtime.advance(1_000));
  } finally {
    for (const memory of opened) await memory.close();
  }
}

async function exportAll(memory: Memory): Promise<string> {
  return JSON.stringify(await memory.export({ all: true }));
}

test("export → import → export is identical, byte by byte; a second import changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), (steps) =>
      withMemories(async (open, tick) => {
        const memory = open();
        for (const one of steps) {
          tick();
          await live(memory, one);
        }
        const file = await exportAll(memory);
        const copy = open();
        const { added } = await copy.import(file);
        expect(await exportAll(copy)).toBe(file);
        expect(await copy.import(file)).toEqual({ added: 0, updated: 0, skipped: added });
        expect(await exportAll(copy)).toBe(file);
        expect((await copy.info()).memories).toBe((await memory.info()).memories);
      }),
    ),
    { numRuns: 40 },
  );
}, 120_000);

test("import merges: twice equals once beside anything, and nothing that was there is touched", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 8 }), (steps, others) =>
      withMemories(async (open, tick) => {
        const [from, to] = [open(), open()];
        for (const one of steps) await live(from, one);
        for (const one of others) {
          tick();
          await live(to, one);
        }
        const before = await to.export({ all: true });
        const file = await exportAll(from);
        await to.import(file);
        const once = await exportAll(to);
        await to.import(file);
        expect(await exportAll(to)).toBe(once);
        const after = await to.export({ all: true });
        const kept = new Map(after.memories.map((record) => [record.id, record]));
        for (const record of before.memories) {
          const { order: _now, ...now } = kept.get(record.id)!;
          const { order: _then, ...then } = record;
          expect(now).toEqual(then);
        }
      }),
    ),
    { numRuns: 25 },
  );
}, 120_000);

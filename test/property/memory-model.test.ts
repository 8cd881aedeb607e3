/**
 * A Memory against a plain Map: any sequence of calls, in two tabs, over restarts, with a graph and snapshots in
 * play. KEEPSAKE_SEED and KEEPSAKE_RUNS repeat or extend a run.
 */
import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import fc from "fast-check";
import { Memory, type AddResult, type Message } from "keepsake";
import { openIndexedDBStore } from "keepsake/engine";
import { fakeRuntime } from "keepsake/testing";
import { afterAll, describe, expect, it } from "vitest";

const SCOPES = [{ userId: "ann" }, { userId: "ann", runId: "r1" }, { userId: "bob" }] as const;
type TestScope = (typeof SCOPES)[number];
/** Small, so that graphs and snapshots are there after one large add. */
const INDEX = { hnswFrom: 20, snapshotFrom: 10 };
/** Few enough that the planner asks the graph. */
const TOP_K = 5;

const SEED = process.env["KEEPSAKE_SEED"];
const RUNS = Number(process.env["KEEPSAKE_RUNS"] ?? 15);
const PARAMETERS = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };

/** What came into play over all runs: a property that never meets a graph proves nothing about it. */
const met = { hnsw: 0, snapshots: 0 };

interface Known {
  memory: string;
  scope: TestScope;
  /** `seq` of its first change. */
  born: number;
  changes: number;
  isDeleted: boolean;
}

const word = fc.constantFrom("tea", "rum", "gin", "milk", "cocoa", "Tea");
const place = fc.constantFrom("Berlin", "Hamburg", "Oslo");
const said = fc.oneof(
  word.map((it) => `I like ${it}`),
  word.map((it) => `I hate ${it}`),
  word.map((it) => `I don't like ${it} anymore`),
  place.map((it) => `I live in ${it}`),
  place.map((it) => `I moved to ${it}`),
  fc.constant("How are you?"),
);
const note = fc.tuple(word, word, fc.nat(30)).map(([a, b, n]) => `${a} with ${b} ${n}`);
const scope = fc.constantFrom(...SCOPES);
/** Which of the ids known so far, as a share of them. */
const which = fc.nat(99);
const kind = <K extends string>(value: K) => fc.constant(value);

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind("say"), scope, texts: fc.array(said, { minLength: 1, maxLength: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: kind("note"), scope, texts: fc.array(note, { minLength: 1, maxLength: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind("note"), scope, texts: fc.array(note, { minLength: 24, maxLength: 28 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind("update"), which, text: fc.oneof(note, said) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind("delete"), which }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("deleteAll"), scope }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("search"), scope, which }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("reopen") }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("idle") }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Each step in one of two tabs. Half of the lists begin with a graph and a snapshot, for the rest to outdate. */
const steps = fc
  .tuple(fc.boolean(), fc.array(fc.record({ tab: fc.constantFrom(0, 1), step }), { minLength: 3, maxLength: 12 }))
  .map(([isLarge, list]) => (isLarge ? [...LARGE, ...list] : list));
const LARGE: { tab: number; step: Step }[] = [
  {
    tab: 0,
    step: { kind: "note", scope: SCOPES[0], texts: Array.from({ length: 24 }, (_, i) => `rum with tea ${i}`) },
  },
  { tab: 0, step: { kind: "idle" } },
];

class Model {
  readonly known = new Map<string, Known>();
  seq = 0;

  /** Live memories that carry the scope, newest first. */
  visible(asked: TestScope): [string, Known][] {
    return [...this.known]
      .filter(([, { scope: its, isDeleted }]) => {
        if (isDeleted || its.userId !== asked.userId) return false;
        return !("runId" in asked) || ("runId" in its && its.runId === asked.runId);
      })
      .toSorted(([, a], [, b]) => b.born - a.born);
  }

  pick(share: number): [string, Known] | undefined {
    const live = [...this.known].filter(([, one]) => !one.isDeleted);
    return live[Math.floor((share / 100) * live.length)];
  }

  change(id: string, fields: Partial<Known>): void {
    this.seq += 1;
    const unborn = { memory: "", scope: SCOPES[0], born: this.seq, changes: 0, isDeleted: false };
    const before = this.known.get(id) ?? unborn;
    this.known.set(id, { ...before, ...fields, changes: before.changes + 1 });
  }

  /** What an add says it did, done. */
  follow({ results }: AddResult, asked: TestScope): void {
    for (const { event, id, memory, previousMemory } of results) {
      const before = id === null ? undefined : this.known.get(id);
      if (event === "NONE") continue;
      if (event === "ADD") {
        expect(before).toBeUndefined();
        this.change(id!, { memory, scope: asked });
        continue;
      }
      // INV-8: an add changes what is in exactly its scope.
      expect(before).toMatchObject({ scope: asked, isDeleted: false, memory: previousMemory });
      this.change(id!, event === "UPDATE" ? { memory } : { isDeleted: true });
    }
  }
}

class World {
  readonly model = new Model();
  readonly tabs: Memory[] = [];
  #opened = 0;

  constructor() {
    globalThis.indexedDB = new IDBFactory();
    this.tabs.push(this.open(), this.open());
  }

  open(): Memory {
    const runtime = fakeRuntime({ idPrefix: `m${this.#opened++}` });
    return new Memory({ engine: "inline", embedder: "hashing", index: INDEX, runtime });
  }

  async close(): Promise<void> {
    await Promise.all(this.tabs.map((tab) => tab.close()));
  }

  async take(tab: 0 | 1, one: Step): Promise<void> {
    const memory = this.tabs[tab]!;
    const { model } = this;
    switch (one.kind) {
      case "say":
        return model.follow(await memory.add(messages(one.texts), one.scope), one.scope);
      case "note": {
        const added = await memory.add(messages(one.texts), { ...one.scope, infer: false });
        expect(added.results.map(({ event, memory: text }) => [event, text])).toEqual(one.texts.map((t) => ["ADD", t]));
        return model.follow(added, one.scope);
      }
      case "update": {
        const [id] = model.pick(one.which) ?? [];
        if (id === undefined) return;
        expect((await memory.update(id, one.text)).memory).toBe(one.text);
        return model.change(id, { memory: one.text });
      }
      case "delete": {
        const [id] = model.pick(one.which) ?? [];
        if (id === undefined) return;
        await memory.delete(id);
        return model.change(id, { isDeleted: true });
      }
      case "deleteAll": {
        const all = model.visible(one.scope);
        expect(await memory.deleteAll(one.scope)).toEqual({ deleted: all.length });
        for (const [id] of all) model.change(id, { isDeleted: true });
        return;
      }
      case "search":
        return this.expectFound(memory, one.scope, one.which);
      case "reopen":
        await memory.close();
        this.tabs[tab] = this.open();
        return;
      case "idle":
        // Graphs and snapshots are made while nobody waits.
        await memory.search("tea", SCOPES[0]);
        for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async expectFound(memory: Memory, asked: TestScope, share: number): Promise<void> {
    const visible = new Map(this.model.visible(asked).map(([id, { memory: text }]) => [id, text]));
    const id = [...visible.keys()][Math.floor((share / 100) * visible.size)];
    const query = id === undefined ? "tea" : visible.get(id)!;
    const { results } = await memory.search(query, { ...asked, topK: TOP_K });
    for (const hit of results) expect(hit.memory).toBe(visible.get(hit.id));
    expect(new Set(results.map((hit) => hit.id)).size).toBe(results.length);
    if ((await memory.info()).index.lastPath === "hnsw") met.hnsw += 1;
    if (id === undefined) return;
    // First, or level with it: others may have the same words.
    const own = results.find((hit) => hit.id === id) ?? results[TOP_K - 1];
    expect(own?.score, `"${query}" is found by itself`).toBeCloseTo(results[0]!.score, 6);
  }

  /** Everything that can be read, against the model. */
  async check(): Promise<void> {
    const { model } = this;
    for (const memory of this.tabs) {
      for (const asked of SCOPES) {
        const { results } = await memory.getAll(asked);
        expect(results.map(({ id, memory: text }) => [id, text])).toEqual(
          model.visible(asked).map(([id, one]) => [id, one.memory]),
        );
      }
      const live = [...model.known.values()].filter((one) => !one.isDeleted).length;
      expect(await memory.info()).toMatchObject({ seq: model.seq, memories: live, pending: 0 });
    }
    for (const [id, { memory: text, isDeleted }] of model.known) {
      const item = await this.tabs[0]!.get(id);
      expect(item?.memory ?? null).toBe(isDeleted ? null : text);
    }
  }

  /** INV-6: one number per change, from 1, without a gap. */
  async checkHistories(): Promise<void> {
    const seqs: number[] = [];
    for (const [id, { changes }] of this.model.known) {
      const history = await this.tabs[0]!.history(id);
      expect(history).toHaveLength(changes);
      seqs.push(...history.map((entry) => entry.seq));
    }
    expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs.map((_, i) => i + 1));
  }

  /** INV-5: snapshots are a cache. Their loss changes no answer, nor does what they make a new tab answer. */
  async checkSnapshots(): Promise<void> {
    const warm = await answers(this.tabs[1]!);
    for (const lose of [async () => 0, dropSnapshots]) {
      met.snapshots += await lose();
      const cold = this.open();
      expect(await answers(cold)).toEqual(warm);
      await cold.close();
    }
  }
}

async function answers(memory: Memory): Promise<unknown> {
  const found: unknown[] = [];
  for (const query of ["tea with milk", "where does the user live", "gin 7"]) {
    for (const asked of SCOPES) {
      const { results } = await memory.search(query, { ...asked, topK: TOP_K });
      found.push(results.map(({ id, memory: text, score }) => [id, text, score]));
    }
  }
  return found;
}

/** @returns how many rows there were */
async function dropSnapshots(): Promise<number> {
  const store = await openIndexedDBStore({ name: "default" });
  const count = await store.write(["snapshots"], "relaxed", async (tx) => {
    const rows = await tx.count("snapshots");
    await tx.deleteAll("snapshots");
    return rows;
  });
  await store.close();
  return count;
}

function messages(texts: readonly string[]): Message[] {
  return texts.map((content) => ({ role: "user", content }));
}

describe("Memory against a Map", () => {
  afterAll(() => {
    if (RUNS < 15) return;
    expect(met.hnsw, "searches through a graph").toBeGreaterThan(0);
    expect(met.snapshots, "snapshots on disk").toBeGreaterThan(0);
  });

  it("INV-2, INV-5, INV-6, INV-8: every read tells what was done, in any tab, after any restart", async () => {
    await fc.assert(
      fc.asyncProperty(steps, which, async (list, share) => {
        const world = new World();
        try {
          for (const { tab, step: one } of list) {
            await world.take(tab as 0 | 1, one);
            await world.check();
          }
          for (const memory of world.tabs) for (const asked of SCOPES) await world.expectFound(memory, asked, share);
          await world.checkHistories();
          await world.checkSnapshots();
        } finally {
          await world.close();
        }
      }),
      PARAMETERS,
    );
  }, 120_000);
});

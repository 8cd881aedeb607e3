/** INV-5: a view that was loaded ranks as one that was never away, and as one made of the records. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { hashingEmbedder } from "../../src/embed/hashing.ts";
import { ScopeView } from "../../src/engine/scope-view.ts";
import { queryWords } from "../../src/search/query-words.ts";
import { search } from "../../src/engine/search.ts";
import { loadSnapshot, writeSnapshot } from "../../src/engine/view-snapshot.ts";
import { openMemoryStore } from "../../src/store/memory-store.ts";
import type { ReadTx, Store } from "../../src/store/store.ts";
import { hashStatement } from "../../src/text/statement.ts";
import type { MemoryRecord } from "../../src/types.ts";
import { PlannedIndex } from "../../src/vector/planned-index.ts";

const OWNER = { scopeKey: "scope", space: "hash", dims: 384 };
const OPTIONS = { hnswFrom: 1e9 };
const AT = "2026-11-22T10:00:00.000Z";
const NOW = "2026-11-25T10:00:00.000Z";
const QUERIES = ["Ann drinks tea", "who plays chess in Oslo", "rum 7", "User"];
const BLANK = {
  scopeKey: OWNER.scopeKey,
  scope: { userId: "ann" },
  metadata: {},
  createdAt: AT,
  updatedAt: AT,
  rev: 1,
  order: 1,
  opId: "op",
  origin: "llm",
};
const embedder = hashingEmbedder();

const word = fc.constantFrom("tea", "rum", "chess", "Oslo", "drinks", "plays", "naïve", "茶", "7");
const text = fc
  .tuple(fc.constantFrom("User", "Ann", "Ben:"), fc.array(word, { maxLength: 5 }))
  .map(([who, words]) => [who, ...words].join(" "));
const step = fc.record({
  id: fc.nat(12),
  memory: text,
  isDeleted: fc.boolean(),
  cues: fc.option(text, { nil: undefined }),
  actor: fc.option(fc.constantFrom("Ann", "Zoë Lee"), { nil: undefined }),
  expirationDate: fc.option(fc.constantFrom("2026-11-24", "2026-11-26"), { nil: undefined }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The log, and what is stored at its end. */
class World {
  readonly records = new Map<string, MemoryRecord>();
  readonly tx = { get: async (_table: string, id: string) => this.records.get(id) } as unknown as ReadTx;
  #seq = 0;

  async apply({ id: number, isDeleted, ...fields }: Step, view: ScopeView): Promise<void> {
    const id = `m${number}`;
    const before = this.records.get(id);
    this.#seq += 1;
    const [known, seq] = [before ?? { createdSeq: this.#seq }, this.#seq];
    const given = Object.entries(fields).filter(([, value]) => value !== undefined);
    const record = {
      ...BLANK,
      ...Object.fromEntries(given),
      id,
      seq,
      hash: hashStatement(fields.memory),
      createdSeq: known.createdSeq,
      ...(isDeleted && { deletedAt: AT }),
    } as MemoryRecord;
    this.records.set(id, record);
    await take(view, record);
    view.seq = seq;
  }
}

/** Every third text has no vector yet. */
async function take(view: ScopeView, record: MemoryRecord): Promise<void> {
  const [vector] = await embedder.embed([record.memory]);
  view.set(record);
  if (!record.deletedAt && record.hash.codePointAt(0)! % 3 !== 0) view.setVector(record.id, record.hash, vector!);
}

async function reload(store: Store, { records }: World): Promise<ScopeView> {
  const rows = await store.read(["snapshots"], (tx) => tx.getAll("snapshots", { prefix: ['["hash","scope"]'] }));
  const chunks = rows.map((row) => row.bytes);
  const view = await loadSnapshot(chunks, OWNER, OPTIONS);
  const later = [...records.values()].filter((record) => record.seq > view.seq);
  for (const record of later) await take(view, record);
  return view;
}

async function answersOf(view: ScopeView, { tx }: World): Promise<unknown> {
  const answers: unknown[] = [];
  for (const query of QUERIES) {
    const [vector] = await embedder.embed([query]);
    const request = { query, topK: 20, threshold: 0, filter: null, explain: true };
    answers.push(
      await search([view], request, vector!, { kind: "lexical", words: queryWords, nowIso: NOW, about: null }, tx),
    );
  }
  return answers;
}

it("at any seq, with changes while it was written and after, to the last bit", async () => {
  let late = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.array(step, { maxLength: 4 }),
      fc.array(step, { maxLength: 8 }),
      async (before, during, after) => {
        const [world, store] = [new World(), openMemoryStore()];
        const view = new ScopeView(OWNER.scopeKey, OWNER.space, new PlannedIndex(OWNER.dims), 0);
        for (const one of before) await world.apply(one, view);
        const left = [...during];
        await writeSnapshot(store, view, 0, async () => {
          const one = left.shift();
          if (one) late += 1;
          if (one) await world.apply(one, view);
        });
        for (const one of [...left, ...after]) await world.apply(one, view);

        const loaded = await reload(store, world);
        const rebuilt = new ScopeView(OWNER.scopeKey, OWNER.space, new PlannedIndex(OWNER.dims), 0);
        for (const record of world.records.values()) await take(rebuilt, record);
        const expected = await answersOf(rebuilt, world);
        expect(await answersOf(view, world)).toEqual(expected);
        expect(await answersOf(loaded, world)).toEqual(expected);
        // A loaded one is written down like any other.
        await writeSnapshot(store, loaded, 0, async () => undefined);
        expect(await answersOf(await reload(store, world), world)).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
  expect(late, "changes while a snapshot was written").toBeGreaterThan(0);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contradicts } from "../../src/graph/contradictions.ts";
import { planDeletion } from "../../src/graph/deletion.ts";
import { normalizeName } from "../../src/graph/names.ts";
import { planRelations } from "../../src/graph/plan.ts";
import { isSingle, readPredicate } from "../../src/graph/predicates.ts";
import { holds, statementKey, type GraphEntity, type GraphRelation } from "../../src/graph/rows.ts";
import { planUndo } from "../../src/graph/undo.ts";
import { graphView } from "../../src/graph/view.ts";
import { relationsByRules } from "../../src/add/rules/relations.ts";
import { readRelations } from "../../src/add/reply-relations.ts";
import type { RelationDraft } from "../../src/types.ts";

interface World {
  entities: GraphEntity[];
  relations: GraphRelation[];
}
interface Op {
  drafts: RelationDraft[];
  /** Minutes after the first op; ops may be written out of this order. */
  minute: number;
  /** The memories that it leaves alone: every third one, or all. */
  spares?: "some" | "all" | undefined;
}

const NAMES = ["User", "me", "Anna", "anna's", "The Acme", "Globex", "Berlin", "User's sister", "tea"];
const POSITIVE = ["works_at", "lives in", "likes", "hates", "married_to", "visited", "sisterOf", "avoids", "eats"];
const NEGATIVE = ["no_longer_works_at", "not_likes", "left", "doesn't like", "not_eats"];

const draft = (predicates: string[]): fc.Arbitrary<RelationDraft> =>
  fc.record({
    source: fc.constantFrom(...NAMES),
    predicate: fc.constantFrom(...predicates),
    target: fc.constantFrom(...NAMES),
  });
const ops = (predicates: string[], inOrder = false): fc.Arbitrary<Op[]> =>
  fc
    .array(
      fc.record({ drafts: fc.array(draft(predicates), { maxLength: 4 }), minute: fc.integer({ min: 0, max: 20 }) }),
      { minLength: 1, maxLength: 8 },
    )
    .map((list) => (inOrder ? list.map((op, minute) => ({ ...op, minute })) : list));

/** Some of them leave alone what others say. */
const sparing = (list: fc.Arbitrary<Op[]>): fc.Arbitrary<Op[]> =>
  fc
    .tuple(list, fc.array(fc.constantFrom("some" as const, "all" as const, undefined), { minLength: 8, maxLength: 8 }))
    .map(([all, spares]) => all.map((op, i) => ({ ...op, spares: spares[i] })));

const ALL = [...POSITIVE, ...NEGATIVE];
const EMPTY: World = { entities: [], relations: [] };
const at = (minute: number): string => new Date(minute * 60_000).toISOString();

/** The op of index `n`, which writes the memory `m<n>`. */
function apply(world: World, { drafts, minute, spares: which }: Op, n: number): World {
  const spares = (memoryId: string): boolean => which === "all" || (which === "some" && /[036]$/.test(memoryId));
  const plan = planRelations({ ...world, drafts, memoryId: `m${n}`, opId: `op${n}`, at: at(minute), seq: n, spares });
  const relations = new Map(world.relations.map((row) => [row.id, row]));
  for (const id of plan.removed) relations.delete(id);
  for (const row of [...plan.opened, ...plan.closed]) relations.set(row.id, row);
  const entities = new Map([...world.entities, ...plan.entities].map((entity) => [entity.id, entity]));
  return { entities: [...entities.values()], relations: [...relations.values()] };
}

function run(list: Op[], skip = -1): World {
  return list.reduce((world, op, n) => (n === skip ? world : apply(world, op, n)), EMPTY);
}

function undo({ entities, relations }: World, opId: string, undoId = "undo"): World {
  const changed = new Map(planUndo({ relations, opId, undoId, deleted: new Map() }).map((row) => [row.id, row]));
  return { entities, relations: relations.map((row) => changed.get(row.id) ?? row) };
}

const byId = (world: World): GraphRelation[] => world.relations.toSorted((a, b) => (a.id < b.id ? -1 : 1));

describe("planRelations", () => {
  it("a second time does nothing", () => {
    fc.assert(
      fc.property(ops(POSITIVE, true), (list) => {
        const world = run(list);
        const last = list.at(-1)!;
        // Drafts that contradict one another within one memory take turns, whoever says them.
        const open = world.relations.filter((row) => row.openedBy === `op${list.length - 1}`);
        const stable = last.drafts.length <= 1 || open.every((row) => row.to === null);
        fc.pre(stable && last.drafts.length <= 1);
        expect(byId(apply(world, last, list.length - 1))).toEqual(byId(world));
      }),
    );
  });

  it("never leaves two contradicting relations open, nor one memory stating the same twice", () => {
    fc.assert(
      fc.property(ops(ALL), (list) => {
        const open = run(list).relations.filter((row) => holds(row));
        for (const a of open) for (const b of open) expect(contradicts(a, b)).toBe(false);
        const keys = open.map((row) => `${row.memoryId} ${statementKey(row)}`);
        expect(new Set(keys).size).toBe(keys.length);
        const singles = open.filter((row) => isSingle(row.predicate));
        const targets = new Map<string, Set<string>>();
        for (const { source, predicate, target } of singles) {
          const key = `${source} ${predicate}`;
          targets.set(key, (targets.get(key) ?? new Set()).add(target));
        }
        for (const set of targets.values()) expect(set.size).toBe(1);
      }),
    );
  });

  it("keeps to the life of a relation: it never ends before it began, is closed by some op, names known entities", () => {
    fc.assert(
      fc.property(ops(ALL), (list) => {
        const { relations, entities } = run(list);
        const ids = new Set(entities.map((entity) => entity.id));
        for (const row of relations) {
          expect(row.to === null).toBe(row.closedBy === null);
          if (row.to !== null) expect(row.to >= row.from).toBe(true);
          expect(ids.has(row.source) && ids.has(row.target)).toBe(true);
          expect(row.source).not.toBe(row.target);
        }
        expect(new Set(relations.map((row) => row.id)).size).toBe(relations.length);
      }),
    );
  });

  it("closes nothing of what it is to leave alone", () => {
    fc.assert(
      fc.property(sparing(ops(ALL)), (list) => {
        const last = list.length - 1;
        const before = run(list.slice(0, -1));
        const world = apply(before, { ...list[last]!, spares: "all" }, last);
        const open = ({ relations }: World) => relations.filter((row) => holds(row)).map((row) => row.id);
        expect(open(world)).toEqual(expect.arrayContaining(open(before)));
      }),
    );
  });

  it("undoing the last op restores the relations before it, but for marks of what it spared", () => {
    fc.assert(
      fc.property(sparing(ops(ALL, true)), (list) => {
        const before = run(list.slice(0, -1));
        const opId = `op${list.length - 1}`;
        const { entities, relations } = undo(run(list), opId);
        const [gone, left] = [true, false].map((own) => relations.filter((row) => (row.openedBy === opId) === own));
        const unmarked = left!.map(({ spared = [], ...row }) => {
          const others = spared.filter((one) => one !== opId);
          return { ...row, ...(others.length > 0 && { spared: others }) };
        });
        expect(byId({ entities, relations: unmarked })).toEqual(byId(before));
        expect(gone!.every((row) => row.to === row.from)).toBe(true);
      }),
    );
  });

  it("undoing an undo restores the relations before it", () => {
    fc.assert(
      fc.property(sparing(ops(ALL, true)), fc.nat(7), (list, index) => {
        const world = run(list);
        const undone = undo(world, `op${index % list.length}`, "undo");
        expect(byId(undo(undone, "undo", "redo"))).toEqual(byId(world));
      }),
    );
  });

  it("undoing any op leaves what holds as if it had never been", () => {
    fc.assert(
      fc.property(ops(["works_at", "lives_in", "likes", "hates"], true), fc.nat(7), (list, index) => {
        const simple = list.map((op) => ({ ...op, drafts: op.drafts.slice(0, 1) }));
        const skip = index % simple.length;
        const shown = (world: World) => graphView(world).edges.map((e) => `${e.sourceId} ${e.predicate} ${e.targetId}`);
        expect(shown(undo(run(simple), `op${skip}`)).toSorted()).toEqual(shown(run(simple, skip)).toSorted());
      }),
    );
  });

  it("undoing a deletion opens again what it closed", () => {
    fc.assert(
      fc.property(sparing(ops(ALL, true)), fc.nat(7), (list, index) => {
        const world = run(list);
        const memoryId = `m${index % list.length}`;
        const closed = planDeletion(world.relations, { memoryId, opId: "delete", at: at(99) });
        const byKey = new Map(closed.map((row) => [row.id, row]));
        const deleted = { ...world, relations: world.relations.map((row) => byKey.get(row.id) ?? row) };
        expect(deleted.relations.some((row) => row.memoryId === memoryId && holds(row))).toBe(false);
        expect(byId(undo(deleted, "delete"))).toEqual(byId(world));
      }),
    );
  });
});

describe("graphView", () => {
  it("shows each statement once, only what holds, and no edge without its nodes; more depth shows no less", () => {
    fc.assert(
      fc.property(ops(ALL), fc.constantFrom(...NAMES), fc.nat(22), (list, entity, minute) => {
        const world = run(list);
        let before = 0;
        for (const depth of [0, 1, 2, 3]) {
          const { nodes, edges } = graphView({ ...world, entity, depth, at: at(minute) });
          const ids = new Set(nodes.map((node) => node.id));
          expect(edges.every((edge) => ids.has(edge.sourceId) && ids.has(edge.targetId))).toBe(true);
          expect(edges.every((e) => e.from <= at(minute) && (e.to === null || e.to > at(minute)))).toBe(true);
          const keys = edges.map((edge) => `${edge.sourceId} ${edge.predicate} ${edge.targetId}`);
          expect(new Set(keys).size).toBe(keys.length);
          expect(edges.length).toBeGreaterThanOrEqual(before);
          before = edges.length;
        }
        expect(graphView({ ...world, at: at(minute) }).edges.length).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});

describe("whatever comes in", () => {
  it("normalizing a name twice changes nothing more", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        expect(normalizeName(normalizeName(name))).toBe(normalizeName(name));
      }),
    );
  });

  it("a read predicate reads as itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...ALL), fc.string()), (written) => {
        const reading = readPredicate(written);
        if (reading?.opens)
          expect(readPredicate(reading.opens)).toEqual({ opens: reading.opens, ends: [], inverse: false });
      }),
    );
  });

  it("rules and reply reader never throw, and give whole drafts", () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (text, value) => {
        for (const { source, predicate, target } of [
          ...relationsByRules(`User likes ${text}`),
          ...relationsByRules(text),
          ...(readRelations({ relations: value }) ?? []),
        ]) {
          expect(source.trim() && predicate.trim() && target.trim()).not.toBe("");
        }
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { readRelations, shareOut } from "../../../src/add/reply-relations.ts";
import { relationsByRules } from "../../../src/add/rules/relations.ts";
import { entitiesByMemory, entitiesIn, entityOverlap } from "../../../src/graph/mentions.ts";
import { planRelations } from "../../../src/graph/plan.ts";
import { orphans, type GraphEntity, type GraphRelation } from "../../../src/graph/rows.ts";
import type { RelationDraft } from "../../../src/types.ts";

const said = (text: string): string[] =>
  relationsByRules(text).map(({ source, predicate, target }) => `${source} ${predicate} ${target}`);

describe("relationsByRules", () => {
  it.each([
    ["User lives in Hamburg", ["User lives_in Hamburg"]],
    ["User moved from Berlin to Hamburg last month", ["User lives_in Hamburg"]],
    ["User lives in Hamburg with Anna", ["User lives_in Hamburg", "User lives_with Anna"]],
    ["User works at Acme as an engineer and lives in Berlin", ["User works_at Acme", "User lives_in Berlin"]],
    ["User works as an engineer at Google", ["User works_as engineer", "User works_at Google"]],
    ["User's sister Anna lives in Berlin", ["User's sister Anna lives_in Berlin"]],
    ["User's sister is called Anna", ["User has_sister User's sister Anna"]],
    ["User likes sci-fi", ["User likes sci-fi"]],
    ["User doesn't like horror movies", ["User not_likes horror movies"]],
    ["User used to love pizza", ["User no_longer_likes pizza"]],
    ["User has a dog named Biscuit", ["User has_dog Biscuit"]],
    ["User has two sisters, Anna and Mia", ["User has_sister Anna", "User has_sister Mia"]],
    ["User has a sister named Anna, who lives in Berlin", ["User has_sister Anna", "Anna lives_in Berlin"]],
    ["Biscuit is User's dog", ["User has_dog Biscuit"]],
    ["User's dog Biscuit turned 5", ["User's dog Biscuit age 5"]],
    [
      "User speaks German, English and a little French",
      ["User speaks German", "User speaks English", "User speaks French"],
    ],
    ["User's name is Tommy", ["User named Tommy"]],
    ["User's favorite color is blue", ["User favorite_color blue"]],
    ["User decided to use Postgres", ["User uses Postgres"]],
    ["User is no longer with Acme", ["User no_longer_works_at Acme"]],
    ["Anna Smith works at Globex", ["Anna Smith works_at Globex"]],
    ["User wants to visit Japan one day", ["User plans_to_visit Japan"]],
    ["User was born in 1990", ["User born_on 1990"]],
  ])("%s", (text, expected) => {
    expect(said(text)).toEqual(expected);
  });

  it.each(["User is tired", "User ya no come carne", "User is planning to watch a movie tonight", "Hello", ""])(
    "says nothing about %j",
    (text) => expect(said(text)).toEqual([]),
  );
});

describe("the relations of a reply", () => {
  it("are read in every form that models write", () => {
    const draft = { source: "User", predicate: "lives_in", target: "Berlin" };
    const typed = { ...draft, targetType: "place" };
    expect(readRelations({ relations: [["User", "lives_in", "Berlin", "place"]] })).toEqual([typed]);
    expect(readRelations({ relations: ["User", "lives_in", "Berlin"] })).toEqual([draft]);
    expect(readRelations({ Relations: [{ source: "User", relationship: "lives_in", destination: "Berlin" }] })).toEqual(
      [draft],
    );
    expect(readRelations({ relations: [["User", "age", 34], null, ["User"], 7, ["", "x", "y"]] })).toEqual([
      { source: "User", predicate: "age", target: "34" },
    ]);
    expect(readRelations({ relations: [] })).toEqual([]);
    expect(readRelations({ text: "User likes tea" })).toBeUndefined();
  });

  it("that stand beside the facts go to the fact that names them", () => {
    const facts = [{ text: "User likes tea" }, { text: "Anna lives in Berlin" }];
    const reply = {
      facts,
      relations: [
        ["Anna", "lives_in", "Berlin"],
        ["Bob", "likes", "chess"],
      ],
    };
    expect(shareOut(facts, reply)).toEqual([
      { text: "User likes tea" },
      { text: "Anna lives in Berlin", relations: [{ source: "Anna", predicate: "lives_in", target: "Berlin" }] },
    ]);
  });
});

describe("planRelations", () => {
  it("the user's marriage is one, whichever way round it is told", () => {
    const { relations } = world([["Anna", "wife_of", "me"]], [["User", "married_to", "Mia"]]);
    expect(relations.map((row) => [row.source, row.predicate, row.target, row.to === null])).toEqual([
      ["user", "married_to", "anna", false],
      ["user", "married_to", "mia", true],
    ]);
  });

  it("a sister without a name gets it later, and stays who she was", () => {
    const { entities, relations } = world(
      [["User's sister", "lives_in", "Bonn"]],
      [["User's sister Anna", "works_at", "Acme"]],
    );
    expect(entities.find((entity) => entity.id === "user's sister")?.aliases).toEqual(["anna"]);
    expect(new Set(relations.filter((row) => row.predicate !== "has_sister").map((row) => row.source))).toEqual(
      new Set(["user's sister"]),
    );
  });

  it("an entity keeps its first name and learns what it is", () => {
    const { entities } = world([["User", "likes", "the Globex"]], [["Anna", "works_at", "Globex GmbH"]]);
    expect(entities.find((entity) => entity.id === "globex")).toMatchObject({ name: "Globex", type: "organization" });
  });

  it("what is over and was never known leaves no trace", () => {
    expect(world([["User", "no_longer_works_at", "Acme"]])).toEqual({ entities: [], relations: [] });
  });

  it("entities that nothing names any more are orphans", () => {
    const { entities, relations } = world([
      ["User", "likes", "tea"],
      ["User", "lives_in", "Bonn"],
    ]);
    expect(orphans(entities, relations)).toEqual([]);
    expect(
      orphans(
        entities,
        relations.filter((row) => row.target !== "tea"),
      ),
    ).toEqual(["tea"]);
  });
});

describe("entity overlap", () => {
  const graph = world(
    [["User's sister Anna", "lives_in", "New York"]],
    [["User", "likes", "tea"]],
    [["太郎", "lives_in", "東京"]],
  );

  it("finds the entities that a query names, by any name", () => {
    expect(entitiesIn("Does ANNA still like New York?", graph)).toEqual(new Set(["anna", "new york"]));
    expect(entitiesIn("Where does my sister live?", graph)).toEqual(new Set(["user", "anna"]));
    expect(entitiesIn("東京に住んでいる人", graph)).toEqual(new Set(["東京"]));
    expect(entitiesIn("anything else", graph)).toEqual(new Set());
  });

  it("is the share of them that a memory is about; the user does not count", () => {
    const about = entitiesByMemory(graph.relations);
    const named = entitiesIn("What does my sister Anna say about tea?", graph);
    expect(entityOverlap(named, about.get("m0"))).toBe(0.5);
    expect(entityOverlap(named, about.get("m2"))).toBe(0);
    expect(entityOverlap(new Set(["user"]), about.get("m0"))).toBe(0);
    expect(entityOverlap(named, undefined)).toBe(0);
  });
});

/** The graph after one op per list of drafts. */
function world(...ops: [string, string, string][][]): { entities: GraphEntity[]; relations: GraphRelation[] } {
  const entities = new Map<string, GraphEntity>();
  const relations = new Map<string, GraphRelation>();
  for (const [n, op] of ops.entries()) {
    const drafts = op.map(([source, predicate, target]): RelationDraft => ({ source, predicate, target }));
    const rows = { entities: [...entities.values()], relations: [...relations.values()] };
    const at = new Date(n * 1_000).toISOString();
    const plan = planRelations({ ...rows, drafts, memoryId: `m${n}`, opId: `op${n}`, at, seq: n });
    for (const entity of plan.entities) entities.set(entity.id, entity);
    for (const row of [...plan.opened, ...plan.closed]) relations.set(row.id, row);
  }
  return { entities: [...entities.values()], relations: [...relations.values()] };
}

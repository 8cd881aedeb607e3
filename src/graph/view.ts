/** What of a graph is shown: nodes and edges around an entity, relations around search results, changes of an op. */
import type { Graph, GraphEdge, GraphNode, ISODate, Relation, RelationChanges } from "../types.ts";
import { byAge } from "./contradictions.ts";
import { EntityBook, type EntityBookOptions } from "./entity-book.ts";
import { USER_ID } from "./names.ts";
import { holds, statementKey, type GraphEntity, type GraphRelation, type GraphRows } from "./rows.ts";

export interface GraphViewInput extends GraphRows, EntityBookOptions {
  /** Only what is around this one, by any of its names; "me" is the user. @default everything */
  entity?: string;
  /** How many steps around it. @default 1 */
  depth?: number;
  /** What held then. @default what holds now */
  at?: ISODate;
}

/**
 * Nodes with the most relations first, equal ones by name; edges oldest first, each statement once. Only entities
 * that a shown relation names are nodes, and the one asked for. Empty for an entity that is not known.
 */
export function graphView({ entities, relations, entity, depth = 1, at, ...names }: GraphViewInput): Graph {
  const current = distinct(relations.filter((row) => holds(row, at)));
  if (entity === undefined) return toGraph(entities, current, current);
  const book = new EntityBook(entities, relations.toSorted(byAge), names);
  const start = book.find(entity);
  if (start === null) return { nodes: [], edges: [] };
  return toGraph(entities, around(current, new Set([start]), depth), current, start);
}

/** Of rows that state the same, the oldest; oldest first. */
export function distinct(relations: readonly GraphRelation[]): GraphRelation[] {
  const first = new Map<string, GraphRelation>();
  for (const row of relations.toSorted(byAge)) {
    const key = statementKey(row);
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}

/** Edges within so many steps of the start. */
function around(rows: readonly GraphRelation[], start: ReadonlySet<string>, depth: number): GraphRelation[] {
  const reached = new Set(start);
  let edge = start;
  const found = new Set<GraphRelation>();
  for (let step = 0; step < depth && edge.size > 0; step++) {
    const next = new Set<string>();
    for (const row of rows) {
      if (!edge.has(row.source) && !edge.has(row.target)) continue;
      found.add(row);
      for (const id of [row.source, row.target]) if (!reached.has(id)) next.add(id);
    }
    for (const id of next) reached.add(id);
    edge = next;
  }
  return rows.filter((row) => found.has(row));
}

/** @param all what the degrees count: also the relations that lead out of the view */
function toGraph(
  entities: readonly GraphEntity[],
  shown: readonly GraphRelation[],
  all: readonly GraphRelation[],
  start?: string,
): Graph {
  const named = new Set(shown.flatMap(({ source, target }) => [source, target]));
  if (start !== undefined) named.add(start);
  const degrees = new Map<string, number>();
  for (const row of all) for (const id of [row.source, row.target]) degrees.set(id, (degrees.get(id) ?? 0) + 1);
  const nodes = entities
    .filter(({ id }) => named.has(id))
    .map(({ id, name, type }): GraphNode => ({ id, name, type, degree: degrees.get(id) ?? 0 }))
    .sort((a, b) => b.degree - a.degree || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const nameOf = namesOf(entities);
  return { nodes, edges: shown.map((row) => toEdge(row, nameOf)) };
}

function toEdge(row: GraphRelation, nameOf: (id: string) => string): GraphEdge {
  return { id: row.id, ...toRelation(row, nameOf), sourceId: row.source, targetId: row.target };
}

function toRelation(row: GraphRelation, nameOf: (id: string) => string): Relation {
  const { predicate, from, to, memoryId } = row;
  return { source: nameOf(row.source), predicate, target: nameOf(row.target), from, to, memoryId };
}

function namesOf(entities: readonly GraphEntity[]): (id: string) => string {
  const names = new Map(entities.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}

/** Rows that may belong to {@link relationsAround}, before those of hidden memories are taken out. */
export function rowsNear(
  relations: readonly GraphRelation[],
  memoryIds: readonly string[],
  named: ReadonlySet<string>,
  at?: ISODate,
): GraphRelation[] {
  const current = relations.filter((row) => holds(row, at));
  const found = new Set(memoryIds);
  const own = new Set(current.filter((row) => found.has(row.memoryId)));
  const near = new Set(around(current, seedsOf([...own], named), 1));
  return current.filter((row) => own.has(row) || near.has(row));
}

/** The user does not count: everything is one step from the user. */
function seedsOf(rows: readonly GraphRelation[], named: ReadonlySet<string>): Set<string> {
  const seeds = new Set([...named, ...rows.flatMap(({ source, target }) => [source, target])]);
  seeds.delete(USER_ID);
  return seeds;
}

export interface AroundInput extends GraphRows {
  /** Memories that were found, best first. */
  memoryIds: readonly string[];
  /** Ids of entities that the query names. */
  named: ReadonlySet<string>;
  /** At most this many. */
  limit: number;
  /** What held then. @default what holds now */
  at?: ISODate;
}

/**
 * Relations around what a search found: those that came with the memories, in their order, then those one step
 * from the entities in them and from the ones that the query names.
 */
export function relationsAround({ entities, relations, memoryIds, named, limit, at }: AroundInput): Relation[] {
  const held = relations.filter((row) => holds(row, at));
  const current = distinct(held);
  const found = new Set(memoryIds);
  const stated = new Set(held.filter((row) => found.has(row.memoryId)).map(statementKey));
  const rank = new Map(memoryIds.map((id, index) => [id, index]));
  const own = current
    .filter((row) => stated.has(statementKey(row)))
    .sort((a, b) => (rank.get(a.memoryId) ?? Infinity) - (rank.get(b.memoryId) ?? Infinity) || byAge(a, b));
  const near = around(current, seedsOf(own, named), 1).filter((row) => !own.includes(row));
  const nameOf = namesOf(entities);
  return [...own, ...near].slice(0, limit).map((row) => toRelation(row, nameOf));
}

/**
 * What an op changed: statements that were not there before, and statements that hold no more.
 * @param after relations and entities with the op
 */
export function changesOf(before: readonly GraphRelation[], after: GraphRows, opId: string): RelationChanges {
  const nameOf = namesOf(after.entities);
  const heldBefore = new Set(before.filter((row) => holds(row)).map(statementKey));
  const heldAfter = new Set(after.relations.filter((row) => holds(row)).map(statementKey));
  // What lasted no time only ended something else.
  const added = distinct(after.relations.filter((row) => row.openedBy === opId && row.to !== row.from));
  const wasOpen = new Set(before.filter((row) => holds(row)).map((row) => row.id));
  const closed = distinct(after.relations.filter((row) => row.closedBy === opId && wasOpen.has(row.id)));
  return {
    added: added.filter((row) => !heldBefore.has(statementKey(row))).map((row) => toRelation(row, nameOf)),
    closed: closed.filter((row) => !heldAfter.has(statementKey(row))).map((row) => toRelation(row, nameOf)),
  };
}

/** What the graph's functions work on: the rows of the store without the scope, which is one for all of them. */
import type { EntityType, ISODate } from "../types.ts";

/** Somebody or something that relations name. */
export interface GraphEntity {
  /** Normalized name; unique in its scope. */
  id: string;
  /** As it was first written. */
  name: string;
  type: EntityType;
  /** Normalized names that mean the same. */
  aliases: string[];
}

/**
 * A relation as one memory states it, with its life. Two memories that state the same have a row each, so that the
 * relation lasts as long as one of them; every view shows it once.
 */
export interface GraphRelation {
  /** `${opId}-r${n}`: a resumed op writes it once. */
  id: string;
  /** Ids of entities. */
  source: string;
  predicate: string;
  target: string;
  memoryId: string;
  /** When it was said. */
  from: ISODate;
  openedBy: string;
  /** `seq` of the clock when it was opened: orders rows of one `from`. */
  openedSeq: number;
  /** When it ceased to hold; null while it holds. */
  to: ISODate | null;
  /** The op that contradicted it or deleted its memory. */
  closedBy: string | null;
  /** Ops that contradicted it and were to leave it alone: they end it at no time, whatever is undone. */
  spared?: string[];
}

/** All of one scope. */
export interface GraphRows {
  entities: readonly GraphEntity[];
  relations: readonly GraphRelation[];
}

/** Equal for rows that state the same. */
export function statementKey({ source, predicate, target }: GraphRelation): string {
  return JSON.stringify([source, predicate, target]);
}

/** Whether a relation holds: at that instant, or (without one) now. */
export function holds({ from, to }: GraphRelation, at?: ISODate): boolean {
  if (at === undefined) return to === null;
  return from <= at && (to === null || to > at);
}

/**
 * Whether a row has a say in what others did: it held for some time, or it ends another ("no longer works at"). What an
 * undo took back lasts no time and says nothing.
 */
export function counts({ from, to, openedBy, closedBy }: GraphRelation): boolean {
  return to === null || to > from || openedBy === closedBy;
}

/** Ids of entities that no relation names, open or closed. */
export function orphans(entities: readonly GraphEntity[], relations: readonly GraphRelation[]): string[] {
  const named = new Set(relations.flatMap(({ source, target }) => [source, target]));
  return entities.map((entity) => entity.id).filter((id) => !named.has(id));
}

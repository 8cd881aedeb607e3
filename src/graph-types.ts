/** The vocabulary of the memory graph, as plain data. Imported from `types.ts`, with the rest. */
import type { ISODate } from "./types.ts";

export type EntityType = "person" | "place" | "organization" | "thing";

/** A relation as extracted from one fact: names as they were written. */
export interface RelationDraft {
  source: string;
  /** Lower case with underscores: `works_at`, `likes`. */
  predicate: string;
  target: string;
  sourceType?: EntityType;
  targetType?: EntityType;
}

/** A relation of the memory graph, as `add`, `search` and `graph` give it. */
export interface Relation {
  source: string;
  predicate: string;
  target: string;
  /** Since when it is known to hold. */
  from: ISODate;
  /** When it was contradicted or its memory deleted; null while it holds. */
  to: ISODate | null;
  /** The memory it came with. */
  memoryId: string;
}

/** What an `add` did to the memory graph. */
export interface RelationChanges {
  /** Statements that were not known before. */
  added: Relation[];
  /** Statements that hold no more, each with its end. */
  closed: Relation[];
}

/** Somebody or something in the memory graph. */
export interface GraphNode {
  /** Unique within one answer; the same in every answer to the same scope. */
  id: string;
  name: string;
  type: EntityType;
  /** How many relations it has in the whole graph, shown or not. */
  degree: number;
}

export interface GraphEdge extends Relation {
  id: string;
  /** Ids of nodes. */
  sourceId: string;
  targetId: string;
}

/** A memory graph, or a part of it, for drawing. */
export interface Graph {
  /** Those with the most relations first. */
  nodes: GraphNode[];
  /** Oldest first. */
  edges: GraphEdge[];
}

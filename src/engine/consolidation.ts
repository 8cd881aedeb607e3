/** What crosses between `consolidate` on the caller's side and the engine. Plain data. */
import type { ConsolidateResult, DecidedBy, JSONObject, MemoryRecord, Scope } from "../types.ts";

export interface SurveyRequest {
  opId: string;
  scope: Scope;
  /** Only where at least this many ops have changed something since the last consolidation. @default 0 */
  minOps?: number;
}

/** A memory as a consolidation sees it. */
export type Surveyed = Pick<
  MemoryRecord,
  | "id"
  | "memory"
  | "rev"
  | "seq"
  | "order"
  | "createdSeq"
  | "updatedAt"
  | "origin"
  | "attributedTo"
  | "actor"
  | "expirationDate"
  | "immutable"
  | "memoryType"
  | "derivedFrom"
> & {
  /** Absent where it is empty. */
  metadata?: JSONObject;
};

/** How far a scope has been consolidated, as `seq`s. */
export interface Mark {
  /** Changes up to here were compared with the rest. */
  merged: number;
  /** Memories up to here were looked at for patterns. */
  summed: number;
  /** Where the last consolidation ended, whatever it got done: one by itself counts from here. */
  ended: number;
}

export interface Survey {
  /** All that is visible of exactly this scope, in the order in which it was said. */
  memories: Surveyed[];
  /** Ids of those that changed since they were last compared. What an undo brought back is no news. */
  changed: string[];
  /** How far `changed` goes; less than `seq` where there is more. */
  through: number;
  /** `seq` of the clock when it was taken. */
  seq: number;
  mark: Mark;
}

/**
 * - `committed`: it was done before; here is its result.
 * - `idle`: fewer than `minOps`.
 */
export type SurveyOutcome =
  | { status: "surveyed"; survey: Survey }
  | { status: "committed"; result: ConsolidateResult }
  | { status: "idle" };

/** One decision of a consolidation, carried out in their order: a memory takes in others before those are deleted. */
export type ConsolidateDecision = { reason: string; decidedBy: DecidedBy } & (
  | { event: "UPDATE"; id: string; text: string; origin: MemoryRecord["origin"]; takesIn: string[] }
  | { event: "UPDATE"; id: string; text: string; derivedFrom: string[] }
  | { event: "ADD"; text: string; derivedFrom: string[] }
  | { event: "DELETE"; id: string; replacedBy?: string }
);

export interface ConsolidateRequest {
  opId: string;
  scope: Scope;
  decisions: ConsolidateDecision[];
  /** What was decided on: conflicts where one of them is no longer so. */
  seen: { id: string; rev: number }[];
  /** How far it was done; null: as far as before. */
  done: { merged: number | null; summed: number | null };
  /** `seq` of the survey. */
  seq: number;
  more: boolean;
}

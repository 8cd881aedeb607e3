/** What undo, forget, entities, getAll and import give back. Plain data. */
import type { AddResultItem, MemoryItem } from "../types.ts";

/** What `undo` resolves to. */
export interface UndoResult {
  /** Of the undo itself: hand it to `undo` to take the undo back. */
  opId: string;
  /** The op that was taken back. */
  undone: string;
  /**
   * One entry per memory, in the order in which the op changed them: `UPDATE`: the text before is back; `DELETE`: the
   * op had added it; `ADD`: the op had deleted it. Empty where the op had changed nothing.
   */
  results: AddResultItem[];
}

/** A change that stands in the way of an undo; `error.details.blockedBy` is a list of these, oldest first. */
export interface UndoBlocker {
  /** The memory that was changed again. */
  id: string;
  /** What to undo first. */
  opId: string;
  seq: number;
}

/** Somebody who has memories. */
export interface EntityCount {
  type: "user" | "agent" | "app" | "run";
  id: string;
  /** Memories that carry this id and are not deleted; expired ones count. At least 1. */
  memories: number;
}

/** One page of memories, newest created first. */
export interface ListPage {
  results: MemoryItem[];
  /** `createdSeq` of the last one, where there are more behind it. */
  next: number | null;
}

/** What became of the memories of an import. */
export interface ImportResult {
  /** Were not there. */
  added: number;
  /** Were there in an older revision. */
  updated: number;
  /** Were there in the same or a newer revision, and are as they were. */
  skipped: number;
}

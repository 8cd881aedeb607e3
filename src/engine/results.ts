/** What undo, forget, entities, getAll, import and the search for messages give back. Plain data. */
import type { AddResultItem, ISODate, MemoryItem, Message, Scope, ScoreParts } from "../types.ts";

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
  /** Of the last one, where there are more behind it. */
  next: ListPlace | null;
}

/** Where a memory stands in a list. */
export interface ListPlace {
  /** In ms since 1970; what an app has dated back stands where it belongs. */
  createdAt: number;
  createdSeq: number;
}

/** What became of the memories of an import. */
export interface ImportResult {
  /** Were not there. */
  added: number;
  /** Were there in an older revision. */
  updated: number;
  /** Were there in the same or a newer revision, and are as they were. */
  skipped: number;
  /** Where memories of mem0 were written: their op, which `undo` takes back. The changes of an export keep their own. */
  opId?: string;
  /** What the file has beside memories and was not taken in, in words. */
  leftOut?: string[];
}

/** A kept message that `search` found, with the ids of its scope. */
export interface MessageResult extends Scope {
  message: Message;
  /** The add that it came with. */
  opId: string;
  /** `order` of that op. */
  order: number;
  /** Position among the messages of its op. */
  index: number;
  /** When it was said: the op's `timestamp`, or when it was accepted. */
  at: ISODate;
  /** In [0, 1], higher is better; comparable within one list of messages. */
  score: number;
  /** With `explain`: what the score is made of. */
  parts?: ScoreParts;
  /** What was said around it in its scope, oldest first; without images. */
  context: { before: Message[]; after: Message[] };
  /** Memories that came from it and are not deleted, oldest first. */
  memoryIds: string[];
}

/**
 * The export format, version 1, as types; `docs/export-format.md` tells it in words. Nothing in it is of the database
 * that it came from: `order` counts from 1 within the file, and the order of `history` is the order of the changes.
 */
import type { EntityRow, MessageRow, RelationRow } from "../store/store.ts";
import type { AddResult, Change, ISODate, MemoryRecord, Scope, Source } from "../types.ts";

export const FORMAT = "keepsake";
export const FORMAT_VERSION = 1;

/** A memory, or a version of one. */
export interface PortableMemory extends Omit<MemoryRecord, "scopeKey" | "hash" | "seq" | "createdSeq" | "sources"> {
  /** Without `order`: that of the op. */
  sources?: Omit<Source, "order" | "message">[];
}

/** A change: which version of which memory it made. `after.opId` is the op that made it. */
export type PortableChange = Pick<Change, "event" | "reason" | "decidedBy" | "at" | "undoes"> & {
  after: PortableMemory;
};

/** A committed `add`, with what it answered: the same `opId` again gives the same answer. */
export interface PortableOp {
  opId: string;
  scope: Scope;
  order: number;
  committedAt: ISODate;
  result: AddResult;
}

export type PortableMessage = Omit<MessageRow, "scopeKey" | "order">;
/** A message on its way into a database, with the scope that its op has in the file. */
export type ImportMessage = PortableMessage & { scope: Scope };
export type PortableEntity = Omit<EntityRow, "scopeKey"> & { scope: Scope };
/** `openedSeq` and `seq` count from 1 within the file. */
export type PortableRelation = Omit<RelationRow, "scopeKey"> & { scope: Scope };

/** A vector of a memory's present text. */
export interface PortableVector {
  id: string;
  /** The embedding space it lives in. */
  space: string;
  /** Base64 of its numbers as 32-bit floats, little-endian. */
  vector: string;
}

/** What `export` gives and `import` takes. JSON. */
export interface KeepsakeExport {
  format: typeof FORMAT;
  version: typeof FORMAT_VERSION;
  scopes: Scope[];
  /** Also deleted ones (`deletedAt`), in the order of their creation. */
  memories: PortableMemory[];
  /** In the order in which they were made. */
  history: PortableChange[];
  /** In the order of acceptance. Without those that wait. */
  ops: PortableOp[];
  /** What was said, by op and position. */
  messages: PortableMessage[];
  entities: PortableEntity[];
  relations: PortableRelation[];
  vectors?: PortableVector[];
}

/** A change on its way into a database. */
export interface ImportChange extends PortableChange {
  /** Which is newer where the memory is there already: its revision, or (a foreign memory has none) its `updatedAt`. */
  newerBy: "rev" | "updatedAt";
  /** The op of the file whose `order` the version has: where it is known here, its order here counts. */
  orderOf?: string;
  /** The memory's last change, whose text wants a vector. */
  isLast: boolean;
  /** By space. */
  vectors?: Record<string, Float32Array>;
}

/** Where in a database an import begins: added to every `order` and `seq` of the file. */
export interface ImportBase {
  order: number;
  seq: number;
}

/** When and as what an import comes. */
export interface ImportMoment {
  /** The date of foreign memories that have none. */
  nowIso: string;
  /** The op that brings foreign memories; those of an export keep theirs. */
  opId: string;
}

/** One part of an import. Plain data: it crosses to the worker. */
export interface ImportPart {
  /** Of the first part: null, for behind all that is there. Of the others: what the first one answered. */
  base: ImportBase | null;
  /** The last part closes the import with a strict barrier (INV-12). */
  isLast: boolean;
  /** Of the whole file: the first part takes all its numbers, so that what is accepted between two parts comes behind. */
  highestOrder: number;
  scopes: Scope[];
  ops: PortableOp[];
  messages: ImportMessage[];
  changes: ImportChange[];
  entities: PortableEntity[];
  relations: PortableRelation[];
}

export interface ImportOutcome {
  base: ImportBase;
  /** What became of the memory of each change, in their order. */
  outcomes: ("added" | "updated" | "skipped")[];
}

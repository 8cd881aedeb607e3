/**
 * The memory graph in the store: written in the transaction of the memories it comes from, read by scope, taken back
 * with the op or the memory. What a relation does to others is decided by the pure functions of `graph/`.
 */
import {
  changesOf,
  mentions,
  normalizeName,
  orphans,
  planDeletion,
  planRelations,
  planUndo,
  type GraphRelation,
  type RelationsInput,
  type RelationsPlan,
} from "../graph/index.ts";
import type { EntityRow, ReadTx, RelationRow, WriteTx } from "../store/store.ts";
import type {
  AddResultItem,
  ISODate,
  Message,
  OpOptions,
  PendingOp,
  RelationChanges,
  RelationDraft,
} from "../types.ts";
import type { CommitDecision } from "./engine.ts";

/** Tables that a transaction needs which writes or deletes memories. */
export const GRAPH_TABLES = ["entities", "relations"] as const;

export interface GraphOp {
  opId: string;
  scopeKey: string;
  /** When it was said. */
  at: ISODate;
  /** From {@link selfNames}. */
  self: readonly string[];
  /** "keep": nothing that is known is closed. */
  conflicts: OpOptions["conflicts"];
  /** Memories that it may change or delete; one of which it closes relations counts. */
  maxDestructive: number;
  /** By normalized name: the entity that means the same, as an embedder sees it. */
  similar?: ReadonlyMap<string, string>;
}

interface ScopeRows {
  entities: EntityRow[];
  relations: RelationRow[];
}

export async function readGraph(tx: ReadTx, scopeKey: string): Promise<ScopeRows> {
  return {
    entities: await tx.getAll("entities", { prefix: [scopeKey] }),
    relations: await tx.getAll("relations", { index: "scope", prefix: [scopeKey] }),
  };
}

/** Writes what the decisions of one op do to the graph of their scope. Reads it once, and only where it must. */
export class GraphWriter {
  readonly #tx: WriteTx;
  readonly #op: GraphOp;
  /** Memories that the op changes or deletes: what they state may close. */
  readonly #touched: Set<string>;
  #before: RelationRow[] | null = null;
  #rows: ScopeRows | null = null;

  constructor(tx: WriteTx, op: GraphOp, decisions: readonly CommitDecision[]) {
    this.#tx = tx;
    this.#op = op;
    this.#touched = new Set(decisions.flatMap((d) => (d.event === "UPDATE" || d.event === "DELETE" ? d.id : [])));
  }

  /** Must come before the first decision is carried out where {@link changes} are to be told. */
  async open(): Promise<void> {
    const { relations } = await this.#read();
    this.#before ??= relations;
  }

  /**
   * Follows a decision that was just carried out.
   * @param item what became of it
   * @param seq of the clock after it
   */
  async follow(decision: CommitDecision, item: AddResultItem, seq: number): Promise<void> {
    // The ledger has closed the relations of what it deleted.
    if (decision.event === "DELETE") this.#rows = null;
    else if (item.id !== null && decision.relations) await this.#state(item, decision.relations, seq);
    else if (item.id !== null && item.event === "UPDATE") {
      this.#rows = null;
      const { opId, at } = this.#op;
      const texts = { before: item.previousMemory ?? "", after: item.memory };
      await closeUnsaid(this.#tx, { memoryId: item.id, texts, opId, at, seq });
    }
  }

  /** What the op changed, once all its decisions are carried out. */
  async changes(): Promise<RelationChanges> {
    const after = await this.#read();
    return changesOf(this.#before ?? after.relations, after, this.#op.opId);
  }

  async #state(item: AddResultItem, drafts: RelationDraft[], seq: number): Promise<void> {
    const { scopeKey } = this.#op;
    const plan = await this.#plan({
      ...(await this.#read()),
      ...this.#op,
      drafts,
      memoryId: item.id!,
      seq,
      ...(item.event === "UPDATE" && { texts: { before: item.previousMemory ?? "", after: item.memory } }),
    });
    for (const entity of plan.entities) await this.#tx.put("entities", { ...entity, scopeKey });
    for (const id of plan.removed) await this.#tx.delete("relations", id);
    for (const row of [...plan.opened, ...plan.closed]) await this.#tx.put("relations", { ...row, scopeKey, seq });
    if (plan.entities.length + plan.removed.length + plan.opened.length + plan.closed.length > 0) this.#rows = null;
  }

  /** Planned until it closes nothing of a memory that this op is to leave alone. */
  async #plan(input: RelationsInput): Promise<RelationsPlan> {
    if (this.#op.conflicts === "keep") return planRelations({ ...input, spares: () => true });
    const spared = new Set<string>();
    for (;;) {
      const plan = planRelations({ ...input, spares: (memoryId) => spared.has(memoryId) });
      const refused = await this.#refused(plan.closed);
      if (refused.length === 0) return plan;
      for (const id of refused) spared.add(id);
    }
  }

  /** Memories whose relations an op would close and may not. The others count as changed by it. */
  async #refused(closed: readonly GraphRelation[]): Promise<string[]> {
    const { opId, maxDestructive } = this.#op;
    const meant = new Set(closed.flatMap((row) => (row.closedBy === opId ? row.memoryId : [])));
    const refused: string[] = [];
    const allowed: string[] = [];
    for (const id of meant) {
      if (this.#touched.has(id)) continue;
      const isFull = this.#touched.size + allowed.length >= maxDestructive;
      (isFull || (await this.#tx.get("memories", id))?.immutable ? refused : allowed).push(id);
    }
    if (refused.length === 0) for (const id of allowed) this.#touched.add(id);
    return refused;
  }

  async #read(): Promise<ScopeRows> {
    this.#rows ??= await readGraph(this.#tx, this.#op.scopeKey);
    return this.#rows;
  }
}

/** The user's id names the user where who speaks is called so: else it may be anybody's name. */
export function selfNames({ scope: { userId }, messages }: Pick<PendingOp, "scope" | "messages">): string[] {
  const isSelf = ({ role, name }: Message): boolean =>
    role === "user" && normalizeName(name ?? "") === normalizeName(userId ?? "");
  return userId !== undefined && messages.some(isSelf) ? [userId] : [];
}

interface MemoryChange {
  memoryId: string;
  opId: string;
  at: ISODate;
  seq: number;
}

/** Closes what a memory states, since it was deleted (softly). Undoing that op opens it again. */
export async function closeRelationsOf(tx: WriteTx, change: MemoryChange): Promise<void> {
  const rows = await tx.getAll("relations", { index: "memory", prefix: [change.memoryId] });
  await putRows(tx, rows, planDeletion(rows, change), change.seq);
}

/** Closes what the text of a memory named and its new text names no more. */
export async function closeUnsaid(
  tx: WriteTx,
  { texts, ...change }: MemoryChange & { texts: { before: string; after: string } },
): Promise<void> {
  const rows = await tx.getAll("relations", { index: "memory", prefix: [change.memoryId] });
  const unsaid: RelationRow[] = [];
  for (const row of rows) if (await isUnsaid(tx, row, texts)) unsaid.push(row);
  await putRows(tx, rows, planDeletion(unsaid, change), change.seq);
}

/** Whether the target of a relation was named by a text, and is not by another. */
export async function isUnsaid(
  tx: ReadTx,
  { scopeKey, target }: RelationRow,
  { before, after }: { before: string; after: string },
): Promise<boolean> {
  const entity = await tx.get("entities", [scopeKey, target]);
  const names = entity ? [entity.name, ...entity.aliases] : [];
  const isIn = (text: string): boolean => names.some((name) => mentions(text, name));
  return isIn(before) && !isIn(after);
}

/**
 * Takes back what an op did to the graph: its relations go, those that it closed open again, or stay closed by what
 * ended them after. Taking back `undoId` brings them again. Call it after the records are as they were before the op,
 * in a transaction over `memories`, `changes` and {@link GRAPH_TABLES}.
 * @param scopeKeys where the op made changes
 */
export async function undoGraph(
  tx: WriteTx,
  { opId, undoId }: { opId: string; undoId: string },
  scopeKeys: Iterable<string>,
  seq: number,
): Promise<void> {
  for (const scopeKey of new Set(scopeKeys)) {
    for (const one of await undoneBy(tx, opId)) {
      const relations = await tx.getAll("relations", { index: "scope", prefix: [scopeKey] });
      const closed = relations.filter((row) => row.closedBy === one && row.openedBy !== one);
      const deleted = await deletedAmong(tx, closed);
      await putRows(tx, relations, planUndo({ relations, opId: one, undoId, deleted }), seq);
    }
  }
}

/** Whose marks in the graph an undo of this op takes back: also those of an op that it had brought again. */
async function undoneBy(tx: ReadTx, opId: string): Promise<string[]> {
  const chain = [opId];
  for (let undone = await undoesOf(tx, opId); undone !== undefined; undone = await undoesOf(tx, undone)) {
    chain.push(undone);
  }
  const isRedo = chain.length > 1 && chain.length % 2 === 1;
  return isRedo ? [opId, chain.at(-1)!] : [opId];
}

async function undoesOf(tx: ReadTx, opId: string): Promise<string | undefined> {
  const [change] = await tx.getAll("changes", { index: "op", prefix: [opId], limit: 1 });
  return change?.undoes;
}

/**
 * Removes every trace of a memory from the graph, open or closed: for `forget`.
 * In a transaction over {@link GRAPH_TABLES}.
 */
export async function purgeGraph(tx: WriteTx, memoryIds: Iterable<string>): Promise<void> {
  const scopeKeys = new Set<string>();
  for (const memoryId of memoryIds) {
    const rows = await tx.getAll("relations", { index: "memory", prefix: [memoryId] });
    for (const row of rows) {
      scopeKeys.add(row.scopeKey);
      await tx.delete("relations", row.id);
    }
  }
  for (const scopeKey of scopeKeys) await removeOrphans(tx, scopeKey);
}

async function removeOrphans(tx: WriteTx, scopeKey: string): Promise<void> {
  const { entities, relations } = await readGraph(tx, scopeKey);
  for (const id of orphans(entities, relations)) await tx.delete("entities", [scopeKey, id]);
}

async function deletedAmong(
  tx: ReadTx,
  rows: readonly GraphRelation[],
): Promise<Map<string, { at: ISODate; opId: string }>> {
  const deleted = new Map<string, { at: ISODate; opId: string }>();
  for (const { memoryId } of rows) {
    const record = await tx.get("memories", memoryId);
    if (record?.deletedAt !== undefined) deleted.set(memoryId, { at: record.deletedAt, opId: record.opId });
  }
  return deleted;
}

async function putRows(tx: WriteTx, known: RelationRow[], changed: GraphRelation[], seq: number): Promise<void> {
  const scopeKeys = new Map(known.map(({ id, scopeKey }) => [id, scopeKey]));
  for (const row of changed) await tx.put("relations", { ...row, scopeKey: scopeKeys.get(row.id)!, seq });
}

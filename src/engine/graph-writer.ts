/**
 * What an add does to the memory graph, in the transaction of its memories. What a relation does to others is decided by the
 * pure functions of `graph/`.
 */
import { MAX_DESTRUCTIVE } from "../add-limits.ts";
import {
  changesOf,
  planRelations,
  type GraphRelation,
  type RelationsInput,
  type RelationsPlan,
} from "../graph/index.ts";
import type { PendingRow, RelationRow, WriteTx } from "../store/store.ts";
import type { AddResultItem, ISODate, OpOptions, PendingOp, RelationChanges, RelationDraft } from "../types.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import type { EngineContext } from "./context.ts";
import type { CommitDecision } from "./engine.ts";
import { readGraph, type ScopeRows } from "./graph.ts";
import { selfNames, similarNames } from "./graph-names.ts";

/** Begins to write in the transaction of an op. */
export type OpenGraph = (tx: WriteTx, op: PendingRow, decisions: readonly CommitDecision[]) => Promise<GraphWriter>;

/**
 * To be awaited before the transaction, which waits for no embedder.
 * @param request with the op itself where it was not accepted
 */
export async function prepareGraph(
  context: EngineContext,
  answering: () => Promise<CachedEmbedder>,
  request: { opId: string; decisions: readonly CommitDecision[]; op?: PendingOp },
): Promise<OpenGraph> {
  const similar = await similarNames(context, answering, request);
  return async (tx, op, decisions) => {
    const writer = new GraphWriter(tx, op, decisions, similar);
    if (op.options.graph) await writer.open();
    return writer;
  };
}

interface GraphOp {
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
  similar: ReadonlyMap<string, string>;
}

function toGraphOp(op: PendingRow, similar: ReadonlyMap<string, string>): GraphOp {
  const { opId, scopeKey, acceptedAt, options } = op;
  const { timestamp, conflicts, maxDestructive = MAX_DESTRUCTIVE } = options;
  // What waited is as old as its words: what was said meanwhile goes on to hold.
  const at = timestamp ?? acceptedAt;
  return { opId, scopeKey, at, self: selfNames(op), similar, conflicts, maxDestructive };
}

/** Writes what the decisions of one op do to the graph of their scope. Reads it once, and only where it must. */
export class GraphWriter {
  readonly #tx: WriteTx;
  readonly #op: GraphOp;
  /** Memories that the op changes or deletes: what they state may close. */
  readonly #touched: Set<string>;
  #before: RelationRow[] | null = null;
  #rows: ScopeRows | null = null;

  constructor(tx: WriteTx, op: PendingRow, decisions: readonly CommitDecision[], similar: GraphOp["similar"]) {
    this.#tx = tx;
    this.#op = toGraphOp(op, similar);
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
    // What is deleted, or said anew without relations, has closed its own.
    if (decision.event === "DELETE" || !decision.relations) this.#rows = null;
    else if (item.id !== null) await this.#state(item, decision.relations, seq);
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

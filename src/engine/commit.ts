/**
 * Commit: decisions become memories, vectors and log rows in one strict transaction (INV-2), exactly
 * once (INV-3). What it was decided on is checked again inside it (INV-7), so no lock is needed.
 */
import { ConflictError, EngineError } from "../errors.ts";
import type { Key, PendingRow, WriteTx } from "../store/store.ts";
import { cueFinder } from "../text/cues.ts";
import { hashStatement, normalizeStatement } from "../text/statement.ts";
import type { AddResult, AddResultItem, ISODate, MemoryRecord, OpOptions } from "../types.ts";
import { CONTEXT_WINDOW } from "./context-window.ts";
import { readClock } from "./clock.ts";
import { isoNow, type EngineContext } from "./context.ts";
import type { CommitDecision, CommitRequest } from "./engine.ts";
import { GRAPH_TABLES, GraphWriter } from "./graph.ts";
import { deleteMessages, deleteMessagesOfOp } from "./kept-messages.ts";
import { Ledger, type OpStamp } from "./ledger.ts";
import type { VectorSets } from "./spaces.ts";
import { isVisible } from "./visible.ts";

export interface Committed {
  result: AddResult;
  /** Highest `seq` written; the clock's where nothing was. */
  seq: number;
  scopeKey: string;
}

/** Texts that a commit needs vectors for. */
export function textsOf(decisions: readonly CommitDecision[]): string[] {
  return decisions.flatMap((d) => (d.event === "ADD" || d.event === "UPDATE" ? [d.text] : []));
}

/**
 * @param vectors of {@link textsOf}, made before: a transaction waits for nothing else
 * @param names of entities that mean known ones, found before
 */
export function commit(
  context: EngineContext,
  request: CommitRequest,
  vectors: VectorSets,
  names: ReadonlyMap<string, string> = new Map(),
): Promise<Committed> {
  return context.store.write([...COMMITTED], "strict", async (tx) => {
    const done = await tx.get("ops", request.opId);
    if (done) return { result: done.result, seq: (await readClock(tx)).seq, scopeKey: done.scopeKey };
    const op = await tx.get("pending", request.opId);
    if (!op) throw new EngineError("cancelled", "keepsake: this op was cancelled; nothing of it was stored.");
    return carryOut(tx, op, request.decisions, { now: isoNow(context.runtime), vectors, names });
  });
}

/** Tables that {@link carryOut} writes. */
export const COMMITTED = [
  "meta",
  "memories",
  "vectors",
  "changes",
  "pending",
  "ops",
  "messages",
  ...GRAPH_TABLES,
] as const;

export interface CommitBasis {
  now: ISODate;
  vectors: VectorSets;
  names: ReadonlyMap<string, string>;
}

/** All that a commit does to the database. */
export async function carryOut(
  tx: WriteTx,
  op: PendingRow,
  decisions: readonly CommitDecision[],
  { now, vectors, names }: CommitBasis,
): Promise<Committed> {
  const clock = await readClock(tx);
  const at = op.options.timestamp ?? now;
  const stamp: OpStamp = { opId: op.opId, order: op.order, at };
  const ledger = new Ledger(tx, clock, stamp, vectors);
  const { scope, scopeKey, order, options } = op;
  // What waited is as old as its words: what was said meanwhile goes on to hold.
  const saidAt = options.timestamp ?? op.acceptedAt;
  const graph = new GraphWriter(tx, { opId: op.opId, scope, scopeKey, at: saidAt, similar: names });
  if (options.graph) await graph.open();
  const results: AddResultItem[] = [];
  const cues = cuesOf(op);
  for (const [index, decision] of decisions.entries()) {
    const item = await apply(tx, ledger, decision, op, `${op.opId}-${index}`, cues, now);
    await graph.follow(decision, item, ledger.clock.seq);
    results.push(item);
  }
  const relations = options.graph ? await graph.changes() : undefined;
  const result: AddResult = { opId: op.opId, results, ...(relations && { relations }) };
  await tx.put("ops", { opId: op.opId, scopeKey, order, committedAt: stamp.at, result });
  await tx.delete("pending", op.opId);
  await retain(tx, op);
  await ledger.close();
  return { result, seq: ledger.clock.seq, scopeKey };
}

async function apply(
  tx: WriteTx,
  ledger: Ledger,
  decision: CommitDecision,
  op: PendingRow,
  newId: string,
  cues: CuesOf,
  nowIso: string,
): Promise<AddResultItem> {
  const { scope, scopeKey, options } = op;
  switch (decision.event) {
    case "ADD": {
      // Another tab may have stored the same since it was looked up. Verbatim messages are kept as they come.
      const isKept = decision.origin === "verbatim" && !options.dedupe;
      const twin = isKept ? null : await findTwin(tx, scopeKey, decision.text, nowIso);
      if (twin) return unchanged(twin, "exact: the same statement is already stored");
      const { text, origin, details = {} } = decision;
      const { metadata } = options;
      const draft = {
        id: await freeId(tx, newId),
        memory: text,
        origin,
        scope,
        metadata,
        ...details,
        ...lifecycle(options),
        ...cues(decision),
      };
      return changed("ADD", await ledger.add(draft, decision));
    }
    case "UPDATE": {
      const before = await target(tx, scopeKey, decision);
      if (before.memory === decision.text) return unchanged(before, decision.reason);
      const { text, origin, details = {} } = decision;
      const after = await ledger.update(
        before,
        {
          memory: text,
          origin,
          metadata: { ...before.metadata, ...options.metadata },
          // Of the new text; the old one's may no longer be true.
          categories: details.categories,
          eventTime: details.eventTime,
          structuredData: details.structuredData,
          expirationDate: options.expirationDate,
          sources: [...(before.sources ?? []), ...(details.sources ?? [])],
          ...(options.immutable && { immutable: true }),
          ...cues(decision),
        },
        decision,
      );
      return { ...changed("UPDATE", after, decision.reason), previousMemory: before.memory };
    }
    case "DELETE": {
      const before = await target(tx, scopeKey, decision);
      await ledger.remove(before, decision);
      return { ...changed("DELETE", before, decision.reason), previousMemory: before.memory };
    }
    case "NONE": {
      const known = decision.id === null ? undefined : await tx.get("memories", decision.id);
      if (known && known.scopeKey === scopeKey) return unchanged(known, decision.reason);
      return { id: null, memory: decision.text, event: "NONE", reason: decision.reason };
    }
  }
  function changed(event: "ADD" | "UPDATE" | "DELETE", record: MemoryRecord, reason = decision.reason): AddResultItem {
    const { id, memory, metadata, structuredData } = record;
    return { id, memory, event, reason, metadata, ...(event !== "DELETE" && structuredData && { structuredData }) };
  }
}

/** An imported memory may have any id, also one that would be ours: it is left alone. */
export async function freeId(tx: WriteTx, wanted: string): Promise<string> {
  let id = wanted;
  for (let n = 1; await tx.get("memories", id); n++) id = `${wanted}~${n}`;
  return id;
}

type CuesOf = (decision: CommitDecision & { event: "ADD" | "UPDATE" }) => Pick<MemoryRecord, "cues">;

/** Of facts drawn from messages that are kept: cues are words of a message and must not outlive it. */
function cuesOf({ messages, options }: PendingRow): CuesOf {
  if ((options.retention ?? "all") !== "all") return () => ({});
  const find = cueFinder(messages.map(({ content }) => content));
  return ({ text, origin, details }) => {
    if (origin === "verbatim") return {};
    const among = details?.sources?.map(({ index }) => index);
    const cues = find(text, among);
    return cues === undefined ? {} : { cues };
  };
}

function lifecycle({ immutable, expirationDate }: OpOptions): Pick<MemoryRecord, "immutable" | "expirationDate"> {
  return { ...(immutable && { immutable }), ...(expirationDate !== undefined && { expirationDate }) };
}

/**
 * Drops messages that are not to be kept: all of this op, or all of the scope before the window. Those of ops that
 * still wait stay: memories will be drawn from them, and their own retention is not up yet.
 */
async function retain(tx: WriteTx, op: PendingRow): Promise<void> {
  const { scopeKey, options } = op;
  const { retention = "all", contextWindow = CONTEXT_WINDOW } = options;
  if (retention === "none") await deleteMessagesOfOp(tx, op);
  if (retention !== "window") return;
  const newestFirst = await tx.keys("messages", { prefix: [scopeKey], reverse: true });
  const waiting = await tx.getAll("pending", { index: "order" });
  const kept = new Set<unknown>(waiting.filter((row) => row.scopeKey === scopeKey).map((row) => row.order));
  const isKept = (key: Key): boolean => Array.isArray(key) && kept.has(key[1]);
  await deleteMessages(
    tx,
    newestFirst.slice(contextWindow).filter((key) => !isKept(key)),
  );
}

function unchanged(record: MemoryRecord, reason: string): AddResultItem {
  return { id: record.id, memory: record.memory, event: "NONE", reason, metadata: record.metadata };
}

/** The memory that a decision was made about, provided that it is still as it was then. */
async function target(tx: WriteTx, scopeKey: string, decision: { id: string; rev: number }): Promise<MemoryRecord> {
  const record = await tx.get("memories", decision.id);
  if (record && record.scopeKey === scopeKey && !record.deletedAt && record.rev === decision.rev) return record;
  throw new ConflictError("keepsake: a memory changed while it was being decided about. Decide again.", {
    stage: "commit",
    details: { id: decision.id },
  });
}

/** What has expired is no twin: said again, it is to be seen again. */
async function findTwin(
  tx: WriteTx,
  scopeKey: string,
  text: string,
  nowIso: string,
): Promise<MemoryRecord | undefined> {
  const candidates = await tx.getAll("memories", { index: "hash", prefix: [scopeKey, hashStatement(text)] });
  // A hash is a hint: two statements may share one.
  const normalized = normalizeStatement(text);
  const isTwin = (r: MemoryRecord): boolean => isVisible(r, nowIso, false) && r.memoryType !== "synthesis";
  return candidates.find((r) => isTwin(r) && normalizeStatement(r.memory) === normalized);
}

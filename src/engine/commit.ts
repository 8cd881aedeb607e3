/**
 * Commit: decisions become memories, vectors and log rows in one strict transaction (INV-2), exactly
 * once (INV-3). What it was decided on is checked again inside it (INV-7), so no lock is needed.
 */
import { ConflictError, EngineError } from "../errors.ts";
import type { Key, PendingRow, WriteTx } from "../store/store.ts";
import { cueFinder } from "../text/cues.ts";
import { canonicalJSON } from "../text/canonical-json.ts";
import { hashStatement, normalizeStatement } from "../text/statement.ts";
import type { AddResult, AddResultItem, ISODate, MemoryRecord } from "../types.ts";
import { isSaidLater } from "../add-limits.ts";
import { CONTEXT_WINDOW } from "./context-window.ts";
import { readClock } from "./clock.ts";
import { isoNow, type EngineContext } from "./context.ts";
import type { CommitDecision, CommitRequest } from "./engine.ts";
import { keepFormer } from "./former.ts";
import { closeUnsaid } from "./graph.ts";
import type { OpenGraph } from "./graph-writer.ts";
import { deleteMessages, deleteMessagesOfOp } from "./kept-messages.ts";
import { Ledger, LEDGER_TABLES, type Changes } from "./ledger.ts";
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

/** Whether they may change more of the graph than what the ledger and their texts close. */
export function reachesGraph(decisions: readonly CommitDecision[]): boolean {
  return decisions.some((d) => d.event === "DELETE" || d.relations);
}

/**
 * @param vectors of {@link textsOf}, made before: a transaction waits for nothing else
 * @param graph where they {@link reachesGraph}
 */
export function commit(
  context: EngineContext,
  request: CommitRequest,
  vectors: VectorSets,
  graph: OpenGraph | null = null,
): Promise<Committed> {
  return context.store.write([...COMMITTED], "strict", async (tx) => {
    const done = await tx.get("ops", request.opId);
    if (done) return { result: done.result, seq: (await readClock(tx)).seq, scopeKey: done.scopeKey };
    const op = await tx.get("pending", request.opId);
    if (!op) throw new EngineError("cancelled", "keepsake: this op was cancelled; nothing of it was stored.");
    return carryOut(tx, op, request.decisions, { now: isoNow(context.runtime), vectors, graph });
  });
}

/** Tables that {@link carryOut} writes. */
export const COMMITTED = [...LEDGER_TABLES, "pending", "ops", "messages"] as const;

export interface CommitBasis {
  now: ISODate;
  vectors: VectorSets;
  graph: OpenGraph | null;
}

/** All that a commit does to the database. */
export async function carryOut(
  tx: WriteTx,
  op: PendingRow,
  decisions: readonly CommitDecision[],
  { now, vectors, graph: openGraph }: CommitBasis,
): Promise<Committed> {
  const clock = await readClock(tx);
  const { opId, scopeKey, order, options } = op;
  const at = options.timestamp ?? now;
  const ledger = new Ledger(tx, clock, { opId, order, at }, vectors);
  const graph = (await openGraph?.(tx, op, decisions)) ?? null;
  const changing = new Set(decisions.flatMap((d) => (d.event === "UPDATE" || d.event === "DELETE" ? d.id : [])));
  const writing: Writing = { tx, ledger, op, changing, cues: cuesOf(op), now };
  const results: AddResultItem[] = [];
  for (const [index, decision] of decisions.entries()) {
    const newId = `${opId}-${index}`;
    const item = await apply(writing, decision, newId);
    if (decision.event === "NONE" && decision.former) {
      await keepFormer({ tx, ledger, op, graph }, decision, decision.former, await freeId(tx, newId));
    } else await graph?.follow(decision, item, ledger.clock.seq);
    results.push(item);
  }
  const relations = options.graph && ((await graph?.changes()) ?? { added: [], closed: [] });
  const result: AddResult = { opId, results, ...(relations && { relations }) };
  await tx.put("ops", { opId, scopeKey, order, committedAt: at, result });
  await tx.delete("pending", opId);
  await retain(tx, op);
  await ledger.close();
  return { result, seq: ledger.clock.seq, scopeKey };
}

interface Writing {
  tx: WriteTx;
  ledger: Ledger;
  op: PendingRow;
  /** Memories that its decisions change or delete. */
  changing: ReadonlySet<string>;
  cues: CuesOf;
  now: ISODate;
}

type Deciding<E extends CommitDecision["event"]> = CommitDecision & { event: E };

function apply(writing: Writing, decision: CommitDecision, newId: string): Promise<AddResultItem> {
  switch (decision.event) {
    case "ADD":
      return add(writing, decision, newId);
    case "UPDATE":
      return update(writing, decision);
    case "DELETE":
      return remove(writing, decision);
    case "NONE":
      return leave(writing, decision);
  }
}

async function add(writing: Writing, decision: Deciding<"ADD">, newId: string): Promise<AddResultItem> {
  const { tx, ledger, op, cues, now } = writing;
  const { text, origin, details = {} } = decision;
  const { dedupe, metadata, immutable, expirationDate } = op.options;
  // Another tab may have stored the same since it was looked up. Verbatim messages are kept as they come.
  const isKept = origin === "verbatim" && !dedupe;
  const twin = isKept ? null : await findTwin(tx, op.scopeKey, text, now);
  if (twin) return sayAgain(writing, twin, { text, reason: "exact: the same statement is already stored" });
  const draft = {
    id: await freeId(tx, newId),
    memory: text,
    origin,
    scope: op.scope,
    metadata,
    ...details,
    ...(immutable && { immutable }),
    ...(expirationDate !== undefined && { expirationDate }),
    ...cues(decision),
  };
  return told("ADD", await ledger.add(draft, decision), decision.reason);
}

async function update(writing: Writing, decision: Deciding<"UPDATE">): Promise<AddResultItem> {
  const before = await target(writing, decision);
  if (before.memory === decision.text) return restate(writing, before, decision.reason);
  const { text, origin, details = {} } = decision;
  const fields = {
    memory: text,
    origin,
    // Of the new text; the old one's may no longer be true.
    attributedTo: details.attributedTo,
    actor: details.actor,
    categories: details.categories,
    eventTime: details.eventTime,
    structuredData: details.structuredData,
    sources: [...(before.sources ?? []), ...(details.sources ?? [])],
    ...keptBy(writing.op, before),
    ...writing.cues(decision),
  };
  const after = await writing.ledger.update(before, fields, decision);
  if (!decision.relations) await closeUnsaidBy(writing, before, after);
  return { ...told("UPDATE", after, decision.reason), previousMemory: before.memory };
}

async function closeUnsaidBy({ tx, op }: Writing, before: MemoryRecord, after: MemoryRecord): Promise<void> {
  const texts = { before: before.memory, after: after.memory };
  const at = op.options.timestamp ?? op.acceptedAt;
  await closeUnsaid(tx, { memoryId: after.id, texts, opId: op.opId, at, seq: after.seq });
}

async function remove(writing: Writing, decision: Deciding<"DELETE">): Promise<AddResultItem> {
  const before = await target(writing, decision);
  await writing.ledger.remove(before, decision);
  const { structuredData: _, ...item } = told("DELETE", before, decision.reason);
  return { ...item, previousMemory: before.memory };
}

async function leave(writing: Writing, decision: Deciding<"NONE">): Promise<AddResultItem> {
  const { id, rev, text, reason } = decision;
  const known = id === null ? undefined : await writing.tx.get("memories", id);
  if (known?.scopeKey !== writing.op.scopeKey) return { id: null, memory: text, event: "NONE", reason };
  return rev === undefined ? unchanged(known, reason) : sayAgain(writing, known, { text, reason, rev });
}

/** Where the same op changes the memory as well, that change takes on what the op says beside the words. */
function sayAgain(
  writing: Writing,
  known: MemoryRecord,
  { text, reason, rev }: { text: string; reason: string; rev?: number },
): AddResultItem | Promise<AddResultItem> {
  if (!writing.changing.has(known.id)) return restate(writing, known, reason, rev);
  return { ...unchanged(known, "exact: it was stored already; the same add changes that memory"), memory: text };
}

/**
 * A memory that is said again, in the same words: from now on it is kept as this add says, unless it was said later since,
 * or is immutable.
 * @param rev that was seen
 */
async function restate(
  { ledger, op }: Writing,
  before: MemoryRecord,
  reason: string,
  rev = before.rev,
): Promise<AddResultItem> {
  const fields = keptBy(op, before);
  const isKeptSo = canonicalJSON({ ...before, ...fields }) === canonicalJSON(before);
  if (isKeptSo || before.immutable || isSaidLater(before, op)) return unchanged(before, reason);
  if (before.rev !== rev) throw changedMeanwhile(before.id);
  const why = `${reason}; what is kept beside it is this add's`;
  const after = await ledger.update(before, fields, { reason: why, decidedBy: "exact" });
  return { ...told("UPDATE", after, why), previousMemory: before.memory };
}

/**
 * What an add says of a memory beside its words: nothing where that was said later. Without a date it holds from now on
 * without an end.
 */
function keptBy(
  { order, options: { metadata, expirationDate, immutable } }: PendingRow,
  before: MemoryRecord,
): Pick<Changes, "metadata" | "expirationDate" | "immutable"> {
  if ((before.keptOrder ?? 0) > order) return {};
  return { metadata: { ...before.metadata, ...metadata }, expirationDate, ...(immutable && { immutable }) };
}

function told(event: "ADD" | "UPDATE" | "DELETE", record: MemoryRecord, reason: string): AddResultItem {
  const { id, memory, metadata, structuredData } = record;
  return { id, memory, event, reason, metadata, ...(structuredData && { structuredData }) };
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

function unchanged({ id, memory, metadata }: MemoryRecord, reason: string): AddResultItem {
  return { id, memory, event: "NONE", reason, metadata };
}

/** The memory that a decision was made about, provided that it is still as it was then. */
async function target({ tx, op }: Writing, { id, rev }: { id: string; rev: number }): Promise<MemoryRecord> {
  const record = await tx.get("memories", id);
  if (record && record.scopeKey === op.scopeKey && !record.deletedAt && record.rev === rev) return record;
  throw changedMeanwhile(id);
}

export function changedMeanwhile(id: string): ConflictError {
  const message = "keepsake: a memory changed while it was being decided about. Decide again.";
  return new ConflictError(message, { stage: "commit", details: { id } });
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

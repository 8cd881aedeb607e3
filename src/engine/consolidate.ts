/**
 * The commit of a consolidation: its decisions in one strict transaction, exactly once (INV-3), on the revisions that
 * they were made on (INV-7). It says nothing new: a memory that takes in others keeps the `order` and the times of
 * their words, so that an op accepted earlier stands to it as it stood to them.
 */
import { scopeKeyOf } from "../scope.ts";
import type { WriteTx } from "../store/store.ts";
import { normalizeStatement } from "../text/statement.ts";
import type { AddResultItem, ConsolidateResult, MemoryRecord, Source } from "../types.ts";
import { nextOrder } from "./clock.ts";
import { changedMeanwhile, freeId, type Committed } from "./commit.ts";
import type { ConsolidateRequest, ConsolidateDecision } from "./consolidation.ts";
import { isoNow, type EngineContext } from "./context.ts";
import { closeUnsaid } from "./graph.ts";
import { passRelationsOn } from "./graph-passing.ts";
import { Ledger, LEDGER_TABLES, type OpStamp } from "./ledger.ts";
import type { VectorSets } from "./spaces.ts";
import { asSaid, markKey, readMark } from "./survey.ts";

/**
 * @param embed gives vectors of the texts that are written; before the transaction, which waits for nothing else
 * @throws {ConflictError} conflict, where a memory that was decided on has changed since: survey again
 */
export async function consolidate(
  context: EngineContext,
  request: ConsolidateRequest,
  embed: (texts: string[]) => Promise<VectorSets>,
): Promise<Committed> {
  const { opId, decisions } = request;
  const vectors = await embed(decisions.flatMap((decision) => (decision.event === "DELETE" ? [] : [decision.text])));
  const scopeKey = scopeKeyOf(request.scope);
  return context.store.write([...LEDGER_TABLES, "ops"], "strict", async (tx) => {
    const clock = await nextOrder(tx);
    const done = await tx.get("ops", opId);
    if (done) return { result: done.result, seq: clock.seq, scopeKey: done.scopeKey };
    await assertUnchanged(tx, scopeKey, request);
    const stamp: OpStamp = { opId, order: clock.order, at: isoNow(context.runtime) };
    const isAlone =
      (await tx.count("changes", { index: "scope", prefix: [scopeKey], after: [scopeKey, request.seq] })) === 0;
    const writing: Writing = { tx, ledger: new Ledger(tx, clock, stamp, vectors), stamp, request };
    const results: AddResultItem[] = [];
    for (const [index, decision] of decisions.entries()) results.push(await writeDecision(writing, decision, index));
    const after = writing.ledger.clock;
    await writeMark(tx, scopeKey, request, isAlone ? after.seq : null);
    const result: ConsolidateResult = { opId, results, ...(request.more && { more: true }) };
    await tx.put("ops", { opId, scopeKey, order: clock.order, committedAt: stamp.at, result });
    await writing.ledger.close();
    return { result, seq: after.seq, scopeKey };
  });
}

interface Writing {
  tx: WriteTx;
  ledger: Ledger;
  stamp: OpStamp;
  request: ConsolidateRequest;
}

async function assertUnchanged(tx: WriteTx, scopeKey: string, { seen }: ConsolidateRequest): Promise<void> {
  for (const { id, rev } of seen) {
    const record = await tx.get("memories", id);
    if (record && record.scopeKey === scopeKey && !record.deletedAt && record.rev === rev) continue;
    throw changedMeanwhile(id);
  }
}

/** @param ownEnd where this consolidation's own changes are the only ones since its survey: they are no news to the next */
async function writeMark(
  tx: WriteTx,
  scopeKey: string,
  { done, seq }: ConsolidateRequest,
  ownEnd: number | null,
): Promise<void> {
  const before = await readMark(tx, scopeKey);
  const reach = (through: number | null): number => (through === seq && ownEnd !== null ? ownEnd : (through ?? 0));
  const merged = Math.max(before.merged, reach(done.merged));
  const summed = Math.max(before.summed, reach(done.summed));
  const ended = Math.max(before.ended, reach(seq));
  await tx.put("meta", { key: markKey(scopeKey), value: { merged, summed, ended } });
}

async function writeDecision(writing: Writing, decision: ConsolidateDecision, index: number): Promise<AddResultItem> {
  const { reason } = decision;
  if (decision.event === "ADD") {
    const { id, memory, metadata } = await addSynthesis(writing, decision, index);
    return { id, memory, event: "ADD", reason, metadata };
  }
  const before = (await writing.tx.get("memories", decision.id))!;
  const { id, memory: previousMemory } = before;
  const rev = before.rev + 1;
  if (decision.event === "DELETE") {
    const { replacedBy } = decision;
    const gone = { ...before, rev, deletedAt: writing.stamp.at, ...(replacedBy !== undefined && { replacedBy }) };
    const { memory, metadata } = await writing.ledger.put("DELETE", before, gone, decision);
    return { id, memory, event: "DELETE", previousMemory, reason, metadata };
  }
  const after = await ("takesIn" in decision
    ? takeIn(writing, before, decision)
    : rewriteSynthesis(writing, before, decision));
  return { id, memory: after.memory, event: "UPDATE", previousMemory, reason, metadata: after.metadata };
}

async function addSynthesis(
  { tx, ledger, request: { opId, scope } }: Writing,
  decision: ConsolidateDecision & { event: "ADD" },
  index: number,
): Promise<MemoryRecord> {
  const id = await freeId(tx, `${opId}-${index}`);
  return ledger.add({ id, scope, metadata: {}, ...synthesis(decision) }, decision);
}

function rewriteSynthesis(
  { ledger, stamp }: Writing,
  before: MemoryRecord,
  decision: Extract<ConsolidateDecision, { event: "UPDATE"; derivedFrom: string[] }>,
): Promise<MemoryRecord> {
  const updatedAt = decision.text === before.memory ? before.updatedAt : stamp.at;
  return ledger.put("UPDATE", before, { ...before, rev: before.rev + 1, updatedAt, ...synthesis(decision) }, decision);
}

function synthesis({ text, derivedFrom }: { text: string; derivedFrom: string[] }) {
  return { memory: text, derivedFrom, origin: "llm", memoryType: "synthesis" } as const;
}

type TakingIn = Extract<ConsolidateDecision, { takesIn: string[] }>;

async function takeIn({ tx, ledger, stamp }: Writing, before: MemoryRecord, decision: TakingIn): Promise<MemoryRecord> {
  const { text } = decision;
  const folded: MemoryRecord[] = [];
  for (const id of decision.takesIn) folded.push((await tx.get("memories", id))!);
  const after = await ledger.put("UPDATE", before, united(before, folded, decision), decision);
  const { opId, at } = stamp;
  const { seq, id: memoryId } = after;
  await closeUnsaid(tx, { memoryId, texts: { before: before.memory, after: text }, opId, at, seq });
  await passRelationsOn(tx, { folded, into: after, opId, seq });
  return after;
}

/** The memory with everything that is kept of those it takes in; their metadata is equal. */
function united(before: MemoryRecord, folded: MemoryRecord[], { text, origin }: TakingIn): MemoryRecord {
  const all = [before, ...folded].sort(asSaid);
  const newest = all.at(-1)!;
  const said = all.findLast((record) => normalizeStatement(record.memory) === normalizeStatement(text));
  const times = all.map((record) => record.createdAt).sort();
  const fields = {
    ...before,
    memory: text,
    origin,
    rev: before.rev + 1,
    order: newest.order,
    createdAt: times[0]!,
    updatedAt: all
      .map((record) => record.updatedAt)
      .sort()
      .at(-1)!,
    attributedTo: (said ?? newest).attributedTo,
    eventTime: (said ?? newest).eventTime,
    feedback: before.feedback ?? all.findLast((record) => record.feedback)?.feedback,
    // Both are of a text: a new one has neither yet.
    cues: said?.cues,
    structuredData: said?.structuredData,
    categories: unique(
      all.flatMap((record) => record.categories ?? []),
      (one) => one,
    ),
    sources: unique(
      all.flatMap((record) => record.sources ?? []),
      keyOf,
    )?.sort((a, b) => a.order - b.order || a.index - b.index),
  };
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as unknown as MemoryRecord;
}

function keyOf({ opId, index }: Source): string {
  return `${opId}:${index}`;
}

/** Undefined for none: an optional key is absent, never empty. */
function unique<T>(list: T[], key: (item: T) => string): T[] | undefined {
  return list.length === 0 ? undefined : [...new Map(list.map((item) => [key(item), item])).values()];
}

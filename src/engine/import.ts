/**
 * Import, one part at a time, in one transaction each. What is written comes behind all that is there, under new
 * numbers; a memory that is there in the same or a newer revision, or in another scope, is left alone.
 */
import type { ImportBase, ImportChange, ImportOutcome, ImportPart, PortableRelation } from "../portable/format.ts";
import { scopeKeyOf } from "../scope.ts";
import type { ReadTx, RelationRow, WriteTx } from "../store/store.ts";
import type { MemoryRecord, Scope } from "../types.ts";
import { readClock, writeClock, type Clock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import { Ledger } from "./ledger.ts";
import type { VectorSets } from "./spaces.ts";

const TABLES = [
  "meta",
  "scopes",
  "memories",
  "vectors",
  "changes",
  "pending",
  "ops",
  "messages",
  "entities",
  "relations",
] as const;

export interface Imported {
  outcome: ImportOutcome;
  scopeKeys: string[];
  seq: number;
}

/** Changes of a part whose texts want a vector: those that will be written and are the last of their memory. */
export function changesToEmbed(context: EngineContext, { changes }: ImportPart): Promise<ImportChange[]> {
  return context.store.read(["memories"], async (tx) => {
    const wanted: ImportChange[] = [];
    for (const change of changes) {
      if (!change.isLast || change.after.deletedAt !== undefined) continue;
      if (isWanted(change, await tx.get("memories", change.after.id))) wanted.push(change);
    }
    return wanted;
  });
}

/** @param vectors of the texts of {@link changesToEmbed}; a missing one is made by the next fill */
export function importPart(context: EngineContext, part: ImportPart, vectors: VectorSets): Promise<Imported> {
  return context.store.write([...TABLES], part.isLast ? "strict" : "relaxed", async (tx) => {
    let clock = await readClock(tx);
    const base = part.base ?? { order: clock.order, seq: clock.seq };
    for (const scope of part.scopes) await rememberScope(tx, scope);
    await importOps(tx, part, base);
    await importMessages(tx, part);
    const outcomes: ImportOutcome["outcomes"] = [];
    for (const change of part.changes) {
      const done = await importChange(tx, clock, change, base, vectors);
      clock = done.clock;
      outcomes.push(done.outcome);
    }
    await importGraph(tx, part, base);
    const orders = [...part.ops, ...part.changes.map((change) => change.after)].map((row) => base.order + row.order);
    await writeClock(tx, { ...clock, order: orders.reduce((a, b) => Math.max(a, b), clock.order) });
    const scopeKeys = [...new Set(part.changes.map((change) => scopeKeyOf(change.after.scope)))];
    return { outcome: { base, outcomes }, scopeKeys, seq: clock.seq };
  });
}

async function rememberScope(tx: WriteTx, scope: Scope): Promise<string> {
  const scopeKey = scopeKeyOf(scope);
  await tx.put("scopes", { scopeKey, scope });
  return scopeKey;
}

async function importOps(tx: WriteTx, { ops }: ImportPart, base: ImportBase): Promise<void> {
  for (const { scope, order, ...op } of ops) {
    const scopeKey = await rememberScope(tx, scope);
    if (await tx.get("ops", op.opId)) continue;
    // It waits here and was finished there: that is its result now, and its messages are where they are.
    const waiting = await tx.get("pending", op.opId);
    if (waiting) await tx.delete("pending", op.opId);
    await tx.put("ops", { ...op, scopeKey, order: waiting?.order ?? base.order + order });
  }
}

async function importMessages(tx: WriteTx, { messages }: ImportPart): Promise<void> {
  for (const message of messages) {
    // It came in a part before.
    const op = await tx.get("ops", message.opId);
    if (!op) continue;
    const { scopeKey, order } = op;
    if (!(await tx.get("messages", [scopeKey, order, message.index]))) {
      await tx.put("messages", { ...message, scopeKey, order });
    }
  }
}

async function importChange(
  tx: WriteTx,
  clock: Clock,
  change: ImportChange,
  base: ImportBase,
  vectors: VectorSets,
): Promise<{ clock: Clock; outcome: ImportOutcome["outcomes"][number] }> {
  const { event, at, reason, decidedBy, undoes, after, newerBy } = change;
  const current = await tx.get("memories", after.id);
  if (!isWanted(change, current)) return { clock, outcome: "skipped" };
  await rememberScope(tx, after.scope);
  const ledger = new Ledger(tx, clock, { opId: after.opId, order: clock.order, at }, vectors);
  const isForeign = newerBy === "updatedAt" && current !== undefined;
  const { sources: _, ...fields } = after;
  const sources = await sourcesOf(tx, after);
  const known = change.orderOf === undefined ? undefined : await tx.get("ops", change.orderOf);
  const version = {
    ...fields,
    ...(sources && { sources }),
    order: known?.order ?? base.order + after.order,
    rev: isForeign ? current.rev + 1 : after.rev,
  };
  const why = { reason, decidedBy, ...(undoes !== undefined && { undoes }) };
  await ledger.put(isForeign ? "UPDATE" : event, current ?? null, version, why);
  return { clock: ledger.clock, outcome: current ? "updated" : "added" };
}

function isWanted({ after, newerBy }: ImportChange, current: MemoryRecord | undefined): boolean {
  if (!current) return true;
  // A memory never changes its scope, and a file cannot reach into another one (INV-8).
  if (current.scopeKey !== scopeKeyOf(after.scope)) return false;
  return newerBy === "rev" ? after.rev > current.rev : after.updatedAt > current.updatedAt;
}

/** With the order that their ops have here. */
async function sourcesOf(tx: ReadTx, { sources }: ImportChange["after"]): Promise<MemoryRecord["sources"]> {
  if (!sources) return undefined;
  const found: NonNullable<MemoryRecord["sources"]> = [];
  for (const source of sources) found.push({ ...source, order: (await tx.get("ops", source.opId))?.order ?? 0 });
  return found;
}

async function importGraph(tx: WriteTx, { entities, relations }: ImportPart, base: ImportBase): Promise<void> {
  for (const { scope, ...entity } of entities) {
    const scopeKey = scopeKeyOf(scope);
    const known = await tx.get("entities", [scopeKey, entity.id]);
    const aliases = [...new Set([...(known?.aliases ?? []), ...entity.aliases])];
    await tx.put("entities", { ...(known ?? entity), scopeKey, aliases });
  }
  for (const relation of relations) {
    const known = await tx.get("relations", relation.id);
    if (known && !closes(relation, known)) continue;
    const { scope, openedSeq, seq, ...row } = relation;
    const numbers = { openedSeq: known?.openedSeq ?? base.seq + openedSeq, seq: base.seq + seq };
    await tx.put("relations", { ...row, ...numbers, scopeKey: scopeKeyOf(scope) });
  }
}

/** It still holds here, and was closed there. */
function closes(relation: PortableRelation, known: RelationRow): boolean {
  return known.scopeKey === scopeKeyOf(relation.scope) && known.to === null && relation.to !== null;
}

/**
 * Import, one part at a time, in one transaction each. What is written comes behind all that is there, under new
 * numbers; a memory that is there in the same or a newer revision, or in another scope, is left alone.
 */
import type { ImportBase, ImportChange, ImportOutcome, ImportPart, PortableRelation } from "../portable/format.ts";
import { scopeKeyOf } from "../scope.ts";
import type { MessageRow, ReadTx, RelationRow, WriteTx } from "../store/store.ts";
import type { MemoryRecord, Scope } from "../types.ts";
import { opRow } from "./accept.ts";
import { readClock, writeClock, type Clock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import { insertMessages } from "./kept-messages.ts";
import { Ledger, LEDGER_TABLES } from "./ledger.ts";
import type { VectorSets } from "./spaces.ts";

const TABLES = [...LEDGER_TABLES, "scopes", "pending", "ops", "messages"] as const;

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
    await writeClock(tx, { ...clock, order: Math.max(clock.order, base.order + part.highestOrder) });
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
    if ((await tx.get("ops", op.opId)) || !(await isOwnOp(tx, op.opId, scopeKey))) continue;
    // It waits here and was finished there: that is its result now, and its messages are where they are.
    const known = await knownOrder(tx, op.opId, scopeKey);
    await tx.delete("pending", op.opId);
    await tx.put("ops", { ...op, scopeKey, order: known ?? base.order + order });
  }
}

/** Whether an `opId` is free here or was used in this scope: it means nothing in another one (INV-8). */
async function isOwnOp(tx: ReadTx, opId: string, scopeKey: string): Promise<boolean> {
  const known = await opRow(tx, opId);
  return !known || known.scopeKey === scopeKey;
}

/** The name under which an op's changes are logged here: an undo of another scope's op must not find them. */
async function loggedOp(tx: ReadTx, opId: string, scopeKey: string): Promise<string> {
  return (await isOwnOp(tx, opId, scopeKey)) ? opId : `${opId}~${scopeKey}`;
}

/** The order that an op of this scope has here, also where so far only some of its changes came. */
async function knownOrder(tx: ReadTx, opId: string | undefined, scopeKey: string): Promise<number | undefined> {
  if (opId === undefined) return undefined;
  const op = await opRow(tx, opId);
  if (op) return op.scopeKey === scopeKey ? op.order : undefined;
  const [change] = await tx.getAll("changes", { index: "op", prefix: [opId], limit: 1 });
  return change?.scopeKey === scopeKey ? change.after.order : undefined;
}

async function importMessages(tx: WriteTx, { messages }: ImportPart): Promise<void> {
  const rows: MessageRow[] = [];
  for (const { scope, ...message } of messages) {
    const scopeKey = scopeKeyOf(scope);
    const order = await knownOrder(tx, message.opId, scopeKey);
    if (order !== undefined) rows.push({ ...message, scopeKey, order });
  }
  await insertMessages(tx, rows);
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
  const scopeKey = await rememberScope(tx, after.scope);
  const opId = await loggedOp(tx, after.opId, scopeKey);
  const ledger = new Ledger(tx, clock, { opId, order: clock.order, at }, vectors);
  const isForeign = newerBy === "updatedAt" && current !== undefined;
  const { sources: _, keptOrder, ...fields } = after;
  const order = (await knownOrder(tx, change.orderOf, scopeKey)) ?? base.order + after.order;
  const sources = await sourcesOf(tx, { ...after, order }, scopeKey);
  const version = {
    ...fields,
    ...(sources && { sources }),
    ...(keptOrder !== undefined && { keptOrder: base.order + keptOrder }),
    order,
    rev: isForeign ? current.rev + 1 : after.rev,
  };
  const why = { reason, decidedBy, ...(undoes !== undefined && { undoes: await loggedOp(tx, undoes, scopeKey) }) };
  await ledger.put(isForeign ? "UPDATE" : event, current ?? null, version, why);
  return { clock: ledger.clock, outcome: current ? "updated" : "added" };
}

function isWanted({ after, newerBy }: ImportChange, current: MemoryRecord | undefined): boolean {
  if (!current) return true;
  // A memory never changes its scope, and a file cannot reach into another one (INV-8).
  if (current.scopeKey !== scopeKeyOf(after.scope)) return false;
  return newerBy === "rev" ? after.rev > current.rev : after.updatedAt > current.updatedAt;
}

/** With the order that their ops have here; that of the version's own op may come only after it. */
async function sourcesOf(
  tx: ReadTx,
  { sources, opId, order }: ImportChange["after"],
  scopeKey: string,
): Promise<MemoryRecord["sources"]> {
  if (!sources) return undefined;
  const found: NonNullable<MemoryRecord["sources"]> = [];
  for (const source of sources) {
    found.push({
      ...source,
      order: (await knownOrder(tx, source.opId, scopeKey)) ?? (source.opId === opId ? order : 0),
    });
  }
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
    const scopeKey = scopeKeyOf(relation.scope);
    if (known && (known.scopeKey !== scopeKey || !tellsMore(relation, known))) continue;
    const { scope: _, openedSeq, seq, ...row } = relation;
    const numbers = { openedSeq: known?.openedSeq ?? base.seq + openedSeq, seq: base.seq + seq };
    // What closed it here did so as well as what closed it there.
    const end = known && known.to !== null ? { to: known.to, closedBy: known.closedBy } : {};
    const spared = [...new Set([...(known?.spared ?? []), ...(row.spared ?? [])])];
    await tx.put("relations", { ...row, ...end, ...numbers, scopeKey, ...(spared.length > 0 && { spared }) });
  }
}

/** It still holds here, and was closed there; or it was spared there by what would close it here. */
function tellsMore({ to, spared = [] }: PortableRelation, known: RelationRow): boolean {
  return (known.to === null && to !== null) || spared.some((opId) => !known.spared?.includes(opId));
}

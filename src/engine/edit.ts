/** What the app changes itself: update, delete, reset. Each is an op of its own, in the log like any other. */
import { InvalidInputError } from "../errors.ts";
import { TABLES, type ReadTx, type TableName, type WriteTx } from "../store/store.ts";
import { canonicalJSON } from "../text/canonical-json.ts";
import { hashText } from "../text/statement.ts";
import { localDay } from "../text/calendar.ts";
import { eventTimeOf } from "../text/when.ts";
import type { Change, HistoryEntry, ISODate, JSONObject, MemoryRecord, Scope } from "../types.ts";
import { drop, opRow } from "./accept.ts";
import { nextOrder, readClock, writeClock } from "./clock.ts";
import { isoNow, type EngineContext } from "./context.ts";
import type { UpdateRequest } from "./engine.ts";
import { closeUnsaid } from "./graph.ts";
import { Ledger, LEDGER_TABLES, type Changes } from "./ledger.ts";
import { recordsOf, selects } from "./selection.ts";
import type { VectorSets } from "./spaces.ts";
import { withdrawDeleted } from "./withdraw.ts";

const NO_VECTORS: VectorSets = new Map();

export interface Edited {
  records: MemoryRecord[];
  opId: string;
  seq: number;
}

/**
 * All or nothing.
 * @param vectors of the new texts, made before
 */
export function update(
  context: EngineContext,
  requests: readonly UpdateRequest[],
  vectors: VectorSets,
  opId?: string,
): Promise<Edited> {
  return edit(context, repeatOf(opId, "update", requests), vectors, async (tx, ledger) => {
    const records: MemoryRecord[] = [];
    for (const [index, request] of requests.entries()) {
      const before = await existing(tx, request.id, requests.length > 1 ? index : null);
      assertMutable(before, request);
      const why = { reason: "app: updated", decidedBy: "app" } as const;
      const after = await ledger.update(before, fieldsOf(before, request, isoNow(context.runtime)), why);
      const { id: memoryId, opId, updatedAt: at, seq } = after;
      const texts = { before: before.memory, after: after.memory };
      if (texts.before !== texts.after) await closeUnsaid(tx, { memoryId, texts, opId, at, seq });
      records.push(after);
    }
    return records;
  });
}

/** All or nothing. */
export function remove(context: EngineContext, ids: readonly string[], opId?: string): Promise<Edited> {
  return edit(context, repeatOf(opId, "delete", ids), NO_VECTORS, async (tx, ledger) => {
    const records: MemoryRecord[] = [];
    // Named twice it is still one memory.
    const first = new Map(ids.map((id, i) => [id, i] as const).toReversed());
    for (const [index, id] of ids.entries()) {
      if (first.get(id) !== index) continue;
      const before = await existing(tx, id, ids.length > 1 ? index : null);
      await ledger.remove(before, { reason: "app: deleted", decidedBy: "app" });
      records.push(before);
    }
    return records;
  });
}

/**
 * All that carry every id of the scope. Ops of it that wait are dropped: what was said before must not come back after.
 * @returns with the ids of the dropped ops
 */
export async function removeAll(
  context: EngineContext,
  asked: Scope,
  opId?: string,
): Promise<Edited & { dropped: string[] }> {
  const dropped: string[] = [];
  const isAsked = selects({ scope: asked });
  const body = async (tx: WriteTx, ledger: Ledger): Promise<MemoryRecord[]> => {
    for (const row of await tx.getAll("pending", { index: "order" })) {
      if (!isAsked(row.scope)) continue;
      await drop(tx, row);
      dropped.push(row.opId);
    }
    const reason = "app: deleted with its scope";
    await withdrawDeleted(tx, ledger, asked, reason);
    const records = await recordsOf(tx, { scope: asked });
    for (const record of records) await ledger.remove(record, { reason, decidedBy: "app" });
    return records;
  };
  return { ...(await edit(context, repeatOf(opId, "deleteAll", asked), NO_VECTORS, body, ["messages"])), dropped };
}

/** Deletes every row of every table; `seq` and `order` go on, so that no id or number is given twice. @returns the new epoch */
export async function reset(context: EngineContext): Promise<number> {
  const tables = Object.keys(TABLES) as TableName[];
  return context.store.write(tables, "strict", async (tx) => {
    const clock = await readClock(tx);
    for (const table of tables) await tx.deleteAll(table);
    await writeClock(tx, { ...clock, memories: 0, epoch: clock.epoch + 1, voided: undefined });
    return clock.epoch + 1;
  });
}

/** Newest first. */
export async function history(context: EngineContext, id: string): Promise<HistoryEntry[]> {
  const changes = await context.store.read(["changes"], (tx) =>
    tx.getAll("changes", { index: "memory", prefix: [id], reverse: true }),
  );
  return changes.map(({ event, before, after, reason, decidedBy, opId, seq, at }) => ({
    id,
    event,
    memory: event === "DELETE" ? null : after.memory,
    // A deleted one that came back has no text before.
    previousMemory: before && !before.deletedAt ? before.memory : null,
    ...(event !== "DELETE" && after.structuredData && { structuredData: after.structuredData }),
    reason,
    decidedBy,
    opId,
    seq,
    at,
  }));
}

/** An `opId` of the app's makes an edit repeatable. */
export interface Repeat {
  opId: string | undefined;
  /** Whether a change that this `opId` made is one of this very edit. */
  isOf: (change: Change) => boolean;
  /** What is written down to know it by. */
  asked?: string;
}

/** Of the same kind, and with the same request in every part of it. */
export function repeatOf(opId: string | undefined, kind: string, request: object): Repeat {
  if (opId === undefined) return { opId, isOf: () => false };
  const asked = hashText(canonicalJSON([kind, request]));
  return { opId, asked, isOf: (change) => change.asked === asked };
}

/**
 * One transaction of changes in the app's name. Where its `opId` has made them before they are told and not made again.
 * @param more tables that the body writes
 * @throws {InvalidInputError} for an `opId` that something else has used
 */
export function edit(
  context: EngineContext,
  repeat: Repeat,
  vectors: VectorSets,
  body: (tx: WriteTx, ledger: Ledger) => Promise<MemoryRecord[]>,
  more: readonly TableName[] = [],
): Promise<Edited> {
  const { opId = context.runtime.randomId(), asked } = repeat;
  return context.store.write([...LEDGER_TABLES, "scopes", "ops", "pending", ...more], "strict", async (tx) => {
    const made = await changesMade(tx, repeat);
    if (made.length > 0) return { records: editedIn(made), opId, seq: made.at(-1)!.seq };
    // What the app says now is later than every op accepted so far: none of them overrides it.
    const clock = await nextOrder(tx);
    const stamp = { opId, order: clock.order, at: isoNow(context.runtime), asked };
    const ledger = new Ledger(tx, clock, stamp, vectors);
    const records = await body(tx, ledger);
    await ledger.close();
    return { records, opId, seq: ledger.clock.seq };
  });
}

/** What was deleted before it is not among what it says that it deleted. */
function editedIn(made: readonly Change[]): MemoryRecord[] {
  return made.flatMap(({ before, after }) => (before?.deletedAt ? [] : [after]));
}

/**
 * What an edit of this `opId` changed before; empty where it is new.
 * @throws {InvalidInputError} where something else has used it
 */
export async function changesMade(tx: ReadTx, { opId, isOf }: Repeat): Promise<Change[]> {
  if (opId === undefined) return [];
  const made = await tx.getAll("changes", { index: "op", prefix: [opId] });
  if (!(await opRow(tx, opId)) && made.every(isOf)) return made;
  throw new InvalidInputError("keepsake: this opId was used for something else. Pass another one, or none.");
}

/** @param index position in the batch that names the id; null where it is alone */
export async function existing(tx: ReadTx, id: string, index: number | null = null): Promise<MemoryRecord> {
  const record = await tx.get("memories", id);
  if (record && !record.deletedAt) return record;
  const which = index === null ? "this id" : `the id at position ${index} of the batch`;
  const rest = index === null ? "" : " Nothing was changed.";
  throw new InvalidInputError(`keepsake: there is no memory with ${which}, or it was deleted.${rest}`, {
    code: "not_found",
    details: index === null ? { id } : { id, index },
  });
}

/** Its text stays as it is; what is kept beside it may change. */
function assertMutable(before: MemoryRecord, { text, immutable }: UpdateRequest): void {
  if (!before.immutable || immutable === false || text === undefined || text === before.memory) return;
  throw new InvalidInputError(
    "keepsake: this memory is immutable. Pass immutable: false with the new text, or delete it and add another.",
    { details: { id: before.id } },
  );
}

function fieldsOf(before: MemoryRecord, request: UpdateRequest, nowIso: ISODate): Changes {
  const { text, metadata, expirationDate, immutable } = request;
  return {
    ...(text !== undefined && text !== before.memory && toldBy(text, nowIso)),
    ...(metadata && { metadata: merged(before.metadata, metadata) }),
    // Undefined takes a field away.
    ...(expirationDate !== undefined && { expirationDate: expirationDate ?? undefined }),
    ...(immutable !== undefined && { immutable: immutable || undefined }),
  };
}

/** The new text and what it tells; what was told of the old one may no longer be true. */
function toldBy(text: string, nowIso: ISODate): Changes {
  const eventTime = eventTimeOf(text, localDay(nowIso)) ?? undefined;
  return { memory: text, origin: "app", eventTime, categories: undefined, structuredData: undefined };
}

function merged(before: JSONObject, change: JSONObject): JSONObject {
  const entries = Object.entries({ ...before, ...change });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

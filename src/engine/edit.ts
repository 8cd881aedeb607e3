/** What the app changes itself: update, delete, reset. Each is an op of its own, in the log like any other. */
import { InvalidInputError } from "../errors.ts";
import { carries } from "../scope.ts";
import { TABLES, type ReadTx, type TableName, type WriteTx } from "../store/store.ts";
import type { HistoryEntry, JSONObject, MemoryRecord, Scope } from "../types.ts";
import { readClock, writeClock } from "./clock.ts";
import { isoNow, type EngineContext } from "./context.ts";
import type { UpdateRequest } from "./engine.ts";
import { Ledger } from "./ledger.ts";
import type { VectorSets } from "./spaces.ts";

const WRITTEN = ["meta", "scopes", "memories", "vectors", "changes"] as const;
const NO_VECTORS: VectorSets = new Map();

export interface Edited {
  records: MemoryRecord[];
  opId: string;
  seq: number;
}

/** @param vectors of the new text, made before */
export function update(context: EngineContext, request: UpdateRequest, vectors: VectorSets): Promise<Edited> {
  const { id, text, metadata } = request;
  return edit(context, vectors, async (tx, ledger) => {
    const before = await existing(tx, id);
    const fields = {
      ...(text !== undefined && { memory: text, origin: "app" as const }),
      ...(metadata && { metadata: merged(before.metadata, metadata) }),
    };
    return [await ledger.update(before, fields, { reason: "app: updated", decidedBy: "app" })];
  });
}

export function remove(context: EngineContext, id: string): Promise<Edited> {
  return edit(context, NO_VECTORS, async (tx, ledger) => {
    const before = await existing(tx, id);
    await ledger.remove(before, { reason: "app: deleted", decidedBy: "app" });
    return [before];
  });
}

/** All that carry every id of the scope. */
export function removeAll(context: EngineContext, asked: Scope): Promise<Edited> {
  return edit(context, NO_VECTORS, async (tx, ledger) => {
    const records = await recordsCarrying(tx, asked);
    for (const record of records) {
      await ledger.remove(record, { reason: "app: deleted with its scope", decidedBy: "app" });
    }
    return records;
  });
}

/** Live records of all scopes that carry these ids. */
export async function recordsCarrying(tx: ReadTx, asked: Scope): Promise<MemoryRecord[]> {
  const records: MemoryRecord[] = [];
  for (const { scopeKey, scope } of await tx.getAll("scopes")) {
    if (!carries(scope, asked)) continue;
    const all = await tx.getAll("memories", { index: "scope", prefix: [scopeKey] });
    records.push(...all.filter((record) => !record.deletedAt));
  }
  return records;
}

/** Deletes every row of every table; `seq` and `order` go on, so that no id or number is given twice. */
export async function reset(context: EngineContext): Promise<void> {
  const tables = Object.keys(TABLES) as TableName[];
  await context.store.write(tables, "strict", async (tx) => {
    const clock = await readClock(tx);
    for (const table of tables) await tx.deleteAll(table);
    await writeClock(tx, { ...clock, memories: 0, epoch: clock.epoch + 1 });
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
    previousMemory: before?.memory ?? null,
    reason,
    decidedBy,
    opId,
    seq,
    at,
  }));
}

/** One transaction of changes in the app's name. */
function edit(
  context: EngineContext,
  vectors: VectorSets,
  body: (tx: WriteTx, ledger: Ledger) => Promise<MemoryRecord[]>,
): Promise<Edited> {
  const opId = context.runtime.randomId();
  return context.store.write([...WRITTEN], "strict", async (tx) => {
    const clock = await readClock(tx);
    // What the app says now is later than every op accepted so far: none of them overrides it.
    const ledger = new Ledger(tx, clock, { opId, order: clock.order, at: isoNow(context.runtime) }, vectors);
    const records = await body(tx, ledger);
    await writeClock(tx, ledger.clock);
    return { records, opId, seq: ledger.clock.seq };
  });
}

async function existing(tx: ReadTx, id: string): Promise<MemoryRecord> {
  const record = await tx.get("memories", id);
  if (record && !record.deletedAt) return record;
  throw new InvalidInputError("keepsake: there is no memory with this id, or it was deleted.", { code: "not_found" });
}

function merged(before: JSONObject, change: JSONObject): JSONObject {
  const entries = Object.entries({ ...before, ...change });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

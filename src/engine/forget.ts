/**
 * Forget: a memory leaves no word behind. Its record, vectors, versions, results and source messages go, and what the
 * reasons of others quote of it; of the log only the numbers stay, so that `seq` has no gap. Everything in memory of an older epoch is void (see `Clock`).
 */
import { InvalidInputError } from "../errors.ts";
import { carries } from "../scope.ts";
import { normalizeStatement } from "../text/statement.ts";
import { TABLES, type TableName, type WriteTx } from "../store/store.ts";
import type { AddResultItem, Change, MemoryRecord, Relation, Scope, Source } from "../types.ts";
import { deleteAccesses } from "./accesses.ts";
import { readClock, writeClock } from "./clock.ts";
import { isSaidAgain } from "./context-window.ts";
import type { EngineContext } from "./context.ts";
import { purgeGraph } from "./graph-undo.ts";
import { deleteMessages, deleteMessagesOfOp, deleteMessagesOfScope } from "./kept-messages.ts";
import { withKin } from "./kin.ts";
import { Quotes } from "./quotes.ts";
import { knownSpaces } from "./spaces.ts";
import { deleteSnapshots } from "./snapshot-rows.ts";
import { markKey } from "./survey.ts";

export interface Forgotten {
  /** Memories that are gone, soft-deleted ones included. */
  count: number;
  /** Ops that waited and are gone. */
  pending: string[];
  scopeKeys: string[];
  seq: number;
}

const ALL = Object.keys(TABLES) as TableName[];

/** @throws {InvalidInputError} not_found, for an id */
export function forget(context: EngineContext, target: { id: string } | { scope: Scope }): Promise<Forgotten> {
  return "id" in target ? forgetMemory(context, target.id) : forgetScope(context, target.scope);
}

function forgetMemory(context: EngineContext, id: string): Promise<Forgotten> {
  return context.store.write(ALL, "strict", async (tx) => {
    const record = await tx.get("memories", id);
    if (!record) {
      throw new InvalidInputError("keepsake: there is no memory with this id.", { code: "not_found", details: { id } });
    }
    const { scopeKey } = record;
    const records = await withKin(tx, record);
    await purge(tx, scopeKey, records);
    await deleteSnapshots(tx, scopeKey);
    await purgeGraph(
      tx,
      records.map((one) => one.id),
    );
    const seq = await startEpoch(tx, records.filter((one) => !one.deletedAt).length, scopeKey);
    return { count: records.length, pending: [], scopeKeys: [scopeKey], seq };
  });
}

/** What the log has of one memory. */
interface Logged {
  record: MemoryRecord;
  changes: Change[];
  versions: MemoryRecord[];
}

/** @param records of one scope, the forgotten memory and its kin */
async function purge(tx: WriteTx, scopeKey: string, records: readonly MemoryRecord[]): Promise<void> {
  const logged: Logged[] = [];
  for (const record of records) logged.push(await readLogged(tx, record));
  const quotes = quotesOf(logged);
  const isGone = await deleteSources(tx, scopeKey, logged, await scrubResults(tx, scopeKey, logged, quotes));
  const spaces = await knownSpaces(tx);
  for (const { record, changes } of logged) {
    for (const change of changes) await tx.put("changes", scrubbed(change));
    for (const space of spaces) await tx.delete("vectors", [space, scopeKey, record.id]);
    await tx.delete("memories", record.id);
  }
  await scrubOthers(tx, scopeKey, isGone, quotes);
  await deleteAccesses(
    tx,
    records.map((record) => record.id),
  );
}

async function readLogged(tx: WriteTx, record: MemoryRecord): Promise<Logged> {
  const changes = await tx.getAll("changes", { index: "memory", prefix: [record.id] });
  const versions = [record, ...changes.flatMap(({ before, after }) => (before ? [before, after] : [after]))];
  return { record, changes, versions };
}

function quotesOf(logged: readonly Logged[]): Quotes {
  const texts = logged.flatMap(({ versions }) => versions.map(({ memory }) => memory));
  return new Quotes(
    texts,
    logged.flatMap(({ changes }) => changes.map(({ opId }) => opId)),
  );
}

/** Everything of all scopes that carry these ids, waiting ops and messages included. */
function forgetScope(context: EngineContext, asked: Scope): Promise<Forgotten> {
  return context.store.write(ALL, "strict", async (tx) => {
    const scopes = (await tx.getAll("scopes")).filter(({ scope }) => carries(scope, asked));
    const scopeKeys = scopes.map((row) => row.scopeKey);
    const forgotten = new Set(scopeKeys);
    let count = 0;
    let live = 0;
    for (const scopeKey of scopeKeys) {
      const records = await tx.getAll("memories", { index: "scope", prefix: [scopeKey] });
      count += records.length;
      live += records.filter((record) => !record.deletedAt).length;
      await deleteAccesses(
        tx,
        records.map((record) => record.id),
      );
      await deleteScope(tx, scopeKey);
    }
    const pending = (await tx.getAll("pending")).filter((row) => forgotten.has(row.scopeKey));
    for (const { opId } of pending) await tx.delete("pending", opId);
    for (const row of await tx.getAll("ops")) if (forgotten.has(row.scopeKey)) await tx.delete("ops", row.opId);
    const seq = await startEpoch(tx, live);
    return { count, pending: pending.map((row) => row.opId), scopeKeys, seq };
  });
}

/** Every row that carries the scope's key, but for the ops, which have no index on it. */
async function deleteScope(tx: WriteTx, scopeKey: string): Promise<void> {
  for (const change of await tx.getAll("changes", { index: "scope", prefix: [scopeKey] })) {
    await tx.put("changes", scrubbed(change));
  }
  for (const space of await knownSpaces(tx)) await tx.deleteAll("vectors", { prefix: [space, scopeKey] });
  await tx.deleteAll("memories", { index: "scope", prefix: [scopeKey] });
  await deleteMessagesOfScope(tx, scopeKey);
  await tx.deleteAll("relations", { index: "scope", prefix: [scopeKey] });
  await tx.deleteAll("entities", { prefix: [scopeKey] });
  await deleteSnapshots(tx, scopeKey);
  await tx.delete("scopes", scopeKey);
  await tx.delete("meta", markKey(scopeKey));
}

/** Nothing but its number and its time. No index leads to it any more. */
function scrubbed({ seq, at }: Change): Change {
  const nobody = { id: "", scope: {}, scopeKey: "", opId: "", createdAt: at, updatedAt: at, deletedAt: at };
  const nothing = { memory: "", hash: "", metadata: {}, origin: "app", rev: 0, order: 0, createdSeq: seq } as const;
  const after: MemoryRecord = { ...nobody, ...nothing, seq };
  const why = { reason: "forgotten", decidedBy: "app" } as const;
  return { seq, memoryId: "", scopeKey: "", opId: "", event: "DELETE", before: null, after, ...why, at };
}

/**
 * Deletes the messages that they came from, also where another memory came from the same one: their words are in there,
 * and as context they would be read again. A memory that does not know its sources came from all messages of its ops.
 * @param mentioned orders of ops that said one again
 * @returns whether a message is gone
 */
async function deleteSources(
  tx: WriteTx,
  scopeKey: string,
  logged: readonly Logged[],
  mentioned: readonly number[],
): Promise<(source: Source) => boolean> {
  const whole = new Set(mentioned);
  const sources: Source[] = [];
  for (const { changes, versions } of logged) {
    const own = versions.flatMap((version): Source[] => version.sources ?? []);
    const known = new Set(own.map((source) => source.opId));
    for (const opId of new Set(changes.map((change) => change.opId))) {
      const op = known.has(opId) ? undefined : await tx.get("ops", opId);
      if (op) whole.add(op.order);
    }
    sources.push(...own);
  }
  const gone = new Map(sources.map(({ order, index }) => [`${order}:${index}`, [scopeKey, order, index]]));
  for (const order of whole) await deleteMessagesOfOp(tx, { scopeKey, order });
  await deleteMessages(tx, [...gone.values()]);
  return ({ order, index }) => whole.has(order) || gone.has(`${order}:${index}`);
}

/** Other memories keep words of the messages they came from, and their changes quote: of what is gone none may stay. */
async function scrubOthers(
  tx: WriteTx,
  scopeKey: string,
  isGone: (source: Source) => boolean,
  quotes: Quotes,
): Promise<void> {
  const isTold = (record: MemoryRecord): boolean => record.cues !== undefined && (record.sources ?? []).some(isGone);
  const untold = (record: MemoryRecord): MemoryRecord => (isTold(record) ? withoutCues(record) : record);
  const inScope = { index: "scope", prefix: [scopeKey] };
  for (const record of await tx.getAll("memories", inScope)) {
    if (isTold(record)) await tx.put("memories", withoutCues(record));
  }
  for (const change of await tx.getAll("changes", inScope)) {
    const before = change.before && untold(change.before);
    const after = untold(change.after);
    const reason = quotes.areIn({ ...change, own: [before?.memory, after.memory] }) ? FORGOTTEN.reason : change.reason;
    if (before === change.before && after === change.after && reason === change.reason) continue;
    await tx.put("changes", { ...change, before, after, reason });
  }
}

function withoutCues(record: MemoryRecord): MemoryRecord {
  const { cues: _, ...rest } = record;
  return rest;
}

/**
 * In the results of the ops of the scope: entries about them, entries about nothing that repeat their words, and what
 * reasons quote of them.
 * @returns the orders of those ops that only said one again
 */
async function scrubResults(
  tx: WriteTx,
  scopeKey: string,
  logged: readonly Logged[],
  quotes: Quotes,
): Promise<number[]> {
  const ids = new Set<string | null>(logged.map(({ record }) => record.id));
  const texts = new Set(logged.flatMap(({ versions }) => versions.map(({ memory }) => normalizeStatement(memory))));
  const isAbout = ({ id, memory }: AddResultItem): boolean =>
    id === null ? texts.has(normalizeStatement(memory)) : ids.has(id);
  const isOther = (relation: Relation): boolean => !ids.has(relation.memoryId);
  const mentioned: number[] = [];
  for (const row of await tx.getAll("ops")) {
    if (row.scopeKey !== scopeKey) continue;
    const { opId } = row;
    const { results, relations } = row.result;
    const isTold = [...(relations?.added ?? []), ...(relations?.closed ?? [])].some((one) => !isOther(one));
    if (isTold || results.some(isAbout)) quotes.opIds.add(opId);
    const rest = results.map((item) => (isAbout(item) ? FORGOTTEN : unquoted(item, opId, quotes)));
    if (!isTold && rest.every((item, i) => item === results[i])) continue;
    // One that changed it knows which message it was; one that only said it again does not.
    if (results.some((item) => isAbout(item) && isSaidAgain(item))) mentioned.push(row.order);
    const left = relations && { added: relations.added.filter(isOther), closed: relations.closed.filter(isOther) };
    await tx.put("ops", { ...row, result: { ...row.result, results: rest, ...(left && { relations: left }) } });
  }
  return mentioned;
}

function unquoted(item: AddResultItem, opId: string, quotes: Quotes): AddResultItem {
  const { reason, memory, previousMemory } = item;
  const isQuoting = quotes.areIn({ opId, reason, own: [memory, previousMemory] });
  return isQuoting ? { ...item, reason: FORGOTTEN.reason } : item;
}

const FORGOTTEN: AddResultItem = { id: null, memory: "", event: "NONE", reason: "forgotten" };

/**
 * What any tab has in memory is void.
 * @param voided the only scope of which it is; undefined: all, so that the ids of one that is gone stay nowhere
 * @returns the `seq` that goes on
 */
async function startEpoch(tx: WriteTx, fewer: number, voided?: string): Promise<number> {
  const clock = await readClock(tx);
  await writeClock(tx, { ...clock, memories: clock.memories - fewer, epoch: clock.epoch + 1, voided });
  return clock.seq;
}

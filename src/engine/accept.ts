/** The life of an op before its commit: accepted, claimed, given back, cancelled. */
import { InvalidInputError } from "../errors.ts";
import { scopeKeyOf } from "../scope.ts";
import type { OpRow, PendingRow, ReadTx, WriteTx } from "../store/store.ts";
import type { PendingOp } from "../types.ts";
import { readClock, writeClock } from "./clock.ts";
import { CONTEXT_TABLES, contextOf } from "./context-window.ts";
import { isoNow, type EngineContext } from "./context.ts";
import { LEASE_MS, type AcceptRequest, type ClaimOutcome, type PreviewOutcome } from "./engine.ts";
import { deleteMessagesOfOp } from "./kept-messages.ts";
import { leasedForMs } from "./leases.ts";

/** Writes the op and its messages in one strict transaction: from its completion nothing can lose it (INV-1). */
export async function accept(context: EngineContext, request: AcceptRequest): Promise<ClaimOutcome> {
  const living = await context.leases.livingOwners();
  const tables = ["meta", "scopes", "pending", "changes", ...CONTEXT_TABLES] as const;
  return context.store.write([...tables], "strict", async (tx) => {
    await assertOwnOp(tx, request);
    const standing = await take(tx, context, request.opId, living);
    if (standing.status !== "gone") return standing;
    const clock = await readClock(tx);
    const row = newPendingRow(context, request, clock.order + 1);
    await writeClock(tx, { ...clock, order: row.order });
    await tx.put("scopes", { scopeKey: row.scopeKey, scope: row.scope });
    await tx.put("pending", row);
    for (const [index, message] of request.messages.entries()) {
      const { scopeKey, opId, order } = row;
      const at = request.options.timestamp ?? row.acceptedAt;
      await tx.put("messages", { ...message, scopeKey, opId, order, index, at });
    }
    return { status: "claimed", claim: { op: toPendingOp(row), context: await contextOf(tx, row) } };
  });
}

/** What would be claimed, or was done before. Nothing is written. */
export function preview(context: EngineContext, request: AcceptRequest): Promise<PreviewOutcome> {
  return context.store.read(["meta", "pending", "changes", ...CONTEXT_TABLES], async (tx) => {
    await assertOwnOp(tx, request);
    const done = await tx.get("ops", request.opId);
    if (done) return { status: "committed", result: done.result };
    const { order } = await readClock(tx);
    const row = (await tx.get("pending", request.opId)) ?? newPendingRow(context, request, order + 1);
    return { status: "claimed", claim: { op: toPendingOp(row), context: await contextOf(tx, row) } };
  });
}

/** Takes up an op that waits. */
export async function claim(context: EngineContext, opId: string): Promise<ClaimOutcome> {
  const living = await context.leases.livingOwners();
  return context.store.write(["pending", ...CONTEXT_TABLES], "relaxed", (tx) => take(tx, context, opId, living));
}

/** Gives an op back after a failure. Nothing happens where it is no longer pending, or another engine is at work on it. */
export async function release(
  context: EngineContext,
  opId: string,
  error: { code: string; message: string },
  retryAfterMs: number | null,
): Promise<void> {
  const now = context.runtime.now();
  const wasPending = await context.store.write(["pending"], "relaxed", async (tx) => {
    const row = await tx.get("pending", opId);
    if (!row || (row.lease && row.lease.owner !== context.leases.owner)) return false;
    const { lease: _lease, retryAt: _retryAt, ...rest } = row;
    await tx.put("pending", {
      ...rest,
      attempts: row.attempts + 1,
      lastError: { ...error, at: new Date(now).toISOString() },
      ...(retryAfterMs !== null && { retryAt: new Date(now + retryAfterMs).toISOString() }),
    });
    return true;
  });
  if (wasPending) context.emit({ type: "pending", opId, state: "failed", error });
}

/** Drops a pending op and its messages. */
export async function cancel(context: EngineContext, opId: string): Promise<boolean> {
  const wasPending = await context.store.write(["meta", "pending", "messages", "vectors"], "strict", async (tx) => {
    const row = await tx.get("pending", opId);
    if (row) await drop(tx, row);
    return row !== undefined;
  });
  if (wasPending) context.emit({ type: "pending", opId, state: "cancelled" });
  return wasPending;
}

/** Takes a pending op and its messages out. */
export async function drop(tx: WriteTx, row: PendingRow): Promise<void> {
  await tx.delete("pending", row.opId);
  await deleteMessagesOfOp(tx, row);
}

/** All that wait, in order of acceptance. */
export async function pending(context: EngineContext): Promise<PendingOp[]> {
  const rows = await context.store.read(["pending"], (tx) => tx.getAll("pending", { index: "order" }));
  return rows.map(toPendingOp);
}

/** The row of an op that was committed or waits; edits have none. */
export async function opRow(tx: ReadTx, opId: string): Promise<OpRow | PendingRow | undefined> {
  return (await tx.get("ops", opId)) ?? tx.get("pending", opId);
}

/** An `opId` is the key to a result: another scope neither learns it (INV-8) nor has its own messages taken for known. */
export async function assertOwnOp(tx: ReadTx, { opId, scope }: Pick<AcceptRequest, "opId" | "scope">): Promise<void> {
  const known = await opRow(tx, opId);
  if (known?.scopeKey === scopeKeyOf(scope)) return;
  const isFree = !known && (await tx.count("changes", { index: "op", prefix: [opId] })) === 0;
  if (isFree) return;
  throw new InvalidInputError(
    "keepsake: this opId was used in another scope, or by another call. Pass another one, or none.",
  );
}

/** How an op stands; where it is free, it is now leased to us. */
async function take(
  tx: WriteTx,
  context: EngineContext,
  opId: string,
  living: ReadonlySet<string> | null,
): Promise<ClaimOutcome> {
  const done = await tx.get("ops", opId);
  if (done) return { status: "committed", result: done.result };
  const row = await tx.get("pending", opId);
  if (!row) return { status: "gone" };
  const now = context.runtime.now();
  const retryAfterMs = leasedForMs(row, context.leases.owner, living, now);
  if (retryAfterMs > 0) return { status: "leased", retryAfterMs };
  await tx.put("pending", { ...row, lease: { owner: context.leases.owner, until: now + LEASE_MS } });
  return { status: "claimed", claim: { op: toPendingOp(row), context: await contextOf(tx, row) } };
}

function newPendingRow(context: EngineContext, request: AcceptRequest, order: number): PendingRow {
  return {
    opId: request.opId,
    order,
    scope: request.scope,
    scopeKey: scopeKeyOf(request.scope),
    messages: request.messages,
    options: request.options,
    ...(request.leftOut && { leftOut: request.leftOut }),
    acceptedAt: isoNow(context.runtime),
    attempts: 0,
    lease: { owner: context.leases.owner, until: context.runtime.now() + LEASE_MS },
  };
}

function toPendingOp({ scopeKey: _key, lease: _lease, ...op }: PendingRow): PendingOp {
  return op;
}

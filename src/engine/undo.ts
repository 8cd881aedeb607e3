/**
 * Undo: takes back what one op changed, as an op of its own, so that an undo can be undone too. The log is the
 * stack: an op can be taken back while nothing stands on it, and what was taken back stands on nothing.
 */
import { ConflictError, InvalidInputError } from "../errors.ts";
import type { ReadTx } from "../store/store.ts";
import type { AddResultItem, Change, MemoryRecord } from "../types.ts";
import { nextOrder } from "./clock.ts";
import { isoNow, type EngineContext } from "./context.ts";
import { changesMade } from "./edit.ts";
import { undoGraph } from "./graph-undo.ts";
import { Ledger, LEDGER_TABLES } from "./ledger.ts";
import type { UndoBlocker, UndoResult } from "./results.ts";
import type { VectorSets } from "./spaces.ts";
import { standingOn } from "./standing.ts";

/** What an op changed of one memory: from `before` (null: it was not there) to what its last change left. */
interface Step {
  memoryId: string;
  before: MemoryRecord | null;
  lastSeq: number;
}

export interface Undone {
  result: UndoResult;
  seq: number;
  scopeKeys: string[];
}

/**
 * Texts that an undo brings back and needs vectors for. The log does not change, so they can be made before.
 * @throws {InvalidInputError} not_found
 */
export function textsToRestore(context: EngineContext, opId: string): Promise<string[]> {
  return context.store.read(["changes", "ops", "pending"], async (tx) =>
    (await stepsOf(tx, opId)).flatMap(({ before }) => (before && !before.deletedAt ? [before.memory] : [])),
  );
}

/**
 * @param vectors of {@link textsToRestore}
 * @throws {InvalidInputError} not_found; {ConflictError} where newer changes stand on the op
 */
export function undo(
  context: EngineContext,
  opId: string,
  vectors: VectorSets,
  undoId = context.runtime.randomId(),
): Promise<Undone> {
  return context.store.write([...LEDGER_TABLES, "ops", "pending"], "strict", async (tx) => {
    const made = await changesMade(tx, { opId: undoId, isOf: (change) => change.undoes === opId });
    if (made.length > 0) return toldAgain(made, opId);
    const steps = await stepsOf(tx, opId);
    await assertNothingStandsOn(tx, opId, steps);
    const clock = await nextOrder(tx);
    const ledger = new Ledger(tx, clock, { opId: undoId, order: clock.order, at: isoNow(context.runtime) }, vectors);
    const results: AddResultItem[] = [];
    const scopeKeys = new Set<string>();
    for (const step of steps) {
      const current = await tx.get("memories", step.memoryId);
      if (!current) continue;
      const result = await takeBack(ledger, step, current, opId);
      if (result) results.push(result);
      scopeKeys.add(current.scopeKey);
    }
    // An add of what was known may have added to the graph alone.
    const op = await tx.get("ops", opId);
    if (op) scopeKeys.add(op.scopeKey);
    await undoGraph(tx, { opId, undoId }, scopeKeys, ledger.clock.seq);
    await ledger.close();
    return { result: { opId: undoId, undone: opId, results }, seq: ledger.clock.seq, scopeKeys: [...scopeKeys] };
  });
}

/** In the order in which the op first changed each memory. */
async function stepsOf(tx: ReadTx, opId: string): Promise<Step[]> {
  const changes = await tx.getAll("changes", { index: "op", prefix: [opId] });
  const steps = new Map<string, Step>();
  for (const { memoryId, before, seq } of changes) {
    const step = steps.get(memoryId);
    if (step) step.lastSeq = seq;
    else steps.set(memoryId, { memoryId, before, lastSeq: seq });
  }
  // An add that changed nothing has a result and no change: nothing to take back is no error.
  if (steps.size === 0 && !(await tx.get("ops", opId))) throw await unknownOp(tx, opId);
  return [...steps.values()];
}

async function unknownOp(tx: ReadTx, opId: string): Promise<InvalidInputError> {
  if (await tx.get("pending", opId)) {
    return new InvalidInputError("keepsake: this op has changed nothing yet. Use cancel(opId) to drop it.");
  }
  const message = "keepsake: no op of this id has changed anything. A memory's ops are told by history(id).";
  return new InvalidInputError(message, { code: "not_found" });
}

async function assertNothingStandsOn(tx: ReadTx, opId: string, steps: readonly Step[]): Promise<void> {
  const blockedBy: UndoBlocker[] = [];
  let undoneBy: string | undefined;
  for (const step of steps) {
    const changes = await tx.getAll("changes", { index: "memory", prefix: [step.memoryId] });
    const standing = standingOn(changes, step.lastSeq);
    undoneBy ??= standing.find((change) => change.undoes === opId)?.opId;
    blockedBy.push(...standing.map(({ memoryId: id, opId: by, seq }) => ({ id, opId: by, seq })));
  }
  if (blockedBy.length === 0) return;
  if (undoneBy !== undefined) {
    const message = `keepsake: op ${opId} is undone already, by op ${undoneBy}; undoing that one brings it back.`;
    throw new ConflictError(message, { retryable: false, details: { blockedBy } });
  }
  blockedBy.sort((a, b) => a.seq - b.seq);
  const ops = [...new Set(blockedBy.map((blocker) => blocker.opId))].toReversed();
  throw new ConflictError(`keepsake: newer changes stand on op ${opId}. Undo them first: ${ops.join(", ")}.`, {
    retryable: false,
    details: { blockedBy },
  });
}

/** Of an undo that was done before. */
function toldAgain(made: Change[], undone: string): Undone {
  const { opId, seq } = made.at(-1)!;
  const results = made.flatMap(({ event, before, after, reason }): AddResultItem[] => {
    if (before?.deletedAt && after.deletedAt) return [];
    const { id, memory, metadata } = event === "DELETE" ? before! : after;
    const item: AddResultItem = { id, memory, event, reason, metadata };
    return [event === "ADD" ? item : { ...item, previousMemory: before!.memory }];
  });
  return { result: { opId, undone, results }, seq, scopeKeys: [] };
}

/** @returns null for what was deleted before the op, and still is */
async function takeBack(
  ledger: Ledger,
  step: Step,
  current: MemoryRecord,
  opId: string,
): Promise<AddResultItem | null> {
  const { before } = step;
  const why = { reason: `undo of ${opId}`, decidedBy: "app", undoes: opId } as const;
  const { id } = current;
  if (!before || before.deletedAt) {
    if (before || current.deletedAt) {
      await ledger.put("DELETE", current, { ...(before ?? current), rev: current.rev + 1 }, why);
    } else await ledger.remove(current, why);
    if (current.deletedAt) return null;
    const { memory, metadata } = current;
    return { id, memory, event: "DELETE", previousMemory: memory, reason: why.reason, metadata };
  }
  const event = current.deletedAt ? "ADD" : "UPDATE";
  const { memory, metadata } = await ledger.put(event, current, { ...before, rev: current.rev + 1 }, why);
  const result: AddResultItem = { id, memory, event, reason: why.reason, metadata };
  return current.deletedAt ? result : { ...result, previousMemory: current.memory };
}

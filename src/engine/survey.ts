/** Survey: what a consolidation starts from, in one read. */
import { InvalidInputError } from "../errors.ts";
import { scopeKeyOf } from "../scope.ts";
import type { ReadTx } from "../store/store.ts";
import type { Change, MemoryRecord } from "../types.ts";
import { assertOwnOp } from "./accept.ts";
import { readClock } from "./clock.ts";
import type { Mark, Survey, Surveyed, SurveyOutcome, SurveyRequest } from "./consolidation.ts";
import { isoNow, type EngineContext } from "./context.ts";
import { isVisible } from "./visible.ts";

/** Changed memories that one consolidation compares: each is looked up by meaning and by words. */
const MAX_CHANGED = 500;

export function markKey(scopeKey: string): string {
  return `consolidated:${scopeKey}`;
}

export async function readMark(tx: ReadTx, scopeKey: string): Promise<Mark> {
  const row = await tx.get("meta", markKey(scopeKey));
  return { merged: 0, summed: 0, ended: 0, ...(row?.value as Partial<Mark> | undefined) };
}

/** @throws {InvalidInputError} where the `opId` is another scope's, or an add's that waits */
export function survey(context: EngineContext, request: SurveyRequest): Promise<SurveyOutcome> {
  const { opId, minOps = 0 } = request;
  const scopeKey = scopeKeyOf(request.scope);
  const nowIso = isoNow(context.runtime);
  return context.store.read(["meta", "memories", "changes", "ops", "pending"], async (tx): Promise<SurveyOutcome> => {
    await assertOwnOp(tx, request);
    const done = await tx.get("ops", opId);
    if (done) return { status: "committed", result: done.result };
    if (await tx.get("pending", opId)) {
      throw new InvalidInputError("keepsake: this opId is that of an add which waits. Pass another one, or none.");
    }
    const mark = await readMark(tx, scopeKey);
    const since = (seq: number) => ({ index: "scope", prefix: [scopeKey], after: [scopeKey, seq] });
    // The rows are read only where there may be enough of them.
    if ((await tx.count("changes", since(mark.ended))) < minOps) return { status: "idle" };
    const changes = await tx.getAll("changes", since(mark.merged));
    const fresh = changes.filter((change) => change.seq > mark.ended);
    if (new Set(fresh.map((change) => change.opId)).size < minOps) return { status: "idle" };
    const { seq } = await readClock(tx);
    const all = await tx.getAll("memories", { index: "scope", prefix: [scopeKey] });
    const records = all.filter((record) => isVisible(record, nowIso, false)).sort(asSaid);
    return { status: "surveyed", survey: { memories: records.map(toSurveyed), ...news(changes, records, seq), mark } };
  });
}

/** The oldest first, so that what does not fit is what comes next. */
function news(
  changes: readonly Change[],
  records: readonly MemoryRecord[],
  seq: number,
): Pick<Survey, "changed" | "through" | "seq"> {
  const visible = new Set(records.map((record) => record.id));
  const latest = new Map(changes.map((change) => [change.memoryId, change]));
  const changed = [...latest.values()]
    .filter(({ memoryId, undoes }) => undoes === undefined && visible.has(memoryId))
    .sort((a, b) => a.seq - b.seq);
  const taken = changed.slice(0, MAX_CHANGED);
  const through = taken.length < changed.length ? taken.at(-1)!.seq : seq;
  return { changed: taken.map((change) => change.memoryId), through, seq };
}

/** Oldest words first. */
export function asSaid(a: MemoryRecord, b: MemoryRecord): number {
  return a.order - b.order || a.createdSeq - b.createdSeq;
}

function toSurveyed(record: MemoryRecord): Surveyed {
  const { id, memory, rev, seq, order, createdSeq, updatedAt, origin } = record;
  const { attributedTo, actor, expirationDate, immutable, memoryType, derivedFrom, metadata } = record;
  return {
    id,
    memory,
    rev,
    seq,
    order,
    createdSeq,
    updatedAt,
    origin,
    ...(attributedTo && { attributedTo }),
    ...(actor !== undefined && { actor }),
    ...(expirationDate !== undefined && { expirationDate }),
    ...(immutable && { immutable }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(memoryType && { memoryType }),
    ...(derivedFrom && { derivedFrom }),
  };
}

/** A commit whose transaction is taken back: exactly what it would do, and nothing of it stays. */
import { scopeKeyOf } from "../scope.ts";
import type { AddResult } from "../types.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import { carryOut, COMMITTED } from "./commit.ts";
import { isoNow, type EngineContext } from "./context.ts";
import type { RehearseRequest } from "./engine.ts";
import { prepareGraph } from "./graph-writer.ts";

/** Thrown out of the transaction, so that it rolls back. */
const TAKEN_BACK = new Error("rehearsed");

/**
 * Vectors of the texts are not made: nobody will search what is not kept.
 * @throws {ConflictError} conflict, as a commit would
 */
export async function rehearse(
  context: EngineContext,
  { op, decisions }: RehearseRequest,
  answering: () => Promise<CachedEmbedder>,
): Promise<AddResult> {
  const graph = await prepareGraph(context, answering, { opId: op.opId, op, decisions });
  const results: AddResult[] = [];
  const basis = { now: isoNow(context.runtime), vectors: new Map(), graph };
  const row = { ...op, scopeKey: scopeKeyOf(op.scope), lease: { owner: context.leases.owner, until: 0 } };
  const writing = context.store.write([...COMMITTED], "relaxed", async (tx) => {
    results.push((await carryOut(tx, row, decisions, basis)).result);
    throw TAKEN_BACK;
  });
  await writing.catch((error: unknown) => {
    if (error !== TAKEN_BACK) throw error;
  });
  return results[0]!;
}

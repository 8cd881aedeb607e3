/** A statement that was over when it came, kept in the log: time travel shows it, and a search that finds former texts. */
import { normalizeStatement, hashStatement } from "../text/statement.ts";
import type { PendingRow, ReadTx, WriteTx } from "../store/store.ts";
import type { AddResultItem, MemoryRecord } from "../types.ts";
import type { CommitDecision, Former } from "./engine.ts";
import { closeRelationsOf } from "./graph.ts";
import type { GraphWriter } from "./graph-writer.ts";
import type { Ledger } from "./ledger.ts";

interface Writing {
  tx: WriteTx;
  ledger: Ledger;
  op: PendingRow;
  graph: GraphWriter | null;
}

type Left = CommitDecision & { event: "NONE" };

/**
 * Its relations open when it was said and end with it, or with what contradicted them before. Nothing is done where the log
 * has it: an old chat may be imported twice.
 * @param id for it, free
 */
export async function keepFormer(
  { tx, ledger, op, graph }: Writing,
  decision: Left,
  { until, origin, details }: Former,
  id: string,
): Promise<void> {
  const { text, reason } = decision;
  if (await isLogged(tx, op.scopeKey, decision)) return;
  const { metadata, immutable, timestamp } = op.options;
  const from = timestamp ?? op.acceptedAt;
  const time = { from, until: until > from ? until : from };
  const draft = { id, memory: text, origin, scope: op.scope, metadata, ...details, ...(immutable && { immutable }) };
  await ledger.addFormer(draft, time, decision);
  const { seq } = ledger.clock;
  const item: AddResultItem = { id, memory: text, event: "ADD", reason };
  await graph?.follow(decision, item, seq);
  await closeRelationsOf(tx, { memoryId: id, opId: op.opId, at: time.until, seq });
}

/** Whether it is a former text of what stands, or of something that was deleted. */
async function isLogged(tx: ReadTx, scopeKey: string, { text, id }: Left): Promise<boolean> {
  const isSame = ({ memory }: MemoryRecord): boolean => normalizeStatement(memory) === normalizeStatement(text);
  const known = await tx.getAll("memories", { index: "hash", prefix: [scopeKey, hashStatement(text)] });
  if (known.some(isSame) || id === null) return true;
  const changes = await tx.getAll("changes", { index: "memory", prefix: [id] });
  return changes.some(({ after }) => isSame(after));
}

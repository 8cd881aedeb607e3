/** Which earlier messages an op is shown as context. */
import type { MessageRow, PendingRow, ReadTx } from "../store/store.ts";
import type { AddResult, AddResultItem, MemoryRecord, Message } from "../types.ts";

/** Earlier messages of the scope that are given to the LLM as context, where the op does not say; mem0's number. */
export const CONTEXT_WINDOW = 10;

/** Tables that {@link contextOf} reads. */
export const CONTEXT_TABLES = ["messages", "ops", "memories"] as const;

/**
 * The last messages of the same scope before this op, oldest first; without those of which all that is remembered was
 * deleted, or it would come back by itself. Once the delete is undone they are there again.
 */
export async function contextOf(tx: ReadTx, row: PendingRow): Promise<Message[]> {
  const { infer, contextWindow: limit = CONTEXT_WINDOW } = row.options;
  // What is stored as it is needs no explaining.
  if (!infer || limit === 0) return [];
  const rows = await tx.getAll("messages", {
    prefix: [row.scopeKey],
    after: [row.scopeKey, row.order],
    reverse: true,
    limit,
  });
  return (await withoutDeleted(tx, rows))
    .reverse()
    .map(({ role, content, name }) => (name === undefined ? { role, content } : { role, content, name }));
}

/** Those messages of which not all that is remembered was deleted, in their order. */
export async function withoutDeleted<M extends Place>(tx: ReadTx, messages: readonly M[]): Promise<M[]> {
  const origins = new Map<string, Origin>();
  for (const { opId } of messages) origins.set(opId, origins.get(opId) ?? (await originOf(tx, opId)));
  return messages.filter((message) => !isOnlyOfDeleted(message, origins.get(message.opId)!));
}

type Place = Pick<MessageRow, "opId" | "order" | "index">;

/** What an op is remembered by: the memories in its result. */
interface Origin {
  result: AddResult | null;
  records: MemoryRecord[];
}

async function originOf(tx: ReadTx, opId: string): Promise<Origin> {
  const result = (await tx.get("ops", opId))?.result ?? null;
  const ids = new Set((result?.results ?? []).flatMap((item) => item.id ?? []));
  const records = await Promise.all([...ids].map((id) => tx.get("memories", id)));
  return { result, records: records.filter((record) => record !== undefined) };
}

/** Whether an add found a memory in the same words, whatever it changed of what is kept beside them. */
export function isSaidAgain({ event, memory, previousMemory }: AddResultItem): boolean {
  return event === "NONE" || (event === "UPDATE" && memory === previousMemory);
}

/** Where no memory names the message as its source, it may have said again what its op says was known. */
function isOnlyOfDeleted({ order, index }: Place, { result, records }: Origin): boolean {
  const drawn = records.filter(({ sources = [] }) => sources.some((s) => s.order === order && s.index === index));
  const known = new Set(result?.results.flatMap((item) => (isSaidAgain(item) ? (item.id ?? []) : [])));
  const remembered = drawn.length > 0 ? drawn : records.filter(({ id }) => known.has(id));
  return remembered.length > 0 && remembered.every((record) => record.deletedAt !== undefined);
}

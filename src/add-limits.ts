/** What an add leaves alone of what is known. */
import type { MemoryRecord, PendingOp } from "./types.ts";

/** Memories that one add may change or delete, where it does not say. */
export const MAX_DESTRUCTIVE = 3;

/** Whether a memory was said after an add: one that waited for its LLM, or an old chat that is imported. */
export function isSaidLater(
  { order, updatedAt }: Pick<MemoryRecord, "order" | "updatedAt">,
  op: Pick<PendingOp, "order" | "options">,
): boolean {
  const { timestamp } = op.options;
  return order > op.order || (timestamp !== undefined && timestamp < updatedAt);
}

/** What the outside sees of a record. */
import type { MemoryItem, MemoryRecord } from "../types.ts";

/** Without what only the engine needs; the scope's ids beside the rest, as mem0 has them. */
export function toItem(record: MemoryRecord): MemoryItem {
  const { scope, scopeKey: _k, hash: _h, rev: _r, seq: _s, createdSeq: _c, order: _o, ...rest } = record;
  const { opId: _op, origin: _or, deletedAt: _d, ...item } = rest;
  return { ...item, ...scope };
}

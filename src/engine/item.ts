/** What the outside sees of a record. */
import type { ReadTx, Store } from "../store/store.ts";
import type { MemoryItem, MemoryRecord, Source } from "../types.ts";

/** Without what only the engine needs; the scope's ids beside the rest, as mem0 has them. */
export function toItem(record: MemoryRecord): MemoryItem {
  const { scope, scopeKey: _k, hash: _h, rev: _r, seq: _s, createdSeq: _c, order: _o, cues: _q, ...rest } = record;
  const { keptOrder: _ko, opId: _op, origin: _or, deletedAt: _d, ...item } = rest;
  return { ...item, ...scope };
}

/** A live one with the messages it came from; null for any other. */
export function readItem(store: Store, id: string): Promise<MemoryItem | null> {
  return store.read(["memories", "messages"], async (tx) => {
    const record = await tx.get("memories", id);
    return record && !record.deletedAt ? withMessages(tx, record) : null;
  });
}

/** The same with the messages it came from, as far as they are kept. */
async function withMessages(tx: ReadTx, record: MemoryRecord): Promise<MemoryItem> {
  const item = toItem(record);
  if (!record.sources) return item;
  const sources: Source[] = [];
  for (const source of record.sources) {
    const row = await tx.get("messages", [record.scopeKey, source.order, source.index]);
    if (!row) {
      sources.push(source);
      continue;
    }
    const { scopeKey: _s, opId: _o, order: _n, index: _i, at: _a, ...message } = row;
    sources.push({ ...source, message });
  }
  return { ...item, sources };
}

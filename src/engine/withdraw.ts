/**
 * What an add or a consolidation has deleted is still found by a search that asks for the past. Where the app deletes
 * everything of a scope, that goes too: the app's own deletion stands on it in the log, where exports and undo see it.
 */
import { selects } from "./selection.ts";
import type { ReadTx } from "../store/store.ts";
import type { MemoryRecord, Scope } from "../types.ts";
import type { Ledger } from "./ledger.ts";

/** @param reason of the deletion that the app asked for */
export async function withdrawDeleted(tx: ReadTx, ledger: Ledger, asked: Scope, reason: string): Promise<void> {
  for (const record of await deletedOf(tx, asked)) {
    const last = { index: "memory", prefix: [record.id], reverse: true, limit: 1 };
    const [change] = await tx.getAll("changes", last);
    if (change?.decidedBy === "app" && change.undoes === undefined) continue;
    await ledger.put("DELETE", record, { ...record, rev: record.rev + 1 }, { reason, decidedBy: "app" });
  }
}

async function deletedOf(tx: ReadTx, asked: Scope): Promise<MemoryRecord[]> {
  const isAsked = selects({ scope: asked });
  const deleted: MemoryRecord[] = [];
  for (const { scopeKey, scope } of await tx.getAll("scopes")) {
    if (!isAsked(scope)) continue;
    const all = await tx.getAll("memories", { index: "scope", prefix: [scopeKey] });
    deleted.push(...all.filter((record) => record.deletedAt !== undefined));
  }
  return deleted;
}

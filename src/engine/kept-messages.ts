/**
 * Kept messages: what takes one away, or puts one between those that are there, goes through here, so that its
 * vectors go with it and whoever holds messages in memory notices. What comes behind all others (`accept`) does not.
 */
import type { Key, MessageRow, ReadTx, WriteTx } from "../store/store.ts";
import { knownSpaces } from "./spaces.ts";

/** Beside `order` and `epoch` of the clock: by these a reader sees whether what it holds of the messages is all there is. */
export interface MessageClock {
  /** + 1 with every transaction that took a message away or put one in between, in any scope. */
  rewrites: number;
  /** + 1 with every transaction that put one in between. */
  insertions: number;
}

const KEY = "messages";

export async function readMessageClock(tx: ReadTx): Promise<MessageClock> {
  return ((await tx.get("meta", KEY))?.value as MessageClock | undefined) ?? { rewrites: 0, insertions: 0 };
}

/** `rewrites` at the last of this scope: one scope's retention is no reason to read another again. */
export async function lastRewrite(tx: ReadTx, scopeKey: string): Promise<number> {
  return ((await tx.get("meta", rewriteKey(scopeKey)))?.value as number | undefined) ?? 0;
}

function rewriteKey(scopeKey: string): string {
  return `rewritten:${scopeKey}`;
}

/** The space of the vectors of messages: beside that of the memories, never in it (INV-9). */
export function messageSpace(space: string): string {
  return `messages:${space}`;
}

/** Its name in the table of vectors: in one scope they sort as the messages do. */
export function messageId({ order, index }: Pick<MessageRow, "order" | "index">): string {
  return `${String(order).padStart(16, "0")}:${String(index).padStart(16, "0")}`;
}

/** @param keys of the table: [scopeKey, order, index] */
export async function deleteMessages(tx: WriteTx, keys: readonly Key[]): Promise<void> {
  if (keys.length === 0) return;
  const spaces = await knownSpaces(tx);
  for (const key of keys) {
    const [scopeKey, order, index] = key as [string, number, number];
    await tx.delete("messages", key);
    for (const space of spaces) {
      await tx.delete("vectors", [messageSpace(space), scopeKey, messageId({ order, index })]);
    }
  }
  await tick(tx, new Set(keys.map((key) => (key as [string])[0])), 0);
}

/** All of one op. */
export async function deleteMessagesOfOp(tx: WriteTx, op: { scopeKey: string; order: number }): Promise<void> {
  await deleteMessages(tx, await tx.keys("messages", { prefix: [op.scopeKey, op.order] }));
}

/** All of a scope. Whoever calls it starts a new epoch. */
export async function deleteMessagesOfScope(tx: WriteTx, scopeKey: string): Promise<void> {
  await tx.deleteAll("messages", { prefix: [scopeKey] });
  await tx.delete("meta", rewriteKey(scopeKey));
  for (const space of await knownSpaces(tx)) {
    await tx.deleteAll("vectors", { prefix: [messageSpace(space), scopeKey] });
  }
}

/** Anywhere in the order. One that is there already stays as it is. */
export async function insertMessages(tx: WriteTx, rows: readonly MessageRow[]): Promise<void> {
  const scopeKeys = new Set<string>();
  for (const row of rows) {
    if (await tx.get("messages", [row.scopeKey, row.order, row.index])) continue;
    await tx.put("messages", row);
    scopeKeys.add(row.scopeKey);
  }
  if (scopeKeys.size > 0) await tick(tx, scopeKeys, 1);
}

async function tick(tx: WriteTx, scopeKeys: ReadonlySet<string>, inserted: 0 | 1): Promise<void> {
  const clock = await readMessageClock(tx);
  const rewrites = clock.rewrites + 1;
  await tx.put("meta", { key: KEY, value: { rewrites, insertions: clock.insertions + inserted } });
  for (const scopeKey of scopeKeys) await tx.put("meta", { key: rewriteKey(scopeKey), value: rewrites });
}

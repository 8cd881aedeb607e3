/** What the visitor changes with their own hands. Each is an op in the trace, and can be taken back like an add. */
import { signal } from "@preact/signals";
import type { AddResultItem, MemoryItem } from "keepsake";
import { count } from "./format.ts";
import { memory, refresh, report } from "./session.ts";
import { newEntry, put, type Entry } from "./trace.ts";

/** The last memory that was deleted by hand: it can be taken back where it stood. */
export const deleted = signal<Entry | null>(null);
/** What the last tidying up came to. */
export const tidied = signal<{ userId: string; text: string } | null>(null);

/** @throws what `update` throws: the form tells */
export async function edit(item: MemoryItem, text: string): Promise<void> {
  const opId = crypto.randomUUID();
  await memory().update(item.id, text, { opId });
  tell(opId, item.userId, [changed(item, "UPDATE", text)]);
  await refresh();
}

export async function remove(item: MemoryItem): Promise<void> {
  const opId = crypto.randomUUID();
  try {
    await memory().delete(item.id, { opId });
    deleted.value = tell(opId, item.userId, [changed(item, "DELETE", item.memory)]);
    await refresh();
  } catch (error) {
    report(error);
  }
}

/** Merges what says the same, and puts aside what no longer holds. */
export async function tidyUp(userId: string): Promise<void> {
  tidied.value = null;
  try {
    const { opId, results } = await memory().consolidate({ userId });
    // What changed nothing is no op.
    if (results.length > 0) tell(opId, userId, results);
    const text =
      results.length === 0 ? "Nothing to tidy up." : `${count(results.length, "change")}: see “What happened”.`;
    tidied.value = { userId, text };
    await refresh();
  } catch (error) {
    report(error);
  }
}

function tell(opId: string, userId: string | undefined, results: AddResultItem[]): Entry {
  const said = { messages: [], infer: false, metadata: {} };
  const entry: Entry = { ...newEntry(said, opId, userId ?? ""), state: "done", results };
  put(entry);
  return entry;
}

function changed({ id, memory: before }: MemoryItem, event: "UPDATE" | "DELETE", text: string): AddResultItem {
  return { id, event, memory: text, ...(event === "UPDATE" && { previousMemory: before }), reason: "Changed by you." };
}

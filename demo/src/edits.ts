/** What the visitor changes with their own hands. Each is an op in the trace, and can be taken back like an add. */
import { signal } from "@preact/signals";
import type { AddResultItem, MemoryItem } from "keepsake";
import { count } from "./format.ts";
import { memory, refresh, report } from "./session.ts";
import { announcement, newEntry, put } from "./trace.ts";

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
    tell(opId, item.userId, [changed(item, "DELETE", item.memory)]);
    announcement.value = "Deleted. It can be taken back in “What happened”.";
    await refresh();
  } catch (error) {
    report(error);
  }
}

/** What the last tidying up came to. */
export const tidied = signal("");

/** Merges what says the same, and puts aside what no longer holds. */
export async function tidyUp(userId: string): Promise<void> {
  tidied.value = "";
  try {
    const { opId, results } = await memory().consolidate({ userId });
    // What changed nothing is no op.
    if (results.length > 0) tell(opId, userId, results);
    tidied.value =
      results.length === 0 ? "Nothing to tidy up." : `${count(results.length, "change")}: see “What happened”.`;
    await refresh();
  } catch (error) {
    report(error);
  }
}

function tell(opId: string, userId: string | undefined, results: AddResultItem[]): void {
  const entry = newEntry({ messages: [], infer: false, metadata: {} }, opId, userId ?? "");
  put({ ...entry, state: "done", results });
}

function changed({ id, memory: before }: MemoryItem, event: "UPDATE" | "DELETE", text: string): AddResultItem {
  return { id, event, memory: text, ...(event === "UPDATE" && { previousMemory: before }), reason: "Changed by you." };
}

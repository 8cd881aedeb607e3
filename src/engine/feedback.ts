/** Feedback: what the app's user thinks of a memory, kept on it. */
import type { EngineContext } from "./context.ts";
import { edit, existing, repeatOf, type Edited } from "./edit.ts";
import type { Feedback } from "../types.ts";

/** Neither words nor times change: who disagrees with a memory does not make it newer. */
export function feedback(context: EngineContext, id: string, given: Feedback | null, opId?: string): Promise<Edited> {
  return edit(context, repeatOf(opId, "feedback", [id, given]), new Map(), async (tx, ledger) => {
    const before = await existing(tx, id);
    const { feedback: _, ...rest } = before;
    const version = { ...rest, rev: before.rev + 1, ...(given && { feedback: given }) };
    return [await ledger.put("UPDATE", before, version, { reason: "app: feedback", decidedBy: "app" })];
  });
}

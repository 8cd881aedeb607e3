/** How a memory that comes without a history begins in the log. */
import type { ImportChange, PortableMemory } from "./format.ts";

/** Its one change, at the time of its last update. */
export function beginningOf(after: PortableMemory, newerBy: ImportChange["newerBy"]): ImportChange {
  const event = after.deletedAt === undefined ? "ADD" : "DELETE";
  return { event, at: after.updatedAt, reason: "app: imported", decidedBy: "app", after, newerBy, isLast: true };
}

/** What the parts of a consolidation work with. */
import type { Scope } from "../../types.ts";
import type { Run } from "../ports.ts";

/** What one consolidation may do. */
interface Limits {
  /** Memories that may change or go. */
  maxDestructive: number;
  /** Memories not yet summed up from which patterns are looked for; null: not at all. */
  minMemories: number | null;
}

/** A consolidation that is asked for. */
export interface ConsolidateCall extends Limits {
  opId: string;
  scope: Scope;
  signal: AbortSignal | undefined;
  trace: boolean;
  dryRun: boolean;
  /** Only where at least so many ops have changed something since the last one. */
  minOps: number;
}

/** How scopes are consolidated by themselves. */
export type BackgroundConsolidation = Limits & Pick<ConsolidateCall, "minOps">;

export interface ConsolidateRun extends Run, Limits {
  scope: Scope;
}

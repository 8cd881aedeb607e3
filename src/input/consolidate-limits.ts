/** What a consolidation may do, and when it runs by itself: checked. */
import type { BackgroundConsolidation, ConsolidateCall } from "../add/consolidate/run.ts";
import { checkNames } from "./check-names.ts";
import { toWhole } from "./checks.ts";
import { InvalidInputError } from "../errors.ts";
import type { ConsolidateBackground, ConsolidateOptions } from "../options.ts";

/** Memories that one consolidation may change or delete. More than an add: it looks at the whole scope. */
const CONSOLIDATION_LIMIT = 20;
/** mem0's number. */
const MIN_MEMORIES = 20;

/** Fails to compile when an option is missing here. */
const NAMES: Record<keyof ConsolidateBackground, true> = { afterAdds: true, maxDestructive: true, summarize: true };

/** @throws {InvalidInputError} */
export function readBackground(options: ConsolidateBackground, hasLLM: boolean): BackgroundConsolidation {
  const { afterAdds, ...limits } = options ?? {};
  checkNames({ ...options }, NAMES, "consolidate has no option");
  return { ...readLimits(limits, hasLLM), minOps: toWhole(afterAdds, "consolidate.afterAdds", 1) };
}

/** @throws {InvalidInputError} */
export function readLimits(
  { maxDestructive = CONSOLIDATION_LIMIT, summarize }: Pick<ConsolidateOptions, "maxDestructive" | "summarize">,
  hasLLM: boolean,
): Pick<ConsolidateCall, "maxDestructive" | "minMemories"> {
  return {
    maxDestructive: toWhole(maxDestructive, "maxDestructive", 0),
    minMemories: toMinMemories(summarize, hasLLM),
  };
}

function toMinMemories(summarize: ConsolidateOptions["summarize"], hasLLM: boolean): number | null {
  if (summarize === false || (summarize === undefined && !hasLLM)) return null;
  if (!hasLLM) {
    throw new InvalidInputError("keepsake: only an `llm` can sum memories up. Configure one, or leave summarize out.");
  }
  if (summarize === undefined || summarize === true) return MIN_MEMORIES;
  if (typeof summarize !== "object" || summarize === null) {
    throw new InvalidInputError("keepsake: summarize must be true, false or { minMemories }.");
  }
  checkNames(summarize, ["minMemories"], "summarize has no option");
  return toWhole(summarize.minMemories ?? MIN_MEMORIES, "summarize.minMemories", 2);
}

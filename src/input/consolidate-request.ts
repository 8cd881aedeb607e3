/** The options of a `consolidate`, checked. */
import type { ConsolidateCall } from "../add/consolidate/run.ts";
import { toFlag } from "./checks.ts";
import { readLimits } from "./consolidate-limits.ts";
import type { ConsolidateOptions } from "../options.ts";
import type { Runtime } from "../runtime.ts";
import { toScope, toText } from "./validate.ts";

/** @throws {InvalidInputError} */
export function readConsolidate(
  options: ConsolidateOptions,
  { hasLLM, runtime }: { hasLLM: boolean; runtime: Runtime },
): Omit<ConsolidateCall, "signal"> {
  const scope = toScope(options, "consolidate");
  const { opId, trace, dryRun } = options;
  return {
    ...readLimits(options, hasLLM),
    opId: opId === undefined ? runtime.randomId() : toText(opId, "opId"),
    scope,
    trace: toFlag(trace, "trace"),
    dryRun: toFlag(dryRun, "dryRun"),
    minOps: 0,
  };
}

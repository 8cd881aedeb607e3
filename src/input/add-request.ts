/** What a caller of `add` handed in, as an op. */
import { toOpOptions } from "./add-options.ts";
import { checkAdd } from "./check-add.ts";
import { ifGiven, toFlag, toOneOf } from "./checks.ts";
import type { AcceptRequest } from "../engine/engine.ts";
import { InvalidInputError } from "../errors.ts";
import type { AddDefaults, AddOptions } from "../options.ts";
import type { Runtime } from "../runtime.ts";
import type { Scope } from "../types.ts";
import { toMessages } from "./validate-messages.ts";
import { toScope, toText } from "./validate.ts";

export interface GivenAdd {
  messages: unknown;
  options: AddOptions;
  defaults: AddDefaults;
  hasLLM: boolean;
}

export interface ReadAdd {
  scope: Scope;
  opId: string;
  mode: { accepted: boolean; trace: boolean; dryRun: boolean };
  /** Rejects with an InvalidInputError, or with the signal's reason; waits for Blobs and documents to be read. */
  request: Promise<AcceptRequest>;
}

/** @throws {InvalidInputError} for what can be told without waiting */
export function readAdd(given: GivenAdd, runtime: Runtime): ReadAdd {
  const scope = toScope(given.options, "add");
  const options = toCamelCase(given.options);
  const mode = toMode(options);
  const { opId = runtime.randomId() } = options;
  const request = toAddRequest({ ...given, options }, scope, toText(opId, "opId"));
  // Waited for in its turn.
  request.catch(() => undefined);
  return { scope, opId, mode, request };
}

async function toAddRequest(given: GivenAdd, scope: Scope, opId: string): Promise<AcceptRequest> {
  const { hasLLM, options } = given;
  const op = toOpOptions(options, given.defaults, hasLLM ? "llm" : "rules");
  const { messages, leftOut } = await toMessages(given.messages, options.signal);
  checkAdd(op, scope, messages, hasLLM);
  return { opId, scope, messages, options: op, ...(leftOut.length > 0 && { leftOut }) };
}

/** mem0's older names for options of ours. */
const OLD_NAMES: Record<string, string> = { enableGraph: "graph" };

/** Options as mem0's Python and REST docs spell them (`expiration_date`) count like ours, which go before them. */
function toCamelCase(options: AddOptions): AddOptions {
  const entries = Object.entries(options).map(([key, value]): [string, unknown] => {
    const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [OLD_NAMES[camel] ?? camel, value];
  });
  return { ...(Object.fromEntries(entries) as AddOptions), ...options };
}

/** How an `add` is to be run. */
function toMode({ wait, trace, dryRun }: AddOptions): ReadAdd["mode"] {
  const mode = {
    accepted: ifGiven(wait, (given) => toOneOf(given, "wait", ["applied", "accepted"])) === "accepted",
    trace: toFlag(trace, "trace"),
    dryRun: toFlag(dryRun, "dryRun"),
  };
  if (!mode.accepted || !mode.trace) return mode;
  throw new InvalidInputError('keepsake: trace comes with the result: leave out wait: "accepted", or follow watch().');
}

/** What a caller of `add` handed in, as an op. */
import { toOpOptions } from "./add-options.ts";
import { checkAdd } from "./check-add.ts";
import type { AcceptRequest } from "./engine/engine.ts";
import type { AddDefaults, AddOptions } from "./options.ts";
import type { Scope } from "./types.ts";
import { toMessages } from "./validate-messages.ts";

export interface GivenAdd {
  messages: unknown;
  options: AddOptions;
  defaults: AddDefaults;
  scope: Scope;
  opId: string;
  hasLLM: boolean;
}

/** @throws {InvalidInputError} */
export async function toAddRequest(given: GivenAdd): Promise<AcceptRequest> {
  const { scope, opId, hasLLM } = given;
  const options = toCamelCase(given.options);
  const op = toOpOptions(options, given.defaults, hasLLM ? "llm" : "rules");
  const messages = await toMessages(given.messages, options.signal);
  checkAdd(op, scope, messages, hasLLM);
  return { opId, scope, messages, options: op };
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

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
  const { options, scope, opId, hasLLM } = given;
  const op = toOpOptions(options, given.defaults, hasLLM ? "llm" : "rules");
  const messages = await toMessages(given.messages, options.signal);
  checkAdd(op, scope, messages, hasLLM);
  return { opId, scope, messages, options: op };
}

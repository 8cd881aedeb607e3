/** The options of `search` that say which lists it gives, checked. */
import { InvalidInputError } from "./errors.ts";
import type { SearchOptions } from "./options.ts";

/** More is a chat log, which the app has itself. */
const MAX_CONTEXT_MESSAGES = 10;

const KNOWN: readonly unknown[] = ["memories", "messages"];

/** @throws {InvalidInputError} that names the option */
export function toIncluded({ include = ["memories"] }: SearchOptions): Record<"memories" | "messages", boolean> {
  if (!Array.isArray(include) || include.length === 0 || !include.every((one) => KNOWN.includes(one))) {
    throw new InvalidInputError('keepsake: include must be a list of "memories", "messages" or both.');
  }
  return { memories: include.includes("memories"), messages: include.includes("messages") };
}

/** @throws {InvalidInputError} */
export function toContextMessages({ contextMessages = 1 }: SearchOptions): number {
  const isInRange = Number.isInteger(contextMessages) && contextMessages >= 0;
  if (isInRange && contextMessages <= MAX_CONTEXT_MESSAGES) return contextMessages;
  throw new InvalidInputError(`keepsake: contextMessages must be an integer from 0 to ${MAX_CONTEXT_MESSAGES}.`);
}

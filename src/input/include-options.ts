/** The options of `search` that say which lists it gives, checked. */
import { toWhole } from "./checks.ts";
import { InvalidInputError } from "../errors.ts";
import type { SearchOptions } from "../options.ts";

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
  return toWhole(contextMessages, "contextMessages", 0, MAX_CONTEXT_MESSAGES);
}

/** Where a fact is from: the messages that say it, and whose statement that makes it. */
import type { FactDetails, Message, PendingOp, Scope } from "../types.ts";
import { readIndex } from "./reply-text.ts";

/** A message with its place among those of the op, which provenance refers to. */
export interface Said extends Message {
  index: number;
}

/**
 * The messages that a model says a fact is from, by the numbers it was shown (from 0); all where it names none that is
 * there: of too many sources nothing is lost.
 * @returns also why numbers were dropped (sentences without any text of the reply)
 */
export function messagesFrom(from: unknown, said: readonly Said[]): { messages: readonly Said[]; dropped: string[] } {
  const given: unknown[] = Array.isArray(from) ? from : from === undefined ? [] : [from];
  const numbers = given.map(readIndex);
  const messages = said.filter((_, i) => numbers.includes(i));
  const isKnown = numbers.every((number) => number !== null && number < said.length);
  return {
    messages: messages.length > 0 ? messages : said,
    dropped: isKnown ? [] : ["from: not the number of a message"],
  };
}

/**
 * Who said it: the user or the assistant; where both did, the one whose memory it is. Its actor is the `name` that all
 * messages of that role have.
 * @param messages at least one
 */
export function provenanceOf(
  { opId, order, scope }: Pick<PendingOp, "opId" | "order" | "scope">,
  messages: readonly Said[],
): Pick<FactDetails, "sources" | "attributedTo" | "actor"> {
  const roles = new Set(messages.map(roleOf));
  const [role] = roles;
  const attributedTo = roles.size === 1 ? role! : isAgentScope(scope) ? "assistant" : "user";
  const names = new Set(messages.flatMap((message) => (roleOf(message) === attributedTo ? [message.name] : [])));
  const [actor] = names;
  return {
    sources: messages.map(({ index }) => ({ opId, order, index })),
    attributedTo,
    ...(names.size === 1 && actor !== undefined && { actor }),
  };
}

function roleOf({ role }: Message): "user" | "assistant" {
  return role === "assistant" ? "assistant" : "user";
}

/** An agent that remembers itself: nobody else is named. */
export function isAgentScope({ agentId, userId }: Scope): boolean {
  return agentId !== undefined && userId === undefined;
}

import type { Message } from "../../types.ts";
import { clausesOf } from "./clauses.ts";
import { commitmentOf } from "./commitments.ts";
import { statementOf } from "./statements.ts";
import type { RuleFact } from "./types.ts";
import { plain } from "./words.ts";

/** A longer statement is a story; it stays in the messages. */
export const MAX_FACT = 300;
/** A name that can stand in a sentence. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}'._-]*(?: [\p{L}\p{N}][\p{L}\p{M}\p{N}'._-]*){0,3}$/u;
const MAX_NAME = 40;

/**
 * The plain first-person statements in what the user says, in English: preferences, plans, decisions,
 * attributes, relationships, possessions, events. Questions, doubts, requests, quotations, code, statements
 * that point into the conversation ("I love it") and everything the assistant says are left out: what is
 * not clear by itself is not a memory. Text in another language gives nothing.
 *
 * @returns facts in the order of the messages, each once, each at most 300 characters; the subject is the
 * message's `name`, else "User"
 * @param speaker "agent": what the speakers bind themselves to counts, too
 */
export function extractByRules(messages: readonly Message[], speaker: "user" | "agent" = "user"): RuleFact[] {
  const facts = new Map<string, RuleFact>();
  messages.forEach((message, source) => {
    if (message.role !== "user") return;
    for (const fact of factsIn(message, source, speaker)) {
      // The later mention keeps its place, so that "the later wins" holds for facts that come back.
      const key = plain(fact.text);
      facts.delete(key);
      facts.set(key, fact);
    }
  });
  return [...facts.values()];
}

function factsIn(message: Message, source: number, speaker: "user" | "agent"): RuleFact[] {
  const subject = subjectOf(message);
  return clausesOf(message.content).flatMap((clause) => {
    const statement = statementOf(clause, subject) ?? (speaker === "agent" ? commitmentOf(clause, subject) : null);
    if (statement === null || statement.text.length > MAX_FACT) return [];
    const { kind, text } = statement;
    const reason = `rules: ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind} in the ${speaker}'s own words`;
    return [{ text, reason, source }];
  });
}

function subjectOf({ name }: Message): string {
  const given = name?.trim() ?? "";
  return given.length <= MAX_NAME && NAME.test(given) && given.toLowerCase() !== "user" ? given : "User";
}

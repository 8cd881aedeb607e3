/** Where a fact is from: the messages that say it, and whose statement that makes it. */
import type { FactDetails, Message, PendingOp, Scope } from "../types.ts";
import type { ExtractedFact } from "./reply-extract.ts";
import { readIndex } from "./reply-text.ts";

type Provenance = Required<Pick<FactDetails, "sources" | "attributedTo">> & Pick<FactDetails, "actor">;

/** A message with its place among those of the op, which provenance refers to. */
export interface Said extends Message {
  index: number;
}

/**
 * The messages that a model says a fact is from, by the numbers it was shown (from 0). Where it names none that is there,
 * all are its sources, for of too many nothing is lost; and who said it follows from how it begins.
 * @returns also why numbers were dropped (sentences without any text of the reply)
 */
export function provenanceByModel(
  { text, from }: Pick<ExtractedFact, "text" | "from">,
  op: PendingOp,
  said: readonly Said[],
): { provenance: Provenance; dropped: string[] } {
  const given: unknown[] = Array.isArray(from) ? from : from === undefined ? [] : [from];
  const numbers = given.map(readIndex);
  const named = said.filter((_, i) => numbers.includes(i));
  const isKnown = numbers.every((number) => number !== null && number < said.length);
  return {
    provenance: named.length > 0 ? provenanceOf(op, named) : provenanceOf(op, said, spokenBySubject(text, said)),
    dropped: isKnown ? [] : ["from: not the number of a message"],
  };
}

/** The messages of whom a fact names first, since the prompt asks for that: "User …", "Bob …", "Agent …"; else all. */
function spokenBySubject(text: string, said: readonly Said[]): readonly Said[] {
  const [, subject = ""] = /^(?:the )?(user|assistant|agent)\b/i.exec(text) ?? [];
  const spoken = said.filter(({ role, name }) => {
    if (name !== undefined) return text.startsWith(name) && !/^[\p{L}\p{N}]/u.test(text.slice(name.length));
    return subject !== "" && (role === "assistant") === (subject.toLowerCase() !== "user");
  });
  return spoken.length > 0 ? spoken : said;
}

/**
 * Who said it: the user or the assistant; where both did, the one whose memory it is. Its actor is the `name` that all
 * messages of that role have.
 * @param messages its sources, at least one
 * @param speakers those of them that say it
 */
export function provenanceOf(
  { opId, order, scope }: Pick<PendingOp, "opId" | "order" | "scope">,
  messages: readonly Said[],
  speakers = messages,
): Provenance {
  const roles = new Set(speakers.map(roleOf));
  const [role] = roles;
  const attributedTo = roles.size === 1 ? role! : isAgentScope(scope) ? "assistant" : "user";
  const names = new Set(speakers.flatMap((message) => (roleOf(message) === attributedTo ? [message.name] : [])));
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

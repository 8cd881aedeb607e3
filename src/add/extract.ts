/** Messages → facts: by the app's LLM, or by the rules where there is none. */
import type { ClaimedOp } from "../engine/engine.ts";
import type { Message } from "../types.ts";
import { ask } from "./ask.ts";
import type { AddPorts, Fact } from "./ports.ts";
import { extractMessages } from "./prompts/extract.ts";
import { EXTRACT_SCHEMA, validateExtract } from "./reply-formats.ts";
import { extractByRules } from "./rules/index.ts";

export async function extract(ports: AddPorts, { op, context }: ClaimedOp, signal?: AbortSignal): Promise<Fact[]> {
  const messages = op.messages.filter(isSaid);
  if (messages.length === 0) return [];
  if (!ports.llm) return extractByRules(messages).map((fact) => fromRules(fact, messages));
  const { facts } = await ask(
    ports,
    {
      purpose: "extract",
      messages: extractMessages({ context: context.filter(isSaid), messages, today: op.acceptedAt.slice(0, 10) }),
      schema: EXTRACT_SCHEMA,
      validate: validateExtract,
    },
    signal,
  );
  return facts.map(({ text }) => ({ text, origin: "llm" }));
}

/** System messages instruct the app's model; they are not something that somebody said. */
export function isSaid(message: Message): boolean {
  return message.role !== "system" && message.content.trim() !== "";
}

function fromRules(found: ReturnType<typeof extractByRules>[number], messages: Message[]): Fact {
  const { text, reason, attributedTo, source } = found;
  const actor = messages[source]?.name;
  return { text, origin: "rules", reason, attributedTo, ...(actor !== undefined && { actor }) };
}

/** The second question, after a reply that could not be used. */
import type { LLMRequest } from "../../types.ts";

/**
 * How much of the bad reply is shown again, in characters. Enough to see what it was; a runaway reply must not
 * push the question out of a small context.
 */
const MAX_REPLY_SHOWN = 600;

/**
 * The first question, the head of the reply, and what was wrong with it. `problem.message` is one or more
 * sentences without the last full stop, as in a ReplyProblem.
 */
export function reaskMessages(
  messages: LLMRequest["messages"],
  reply: string,
  problem: { message: string },
): LLMRequest["messages"] {
  const content = `That reply could not be used: ${problem.message}.
Answer the question above again. Reply with the one complete JSON object only: no text, no fences and no thoughts around it.`;
  return [...messages, { role: "assistant", content: headOf(reply) }, { role: "user", content }];
}

/** Without thoughts, and without template tokens, which would end the turn in the middle of the reply. */
function headOf(reply: string): string {
  const answer = reply.slice(Math.max(0, reply.lastIndexOf("</think>")));
  const text = answer.replace(/<[|｜][^>]{0,40}>|<\/?(?:s|think)>|<(?:end|start)_of_turn>/g, "").trim();
  if (text === "") return "(empty)";
  return text.length > MAX_REPLY_SHOWN ? `${text.slice(0, MAX_REPLY_SHOWN)} …` : text;
}

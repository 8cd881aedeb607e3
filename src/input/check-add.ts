import { InvalidInputError } from "../errors.ts";
import type { Message, OpOptions, Scope } from "../types.ts";

/** What only an LLM can do is refused without one, before anything is stored. */
export function checkAdd(
  { memoryType, images, infer }: OpOptions,
  scope: Scope,
  messages: Message[],
  hasLLM: boolean,
): void {
  if (memoryType === "procedural") {
    if (scope.agentId === undefined) throw new InvalidInputError('keepsake: memoryType "procedural" needs an agentId.');
    if (!infer) throw new InvalidInputError('keepsake: memoryType "procedural" has no meaning with infer: false.');
    if (!hasLLM) throw new InvalidInputError('keepsake: memoryType "procedural" needs an `llm` that sums up the run.');
  }
  if (!hasLLM && images !== "skip" && messages.some((message) => message.images)) {
    throw new InvalidInputError(
      'keepsake: only an `llm` can describe images and PDFs. Configure one, or pass images: "skip".',
    );
  }
}

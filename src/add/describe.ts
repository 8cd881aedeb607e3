/** Images in messages become words: one LLM call each, with the purpose `describe`. */
import { LLMOutputError } from "../errors.ts";
import type { Message, PendingOp } from "../types.ts";
import { call } from "./ask.ts";
import type { Run } from "./ports.ts";
import { describeMessages } from "./prompts/describe.ts";
import { estimateTokens } from "./trace.ts";

const SCHEMA = { type: "string" } as const;

/** The messages with every image told in words behind their text; without them where they are to be skipped. */
export async function describeImages(run: Run, op: PendingOp, messages: Message[]): Promise<Message[]> {
  const told: Message[] = [];
  for (const { images = [], ...message } of messages) {
    const parts = [message.content];
    if (op.options.images !== "skip") for (const image of images) parts.push(await describe(run, op, image));
    told.push({ ...message, content: parts.filter((part) => part.trim() !== "").join("\n") });
  }
  return told;
}

async function describe(run: Run, op: PendingOp, image: string): Promise<string> {
  const messages = describeMessages(image, op.options.customPrompts?.describe);
  const started = run.runtime.now();
  const reply = await call(run, { purpose: "describe", schema: SCHEMA }, messages);
  const tokens = estimateTokens(messages.map((m) => m.content).join("\n") + reply);
  // The image itself may be megabytes; the trace tells that there was one.
  const shown = messages.map(({ role, content, images }) => ({ role, content, ...(images && { images: ["…"] }) }));
  const attempts = [{ messages: shown, reply, ms: run.runtime.now() - started, tokens }];
  run.trace.add({ stage: "ask", purpose: "describe", attempts });
  const text = reply.trim();
  if (text === "") {
    const message = "keepsake: the LLM described an image with nothing. The op stays pending; flush() tries again.";
    throw new LLMOutputError(message, reply, { stage: "extract" });
  }
  return `[image: ${text}]`;
}

/** Messages as a caller gives them → messages as they are kept. */
import { InvalidInputError } from "../errors.ts";
import type { ContentPart, Message, MessageInput } from "../types.ts";
import { MAX_TEXT_LENGTH } from "./validate.ts";

/** Roles of chat APIs, and what they are here; null: nobody says it, so it is left out. */
const ROLES = new Map<string, Message["role"] | null>([
  ["user", "user"],
  ["assistant", "assistant"],
  ["system", "system"],
  ["developer", "system"],
  ["tool", null],
  ["function", null],
]);
/** Parts in which a model talks to tools or to itself, as the APIs of OpenAI and Anthropic and the AI SDK have them. */
const UNSAID_PARTS = new Set([
  "tool-call",
  "tool-result",
  "tool_use",
  "tool_result",
  "reasoning",
  "redacted-reasoning",
  "thinking",
  "redacted_thinking",
]);
/** Messages in one add. Longer chats are imported in several. */
const MAX_MESSAGES = 10_000;
/** How long the text of a remote document may take to come, in ms. */
const DOWNLOAD_TIMEOUT_MS = 30_000;
/** Bytes of one image or PDF. */
const MAX_IMAGE_BYTES = 10 * 2 ** 20;

export interface ReadMessages {
  messages: Message[];
  /** What was given and not said by anybody: `messages[2] (tool)`. */
  leftOut: string[];
}

/**
 * A string is one user message; one message is a list of one. At least one must say something. Nothing is cut; what
 * tools said and what was said to them is left out.
 * @throws {InvalidInputError} that names the position and the limit
 */
export async function toMessages(input: unknown, signal?: AbortSignal): Promise<ReadMessages> {
  const list = typeof input === "string" ? [{ role: "user", content: input }] : Array.isArray(input) ? input : [input];
  if (input === null || input === undefined || list.length === 0) {
    throw new InvalidInputError("keepsake: messages are missing. Pass a string, a message or a list of messages.");
  }
  if (list.length > MAX_MESSAGES) {
    throw new InvalidInputError(`keepsake: an add takes at most ${MAX_MESSAGES} messages. Add them in several calls.`);
  }
  const messages: Message[] = [];
  const leftOut: string[] = [];
  for (const [index, value] of list.entries()) {
    const at = `messages[${index}]`;
    const message = await toMessage(value, at, signal);
    if (message) messages.push(message);
    else leftOut.push(`${at} (${(value as MessageInput).role})`);
  }
  if (messages.every((m) => m.content.trim() === "" && !m.images)) {
    throw new InvalidInputError(
      "keepsake: every message is blank, or of a tool. Pass at least one with content that somebody said.",
    );
  }
  return { messages, leftOut };
}

/** Null for what nobody said: a tool's answer, or a call of one without a word beside it. */
async function toMessage(value: unknown, at: string, signal?: AbortSignal): Promise<Message | null> {
  if (typeof value !== "object" || value === null) {
    throw new InvalidInputError(`keepsake: ${at} must be { role, content }, such as { role: "user", content: "…" }.`);
  }
  const { role: given, content, name } = value as Partial<MessageInput>;
  const role = typeof given === "string" ? ROLES.get(given) : undefined;
  if (role === undefined) {
    throw new InvalidInputError(
      `keepsake: ${at}.role must be "user", "assistant" or "system"; "developer" counts as system, "tool" and "function" are left out.`,
    );
  }
  if (role === null || isToolCall(value, role)) return null;
  if (name !== undefined && typeof name !== "string") {
    throw new InvalidInputError(`keepsake: ${at}.name must be a string.`);
  }
  const message: Message = { role, ...(await toContent(content, at, signal)) };
  if (name !== undefined && name.trim() !== "") message.name = name.trim().toWellFormed();
  return message;
}

/** An assistant that only calls tools: OpenAI's has no content then, the AI SDK's nothing but such parts. */
function isToolCall(value: unknown, role: Message["role"]): boolean {
  const { content, tool_calls: calls, function_call: call } = value as Record<string, unknown>;
  if (role !== "assistant") return false;
  if (content === null || content === undefined) return Array.isArray(calls) || call !== undefined;
  return Array.isArray(content) && content.length > 0 && content.every(isUnsaid);
}

function isUnsaid(part: unknown): boolean {
  return UNSAID_PARTS.has((part as ContentPart | null)?.type ?? "");
}

async function toContent(
  content: unknown,
  at: string,
  signal?: AbortSignal,
): Promise<Pick<Message, "content" | "images">> {
  if (typeof content === "string") return { content: toText(content, at) };
  if (!Array.isArray(content)) {
    throw new InvalidInputError(`keepsake: ${at}.content must be a string or a list of parts.`);
  }
  const texts: string[] = [];
  const images: string[] = [];
  for (const [index, part] of (content as ContentPart[]).entries()) {
    const where = `${at}.content[${index}]`;
    if (isUnsaid(part)) continue;
    switch (part?.type) {
      case "text":
        texts.push(textOf(part.text, where));
        break;
      case "image_url":
        images.push(await toVisual(part.image_url?.url, "image", where));
        break;
      case "pdf_url":
        images.push(await toVisual(part.pdf_url?.url, "application/pdf", where));
        break;
      case "txt_url":
        texts.push(await toDocument(part.txt_url?.url, where, signal));
        break;
      case "mdx_url":
        texts.push(await toDocument(part.mdx_url?.url, where, signal));
        break;
      default:
        throw new InvalidInputError(`keepsake: ${where} must be a text, image_url, pdf_url, txt_url or mdx_url part.`);
    }
  }
  return { content: toText(texts.join("\n"), at), ...(images.length > 0 && { images }) };
}

function textOf(text: unknown, at: string): string {
  if (typeof text === "string") return text;
  throw new InvalidInputError(`keepsake: ${at}.text must be a string.`);
}

function toText(content: string, at: string): string {
  if (content.length > MAX_TEXT_LENGTH) {
    throw new InvalidInputError(
      `keepsake: ${at}.content is longer than ${MAX_TEXT_LENGTH} characters. Split it; nothing is cut silently.`,
    );
  }
  // A lone surrogate is lost by every encoder on the way; better replaced here, once.
  return content.toWellFormed();
}

/** @param type of a data URL, or how it begins */
async function toVisual(url: unknown, type: string, at: string): Promise<string> {
  if (url instanceof Blob) return toDataUrl(url, at);
  if (typeof url !== "string" || !(/^https?:/i.test(url) || url.toLowerCase().startsWith(`data:${type}`))) {
    throw new InvalidInputError(`keepsake: the url of ${at} must be an http(s) URL, a data:${type} URL or a Blob.`);
  }
  // Base64 takes 4 characters for 3 bytes.
  if (url.length > (MAX_IMAGE_BYTES * 4) / 3) throw tooLarge(at);
  return url;
}

async function toDocument(url: unknown, at: string, signal?: AbortSignal): Promise<string> {
  if (url instanceof Blob) return url.text();
  if (typeof url !== "string" || !/^(?:https?|data):/i.test(url)) {
    throw new InvalidInputError(`keepsake: the url of ${at} must be an http(s) or data: URL or a Blob.`);
  }
  return /^data:/i.test(url) ? decodeDataUrl(url, at) : download(url, at, signal);
}

/** Not by `fetch`: a strict CSP forbids data: URLs there. */
function decodeDataUrl(url: string, at: string): string {
  const comma = url.indexOf(",");
  const [head, body] = [url.slice(0, comma), url.slice(comma + 1)];
  try {
    if (!/;base64$/i.test(head)) return decodeURIComponent(body);
    return new TextDecoder().decode(Uint8Array.from(atob(body), (unit) => unit.charCodeAt(0)));
  } catch (cause) {
    throw new InvalidInputError(`keepsake: the data: URL of ${at} cannot be decoded.`, { cause });
  }
}

async function download(url: string, at: string, signal?: AbortSignal): Promise<string> {
  const limit = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
    if (response.ok) return await response.text();
    throw new Error(`HTTP ${response.status}`);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const message = `keepsake: the document at ${at} could not be fetched. Pass its text, or a Blob. Nothing was stored.`;
    throw new InvalidInputError(message, { cause, retryable: true });
  }
}

async function toDataUrl(blob: Blob, at: string): Promise<string> {
  if (blob.size > MAX_IMAGE_BYTES) throw tooLarge(at);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = "";
  // In slices: a call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return `data:${blob.type || "image/png"};base64,${btoa(binary)}`;
}

function tooLarge(at: string): InvalidInputError {
  return new InvalidInputError(`keepsake: the attachment at ${at} is larger than ${MAX_IMAGE_BYTES / 2 ** 20} MiB.`);
}

/**
 * What was recalled is not said again: memories and messages that `search` handed to the app, and the app pasted into a
 * prompt, must not come back as new memories. (A third of one audited mem0 store was such an echo: mem0#4573.)
 */
import { scopeKeyOf } from "../scope.ts";
import { normalizeStatement } from "../text/statement.ts";
import type { MessageResult } from "../engine/results.ts";
import type { MemoryItem } from "../types.ts";

/** Texts remembered; a prompt holds some 20 of them. */
const MAX_TEXTS = 2_000;

/**
 * What was handed out, by scope. It only suspects: whether a line is really known is for the store to say, and a
 * memory of another scope, or one that was deleted since, is no reason to leave out what somebody says.
 */
export class Recalled {
  /** Insertion order is age. */
  readonly #memories = new Set<string>();
  /** Lines of messages. */
  readonly #messages = new Set<string>();

  note(results: readonly MemoryItem[]): void {
    remember(
      this.#memories,
      results.map((result) => keyOf(scopeKeyOf(result), result.memory)),
    );
  }

  /** What stands around a found message was handed out with it. */
  noteMessages(results: readonly MessageResult[]): void {
    const keys = results.flatMap((result) => {
      const scopeKey = scopeKeyOf(result);
      const messages = [result.message, ...result.context.before, ...result.context.after];
      return messages.flatMap(({ content }) => linesOf(content).map((line) => keyOf(scopeKey, line)));
    });
    remember(this.#messages, keys);
  }

  /** Lines of the text that were handed out in this scope as memories, without bullets and quotes. */
  linesIn(scopeKey: string, text: string): string[] {
    return handedOut(this.#memories, scopeKey, linesOf(text));
  }

  /**
   * The same as messages or lines of them. One that is all of the text is none: it was not pasted between other
   * lines, somebody says it again.
   */
  messageLinesIn(scopeKey: string, text: string): string[] {
    const lines = linesOf(text);
    return lines.length > 1 ? handedOut(this.#messages, scopeKey, lines) : [];
  }
}

function remember(texts: Set<string>, keys: readonly string[]): void {
  for (const key of keys) {
    texts.delete(key);
    texts.add(key);
  }
  for (const oldest of texts) {
    if (texts.size <= MAX_TEXTS) return;
    texts.delete(oldest);
  }
}

function handedOut(texts: ReadonlySet<string>, scopeKey: string, lines: string[]): string[] {
  return texts.size === 0 ? [] : lines.filter((line) => texts.has(keyOf(scopeKey, line)));
}

/** Lines that are not blank, without bullets and quotes. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map(bareLine)
    .filter((line) => line !== "");
}

/** A line of a list without its bullet, number and quotes. */
export function bareLine(line: string): string {
  return line
    .trim()
    .replace(/^(?:[-*•–]|\d{1,3}[.)])\s+/u, "")
    .replace(/^["'“”`]+|["'“”`]+$/gu, "");
}

function keyOf(scopeKey: string, text: string): string {
  return `${scopeKey} ${normalizeStatement(text)}`;
}

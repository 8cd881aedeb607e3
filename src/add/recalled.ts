/**
 * Recalled memories are not said again: what `search` handed to the app, and the app pasted into a prompt,
 * must not come back as a new memory. (A third of one audited mem0 store was such an echo: mem0#4573.)
 */
import { scopeKeyOf } from "../scope.ts";
import { normalizeStatement } from "../text/statement.ts";
import type { MemoryItem } from "../types.ts";

/** Texts remembered; a prompt holds some 20 of them. */
const MAX_TEXTS = 2_000;

/**
 * What was handed out, by scope. It only suspects: whether a line is really known is for the store to say, and a
 * memory of another scope, or one that was deleted since, is no reason to leave out what somebody says.
 */
export class Recalled {
  /** Insertion order is age. */
  readonly #texts = new Set<string>();

  note(results: readonly MemoryItem[]): void {
    for (const result of results) {
      const key = keyOf(scopeKeyOf(result), result.memory);
      this.#texts.delete(key);
      this.#texts.add(key);
    }
    for (const oldest of this.#texts) {
      if (this.#texts.size <= MAX_TEXTS) return;
      this.#texts.delete(oldest);
    }
  }

  /** Lines of the text that were handed out in this scope, without bullets and quotes. */
  linesIn(scopeKey: string, text: string): string[] {
    if (this.#texts.size === 0) return [];
    return text
      .split("\n")
      .map(bareLine)
      .filter((line) => this.#texts.has(keyOf(scopeKey, line)));
  }
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

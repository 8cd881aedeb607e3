/**
 * Recalled memories are not said again: what `search` handed to the app, and the app pasted into a prompt,
 * must not come back as a new memory. (A third of one audited mem0 store was such an echo: mem0#4573.)
 */
import { normalizeStatement } from "../text/statement.ts";

/** Texts remembered; a prompt holds some 20 of them. */
const MAX_TEXTS = 2_000;

export class Recalled {
  /** Insertion order is age. */
  readonly #texts = new Set<string>();

  note(texts: readonly string[]): void {
    for (const text of texts) {
      const key = normalizeStatement(text);
      this.#texts.delete(key);
      this.#texts.add(key);
    }
    for (const oldest of this.#texts) {
      if (this.#texts.size <= MAX_TEXTS) return;
      this.#texts.delete(oldest);
    }
  }

  /** The text without the lines that are recalled memories. @returns also what was taken out */
  strip(text: string): { text: string; dropped: string[] } {
    if (this.#texts.size === 0) return { text, dropped: [] };
    const dropped: string[] = [];
    const kept = text.split("\n").filter((line) => {
      if (!this.#texts.has(normalizeStatement(bare(line)))) return true;
      dropped.push(line);
      return false;
    });
    return dropped.length === 0 ? { text, dropped } : { text: kept.join("\n"), dropped };
  }
}

/** A line of a list without its bullet, number and quotes. */
function bare(line: string): string {
  return line
    .trim()
    .replace(/^(?:[-*•–]|\d{1,3}[.)])\s+/u, "")
    .replace(/^["'“”`]+|["'“”`]+$/gu, "");
}

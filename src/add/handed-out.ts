/**
 * What was handed out is not said again: memories and messages that the app was given, and pasted into a prompt, must
 * not come back as new memories. (A third of one audited mem0 store was such an echo: mem0#4573.)
 */
import type { MessageResult } from "../engine/results.ts";
import { carries, SCOPE_IDS, scopeKeyOf } from "../scope.ts";
import type { MemoryItem, Scope, Superseded } from "../types.ts";

/** Lines remembered; a prompt holds some 20 of them. */
const MAX_LINES = 2_000;

/** A line of a memory or of a message that the app was given. */
export interface HandedLine {
  text: string;
  /** Of the read that gave it. */
  asked: Scope;
  /** Where it lies. */
  scope: Scope;
  /** Of the memory; null for a message. */
  id: string | null;
  /** A text that its memory had before. */
  isFormer: boolean;
}

/** It only suspects: whether a line is really known is for the store to say. */
export class HandedOut {
  /** Insertion order is age. */
  readonly #lines = new Map<string, HandedLine>();

  note(asked: Scope, results: readonly (MemoryItem & { superseded?: Superseded })[]): void {
    for (const { id, memory, superseded, ...scope } of results) {
      this.#remember(memory, { asked, scope: scopeOf(scope), id, isFormer: superseded !== undefined });
    }
  }

  /** What stands around a found message was handed out with it. */
  noteMessages(asked: Scope, results: readonly MessageResult[]): void {
    for (const { message, context, ...scope } of results) {
      const from = { asked, scope: scopeOf(scope), id: null, isFormer: false };
      for (const { content } of [message, ...context.before, ...context.after]) this.#remember(content, from);
    }
  }

  /** What somebody who adds in this scope may have before them: what was asked for there, of no other user. */
  shownIn(scope: Scope): HandedLine[] {
    return [...this.#lines.values()].filter(
      ({ asked, scope: { userId = scope.userId } }) =>
        (carries(scope, asked) || carries(asked, scope)) && userId === (scope.userId ?? userId),
    );
  }

  /** Of what is forgotten no word stays here either. */
  clear(): void {
    this.#lines.clear();
  }

  #remember(text: string, from: Omit<HandedLine, "text">): void {
    const origin = JSON.stringify([from.id, scopeKeyOf(from.scope), scopeKeyOf(from.asked)]);
    for (const line of linesOf(text)) {
      const key = origin + line;
      this.#lines.delete(key);
      this.#lines.set(key, { ...from, text: line });
    }
    for (const oldest of this.#lines.keys()) {
      if (this.#lines.size <= MAX_LINES) return;
      this.#lines.delete(oldest);
    }
  }
}

function scopeOf(ids: Scope): Scope {
  return Object.fromEntries(SCOPE_IDS.flatMap((id) => (ids[id] === undefined ? [] : [[id, ids[id]]])));
}

/** Lines that are not blank. */
export function linesOf(text: string): string[] {
  return text.split("\n").flatMap((line) => line.trim() || []);
}

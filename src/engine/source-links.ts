/** Which memories came from which message, in one scope: the `sources` of its live memories, the other way round. */
import type { MemoryRecord, Source } from "../types.ts";

export class SourceLinks {
  /** By message, then by memory: `createdSeq`. */
  readonly #memories = new Map<string, Map<string, number>>();
  /** By memory: the messages it is entered under. */
  readonly #messages = new Map<string, string[]>();

  /** Takes in the present version of a memory. */
  set({ id, deletedAt, sources = [], createdSeq }: MemoryRecord): void {
    for (const message of this.#messages.get(id) ?? []) this.#memories.get(message)?.delete(id);
    const messages = deletedAt === undefined ? sources.map(keyOf) : [];
    this.#messages.set(id, messages);
    for (const message of messages) {
      const memories = this.#memories.get(message) ?? new Map<string, number>();
      this.#memories.set(message, memories.set(id, createdSeq));
    }
  }

  /** Oldest first. */
  memoriesOf(message: Pick<Source, "opId" | "index">): string[] {
    const memories = [...(this.#memories.get(keyOf(message)) ?? [])];
    return memories.sort(([, a], [, b]) => a - b).map(([id]) => id);
  }
}

function keyOf({ opId, index }: Pick<Source, "opId" | "index">): string {
  return `${index}:${opId}`;
}

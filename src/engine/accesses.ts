/**
 * When searches with `decay` returned a memory. Counted in memory and written behind the search, relaxed: a search is no
 * write, and what a crash loses is a few counts. Beside the records and not in them: use is no version, moves no `seq`,
 * is not exported, and goes when the memory is forgotten.
 */
import type { WriteTx } from "../store/store.ts";
import type { EngineContext } from "./context.ts";

/** Of each memory. mem0 keeps as many. */
const KEPT = 20;

export class Accesses {
  readonly #context: EngineContext;
  /** By memory id: instants in ms. */
  #unwritten = new Map<string, number[]>();
  #writing: Promise<void> | null = null;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** @param at in ms */
  note(ids: readonly string[], at: number): void {
    for (const id of new Set(ids)) this.#unwritten.set(id, latest(this.#unwritten.get(id), [at]));
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
  }

  /** The last 20 of each, oldest first. */
  async of(ids: readonly string[]): Promise<Map<string, number[]>> {
    const unwritten = new Map(this.#unwritten);
    return this.#context.store.read(["meta"], async (tx) => {
      const found = new Map<string, number[]>();
      for (const id of new Set(ids)) {
        const row = await tx.get("meta", keyOf(id));
        found.set(id, latest(row?.value as number[] | undefined, unwritten.get(id)));
      }
      return found;
    });
  }

  /** Resolves when nothing is being written any more. */
  async settle(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** What comes meanwhile is one more transaction, however many searches it is from. */
  async #write(): Promise<void> {
    while (this.#unwritten.size > 0) {
      const batch = this.#unwritten;
      this.#unwritten = new Map();
      try {
        await this.#put(batch);
      } catch {
        // Kept for the next search: a store that cannot be written to says so wherever it matters.
        for (const [id, times] of batch) this.#unwritten.set(id, latest(times, this.#unwritten.get(id)));
        return;
      }
    }
  }

  #put(batch: ReadonlyMap<string, number[]>): Promise<void> {
    return this.#context.store.write(["meta", "memories"], "relaxed", async (tx) => {
      for (const [id, times] of batch) {
        // What was forgotten meanwhile leaves no trace.
        if (!(await tx.get("memories", id))) continue;
        const before = (await tx.get("meta", keyOf(id)))?.value as number[] | undefined;
        await tx.put("meta", { key: keyOf(id), value: latest(before, times) });
      }
    });
  }
}

export async function deleteAccesses(tx: WriteTx, ids: readonly string[]): Promise<void> {
  for (const id of ids) await tx.delete("meta", keyOf(id));
}

function keyOf(id: string): string {
  return `accesses:${id}`;
}

function latest(before: readonly number[] = [], more: readonly number[] = []): number[] {
  return [...before, ...more].sort((a, b) => a - b).slice(-KEPT);
}

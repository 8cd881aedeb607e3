/**
 * The words of former texts: who asks for "Acme", which no memory names any more, asks for one that did. A fold of the
 * log, read when a query first has a word that no present text has, and from then on only what is new in it.
 */
import { weakTerms } from "../search/overlap.ts";
import type { ReadTx } from "../store/store.ts";
import { tenseOf } from "../text/tense.ts";
import { tokenize } from "../text/tokenize.ts";
import type { Change } from "../types.ts";
import type { ScopeView } from "./scope-view.ts";

/** Changes that are read at a time, newest first: what was superseded longer ago is not known by its words. */
const MAX_CHANGES = 1_000;
/** Memories that a query may name so, those changed last. */
const MAX_NAMED = 20;
const WEAK_TERMS = weakTerms(tokenize);

interface Known {
  /** Everything up to this `seq` is in. */
  seq: number;
  /** By term: memories that had a text with it, those changed last at the end. */
  memories: Map<string, Set<string>>;
}

export class FormerWords {
  /** It goes with its view. */
  readonly #known = new WeakMap<ScopeView, Known>();

  /**
   * Ids of memories that had a text with a word of the query that no present text has. A question in the present tense
   * asks for what is, and names none: "where do I live?", of who has moved since.
   * @param tx in which the views were brought up to date
   */
  async named(views: readonly ScopeView[], query: string, tx: ReadTx): Promise<string[]> {
    const tense = tenseOf(query);
    const terms = tense === "present" || tense === "ahead" ? [] : unknownTerms(views, query);
    if (terms.length === 0) return [];
    const ids = new Set<string>();
    for (const view of views) {
      const memories = await this.#upToDate(view, tx);
      for (const term of terms) for (const id of memories.get(term) ?? []) ids.add(id);
    }
    return [...ids].slice(-MAX_NAMED);
  }

  async #upToDate(view: ScopeView, tx: ReadTx): Promise<Known["memories"]> {
    const { seq = -1, memories = new Map<string, Set<string>>() } = this.#known.get(view) ?? {};
    if (seq < view.seq) {
      for (const change of await changesAfter(view, seq, tx)) note(change, memories);
      this.#known.set(view, { seq: view.seq, memories });
    }
    return memories;
  }
}

/** In their order, as far as they are read. */
async function changesAfter({ scopeKey, seq }: ScopeView, known: number, tx: ReadTx): Promise<Change[]> {
  const inScope = { index: "scope", prefix: [scopeKey] };
  if (seq - known <= MAX_CHANGES) return tx.getAll("changes", { ...inScope, after: [scopeKey, known] });
  return (await tx.getAll("changes", { ...inScope, reverse: true, limit: MAX_CHANGES })).reverse();
}

function note({ before, after, memoryId }: Change, memories: Known["memories"]): void {
  if (before === null || before.deletedAt !== undefined) return;
  if (after.deletedAt === undefined && after.hash === before.hash) return;
  for (const term of new Set(tokenize(before.memory))) {
    const ids = memories.get(term) ?? new Set();
    ids.delete(memoryId);
    memories.set(term, ids.add(memoryId));
  }
}

/** Terms of the query that say what it is about, and that no text of the views has. */
function unknownTerms(views: readonly ScopeView[], query: string): string[] {
  return [...new Set(tokenize(query))].filter(
    (term) => !WEAK_TERMS.has(term) && views.every(({ keywords }) => keywords.documentFrequency(term) === 0),
  );
}

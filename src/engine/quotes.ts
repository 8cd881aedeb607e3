/** Words of forgotten memories in the reasons of others: `newer value for residence ("Hamburg" → "Berlin")`. */
import { tokenize } from "../text/tokenize.ts";

/** What a reason stands at: the op that gave it, and the texts of its own memory, which may say what they say. */
interface Given {
  opId: string;
  reason: string;
  own: readonly (string | undefined)[];
}

export class Quotes {
  /** Ops that decided about the forgotten: a model that did may have put any of its reasons in other words. */
  readonly opIds: Set<string>;
  readonly #gone: ReadonlySet<string>;

  /** @param texts every version of the forgotten */
  constructor(texts: readonly string[], opIds: Iterable<string>) {
    this.opIds = new Set(opIds);
    this.#gone = new Set(texts.flatMap(tokenize));
  }

  /** Whether the reason may say something that only the forgotten say. Rather too often than once too seldom. */
  areIn({ opId, reason, own }: Given): boolean {
    if (reason.startsWith("llm:") && this.opIds.has(opId)) return true;
    const quoted = tokenize(reason).filter((term) => this.#gone.has(term));
    if (quoted.length === 0) return false;
    const kept = new Set(own.flatMap((text) => tokenize(text ?? "")));
    return quoted.some((term) => !kept.has(term));
  }
}

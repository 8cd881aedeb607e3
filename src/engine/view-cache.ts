/** Views in memory: one per scope, and one user at a time. */

/** What a cache keeps: folds of the store, which can be dropped at any time (INV-5). */
export interface Cached {
  readonly scopeKey: string;
  /** Rows. */
  readonly size: number;
  close(): void;
}

export class ViewCache<V extends Cached> {
  readonly #maxRows: number;
  /** By scope key, least recently used first. */
  readonly #views = new Map<string, V>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param maxRows over all scopes, beyond which those that were not asked for lately are dropped */
  constructor(maxRows: number) {
    this.#maxRows = maxRows;
  }

  get(scopeKey: string): V | undefined {
    return this.#views.get(scopeKey);
  }

  all(): V[] {
    return [...this.#views.values()];
  }

  /** Puts a view in, in the place of the scope's other one, or notes that it is used again. */
  use(view: V): void {
    if (this.#views.get(view.scopeKey) !== view) this.drop([view.scopeKey]);
    this.#views.delete(view.scopeKey);
    this.#views.set(view.scopeKey, view);
  }

  /** @default all */
  drop(scopeKeys: Iterable<string> = [...this.#views.keys()]): void {
    for (const scopeKey of scopeKeys) {
      this.#views.get(scopeKey)?.close();
      this.#views.delete(scopeKey);
    }
  }

  /** Drops what is too much, but for what is in use. */
  evict(inUse: readonly V[]): void {
    let rows = this.all().reduce((sum, view) => sum + view.size, 0);
    for (const view of this.all()) {
      if (rows <= this.#maxRows) return;
      if (inUse.includes(view)) continue;
      rows -= view.size;
      this.drop([view.scopeKey]);
    }
  }

  /** One at a time: two loads of one scope would make two views of it. */
  inTurn<R>(body: () => Promise<R>): Promise<R> {
    const turn = this.#last.then(body);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

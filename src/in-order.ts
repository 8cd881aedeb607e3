/** Work that must not overtake: what is begun under one key runs one after the other, in the order of the calls. */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Settles like the body, which begins when everything before it under this key has settled. */
  run<T>(key: string, body: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(body);
    const done = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(key) === done) this.#last.delete(key);
      });
    this.#last.set(key, done);
    return turn;
  }
}

/** Events as async iterators. */
import type { KeepsakeEvent } from "./info.ts";

/** A watcher that does not read loses its oldest events beyond this many. */
const BUFFER = 1_000;

type Result = IteratorResult<KeepsakeEvent, undefined>;

const DONE: Result = { value: undefined, done: true };

interface Watcher {
  push: (event: KeepsakeEvent) => void;
  end: () => void;
}

export class Watchers {
  readonly #watchers = new Set<Watcher>();
  #closed = false;

  emit(event: KeepsakeEvent): void {
    for (const watcher of this.#watchers) watcher.push(event);
  }

  /** Ends every iterator, also those to come. */
  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.end();
  }

  /** Events from now on, until the signal aborts, the loop is left, or `close`. */
  watch(signal?: AbortSignal): AsyncIterableIterator<KeepsakeEvent> {
    const buffer: KeepsakeEvent[] = [];
    /** Who has asked for the next event, in the order of their calls. */
    const waiting: ((result: Result) => void)[] = [];
    let ended = this.#closed || (signal?.aborted ?? false);
    const watcher: Watcher = {
      push: (event) => {
        const resolve = waiting.shift();
        if (resolve) return resolve({ value: event, done: false });
        buffer.push(event);
        if (buffer.length > BUFFER) buffer.shift();
      },
      end: () => {
        ended = true;
        this.#watchers.delete(watcher);
        signal?.removeEventListener("abort", watcher.end);
        for (const resolve of waiting.splice(0)) resolve(DONE);
      },
    };
    if (!ended) {
      this.#watchers.add(watcher);
      signal?.addEventListener("abort", watcher.end, { once: true });
    }
    const iterator: AsyncIterableIterator<KeepsakeEvent> = {
      next: () =>
        new Promise((resolve) => {
          const event = buffer.shift();
          if (event) resolve({ value: event, done: false });
          else if (ended) resolve(DONE);
          else waiting.push(resolve);
        }),
      return: async () => {
        watcher.end();
        buffer.length = 0;
        return DONE;
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

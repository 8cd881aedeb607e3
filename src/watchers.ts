/** Events as async iterators. */
import type { KeepsakeEvent } from "./info.ts";

/** A watcher that does not read loses its oldest events beyond this many. */
const BUFFER = 1_000;

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
    let ended = this.#closed || (signal?.aborted ?? false);
    let wake = (): void => undefined;
    const watcher: Watcher = {
      push: (event) => {
        buffer.push(event);
        if (buffer.length > BUFFER) buffer.shift();
        wake();
      },
      end: () => {
        ended = true;
        this.#watchers.delete(watcher);
        wake();
      },
    };
    if (!ended) this.#watchers.add(watcher);
    signal?.addEventListener("abort", watcher.end, { once: true });

    const next = async (): Promise<IteratorResult<KeepsakeEvent>> => {
      for (;;) {
        const event = buffer.shift();
        if (event) return { value: event, done: false };
        if (ended) return { value: undefined, done: true };
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    const finish = async (): Promise<IteratorResult<KeepsakeEvent>> => {
      watcher.end();
      signal?.removeEventListener("abort", watcher.end);
      return { value: undefined, done: true };
    };
    const iterator: AsyncIterableIterator<KeepsakeEvent> = {
      next,
      return: finish,
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

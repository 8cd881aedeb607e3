/** Work on derived data while nobody waits: HNSW graphs built in slices, snapshots written when they pay. */
import type { EngineContext } from "./context.ts";
import type { ScopeView } from "./scope-view.ts";
import { writeSnapshot } from "./view-snapshot.ts";
import type { Views } from "./views.ts";

/** Longest stretch of graph building before the thread is free again, in ms. */
const SLICE_MS = 16;
/** Pause between slices, so that a search that came meanwhile goes first, in ms. */
const PAUSE_MS = 1;

export class Maintenance {
  readonly #context: EngineContext;
  readonly #views: Views;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(context: EngineContext, views: Views) {
    this.#context = context;
    this.#views = views;
  }

  /** Looks whether something is to do. Call it after every read and write; it costs nothing when there is not. */
  wake(): void {
    if (this.#closed || this.#running) return;
    if (!this.#views.loaded().some((view) => this.#hasWork(view))) return;
    this.#running = this.#run().finally(() => (this.#running = null));
  }

  /** Resolves when nothing is left to do. */
  async settle(): Promise<void> {
    this.wake();
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #hasWork(view: ScopeView): boolean {
    return view.vectors.wantsBuild || this.#views.wantsSnapshot(view);
  }

  async #run(): Promise<void> {
    const { epoch } = this.#views;
    for (const view of this.#views.loaded()) {
      if (!this.#hasWork(view)) continue;
      try {
        while (!this.#closed && (await view.vectors.buildSlice(SLICE_MS, () => this.#context.runtime.now()))) {
          await pause();
        }
        if (!this.#closed && this.#views.wantsSnapshot(view)) await writeSnapshot(this.#context.store, view, epoch);
      } catch (error) {
        // A cache that cannot be written costs time at the next start, and is nothing else's failure. It counts as
        // written until the view has changed enough for the next one: a full disk is not written to in a loop.
        const reason = error instanceof Error ? error.message : String(error);
        view.noteSnapshot(view.seq);
        this.#context.emit({ type: "snapshot-failed", scopeKey: view.scopeKey, reason });
      }
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** Work on derived data while nobody waits: HNSW graphs built in slices, snapshots written when they pay. */
import type { EngineContext } from "./context.ts";
import { breather, pause, SLICE_MS } from "./breathe.ts";
import type { ScopeView } from "./scope-view.ts";
import type { Views } from "./views.ts";

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

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #hasWork(view: ScopeView): boolean {
    return view.vectors.wantsBuild || this.#views.wantsSnapshot(view);
  }

  async #run(): Promise<void> {
    for (const view of this.#views.loaded()) {
      await this.#snapshot(view);
      while (!this.#closed && (await view.vectors.buildSlice(SLICE_MS, this.#now))) {
        await this.#snapshot(view);
        await pause();
      }
      await this.#snapshot(view);
    }
  }

  async #snapshot(view: ScopeView): Promise<void> {
    if (this.#closed || !this.#views.wantsSnapshot(view)) return;
    try {
      await this.#views.writeSnapshot(view, breather(this.#now));
    } catch (error) {
      // Dropped meanwhile, and its vectors with it.
      if (view.isClosed) return;
      // A cache that cannot be written costs time at the next start, and is nothing else's failure. It counts as
      // written until the view has changed enough for the next one: a full disk is not written to in a loop.
      const reason = error instanceof Error ? error.message : String(error);
      view.noteSnapshot(view.seq);
      this.#context.emit({ type: "snapshot-failed", scopeKey: view.scopeKey, reason });
    }
  }

  readonly #now = (): number => this.#context.runtime.now();
}

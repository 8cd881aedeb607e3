/** Kept messages, as the engine asks for them: what searches them is a part of its own, loaded at once and not waited for. */
import { partLoader } from "../load-part.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import type { EngineContext } from "./context.ts";
import type { MessageSearchRequest } from "./engine.ts";
import type { MessageSearch, MessageSearchParts } from "./message-search.ts";
import type { MessageResult } from "./results.ts";

export class Messages {
  readonly #embeds: boolean;
  readonly #part: () => Promise<MessageSearch>;
  /** Null until it is there: what is not loaded holds nothing. */
  #loaded: MessageSearch | null = null;
  #filling: Promise<void> = Promise.resolve();

  constructor(context: EngineContext, parts: MessageSearchParts) {
    this.#embeds = parts.embeds;
    this.#part = partLoader(async () => {
      const { MessageSearch } = await import("./message-search.ts");
      return (this.#loaded = new MessageSearch(context, parts));
    });
    this.#part().catch(() => undefined);
  }

  async search(request: MessageSearchRequest): Promise<MessageResult[]> {
    return (await this.#part()).search(request);
  }

  /**
   * Where messages are embedded, gives each a vector in the space of the embedder: in the background, one run after the
   * other. The model does not wait for it, and is none the worse where it fails: the next run goes on where it stopped.
   */
  fill(embedder: CachedEmbedder): void {
    if (!this.#embeds) return;
    this.#filling = this.#filling.then(async () => (await this.#part()).fill(embedder)).catch(() => undefined);
  }

  /** Resolves when nothing is being filled any more; what is left stops where the engine is closed. */
  async close(): Promise<void> {
    await this.#filling;
  }

  /** Some have come, which may want vectors. */
  wake(): void {
    if (this.#embeds)
      this.#part()
        .then((part) => part.wake())
        .catch(() => undefined);
  }

  /** Nothing of those of some scopes, or of all, stays in memory. */
  async drop(scopeKeys?: readonly string[]): Promise<void> {
    await this.#loaded?.drop(scopeKeys);
  }
}

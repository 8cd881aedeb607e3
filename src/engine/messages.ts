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

  /** Where messages are embedded, gives each a vector in the space of the embedder. */
  async fill(embedder: CachedEmbedder): Promise<void> {
    if (this.#embeds) await (await this.#part()).fill(embedder);
  }

  /** Some have come, which may want vectors. */
  wake(): void {
    if (this.#embeds)
      this.#part()
        .then((part) => part.wake())
        .catch(() => undefined);
  }

  /** Nothing of them stays in memory. */
  async drop(): Promise<void> {
    await this.#loaded?.drop();
  }
}

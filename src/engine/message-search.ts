/** Search over kept messages: its views, and the vectors that they may have. Loaded apart: most searches are for memories. */
import { compileFilter } from "../search/filter.ts";
import type { ISODate, Message } from "../types.ts";
import { recordsAsOf } from "./as-of.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import type { withoutDeleted } from "./context-window.ts";
import type { EngineContext } from "./context.ts";
import type { Embedding } from "./embedding.ts";
import type { MessageSearchRequest } from "./engine.ts";
import { fillMessages } from "./message-fill.ts";
import { rankMessages, type FoundMessage, type QueryVector } from "./message-rank.ts";
import { MessageView, type HeldMessage, type MessageSpace } from "./message-view.ts";
import { MessageViews, readVectors } from "./message-views.ts";
import type { MessageResult } from "./results.ts";
import { selects } from "./selection.ts";

export interface MessageSearchParts {
  /** Whether messages are embedded. */
  embeds: boolean;
  /** Asked for when it is needed: it fills messages, too, and is made after them. */
  embedding: () => Pick<Embedding, "answering" | "settle">;
  stopped: () => boolean;
  /** Handed in: imported, it would cut the chunk that the worker starts with in two. */
  withoutDeleted: typeof withoutDeleted;
}

/** A result whose images are still to be read. */
interface Told {
  result: MessageResult;
  held: HeldMessage;
}

export class MessageSearch {
  readonly #context: EngineContext;
  readonly #parts: MessageSearchParts;
  readonly #views: MessageViews;
  #isWaking = false;

  constructor(context: EngineContext, parts: MessageSearchParts) {
    this.#context = context;
    this.#parts = parts;
    this.#views = new MessageViews(context);
  }

  async search(request: MessageSearchRequest): Promise<MessageResult[]> {
    // A wrong filter is wrong over no messages, too.
    if (request.filter) compileFilter(request.filter);
    const embedder = this.#parts.embeds ? await this.#parts.embedding().answering() : null;
    const vector = embedder && { vector: await embedder.embedOne(request.query), kind: embedder.kind };
    const told = await this.#told(request, embedder, vector);
    return this.#withImages(request.standing === true ? await this.#standing(told) : told);
  }

  #standing(told: readonly Told[]): Promise<Told[]> {
    return this.#context.store.read(["ops", "memories"], async (tx) => {
      const held = new Set(
        await this.#parts.withoutDeleted(
          tx,
          told.map((one) => one.held),
        ),
      );
      return told.filter((one) => held.has(one.held));
    });
  }

  /** Gives every message a vector in the space of the embedder. */
  fill(embedder: CachedEmbedder): Promise<void> {
    return fillMessages(this.#context, embedder, this.#parts.stopped);
  }

  /** Messages have come that want vectors. */
  wake(): void {
    const { embedding, stopped } = this.#parts;
    if (this.#isWaking) return;
    this.#isWaking = true;
    // One that is under way may be past them already: the next one begins after it.
    embedding()
      .settle()
      .catch(() => undefined)
      .finally(() => (this.#isWaking = false))
      .then(() => (stopped() ? undefined : embedding().settle()))
      .catch(() => undefined);
  }

  drop(scopeKeys?: readonly string[]): Promise<void> {
    return this.#views.drop(scopeKeys);
  }

  async #told(request: MessageSearchRequest, space: MessageSpace, vector: QueryVector): Promise<Told[]> {
    const { at } = request;
    if (at !== undefined) return this.#toldAsOf({ ...request, at }, space, vector);
    return this.#views.selected(selects(request), space, (views) => {
      if (views.some((view) => view.firstLacking)) this.wake();
      return tell(rankMessages(views, request, vector), request);
    });
  }

  /** Over views that are made for it and thrown away: of what was said until then, and of the memories of then. */
  async #toldAsOf(
    request: MessageSearchRequest & { at: ISODate },
    space: MessageSpace,
    vector: QueryVector,
  ): Promise<Told[]> {
    const views = await this.#viewsAsOf(request, space);
    try {
      for (const record of await recordsAsOf(this.#context, request, request.at)) {
        views.find((view) => view.scopeKey === record.scopeKey)?.links.set(record);
      }
      return tell(rankMessages(views, request, vector), request);
    } finally {
      for (const view of views) view.close();
    }
  }

  #viewsAsOf(request: MessageSearchRequest & { at: ISODate }, space: MessageSpace): Promise<MessageView[]> {
    const isAsked = selects(request);
    return this.#context.store.read(["scopes", "messages", "vectors"], async (tx) => {
      const views: MessageView[] = [];
      for (const { scopeKey, scope } of await tx.getAll("scopes")) {
        if (!isAsked(scope)) continue;
        const view = new MessageView(scopeKey, scope, space);
        const rows = await tx.getAll("messages", { prefix: [scopeKey] });
        view.append(rows.filter((row) => row.at <= request.at));
        await readVectors(tx, view);
        views.push(view);
      }
      return views;
    });
  }

  /** What was forgotten since it was found is left out. */
  async #withImages(told: readonly Told[]): Promise<MessageResult[]> {
    if (!told.some(({ held }) => held.hasImages)) return told.map(({ result }) => result);
    return this.#context.store.read(["messages"], async (tx) => {
      const results: MessageResult[] = [];
      for (const { result, held } of told) {
        const row = await tx.get("messages", [held.scopeKey, held.order, held.index]);
        if (row) results.push({ ...result, message: messageOf(row) });
      }
      return results;
    });
  }
}

function tell(found: readonly FoundMessage[], { contextMessages, explain }: MessageSearchRequest): Told[] {
  return found.map(({ view, label, score, parts }) => {
    const held = view.at(label);
    const { opId, order, index, at } = held;
    const { before, after } = view.around(label, contextMessages);
    const context = { before: before.map(messageOf), after: after.map(messageOf) };
    const memoryIds = view.links.memoriesOf(held);
    const place = { opId, order, index, at, score, ...(explain === true && { parts }) };
    return { held, result: { message: messageOf(held), ...view.scope, ...place, context, memoryIds } };
  });
}

function messageOf({ role, content, name, images }: Message): Message {
  return { role, content, ...(name !== undefined && { name }), ...(images !== undefined && { images }) };
}

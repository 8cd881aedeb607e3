/**
 * The message views in memory, and how they are kept: what was accepted since is appended (`order`); where messages of
 * a scope went or came in between (`rewrites`), they are read again; a new epoch voids all. One read, so that what a
 * search sees is of one moment, whatever other tabs do (INV-5).
 */
import type { ReadTx, ScopeRow } from "../store/store.ts";
import type { Scope } from "../types.ts";
import { readClock, voidedSince, type Clock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import { lastRewrite, messageId, messageSpace, readMessageClock } from "./kept-messages.ts";
import { MessageView, type MessageSpace } from "./message-view.ts";
import { ViewCache } from "./view-cache.ts";

/** Messages in memory over all scopes, beyond which scopes that were not asked for lately are dropped. */
const MAX_MESSAGES = 100_000;

const TABLES_READ = ["meta", "scopes", "messages", "memories", "changes", "vectors"] as const;

/** The clocks at one moment. */
type Now = Pick<Clock, "order" | "seq"> & { rewrites: number };

export class MessageViews {
  readonly #context: EngineContext;
  readonly #views = new ViewCache<MessageView>(MAX_MESSAGES);
  #epoch = 0;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Reads all scopes that are asked for, up to date with the store. The views are the body's until it returns. */
  selected<R>(isAsked: (scope: Scope) => boolean, space: MessageSpace, body: (views: MessageView[]) => R): Promise<R> {
    return this.#views.inTurn(async () => {
      const views = await this.#context.store.read([...TABLES_READ], (tx) => this.#catchUp(tx, isAsked, space));
      this.#views.evict(views);
      return body(views);
    });
  }

  /** Forgets what is in memory of some scopes, or of all; the next search loads it again. */
  drop(scopeKeys?: readonly string[]): Promise<void> {
    return this.#views.inTurn(async () => this.#views.drop(scopeKeys));
  }

  async #catchUp(tx: ReadTx, isAsked: (scope: Scope) => boolean, space: MessageSpace): Promise<MessageView[]> {
    const clock = await readClock(tx);
    if (clock.epoch !== this.#epoch) this.#views.drop(voidedSince(this.#epoch, clock));
    this.#epoch = clock.epoch;
    const now = { ...clock, rewrites: (await readMessageClock(tx)).rewrites };
    const views: MessageView[] = [];
    for (const row of await tx.getAll("scopes")) {
      if (!isAsked(row.scope)) continue;
      const view = this.#viewOf(row, space);
      await readMessages(tx, view, now);
      await readLinks(tx, view, now);
      await readVectors(tx, view);
      // Last of all: a read that fails halfway is done again.
      view.seen = { order: now.order, rewrites: now.rewrites, seq: now.seq };
      views.push(view);
    }
    return views;
  }

  #viewOf({ scopeKey, scope }: ScopeRow, space: MessageSpace): MessageView {
    const known = this.#views.get(scopeKey);
    const view = known?.space === (space?.space ?? null) ? known : new MessageView(scopeKey, scope, space);
    this.#views.use(view);
    return view;
  }
}

async function readMessages(tx: ReadTx, view: MessageView, now: Now): Promise<void> {
  const { scopeKey, seen } = view;
  if (seen.rewrites !== now.rewrites && (await lastRewrite(tx, scopeKey)) > seen.rewrites) {
    view.replace(await tx.getAll("messages", { prefix: [scopeKey] }));
  } else if (seen.order !== now.order) {
    view.append(await tx.getAll("messages", { prefix: [scopeKey], after: [scopeKey, seen.order + 1] }));
  }
}

async function readLinks(tx: ReadTx, { scopeKey, seen, links }: MessageView, now: Now): Promise<void> {
  if (seen.seq < 0) {
    for (const record of await tx.getAll("memories", { index: "scope", prefix: [scopeKey] })) links.set(record);
  } else if (seen.seq !== now.seq) {
    const since = { index: "scope", prefix: [scopeKey], after: [scopeKey, seen.seq] };
    for (const { after } of await tx.getAll("changes", since)) links.set(after);
  }
}

/** Vectors come after their messages and in their order: so all that are missing come behind the first. */
export async function readVectors(tx: ReadTx, view: MessageView): Promise<void> {
  const first = view.space === null ? null : view.firstLacking;
  if (view.space === null || first === null) return;
  const prefix = [messageSpace(view.space), view.scopeKey];
  // The first itself is wanted, too: behind what is one less.
  const after = [...prefix, messageId({ order: first.order, index: first.index }).slice(0, -1)];
  view.setVectors(await tx.getAll("vectors", { prefix, after }));
}

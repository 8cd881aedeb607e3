/**
 * What is in memory of the messages of one scope: their words, their vectors where they are embedded, and which
 * memories came from them. A fold of the store, like a ScopeView: it can be dropped at any time (INV-5, INV-8).
 */
import { KeywordIndex } from "../search/keyword-index.ts";
import type { MessageRow, VectorRow } from "../store/store.ts";
import { leadingName } from "../text/subject.ts";
import { tokenize } from "../text/tokenize.ts";
import type { Scope } from "../types.ts";
import { PlannedIndex } from "../vector/planned-index.ts";
import { messageId } from "./kept-messages.ts";
import { SourceLinks } from "./source-links.ts";

/** A message as it is held: images may be megabytes, and are read for those that are found. */
export interface HeldMessage extends Omit<MessageRow, "images"> {
  hasImages: boolean;
}

/** Places are one number: room for so many messages in an op, a hundred times what an add takes. */
const PER_OP = 2 ** 20;

/** The space of the vectors; null where messages are not embedded. */
export type MessageSpace = { space: string; dims: number } | null;

export class MessageView {
  readonly scopeKey: string;
  readonly scope: Scope;
  readonly space: string | null;
  readonly vectors: PlannedIndex | null;
  readonly keywords = new KeywordIndex(tokenize);
  readonly links = new SourceLinks();
  /** What of the store is in: messages up to this `order` at this count of rewrites, memories up to this `seq`. */
  seen = { order: -1, rewrites: -1, seq: -1 };
  /** By id; labels are given once. */
  readonly #labels = new Map<string, number>();
  readonly #messages: (HeldMessage | undefined)[] = [];
  /** Labels in the order in which the messages were said; null where a change has made it stale. */
  #order: number[] | null = null;
  /** Labels of what wants a vector and has none. */
  readonly #lacking = new Set<number>();

  constructor(scopeKey: string, scope: Scope, space: MessageSpace) {
    this.scopeKey = scopeKey;
    this.scope = scope;
    this.space = space?.space ?? null;
    // Always exact: nobody would build a graph beside that of the memories.
    this.vectors = space && new PlannedIndex(space.dims, { hnswFrom: Infinity });
  }

  get size(): number {
    return this.#labels.size;
  }

  at(label: number): HeldMessage {
    const message = this.#messages[label];
    if (!message) throw new RangeError(`no message at label ${label}`);
    return message;
  }

  /** Labels in no order that means something. */
  labels(): number[] {
    return [...this.#labels.values()];
  }

  /** Takes in what there is: all that is not among the rows goes. */
  replace(rows: readonly MessageRow[]): void {
    const kept = new Set(rows.map(messageId));
    for (const [id, label] of this.#labels) if (!kept.has(id)) this.#remove(id, label);
    this.append(rows);
  }

  /** Takes in messages. What instructs the app's model was said by nobody, and is not searched. */
  append(rows: readonly MessageRow[]): void {
    for (const row of rows) if (row.role !== "system") this.#set(row);
  }

  /** Takes in vectors of messages that have none yet. */
  setVectors(rows: readonly VectorRow[]): void {
    for (const { id, vector } of rows) {
      const label = this.#labels.get(id);
      if (label !== undefined && this.#lacking.delete(label)) this.vectors?.set(label, vector);
    }
  }

  /** The first message that has no vector yet; null where all have one. */
  get firstLacking(): HeldMessage | null {
    let first: HeldMessage | null = null;
    for (const label of this.#lacking) {
      const message = this.at(label);
      if (first === null || placeOf(message) < placeOf(first)) first = message;
    }
    return first;
  }

  /** Those before and after it, oldest first, at most so many on either side. */
  around(label: number, count: number): { before: HeldMessage[]; after: HeldMessage[] } {
    const placeAt = (other: number): number => placeOf(this.at(other));
    const order = (this.#order ??= this.labels().sort((a, b) => placeAt(a) - placeAt(b)));
    const rank = rankOf(order, placeAt(label), placeAt);
    const of = (labels: number[]): HeldMessage[] => labels.map((other) => this.at(other));
    return {
      before: of(order.slice(Math.max(0, rank - count), rank)),
      after: of(order.slice(rank + 1, rank + 1 + count)),
    };
  }

  close(): void {
    this.vectors?.close();
  }

  #set({ images, ...row }: MessageRow): void {
    const id = messageId(row);
    const label = this.#labels.get(id) ?? this.#messages.length;
    const before = this.#messages[label];
    this.#labels.set(id, label);
    this.#messages[label] = { ...row, hasImages: images !== undefined };
    if (before?.content === row.content && before.name === row.name) return;
    const names = [...leadingName(row.content), ...(row.name === undefined ? [] : [row.name])];
    this.keywords.set(label, row.content, { place: placeOf(row), names });
    this.vectors?.remove(label);
    if (this.vectors && isEmbeddable(row)) this.#lacking.add(label);
    if (!before) this.#enter(label, placeOf(row));
  }

  /** What comes behind all others is appended; sorting is for the rest. */
  #enter(label: number, place: number): void {
    const last = this.#order?.at(-1);
    if (last === undefined || place > placeOf(this.at(last))) this.#order?.push(label);
    else this.#order = null;
  }

  #remove(id: string, label: number): void {
    this.#labels.delete(id);
    this.#messages[label] = undefined;
    this.keywords.remove(label);
    this.vectors?.remove(label);
    this.#lacking.delete(label);
    this.#order = null;
  }
}

/** Whether a message gets a vector: it is searched, and has words. */
export function isEmbeddable({ role, content }: Pick<MessageRow, "role" | "content">): boolean {
  return role !== "system" && content.trim() !== "";
}

/** Its position among all messages, as one number: by order, then by index. */
function placeOf({ order, index }: Pick<MessageRow, "order" | "index">): number {
  return order * PER_OP + index;
}

/** Where a place is in an ascending list. */
function rankOf(order: readonly number[], place: number, placeAt: (label: number) => number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placeAt(order[middle]!) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

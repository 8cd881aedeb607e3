/** What a memory's relations do to the graph: which open, which close, which entities join. */
import type { ISODate, RelationDraft } from "../types.ts";
import { byAge, contradicts, enderOf, indexOf } from "./contradictions.ts";
import { EntityBook, type EntityBookOptions } from "./entity-book.ts";
import { kinPredicate, readKinPhrase } from "./kin.ts";
import { mentions, USER_ID } from "./names.ts";
import { endingOf, isNaming, isSymmetric, kinIn, readPredicate, typesOf } from "./predicates.ts";
import { statementKey, type GraphEntity, type GraphRelation, type GraphRows } from "./rows.ts";

/** Relations of one memory; more are no statement. */
export const MAX_DRAFTS = 50;

export interface RelationsInput extends GraphRows, EntityBookOptions {
  /** What the memory's text states, in its order. */
  drafts: readonly RelationDraft[];
  memoryId: string;
  opId: string;
  /** When it was said. Something said later stays as it is. */
  at: ISODate;
  /** `seq` of the memory's change. */
  seq: number;
  /** Memories whose relations stay as they are, whatever contradicts them. @default none */
  spares?: (memoryId: string) => boolean;
  /** For an `UPDATE`: the texts. What the new one puts another value in place of, and names no more, closes. */
  texts?: { before: string; after: string };
}

export interface RelationsPlan {
  /** New or changed. */
  entities: GraphEntity[];
  /** New rows, in the order of the drafts. */
  opened: GraphRelation[];
  /** Known rows with their new `to` and `closedBy`, or spared by this op. */
  closed: GraphRelation[];
  /** Ids of rows that this very op had opened and now takes back. */
  removed: string[];
}

/**
 * Merges entities by name and settles contradictions: a second value of a predicate that holds one at a time closes the
 * first, opposites between the same two close each other, a denial closes what it denies. What is open already for
 * this memory is not opened again, so that the same plan a second time does nothing.
 */
export function planRelations(input: RelationsInput): RelationsPlan {
  const plan = new Planning(input);
  for (const draft of input.drafts.slice(0, MAX_DRAFTS)) plan.take(draft);
  if (input.texts) plan.closeReplaced(input.texts);
  return plan.result();
}

class Planning {
  readonly #input: RelationsInput;
  readonly #book: EntityBook;
  /** By id: all rows of the scope as they are by now. */
  readonly #rows: Map<string, GraphRelation>;
  readonly #touched = new Set<string>();
  readonly #opened: string[] = [];
  #next: number;

  constructor(input: RelationsInput) {
    this.#input = input;
    this.#book = new EntityBook(input.entities, input.relations.toSorted(byAge), input);
    this.#rows = new Map(input.relations.map((row) => [row.id, row]));
    const used = input.relations.filter((row) => row.openedBy === input.opId).map(indexOf);
    this.#next = 1 + Math.max(-1, ...used);
  }

  take(draft: RelationDraft): void {
    const reading = readPredicate(draft.predicate);
    if (reading === null) return;
    const predicate = reading.opens ?? reading.ends[0]!;
    const types = typesOf(predicate);
    const [first, second] = reading.inverse
      ? [
          { name: draft.target, type: draft.targetType },
          { name: draft.source, type: draft.sourceType },
        ]
      : [
          { name: draft.source, type: draft.sourceType },
          { name: draft.target, type: draft.targetType },
        ];
    // Whoever is only named to say that something is over need not be known for it.
    const enter = reading.opens === null ? (name: string) => this.#book.find(name) : this.#enter.bind(this);
    const source = enter(first.name, first.type ?? types.source);
    const kin = reading.opens === null ? null : kinIn(predicate);
    const named = isNaming(predicate)
      ? this.#book.enterName(second.name)
      : enter(second.name, second.type ?? types.target);
    // Nobody is their own sister: that is another one of the same name.
    const isOwnKin = kin !== null && source !== null && source === named;
    const target = isOwnKin ? this.#enter(`${first.name}'s ${kin} ${second.name}`) : named;
    if (source === null || target === null || source === target) return;
    for (const ended of reading.ends) this.#end({ source, predicate: ended, target }, reading.opens === null);
    if (reading.opens !== null) this.#open({ source, predicate: reading.opens, target });
  }

  /** Rows of this memory that its new text gives another target, and names no more. */
  closeReplaced({ before, after }: { before: string; after: string }): void {
    const { memoryId, opId } = this.#input;
    const own = [...this.#rows.values()].filter((row) => row.memoryId === memoryId && row.to === null);
    const fresh = own.filter((row) => row.openedBy === opId);
    for (const row of own) {
      const isReplaced = fresh.some((f) => f.source === row.source && f.predicate === row.predicate && f.id !== row.id);
      const isGone = this.#isNamed(row.target, before) && !this.#isNamed(row.target, after);
      if (isReplaced && row.openedBy !== opId && isGone) this.#close(row);
    }
  }

  result(): RelationsPlan {
    const known = new Map(this.#input.relations.map((row) => [row.id, row]));
    const opened = this.#opened.flatMap((id) => this.#rows.get(id) ?? []);
    const used = new Set([...this.#rows.values()].flatMap(({ source, target }) => [source, target]));
    return {
      entities: this.#book.changed().filter(({ id }) => used.has(id)),
      opened,
      closed: [...this.#touched].filter((id) => known.has(id)).flatMap((id) => this.#rows.get(id) ?? []),
      removed: [...known.keys()].filter((id) => !this.#rows.has(id)),
    };
  }

  /** Id of whoever a name means; "User's sister Anna" also says that the user has her. */
  #enter(name: string, type?: RelationDraft["sourceType"]): string | null {
    const phrase = readKinPhrase(name);
    if (phrase === null) return this.#book.enter(name, type);
    const owner = this.#enter(phrase.owner, "person");
    const id = this.#book.enterKin(phrase, name, owner);
    if (owner !== null && id !== null && owner !== id) {
      this.#open({ source: owner, predicate: kinPredicate(phrase.kin), target: id });
    }
    return id;
  }

  #open(stated: { source: string; predicate: string; target: string }): void {
    const { memoryId, opId, at, seq } = this.#input;
    const { source, target } = turned(stated);
    const id = `${opId}-r${this.#next}`;
    const life = { from: at, openedBy: opId, openedSeq: seq, to: null, closedBy: null };
    const rows = [...this.#rows.values()];
    const row = this.#standing({ id, source, predicate: stated.predicate, target, memoryId, ...life }, rows);
    const key = statementKey(row);
    if (rows.some((known) => known.to === null && known.memoryId === memoryId && statementKey(known) === key)) return;
    this.#next += 1;
    for (const known of rows) {
      if (contradicts(known, row) && byAge(known, row) < 0 && (known.to === null || known.to > at)) this.#close(known);
    }
    // What was said later and contradicts this, ended it then.
    const ender = enderOf(row, [...this.#rows.values()]);
    const ended = ender === null ? row : { ...row, to: ender.from, closedBy: ender.openedBy };
    this.#rows.set(id, ended);
    this.#opened.push(id);
    this.#book.note(ended);
  }

  /** What is to be spared itself is so by what was said later, too. */
  #standing(row: GraphRelation, rows: readonly GraphRelation[]): GraphRelation {
    const later = rows.filter((other) => contradicts(row, other) && byAge(other, row) > 0);
    return later.length > 0 && this.#input.spares?.(row.memoryId) ? sparedBy(row, later) : row;
  }

  /** @param isAll true where nothing else that opens says that it is over */
  #end(stated: { source: string; predicate: string; target: string }, isAll: boolean): void {
    const { memoryId, opId, at, seq } = this.#input;
    const { source, predicate, target } = turned(stated);
    const meant = [...this.#rows.values()].filter(
      (row) => row.source === source && row.predicate === predicate && row.target === target,
    );
    const ended = meant.filter((row) => row.to === null && row.from <= at);
    for (const row of ended) this.#close(row);
    if (!isAll || !ended.some((row) => this.#rows.get(row.id)?.closedBy === opId)) return;
    // Kept, so that an undo of something else knows that it was over.
    const id = `${opId}-r${this.#next++}`;
    const life = { from: at, openedBy: opId, openedSeq: seq, to: at, closedBy: opId };
    this.#rows.set(id, { id, source, predicate: endingOf(predicate), target, memoryId, ...life });
    this.#opened.push(id);
  }

  /** A relation that opens and closes in one op never held. */
  #close(row: GraphRelation): void {
    const { at, opId, memoryId, spares } = this.#input;
    const isOwn = row.openedBy === opId && row.memoryId === memoryId;
    if (!isOwn && spares?.(row.memoryId)) this.#rows.set(row.id, sparedBy(row, [{ openedBy: opId }]));
    else if (row.openedBy === opId) this.#rows.delete(row.id);
    else this.#rows.set(row.id, { ...row, to: at, closedBy: opId });
    this.#touched.add(row.id);
  }

  #isNamed(id: string, text: string): boolean {
    const entity = this.#book.get(id);
    return entity !== undefined && [entity.name, ...entity.aliases].some((name) => mentions(text, name));
  }
}

function sparedBy(row: GraphRelation, by: readonly Pick<GraphRelation, "openedBy">[]): GraphRelation {
  return { ...row, spared: [...new Set([...(row.spared ?? []), ...by.map(({ openedBy }) => openedBy)])] };
}

/** "Anna is married to User" is the user's marriage. */
function turned<T extends { source: string; predicate: string; target: string }>(stated: T): T {
  if (!isSymmetric(stated.predicate) || stated.target !== USER_ID) return stated;
  return { ...stated, source: stated.target, target: stated.source };
}

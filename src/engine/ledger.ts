/**
 * The ledger of one transaction: every change to a memory goes through it, so that record, vectors and
 * log row are always written together, under the next `seq`.
 */
import { scopeKeyOf } from "../scope.ts";
import type { WriteTx } from "../store/store.ts";
import { hashStatement } from "../text/statement.ts";
import type { Change, DecidedBy, ISODate, MemoryRecord } from "../types.ts";
import { writeClock, type Clock } from "./clock.ts";
import { closeRelationsOf, GRAPH_TABLES } from "./graph.ts";
import { filledTo, knownSpaces, rememberSpaces, writeFilledTo, type VectorSets } from "./spaces.ts";

/** Tables that a transaction needs which changes memories. */
export const LEDGER_TABLES = ["meta", "memories", "vectors", "changes", ...GRAPH_TABLES] as const;

/** The op in whose name the changes are made. */
export interface OpStamp {
  opId: string;
  order: number;
  at: ISODate;
  /** See {@link Change}. */
  asked?: string | undefined;
}

interface Why {
  reason: string;
  decidedBy: DecidedBy;
  /** The op that is taken back. */
  undoes?: string;
}

/** A record without what the ledger itself gives it. */
type Draft = Omit<
  MemoryRecord,
  "scopeKey" | "hash" | "createdAt" | "updatedAt" | "rev" | "seq" | "createdSeq" | "order" | "opId"
>;
type Changeable = Omit<Draft, "id" | "scope">;
/** Fields that a change sets; undefined takes an optional one away. */
export type Changes = { [K in keyof Changeable]?: Changeable[K] | undefined };
/** A version of a record, without what its place in this log gives it. */
type Version = Omit<MemoryRecord, "scopeKey" | "hash" | "seq" | "createdSeq">;

export class Ledger {
  readonly #tx: WriteTx;
  readonly #stamp: OpStamp;
  readonly #vectors: VectorSets;
  readonly #before: Clock;
  #seq: number;
  #memories: number;
  /** That were written, and need a vector in every space. */
  readonly #texts: string[] = [];

  constructor(tx: WriteTx, clock: Clock, stamp: OpStamp, vectors: VectorSets) {
    this.#tx = tx;
    this.#before = clock;
    this.#seq = clock.seq;
    this.#memories = clock.memories;
    this.#stamp = stamp;
    this.#vectors = vectors;
  }

  /** The clock after the changes so far. */
  get clock(): Clock {
    return { ...this.#before, seq: this.#seq, memories: this.#memories };
  }

  /**
   * To be called once, when all changes are made: writes the clock, and how far each space is filled now, so that the
   * next start has nothing to look through.
   */
  async close(): Promise<void> {
    await writeClock(this.#tx, this.clock);
    for (const space of await knownSpaces(this.#tx)) {
      const hasAll = this.#texts.every((text) => this.#vectors.get(space)?.has(text));
      const wasFilled = hasAll && (await filledTo(this.#tx, space)) === this.#before.seq;
      if (wasFilled) await writeFilledTo(this.#tx, space, this.#seq);
    }
  }

  async add(draft: Draft, why: Why): Promise<MemoryRecord> {
    const after = this.#first(draft, this.#stamp.at);
    this.#memories += 1;
    await this.#write("ADD", null, after, why);
    await this.#writeVectors(after);
    return after;
  }

  /** What held from one time to another and was said too late: it is in the log, and in no view. */
  async addFormer(draft: Draft, { from, until }: { from: ISODate; until: ISODate }, why: Why): Promise<MemoryRecord> {
    const born = this.#first(draft, from);
    await this.#write("ADD", null, born, why, from);
    const over = { ...born, rev: 2, seq: this.#seq + 1, deletedAt: until };
    await this.#write("DELETE", born, over, why, until);
    return over;
  }

  /** With a new text it is of this op's time; without one it stays as old as its words. */
  async update(before: MemoryRecord, fields: Changes, why: Why): Promise<MemoryRecord> {
    const after = this.#next(before, fields);
    await this.#write("UPDATE", before, after, why);
    if (after.hash !== before.hash) {
      await this.#dropVectors(before);
      await this.#writeVectors(after);
    }
    return after;
  }

  /** Soft: the record stays for `history`, its vectors go, its relations close. */
  async remove(before: MemoryRecord, why: Why): Promise<void> {
    this.#memories -= 1;
    await this.#write("DELETE", before, { ...this.#next(before, {}), deletedAt: this.#stamp.at }, why);
    await this.#dropVectors(before);
    await this.#closeRelations(before);
  }

  /**
   * A version as it is given, times and `order` included: what an undo restores and an import brings.
   * Only where it lies in this log is its own.
   */
  async put(event: Change["event"], before: MemoryRecord | null, version: Version, why: Why): Promise<MemoryRecord> {
    const seq = this.#seq + 1;
    const createdSeq = before?.createdSeq ?? seq;
    const scopeKey = scopeKeyOf(version.scope);
    const hash = hashStatement(version.memory);
    const after: MemoryRecord = { ...version, scopeKey, hash, seq, createdSeq, opId: this.#stamp.opId };
    const [was, is] = [isLive(before), isLive(after)];
    this.#memories += Number(is) - Number(was);
    await this.#write(event, before, after, why);
    const isSame = was && is && before?.hash === after.hash;
    if (before && !isSame) await this.#dropVectors(before);
    if (is && !isSame) await this.#writeVectors(after);
    if (was && !is) await this.#closeRelations(after);
    return after;
  }

  #first(draft: Draft, at: ISODate): MemoryRecord {
    const { opId, order } = this.#stamp;
    const seq = this.#seq + 1;
    const place = {
      scopeKey: scopeKeyOf(draft.scope),
      hash: hashStatement(draft.memory),
      rev: 1,
      seq,
      createdSeq: seq,
    };
    return { ...draft, ...place, createdAt: at, updatedAt: at, order, opId };
  }

  /** `order` and `updatedAt` are of its words: what is kept beside them makes them no newer. */
  #next(before: MemoryRecord, fields: Changes): MemoryRecord {
    const { at, opId, order } = this.#stamp;
    // The wall clock may have been set back; a memory is never updated before it was.
    const updatedAt = at > before.updatedAt ? at : before.updatedAt;
    // Cues are words of a message that the new text may not have come from.
    const said = fields.memory === undefined ? {} : { order, updatedAt, cues: undefined };
    const isKeptAnew = "metadata" in fields || "expirationDate" in fields || "immutable" in fields;
    const place = { rev: before.rev + 1, seq: this.#seq + 1, opId, ...(isKeptAnew && { keptOrder: order }) };
    const kept = Object.entries({ ...before, ...said, ...fields, ...place }).filter(([, value]) => value !== undefined);
    const after = Object.fromEntries(kept) as unknown as MemoryRecord;
    after.hash = hashStatement(after.memory);
    return after;
  }

  async #write(
    event: Change["event"],
    before: MemoryRecord | null,
    after: MemoryRecord,
    why: Why,
    at = this.#stamp.at,
  ): Promise<void> {
    this.#seq = after.seq;
    const { opId, asked } = this.#stamp;
    const { reason, decidedBy, undoes } = why;
    const once = { ...(undoes !== undefined && { undoes }), ...(asked !== undefined && { asked }) };
    const { id: memoryId, scopeKey, seq } = after;
    const change: Change = { seq, memoryId, scopeKey, opId, event, before, after, reason, decidedBy, at };
    await this.#tx.put("memories", after);
    await this.#tx.put("changes", { ...change, ...once });
  }

  async #closeRelations({ id: memoryId }: MemoryRecord): Promise<void> {
    const { opId, at } = this.#stamp;
    await closeRelationsOf(this.#tx, { memoryId, opId, at, seq: this.#seq });
  }

  async #writeVectors({ id, scopeKey, hash, memory }: MemoryRecord): Promise<void> {
    this.#texts.push(memory);
    await rememberSpaces(this.#tx, [...this.#vectors.keys()]);
    for (const [space, byText] of this.#vectors) {
      const vector = byText.get(memory);
      if (vector) await this.#tx.put("vectors", { space, scopeKey, id, hash, vector });
    }
  }

  /** Of every space, also those that this engine does not speak: they are of the old text. */
  async #dropVectors({ id, scopeKey }: MemoryRecord): Promise<void> {
    for (const space of await knownSpaces(this.#tx)) await this.#tx.delete("vectors", [space, scopeKey, id]);
  }
}

function isLive(record: MemoryRecord | null): boolean {
  return record !== null && record.deletedAt === undefined;
}

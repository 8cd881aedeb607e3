/**
 * What is in memory of one scope: its records, its words, its vectors. A fold of the store: it can be
 * dropped at any time (INV-5). One view per scope, so that a search cannot even see another (INV-8).
 */
import { KeywordIndex } from "../search/keyword-index.ts";
import { leadingName } from "../text/subject.ts";
import { tokenize } from "../text/tokenize.ts";
import type { MemoryRecord } from "../types.ts";
import type { PlannedIndex } from "../vector/planned-index.ts";

export class ScopeView {
  readonly scopeKey: string;
  readonly space: string;
  readonly vectors: PlannedIndex;
  readonly keywords = new KeywordIndex(tokenize);
  /** Everything up to this `seq` is in. */
  seq: number;
  /** What the snapshot on disk holds: changes up to this `seq` (−1: there is none), and so many rows of a graph. */
  snapshot = { seq: -1, hnswRows: 0 };
  /** Whether a record ever had an expiration date; where none had, a search need not look at each. */
  hasExpiring = false;
  /** Labels are given once: they are the row numbers of the vector index and its graph. */
  readonly #labels = new Map<string, number>();
  readonly #records: (MemoryRecord | undefined)[] = [];

  /** @param ids by label, of rows that `vectors` already holds; null for a label that is gone */
  constructor(scopeKey: string, space: string, vectors: PlannedIndex, seq: number, ids: readonly (string | null)[]) {
    this.scopeKey = scopeKey;
    this.space = space;
    this.vectors = vectors;
    this.seq = seq;
    for (const [label, id] of ids.entries()) {
      this.#records.push(undefined);
      if (id !== null) this.#labels.set(id, label);
    }
  }

  get size(): number {
    return this.keywords.size;
  }

  /** The snapshot on disk now holds what `vectors` does, up to `seq`. */
  noteSnapshot(seq: number): void {
    this.snapshot = { seq, hnswRows: this.vectors.hnswRows };
  }

  /** By label. */
  ids(): (string | null)[] {
    const ids: (string | null)[] = Array.from({ length: this.#records.length }, () => null);
    for (const [id, label] of this.#labels) ids[label] = id;
    return ids;
  }

  labelOf(id: string): number | undefined {
    return this.#labels.get(id);
  }

  at(label: number): MemoryRecord {
    const record = this.#records[label];
    if (!record) throw new RangeError(`no record at label ${label}`);
    return record;
  }

  /** Labels of records with this hash. */
  *withHash(hash: string): IterableIterator<number> {
    for (const [label, record] of this.entries()) if (record.hash === hash) yield label;
  }

  /** Live records with their labels, in no order that means something. */
  *entries(): IterableIterator<[number, MemoryRecord]> {
    for (const label of this.#labels.values()) {
      const record = this.#records[label];
      if (record) yield [label, record];
    }
  }

  /** Takes in the present version of a record. A text without a vector (yet) is found by its words. */
  set(record: MemoryRecord): void {
    if (record.deletedAt) return this.remove(record.id);
    const label = this.#labels.get(record.id) ?? this.#records.length;
    const before = this.#records[label];
    this.#labels.set(record.id, label);
    this.#records[label] = record;
    this.hasExpiring ||= record.expirationDate !== undefined;
    if (before?.memory !== record.memory || before.cues !== record.cues) this.#index(label, record);
    if (before && before.hash !== record.hash) this.vectors.remove(label);
  }

  /** Takes in a vector, where it is of the record's present text. */
  setVector(id: string, hash: string, vector: Float32Array): void {
    const label = this.#labels.get(id);
    if (label !== undefined && this.#records[label]?.hash === hash) this.vectors.set(label, vector);
  }

  remove(id: string): void {
    const label = this.#labels.get(id);
    if (label === undefined) return;
    this.#labels.delete(id);
    this.#records[label] = undefined;
    this.keywords.remove(label);
    this.vectors.remove(label);
  }

  #index(label: number, { memory, createdSeq: place, cues, actor }: MemoryRecord): void {
    const names = [...leadingName(memory), ...(actor === undefined ? [] : [actor])];
    this.keywords.set(label, memory, { place, names, ...(cues !== undefined && { cues }) });
  }

  close(): void {
    this.vectors.close();
  }
}

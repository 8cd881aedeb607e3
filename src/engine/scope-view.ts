/**
 * What is in memory of one scope: its words, its vectors, and of each record what ranking needs. A fold of the store:
 * it can be dropped at any time (INV-5). One view per scope, so that a search cannot even see another (INV-8).
 */
import { EngineError } from "../errors.ts";
import { KeywordIndex } from "../search/keyword-index.ts";
import type { ReadTx } from "../store/store.ts";
import { leadingName } from "../text/subject.ts";
import { tokenize } from "../text/tokenize.ts";
import type { MemoryRecord } from "../types.ts";
import type { PlannedIndex } from "../vector/planned-index.ts";

/** What ranking needs to know of a live record, without reading it. */
export type ViewRow = Pick<
  MemoryRecord,
  "id" | "hash" | "seq" | "createdSeq" | "createdAt" | "updatedAt" | "expirationDate" | "eventTime"
>;

/** What a view begins with. */
export interface ViewContents {
  /** By label; undefined for a label that is gone. Taken over. */
  rows: (ViewRow | undefined)[];
  keywords: KeywordIndex;
}

export class ScopeView {
  readonly scopeKey: string;
  readonly space: string;
  readonly vectors: PlannedIndex;
  readonly keywords: KeywordIndex;
  /** Everything up to this `seq` is in. */
  seq: number;
  /** Changes that were taken in since it was loaded. */
  changes = 0;
  /** What the snapshot on disk holds: all up to this `seq` (−1: there is none), so many changes and rows of a graph. */
  snapshot = { seq: -1, changes: 0, hnswRows: 0 };
  /** Whether a record ever had an expiration date; where none had, a search need not look at each. */
  hasExpiring = false;
  /** Labels are given once: they are the row numbers of the vector index and its graph. */
  readonly #labels = new Map<string, number>();
  readonly #rows: (ViewRow | undefined)[];
  /** By label, all that are live; null until they are asked for. */
  #records: Map<number, MemoryRecord> | null = null;
  #closed = false;

  /** @param vectors may hold vectors of the contents' labels already */
  constructor(
    scopeKey: string,
    space: string,
    vectors: PlannedIndex,
    seq: number,
    { rows, keywords }: ViewContents = { rows: [], keywords: new KeywordIndex(tokenize) },
  ) {
    this.scopeKey = scopeKey;
    this.space = space;
    this.vectors = vectors;
    this.seq = seq;
    this.keywords = keywords;
    this.#rows = rows;
    for (const [label, row] of rows.entries()) {
      if (row === undefined) continue;
      this.#labels.set(row.id, label);
      this.hasExpiring ||= row.expirationDate !== undefined;
    }
  }

  get size(): number {
    return this.#labels.size;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The snapshot on disk now holds what is in here up to `seq`. */
  noteSnapshot(seq: number): void {
    this.snapshot = { seq, changes: this.changes, hnswRows: this.vectors.hnswRows };
  }

  /** Labels from 0 on that were ever given. */
  get labelCount(): number {
    return this.#rows.length;
  }

  labelOf(id: string): number | undefined {
    return this.#labels.get(id);
  }

  /** Undefined for a label that is gone. */
  rowOf(label: number): ViewRow | undefined {
    return this.#rows[label];
  }

  rowAt(label: number): ViewRow {
    const row = this.#rows[label];
    if (!row) throw new RangeError(`no row at label ${label}`);
    return row;
  }

  /** Live rows with their labels, in no order that means something. */
  *rows(): IterableIterator<[number, ViewRow]> {
    for (const [label, row] of this.#rows.entries()) if (row) yield [label, row];
  }

  /** Labels of records with this hash. A plain loop: every fact of an add asks, and an iterator costs ten times as much. */
  withHash(hash: string): number[] {
    const labels: number[] = [];
    for (let label = 0; label < this.#rows.length; label++) {
      if (this.#rows[label]?.hash === hash) labels.push(label);
    }
    return labels;
  }

  /**
   * The version that ranking saw.
   * @param tx in which the view was brought up to date
   */
  async recordAt(label: number, tx: ReadTx): Promise<MemoryRecord> {
    const { id, seq } = this.rowAt(label);
    const record = this.#records?.get(label) ?? (await tx.get("memories", id));
    if (record?.seq === seq) return record;
    throw new EngineError(
      "engine_crashed",
      "keepsake: what is in memory and what is stored differ. Open a new Memory.",
    );
  }

  /**
   * All live records by label, for what a row does not tell: read once, when they are first asked for, and kept.
   * @param tx in which the view was brought up to date
   */
  async records(tx: ReadTx): Promise<ReadonlyMap<number, MemoryRecord>> {
    if (this.#records) return this.#records;
    // Kept when it is whole: a read that fails halfway is done again.
    const records = new Map<number, MemoryRecord>();
    for (const record of await tx.getAll("memories", { index: "scope", prefix: [this.scopeKey] })) {
      const label = this.#labels.get(record.id);
      if (label !== undefined) records.set(label, record);
    }
    return (this.#records = records);
  }

  /** From now on, records that are set stay in here. */
  keepRecords(): void {
    this.#records ??= new Map();
  }

  /**
   * Takes in the present version of a record. A text without a vector (yet) is found by its words.
   * @param record a live one, or a deleted one, which is taken out
   */
  set(record: MemoryRecord): void {
    if (record.deletedAt) return this.remove(record.id);
    const label = this.#labels.get(record.id) ?? this.#rows.length;
    const before = this.#rows[label];
    this.#labels.set(record.id, label);
    this.#rows[label] = rowOf(record);
    this.#records?.set(label, record);
    this.hasExpiring ||= record.expirationDate !== undefined;
    if (before?.seq !== record.seq) this.#index(label, record);
    if (before && before.hash !== record.hash) this.vectors.remove(label);
  }

  /** Takes in a vector, where it is of the record's present text. */
  setVector(id: string, hash: string, vector: Float32Array): void {
    const label = this.#labels.get(id);
    if (label !== undefined && this.#rows[label]?.hash === hash) this.vectors.set(label, vector);
  }

  remove(id: string): void {
    const label = this.#labels.get(id);
    if (label === undefined) return;
    this.#labels.delete(id);
    this.#rows[label] = undefined;
    this.#records?.delete(label);
    this.keywords.remove(label);
    this.vectors.remove(label);
  }

  #index(label: number, { memory, createdSeq: place, cues, actor }: MemoryRecord): void {
    const names = [...leadingName(memory), ...(actor === undefined ? [] : [actor])];
    this.keywords.set(label, memory, { place, names, ...(cues !== undefined && { cues }) });
  }

  close(): void {
    this.#closed = true;
    this.#records = null;
    this.vectors.close();
  }
}

function rowOf(record: MemoryRecord): ViewRow {
  const { id, hash, seq, createdSeq, createdAt, updatedAt, expirationDate, eventTime } = record;
  return {
    id,
    hash,
    seq,
    createdSeq,
    createdAt,
    updatedAt,
    ...(expirationDate !== undefined && { expirationDate }),
    ...(eventTime !== undefined && { eventTime }),
  };
}

/** The rows of a view as columns. */
import type { MemoryRecord } from "../types.ts";
import type { ViewRow } from "./scope-view.ts";

/** What few records have. */
type Rare = Pick<MemoryRecord, "expirationDate" | "eventTime">;

export interface PackedRows {
  /** Labels that were ever given, from 0 on. */
  count: number;
  labels: Uint32Array;
  seqs: Float64Array;
  createdSeqs: Float64Array;
  ids: string[];
  hashes: string[];
  createdAt: string[];
  updatedAt: string[];
  /** By position among the labels. */
  rare: [number, Rare][];
}

/** Packs rows one by one, so that it can be done in slices. */
export class RowPacker {
  readonly #labels: number[] = [];
  readonly #rows: ViewRow[] = [];

  add(label: number, row: ViewRow): void {
    this.#labels.push(label);
    this.#rows.push(row);
  }

  /** @param count of labels that were ever given */
  packed(count: number): PackedRows {
    const rows = this.#rows;
    return {
      count,
      labels: new Uint32Array(this.#labels),
      seqs: new Float64Array(rows.map((row) => row.seq)),
      createdSeqs: new Float64Array(rows.map((row) => row.createdSeq)),
      ids: rows.map((row) => row.id),
      hashes: rows.map((row) => row.hash),
      createdAt: rows.map((row) => row.createdAt),
      updatedAt: rows.map((row) => row.updatedAt),
      rare: [...rows.entries()].flatMap(([i, row]): [number, Rare][] => (hasRare(row) ? [[i, rareOf(row)]] : [])),
    };
  }
}

/** By label; undefined for a label that is gone. */
export function unpackRows(packed: PackedRows): (ViewRow | undefined)[] {
  const rows = Array.from({ length: packed.count }, (): ViewRow | undefined => undefined);
  for (const [i, label] of packed.labels.entries()) {
    rows[label] = {
      id: packed.ids[i] as string,
      hash: packed.hashes[i] as string,
      seq: packed.seqs[i] as number,
      createdSeq: packed.createdSeqs[i] as number,
      createdAt: packed.createdAt[i] as string,
      updatedAt: packed.updatedAt[i] as string,
    };
  }
  for (const [i, rare] of packed.rare) Object.assign(rows[packed.labels[i] as number] as ViewRow, rare);
  return rows;
}

function hasRare(row: ViewRow): boolean {
  return row.expirationDate !== undefined || row.eventTime !== undefined;
}

function rareOf({ expirationDate, eventTime }: ViewRow): Rare {
  return { ...(expirationDate !== undefined && { expirationDate }), ...(eventTime !== undefined && { eventTime }) };
}

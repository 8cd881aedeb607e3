/** Most labels per row held for which a table is kept: beyond, a map takes less memory. */
const MAX_LABELS_PER_ROW = 4;
const FIRST_LABELS = 64;

/**
 * The row of each label. A table for small labels, as those of a scope are (0, 1, 2, …): reading it takes 2 ns where
 * a Map takes 30 to 80, and a filter that leaves half of 50,000 rows asks 25,000 times. A map for the others.
 */
export class LabelRows {
  /** Row + 1 by label; 0 for none. */
  #table = new Uint32Array(FIRST_LABELS);
  /** Labels beyond the table. */
  readonly #others = new Map<number, number>();
  #size = 0;

  /** −1 where there is none, for any number. */
  rowOf(label: number): number {
    const held = this.#table[label];
    return held === undefined ? (this.#others.get(label) ?? -1) : held - 1;
  }

  /** @param label checked: an integer from 0 to 2³² − 1 */
  set(label: number, row: number): void {
    if (this.rowOf(label) < 0) this.#size += 1;
    if (label >= this.#table.length && label < this.#size * MAX_LABELS_PER_ROW + FIRST_LABELS) this.#growTo(label + 1);
    if (label < this.#table.length) this.#table[label] = row + 1;
    else this.#others.set(label, row);
  }

  delete(label: number): void {
    if (this.rowOf(label) < 0) return;
    this.#size -= 1;
    if (label < this.#table.length) this.#table[label] = 0;
    else this.#others.delete(label);
  }

  #growTo(length: number): void {
    const table = new Uint32Array(Math.max(length, Math.ceil(this.#table.length * 1.5)));
    table.set(this.#table);
    this.#table = table;
    for (const [label, row] of this.#others) {
      if (label >= table.length) continue;
      table[label] = row + 1;
      this.#others.delete(label);
    }
  }
}

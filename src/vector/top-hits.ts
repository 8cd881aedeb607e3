import type { VectorHit } from "./vector-index.ts";

/**
 * The best k of many offers, in O(n log k) and without an object per offer: a binary heap in two arrays
 * whose root is the worst hit kept. Of equal similarities the smaller label is the better one.
 */
export class TopHits {
  readonly #k: number;
  readonly #labels: number[] = [];
  readonly #similarities: number[] = [];

  /** @param k how many to keep at most; non-negative integer */
  constructor(k: number) {
    this.#k = k;
  }

  /** How many are kept at most. */
  get room(): number {
    return this.#k;
  }

  /** The similarity of the worst hit kept, which a further one must reach; −Infinity while there is room. */
  get floor(): number {
    return this.#labels.length < this.#k ? -Infinity : (this.#similarities[0] ?? -Infinity);
  }

  offer(label: number, similarity: number): void {
    const size = this.#labels.length;
    if (size < this.#k) {
      this.#labels.push(label);
      this.#similarities.push(similarity);
      this.#up(size);
    } else if (size > 0 && this.#isWorse(0, label, similarity)) {
      this.#labels[0] = label;
      this.#similarities[0] = similarity;
      this.#down();
    }
  }

  /** Everything kept, best first. Empties the heap. */
  take(): VectorHit[] {
    const hits = new Array<VectorHit>(this.#labels.length);
    for (let i = hits.length - 1; i >= 0; i -= 1) {
      hits[i] = { label: this.#labels[0] as number, similarity: this.#similarities[0] as number };
      this.#labels[0] = this.#labels[i] as number;
      this.#similarities[0] = this.#similarities[i] as number;
      this.#labels.pop();
      this.#similarities.pop();
      this.#down();
    }
    return hits;
  }

  /** Whether the hit at `at` is worse than this one. */
  #isWorse(at: number, label: number, similarity: number): boolean {
    const own = this.#similarities[at] as number;
    return own < similarity || (own === similarity && (this.#labels[at] as number) > label);
  }

  #up(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorse(at, this.#labels[parent] as number, this.#similarities[parent] as number)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(): void {
    const size = this.#labels.length;
    for (let at = 0; ;) {
      let worst = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < size; child += 1) {
        if (this.#isWorse(child, this.#labels[worst] as number, this.#similarities[worst] as number)) worst = child;
      }
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }

  #swap(a: number, b: number): void {
    const label = this.#labels[a] as number;
    const similarity = this.#similarities[a] as number;
    this.#labels[a] = this.#labels[b] as number;
    this.#similarities[a] = this.#similarities[b] as number;
    this.#labels[b] = label;
    this.#similarities[b] = similarity;
  }
}

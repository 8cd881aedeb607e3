/** The VectorIndex port: derived data, always rebuildable from the store (INV-5). */

export interface VectorHit {
  /** Non-negative integer below 2³². */
  label: number;
  /** Cosine similarity in [−1, 1], higher is better. */
  similarity: number;
}

export interface VectorIndex {
  readonly dims: number;
  /** Number of labels held. */
  readonly size: number;
  /**
   * Insert, or replace what the label held.
   * @param vector `dims` finite numbers of unit length; copied.
   * @throws {EmbedderError} embedder_failed for a wrong length or a number that is not finite; nothing is changed then
   */
  set(label: number, vector: Float32Array): void;
  /** Forget a label. Unknown labels are ignored. */
  remove(label: number): void;
  has(label: number): boolean;
  /**
   * The nearest labels, best first; equal similarities by ascending label. Fewer than `topK` only where
   * there are no more. An exact index is deterministic; an approximate one is for one insert order and seed.
   * @param topK non-negative integer; 0 gives []
   * @param allowed when given, only these labels are candidates (any order, no duplicates; unknown ones ignored)
   */
  search(query: Float32Array, topK: number, allowed?: ArrayLike<number>): VectorHit[];
  /** Frees memory outside the JS heap. The index is unusable after it; a second call does nothing. */
  close(): void;
}

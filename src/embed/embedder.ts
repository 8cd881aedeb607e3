/** The Embedder port. */
export interface Embedder {
  /**
   * Identity of the embedding space: changes whenever the same text would get another vector
   * (model, weights, pooling, version). Vectors of two spaces are never compared (INV-9).
   */
  readonly space: string;
  /** Length of every vector. */
  readonly dims: number;
  /**
   * `lexical`: similarity means shared words, so it may rank but not decide.
   * @default "semantic"
   */
  readonly kind?: "semantic" | "lexical";
  /**
   * One vector per text, in the order of the texts; each `dims` long, finite and of unit length
   * (norm 1 ± 1e-3). Empty and very long texts are legal: a text beyond the model's window is
   * truncated. Rejects as a whole or resolves as a whole.
   * @throws {EmbedderError} embedder_failed
   */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  /** Frees what it holds. Calls after it reject. */
  close?(): Promise<void>;
}

export function isEmbedder(value: unknown): value is Embedder {
  return typeof value === "object" && value !== null && "embed" in value && typeof value.embed === "function";
}

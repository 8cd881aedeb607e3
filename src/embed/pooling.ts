/**
 * Token vectors into text vectors: the mean over the tokens of a text, scaled to unit length.
 * Our own, because the library's loop (`mean_pooling` of @xenova/transformers 2.17) converts a BigInt per
 * number: 220 ms for 16 texts of 64 tokens where the model itself takes 1.5 ms.
 */
import { EmbedderError } from "../errors.ts";

/** Below this a vector has no direction left to scale up. */
const SMALLEST_NORM = 1e-12;

/** Names the arithmetic in the id of an embedding space: change it with every change of the numbers. */
export const POOLING = "mean1";

/**
 * Mean pooling and L2 normalization.
 * @param hidden token vectors, row-major `[texts, tokens, width]`
 * @param mask attention mask `[texts, tokens]`: 0 for padding. BigInt64Array in practice
 * @param shape `[texts, tokens, width]`
 * @returns one vector per text, in order, each of unit length; {@link blankVector} where all tokens are
 *   masked or cancel each other out
 * @throws {EmbedderError} embedder_failed, where shapes disagree or a vector is not finite
 */
export function meanPool(
  hidden: Float32Array,
  mask: ArrayLike<bigint | number>,
  shape: readonly [texts: number, tokens: number, width: number],
): Float32Array[] {
  const [texts, tokens, width] = shape;
  if (hidden.length !== texts * tokens * width || mask.length !== texts * tokens) {
    throw new EmbedderError(
      "embedder_failed",
      `The model's output does not fit its input: ${hidden.length} numbers and ${mask.length} mask entries for ` +
        `[${shape.join(", ")}]. It is not a sentence-embedding model; choose another one.`,
    );
  }
  const pooled: Float32Array[] = [];
  for (let text = 0; text < texts; text++) {
    const sum = new Float32Array(width);
    for (let token = text * tokens; token < (text + 1) * tokens; token++) {
      // Once per token: a BigInt comparison costs as much as dozens of additions.
      if (Number(mask[token]) !== 0) addRow(sum, hidden, token * width);
    }
    pooled.push(normalize(sum));
  }
  return pooled;
}

/** The mean has the direction of the sum, so the division by the number of tokens is left out. */
function addRow(sum: Float32Array, hidden: Float32Array, offset: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (hidden[offset + i] as number);
}

/**
 * Scales a vector to unit length, in place. A vector without a direction becomes {@link blankVector}.
 * @throws {EmbedderError} embedder_failed, where it holds NaN or an infinity
 */
export function normalize(vector: Float32Array): Float32Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += (vector[i] as number) * (vector[i] as number);
  const norm = Math.sqrt(squares);
  // One NaN would poison an HNSW graph for good (facts: vector index), so it stops here.
  if (!Number.isFinite(norm)) {
    throw new EmbedderError(
      "embedder_failed",
      "The model gave a vector that is not finite. Its weights may be damaged: try `quantized: false` or another model.",
    );
  }
  if (norm < SMALLEST_NORM) return blankVector(vector.length);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / norm;
  return vector;
}

/** The vector of a text that says nothing: the first axis. Unit length, so that no index trips over it. */
export function blankVector(dims: number): Float32Array {
  const vector = new Float32Array(dims);
  vector[0] = 1;
  return vector;
}

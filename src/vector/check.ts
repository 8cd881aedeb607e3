/** The checks that every index makes at its door, so that all of them refuse the same things. */
import { EmbedderError, EngineError, InvalidInputError } from "../errors.ts";
import type { VectorHit } from "./vector-index.ts";

const MAX_LABEL = 2 ** 32 - 1;

/** @throws {EmbedderError} embedder_failed for a wrong length or a number that is not finite */
export function checkVector(vector: Float32Array, dims: number): void {
  if (vector.length !== dims) {
    throw new EmbedderError("embedder_failed", `A vector has ${vector.length} numbers where ${dims} are expected.`);
  }
  // The sum of squares of finite floats cannot overflow a double, so it is finite exactly when all are.
  let sum = 0;
  for (let i = 0; i < dims; i += 1) sum += (vector[i] as number) * (vector[i] as number);
  if (!Number.isFinite(sum)) {
    throw new EmbedderError("embedder_failed", "A vector holds a number that is not finite (NaN or Infinity).");
  }
}

/** @throws {InvalidInputError} hnswlib would silently take 1.5 for 1 and NaN for 0 */
export function checkLabel(label: number): void {
  if (!Number.isInteger(label) || label < 0 || label > MAX_LABEL) {
    throw new InvalidInputError(`A label is an integer from 0 to ${MAX_LABEL}, not ${label}.`);
  }
}

/** @throws {InvalidInputError} */
export function checkTopK(topK: number): void {
  if (!Number.isInteger(topK) || topK < 0) throw new InvalidInputError(`topK is a non-negative integer, not ${topK}.`);
}

/** @throws {InvalidInputError} */
export function checkDims(dims: number): void {
  if (!Number.isInteger(dims) || dims < 1) throw new InvalidInputError(`dims is a positive integer, not ${dims}.`);
}

/** What every call of a closed index throws. */
export function closedError(): EngineError {
  return new EngineError("closed", "The vector index is closed.");
}

/** Rounding takes the dot product of unit vectors past 1 by some 1e-7. */
export function clampSimilarity(similarity: number): number {
  return similarity > 1 ? 1 : similarity < -1 ? -1 : similarity;
}

/** Best first; equal similarities by ascending label. */
export function byRank(a: VectorHit, b: VectorHit): number {
  return b.similarity - a.similarity || a.label - b.label;
}

/** Cosine of two vectors of unit length. */
export function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined) throw new Error("a vector is missing");
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0);
}

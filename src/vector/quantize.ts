/**
 * Vectors as small integers, and how far a product of the integers can be from that of the vectors. Pure.
 *
 * A row x is stored as int8 codes c and a scale s, a query q is coded as int16 d and a scale t. Exactly:
 *
 *     q·x = t s (d·c) + t d·(x − s c) + (q − t d)·x
 *
 * so by Cauchy-Schwarz |q·x − t s (d·c)| ≤ ‖t d‖ ‖x − s c‖ + ‖q − t d‖ ‖x‖. Both errors are measured, not
 * estimated: ‖x − s c‖ once per row (0.007 for 384 evenly spread numbers), ‖q − t d‖ once per search. The query can
 * have 16 bits because the kernel multiplies 16-bit numbers anyway; its part is 200 times smaller than the row's.
 */

/** Rows and queries are padded with zeros to a multiple of this. */
export const LANES = 8;
/** Beyond this length of a row or query the bounds below do not hold. Vectors of the port have length 1. */
export const MAX_NORM = 2;
/** Beyond this the bounds below do not hold. */
export const MAX_DIMS = 16_384;
const MAX_CODE = 127;
/** Half the distance of two neighboring floats in [1, 2): the relative error of one rounding. */
const UNIT = 2 ** -24;
/** A query below is coded as zeros, which its error then says. */
const TINY = 1e-30;

export function paddedDims(dims: number): number {
  return Math.ceil(dims / LANES) * LANES;
}

export function normOf(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i += 1) sum += (vector[i] as number) * (vector[i] as number);
  return Math.sqrt(sum);
}

/**
 * The kernel sums squares in floats, a quarter of them per lane: a norm is too small by at most this factor.
 * (Roundings before the sum, and squares too small for a float, are in the slacks.)
 */
export function normWidening(dims: number): number {
  return 1 + (dims / 4 + 16) * UNIT;
}

export interface CodedQuery {
  scale: number;
  /** ‖t d‖, rounded up. */
  norm: number;
  /** ‖q − t d‖ */
  error: number;
}

/** Writes the codes of a query, so small that the kernel's 32-bit sums hold {@link MAX_CODE} × any of them × dims. */
export function codeQuery(query: Float32Array, codes: Int16Array): CodedQuery {
  const maxCode = Math.min(32_767, Math.floor((2 ** 31 - 1) / (MAX_CODE * paddedDims(query.length))));
  const max = maxOf(query);
  const scale = Math.fround(max / maxCode);
  const inverse = max < TINY ? 0 : maxCode / max;
  let error = 0;
  let norm = 0;
  for (let i = 0; i < query.length; i += 1) {
    const code = Math.max(-maxCode, Math.min(maxCode, Math.round((query[i] as number) * inverse)));
    codes[i] = code;
    error += ((query[i] as number) - code * scale) ** 2;
    norm += (code * scale) ** 2;
  }
  return { scale, norm: Math.sqrt(norm) * (1 + 4 * UNIT), error: Math.sqrt(error) };
}

/**
 * The kernel's `dotI8` plus this is at least the similarity. Beside the query's own error: six roundings to float of
 * terms below 13 (norms of at most {@link MAX_NORM}, a row's error of at most 1), the roundings in a row's error, and
 * one of the floor it is compared with.
 * @param maxNorm of the rows
 */
export function int8Slack(query: CodedQuery, maxNorm: number): number {
  return query.error * maxNorm * (1 + 4 * UNIT) + 128 * UNIT;
}

/**
 * The kernel's `dotF32` differs from the similarity by at most this: a quarter of the products is summed per lane,
 * with one rounding each. (The similarity's own error, in double precision, is lost in the last term.)
 */
export function floatSlack(dims: number, queryNorm: number, maxNorm: number): number {
  return (paddedDims(dims) / 4 + 4) * UNIT * queryNorm * maxNorm * 1.01 + 4 * UNIT;
}

function maxOf(vector: Float32Array): number {
  let max = 0;
  for (let i = 0; i < vector.length; i += 1) max = Math.max(max, Math.abs(vector[i] as number));
  return max;
}

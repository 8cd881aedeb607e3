/** The SIMD kernel in plain JS, operation by operation in the same order: what it computes is equal to the last bit. */

const { fround } = Math;

/** The kernel's `dotF32` for one row. */
export function dotF32(row: Float32Array, query: Float32Array): number {
  const lanes = [0, 0, 0, 0];
  for (let i = 0; i < row.length; i += 1) {
    const lane = i % 4;
    lanes[lane] = fround((lanes[lane] as number) + fround((row[i] as number) * (query[i] as number)));
  }
  return sumOf(lanes);
}

/** The kernel's `dotI8` for one row: exact integers, then the bound. */
export function dotI8(row: CodedRow, query: Int16Array, scale: number, norm: number): number {
  let sum = 0;
  for (let i = 0; i < row.codes.length; i += 1) sum += (row.codes[i] as number) * (query[i] as number);
  const similarity = fround(fround(fround(sum) * fround(scale)) * row.scale);
  return fround(similarity + fround(row.error * fround(norm)));
}

export interface CodedRow {
  codes: Int8Array;
  scale: number;
  error: number;
}

/** The kernel's `quantize`. */
export function quantize(row: Float32Array, widen: number): CodedRow & { square: number } {
  const max = row.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const scale = max >= fround(1e-30) ? fround(max / 127) : 0;
  const inverse = max >= fround(1e-30) ? fround(127 / max) : 0;
  const rounded = row.map((number) => nearest(fround(number * inverse)));
  const rest = row.map((number, i) => fround(number - fround((rounded[i] as number) * scale)));
  const error = fround(fround(Math.sqrt(squareOf(rest))) * fround(widen));
  return { codes: Int8Array.from(rounded), scale, error, square: squareOf(row) };
}

/** The kernel's `collect`. */
export function collect(scores: Float32Array, floor: number): number[] {
  return [...scores.keys()].filter((i) => (scores[i] as number) >= floor);
}

function squareOf(numbers: Float32Array): number {
  const lanes = [0, 0, 0, 0];
  numbers.forEach((number, i) => {
    lanes[i % 4] = fround((lanes[i % 4] as number) + fround(number * number));
  });
  return fround(fround(lanes[0]! + lanes[1]!) + fround(lanes[2]! + lanes[3]!));
}

function sumOf([a, b, c, d]: number[]): number {
  return fround(fround(a! + c!) + fround(b! + d!));
}

/** Halves to even, as IEEE says and Math.round does not. */
function nearest(number: number): number {
  const rounded = Math.round(number);
  return Math.abs(number % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Vectors in JSON: base64 of 32-bit floats, little-endian. */
import { fail } from "./check.ts";

const FLOAT_BYTES = 4;
/** How far a norm may be from 1. */
const NORM_TOLERANCE = 1e-3;

export function encodeVector(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(vector.length * FLOAT_BYTES));
  vector.forEach((value, i) => view.setFloat32(i * FLOAT_BYTES, value, true));
  return btoa(Array.from(new Uint8Array(view.buffer), (byte) => String.fromCharCode(byte)).join(""));
}

/** @throws {InvalidInputError} where it is no vector of unit length: one such would poison an index for good */
export function decodeVector(base64: string, path: string): Float32Array {
  const bytes = bytesOf(base64, path);
  const view = new DataView(bytes.buffer);
  const vector = Float32Array.from({ length: bytes.length / FLOAT_BYTES }, (_, i) =>
    view.getFloat32(i * FLOAT_BYTES, true),
  );
  const squares = vector.reduce((sum, value) => sum + value * value, 0);
  // Written so that NaN fails.
  if (!(Math.abs(Math.sqrt(squares) - 1) <= NORM_TOLERANCE)) fail(path, "is not a vector of unit length");
  return vector;
}

function bytesOf(base64: string, path: string): Uint8Array {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    if (bytes.length > 0 && bytes.length % FLOAT_BYTES === 0) return bytes;
  } catch {
    // Said below.
  }
  return fail(path, "must be base64 of 32-bit floats");
}

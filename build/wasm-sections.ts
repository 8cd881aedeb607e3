/** Just enough of the wasm binary format to drop the `name` section, which only debuggers read. */

const HEADER_BYTES = 8;
const CUSTOM = 0;

/** The module without its `name` section. @throws {Error} when it is not a wasm module or has no such section */
export function withoutNameSection(wasm: Uint8Array): Uint8Array {
  if (wasm[0] !== 0 || wasm[1] !== 0x61 || wasm[2] !== 0x73 || wasm[3] !== 0x6d) throw new Error("not a wasm module");
  let at = HEADER_BYTES;
  while (at < wasm.length) {
    const size = readLeb(wasm, at + 1);
    const end = size.next + size.value;
    if (wasm[at] === CUSTOM && customName(wasm, size.next) === "name") return cut(wasm, at, end);
    at = end;
  }
  throw new Error("the wasm module has no name section");
}

function customName(wasm: Uint8Array, at: number): string {
  const length = readLeb(wasm, at);
  return new TextDecoder().decode(wasm.subarray(length.next, length.next + length.value));
}

function cut(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const rest = new Uint8Array(bytes.length - (to - from));
  rest.set(bytes.subarray(0, from));
  rest.set(bytes.subarray(to), from);
  return rest;
}

/** An unsigned LEB128 number: 7 bits per byte, the low ones first. */
function readLeb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0, next = at; next < bytes.length && shift < 35; shift += 7, next += 1) {
    const byte = bytes[next] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: next + 1 };
  }
  throw new Error("broken LEB128 number in the wasm module");
}

/**
 * As much of a WebAssembly text assembler as `build/simd-kernel.wat` needs: one imported memory, exported functions,
 * flat instructions. Why not wabt: two hundred lines against megabytes of a tool, and these bytes change about never.
 * Its wat2wasm (1.0.39) gives the same bytes.
 */

const TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
const VOID = 0x40;
const SIMD = 0xfd;
/** "\0asm", version 1. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Mnemonic → opcode and the kind of its immediate. @type {Record<string, [number[], Immediate?]>} */
const INSTRUCTIONS = {
  loop: [[0x03], "block"],
  if: [[0x04], "block"],
  end: [[0x0b], "end"],
  br_if: [[0x0d], "label"],
  "local.get": [[0x20], "local"],
  "local.set": [[0x21], "local"],
  "local.tee": [[0x22], "local"],
  "i32.load": [[0x28], "memory32"],
  "f32.load": [[0x2a], "memory32"],
  "i32.store": [[0x36], "memory32"],
  "i64.store": [[0x37], "memory64"],
  "f32.store": [[0x38], "memory32"],
  "i32.const": [[0x41], "signed"],
  "f32.const": [[0x43], "float"],
  "i32.lt_u": [[0x49]],
  "i32.gt_s": [[0x4a]],
  "f32.ge": [[0x60]],
  "i32.ctz": [[0x68]],
  "i32.add": [[0x6a]],
  "i32.sub": [[0x6b]],
  "i32.and": [[0x71]],
  "i32.shl": [[0x74]],
  "i32.shr_u": [[0x76]],
  "f32.sqrt": [[0x91]],
  "f32.add": [[0x92]],
  "f32.mul": [[0x94]],
  "f32.div": [[0x95]],
  "f32.max": [[0x97]],
  "v128.load": [[SIMD, 0x00], "memory128"],
  "v128.load8x8_s": [[SIMD, 0x01], "memory64"],
  "v128.store": [[SIMD, 0x0b], "memory128"],
  "i8x16.shuffle": [[SIMD, 0x0d], "lanes16"],
  "i32x4.splat": [[SIMD, 0x11]],
  "f32x4.splat": [[SIMD, 0x13]],
  "i64x2.extract_lane": [[SIMD, 0x1d], "lane"],
  "f32x4.extract_lane": [[SIMD, 0x1f], "lane"],
  "f32x4.replace_lane": [[SIMD, 0x20], "lane"],
  "f32x4.ge": [[SIMD, 0x46]],
  "i8x16.narrow_i16x8_s": [[SIMD, 0x65]],
  "f32x4.nearest": [[SIMD, 0x6a]],
  "i16x8.narrow_i32x4_s": [[SIMD, 0x85, 0x01]],
  "i32x4.bitmask": [[SIMD, 0xa4, 0x01]],
  "i32x4.add": [[SIMD, 0xae, 0x01]],
  "i32x4.dot_i16x8_s": [[SIMD, 0xba, 0x01]],
  "f32x4.abs": [[SIMD, 0xe0, 0x01]],
  "f32x4.add": [[SIMD, 0xe4, 0x01]],
  "f32x4.sub": [[SIMD, 0xe5, 0x01]],
  "f32x4.mul": [[SIMD, 0xe6, 0x01]],
  "f32x4.max": [[SIMD, 0xe9, 0x01]],
  "i32x4.trunc_sat_f32x4_s": [[SIMD, 0xf8, 0x01]],
  "f32x4.convert_i32x4_s": [[SIMD, 0xfa, 0x01]],
};

/** log2 of the natural alignment, as the binary format wants it. */
const ALIGNMENT = { memory32: 2, memory64: 3, memory128: 4 };

/**
 * @param {string} text
 * @returns {Uint8Array}
 * @throws {Error} on everything it does not know
 */
export function assemble(text) {
  const [[module, ...fields]] = /** @type {any} */ (parse(text));
  if (module !== "module") throw new Error("(module …) is expected");
  const functions = fields.filter(([kind]) => kind === "func").map(readFunction);
  const imports = fields.filter(([kind]) => kind === "import").map(([, ...rest]) => memoryImport(rest));
  const exports = functions.map(({ name }, index) => [...string(name), 0x00, ...unsigned(index)]);
  return Uint8Array.from([
    ...HEADER,
    ...section(
      1,
      functions.map(({ type }) => type),
    ),
    ...section(2, imports),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(7, exports),
    ...section(
      10,
      functions.map(({ code }) => [...unsigned(code.length), ...code]),
    ),
  ]);
}

function memoryImport([module, name, [kind, pages]]) {
  if (kind !== "memory") throw new Error(`only a memory can be imported, not ${kind}`);
  return [...string(module), ...string(name), 0x02, 0x00, ...unsigned(Number(pages))];
}

function readFunction([, ...items]) {
  const lists = (kind) => items.filter((item) => Array.isArray(item) && item[0] === kind).map(([, ...rest]) => rest);
  const params = lists("param");
  const locals = lists("local");
  const results = lists("result").map(([type]) => typeOf(type));
  const indexes = new Map([...params, ...locals].map(([name], index) => [name, index]));
  const words = items.filter((item) => !Array.isArray(item));
  const body = [...vector(runs(locals.map(([, type]) => typeOf(type)))), ...instructions(words, indexes), 0x0b];
  const type = [0x60, ...vector(params.map(([, type]) => [typeOf(type)])), ...vector(results.map((one) => [one]))];
  return { name: lists("export")[0][0], type, code: body };
}

/** Locals are declared as runs of one type. */
function runs(types) {
  const list = [];
  for (const type of types) {
    if (list.at(-1)?.[1] === type) list.at(-1)[0] += 1;
    else list.push([1, type]);
  }
  return list;
}

function instructions(words, locals) {
  const bytes = [];
  const labels = [];
  for (let at = 0; at < words.length;) {
    const word = words[at++];
    const known = INSTRUCTIONS[word];
    if (known === undefined) throw new Error(`unknown instruction: ${word}`);
    const [opcode, immediate] = known;
    bytes.push(...opcode);
    if (immediate === "block") {
      const label = words[at]?.startsWith("$") ? words[at++] : null;
      labels.push(label);
      bytes.push(VOID);
    } else if (immediate === "end") {
      labels.pop();
    } else if (immediate === "label") {
      const depth = labels.toReversed().indexOf(words[at++]);
      if (depth < 0) throw new Error(`unknown label: ${words[at - 1]}`);
      bytes.push(...unsigned(depth));
    } else if (immediate === "local") {
      const index = locals.get(words[at++]);
      if (index === undefined) throw new Error(`unknown local: ${words[at - 1]}`);
      bytes.push(...unsigned(index));
    } else if (immediate === "signed") {
      bytes.push(...signed(Number(words[at++])));
    } else if (immediate === "float") {
      bytes.push(...new Uint8Array(Float32Array.of(Number(words[at++])).buffer));
    } else if (immediate === "lane") {
      bytes.push(Number(words[at++]));
    } else if (immediate === "lanes16") {
      bytes.push(...words.slice(at, (at += 16)).map(Number));
    } else if (immediate !== undefined) {
      const offset = words[at]?.startsWith("offset=") ? Number(words[at++].slice("offset=".length)) : 0;
      bytes.push(ALIGNMENT[immediate], ...unsigned(offset));
    }
  }
  return bytes;
}

/** Nested lists of words; strings lose their quotes, comments go. */
function parse(text) {
  const tokens = text.replace(/;;.*$/gm, "").match(/[()]|"[^"]*"|[^\s()"]+/g) ?? [];
  const stack = [[]];
  for (const token of tokens) {
    if (token === "(") stack.push([]);
    else if (token === ")") {
      const list = stack.pop();
      stack.at(-1).push(list);
    } else stack.at(-1).push(token.replaceAll('"', ""));
  }
  if (stack.length !== 1) throw new Error("a parenthesis is not closed");
  return stack[0];
}

function section(id, entries) {
  const bytes = vector(entries);
  return [id, ...unsigned(bytes.length), ...bytes];
}

function vector(entries) {
  return [...unsigned(entries.length), ...entries.flat()];
}

function string(text) {
  return vector([...new TextEncoder().encode(text)].map((byte) => [byte]));
}

function typeOf(name) {
  const type = TYPES[name];
  if (type === undefined) throw new Error(`unknown type: ${name}`);
  return type;
}

/** LEB128, unsigned. */
function unsigned(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128, signed. */
function signed(value) {
  const isLast = value >= -0x40 && value < 0x40;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

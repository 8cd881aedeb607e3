/**
 * Just enough protobuf to write an ONNX model: messages are lists of fields, fields are varints or bytes.
 * Hand-written because the npm packages that know the schema (onnx-proto, protobufjs 6) bring advisories.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** IR 7 and opset 13 load in every runtime we meet: onnxruntime 1.14 (node, wasm) and that of transformers 4. */
const IR_VERSION = 7;
const OPSET = 13;

/** TensorProto.DataType */
const FLOAT = 1;
const INT8 = 3;
const INT64 = 7;
/** AttributeProto.AttributeType */
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
const VARINT = 0;
const BYTES = 2;

const text = new TextEncoder();

function varint(value) {
  const bytes = [];
  // Negative int64 values are written as their two's complement, 10 bytes.
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

function int(field, value) {
  return Uint8Array.from([...varint((field << 3) | VARINT), ...varint(value)]);
}

function bytes(field, value) {
  const head = [...varint((field << 3) | BYTES), ...varint(value.length)];
  const out = new Uint8Array(head.length + value.length);
  out.set(head);
  out.set(value, head.length);
  return out;
}

function string(field, value) {
  return bytes(field, text.encode(value));
}

function message(fields) {
  const out = new Uint8Array(fields.reduce((sum, field) => sum + field.length, 0));
  let at = 0;
  for (const field of fields) {
    out.set(field, at);
    at += field.length;
  }
  return out;
}

/** A constant of the graph. `data`: Float32Array, Int8Array or BigInt64Array, row-major. */
export function initializer(name, dims, data) {
  const type = data instanceof Float32Array ? FLOAT : data instanceof Int8Array ? INT8 : INT64;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message([...dims.map((dim) => int(1, dim)), int(2, type), string(8, name), bytes(9, raw)]);
}

/** One operation. `attributes`: integers, or lists of them. */
export function node(operator, inputs, output, attributes = {}) {
  return message([
    ...inputs.map((input) => string(1, input)),
    string(2, output),
    string(3, `${operator}_${output}`),
    string(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  ]);
}

function attribute(name, value) {
  if (Array.isArray(value)) {
    return message([string(1, name), ...value.map((entry) => int(8, entry)), int(20, ATTRIBUTE_INTS)]);
  }
  return message([string(1, name), int(3, value), int(20, ATTRIBUTE_INT)]);
}

function valueInfo(name, type, dims) {
  const shape = message(dims.map((dim) => bytes(1, typeof dim === "number" ? int(1, dim) : string(2, dim))));
  return message([string(1, name), bytes(2, bytes(1, message([int(1, type), bytes(2, shape)])))]);
}

/** A model input of whole numbers; a dimension is a number or the name of a free one. */
export function int64Value(name, dims) {
  return valueInfo(name, INT64, dims);
}

export function floatValue(name, dims) {
  return valueInfo(name, FLOAT, dims);
}

/** A complete model file. */
export function model({ name, nodes, initializers, inputs, outputs }) {
  const graph = message([
    ...nodes.map((entry) => bytes(1, entry)),
    string(2, name),
    ...initializers.map((entry) => bytes(5, entry)),
    ...inputs.map((entry) => bytes(11, entry)),
    ...outputs.map((entry) => bytes(12, entry)),
  ]);
  return message([
    int(1, IR_VERSION),
    string(2, "keepsake"),
    bytes(7, graph),
    bytes(8, message([string(1, ""), int(2, OPSET)])),
  ]);
}

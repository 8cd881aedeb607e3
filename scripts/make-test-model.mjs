/**
 * Writes a small real model with which the tests run the real loading and inference code: a bag of words
 * with synonyms, as ONNX, with a BERT tokenizer. The same files as a hub serves, byte for byte the same on
 * every run and machine.
 *
 *   node scripts/make-test-model.mjs [directory] [--dims 64]
 *
 * `onnx/model.onnx` holds fp32 weights, `onnx/model_quantized.onnx` real int8 ones (dequantized in the graph).
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { floatValue, initializer, int64Value, model, node } from "./onnx-writer.mjs";
import { vocabulary, writeModel } from "./test-model-files.mjs";

export const TEST_MODEL_ID = "keepsake/tiny";
const DEFAULT_DIMS = 64;
/** How much of a synonym is common to its group. */
const SHARED = 0.9;

/** How loudly a token speaks. Not 0 for [CLS]: the empty text would have a vector without direction. */
const WEIGHTS = { word: 1, stop: 0.1, piece: 0.5, punctuation: 0.05, "[CLS]": 0.02, special: 0 };

/**
 * Writes the model's five files below `dir`, which is made if need be.
 * @param {string} dir
 * @param {{ dims?: number }} [options] length of the vectors, default 64 (a real one has 384)
 * @returns {Promise<{ dir: string, files: { path: string, bytes: number }[] }>}
 */
export async function makeTestModel(dir, { dims = DEFAULT_DIMS } = {}) {
  const tokens = vocabulary();
  const tables = { words: wordTable(tokens, dims), weights: Float32Array.from(tokens, (token) => WEIGHTS[token.kind]) };
  return writeModel(dir, {
    tokens,
    config: { architecture: "BertModel", dims },
    graph: (isQuantized) => graph(tables, dims, isQuantized),
  });
}

function wordTable(tokens, dims) {
  const table = new Float32Array(tokens.length * dims);
  for (const [row, token] of tokens.entries()) {
    const own = direction(`token ${token.text}`, dims);
    const shared = token.group === undefined ? own : direction(`group ${token.group}`, dims);
    const rest = token.group === undefined ? 0 : Math.sqrt(1 - SHARED * SHARED);
    for (let i = 0; i < dims; i++) {
      table[row * dims + i] = token.group === undefined ? own[i] : SHARED * shared[i] + rest * own[i];
    }
  }
  return table;
}

/** A pseudo-random direction, roughly normal per axis: the same for the same seed everywhere. */
function direction(seed, dims) {
  const random = mulberry32([...seed].reduce((h, c) => Math.imul(h ^ c.codePointAt(0), 0x01000193), 0x811c9dc5));
  // A sum of four uniform numbers rather than Box-Muller: Math.log and Math.cos may differ by platform.
  return Float32Array.from({ length: dims }, () => random() + random() + random() + random() - 2);
}

function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Embedding → layer norm → × weight of the token → × mask. No mixing of tokens: order does not matter. */
function graph({ words, weights }, dims, quantized) {
  const rows = weights.length;
  const shape = ["batch_size", "sequence_length"];
  const lookup = quantized
    ? [
        node("Gather", ["words", "input_ids"], "word_int8"),
        node("DequantizeLinear", ["word_int8", "word_scale", "word_zero"], "word"),
      ]
    : [node("Gather", ["words", "input_ids"], "word")];
  return model({
    name: quantized ? "keepsake-tiny-int8" : "keepsake-tiny-fp32",
    inputs: ["input_ids", "attention_mask", "token_type_ids"].map((name) => int64Value(name, shape)),
    outputs: [floatValue("last_hidden_state", [...shape, dims])],
    initializers: [
      ...wordInitializers(words, rows, dims, quantized),
      // Type 0 is all there is; a constant offset would be a direction common to all texts.
      initializer("types", [2, dims], new Float32Array(2 * dims)),
      initializer("weights", [rows, 1], weights),
      initializer("epsilon", [], Float32Array.of(1e-12)),
      initializer("last_axis", [1], BigInt64Array.of(-1n)),
    ],
    nodes: [
      ...lookup,
      node("Gather", ["types", "token_type_ids"], "type"),
      node("Add", ["word", "type"], "embedded"),
      node("ReduceMean", ["embedded"], "mean", { axes: [-1], keepdims: 1 }),
      node("Sub", ["embedded", "mean"], "centered"),
      node("Mul", ["centered", "centered"], "squared"),
      node("ReduceMean", ["squared"], "variance", { axes: [-1], keepdims: 1 }),
      node("Add", ["variance", "epsilon"], "variance_safe"),
      node("Sqrt", ["variance_safe"], "deviation"),
      node("Div", ["centered", "deviation"], "normalized"),
      node("Gather", ["weights", "input_ids"], "weight"),
      node("Mul", ["normalized", "weight"], "weighted"),
      node("Cast", ["attention_mask"], "mask_float", { to: 1 }),
      node("Unsqueeze", ["mask_float", "last_axis"], "mask"),
      node("Mul", ["weighted", "mask"], "last_hidden_state"),
    ],
  });
}

function wordInitializers(words, rows, dims, quantized) {
  if (!quantized) return [initializer("words", [rows, dims], words)];
  const scale = words.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / 127;
  return [
    initializer(
      "words",
      [rows, dims],
      Int8Array.from(words, (value) => Math.round(value / scale)),
    ),
    initializer("word_scale", [], Float32Array.of(scale)),
    initializer("word_zero", [], Int8Array.of(0)),
  ];
}

async function main(args) {
  const at = args.indexOf("--dims");
  const dims = at < 0 ? DEFAULT_DIMS : Number(args[at + 1]);
  if (!Number.isInteger(dims) || dims < 1) throw new Error("--dims needs a whole number above 0.");
  const rest = at < 0 ? args : args.toSpliced(at, 2);
  const { dir, files } = await makeTestModel(resolve(rest[0] ?? join(".cache/test-model", TEST_MODEL_ID)), { dims });
  for (const { path, bytes } of files) process.stdout.write(`${join(dir, path)}  ${bytes} bytes\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));

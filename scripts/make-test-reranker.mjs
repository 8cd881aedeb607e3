/**
 * Writes a small real cross-encoder with which the tests run the real loading and inference code. It counts: its logit
 * is 2 × (words of the document that the query has too, or synonyms of) − 3, for each time the query has them. A word
 * that the vocabulary does not know counts by its pieces, a stop word not at all.
 *
 *   node scripts/make-test-reranker.mjs [directory]
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { floatValue, initializer, int64Value, model, node } from "./onnx-writer.mjs";
import { vocabulary, writeModel } from "./test-model-files.mjs";

export const TEST_RERANKER_ID = "keepsake/tiny-reranker";

/** What a token of each kind counts. */
const WEIGHTS = { word: 1, stop: 0, piece: 0.5, punctuation: 0, "[CLS]": 0, special: 0 };
const PER_MATCH = 2;
const BIAS = -3;

/**
 * Writes the model's five files below `dir`, which is made if need be.
 * @param {string} dir
 * @returns {Promise<{ dir: string, files: { path: string, bytes: number }[] }>}
 */
export function makeTestReranker(dir) {
  const tokens = vocabulary();
  // Synonyms are one concept; every other token is one of its own.
  const concepts = BigInt64Array.from(tokens, ({ group }, id) => BigInt(group === undefined ? id : -1 - group));
  const weights = Float32Array.from(tokens, ({ kind }) => WEIGHTS[kind]);
  return writeModel(dir, {
    tokens,
    config: { architecture: "BertForSequenceClassification", dims: 1, id2label: { 0: "LABEL_0" } },
    graph: (isQuantized) => graph({ concepts, weights }, isQuantized),
  });
}

/** Compares every token of the query with every token of the document. */
function graph({ concepts, weights }, isQuantized) {
  const shape = ["batch_size", "sequence_length"];
  const weight = isQuantized
    ? [
        node("Gather", ["weights", "input_ids"], "weight_int8"),
        node("DequantizeLinear", ["weight_int8", "weight_scale", "weight_zero"], "weight"),
      ]
    : [node("Gather", ["weights", "input_ids"], "weight")];
  return model({
    name: isQuantized ? "keepsake-tiny-reranker-int8" : "keepsake-tiny-reranker-fp32",
    inputs: ["input_ids", "attention_mask", "token_type_ids"].map((name) => int64Value(name, shape)),
    outputs: [floatValue("logits", ["batch_size", 1])],
    initializers: [
      initializer("concepts", [concepts.length], concepts),
      ...weightInitializers(weights, isQuantized),
      initializer("one", [], Float32Array.of(1)),
      initializer("per_match", [], Float32Array.of(PER_MATCH)),
      initializer("bias", [], Float32Array.of(BIAS)),
      initializer("axis_1", [1], BigInt64Array.of(1n)),
      initializer("axis_2", [1], BigInt64Array.of(2n)),
    ],
    nodes: [
      node("Gather", ["concepts", "input_ids"], "concept"),
      node("Unsqueeze", ["concept", "axis_2"], "concept_of_query"),
      node("Unsqueeze", ["concept", "axis_1"], "concept_of_document"),
      node("Equal", ["concept_of_query", "concept_of_document"], "is_same"),
      node("Cast", ["is_same"], "same", { to: 1 }),
      ...weight,
      node("Cast", ["attention_mask"], "mask", { to: 1 }),
      node("Mul", ["weight", "mask"], "shown"),
      node("Cast", ["token_type_ids"], "in_document", { to: 1 }),
      node("Sub", ["one", "in_document"], "in_query"),
      node("Mul", ["in_query", "mask"], "query_mask"),
      node("Mul", ["shown", "in_document"], "document_weight"),
      node("Unsqueeze", ["query_mask", "axis_2"], "rows"),
      node("Unsqueeze", ["document_weight", "axis_1"], "columns"),
      node("Mul", ["same", "rows"], "of_query"),
      node("Mul", ["of_query", "columns"], "matches"),
      node("ReduceSum", ["matches", "axis_2"], "per_word", { keepdims: 0 }),
      node("ReduceSum", ["per_word", "axis_1"], "count", { keepdims: 1 }),
      node("Mul", ["count", "per_match"], "scaled"),
      node("Add", ["scaled", "bias"], "logits"),
    ],
  });
}

function weightInitializers(weights, isQuantized) {
  if (!isQuantized) return [initializer("weights", [weights.length], weights)];
  return [
    initializer(
      "weights",
      [weights.length],
      Int8Array.from(weights, (value) => Math.round(value * 100)),
    ),
    initializer("weight_scale", [], Float32Array.of(0.01)),
    initializer("weight_zero", [], Int8Array.of(0)),
  ];
}

async function main([target = join(".cache/test-model", TEST_RERANKER_ID)]) {
  const { dir, files } = await makeTestReranker(resolve(target));
  for (const { path, bytes } of files) process.stdout.write(`${join(dir, path)}  ${bytes} bytes\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));

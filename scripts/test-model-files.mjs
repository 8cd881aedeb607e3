/**
 * What the models for tests have in common: a BERT tokenizer over a small vocabulary, and the five files that a hub
 * serves of each, byte for byte the same on every run and machine.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PUNCTUATION, SPECIALS, STOP_WORDS, SYNONYMS, WORDS } from "./test-vocabulary.mjs";

/** Tokens of a text that count; the rest is cut off. Small, so that truncation is easy to reach. */
const WINDOW = 128;

/**
 * Writes a model's files below `dir`, which is made if need be.
 * @param {string} dir
 * @param {{ tokens: object[], config: { architecture: string, dims: number }, graph: (isQuantized: boolean) => Uint8Array }} model
 * @returns {Promise<{ dir: string, files: { path: string, bytes: number }[] }>}
 */
export async function writeModel(dir, { tokens, config: about, graph }) {
  const contents = {
    "config.json": json(config(tokens, about)),
    "tokenizer.json": json(tokenizer(tokens)),
    "tokenizer_config.json": json(tokenizerConfig()),
    "onnx/model.onnx": graph(false),
    "onnx/model_quantized.onnx": graph(true),
  };
  await mkdir(join(dir, "onnx"), { recursive: true });
  for (const [path, content] of Object.entries(contents)) await writeFile(join(dir, path), content);
  return { dir, files: Object.entries(contents).map(([path, content]) => ({ path, bytes: content.length })) };
}

function json(value) {
  return `${JSON.stringify(value)}\n`;
}

/** All tokens in the order of their ids: `{ text, kind, group? }`; one `group`: synonyms. */
export function vocabulary() {
  const tokens = new Map();
  const put = (text, kind, group) => {
    if (!tokens.has(text)) tokens.set(text, { text, kind, group });
  };
  for (const text of SPECIALS) put(text, text === "[CLS]" ? "[CLS]" : text === "[UNK]" ? "piece" : "special");
  for (const text of PUNCTUATION) put(text, "punctuation");
  for (const text of STOP_WORDS.trim().split(/\s+/)) put(text, "stop");
  for (const [group, line] of SYNONYMS.trim().split("\n").entries()) {
    for (const text of line.split(" ")) put(text, "word", group);
  }
  for (const text of WORDS.trim().split(/\s+/)) put(text, "word");
  // Letters and all their pairs, so that an unknown word becomes pieces of its own instead of [UNK].
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const pieces = [...letters, ..."0123456789", ...letters.flatMap((first) => letters.map((second) => first + second))];
  for (const text of pieces) put(text, "piece");
  for (const text of pieces) put(`##${text}`, "piece");
  return [...tokens.values()];
}

function config(tokens, { architecture, dims, ...more }) {
  return {
    model_type: "bert",
    architectures: [architecture],
    hidden_size: dims,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    intermediate_size: dims,
    max_position_embeddings: WINDOW,
    pad_token_id: 0,
    type_vocab_size: 2,
    vocab_size: tokens.length,
    ...more,
  };
}

function tokenizerConfig() {
  return {
    tokenizer_class: "BertTokenizer",
    model_max_length: WINDOW,
    do_lower_case: true,
    pad_token: "[PAD]",
    unk_token: "[UNK]",
    cls_token: "[CLS]",
    sep_token: "[SEP]",
    mask_token: "[MASK]",
  };
}

function tokenizer(tokens) {
  const special = (content) => ({ SpecialToken: { id: content, type_id: 0 } });
  const ids = (content) => ({ id: content, ids: [SPECIALS.indexOf(content)], tokens: [content] });
  const single = [special("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, special("[SEP]")];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIALS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single,
      pair: [...single, { Sequence: { id: "B", type_id: 1 } }, { SpecialToken: { id: "[SEP]", type_id: 1 } }],
      special_tokens: { "[CLS]": ids("[CLS]"), "[SEP]": ids("[SEP]") },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token.text, id])),
    },
  };
}

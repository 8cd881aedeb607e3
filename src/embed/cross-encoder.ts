/**
 * The cross-encoder: a model on the device that reads a query and a document together and tells how well the one
 * answers the other. Loaded and run by transformers.js, as the embedder is.
 */
import { EmbedderError, KeepsakeError } from "../errors.ts";
import type { TransformersOptions } from "../info.ts";
import { batches, presentable } from "./batches.ts";
import { inTurn, loadModel, type LoadedModel, type TransformersHooks } from "./load-model.ts";
import type { ModelUse } from "./model-source.ts";
import type { LibraryTensor, ModelPipeline } from "./transformers-module.ts";

export const RERANKING: ModelUse = {
  task: "text-classification",
  model: "Xenova/ms-marco-MiniLM-L-6-v2",
  instead: 'pass a function or "llm" as `reranker`',
};

/** Characters of the query per token of the window: half of it, in most languages, is left for the document. */
const QUERY_CHARS_PER_TOKEN = 2;

export interface CrossEncoder {
  /**
   * One score per document, in their order, in [0, 1]; higher is better, comparable for one query only. Documents are
   * read in batches of similar length; what goes beyond the model's window is not read.
   * @param assertWanted called before each batch, in its turn; what it throws ends the work
   * @throws {KeepsakeError} reranker_failed
   */
  score(query: string, documents: readonly string[], assertWanted?: () => void): Promise<number[]>;
  /** Frees the model. Calls after it reject. */
  close(): Promise<void>;
}

/**
 * Loads a model and resolves when it answers.
 * @throws {KeepsakeError} reranker_unavailable; {InvalidInputError} invalid_input
 */
export async function openCrossEncoder(
  options: TransformersOptions = {},
  hooks: TransformersHooks = {},
): Promise<CrossEncoder> {
  const { pipeline, source } = await loadModel(RERANKING, options, hooks).catch(unavailable);
  const encoder = crossEncoder(pipeline);
  // A model for something else shows at its first answer.
  await encoder.score("keepsake", ["keepsake"]).catch(async (cause: unknown) => {
    await encoder.close().catch(() => undefined);
    const message = `Model "${source.model}" was loaded but gives no relevance. Choose a cross-encoder, such as "${RERANKING.model}".`;
    throw new KeepsakeError("reranker_unavailable", message, { stage: "search", cause });
  });
  return encoder;
}

/** Why a model cannot be loaded is told as for an embedder; here it is about the reranker. */
function unavailable(error: unknown): Promise<LoadedModel> {
  if (!(error instanceof EmbedderError)) throw error;
  const { message, cause, retryable, details } = error;
  throw new KeepsakeError("reranker_unavailable", message, { stage: "search", cause, retryable, details });
}

function crossEncoder(pipeline: ModelPipeline): CrossEncoder {
  let isClosed = false;
  return {
    async score(query, documents, assertWanted) {
      if (isClosed) throw failed("The reranker is closed.");
      const window = pipeline.tokenizer.model_max_length ?? 0;
      const question = presentable(query.slice(0, window * QUERY_CHARS_PER_TOKEN));
      const texts = documents.map(presentable);
      const scores = texts.map(() => 0);
      // With the query in front none is blank: each gets a score.
      for (const batch of batches(texts.map((text) => `${question}\n${text}`))) {
        const pairs = batch.map((index) => texts[index] as string);
        const relevance = await inTurn(async () => {
          assertWanted?.();
          return relevanceOf(pipeline, question, pairs);
        });
        for (const [i, index] of batch.entries()) scores[index] = relevance[i] as number;
      }
      return scores;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await inTurn(async () => pipeline.dispose?.());
    },
  };
}

async function relevanceOf({ tokenizer, model }: ModelPipeline, query: string, documents: string[]): Promise<number[]> {
  let logits: LibraryTensor | undefined;
  try {
    const queries = documents.map(() => query);
    const inputs = tokenizer(queries, { text_pair: documents, padding: true, truncation: true });
    logits = (await model(inputs))["logits"];
  } catch (cause) {
    throw failed(`The reranker's model failed on ${documents.length} documents.`, cause);
  }
  const [count = 0, classes = 0] = logits?.dims ?? [];
  if (!(logits?.data instanceof Float32Array) || count !== documents.length || classes < 1 || classes > 2) {
    throw failed(`The reranker's model gave [${logits?.dims.join(", ") ?? ""}] for ${documents.length} documents.`);
  }
  const { data } = logits;
  return documents.map((_, i) => {
    const row = data.subarray(i * classes, (i + 1) * classes);
    // Of two classes, the second is "relevant", and its softmax the sigmoid of their difference.
    const relevance = sigmoid(classes === 1 ? row[0]! : row[1]! - row[0]!);
    if (Number.isNaN(relevance)) throw failed("The reranker's model gave a score that is not a number.");
    return relevance;
  });
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function failed(message: string, cause?: unknown): KeepsakeError {
  return new KeepsakeError("reranker_failed", `keepsake: ${message}`, { stage: "search", cause });
}

/** A stand-in for transformers.js of any version: the shape that the adapter knows, with a model of one line. */
import type { LibraryEnv } from "../../../src/embed/transformers-module.ts";

interface Tensor {
  data: unknown;
  dims: number[];
}

export interface FakeLibrary {
  env: LibraryEnv;
  pipeline(task: string, model: string, options: Record<string, unknown>): Promise<unknown>;
  /** Options of every load, and what for. */
  loads: Record<string, unknown>[];
  tasks: string[];
  /** Texts of every inference; of a pair, both with a bar between. */
  batches: string[][];
  /** Inferences that run at this moment, and the most that ever did. */
  running: number;
  mostRunning: number;
  disposed: boolean;
  /** Thrown by the next loads, in order. */
  loadErrors: unknown[];
  /** Instead of the model's output for the texts. */
  output: ((texts: string[]) => Record<string, Tensor>) | null;
  windows: (number | undefined)[];
}

export function fakeLibrary(version: string): FakeLibrary {
  const library: FakeLibrary = {
    env: {
      version,
      allowLocalModels: true,
      allowRemoteModels: true,
      remoteHost: "https://hub.invalid/",
      useBrowserCache: true,
      backends: { onnx: { wasm: { wasmPaths: "https://cdn.invalid/" } } },
    },
    loads: [],
    tasks: [],
    batches: [],
    running: 0,
    mostRunning: 0,
    disposed: false,
    loadErrors: [],
    output: null,
    windows: [],
    async pipeline(task, _model, options) {
      library.loads.push(options);
      library.tasks.push(task);
      if (library.loadErrors.length > 0) throw library.loadErrors.shift();
      return task === "text-classification" ? fakePipeline(library, logits) : fakePipeline(library, tokenVectors);
    },
  };
  return library;
}

function fakePipeline(library: FakeLibrary, answer: (texts: string[]) => Record<string, Tensor>): unknown {
  let texts: string[] = [];
  const tokenizer = Object.assign(
    (batch: string[], { text_pair: pair }: { text_pair?: string[] } = {}): Record<string, Tensor> => {
      texts = pair ? batch.map((text, i) => `${text}|${pair[i]}`) : batch;
      library.windows.push(tokenizer.model_max_length);
      return { attention_mask: { data: BigInt64Array.from(batch, () => 1n), dims: [batch.length, 1] } };
    },
    { model_max_length: 1e30 as number | undefined },
  );
  const model = Object.assign(
    async (): Promise<Record<string, Tensor>> => {
      const batch = texts;
      library.batches.push(batch);
      library.mostRunning = Math.max(library.mostRunning, ++library.running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      library.running--;
      return library.output?.(batch) ?? answer(batch);
    },
    { config: { max_position_embeddings: 256 } },
  );
  return {
    tokenizer,
    model,
    dispose: async () => {
      library.disposed = true;
    },
  };
}

/** One token per text, two numbers that tell texts apart. */
function tokenVectors(texts: string[]): Record<string, Tensor> {
  const data = Float32Array.from(texts.flatMap((text) => [text.length, text.charCodeAt(0)]));
  return { last_hidden_state: { data, dims: [texts.length, 1, 2] } };
}

/** Longer pairs are more relevant. */
function logits(texts: string[]): Record<string, Tensor> {
  return { logits: { data: Float32Array.from(texts, (text) => text.length / 10), dims: [texts.length, 1] } };
}

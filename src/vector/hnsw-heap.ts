/** One wasm heap of hnswlib and the only way to call into it. The module itself never leaves this file's owner. */
import type { HierarchicalNSW, HnswModule } from "virtual:hnswlib";
import { EngineError } from "../errors.ts";

const FOLDER = "/hnswlib-index";
const FILE = "keepsake";
/** Thrown by `writeIndex` after the file is written: there is no IDBFS, on purpose. */
const AFTER_WRITE = "EmscriptenFileSystemManager must be initialized before calling syncFS";

/**
 * Every call goes through {@link read} or {@link change}, because an exception that leaves wasm
 *
 * - leaks wasm stack: without a restore, some 4,000 caught errors end in "memory access out of bounds";
 * - is a WebAssembly.Exception, which is no Error and whose text only its own module can read;
 * - is harmless to the index or means that it is lost. Once lost, every call throws (`poisoned`).
 */
export class HnswHeap {
  readonly #module: HnswModule;
  #poison: EngineError | undefined;

  private constructor(module: HnswModule) {
    this.#module = module;
    module.FS.mkdir(FOLDER);
  }

  /**
   * Starts a wasm heap (≥ 16 MiB, about 45 ms of CPU). The 680 kB of glue load with the first one.
   * @throws {EngineError} engine_start where wasm, dynamic import (service workers) or the memory is not to be had
   */
  static async start(): Promise<HnswHeap> {
    try {
      const { default: create } = await import("virtual:hnswlib");
      return new HnswHeap(await create({}));
    } catch (cause) {
      throw new EngineError("engine_start", "The vector index (wasm) could not be started.", { cause });
    }
  }

  /** Set when the heap is lost: close it and build a new one. */
  get poison(): EngineError | undefined {
    return this.#poison;
  }

  /** A call that changes nothing: after a C++ error the index is still good. @throws {EngineError} engine_crashed */
  read<R>(body: () => R): R {
    return this.#guard(body, false);
  }

  /**
   * A call that changes the index. Callers check everything first, so an error here is memory or a broken
   * graph, and may have left half of an insert behind: the index is given up. @throws {EngineError} engine_crashed
   */
  change<R>(body: () => R): R {
    return this.#guard(body, true);
  }

  newIndex(dims: number): HierarchicalNSW {
    return this.change(() => new this.#module.HierarchicalNSW("ip", dims, ""));
  }

  /** The bytes of an index: about 145 per row, and 4 per row and dimension. Blocks, some 17 ms per 1,000 rows. */
  write(index: HierarchicalNSW): Uint8Array {
    return this.#withFile(() => {
      this.read(() => this.#writeFile(index));
      return this.#module.FS.readFile(`${FOLDER}/${FILE}`);
    });
  }

  /** Reads into `index`, which must be new: reading over an index is a use-after-free when it fails. */
  load(index: HierarchicalNSW, bytes: Uint8Array, maxElements: number): void {
    this.#withFile(() => {
      this.#module.FS.writeFile(`${FOLDER}/${FILE}`, bytes, { canOwn: true });
      this.change(() => index.readIndex(FILE, maxElements));
    });
  }

  #writeFile(index: HierarchicalNSW): void {
    const stack = this.#module.asm.stackSave();
    try {
      index.writeIndex(FILE);
    } catch (error) {
      if (this.#textOf(error) !== AFTER_WRITE) throw error;
      this.#module.asm.stackRestore(stack);
    }
  }

  /** The file is a second copy of the index in memory: it never stays. */
  #withFile<R>(body: () => R): R {
    try {
      return body();
    } finally {
      unlinkIfThere(this.#module, `${FOLDER}/${FILE}`);
    }
  }

  #guard<R>(body: () => R, changes: boolean): R {
    if (this.#poison !== undefined) throw this.#poison;
    const stack = this.#module.asm.stackSave();
    try {
      return body();
    } catch (thrown) {
      this.#module.asm.stackRestore(stack);
      const error = this.#toError(thrown);
      if (changes || isFatal(thrown)) this.#poison = error;
      throw error;
    }
  }

  #toError(thrown: unknown): EngineError {
    const text = this.#textOf(thrown);
    return new EngineError("engine_crashed", `The vector index failed: ${text}. It is rebuilt from the store.`, {
      stage: "search",
      retryable: true,
      cause: thrown instanceof Error ? thrown : new Error(text),
    });
  }

  #textOf(thrown: unknown): string {
    if (!(thrown instanceof WebAssembly.Exception)) return thrown instanceof Error ? thrown.message : String(thrown);
    try {
      const [type, message] = this.#module.getExceptionMessage(thrown);
      return message ?? type;
    } catch {
      // Reading the text calls into the same broken heap; the exception itself is what gets reported.
      return "a C++ exception that could not be read";
    }
  }
}

/**
 * A trap or abort (RuntimeError) or an overflow of the JS stack inside wasm leaves memory in an unknown
 * state. C++ exceptions unwind, and embind refuses bad arguments before it calls.
 */
function isFatal(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;
}

function unlinkIfThere(module: HnswModule, path: string): void {
  try {
    module.FS.unlink(path);
  } catch (error) {
    // ENOENT: the write failed before there was a file.
    if ((error as { errno?: unknown }).errno !== 44) throw error;
  }
}

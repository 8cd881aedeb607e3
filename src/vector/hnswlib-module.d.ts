/**
 * `virtual:hnswlib` (build/hnswlib-plugin.ts): what our wrapper uses of hnswlib-wasm 0.8.2, typed as it
 * really behaves; the package's own types are wrong in places. embind takes no optional arguments.
 */
declare module "virtual:hnswlib" {
  export interface HierarchicalNSW {
    /** `maxElements` can be raised later; ef is reset to 10. */
    initIndex(maxElements: number, m: number, efConstruction: number, seed: number): void;
    /** Marked-deleted elements count. Also for an update of a label, one slot must be free. */
    addPoint(vector: Float32Array, label: number, replaceDeleted: boolean): void;
    /** Nearest first; distance = 1 − dot for space `ip`. */
    searchKnn(
      query: Float32Array,
      k: number,
      filter: ((label: number) => boolean) | undefined,
    ): { distances: number[]; neighbors: number[] };
    setEfSearch(ef: number): void;
    /** Each call rebuilds a cache over all labels: one call per batch. */
    markDeleteItems(labels: number[]): void;
    unmarkDelete(label: number): void;
    resizeIndex(maxElements: number): void;
    getPoint(label: number): number[];
    /** Without the marked-deleted ones. */
    getUsedLabels(): number[];
    /** The marked-deleted ones. */
    getDeletedLabels(): number[];
    /** Elements in the graph, marked-deleted ones included. */
    getCurrentCount(): number;
    getMaxElements(): number;
    /** Synchronous. Writes the file and then throws, because there is no IDBFS to sync with. */
    writeIndex(fileName: string): void;
    /** Synchronous. Never on an object that already holds an index; ef is reset to 10. */
    readIndex(fileName: string, maxElements: number): void;
    /** Frees the wasm memory of this object; every later call is a BindingError. */
    delete(): void;
  }

  /** emscripten's in-memory file system. */
  export interface MemoryFileSystem {
    mkdir(path: string): void;
    readFile(path: string): Uint8Array;
    /** With `canOwn` the bytes are used in place and not copied. */
    writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
    unlink(path: string): void;
  }

  /** One independent wasm heap. */
  export interface HnswModule {
    HierarchicalNSW: new (space: "ip" | "cosine" | "l2", dims: number, autoSaveFileName: "") => HierarchicalNSW;
    /** `[type, message]`; only for a WebAssembly.Exception of this very module. */
    getExceptionMessage(exception: unknown): [type: string, message: string | undefined];
    FS: MemoryFileSystem;
    asm: { stackSave(): number; stackRestore(stackPointer: number): void };
  }

  /** Compiles and starts the embedded wasm (about 45 ms of CPU). Pass a fresh object each time: it is mutated. */
  const create: (moduleArg: object) => Promise<HnswModule>;
  export default create;
}

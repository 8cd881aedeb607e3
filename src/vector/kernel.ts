/** The SIMD kernel (build/simd-kernel.wat) over a memory of its own, where the platform lets us have one. */
import { KERNEL_BASE64 } from "./kernel-bytes.ts";

/** Addresses and sizes are in bytes. What each function does stands in the source, build/simd-kernel.wat. */
interface KernelFunctions {
  dotF32(base: number, offsets: number, count: number, bytes: number, query: number, out: number): void;
  dotI8(
    base: number,
    offsets: number,
    count: number,
    numbers: number,
    query: number,
    out: number,
    scale: number,
    norm: number,
  ): void;
  quantize(row: number, numbers: number, out: number, widen: number): number;
  collect(scores: number, count: number, floor: number, out: number): number;
}

export interface Kernel extends KernelFunctions {
  /** Its `buffer` is another one after every `grow`. */
  readonly memory: WebAssembly.Memory;
}

export const PAGE_BYTES = 65_536;

/** Undefined until the first try. */
let compiled: WebAssembly.Module | null | undefined;

/**
 * Null where there is no WebAssembly, no SIMD (Safari before 16.4), a CSP without `wasm-unsafe-eval`, or no address
 * space left: Chromium has room for some 125 memories per process, however small. Callers then go on in plain JS.
 *
 * Synchronous, and allowed to be on every thread: the module has 1.4 kB, and browsers that refuse to compile on the
 * main thread do so from 4 kB on.
 */
export function openKernel(sizeBytes: number): Kernel | null {
  // Once, also where it fails: every try under a strict CSP is a violation report.
  if (compiled === undefined) compiled = compile();
  if (compiled === null) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(sizeBytes / PAGE_BYTES) });
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    return { memory, ...(exports as unknown as KernelFunctions) };
  } catch {
    return null;
  }
}

function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(KERNEL_BASE64), (letter) => letter.charCodeAt(0)));
  } catch {
    return null;
  }
}

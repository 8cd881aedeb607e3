/** Time and ids, injected: nothing else in the library reads a clock or draws a random number. */
export interface Runtime {
  /** Wall time in ms since the epoch. Information, never an order (INV-6). */
  now(): number;
  /** A unique id, URL-safe, at most 64 characters. */
  randomId(): string;
}

export const systemRuntime: Runtime = {
  now: () => Date.now(),
  randomId: () => crypto.randomUUID(),
};

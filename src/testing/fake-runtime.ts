/** Time and ids for tests: the clock is moved by hand and ids are counted. */
import { InvalidInputError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";

export interface FakeRuntime extends Runtime {
  /**
   * Moves the clock forward. It never moves by itself.
   * @throws {InvalidInputError} invalid_input, for a negative or not finite `ms`
   */
  advance(ms: number): void;
}

export interface FakeRuntimeOptions {
  /** Where the clock starts: ms since the epoch, or an ISO date. @default "2026-01-01T00:00:00.000Z" */
  now?: number | string;
  /** Ids are `<prefix>-1`, `<prefix>-2`, … @default "id" */
  idPrefix?: string;
}

/**
 * A {@link Runtime} that gives the same in every run.
 * @example
 * const runtime = fakeRuntime({ now: "2026-11-22T10:00:00Z" });
 * runtime.advance(60_000); // one minute later
 * runtime.randomId(); // "id-1"
 */
export function fakeRuntime({
  now = "2026-01-01T00:00:00.000Z",
  idPrefix = "id",
}: FakeRuntimeOptions = {}): FakeRuntime {
  let time = typeof now === "number" ? now : Date.parse(now);
  if (!Number.isFinite(time)) throw new InvalidInputError("fakeRuntime: `now` is not a date.");
  let ids = 0;
  return {
    now: () => time,
    randomId: () => `${idPrefix}-${++ids}`,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new InvalidInputError("fakeRuntime: `ms` must be 0 or more.");
      time += ms;
    },
  };
}

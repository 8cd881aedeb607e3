/** What a query says about time, as a signal of the ranking. */
import { timeliness, type MemoryTimes } from "../search/temporal.ts";
import type { TimeIntent } from "../text/time-intent.ts";
import type { TimeSignal } from "./rank.ts";
import type { ScopeView } from "./scope-view.ts";

/** What of a view has times, memories or messages. */
export interface Timed<V> {
  labels: (view: V) => Iterable<number>;
  timesAt: (view: V, label: number) => MemoryTimes;
  /** The higher, the newer. */
  placeAt: (view: V, label: number) => number;
}

export const MEMORIES: Timed<ScopeView> = {
  labels: (view) => Array.from(view.rows(), ([label]) => label),
  timesAt: (view, label) => view.rowAt(label),
  placeAt: (view, label) => view.rowAt(label).createdSeq,
};

/**
 * What is of the days that are asked about is a candidate, whatever its words: "what did I do last week".
 * @returns null where the query asks for no days, nor for what is new or old
 */
export function timeSignalOf<V>(
  intent: TimeIntent | undefined,
  { labels, timesAt, placeAt }: Timed<V>,
): TimeSignal<V> | null {
  if (!intent?.window && !intent?.lean) return null;
  return {
    timeliness: (view, label) => timeliness(intent, timesAt(view, label)),
    candidates(view, count, allowed) {
      if (!intent.window) return [];
      const inTime = [...(allowed ?? labels(view))].filter((label) => timeliness(intent, timesAt(view, label)) === 1);
      // The newest, where they are too many: the same ones in whatever order they were loaded.
      return inTime.sort((a, b) => placeAt(view, b) - placeAt(view, a)).slice(0, count);
    },
  };
}

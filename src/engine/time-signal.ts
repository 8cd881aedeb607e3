/** What a query says about time, as a signal of the ranking. */
import { timeliness } from "../search/temporal.ts";
import type { TimeIntent } from "../text/time-intent.ts";
import type { ScopeView, ViewRow } from "./scope-view.ts";
import type { TimeSignal } from "./search.ts";

/** Memories of the days that are asked about are candidates, whatever their words: "what did I do last week". */
export function timeSignalOf(intent: TimeIntent): TimeSignal {
  return {
    timeliness: (row) => timeliness(intent, row),
    candidates(view, count, allowed) {
      if (!intent.window) return [];
      const inTime = labelled(view, allowed).filter(([, row]) => timeliness(intent, row) === 1);
      // The newest, where they are too many: the same ones in whatever order they were loaded.
      const newest = inTime.sort(([, a], [, b]) => b.createdSeq - a.createdSeq).slice(0, count);
      return newest.map(([label]) => label);
    },
  };
}

function labelled(view: ScopeView, allowed: readonly number[] | null): [number, ViewRow][] {
  return allowed ? allowed.map((label) => [label, view.rowAt(label)]) : [...view.rows()];
}

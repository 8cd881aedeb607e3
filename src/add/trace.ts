/** The trace of one add: every stage as data, for `trace: true`. */
import type { AddResult, TraceStage } from "../types.ts";

export interface Trace {
  /** In order; null where nobody asked for them. */
  readonly stages: TraceStage[] | null;
  add(stage: TraceStage): void;
}

export function openTrace(isWanted: boolean): Trace {
  if (!isWanted) return { stages: null, add: () => undefined };
  const stages: TraceStage[] = [];
  // A copy: what is passed on may change.
  return { stages, add: (stage) => void stages.push(structuredClone(stage)) };
}

/** The result with the trace in it, where one was asked for. */
export function withTrace<R extends AddResult>(result: R, { stages }: Trace): R {
  return stages === null ? result : { ...result, trace: stages };
}

/** Tokens of a text, roughly: 4 characters each, as in English; other scripts take more. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

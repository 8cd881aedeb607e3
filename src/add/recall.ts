/** What is stored close to some texts, asked of the engine and noted in the trace. */
import { untilAborted } from "../abort.ts";
import type { RecallResult } from "../engine/engine.ts";
import type { Scope } from "../types.ts";
import type { AddPorts } from "./ports.ts";
import { hintsFor } from "./rules/index.ts";
import type { Trace } from "./trace.ts";

export interface RecallRun extends Pick<AddPorts, "engine" | "runtime"> {
  signal?: AbortSignal | undefined;
  trace: Trace;
}

/** @param topK neighbors per text, at most */
export async function recall(
  run: RecallRun,
  scope: Scope,
  texts: readonly string[],
  topK: number,
): Promise<RecallResult> {
  const started = run.runtime.now();
  const queries = texts.map((text) => ({ text, hints: hintsFor(text) }));
  const recalled = await untilAborted(run.engine.recall(scope, queries, topK), run.signal);
  run.trace.add({
    stage: "recall",
    ms: run.runtime.now() - started,
    facts: recalled.facts.map(({ text, neighbors }) => ({
      text,
      neighbors: neighbors.map(({ id, memory, similarity, overlap }) => ({ id, memory, similarity, overlap })),
    })),
  });
  return recalled;
}

/**
 * Consolidation: the memories of a scope against each other. What says the same becomes one, what was overtaken is
 * folded into what holds, and patterns are written down beside it. Decided here, committed in one transaction; one
 * that is lost has changed nothing.
 */
import { untilAborted } from "../../abort.ts";
import { ConflictError, KeepsakeError } from "../../errors.ts";
import type { ConsolidateRequest, Survey } from "../../engine/consolidation.ts";
import type { AddResultItem, ConsolidateResult } from "../../types.ts";
import type { AddPorts } from "../ports.ts";
import { openTrace, withTrace } from "../trace.ts";
import { findMerges } from "./merge.ts";
import { Allowance, planMerges } from "./plan.ts";
import type { ConsolidateCall, ConsolidateRun } from "./run.ts";
import { sumUp } from "./sum-up.ts";

/** How often it is decided anew because a memory changed meanwhile. */
const MAX_ATTEMPTS = 4;

/** @throws {LLMError} {LLMOutputError} {EmbedderError} {StoreError} {ConflictError} {EngineError}; nothing is changed */
export async function consolidate(ports: AddPorts, call: ConsolidateCall): Promise<ConsolidateResult> {
  const { opId, scope } = call;
  const { emit } = ports;
  const run: ConsolidateRun = { ...ports, ...call, trace: openTrace(call.trace) };
  try {
    return withTrace(await attempts(run, call), run.trace);
  } catch (error) {
    const { code, message } = KeepsakeError.isInstance(error) ? error : { code: "unknown", message: String(error) };
    emit({ type: "consolidation", opId, scope, state: "failed", error: { code, message } });
    throw error;
  }
}

async function attempts(run: ConsolidateRun, { dryRun, minOps }: ConsolidateCall): Promise<ConsolidateResult> {
  const { opId, scope, signal, engine, emit } = run;
  for (let attempt = 1; ; attempt++) {
    const outcome = await untilAborted(engine.survey({ opId, scope, minOps }), signal);
    if (outcome.status === "committed") return outcome.result;
    if (outcome.status === "idle") return { opId, results: [] };
    if (attempt === 1) emit({ type: "consolidation", opId, scope, state: "started" });
    const request = await decide(run, outcome.survey);
    try {
      const result = dryRun ? preview(request, outcome.survey) : await commit(run, request, attempt);
      emit({ type: "consolidation", opId, scope, state: "finished", changes: dryRun ? 0 : result.results.length });
      return result;
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function decide(run: ConsolidateRun, survey: Survey): Promise<ConsolidateRequest> {
  const { opId, scope, emit } = run;
  const allowance = new Allowance(run.maxDestructive);
  emit({ type: "stage", opId, stage: "recall" });
  const { merges, dropped } = await findMerges(run, survey);
  const plan = planMerges(survey, merges, allowance);
  emit({ type: "stage", opId, stage: "resolve" });
  const summed = await sumUp(run, plan, survey.mark.summed, allowance);
  const decisions = [...plan.decisions, ...summed.decisions];
  run.trace.add({
    stage: "resolve",
    dropped: [...dropped, ...summed.dropped],
    decisions: decisions.map((d) => ({ event: d.event, reason: d.reason, ...("id" in d && { id: d.id }) })),
  });
  const { seq, through } = survey;
  return {
    opId,
    scope,
    decisions,
    seq,
    seen: seenBy(decisions, survey),
    // What was not allowed is there again the next time.
    done: { merged: allowance.exceeded ? null : through, summed: summed.isDone ? seq : null },
    more: allowance.exceeded || through < seq,
  };
}

/** Every memory that a decision is about or draws on. */
function seenBy(decisions: ConsolidateRequest["decisions"], { memories }: Survey): ConsolidateRequest["seen"] {
  const ids = new Set(
    decisions.flatMap((decision) => [
      ...("id" in decision ? [decision.id] : []),
      ...("derivedFrom" in decision ? decision.derivedFrom : []),
    ]),
  );
  return memories.filter(({ id }) => ids.has(id)).map(({ id, rev }) => ({ id, rev }));
}

async function commit(run: ConsolidateRun, request: ConsolidateRequest, attempt: number): Promise<ConsolidateResult> {
  const { opId, signal, engine, runtime, trace } = run;
  signal?.throwIfAborted();
  run.emit({ type: "stage", opId, stage: "commit" });
  const started = runtime.now();
  const note = (conflict: boolean): void =>
    trace.add({ stage: "commit", ms: runtime.now() - started, attempt, conflict });
  try {
    const result = await untilAborted(engine.consolidate(request), signal);
    note(false);
    return result;
  } catch (error) {
    if (error instanceof ConflictError) note(true);
    throw error;
  }
}

/** What a commit would tell. Ids of new memories are null: there are none yet. */
function preview({ opId, decisions, more }: ConsolidateRequest, { memories }: Survey): ConsolidateResult {
  const textOf = new Map(memories.map(({ id, memory }) => [id, memory]));
  const results = decisions.map((decision): AddResultItem => {
    const { event, reason } = decision;
    if (event === "ADD") return { id: null, memory: decision.text, event, reason };
    const previousMemory = textOf.get(decision.id)!;
    const memory = event === "UPDATE" ? decision.text : previousMemory;
    return { id: decision.id, memory, event, previousMemory, reason };
  });
  return { opId, results, dryRun: true, ...(more && { more }) };
}

/**
 * The add flow: messages → facts → decisions → changes, in one direction. It runs on the caller's
 * thread, for a fresh op and for one that waited since yesterday alike.
 */
import { untilAborted } from "../abort.ts";
import { ConflictError } from "../errors.ts";
import type { ClaimedOp, CommitDecision, RecallResult } from "../engine/engine.ts";
import type { AddResult, PendingOp } from "../types.ts";
import { extract, relationsSaid, saidIn, saidOn } from "./extract.ts";
import type { Fact, Run } from "./ports.ts";
import { provenanceOf } from "./provenance.ts";
import { resolve } from "./resolve.ts";
import { recall } from "./recall.ts";
import { eventTimeOf } from "../text/when.ts";

/** Memories shown per fact; mem0's number. More cost tokens of a small model and rarely change a decision. */
const NEIGHBORS_PER_FACT = 5;
const NOTHING_RECALLED: RecallResult = { facts: [], kind: "semantic" };
/** How often a decision is made anew because a memory changed meanwhile. */
const MAX_ATTEMPTS = 4;

/**
 * Takes a claimed op to its commit. Whatever it throws, the op is still pending and nothing was written.
 * @throws {LLMError} {LLMOutputError} {EmbedderError} {StoreError} {ConflictError} {EngineError}
 */
export async function runOp(run: Run, claim: ClaimedOp): Promise<AddResult> {
  const { op } = claim;
  if (!op.options.infer) return commit(run, op, await verbatim(run, op), 1);
  tell(run, op, "extract");
  const facts = await extract(run, claim);
  for (let attempt = 1; ; attempt++) {
    const decisions = await decide(run, op, facts);
    try {
      return await commit(run, op, decisions, attempt);
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** What {@link runOp} would do with the op, without writing. Ids of new memories are null: there are none yet. */
export async function previewOp(run: Run, claim: ClaimedOp): Promise<AddResult> {
  const { op } = claim;
  const facts = op.options.infer ? await extract(run, claim) : null;
  for (let attempt = 1; ; attempt++) {
    const decisions = facts ? await decide(run, op, facts) : await verbatim(run, op);
    try {
      const told = await untilAborted(run.engine.rehearse({ op, decisions }), run.signal);
      const results = told.results.map((item) => (item.event === "ADD" ? { ...item, id: null } : item));
      return { ...told, results, dryRun: true };
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function decide(run: Run, op: PendingOp, facts: Fact[]): Promise<CommitDecision[]> {
  tell(run, op, "recall");
  const recalled =
    facts.length === 0
      ? NOTHING_RECALLED
      : await recall(
          run,
          op.scope,
          facts.map(({ text }) => text),
          NEIGHBORS_PER_FACT,
        );
  tell(run, op, "resolve");
  return resolve(run, op, facts, recalled);
}

async function commit(run: Run, op: PendingOp, decisions: CommitDecision[], attempt: number): Promise<AddResult> {
  run.signal?.throwIfAborted();
  tell(run, op, "commit");
  const started = run.runtime.now();
  const note = (conflict: boolean): void =>
    run.trace.add({ stage: "commit", ms: run.runtime.now() - started, attempt, conflict });
  try {
    const result = await untilAborted(run.engine.commit({ opId: op.opId, decisions }), run.signal);
    note(false);
    return result;
  } catch (error) {
    if (error instanceof ConflictError) note(true);
    throw error;
  }
}

async function verbatim(run: Run, op: PendingOp): Promise<CommitDecision[]> {
  const { leftOut } = op;
  if (leftOut) run.trace.add({ stage: "context", messages: [], dropped: [], leftOut });
  const said = await saidIn(run, op);
  const relations = op.options.graph ? relationsSaid(op, said) : null;
  return said.map((message) => {
    const { content, index } = message;
    const eventTime = eventTimeOf(content, saidOn(op));
    return {
      event: "ADD",
      text: content,
      origin: "verbatim",
      details: { ...provenanceOf(op, [message]), ...(eventTime && { eventTime }) },
      reason: "infer: false, stored as it was said",
      decidedBy: "app",
      ...(relations && { relations: relations.get(index) ?? [] }),
    };
  });
}

function tell({ emit }: Run, { opId }: PendingOp, stage: "extract" | "recall" | "resolve" | "commit"): void {
  emit({ type: "stage", opId, stage });
}

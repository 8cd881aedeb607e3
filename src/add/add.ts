/**
 * The add flow: messages → facts → decisions → changes, in one direction. It runs on the caller's
 * thread, for a fresh op and for one that waited since yesterday alike.
 */
import { untilAborted } from "../abort.ts";
import { ConflictError } from "../errors.ts";
import type { ClaimedOp, CommitDecision, RecallResult } from "../engine/engine.ts";
import type { AddResult, Message, PendingOp } from "../types.ts";
import { extract, isSaid } from "./extract.ts";
import type { AddPorts, Fact } from "./ports.ts";
import { resolve } from "./resolve.ts";
import { hintsFor } from "./rules/index.ts";

/** Memories shown per fact; mem0's number. More cost tokens of a small model and rarely change a decision. */
const NEIGHBORS_PER_FACT = 5;
/** How often a decision is made anew because a memory changed meanwhile. */
const MAX_ATTEMPTS = 4;

/**
 * Takes a claimed op to its commit. Whatever it throws, the op is still pending and nothing was written.
 * @throws {LLMError} {LLMOutputError} {EmbedderError} {StoreError} {ConflictError} {EngineError}
 */
export async function runOp(ports: AddPorts, claim: ClaimedOp, signal?: AbortSignal): Promise<AddResult> {
  const { op } = claim;
  if (!op.options.infer) return commit(ports, op, op.messages.filter(isSaid).map(verbatim), signal);
  const facts = await extract(ports, claim, signal);
  for (let attempt = 1; ; attempt++) {
    const recalled = await recall(ports, op, facts, signal);
    const decisions = await resolve(ports, op, facts, recalled, signal);
    try {
      return await commit(ports, op, decisions, signal);
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

function recall(ports: AddPorts, op: PendingOp, facts: Fact[], signal?: AbortSignal): Promise<RecallResult> {
  if (facts.length === 0) return Promise.resolve({ facts: [], kind: "semantic" });
  const queries = facts.map(({ text }) => ({ text, hints: hintsFor(text) }));
  return untilAborted(ports.engine.recall(op.scope, queries, NEIGHBORS_PER_FACT), signal);
}

function commit(ports: AddPorts, op: PendingOp, decisions: CommitDecision[], signal?: AbortSignal): Promise<AddResult> {
  signal?.throwIfAborted();
  return untilAborted(ports.engine.commit({ opId: op.opId, decisions }), signal);
}

function verbatim({ role, content, name }: Message): CommitDecision {
  return {
    event: "ADD",
    text: content,
    origin: "verbatim",
    attributedTo: role === "assistant" ? "assistant" : "user",
    ...(name !== undefined && { actor: name }),
    reason: "infer: false, stored as it was said",
    decidedBy: "app",
  };
}

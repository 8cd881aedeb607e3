/** What the suites of an engine do again and again. */
import type { ClaimedOp, CommitDecision, Engine } from "../engine/engine.ts";
import type { OpOptions, Scope } from "../types.ts";
import { ensure } from "./suite.ts";

export const ALICE: Scope = { userId: "alice" };
const OPTIONS: OpOptions = { infer: true, metadata: { topic: "test" }, extractor: "rules" };

export function request(opId: string, scope: Scope, content: string) {
  return { opId, scope, messages: [{ role: "user" as const, content }], options: OPTIONS };
}

export async function accept(engine: Engine, opId: string, scope: Scope, content: string): Promise<ClaimedOp> {
  const outcome = await engine.accept(request(opId, scope, content));
  ensure(outcome.status === "claimed", `accept: ${outcome.status}`);
  return outcome.claim;
}

/** Stores one memory and returns its id. */
export async function store(engine: Engine, opId: string, scope: Scope, text: string): Promise<string> {
  await accept(engine, opId, scope, text);
  await engine.commit({ opId, decisions: [add(text)] });
  return `${opId}-0`;
}

export function add(text: string): CommitDecision {
  return { event: "ADD", text, origin: "rules", reason: "test", decidedBy: "rules" };
}

export function update(id: string, rev: number, text: string): CommitDecision {
  return { event: "UPDATE", id, rev, text, origin: "rules", reason: "test", decidedBy: "rules" };
}

export function searchFor(query: string, scope: Scope) {
  return { scope, query, topK: 10, threshold: 0, filter: null };
}

/** The trace: what became of each add, newest first. State only; `adds.ts` fills it. */
import { computed, signal } from "@preact/signals";
import type { AddResultItem, LLM, LLMPurpose, PendingOp } from "keepsake";
import type { Said } from "./examples.ts";
import { inWords } from "./format.ts";
import { users } from "./settings.ts";

/** One question to the visitor's model. */
export interface LLMCall {
  purpose: LLMPurpose;
  /** Null while it is thinking. */
  ms: number | null;
  /** What it answered, or why it did not. */
  reply: string;
  outcome: "thinking" | "answered" | "failed" | "stopped";
}

export interface Entry extends Said {
  opId: string;
  userId: string;
  /** `earlier`: from before this page was opened, told by the memories' histories. */
  state: "running" | "done" | "waiting" | "refused" | "cancelled" | "earlier";
  at: string;
  ms: number | null;
  results: AddResultItem[];
  error: string | null;
  calls: LLMCall[];
  /** The op that took it back. */
  undoneBy: string | null;
}

export const entries = signal<Entry[]>([]);

/** Those of the user in view, and of others what is not finished. */
export const shownEntries = computed(() =>
  entries.value.filter(
    ({ userId, state }) => userId === users.value.current || state === "running" || state === "waiting",
  ),
);

/** Told to screen readers: the whole cards would be too long. */
export const announcement = signal("");

/** Memories that the latest add wrote; they are marked in the list for a moment. */
export const fresh = signal<ReadonlySet<string>>(new Set());

export function newEntry(said: Said, opId: string, userId: string): Entry {
  const at = new Date().toISOString();
  return { ...said, opId, userId, state: "running", at, ms: null, results: [], error: null, calls: [], undoneBy: null };
}

export function waitingEntry({ opId, scope, messages, options, acceptedAt, lastError }: PendingOp): Entry {
  const said: Said = { messages, infer: options.infer, metadata: options.metadata };
  const userId = scope.userId ?? "";
  return {
    ...newEntry(said, opId, userId),
    state: "waiting",
    at: acceptedAt,
    error: lastError?.message ?? null,
  };
}

export function put(entry: Entry): void {
  entries.value = [entry, ...entries.value].toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

export function patch(opId: string, change: Partial<Entry>): void {
  entries.value = entries.value.map((entry) => (entry.opId === opId ? { ...entry, ...change } : entry));
}

export function find(opId: string): Entry | undefined {
  return entries.value.find((entry) => entry.opId === opId);
}

/** Notes every call with the add that is running. The library asks for one add of a scope at a time. */
export function noted(llm: LLM): LLM {
  return async (request) => {
    // The oldest one: later adds of the scope wait for it.
    const opId = entries.value.findLast(({ state, infer }) => state === "running" && infer)?.opId;
    const started = performance.now();
    const index = note(opId, { purpose: request.purpose, ms: null, reply: "", outcome: "thinking" });
    const done = (reply: string, outcome: LLMCall["outcome"]): void =>
      renote(opId, index, { purpose: request.purpose, ms: performance.now() - started, reply, outcome });
    try {
      const reply = await llm(request);
      done(reply, "answered");
      return reply;
    } catch (error) {
      done(inWords(error), request.signal.aborted ? "stopped" : "failed");
      throw error;
    }
  };
}

function note(opId: string | undefined, call: LLMCall): number {
  const calls = opId === undefined ? undefined : find(opId)?.calls;
  if (opId === undefined || !calls) return -1;
  patch(opId, { calls: [...calls, call] });
  return calls.length;
}

function renote(opId: string | undefined, index: number, call: LLMCall): void {
  const calls = opId === undefined ? undefined : find(opId)?.calls;
  if (opId === undefined || !calls) return;
  patch(opId, { calls: calls.map((one, i) => (i === index ? call : one)) });
}

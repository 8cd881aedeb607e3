/** Adds on their way: from the composer and the examples to the trace, with retry, cancel and resume. */
import { effect, signal, untracked } from "@preact/signals";
import { EngineError, KeepsakeError } from "keepsake";
import type { AddResult, AddResultItem, HistoryEntry, PendingOp, UndoBlocker } from "keepsake";
import type { Said } from "./examples.ts";
import { count, inWords } from "./format.ts";
import { memory, onEvent, pendingOps, refresh, refreshSoon, report } from "./session.ts";
import { users } from "./settings.ts";
import { announcement, entries, find, fresh, newEntry, patch, put, waitingEntry, type Entry } from "./trace.ts";

/** So many memories are asked for their history when the page opens. */
const EARLIER_MEMORIES = 20;

/** As long as the mark's animation. */
const FRESH_MS = 2_500;

/** True while every pending op is tried. */
export const flushing = signal(false);

const controllers = new Map<string, AbortController>();

/** Never rejects: the trace tells how it went. */
export async function add(said: Said, userId = users.value.current): Promise<void> {
  const entry = newEntry(said, crypto.randomUUID(), userId);
  put(entry);
  announcement.value = "Working on it.";
  const controller = new AbortController();
  controllers.set(entry.opId, controller);
  await settle(entry, controller.signal);
  controllers.delete(entry.opId);
}

/** Stops an add that is running or waiting. Nothing of it is kept. */
export async function cancel(opId: string): Promise<void> {
  const controller = controllers.get(opId);
  if (controller) return controller.abort(new DOMException("Cancelled by you.", "AbortError"));
  try {
    if (await memory().cancel(opId)) patch(opId, { state: "cancelled", error: null });
    await refresh();
  } catch (error) {
    report(error);
  }
}

/** Takes back what an add changed, or takes that back again: an undo is an op like any other. */
export async function undo({ opId, undoneBy }: Entry): Promise<void> {
  try {
    const undone = await memory().undo(undoneBy ?? opId);
    patch(opId, { undoneBy: undoneBy === null ? undone.opId : null, error: null });
    announcement.value = undoneBy === null ? "Taken back." : "Back as it was.";
    await refresh();
  } catch (error) {
    const reason =
      KeepsakeError.isInstance(error) && error.code === "conflict" ? whatStandsOnIt(error) : inWords(error);
    patch(opId, { error: reason });
    announcement.value = reason;
  }
}

/** An undo names the ops that are in its way by id; the trace knows them by what they did. */
function whatStandsOnIt({ details }: KeepsakeError): string {
  const blockers = (details["blockedBy"] ?? []) as UndoBlocker[];
  const texts = new Set(blockers.toReversed().map((blocker) => find(blocker.opId)?.results[0]?.memory ?? blocker.id));
  return `Newer changes stand on this one. Take these back first: ${[...texts].map((text) => `“${text}”`).join(", ")}.`;
}

/** Tries everything that waits, now. */
export async function flush(): Promise<void> {
  flushing.value = true;
  const before = pendingOps.value.length;
  try {
    const { results, pending } = await memory().flush();
    for (const result of results) finish(result, null);
    announcement.value = `${count(results.length, "add")} of ${before} finished, ${pending.length} still waiting.`;
    await refresh();
  } catch (error) {
    report(error);
  } finally {
    flushing.value = false;
  }
}

/** Connects the trace to what happens without us: retries in the background, other tabs, adds of yesterday. */
export function followOps(): void {
  effect(() => {
    const waiting = pendingOps.value;
    untracked(() => mergePending(waiting));
  });
  onEvent((event) => {
    if (event.type !== "committed" || find(event.opId)?.state !== "waiting") return;
    resume(event.opId).catch(report);
  });
}

/** What was decided before this page was opened, from the histories of the newest memories. */
export async function loadEarlier(userId: string): Promise<void> {
  const from = memory();
  const { results } = await from.getAll({ userId, topK: EARLIER_MEMORIES });
  const histories = await Promise.all(results.map(({ id }) => from.history(id)));
  const byOp = new Map<string, HistoryEntry[]>();
  for (const change of histories.flat()) byOp.set(change.opId, [...(byOp.get(change.opId) ?? []), change]);
  for (const [opId, changes] of byOp) {
    if (!find(opId)) put(earlierEntry(opId, userId, changes));
  }
}

async function settle({ opId, userId, messages, infer, metadata }: Entry, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  try {
    const result = await memory().add(messages, { userId, metadata, infer, graph: true, opId, signal });
    finish(result, performance.now() - started);
  } catch (error) {
    const cancelled = signal.aborted || (error instanceof EngineError && error.code === "cancelled");
    const waits = KeepsakeError.isInstance(error) && error.details["pending"] === true;
    const state = cancelled ? "cancelled" : waits ? "waiting" : "refused";
    patch(opId, { state, error: cancelled ? null : inWords(error), ms: performance.now() - started });
    announcement.value = cancelled ? "Cancelled." : inWords(error);
  }
  refreshSoon();
}

/** An op that waited was committed by somebody else. The same `opId` again gives its result and stores nothing. */
async function resume(opId: string): Promise<void> {
  const entry = find(opId);
  if (!entry) return;
  const { messages, userId, infer, metadata } = entry;
  finish(await memory().add(messages, { userId, infer, metadata, graph: true, opId }), null);
}

function finish({ opId, results }: AddResult, ms: number | null): void {
  patch(opId, { state: "done", results, error: null, ...(ms !== null && { ms }) });
  markFresh(results.filter(({ event }) => event !== "NONE").flatMap(({ id }) => id ?? []));
  announcement.value = summary(results);
}

function markFresh(ids: string[]): void {
  const mine = new Set(ids);
  fresh.value = mine;
  setTimeout(() => {
    if (fresh.value === mine) fresh.value = new Set();
  }, FRESH_MS);
}

/** `2 added, 1 updated, 1 already known`. */
export function summary(results: AddResultItem[]): string {
  if (results.length === 0) return "Nothing worth remembering";
  const words = { ADD: "added", UPDATE: "updated", DELETE: "deleted", NONE: "left as is" } as const;
  return Object.entries(words)
    .map(([event, word]) => [results.filter((result) => result.event === event).length, word] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(", ");
}

function mergePending(waiting: PendingOp[]): void {
  const byId = new Map(waiting.map((op) => [op.opId, op]));
  const known = entries.value;
  for (const op of waiting) {
    const entry = known.find(({ opId }) => opId === op.opId);
    if (!entry) put(waitingEntry(op));
    else if (entry.state === "waiting" && op.lastError) patch(op.opId, { error: op.lastError.message });
  }
  for (const { opId, state } of known) {
    // Cancelled by another tab; one that was committed has told so before.
    if (state === "waiting" && !byId.has(opId)) patch(opId, { state: "cancelled", error: null });
  }
}

function earlierEntry(opId: string, userId: string, changes: HistoryEntry[]): Entry {
  const said: Said = { messages: [], infer: true, metadata: {} };
  const inOrder = changes.toSorted((a, b) => a.seq - b.seq);
  const results = inOrder.map(({ id, event, memory: text, previousMemory, reason }) => ({
    id,
    event,
    memory: text ?? previousMemory ?? "",
    ...(previousMemory !== null && { previousMemory }),
    reason,
  }));
  const at = inOrder[0]?.at ?? new Date().toISOString();
  return { ...newEntry(said, opId, userId), state: "earlier", at, results };
}

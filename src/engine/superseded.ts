/**
 * Versions of memories that an add has superseded: what "where did I live before Hamburg" asks for. They are in the log
 * and in no view; a search that asks for the past looks at those of its best memories, and at what was deleted lately.
 */
import { overlap } from "../search/fuse.ts";
import { nearness } from "../search/temporal.ts";
import type { ReadTx } from "../store/store.ts";
import { FIRST_DAY, LAST_DAY, type TimeIntent } from "../text/time-intent.ts";
import { tokenize } from "../text/tokenize.ts";
import type { Change, EventTime, ISODate, MemoryRecord, Superseded } from "../types.ts";
import { isVisible } from "./visible.ts";

/** Changes of a scope, newest first, among which deletions are looked for. Reading them takes some 50 ms. */
const RECENT_CHANGES = 1_000;
/** Versions that are looked at, newest first: each may have to be embedded. */
const MAX_VERSIONS = 64;

/** A text that a memory has or had, where it has had more than one. */
export interface Version {
  /** In the search: an id of its own for a former text, the memory's for the present one. */
  id: string;
  memoryId: string;
  /** As it was, under that id; null for the present text, which is in a view already. */
  former: FormerText | null;
  /** How well it answers what the query says about time, in [0, 1]; a former text with 0 is no result. */
  timeliness: number;
  /** The version that the query may name in its place ("Hamburg", for what was before it), if there is one. */
  besideId: string | null;
}

interface FormerText {
  record: MemoryRecord;
  superseded: Superseded;
}

/** Whether it may ask for what does not hold any more. */
export function asksForPast({ window, order, reference }: TimeIntent): boolean {
  return order !== undefined || (window !== undefined && window.to < reference);
}

/**
 * The changes of these memories, and what was changed lately in the scopes, by `seq`.
 * @param ids of memories of the scopes that are searched
 */
export async function readLog(tx: ReadTx, scopeKeys: readonly string[], ids: readonly string[]): Promise<Change[]> {
  const log = new Map<number, Change>();
  for (const scopeKey of scopeKeys) {
    const latest = { index: "scope", prefix: [scopeKey], reverse: true, limit: RECENT_CHANGES };
    for (const change of await tx.getAll("changes", latest)) log.set(change.seq, change);
  }
  for (const id of ids) {
    for (const change of await tx.getAll("changes", { index: "memory", prefix: [id] })) log.set(change.seq, change);
  }
  return [...log.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * @param log as {@link readLog} gives it: of each memory the last change, and all before it from some point on
 * @param nowIso what has expired by then is not shown
 */
export function versionsIn(log: readonly Change[], intent: TimeIntent, nowIso: ISODate): Version[] {
  const byMemory = new Map<string, Change[]>();
  for (const change of log) {
    const changes = byMemory.get(change.memoryId);
    if (changes) changes.push(change);
    else byMemory.set(change.memoryId, [change]);
  }
  const latestFirst = [...byMemory.values()].sort((a, b) => b.at(-1)!.seq - a.at(-1)!.seq);
  return latestFirst.flatMap((changes) => versionsOf(changes, intent, nowIso)).slice(0, MAX_VERSIONS);
}

/** Of one memory, the last first; none where the app deleted it, it has expired, or it has always been what it is. */
function versionsOf(changes: readonly Change[], intent: TimeIntent, nowIso: ISODate): Version[] {
  const { after: present, decidedBy, memoryId } = changes.at(-1)!;
  const isDeleted = present.deletedAt !== undefined;
  if (isDeleted ? decidedBy === "app" : !isVisible(present, nowIso, false)) return [];
  const former = formerTexts(changes);
  if (!isDeleted) former.delete(present.hash);
  const shown = [...former.values()].filter(({ record }) => isVisible(record, nowIso, false));
  if (shown.length === 0) return [];
  const chain = [...shown, ...(isDeleted ? [] : [null])];
  const textOf = (i: number): string | null => (i in chain ? (chain[i]?.record ?? present).memory : null);
  const idOf = (i: number): string | null => (i in chain ? (chain[i]?.record.id ?? memoryId) : null);
  const step = intent.order?.is === "after" ? -1 : 1;
  const versions = chain.map((version, i): Version => {
    const days = { from: chain[i - 1]?.superseded.at ?? null, to: version?.superseded.at ?? null };
    const timeliness = intent.window ? held(intent.window, days) : ordered(intent.order, textOf(i + step), !version);
    // What held in some days is asked for by what it is about, as the present text is.
    const besideId = intent.order ? idOf(i + step) : isDeleted ? null : memoryId;
    return { id: idOf(i)!, memoryId, former: version, timeliness, besideId };
  });
  // Of days in which it was as it is now, it tells what any other memory does.
  return versions.some(({ former, timeliness }) => former && timeliness > 0) || intent.order ? versions.reverse() : [];
}

/**
 * Texts that something else has taken the place of, in the order in which they were left, by hash. What the app itself
 * changed or took back was not true, or is not to be seen; a duplicate that was folded holds on.
 */
function formerTexts(changes: readonly Change[]): Map<string, FormerText> {
  const former = new Map<string, FormerText>();
  for (const { before, after, decidedBy, at } of changes) {
    if (before === null || before.deletedAt !== undefined) continue;
    if (after.deletedAt === undefined && after.hash === before.hash) continue;
    former.delete(before.hash);
    const by = after.deletedAt === undefined ? after.memory : null;
    if (decidedBy === "app" || decidedBy === "exact" || before.memoryType === "synthesis") continue;
    former.set(before.hash, { record: { ...before, id: versionId(before) }, superseded: { at, by } });
  }
  return former;
}

/** @param days from when (null: from the beginning, for it may have been true before it was said) until when (null: now) */
function held(window: EventTime, { from, to }: { from: ISODate | null; to: ISODate | null }): number {
  const days = { from: (from ?? FIRST_DAY).slice(0, 10), to: (to ?? LAST_DAY).slice(0, 10) };
  return nearness(window, days) === 1 ? 1 : 0;
}

/** @param beside the text before or after it, whichever the query names; null: there is none */
function ordered(order: TimeIntent["order"], beside: string | null, isPresent: boolean): number {
  const { is = "before", of = "" } = order ?? {};
  const named = beside === null ? 0 : overlap(tokenize(of), tokenize(beside));
  if (is === "after") return named;
  // What came before anything else may still be meant.
  return isPresent ? 0 : of === "" ? 1 : (1 + named) / 2;
}

/** No id that is given out begins so. */
function versionId({ id, rev }: MemoryRecord): string {
  return `\u0000${rev} ${id}`;
}

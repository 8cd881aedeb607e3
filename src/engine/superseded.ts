/**
 * Versions of memories that an add has superseded: what "where did I live before Hamburg" asks for. They are in the log
 * and in no view; a search that asks for the past looks at those of its best memories, and at what was deleted lately.
 */
import { overlap, weakTerms } from "../search/overlap.ts";
import { nearness } from "../search/temporal.ts";
import type { ReadTx } from "../store/store.ts";
import type { Order } from "../text/former.ts";
import { FIRST_DAY, LAST_DAY, type TimeIntent } from "../text/time-intent.ts";
import { tokenize } from "../text/tokenize.ts";
import type { Change, EventTime, ISODate, MemoryRecord, Superseded } from "../types.ts";
import { standingOn } from "./standing.ts";
import { isVisible } from "./visible.ts";

/** Changes, newest first, among which deletions are looked for. Reading them takes some 50 ms. */
const RECENT_CHANGES = 1_000;
/** Versions that are looked at, newest first: each may have to be embedded. */
const MAX_VERSIONS = 64;
const WEAK_TERMS = weakTerms(tokenize);

/** A text that a memory has or had, where it has had more than one. */
export interface Version {
  /** In the search: an id of its own for a former text, the memory's for the present one. */
  id: string;
  memoryId: string;
  /** `seq` of the memory's last change: after another one it may not be what it was any more. */
  lastSeq: number;
  /** As it was, under that id; null for the present text, which is in a view already. */
  former: FormerText | null;
  /** How well it answers what the query says about time, in [0, 1]; 0: not better than what took its place. */
  timeliness: number;
  /** The version that the query may name in its place ("Hamburg", for what was before it), if there is one. */
  besideId: string | null;
}

interface FormerText {
  record: MemoryRecord;
  superseded: Superseded;
}

/** Whether it may ask for what does not hold any more. */
export function asksForPast({ window, order, former, reference }: TimeIntent): boolean {
  return order !== undefined || former !== undefined || (window !== undefined && window.to < reference);
}

/**
 * The changes of these memories, and what was changed lately in the scopes, by `seq`.
 * @param ids of memories of the scopes that are searched
 */
export async function readLog(tx: ReadTx, scopeKeys: readonly string[], ids: readonly string[]): Promise<Change[]> {
  const log = new Map<number, Change>();
  for (const change of await latestChanges(tx, scopeKeys)) log.set(change.seq, change);
  for (const id of ids) {
    for (const change of await tx.getAll("changes", { index: "memory", prefix: [id] })) log.set(change.seq, change);
  }
  return [...log.values()].sort((a, b) => a.seq - b.seq);
}

/** One read, however many scopes there are. */
async function latestChanges(tx: ReadTx, scopeKeys: readonly string[]): Promise<Change[]> {
  if (scopeKeys.length === 0) return [];
  const latest = { reverse: true, limit: RECENT_CHANGES };
  const [only] = scopeKeys;
  if (scopeKeys.length === 1) return tx.getAll("changes", { ...latest, index: "scope", prefix: [only!] });
  const asked = new Set(scopeKeys);
  return (await tx.getAll("changes", latest)).filter(({ scopeKey }) => asked.has(scopeKey));
}

/** Whether nothing has happened since to the memories whose former texts these are. */
export async function areCurrent(tx: ReadTx, versions: readonly Version[]): Promise<boolean> {
  for (const [id, seq] of new Map(versions.map(({ memoryId, lastSeq }) => [memoryId, lastSeq]))) {
    const [last] = await tx.getAll("changes", { index: "memory", prefix: [id], reverse: true, limit: 1 });
    if (last?.seq !== seq) return false;
  }
  return true;
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

/** Of one memory, the last first; none where it has always been what it is, or what it was is not to be seen. */
function versionsOf(changes: readonly Change[], intent: TimeIntent, nowIso: ISODate): Version[] {
  const { after: present, memoryId, seq: lastSeq } = changes.at(-1)!;
  const standing = standingOn(changes, 0);
  if (!isShown(present, standing, nowIso)) return [];
  const former = chainOf(standing, present, nowIso);
  if (former.length === 0) return [];
  const isDeleted = present.deletedAt !== undefined;
  const chain = isDeleted ? former : [...former, null];
  const timeliness = timelinessOf(intent, chain, present);
  const idOf = (i: number): string | null => (i in chain ? (chain[i]?.record.id ?? memoryId) : null);
  const step = intent.order?.is === "after" ? -1 : 1;
  const versions = chain.map((version, i): Version => {
    // What held in some days is asked for by what it is about, as the present text is.
    const besideId = intent.order ? idOf(i + step) : isDeleted ? null : memoryId;
    return { id: idOf(i)!, memoryId, lastSeq, former: version, timeliness: timeliness[i]!, besideId };
  });
  // Of days in which it was as it is now, it tells what any other memory does.
  const isAnswer = versions.some((version) => version.timeliness > 0 && (version.former || intent.order));
  return isAnswer || intent.former ? versions.reverse() : [];
}

function timelinessOf(intent: TimeIntent, chain: readonly (FormerText | null)[], present: MemoryRecord): number[] {
  if (intent.window) return heldIn(intent.window, chain, present);
  return intent.order ? orderedBy(intent.order, chain, present) : chain.map(() => 0);
}

/** Not what the app deleted, what has expired, or what was folded into another memory, whose versions tell of it. */
function isShown(present: MemoryRecord, standing: readonly Change[], nowIso: ISODate): boolean {
  if (present.deletedAt === undefined) return isVisible(present, nowIso, false);
  return present.replacedBy === undefined && standing.at(-1)?.decidedBy !== "app";
}

/** Former texts in their order, each superseded by what comes next of what is shown. */
function chainOf(standing: readonly Change[], present: MemoryRecord, nowIso: ISODate): FormerText[] {
  const former = formerTexts(standing);
  if (present.deletedAt === undefined) former.delete(present.hash);
  const shown = [...former.values()].filter(({ record }) => isVisible(record, nowIso, false));
  const last = present.deletedAt === undefined ? present.memory : null;
  return shown.map(({ record, at }, i) => ({ record, superseded: { at, by: shown[i + 1]?.record.memory ?? last } }));
}

/**
 * Texts that something else has taken the place of, in the order in which they were left, by hash. What the app itself
 * changed was not true, or is not to be seen; a duplicate that was folded holds on.
 */
function formerTexts(changes: readonly Change[]): Map<string, { record: MemoryRecord; at: ISODate }> {
  const former = new Map<string, { record: MemoryRecord; at: ISODate }>();
  for (const { before, after, decidedBy, at } of changes) {
    if (before === null || before.deletedAt !== undefined) continue;
    if (after.deletedAt === undefined && after.hash === before.hash) continue;
    former.delete(before.hash);
    if (decidedBy === "app" || decidedBy === "exact" || before.memoryType === "synthesis") continue;
    former.set(before.hash, { record: { ...before, id: versionId(before) }, at });
  }
  return former;
}

/** Of each whether it is of the days that are asked about: those that it speaks of, or else those in which it held. */
function heldIn(window: EventTime, chain: readonly (FormerText | null)[], present: MemoryRecord): number[] {
  const isToldNow = present.deletedAt === undefined && isOf(window, present.eventTime);
  return chain.map((version, i) => {
    // From the beginning, for it may have been true before it was said.
    const from = chain[i - 1]?.superseded.at ?? FIRST_DAY;
    const held = isOf(window, daysOf(from, version?.superseded.at ?? LAST_DAY));
    const { eventTime } = version?.record ?? present;
    if (version === null) return Math.max(Number(held), eventTime ? nearness(window, eventTime) : 0);
    return Number(eventTime ? isOf(window, eventTime) && !isToldNow : held);
  });
}

function daysOf(from: ISODate, to: ISODate): EventTime {
  return { from: from.slice(0, 10), to: to.slice(0, 10) };
}

function isOf(window: EventTime, when: EventTime | undefined): boolean {
  return when !== undefined && nearness(window, when) === 1;
}

/**
 * Of each how well the query names what came after it (before it), where it says what that is: half as well further off.
 * What is named by both was not ended by it: who drank coffee before bed and drinks tea before bed has a habit.
 */
function orderedBy({ is, of }: Order, chain: readonly (FormerText | null)[], present: MemoryRecord): number[] {
  if (of === "") return chain.map((version) => Number(is === "before" && version !== null));
  const asked = tokenize(of);
  const named = chain.map((version) =>
    overlap(asked, tokenize((version?.record ?? present).memory), { weak: WEAK_TERMS }),
  );
  return named.map((own, i) => {
    const [next = 0, ...further] = is === "before" ? named.slice(i + 1) : named.slice(0, i).toReversed();
    const beside = Math.max(next, ...further.map((one) => one / 2));
    return beside > own ? beside : 0;
  });
}

/** No id that is given out begins so. */
function versionId({ id, rev }: MemoryRecord): string {
  return `\u0000${rev} ${id}`;
}

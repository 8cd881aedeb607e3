/** Which memories of a scope say the same, or replace each other: without judgement, by rules, or by the LLM. */
import type { Neighbor, RecallResult } from "../../engine/engine.ts";
import type { Survey, Surveyed } from "../../engine/consolidation.ts";
import { canonicalJSON } from "../../text/canonical-json.ts";
import { normalizeStatement } from "../../text/statement.ts";
import type { DecidedBy } from "../../types.ts";
import { ask } from "../ask.ts";
import { mergeMessages } from "../prompts/merge.ts";
import { recall } from "../recall.ts";
import { isOfOneSlot, resolveByRules } from "../rules/index.ts";
import { clustersOf, type Pair } from "./clusters.ts";
import { packed } from "./prompt-size.ts";
import { MERGE_SCHEMA, validateMerge, type Group } from "./replies.ts";
import type { ConsolidateRun } from "./run.ts";

/** Memories that become one. */
export interface Merge {
  /** Oldest words first. */
  members: Surveyed[];
  /** What the one says. */
  text: string;
  origin: Surveyed["origin"];
  reason: string;
  decidedBy: DecidedBy;
}

export interface Merges {
  merges: Merge[];
  /** What of the model's replies was not used. */
  dropped: string[];
}

/** Neighbors that a changed memory is compared with; one more is itself. */
const NEIGHBORS = 5;
/** Changed memories that are looked up at a time: the engine answers a search in between. */
const LOOKED_UP = 16;
/** Most memories that are judged together. */
const MAX_CLUSTER = 12;

/**
 * From these on two memories are judged. Higher than for a fact of an add: that one is new, these were compared when
 * they came, and what is overlooked here stays as it is.
 */
const NEAR = { semantic: 0.5, lexical: 0.4, overlap: 0.5 };

/** @throws {LLMError} {LLMOutputError} */
export async function findMerges(run: ConsolidateRun, survey: Survey): Promise<Merges> {
  const changed = new Set(survey.changed);
  const eligible = survey.memories.filter((one) => !one.immutable && one.memoryType === undefined);
  const twins = exactTwins(eligible, changed);
  const folded = new Set(twins.flatMap(({ members }) => members.slice(1)));
  const left = new Map(eligible.filter((one) => !folded.has(one)).map((one) => [one.id, one]));
  const pairs = await pairsOf(run, survey, left);
  // In the order in which they were said, so that the later of two is the one below.
  const clusters = clustersOf(pairs, MAX_CLUSTER).map((ids) => [...left.values()].filter((one) => ids.has(one.id)));
  const { merges, dropped } = run.llm ? await mergeByLLM(run, clusters) : mergeByRules(clusters);
  return { merges: withTwins(merges, twins), dropped };
}

/** The same statement, of one kind: needs no judgement. */
function exactTwins(eligible: readonly Surveyed[], changed: ReadonlySet<string>): Merge[] {
  const groups = new Map<string, Surveyed[]>();
  for (const one of eligible) {
    const key = `${kindOf(one)}\n${normalizeStatement(one.memory)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()]
    .filter((members) => members.length > 1 && members.some((one) => changed.has(one.id)))
    .map((members) => {
      const { memory: text, origin } = members[0]!;
      return { members, text, origin, reason: "exact: the same statement", decidedBy: "exact" };
    });
}

/**
 * Only memories of one kind become one. "I like tea" is another statement when somebody else says it, and metadata is
 * what an app filters by: a memory that is folded into one of other metadata would be gone from its place.
 */
function kindOf({ actor, expirationDate, attributedTo, origin, metadata = {} }: Surveyed): string {
  const isSaidByAssistant = origin === "verbatim" && attributedTo === "assistant";
  return canonicalJSON([actor, expirationDate, isSaidByAssistant, metadata]);
}

async function pairsOf(run: ConsolidateRun, { changed }: Survey, left: ReadonlyMap<string, Surveyed>): Promise<Pair[]> {
  const asked = changed.flatMap((id) => left.get(id) ?? []);
  const pairs: Pair[] = [];
  for (let at = 0; at < asked.length; at += LOOKED_UP) {
    const some = asked.slice(at, at + LOOKED_UP);
    const { facts, kind } = await recall(
      run,
      run.scope,
      some.map(({ memory }) => memory),
      NEIGHBORS + 1,
    );
    for (const [i, memory] of some.entries()) {
      for (const neighbor of facts[i]!.neighbors) {
        const other = neighbor.id === memory.id ? undefined : left.get(neighbor.id);
        if (!other || kindOf(other) !== kindOf(memory) || !isNear(memory, neighbor, kind)) continue;
        pairs.push({ a: memory.id, b: other.id, strength: Math.max(neighbor.similarity, neighbor.overlap) });
      }
    }
  }
  return pairs;
}

function isNear({ memory }: Surveyed, neighbor: Neighbor, kind: RecallResult["kind"]): boolean {
  if (neighbor.similarity >= NEAR[kind] || neighbor.overlap >= NEAR.overlap) return true;
  return isOfOneSlot(memory, neighbor.memory);
}

async function mergeByLLM(run: ConsolidateRun, clusters: Surveyed[][]): Promise<Merges> {
  const found: Merges = { merges: [], dropped: [] };
  for (const sets of packed(clusters, (cluster) => cluster)) {
    const shown = sets.flat();
    const setOf = sets.flatMap((cluster, set) => cluster.map(() => set));
    const { groups, dropped } = await ask(run, {
      purpose: "merge",
      messages: mergeMessages({
        sets: sets.map((set) => set.map(({ memory: text, updatedAt }) => ({ text, updatedAt }))),
      }),
      schema: MERGE_SCHEMA,
      validate: (value) => validateMerge(value, setOf),
    });
    found.merges.push(...groups.map((group) => toMerge(group, shown)));
    found.dropped.push(...dropped);
  }
  return found;
}

function toMerge({ ids, kind, text, reason }: Group, shown: readonly Surveyed[]): Merge {
  const members = ids.map((id) => shown[id]!);
  const newest = members.at(-1)!;
  const said = text === undefined ? newest : members.find((one) => isSame(one.memory, text));
  // Of two that contradict each other the newest holds, whatever the model says.
  const kept = said && kind === "replaced" ? newest : said;
  const why = { reason: `llm: ${reason ?? kind}`, decidedBy: "llm" } as const;
  return kept
    ? { members, text: kept.memory, origin: kept.origin, ...why }
    : { members, text: text ?? newest.memory, origin: "llm", ...why };
}

/** By slots alone: similarity decides nothing here. */
function mergeByRules(clusters: Surveyed[][]): Merges {
  return { merges: clusters.flatMap(foldByRules), dropped: [] };
}

/** Each statement against those before it, as if it were said now. */
function foldByRules(cluster: readonly Surveyed[]): Merge[] {
  const standing: Merge[] = [];
  for (const memory of cluster) {
    const [decision] = resolveByRules([{ text: memory.memory, neighbors: standing.map(asNeighbor) }]);
    const { origin, memory: text } = memory;
    const target =
      decision?.event === "ADD" ? undefined : standing.find(({ members }) => members[0]!.id === decision?.id);
    if (!target) standing.push({ members: [memory], text, origin, reason: "", decidedBy: "rules" });
    else {
      target.members.push(memory);
      target.reason = decision!.reason;
      if (decision!.event === "UPDATE") Object.assign(target, { text, origin });
    }
  }
  return standing.filter(({ members }) => members.length > 1);
}

function asNeighbor({ members, text }: Merge): Neighbor {
  const { id, rev, updatedAt } = members[0]!;
  const { order } = members.at(-1)!;
  return { id, memory: text, rev, order, updatedAt, similarity: 0, overlap: 0, exact: false };
}

/** A memory that stands for its twins takes them along. */
function withTwins(merges: Merge[], twins: readonly Merge[]): Merge[] {
  const byFirst = new Map(twins.map((twin) => [twin.members[0]!, twin]));
  const joined = merges.map((merge) => ({
    ...merge,
    members: merge.members.flatMap((one) => {
      const twin = byFirst.get(one);
      byFirst.delete(one);
      return twin?.members ?? [one];
    }),
  }));
  return [...byFirst.values(), ...joined];
}

function isSame(a: string, b: string): boolean {
  return normalizeStatement(a) === normalizeStatement(b);
}

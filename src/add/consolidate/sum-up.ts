/** Synthesis: patterns that many memories show, each a memory of its own with links to them. */
import type { Surveyed, ConsolidateDecision } from "../../engine/consolidation.ts";
import { normalizeStatement } from "../../text/statement.ts";
import { ask } from "../ask.ts";
import { summarizeMessages } from "../prompts/summarize.ts";
import type { Allowance, Plan } from "./plan.ts";
import { packed } from "./prompt-size.ts";
import { SUMMARIZE_SCHEMA, validateSummarize, type Pattern } from "./replies.ts";
import type { ConsolidateRun } from "./run.ts";

/** Patterns that are used of one reply: five are asked for. */
const MAX_PATTERNS = 10;
/** Known patterns that are shown, so that they are not repeated; the newest. */
const MAX_KNOWN = 30;

export interface SummedUp {
  decisions: ConsolidateDecision[];
  /** Whether all memories that were due were looked at. */
  isDone: boolean;
  dropped: string[];
}

/** A known pattern with what is left of its memories. */
interface Standing {
  pattern: Surveyed;
  /** Live ones that do not expire; of one that was folded, the one that stands for it. */
  sources: string[];
  /** A source went or has changed since. */
  isStale: boolean;
}

/**
 * At most one LLM call per prompt that is filled; none where nothing is due.
 * @param summed memories with a `seq` up to this one were looked at before
 * @throws {LLMError} {LLMOutputError}
 */
export async function sumUp(run: ConsolidateRun, plan: Plan, summed: number, allowance: Allowance): Promise<SummedUp> {
  const result: SummedUp = { decisions: [], isDone: false, dropped: [] };
  const known = standingOf(plan);
  const lost = known.filter(({ sources }) => sources.length < 2);
  result.decisions.push(...lost.flatMap(({ pattern }) => withdrawn(pattern, allowance)));
  if (!run.llm || run.minMemories === null) return result;

  const stale = known.filter((one) => one.isStale && !lost.includes(one));
  const statements = plan.after.filter(canShow);
  const due = statements.filter((one) => one.seq > summed);
  const isDue = due.length >= run.minMemories;
  const again = new Set(stale.flatMap(({ sources }) => sources));
  const shown = [
    ...statements.filter((one) => again.has(one.id)),
    ...(isDue ? due.filter((one) => !again.has(one.id)) : []),
  ];
  for (const [i, memories] of packed(shown, (one) => [one]).entries()) {
    // What is looked at again comes with its memories, which are in front.
    const { decisions, dropped } = await askFor(run, memories, i === 0 ? stale : [], known, allowance);
    result.decisions.push(...decisions);
    result.dropped.push(...dropped);
  }
  return { ...result, isDone: isDue };
}

/** A pattern stays: it must not tell what is to be gone after a day, and sums are not summed up. */
function canShow({ memoryType, expirationDate }: Surveyed): boolean {
  return memoryType === undefined && expirationDate === undefined;
}

function standingOf({ after, replacedBy, changed }: Plan): Standing[] {
  const live = new Map(after.filter(canShow).map((one) => [one.id, one]));
  return after.flatMap((pattern) => {
    // What the app has reworded is the app's.
    if (pattern.memoryType !== "synthesis" || pattern.immutable || pattern.origin === "app") return [];
    const { derivedFrom = [] } = pattern;
    const sources = [...new Set(derivedFrom.map((id) => replacedBy.get(id) ?? id))].filter((id) => live.has(id));
    const isAsItWas = (id: string): boolean =>
      sources.includes(id) && !changed.has(id) && live.get(id)!.seq < pattern.seq;
    return [{ pattern, sources, isStale: !derivedFrom.every(isAsItWas) }];
  });
}

function withdrawn({ id }: Surveyed, allowance: Allowance): ConsolidateDecision[] {
  const reason = "exact: fewer than two of the memories that it sums up are left";
  return allowance.take(1) === 1 ? [{ event: "DELETE", id, reason, decidedBy: "exact" }] : [];
}

async function askFor(
  run: ConsolidateRun,
  memories: Surveyed[],
  stale: readonly Standing[],
  known: readonly Standing[],
  allowance: Allowance,
): Promise<Omit<SummedUp, "isDone">> {
  const indexOf = new Map(memories.map((one, i) => [one.id, String(i)]));
  const others = known.filter((one) => !stale.includes(one)).slice(-MAX_KNOWN);
  const { patterns, dropped } = await ask(run, {
    purpose: "summarize",
    messages: summarizeMessages({
      memories: memories.map(({ memory: text, updatedAt }) => ({ text, updatedAt })),
      patterns: [
        ...stale.map(({ pattern, sources }) => ({
          text: pattern.memory,
          from: sources.flatMap((id) => indexOf.get(id) ?? []),
        })),
        ...others.map(({ pattern }) => ({ text: pattern.memory })),
      ],
    }),
    schema: SUMMARIZE_SCHEMA,
    validate: (value) =>
      validateSummarize(value, { memories: memories.length, patterns: stale.length, max: MAX_PATTERNS }),
  });
  const renewals = stale.flatMap((one, i) =>
    renewed(
      one,
      patterns.find(({ pattern }) => pattern === i),
      memories,
      allowance,
    ),
  );
  const stated = new Set(known.map(({ pattern }) => normalizeStatement(pattern.memory)));
  const fresh = patterns.filter(({ pattern }) => pattern === undefined);
  return { decisions: [...renewals, ...fresh.flatMap((one) => added(one, memories, stated))], dropped };
}

/** Looked at again: with what the model says of it now, or as it is, with what is left of its memories. */
function renewed(
  { pattern: { id, memory }, sources }: Standing,
  said: Pattern | undefined,
  memories: readonly Surveyed[],
  allowance: Allowance,
): ConsolidateDecision[] {
  const text = said?.text ?? memory;
  const derivedFrom = said ? said.from.map((i) => memories[i]!.id) : sources;
  if (text !== memory && allowance.take(1) === 0) return [];
  const reason = `llm: ${said?.reason ?? "still holds"}; its memories have changed`;
  return [{ event: "UPDATE", id, text, derivedFrom, reason, decidedBy: "llm" }];
}

function added(
  { text, from, reason }: Pattern,
  memories: readonly Surveyed[],
  stated: Set<string>,
): ConsolidateDecision[] {
  const statement = normalizeStatement(text);
  if (stated.has(statement)) return [];
  stated.add(statement);
  const derivedFrom = from.map((i) => memories[i]!.id);
  const why = `llm: ${reason ?? "a pattern"}; sums up ${derivedFrom.length} memories`;
  return [{ event: "ADD", text, derivedFrom, reason: why, decidedBy: "llm" }];
}

/** What a caller of `search` handed in, as what the engine takes. */
import type { MessageSearchRequest, RelationsRequest, SearchRequest } from "../engine/engine.ts";
import { InvalidInputError } from "../errors.ts";
import { toFields, type Fields } from "./fields.ts";
import { toContextMessages, toIncluded } from "./include-options.ts";
import type { MemoryOptions, SearchOptions } from "../options.ts";
import { toView } from "./requests.ts";
import { toRerankPlan, type RerankPlan } from "./rerank-options.ts";
import { systemRuntime } from "../runtime.ts";
import { dayAt, localOffset } from "../text/calendar.ts";
import { timeIntentOf } from "../text/time-intent.ts";
import type { ISODate } from "../types.ts";
import { toFlag, toInstant } from "./checks.ts";
import { toHalfLifeDays } from "./decay-options.ts";
import { toQuery, toText, toThreshold, toTopK } from "./validate.ts";

export interface ReadSearch {
  /** Null where memories are not asked for. */
  request: SearchRequest | null;
  /** Null where kept messages are not asked for. */
  messages: MessageSearchRequest | null;
  /** With `graph`: where to look for relations around what the search will have found. */
  around: Omit<RelationsRequest, "memoryIds"> | null;
  /** With `rerank` or `criteria`: how what was found is to be put in order. */
  rerank: RerankPlan | null;
  fields: Fields;
}

/**
 * @param memory options of the instance
 * @throws {InvalidInputError}
 */
export function readSearch(query: unknown, options: SearchOptions, memory: MemoryOptions): ReadSearch {
  if (typeof query === "object") {
    throw new InvalidInputError(
      'keepsake: search takes the query first, and the options second: search("tea", { userId }).',
    );
  }
  const shared = { ...toQuery(options, "search"), ...toView(options), query: toText(query, "the query") };
  const graph = toFlag(options.graph, "graph");
  const ranked = {
    ...shared,
    topK: toTopK(options.topK ?? options.top_k ?? options.limit),
    threshold: toThreshold(options.threshold),
    ...(toFlag(options.explain, "explain") && { explain: true }),
  };
  const { showExpired: _, ...forMessages } = { ...ranked, contextMessages: toContextMessages(options) };
  const included = toIncluded(options);
  const rerank = toRerankPlan(options, memory, ranked.topK);
  if (rerank && !included.memories) {
    throw new InvalidInputError("keepsake: rerank and criteria put memories in order. Include memories, or drop them.");
  }
  const { time, decay } = toTiming(options, memory, shared.query);
  const timed = time && { time };
  const forMemories = { ...ranked, ...timed, ...(decay && { decay }) };
  return {
    request: included.memories ? { ...forMemories, ...(graph && { graph: true }) } : null,
    messages: included.messages ? { ...forMessages, ...timed } : null,
    around: graph ? shared : null,
    rerank,
    fields: toFields(options.fields, "search"),
  };
}

/** What the query says about time, and what age and use count. */
function toTiming(options: SearchOptions, memory: MemoryOptions, query: string) {
  const [instant, offsetMinutes] = toReference(options, (memory.runtime ?? systemRuntime).now());
  const time = timeIntentOf(query, dayAt(instant, offsetMinutes), offsetMinutes);
  const decay = toDecay(options.decay === undefined ? memory.decay : options.decay, instant);
  return { time, decay };
}

/** When it is asked, and by a clock that is so many minutes ahead of UTC. */
function toReference({ referenceDate, at }: SearchOptions, now: number): [instant: ISODate, offsetMinutes: number] {
  const given = referenceDate ?? at ?? new Date(now);
  const instant = toInstant(given, referenceDate === undefined ? "at" : "referenceDate");
  return [instant, offsetOf(given) ?? localOffset(instant)];
}

/** Of the clock that an ISO string is of: UTC where it is a day alone. Undefined where it does not say. */
function offsetOf(given: unknown): number | undefined {
  if (typeof given !== "string") return undefined;
  const [, sign, hours, minutes] = /T.*([+-])(\d\d):?(\d\d)$/i.exec(given) ?? [];
  if (sign !== undefined) return Number(`${sign}1`) * (60 * Number(hours) + Number(minutes));
  return /T.*[^Z]$/i.test(given) ? undefined : 0;
}

function toDecay(decay: unknown, reference: ISODate): SearchRequest["decay"] | null {
  const halfLifeDays = toHalfLifeDays(decay);
  return halfLifeDays === null ? null : { halfLifeDays, reference };
}

/** What an LLM says about memories: the schema, and a reader that takes it generously and never guesses. */
import { ReplyProblem } from "../add/parse-reply.ts";
import { listOf } from "../add/reply-schema.ts";
import { listUnder, own } from "../add/reply-shapes.ts";
import { readIndex } from "../add/reply-text.ts";

export const RERANK_SCHEMA = listOf("memories", {
  id: { type: "integer" },
  scores: { type: "array", items: { type: "number" } },
});

/** Scales that models fall back to; a reply whose greatest score is above 1 is read on the first that holds it. */
const SCALES = [1, 10, 100];

export interface ScoreBounds {
  /** Memories shown: ids are 0 to `documents - 1`. */
  documents: number;
  criteria: number;
}

/**
 * Reads `{"memories":[{"id":0,"scores":[0.8]}]}`; with one criterion also `"score":0.8`. Ids that were not shown are
 * dropped, of two entries for one memory the first counts, and what is not scored has 0.
 * @returns one list per memory shown, in their order, with one number in [0, 1] per criterion
 * @throws {ReplyProblem} where no memory is scored, or scores are not numbers on a known scale
 */
export function validateScores(value: unknown, bounds: ScoreBounds): number[][] {
  const entries = listUnder(value, ["memories"], ["results", "ranking", "scores"]);
  if (entries === null)
    throw new ReplyProblem('The reply must be a JSON object of the form {"memories":[{"id":0,"scores":[0.8]}]}');
  const read = new Map<number, number[]>();
  for (const entry of entries) {
    const id = readIndex(own(entry, ["id", "index", "memory"]));
    if (id !== null && id < bounds.documents && !read.has(id)) read.set(id, readScores(entry, bounds.criteria));
  }
  if (read.size === 0) throw new ReplyProblem("No entry has the id of a memory that was shown");
  const scale = scaleOf([...read.values()].flat());
  const nothing = Array.from({ length: bounds.criteria }, () => 0);
  return Array.from({ length: bounds.documents }, (_, id) => read.get(id)?.map((score) => score / scale) ?? nothing);
}

function readScores(entry: unknown, criteria: number): number[] {
  const given = own(entry, ["scores", "score", "relevance"]);
  const list: unknown[] = Array.isArray(given) ? given : [given];
  const scores = list.map((score) => (typeof score === "string" && score.trim() !== "" ? Number(score) : score));
  if (scores.length === criteria && scores.every((score) => typeof score === "number" && score >= 0)) {
    return scores as number[];
  }
  throw new ReplyProblem(`Every entry needs "scores": a list of ${criteria} numbers from 0 to 1`);
}

function scaleOf(scores: number[]): number {
  const greatest = Math.max(...scores);
  const scale = SCALES.find((top) => greatest <= top);
  if (scale === undefined) throw new ReplyProblem("Scores must be numbers from 0 to 1");
  return scale;
}

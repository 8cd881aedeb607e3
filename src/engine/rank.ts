/**
 * One ranking of what lies in views, memories and messages alike: every signal names its candidates, then every signal
 * is asked about all of them, so that no score depends on who named it. What counts how much, and why: docs/ranking.md.
 */
import { fuse, type Fused, type Signals } from "../search/fuse.ts";
import type { KeywordIndex } from "../search/keyword-index.ts";
import { namesIn, searchKeywords, type KeywordHit } from "../search/keyword-search.ts";
import type { QueryWords } from "../search/query-words.ts";
import type { ScoreParts } from "../types.ts";
import type { PlannedIndex } from "../vector/planned-index.ts";
import type { VectorHit } from "../vector/vector-index.ts";
import type { SearchRequest } from "./engine.ts";

/** Candidates per signal and result: one that is fifth by meaning and fifth by words may be the best of all. */
const CANDIDATES_PER_RESULT = 3;
const MIN_CANDIDATES = 50;

/** What is in memory of one scope. */
export interface Rankable {
  readonly keywords: KeywordIndex;
  /** Null where there are none. */
  readonly vectors: PlannedIndex | null;
}

export interface Ranked<V> {
  view: V;
  label: number;
  /** In [0, 1]: the sum of the parts. */
  score: number;
  parts: ScoreParts;
}

/** By view: labels that may be found; null where all may. */
export type Allowed = readonly (readonly number[] | null)[];

/** What a ranking goes by beside its request. */
export interface RankBasis<V> {
  /** Of the query, in the space of the views; null where words have to do. */
  vector: Float32Array | null;
  /** Of what made the vector. */
  kind: Signals<number>["kind"];
  /** How the words of the query are read. */
  words: QueryWords;
  allowed: Allowed;
  /** Whether it is the query itself: that is its best answer, whatever stands around it or around others. */
  isExact: (view: V, label: number) => boolean;
  /** Whether it is known to be about somebody whom the query names. @default null: names tell */
  isTied?: ((view: V, label: number) => boolean) | null;
  /** Where the query says something about time. @default null */
  time?: TimeSignal<V> | null;
  /** The order of equal scores. */
  newestFirst: (a: Ranked<V>, b: Ranked<V>) => number;
}

export interface TimeSignal<V> {
  /** How well it answers what the query says about time, in [0, 1]. */
  timeliness: (view: V, label: number) => number;
  /** Labels that are candidates for their time alone, about `count` at most. @param allowed null: all */
  candidates: (view: V, count: number, allowed: readonly number[] | null) => number[];
}

/** Best first. */
export function rank<V extends Rankable>(
  views: readonly V[],
  { query, topK, threshold }: Pick<SearchRequest, "query" | "topK" | "threshold">,
  basis: RankBasis<V>,
): Ranked<V>[] {
  if (topK === 0) return [];
  const candidates = candidatesOf(views, query, Math.max(MIN_CANDIDATES, topK * CANDIDATES_PER_RESULT), basis);
  return fuse(signalsOf(views, query, candidates, basis))
    .filter(({ score }) => score >= threshold)
    .map((fused) => toRanked(fused, candidates[fused.key]!))
    .sort((a, b) => b.score - a.score || basis.newestFirst(a, b))
    .slice(0, topK);
}

interface Candidate<V> {
  view: V;
  label: number;
  similarity: number;
  hit: KeywordHit | undefined;
  isExact: boolean;
}

/** What meaning, time or words name, and of each what meaning and words say. */
function candidatesOf<V extends Rankable>(
  views: readonly V[],
  query: string,
  count: number,
  { vector, words, allowed, isExact, time }: RankBasis<V>,
): Candidate<V>[] {
  const named = views.map((view, i) => {
    const near = vector && view.vectors ? nearest(view.vectors, vector, count, allowed[i] ?? undefined) : [];
    const timely = time?.candidates(view, count, allowed[i] ?? null) ?? [];
    return new Set([...near.map(({ label }) => label), ...timely]);
  });
  const hits = searchKeywords(
    views.map((view) => view.keywords),
    query,
    {
      topK: count,
      allowed: allowed.map((labels) => labels && new Set(labels)),
      also: named,
      surroundings: true,
      ...words,
    },
  );
  return views.flatMap((view, i) => {
    const byLabel = new Map(hits.flatMap((hit) => (hit.index === i ? [[hit.label, hit]] : [])));
    const labels = [...new Set([...named[i]!, ...byLabel.keys()])];
    const similarities = vector ? view.vectors?.similarities(vector, labels) : undefined;
    return labels.map((label) => ({
      view,
      label,
      similarity: similarities?.get(label) ?? 0,
      hit: byLabel.get(label),
      isExact: isExact(view, label),
    }));
  });
}

/**
 * The nearest so many, and all that are as near as the last of them: which of equal ones come first is not for their
 * labels to say, for those depend on how the view was loaded.
 */
function nearest(
  vectors: PlannedIndex,
  vector: Float32Array,
  count: number,
  allowed: readonly number[] | undefined,
): VectorHit[] {
  for (let wanted = count + 1; ; wanted *= 2) {
    const hits = vectors.search(vector, wanted, allowed);
    const last = hits[count - 1]?.similarity ?? -Infinity;
    if (hits.length < wanted || hits.at(-1)!.similarity < last) return hits.filter((hit) => hit.similarity >= last);
  }
}

function signalsOf<V extends Rankable>(
  views: readonly V[],
  query: string,
  candidates: readonly Candidate<V>[],
  { kind, isTied, time }: RankBasis<V>,
): Signals<number> {
  const names = namesIn(
    views.map((view) => view.keywords),
    query,
  );
  const tied = candidates.map(({ view, label }) => isTied?.(view, label) ?? false);
  const isAbout = ({ view, label, isExact }: Candidate<V>, key: number): boolean =>
    isExact || tied[key]! || view.keywords.isNamed(label, names);
  const isSomebodyNamed = names.size > 0 || tied.includes(true);
  return {
    kind,
    vector: candidates.map(({ similarity }, key) => ({ key, similarity })),
    keyword: candidates.map(({ isExact, hit }, key) => ({ key, coverage: isExact ? 1 : (hit?.coverage ?? 0) })),
    person: isSomebodyNamed
      ? new Set(candidates.flatMap((candidate, key) => (isAbout(candidate, key) ? [key] : [])))
      : null,
    time: time ? new Map(candidates.map(({ view, label }, key) => [key, time.timeliness(view, label)])) : null,
  };
}

function toRanked<V>({ score, parts }: Fused<number>, { view, label, hit, isExact }: Candidate<V>): Ranked<V> {
  const { vector: meaning, keyword, person, time } = parts;
  const words = keyword * (isExact ? 1 : (hit?.own ?? 0));
  // The rest, and not another product: the parts sum up to the score.
  const surroundings = Math.max(0, score - meaning - words - person - time);
  return { view, label, score, parts: { meaning, words, person, time, surroundings } };
}

/** Search over views: filter first, then rank. What counts how much, and why: docs/ranking.md. */
import { compileFilter } from "../search/filter.ts";
import { fuse, type Fused } from "../search/fuse.ts";
import { namesIn, searchKeywords, type KeywordHit } from "../search/keyword-search.ts";
import type { QueryWords } from "../search/query-words.ts";
import { hashStatement } from "../text/statement.ts";
import type { ReadTx } from "../store/store.ts";
import type { ISODate, ScoreParts, SearchResult } from "../types.ts";
import type { SearchRequest } from "./engine.ts";
import { toItem } from "./item.ts";
import type { ScopeView, ViewRow } from "./scope-view.ts";
import { isVisible, visibleLabels } from "./visible.ts";

/** Candidates per signal and result: one that is fifth by meaning and fifth by words may be the best of all. */
const CANDIDATES_PER_RESULT = 3;
const MIN_CANDIDATES = 50;

/** What a search goes by beside its request. */
export interface SearchBasis {
  /** Of the embedder that made the vector. */
  kind: "semantic" | "lexical";
  /** How the words of the query are read. */
  words: QueryWords;
  /** What expiration dates are compared with. */
  nowIso: ISODate;
  /** With the graph: ids of memories that are tied to an entity the query names. */
  about: ReadonlyMap<string, number> | null;
  /** Where the query says something about time. @default null */
  time?: TimeSignal | null;
}

export interface TimeSignal {
  /** How well a memory answers what the query says about time, in [0, 1]. */
  timeliness: (row: ViewRow) => number;
  /** Labels that are candidates for their time alone, about `count` at most. @param allowed null: all */
  candidates: (view: ScopeView, count: number, allowed: readonly number[] | null) => number[];
}

/**
 * Ranks by what is in memory, and reads the records of what it found: of the others only where a filter asks for them.
 * @param vector of the query, in the space of the views
 * @param tx in which the views were brought up to date
 */
export async function search(
  views: ScopeView[],
  request: Omit<SearchRequest, "scope">,
  vector: Float32Array,
  basis: SearchBasis,
  tx: ReadTx,
): Promise<SearchResult[]> {
  if (request.topK === 0) return [];
  const allowed: Allowed = [];
  for (const view of views) allowed.push(await allowedLabels(view, request, basis.nowIso, tx));
  const ranked = rank(views, request, vector, { ...basis, allowed });
  return Promise.all(
    ranked.map(async ({ view, label, score, parts }) => ({
      ...toItem(await view.recordAt(label, tx)),
      score,
      ...(request.explain && { parts }),
    })),
  );
}

interface Ranked {
  view: ScopeView;
  label: number;
  score: number;
  parts: ScoreParts;
}

/** By view: labels that may be found; null where all may. */
type Allowed = (number[] | null)[];

/** Best first; equal scores by `seq`, newest first. */
function rank(
  views: ScopeView[],
  { query, topK, threshold }: Omit<SearchRequest, "scope">,
  vector: Float32Array,
  { kind, words, about, time, allowed }: SearchBasis & { allowed: Allowed },
): Ranked[] {
  const count = Math.max(MIN_CANDIDATES, topK * CANDIDATES_PER_RESULT);
  const byWords = searchKeywords(
    views.map((view) => view.keywords),
    query,
    {
      topK: count,
      allowed: allowed.map((labels) => labels && new Set(labels)),
      surroundings: true,
      ...words,
    },
  );
  const hits = new Map(byWords.map((hit) => [keyOf(hit.index, hit.label), hit]));
  const byTime = views.map((view, index) => time?.candidates(view, count, allowed[index] ?? null) ?? []);
  const byMeaning = similarities(views, vector, { count, allowed, byWords, byTime });
  const keys = new Set([...hits.keys(), ...byMeaning.map(({ key }) => key)]);
  // A memory that is the query itself is its best answer, whatever stands around it or around others.
  const hash = hashStatement(query);
  const exact = new Set([...keys].filter((key) => rowAt(views, key).hash === hash));
  const keyword = [
    ...[...hits].map(([key, { coverage }]) => ({ key, coverage })),
    ...[...exact].map((key) => ({ key, coverage: 1 })),
  ];
  const tied = [...keys].filter((key) => about?.has(rowAt(views, key).id));
  const named = aboutNamed(views, query, keys);
  const person = named || tied.length > 0 ? new Set([...(named ?? []), ...tied, ...exact]) : null;
  const timely = time ? new Map([...keys].map((key) => [key, time.timeliness(rowAt(views, key))])) : null;
  return fuse({ kind, vector: byMeaning, keyword, person, time: timely })
    .filter(({ score }) => score >= threshold)
    .map((fused) => ({ fused, seq: rowAt(views, fused.key).seq }))
    .sort((a, b) => b.fused.score - a.fused.score || b.seq - a.seq)
    .slice(0, topK)
    .map(({ fused }) => {
      const [index, label] = positionOf(fused.key);
      const own = exact.has(fused.key) ? 1 : (hits.get(fused.key)?.own ?? 0);
      return { view: views[index]!, label, score: fused.score, parts: partsOf(fused, own) };
    });
}

interface Candidates {
  count: number;
  allowed: Allowed;
  byWords: KeywordHit[];
  /** Labels, by view. */
  byTime: number[][];
}

function similarities(
  views: ScopeView[],
  vector: Float32Array,
  { count, allowed, byWords, byTime }: Candidates,
): { key: string; similarity: number }[] {
  return views.flatMap((view, index) => {
    const found = view.vectors.search(vector, count, allowed[index] ?? undefined);
    // What only words or time found has a similarity too: a missing one would count as none.
    const rest = [...byWords.filter((hit) => hit.index === index).map((hit) => hit.label), ...byTime[index]!];
    const known = view.vectors.similarities(vector, rest);
    for (const { label, similarity } of found) known.set(label, similarity);
    for (const label of byTime[index]!) if (!known.has(label)) known.set(label, 0);
    return [...known].map(([label, similarity]) => ({ key: keyOf(index, label), similarity }));
  });
}

/** Those by or about somebody whom the query names; null where it names nobody. */
function aboutNamed(views: ScopeView[], query: string, keys: ReadonlySet<string>): Set<string> | null {
  const names = namesIn(
    views.map((view) => view.keywords),
    query,
  );
  if (names.size === 0) return null;
  return new Set(
    [...keys].filter((key) => {
      const [index, label] = positionOf(key);
      return views[index]!.keywords.isNamed(label, names);
    }),
  );
}

/** @param own share of what words add that is due to the memory's own */
function partsOf({ parts, score }: Fused<string>, own: number): ScoreParts {
  const words = parts.keyword * own;
  const { vector: meaning, person, time } = parts;
  // The rest, and not another product: the parts sum up to the score.
  return { meaning, words, person, time, surroundings: Math.max(0, score - meaning - words - person - time) };
}

function keyOf(index: number, label: number): string {
  return `${index}:${label}`;
}

function positionOf(key: string): [index: number, label: number] {
  return key.split(":").map(Number) as [number, number];
}

function rowAt(views: ScopeView[], key: string): ViewRow {
  const [index, label] = positionOf(key);
  return views[index]!.rowAt(label);
}

/** Labels that pass the filter and are not hidden; null where all do. */
async function allowedLabels(
  view: ScopeView,
  { filter, showExpired = false }: Pick<SearchRequest, "filter" | "showExpired">,
  nowIso: ISODate,
  tx: ReadTx,
): Promise<number[] | null> {
  if (!filter) return visibleLabels(view, nowIso, showExpired);
  const accepts = compileFilter(filter);
  const allowed: number[] = [];
  for (const [label, record] of await view.records(tx)) {
    if (isVisible(record, nowIso, showExpired) && accepts(record)) allowed.push(label);
  }
  return allowed;
}

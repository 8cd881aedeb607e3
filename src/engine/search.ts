/** Search over views: filter first, then rank. What counts how much, and why: docs/ranking.md. */
import { compileFilter } from "../search/filter.ts";
import { fuse, type Fused } from "../search/fuse.ts";
import { namesIn, searchKeywords, type KeywordHit } from "../search/keyword-search.ts";
import { kindMembers } from "../text/kinds.ts";
import { hashStatement } from "../text/statement.ts";
import type { ISODate, MemoryRecord, ScoreParts, SearchResult } from "../types.ts";
import type { SearchRequest } from "./engine.ts";
import { toItem } from "./item.ts";
import type { ScopeView } from "./scope-view.ts";
import { isVisible } from "./visible.ts";

/** Candidates per signal and result: one that is fifth by meaning and fifth by words may be the best of all. */
const CANDIDATES_PER_RESULT = 3;
const MIN_CANDIDATES = 50;

/** What a search goes by beside its request. */
export interface SearchBasis {
  /** Of the embedder that made the vector. */
  kind: "semantic" | "lexical";
  /** What expiration dates are compared with. */
  nowIso: ISODate;
  /** With the graph: ids of memories that are tied to an entity the query names. */
  about: ReadonlyMap<string, number> | null;
}

/** @param vector of the query, in the space of the views */
export function search(
  views: ScopeView[],
  request: Omit<SearchRequest, "scope">,
  vector: Float32Array,
  { kind, nowIso, about }: SearchBasis,
): SearchResult[] {
  const { query, topK, threshold, explain = false } = request;
  if (topK === 0) return [];
  const count = Math.max(MIN_CANDIDATES, topK * CANDIDATES_PER_RESULT);
  const allowed = views.map((view) => allowedLabels(view, request, nowIso));
  const byWords = searchKeywords(
    views.map((view) => view.keywords),
    query,
    {
      topK: count,
      allowed: allowed.map((labels) => labels && new Set(labels)),
      surroundings: true,
      related: kindMembers,
    },
  );
  const hits = new Map(byWords.map((hit) => [keyOf(hit.index, hit.label), hit]));
  const byMeaning = similarities(views, vector, { count, allowed, byWords });
  const keys = new Set([...hits.keys(), ...byMeaning.map(({ key }) => key)]);
  // A memory that is the query itself is its best answer, whatever stands around it or around others.
  const hash = hashStatement(query);
  const exact = new Set([...keys].filter((key) => recordAt(views, key).hash === hash));
  const keyword = [
    ...[...hits].map(([key, { coverage }]) => ({ key, coverage })),
    ...[...exact].map((key) => ({ key, coverage: 1 })),
  ];
  const tied = [...keys].filter((key) => about?.has(recordAt(views, key).id));
  const named = aboutNamed(views, query, keys);
  const person = named || tied.length > 0 ? new Set([...(named ?? []), ...tied, ...exact]) : null;
  return fuse({ kind, vector: byMeaning, keyword, person })
    .filter(({ score }) => score >= threshold)
    .map((fused) => ({ fused, record: recordAt(views, fused.key) }))
    .sort((a, b) => b.fused.score - a.fused.score || b.record.seq - a.record.seq)
    .slice(0, topK)
    .map(({ fused, record }) => ({
      ...toItem(record),
      score: fused.score,
      ...(explain && { parts: partsOf(fused, exact.has(fused.key) ? 1 : (hits.get(fused.key)?.own ?? 0)) }),
    }));
}

interface Candidates {
  count: number;
  allowed: (number[] | null)[];
  byWords: KeywordHit[];
}

function similarities(
  views: ScopeView[],
  vector: Float32Array,
  { count, allowed, byWords }: Candidates,
): { key: string; similarity: number }[] {
  return views.flatMap((view, index) => {
    const found = view.vectors.search(vector, count, allowed[index] ?? undefined);
    // What only words found has a similarity too: a missing one would count as none.
    const rest = byWords.filter((hit) => hit.index === index).map((hit) => hit.label);
    const known = view.vectors.similarities(vector, rest);
    for (const { label, similarity } of found) known.set(label, similarity);
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
  const { vector: meaning, person } = parts;
  // The rest, and not another product: the parts sum up to the score.
  return { meaning, words, person, surroundings: Math.max(0, score - meaning - words - person) };
}

function keyOf(index: number, label: number): string {
  return `${index}:${label}`;
}

function positionOf(key: string): [index: number, label: number] {
  return key.split(":").map(Number) as [number, number];
}

function recordAt(views: ScopeView[], key: string): MemoryRecord {
  const [index, label] = positionOf(key);
  return views[index]!.at(label);
}

/** Labels that pass the filter and are not hidden; null where all do. */
function allowedLabels(
  view: ScopeView,
  { filter, showExpired = false }: Pick<SearchRequest, "filter" | "showExpired">,
  nowIso: ISODate,
): number[] | null {
  if (!filter && (showExpired || !view.hasExpiring)) return null;
  const accepts = filter ? compileFilter(filter) : () => true;
  const isAllowed = (record: MemoryRecord): boolean => isVisible(record, nowIso, showExpired) && accepts(record);
  const entries = [...view.entries()];
  const allowed = entries.flatMap(([label, record]) => (isAllowed(record) ? [label] : []));
  return filter || allowed.length < entries.length ? allowed : null;
}

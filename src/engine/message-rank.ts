/** Ranking of kept messages: as of memories (docs/ranking.md), by words and surroundings, and by vectors where there are any. */
import { compileFilter, type Filterable } from "../search/filter.ts";
import { fuse, type Fused } from "../search/fuse.ts";
import { namesIn, searchKeywords, type KeywordHit } from "../search/keyword-search.ts";
import { queryWords } from "../search/query-words.ts";
import { normalizeStatement } from "../text/statement.ts";
import { tokenize } from "../text/tokenize.ts";
import type { ScoreParts } from "../types.ts";
import type { MessageSearchRequest } from "./engine.ts";
import type { HeldMessage, MessageView } from "./message-view.ts";

/** As in `search.ts`: candidates per signal. */
const CANDIDATES_PER_RESULT = 3;
const MIN_CANDIDATES = 50;

/** The query's vector, and what made it; null where messages are not embedded. */
export type QueryVector = { vector: Float32Array; kind: "semantic" | "lexical" } | null;

export interface FoundMessage {
  view: MessageView;
  label: number;
  score: number;
  parts: ScoreParts;
}

/** Best first; equal scores by order, then index, newest first. */
export function rankMessages(
  views: readonly MessageView[],
  request: Pick<MessageSearchRequest, "query" | "topK" | "threshold" | "filter">,
  vector: QueryVector,
): FoundMessage[] {
  const { query, topK, threshold, filter } = request;
  if (topK === 0) return [];
  const count = Math.max(MIN_CANDIDATES, topK * CANDIDATES_PER_RESULT);
  const allowed = views.map((view) => allowedLabels(view, filter));
  const indexes = views.map((view) => view.keywords);
  const hits = searchKeywords(indexes, query, {
    topK: count,
    allowed: allowed.map((labels) => labels && new Set(labels)),
    surroundings: true,
    ...queryWords,
  });
  const candidates = new Candidates(views);
  for (const hit of hits) candidates.addHit(hit);
  if (vector) candidates.addSimilar(vector.vector, count, allowed);
  candidates.markExact(query);
  candidates.markNamed(namesIn(indexes, query));
  return fuse({ kind: vector?.kind ?? "none", ...candidates.signals })
    .filter(({ score }) => score >= threshold)
    .map((fused) => candidates.found(fused))
    .sort((a, b) => b.score - a.score || newestFirst(a, b))
    .slice(0, topK);
}

function newestFirst(a: FoundMessage, b: FoundMessage): number {
  const [x, y] = [a.view.at(a.label), b.view.at(b.label)];
  return y.order - x.order || y.index - x.index || (x.scopeKey < y.scopeKey ? -1 : 1);
}

interface Candidate {
  view: MessageView;
  label: number;
  hit?: KeywordHit;
  similarity: number;
  isExact: boolean;
  isNamed: boolean;
}

/** What the signals say of each message that one of them has found. */
class Candidates {
  readonly #views: readonly MessageView[];
  readonly #byKey = new Map<string, Candidate>();
  #isSomebodyNamed = false;

  constructor(views: readonly MessageView[]) {
    this.#views = views;
  }

  addHit(hit: KeywordHit): void {
    this.#at(hit.index, hit.label).hit = hit;
  }

  addSimilar(vector: Float32Array, count: number, allowed: readonly (number[] | null)[]): void {
    for (const [index, { vectors }] of this.#views.entries()) {
      if (!vectors) continue;
      const near = vectors.search(vector, count, allowed[index] ?? undefined);
      for (const { label, similarity } of near) this.#at(index, label).similarity = similarity;
    }
    // What only words found has a similarity too: a missing one would count as none.
    for (const candidate of this.#byKey.values()) {
      const { view, label } = candidate;
      candidate.similarity = view.vectors?.similarities(vector, [label]).get(label) ?? 0;
    }
  }

  /** A message that is the query itself is its best answer, whatever stands around it or around others. */
  markExact(query: string): void {
    const wanted = normalizeStatement(query);
    const terms = new Set(tokenize(query)).size;
    for (const candidate of this.#byKey.values()) {
      const { view, label } = candidate;
      // The same text has as many terms: to count is cheaper than to normalize.
      if (view.keywords.terms(label).length !== terms) continue;
      candidate.isExact = normalizeStatement(view.at(label).content) === wanted;
    }
  }

  markNamed(names: ReadonlySet<string>): void {
    this.#isSomebodyNamed = names.size > 0;
    for (const candidate of this.#byKey.values()) {
      candidate.isNamed = candidate.isExact || candidate.view.keywords.isNamed(candidate.label, names);
    }
  }

  get signals() {
    const all = [...this.#byKey];
    const coverage = ({ isExact, hit }: Candidate): number => (isExact ? 1 : (hit?.coverage ?? 0));
    return {
      vector: all.map(([key, { similarity }]) => ({ key, similarity })),
      keyword: all.map(([key, candidate]) => ({ key, coverage: coverage(candidate) })),
      person: this.#isSomebodyNamed ? new Set(all.flatMap(([key, { isNamed }]) => (isNamed ? [key] : []))) : null,
    };
  }

  found({ key, score, parts: { vector: meaning, keyword, person } }: Fused<string>): FoundMessage {
    const { view, label, hit, isExact } = this.#byKey.get(key)!;
    const words = keyword * (isExact ? 1 : (hit?.own ?? 0));
    const surroundings = Math.max(0, score - meaning - words - person);
    return { view, label, score, parts: { meaning, words, person, surroundings, time: 0 } };
  }

  #at(index: number, label: number): Candidate {
    const key = `${index}:${label}`;
    const known = this.#byKey.get(key);
    if (known) return known;
    const fresh = { view: this.#views[index]!, label, similarity: 0, isExact: false, isNamed: false };
    this.#byKey.set(key, fresh);
    return fresh;
  }
}

/** Labels that pass the filter; null where all do. */
function allowedLabels(view: MessageView, filter: MessageSearchRequest["filter"]): number[] | null {
  if (!filter) return null;
  const accepts = compileFilter(filter);
  return view.labels().filter((label) => accepts(filterable(view.at(label), view)));
}

/** A message as the filter language sees one; what it does not have is null, as it is in a memory without it. */
function filterable({ role, content, name, at, opId }: HeldMessage, { scope }: MessageView): Filterable {
  return {
    scope,
    memory: content,
    createdAt: at,
    updatedAt: at,
    ...(role !== "system" && { attributedTo: role }),
    ...(name !== undefined && { actor: name }),
    metadata: { role, content, opId, ...(name !== undefined && { name }) },
  };
}

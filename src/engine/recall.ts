/** Recall: for each fact the stored memories it should be compared with, by meaning and by words. */
import { overlap, weakTerms } from "../search/overlap.ts";
import { rarity, searchKeywords } from "../search/keyword-search.ts";
import { tokenize } from "../text/tokenize.ts";
import { hashStatement, normalizeStatement } from "../text/statement.ts";
import type { FactQuery, Neighbor, RecalledFact } from "./engine.ts";
import type { ReadTx } from "../store/store.ts";
import type { ISODate } from "../types.ts";
import type { ScopeView } from "./scope-view.ts";
import { visibleLabels } from "./visible.ts";

const WEAK_TERMS = weakTerms(tokenize);

/**
 * @param vectors of the facts' texts, in the space of the view
 * @param topK neighbors per fact; the same statement, where it is stored, comes on top of them
 * @param nowIso what has expired by then is nobody's neighbor: a decision about it would not be seen
 * @param tx in which the view was brought up to date
 */
export async function recall(
  view: ScopeView,
  facts: readonly FactQuery[],
  vectors: ReadonlyMap<string, Float32Array>,
  { topK, nowIso }: { topK: number; nowIso: ISODate },
  tx: ReadTx,
): Promise<RecalledFact[]> {
  const visible = visibleLabels(view, nowIso, false);
  const allowed = visible && new Set(visible);
  const recalled: RecalledFact[] = [];
  for (const { text, hints = [] } of facts) {
    const vector = vectors.get(text)!;
    const labels = candidates(view, { text, hints, vector, topK, allowed });
    recalled.push({ text, neighbors: await neighborsOf(view, { text, vector, labels }, tx) });
  }
  return recalled;
}

/** Most relevant first. */
async function neighborsOf(
  view: ScopeView,
  { text, vector, labels }: { text: string; vector: Float32Array; labels: number[] },
  tx: ReadTx,
): Promise<Neighbor[]> {
  const similarities = view.vectors.similarities(vector, labels);
  const weigh = rarity([view.keywords]);
  const terms = tokenize(text);
  const isSame = sameAs(text);
  const neighbors = labels.map(async (label): Promise<Neighbor[]> => {
    const { id, memory, rev, order, updatedAt, hash, immutable, memoryType } = await view.recordAt(label, tx);
    // What was derived from statements decides nothing about what is said.
    if (memoryType === "synthesis") return [];
    const neighbor = {
      id,
      memory,
      rev,
      order,
      updatedAt,
      ...(immutable && { immutable }),
      similarity: similarities.get(label) ?? 0,
      overlap: overlap(terms, view.keywords.terms(label), { weak: WEAK_TERMS, rarity: weigh }),
      exact: isSame({ hash, memory }),
    };
    return [neighbor];
  });
  return (await Promise.all(neighbors)).flat().sort(byRelevance);
}

function sameAs(text: string): (stored: { hash: string; memory: string }) => boolean {
  const [wanted, statement] = [hashStatement(text), normalizeStatement(text)];
  return ({ hash, memory }) => hash === wanted && normalizeStatement(memory) === statement;
}

interface Wanted {
  text: string;
  hints: string[];
  vector: Float32Array;
  topK: number;
  /** null: all. */
  allowed: ReadonlySet<number> | null;
}

/** Each signal names its own: what only words or only meaning can find must not be crowded out. */
function candidates(view: ScopeView, { text, hints, vector, topK, allowed }: Wanted): number[] {
  const labels = new Set<number>();
  for (const hit of view.vectors.search(vector, topK, allowed ? [...allowed] : undefined)) labels.add(hit.label);
  for (const query of [text, ...hints]) {
    for (const hit of searchKeywords([view.keywords], query, { topK, allowed: [allowed] })) labels.add(hit.label);
  }
  for (const label of view.withHash(hashStatement(text))) if (!allowed || allowed.has(label)) labels.add(label);
  return [...labels];
}

function byRelevance(a: Neighbor, b: Neighbor): number {
  const relevance = (n: Neighbor): number => (n.exact ? 2 : 0) + Math.max(n.similarity, n.overlap);
  return relevance(b) - relevance(a) || b.order - a.order || (a.id < b.id ? -1 : 1);
}

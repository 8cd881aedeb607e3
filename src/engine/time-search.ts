/**
 * Search where time matters: former texts of memories, for a query that asks for the past, and decay. A chunk of its
 * own: most searches need none of it.
 */
import type { ReadTx } from "../store/store.ts";
import type { TimeIntent } from "../text/time-intent.ts";
import type { MemoryRecord, ScoreParts, SearchResult } from "../types.ts";
import { Accesses } from "./accesses.ts";
import { openPastView } from "./as-of.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import { readClock, type Clock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import { decayFactor } from "../search/decay.ts";
import type { SearchRequest } from "./engine.ts";
import type { ScopeView } from "./scope-view.ts";
import { search, type SearchBasis, type TimeSignal } from "./search.ts";
import { selects } from "./selection.ts";
import { areCurrent, asksForPast, readLog, versionsIn, type Version } from "./superseded.ts";
import { timeSignalOf } from "./time-signal.ts";
import type { Views } from "./views.ts";

/** Results that decay may bring forward: so many, or three times what is wanted. */
const MIN_POOL = 50;
/** Memories whose former texts are looked at. Each is a read of the log. */
const WITH_PAST = 20;

/** A result with all that its score is made of. */
type Scored = SearchResult & { parts: ScoreParts };

interface Given {
  request: SearchRequest;
  vector: Float32Array;
  embedder: CachedEmbedder;
  basis: SearchBasis;
}

interface Versions {
  versions: Version[];
  /** When they were read; null: whenever. */
  clock: Clock | null;
}

const NO_VERSIONS: Versions = { versions: [], clock: null };

export class TimeSearch {
  readonly #context: EngineContext;
  readonly #views: Views;
  readonly #accesses: Accesses;

  constructor(context: EngineContext, views: Views) {
    this.#context = context;
    this.#views = views;
    this.#accesses = new Accesses(context);
  }

  /** @param vector of the query, made by the embedder */
  async search(
    request: SearchRequest,
    vector: Float32Array,
    embedder: CachedEmbedder,
    basis: SearchBasis,
  ): Promise<SearchResult[]> {
    const { topK, threshold, decay, explain } = request;
    if (topK === 0) return [];
    const wanted = { ...request, topK: Math.max(MIN_POOL, 3 * topK), threshold: 0, explain: true };
    const found = await this.#found({ request: wanted, vector, embedder, basis });
    const kept = found.filter(({ score }) => score >= threshold);
    const best = (decay ? await this.#decayed(kept, decay) : kept).slice(0, topK);
    // A reference date is no day on which it was of use, where that is still to come.
    if (decay) this.#accesses.note(idsOf(best), Math.min(Date.parse(decay.reference), Date.parse(basis.nowIso)));
    return explain ? best : best.map(({ parts: _parts, ...result }) => result);
  }

  /** Resolves when nothing is left to write. */
  close(): Promise<void> {
    return this.#accesses.settle();
  }

  /** Present texts, and former ones where the query asks for the past. */
  async #found(given: Given): Promise<Scored[]> {
    const { request, vector, embedder, basis } = given;
    const { time } = request;
    const { versions, clock } = time && asksForPast(time) ? await this.#versions(given, time) : NO_VERSIONS;
    const past: ScopeView[] = [];
    try {
      for (const [scopeKey, records] of byScope(versions)) {
        past.push(await openPastView(scopeKey, records, new Map(), embedder));
      }
      const timely = { ...basis, time: signalOf(time, versions) };
      const found = await this.#views.selected(selects(request), embedder, async (views, tx) => {
        if (clock !== null && !(await isStill(tx, clock, versions))) return null;
        return search([...views, ...past], request, vector, timely, tx);
      });
      // Something was deleted or forgotten while its former text was being embedded.
      return found === null ? await this.#found(given) : withVersions(found as Scored[], versions);
    } finally {
      for (const view of past) view.close();
    }
  }

  /** Of the memories that the query is about; where it names no days, also of what was deleted lately. */
  async #versions({ request, vector, embedder, basis }: Given, time: TimeIntent): Promise<Versions> {
    const { scopeKeys, changed } = await this.#views.selected(selects(request), embedder, async (views, tx) => {
      const best = await search(views, { ...request, topK: WITH_PAST }, vector, basis, tx);
      const changed = idsOf(best).filter((id) => views.some((view) => hasPast(view, id)));
      return { scopeKeys: time.order ? views.map((view) => view.scopeKey) : [], changed };
    });
    // Not in the turn of the views: other searches need not wait for it.
    return this.#context.store.read(["meta", "changes"], async (tx) => {
      const log = await readLog(tx, scopeKeys, changed);
      return { versions: versionsIn(log, time, basis.nowIso), clock: await readClock(tx) };
    });
  }

  async #decayed(
    results: Scored[],
    { halfLifeDays, reference }: NonNullable<SearchRequest["decay"]>,
  ): Promise<Scored[]> {
    const now = Date.parse(reference);
    const accesses = await this.#accesses.of(results.map(({ id }) => id));
    const decayed = results.map((result): Scored => {
      const decay = decayFactor([touchedAt(result), ...accesses.get(result.id)!], now, halfLifeDays);
      return { ...result, score: Math.min(1, decay * result.score), parts: { ...result.parts, decay } };
    });
    return decayed.sort(byScore);
  }
}

async function isStill(tx: ReadTx, { epoch, seq }: Clock, versions: readonly Version[]): Promise<boolean> {
  const now = await readClock(tx);
  return now.epoch === epoch && (now.seq === seq || (await areCurrent(tx, versions)));
}

/** Former texts, by the key of their scope. */
function byScope(versions: readonly Version[]): Map<string, MemoryRecord[]> {
  const scopes = new Map<string, MemoryRecord[]>();
  for (const { former } of versions) {
    if (former === null) continue;
    const { scopeKey } = former.record;
    scopes.set(scopeKey, [...(scopes.get(scopeKey) ?? []), former.record]);
  }
  return scopes;
}

/** Whether the memory was changed since it was first written. */
function hasPast(view: ScopeView, id: string): boolean {
  const label = view.labelOf(id);
  return label !== undefined && view.rowAt(label).seq !== view.rowAt(label).createdSeq;
}

function idsOf(results: readonly SearchResult[]): string[] {
  return results.map(({ id }) => id);
}

function signalOf(time: TimeIntent | undefined, versions: readonly Version[]): TimeSignal | null {
  if (!time) return null;
  const signal = timeSignalOf(time);
  const known = new Map(versions.map(({ id, timeliness }) => [id, timeliness]));
  return {
    timeliness: (row) => known.get(row.id) ?? signal.timeliness(row),
    candidates(view, count, allowed) {
      const labels = versions.flatMap(({ id }) => view.labelOf(id) ?? []);
      const shown = allowed ? labels.filter((label) => allowed.includes(label)) : labels;
      return [...shown, ...signal.candidates(view, count, allowed)];
    },
  };
}

/** Versions of memories as results: each as good as itself, or as the one beside it that has the words of the query. */
function withVersions(found: Scored[], versions: readonly Version[]): Scored[] {
  if (versions.length === 0) return found;
  const byId = new Map(found.map((result) => [result.id, result]));
  const byVersion = new Map(versions.map((version) => [version.id, version]));
  const results = found.flatMap((result): Scored[] => {
    const version = byVersion.get(result.id);
    if (!version) return [result];
    const { memoryId: id, former, besideId, timeliness } = version;
    if (former && timeliness === 0) return [];
    const beside = byId.get(besideId ?? "") ?? result;
    const better = timeliness > 0 && timeless(beside) > timeless(result) ? beside : result;
    const parts = { ...better.parts, time: result.parts.time };
    const score = Math.min(1, timeless(better) + parts.time);
    return [{ ...result, id, score, parts, ...(former && { superseded: former.superseded }) }];
  });
  return results.sort(byScore);
}

function timeless({ parts }: Scored): number {
  return sum(parts) - parts.time;
}

function sum({ meaning, words, surroundings, person, time }: ScoreParts): number {
  return meaning + words + surroundings + person + time;
}

/** Equal ones stay as they are. */
function byScore(a: Scored, b: Scored): number {
  return b.score - a.score;
}

/** When a memory was last of use, but for searches: what it says happened, or it was changed. In ms. */
function touchedAt({ eventTime, updatedAt }: SearchResult): number {
  return Date.parse(eventTime?.to ?? updatedAt);
}

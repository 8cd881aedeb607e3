/**
 * Search where time matters: former texts of memories, for a query that asks for the past, and decay. A chunk of its
 * own: most searches need none of it.
 */
import type { ReadTx } from "../store/store.ts";
import type { TimeIntent } from "../text/time-intent.ts";
import type { ISODate, MemoryRecord, ScoreParts, SearchResult } from "../types.ts";
import { Accesses } from "./accesses.ts";
import { openPastView } from "./as-of.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import { readClock, type Clock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import { decayFactor } from "../search/decay.ts";
import type { SearchRequest } from "./engine.ts";
import { FormerWords } from "./former-words.ts";
import type { ScopeView } from "./scope-view.ts";
import type { TimeSignal } from "./rank.ts";
import { search, type SearchBasis } from "./search.ts";
import { selects } from "./selection.ts";
import { areCurrent, asksForPast, readLog, versionsIn, type Version } from "./superseded.ts";
import { MEMORIES, timeSignalOf } from "./time-signal.ts";
import type { Views } from "./views.ts";

/** Results that decay may bring forward: so many, or three times what is wanted. */
const MIN_POOL = 50;
/** Memories whose former texts are looked at. Each is a read of the log. */
const WITH_PAST = 20;

/** A result with all that its score is made of, and the `seq` that ties are broken by. */
type Scored = SearchResult & { parts: ScoreParts; seq: number };

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
  /** Whether former texts are results that the query's time does not ask for, behind what took their place. */
  alsoFormer: boolean;
}

const NO_VERSIONS: Versions = { versions: [], clock: null, alsoFormer: false };

export class TimeSearch {
  readonly #context: EngineContext;
  readonly #views: Views;
  readonly #accesses: Accesses;
  readonly #formerWords = new FormerWords();

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
    const { topK, threshold, time, decay, explain } = request;
    if (topK === 0) return [];
    const plain = time || decay ? null : await this.#plain({ request, vector, embedder, basis });
    if (plain) return plain;
    const wanted = { ...request, topK: Math.max(MIN_POOL, 3 * topK), threshold: 0, explain: true };
    const found = await this.#found({ request: wanted, vector, embedder, basis });
    const kept = found.filter(({ score }) => score >= threshold);
    const best = (decay ? await this.#decayed(kept, decay) : kept).slice(0, topK);
    return best.map(({ parts, seq: _seq, ...result }) => (explain ? { ...result, parts } : result));
  }

  /**
   * Search with `decay` gave these to the app.
   * @param reference no day on which they were of use, where that is still to come
   */
  noteUse(ids: readonly string[], reference: ISODate): void {
    if (ids.length === 0) return;
    this.#accesses.note(ids, Math.min(Date.parse(reference), this.#context.runtime.now()));
  }

  /** Resolves when nothing is left to write. */
  close(): Promise<void> {
    return this.#accesses.settle();
  }

  /** Null where the query has words that only former texts have. */
  #plain({ request, vector, embedder, basis }: Given): Promise<SearchResult[] | null> {
    return this.#views.selected(selects(request), embedder, async (views, tx) => {
      const named = await this.#formerWords.named(views, request.query, tx);
      return named.length > 0 ? null : search(views, request, vector, basis, tx);
    });
  }

  /** Present texts, and former ones where the query asks for the past, or has their words. */
  async #found(given: Given): Promise<Scored[]> {
    const { request, vector, embedder, basis } = given;
    const { versions, clock, alsoFormer } = await this.#versions(given);
    const past: ScopeView[] = [];
    try {
      for (const [scopeKey, records] of byScope(versions)) {
        past.push(await openPastView(scopeKey, records, new Map(), embedder));
      }
      const timely = { ...basis, time: signalOf(request.time, versions) };
      const found = await this.#views.selected(selects(request), embedder, async (views, tx) => {
        if (clock !== null && !(await isStill(tx, clock, versions))) return null;
        const all = [...views, ...past];
        return scored(all, await search(all, request, vector, timely, tx));
      });
      // Something was deleted or forgotten while its former text was being embedded.
      return found === null ? await this.#found(given) : withVersions(found, versions, alsoFormer);
    } finally {
      for (const view of past) view.close();
    }
  }

  /** Of the memories that the query is about or names; where it asks for an order, also of what was deleted lately. */
  async #versions({ request, vector, embedder, basis }: Given): Promise<Versions> {
    const time = request.time ?? { reference: basis.nowIso.slice(0, 10) };
    const isAsked = asksForPast(time);
    const { scopeKeys, named, best } = await this.#views.selected(selects(request), embedder, async (views, tx) => {
      const isOfNow = time.lean === "recent";
      const named = isOfNow ? [] : await this.#formerWords.named(views, request.query, tx);
      const found = isAsked ? await search(views, { ...request, topK: WITH_PAST }, vector, basis, tx) : [];
      const best = idsOf(found).filter((id) => views.some((view) => hasPast(view, id)));
      return { scopeKeys: time.order ? views.map((view) => view.scopeKey) : [], named, best };
    });
    if (!isAsked && named.length === 0) return NO_VERSIONS;
    const alsoFormer = time.former === true || (named.length > 0 && !time.order);
    // Not in the turn of the views: other searches need not wait for it.
    return this.#context.store.read(["meta", "changes"], async (tx) => {
      const log = await readLog(tx, scopeKeys, [...new Set([...best, ...named])]);
      const versions = versionsIn(log, alsoFormer ? { ...time, former: true } : time, basis.nowIso);
      return { versions, clock: await readClock(tx), alsoFormer };
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

function scored(views: readonly ScopeView[], results: readonly SearchResult[]): Scored[] {
  return results.map((result): Scored => {
    const view = views.find((one) => one.labelOf(result.id) !== undefined)!;
    return { ...(result as Scored), seq: view.rowAt(view.labelOf(result.id)!).seq };
  });
}

/** Null where the query's time has nothing to say about how well a memory answers. */
function signalOf(time: TimeIntent | undefined, versions: readonly Version[]): TimeSignal<ScopeView> | null {
  const signal = timeSignalOf(time, MEMORIES);
  if (!signal && !time?.order) return null;
  const known = new Map(versions.map(({ id, timeliness }) => [id, timeliness]));
  return {
    timeliness: (view, label) => known.get(view.rowAt(label).id) ?? signal?.timeliness(view, label) ?? 0,
    candidates(view, count, allowed) {
      const labels = versions.flatMap(({ id }) => view.labelOf(id) ?? []);
      const shown = allowed ? labels.filter((label) => allowed.includes(label)) : labels;
      return [...shown, ...(signal?.candidates(view, count, allowed) ?? [])];
    },
  };
}

/**
 * Versions of memories as results. One that is of the time asked about is as good as itself, or as the one beside it that
 * has the words of the query. A former text that is not stands behind the present one, which then is as good as it.
 */
function withVersions(found: Scored[], versions: readonly Version[], alsoFormer: boolean): Scored[] {
  if (versions.length === 0) return found;
  const byId = new Map(found.map((result) => [result.id, result]));
  const byVersion = new Map(versions.map((version) => [version.id, version]));
  const behind = alsoFormer ? bestBehind(versions, byId) : new Map<string, Scored>();
  const results = found.flatMap((result): Scored[] => {
    const version = byVersion.get(result.id);
    if (!version) return [result];
    const { memoryId: id, former, besideId, timeliness } = version;
    if (former && timeliness === 0 && !alsoFormer) return [];
    const beside = timeliness > 0 ? byId.get(besideId ?? "") : undefined;
    const better = [result, beside, former ? undefined : behind.get(id)].reduce(moreTimeless)!;
    const parts = { ...better.parts, time: result.parts.time };
    const score = Math.min(1, timeless(better) + parts.time);
    return [{ ...result, id, score, parts, ...(former && { superseded: former.superseded }) }];
  });
  return results.sort(byScore);
}

/** By memory, the best of the former texts that stand behind it. */
function bestBehind(versions: readonly Version[], byId: ReadonlyMap<string, Scored>): Map<string, Scored> {
  const best = new Map<string, Scored>();
  for (const { id, memoryId, former, timeliness } of versions) {
    const better = former && timeliness === 0 ? moreTimeless(best.get(memoryId), byId.get(id)) : undefined;
    if (better) best.set(memoryId, better);
  }
  return best;
}

/** The first, where they are equal. */
function moreTimeless(a: Scored | undefined, b: Scored | undefined): Scored | undefined {
  return !a || (b && timeless(b) > timeless(a)) ? b : a;
}

function timeless({ parts }: Scored): number {
  return sum(parts) - parts.time;
}

function sum({ meaning, words, surroundings, person, time }: ScoreParts): number {
  return meaning + words + surroundings + person + time;
}

function byScore(a: Scored, b: Scored): number {
  return b.score - a.score || b.seq - a.seq;
}

/** When a memory was last of use, but for searches: what it says happened, or it was changed. In ms. */
function touchedAt({ eventTime, updatedAt }: SearchResult): number {
  return Date.parse(eventTime?.to ?? updatedAt);
}

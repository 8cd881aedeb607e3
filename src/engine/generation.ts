/**
 * Whether the database is the one that was here before (INV-10). A browser that finds a database damaged makes an empty one
 * without a word, which looks like a first visit. So each database has a random name, its generation, which also stands in
 * a cache: other files of the browser, that such a repair leaves alone.
 */
import type { ReadTx, WriteTx } from "../store/store.ts";
import { readClock } from "./clock.ts";
import type { EngineContext } from "./context.ts";

const KEY = "generation";
const CACHE = "keepsake";

/**
 * Tells who watches (`store-wiped`) where an earlier session's database is gone, and notes which one is here now. Where
 * everything of the site was cleared, the cache too, there is nothing to compare, and no event.
 */
export async function noticeWipe({ store, runtime, emit }: EngineContext, name: string): Promise<void> {
  if (store.kind !== "indexeddb" || typeof caches === "undefined") return;
  const cache = await caches.open(CACHE);
  // A cache takes http addresses only, also in an extension. Nothing is ever asked of this one.
  const address = `https://keepsake.invalid/generation/${encodeURIComponent(name)}`;
  const noted = await (await cache.match(address))?.text();
  const known = await store.read(["meta"], readGeneration);
  const { generation, isNew } =
    known ?? (await store.write(["meta"], "relaxed", (tx) => begin(tx, runtime.randomId())));
  if (generation !== noted) await cache.put(address, new Response(generation));
  if (isNew && noted !== undefined) emit({ type: "store-wiped", reason: REASON });
}

interface Generation {
  generation: string;
  /** Nothing was ever in the database: a reset takes the name away, too, but counts an epoch. */
  isNew: boolean;
}

async function readGeneration(tx: ReadTx): Promise<Generation | null> {
  const row = await tx.get("meta", KEY);
  return row ? { generation: row.value as string, isNew: false } : null;
}

async function begin(tx: WriteTx, generation: string): Promise<Generation> {
  const known = await readGeneration(tx);
  if (known) return known;
  await tx.put("meta", { key: KEY, value: generation });
  return { generation, isNew: (await readClock(tx)).epoch === 0 };
}

const REASON =
  "keepsake: what was stored in an earlier session is gone: the browser has made the database anew. Import your last export.";

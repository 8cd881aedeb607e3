/**
 * Fill: every live memory gets a vector in a space. Runs in the background after a model has arrived or
 * changed; it keeps its place in the database, so that a closed tab goes on where it stopped (INV-9).
 */
import type { MemoryRecord } from "../types.ts";
import type { CachedEmbedder } from "./cached-embedder.ts";
import { readClock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import { filledTo, rememberSpaces, writeFilledTo } from "./spaces.ts";

/** Small enough to yield to a search between batches, large enough for a batch of the model. */
const BATCH = 16;

export interface FillProgress {
  done: number;
  total: number;
}

/**
 * Resolves when nothing is left to embed, or when `stopped()` turns true.
 * @returns how many vectors were written
 */
export async function fillSpace(
  context: EngineContext,
  embedder: CachedEmbedder,
  onProgress: (progress: FillProgress) => void,
  stopped: () => boolean,
): Promise<number> {
  const total = await left(context, embedder.space);
  let done = 0;
  let written = 0;
  while (!stopped()) {
    const batch = await nextBatch(context, embedder.space);
    if (batch.records.length === 0) {
      if (batch.isBehind) await closeFill(context, embedder.space);
      break;
    }
    await fillBatch(context, embedder, batch.records, batch.lacking);
    done += batch.records.length;
    written += batch.lacking.length;
    onProgress({ done, total: Math.max(done, total) });
  }
  return written;
}

function left(context: EngineContext, space: string): Promise<number> {
  return context.store.read(["meta", "memories"], async (tx) =>
    tx.count("memories", { index: "seq", after: await filledTo(tx, space) }),
  );
}

interface Batch {
  records: MemoryRecord[];
  /** Those of them that have no vector of their present text. */
  lacking: MemoryRecord[];
  /** Whether the clock is further than the space is filled. */
  isBehind: boolean;
}

function nextBatch(context: EngineContext, space: string): Promise<Batch> {
  return context.store.read(["meta", "memories", "vectors"], async (tx) => {
    const filled = await filledTo(tx, space);
    const isBehind = filled < (await readClock(tx)).seq;
    const records = await tx.getAll("memories", { index: "seq", after: filled, limit: BATCH });
    const lacking: MemoryRecord[] = [];
    for (const record of records) {
      if (record.deletedAt) continue;
      const row = await tx.get("vectors", [space, record.scopeKey, record.id]);
      if (row?.hash !== record.hash) lacking.push(record);
    }
    return { records, lacking, isBehind };
  });
}

/** Where nothing is left, all changes up to now are filled: those of forgotten memories, too. */
function closeFill(context: EngineContext, space: string): Promise<void> {
  return context.store.write(["meta", "memories"], "relaxed", async (tx) => {
    const isLeft = (await tx.count("memories", { index: "seq", after: await filledTo(tx, space), limit: 1 })) > 0;
    const { seq } = await readClock(tx);
    if (!isLeft && seq > (await filledTo(tx, space))) await writeFilledTo(tx, space, seq);
  });
}

async function fillBatch(
  context: EngineContext,
  embedder: CachedEmbedder,
  records: MemoryRecord[],
  lacking: MemoryRecord[],
): Promise<void> {
  const { space } = embedder;
  const vectors = await embedder.embed(lacking.map((record) => record.memory));
  await context.store.write(["meta", "memories", "vectors"], "relaxed", async (tx) => {
    await rememberSpaces(tx, [space]);
    for (const { id, seq, scopeKey, hash, memory } of lacking) {
      // Changed meanwhile: its new `seq` brings it up again.
      if ((await tx.get("memories", id))?.seq !== seq) continue;
      await tx.put("vectors", { space, scopeKey, id, hash, vector: vectors.get(memory)! });
    }
    await writeFilledTo(tx, space, records.at(-1)!.seq);
  });
}

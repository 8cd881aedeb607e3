/** What an inline engine tells of itself. */
import type { EmbedderInfo, MemoryInfo } from "../info.ts";
import { readClock } from "./clock.ts";
import type { EngineContext } from "./context.ts";
import type { ScopeView } from "./scope-view.ts";

export async function readInfo(
  { store }: EngineContext,
  { name, embedder, views }: { name: string; embedder: EmbedderInfo; views: ScopeView[] },
): Promise<MemoryInfo> {
  const { clock, waiting } = await store.read(["meta", "pending"], async (tx) => ({
    clock: await readClock(tx),
    waiting: await tx.count("pending"),
  }));
  return {
    name,
    engine: "inline",
    storage: store.kind,
    seq: clock.seq,
    memories: clock.memories,
    pending: waiting,
    embedder,
    index: {
      lastPath: views.at(-1)?.vectors.lastPath ?? "none",
      loadedScopes: views.length,
      hnswRows: views.reduce((sum, view) => sum + view.vectors.hnswRows, 0),
    },
  };
}

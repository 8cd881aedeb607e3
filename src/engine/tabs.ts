/** News between the tabs of one origin. A message is a hint that carries a `seq`, never data (INV-5, INV-7). */
import type { KeepsakeEvent } from "../info.ts";

type News = Extract<KeepsakeEvent, { type: "committed" | "reset" }>;

export interface Tabs {
  /** Tells this tab and the others. */
  announce(event: News): void;
  close(): void;
}

/** @param name of the database; null where nobody else can see it */
export function openTabs(name: string | null, emit: (event: KeepsakeEvent) => void): Tabs {
  if (name === null || typeof BroadcastChannel === "undefined") return { announce: emit, close: () => undefined };
  const channel = new BroadcastChannel(`keepsake:${name}`);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isNews(data)) emit(data);
  };
  let isOpen = true;
  // In Node an open channel would keep the process alive.
  (channel as { unref?: () => void }).unref?.();
  return {
    announce: (event) => {
      emit(event);
      // What commits while the engine closes is found by the others' next read.
      if (isOpen) channel.postMessage(event);
    },
    close: () => {
      isOpen = false;
      channel.close();
    },
  };
}

/** Any script of the origin can post here. */
function isNews(data: unknown): data is News {
  if (typeof data !== "object" || data === null) return false;
  const { type, seq, scopeKeys, opId, epoch } = data as Record<string, unknown>;
  if (type === "reset") return Number.isInteger(epoch);
  return type === "committed" && Number.isInteger(seq) && Array.isArray(scopeKeys) && typeof opId === "string";
}

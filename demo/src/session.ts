/** The one Memory of this page: opened from the settings, watched, read anew whenever something changed. */
import { signal } from "@preact/signals";
import { Memory } from "keepsake";
import type { Graph, KeepsakeEvent, MemoryInfo, MemoryItem, MemoryOptions, PendingOp } from "keepsake";
import { openaiCompatible } from "keepsake/llm/openai-compatible";
import { inWords } from "./format.ts";
import { apiKey, settings, users, type Settings } from "./settings.ts";
import { noted } from "./trace.ts";

/** A local model may take its time; longer than this and it is better to say so. */
const LLM_TIMEOUT_MS = 90_000;
/** One read for a burst of commits. */
const REFRESH_MS = 40;

export const info = signal<MemoryInfo | null>(null);
/** Of the user in view, newest first; null until they were read. */
export const memories = signal<MemoryItem[] | null>(null);
/** What holds now of the user in view. */
export const graph = signal<Graph>({ nodes: [], edges: [] });
export const pendingOps = signal<PendingOp[]>([]);
/** Why there is no memory at all. */
export const failure = signal<string | null>(null);
/** Something that went wrong beside the trace. */
export const notice = signal<string | null>(null);
/** Bytes of the model on their way. */
export const download = signal<{ loadedBytes: number; totalBytes: number } | null>(null);
export const online = signal(navigator.onLine);

const listeners = new Set<(event: KeepsakeEvent) => void>();
let current: Memory | null = null;
let inMemoryOnly = false;
let reads = 0;
let refreshTimer: ReturnType<typeof setTimeout> | undefined;

/** The memory in use. */
export function memory(): Memory {
  current ??= new Memory(optionsFor(settings.value));
  return current;
}

/** Opens a Memory with the settings as they are now, in place of the one before. */
export async function open(): Promise<void> {
  // Not awaited: it lets running adds finish first, and they may be waiting for a slow model.
  current?.close().catch(() => undefined);
  current = null;
  download.value = null;
  failure.value = null;
  try {
    const opened = memory();
    watch(opened).catch(() => undefined);
    await opened.ready();
    if (opened === current) await refresh();
  } catch (error) {
    failure.value = inWords(error);
  }
}

/** For a browser that gives no storage. */
export function goOnInMemory(): Promise<void> {
  inMemoryOnly = true;
  return open();
}

export function onEvent(listener: (event: KeepsakeEvent) => void): void {
  listeners.add(listener);
}

/** Reads counts, pending ops and the memories of the user in view. A read that was overtaken is dropped. */
export async function refresh(): Promise<void> {
  const read = ++reads;
  const from = memory();
  const userId = users.value.current;
  try {
    const [told, waiting, all, related] = await Promise.all([
      from.info(),
      from.pending(),
      from.getAll({ userId }),
      from.graph({ userId }),
    ]);
    if (read !== reads || from !== current) return;
    info.value = told;
    pendingOps.value = waiting;
    memories.value = all.results;
    graph.value = related;
  } catch (error) {
    // One that was closed under the read is of no interest any more.
    if (from === current) throw error;
  }
}

export function refreshSoon(): void {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => refresh().catch(report), REFRESH_MS);
}

/** Shows what went wrong, in the library's words. */
export function report(error: unknown): void {
  // Without a memory every call fails, and the page says so already.
  if (failure.value === null) notice.value = inWords(error);
}

/** Keeps the page in step with the network, other tabs and time spent in the background. */
export function followPage(): void {
  const setOnline = (): boolean => (online.value = navigator.onLine);
  addEventListener("online", setOnline);
  addEventListener("offline", setOnline);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") refreshSoon();
  });
}

async function watch(from: Memory): Promise<void> {
  for await (const event of from.watch()) {
    if (from !== current) return;
    take(event);
    for (const listener of listeners) listener(event);
  }
}

function take(event: KeepsakeEvent): void {
  if (event.type === "model-progress") {
    download.value = { loadedBytes: event.loadedBytes, totalBytes: event.totalBytes };
  } else if (event.type === "model-state") {
    if (event.embedder.model !== "loading") download.value = null;
    if (info.value) info.value = { ...info.value, embedder: event.embedder };
  } else if (event.type === "store-lost") {
    failure.value = event.reason;
  } else if (event.type === "store-wiped") {
    notice.value = event.reason;
  } else if (event.type === "committed" || event.type === "pending") {
    refreshSoon();
  }
}

function optionsFor({ embedder, ...chosen }: Settings): MemoryOptions {
  return {
    name: "demo",
    embedder: embedder === "hashing" ? "hashing" : { ...modelFrom(chosen), background: true },
    ...(inMemoryOnly && { storage: "memory" }),
    ...(chosen.llm === "endpoint" && { llm: noted(llmOf(chosen, apiKey.value)), llmTimeoutMs: LLM_TIMEOUT_MS }),
  };
}

/** Also for the settings' "Test" button. @throws {InvalidInputError} for an address or name that is missing */
export function llmOf({ baseUrl, llmModel }: Pick<Settings, "baseUrl" | "llmModel">, key: string) {
  return openaiCompatible({ baseUrl, model: llmModel, ...(key !== "" && { apiKey: key }) });
}

function modelFrom(chosen: Omit<Settings, "embedder">) {
  const { embedderModel, quantized, source, mirror, localPath } = chosen;
  return {
    model: embedderModel,
    quantized,
    wasmPaths: "./ort/",
    ...(source === "mirror" && { remoteHost: mirror }),
    ...(source === "local" && { localModelPath: localPath }),
  };
}

/** Search as one types: always the answer to what stands in the box now. */
import { computed, effect, signal } from "@preact/signals";
import type { SearchResult } from "keepsake";
import { EXAMPLE_TOP_K } from "./examples.ts";
import { info, memories, memory, report } from "./session.ts";
import { users } from "./settings.ts";

const TYPING_MS = 120;

export const query = signal("");
export const topK = signal(EXAMPLE_TOP_K);
/** Null while nothing is asked. */
export const found = signal<{ query: string; results: SearchResult[]; ms: number } | null>(null);
export const searching = signal(false);

let asked = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

export function search(text: string, k = topK.value): void {
  query.value = text;
  topK.value = k;
  schedule(0);
}

export function type(text: string): void {
  query.value = text;
  schedule(TYPING_MS);
}

const space = computed(() => info.value?.embedder.space);

/** Other memories, another user or another embedder: the same question has another answer. */
export function followMemories(): void {
  effect(() => {
    void memories.value;
    void space.value;
    if (query.peek().trim() !== "") schedule(0);
  });
}

function schedule(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => ask().catch(report), ms);
}

async function ask(): Promise<void> {
  const mine = ++asked;
  const text = query.value.trim();
  if (text === "") {
    found.value = null;
    searching.value = false;
    return;
  }
  searching.value = true;
  const started = performance.now();
  try {
    const { results } = await memory().search(text, { userId: users.value.current, topK: topK.value });
    if (mine === asked) found.value = { query: text, results, ms: performance.now() - started };
  } finally {
    if (mine === asked) searching.value = false;
  }
}

/** Search as one types: always the answer to what stands in the box now. */
import { computed, effect, signal } from "@preact/signals";
import type { MessageResult, SearchResult } from "keepsake";
import { EXAMPLE_TOP_K } from "./examples.ts";
import { info, memories, memory, report } from "./session.ts";
import { users } from "./settings.ts";

const TYPING_MS = 120;
/** Of what was said word for word: beside the memories, it is for what extraction left out. */
const MAX_MESSAGES = 3;

export interface Answer {
  query: string;
  results: SearchResult[];
  /** The messages that fit best, of those that share something with the question. */
  messages: MessageResult[];
  ms: number;
}

export const query = signal("");
export const topK = signal(EXAMPLE_TOP_K);
/** Null while nothing is asked. */
export const found = signal<Answer | null>(null);
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
    const include: ("memories" | "messages")[] = ["memories", "messages"];
    const answer = await memory().search(text, { userId: users.value.current, topK: topK.value, include });
    if (mine !== asked) return;
    const messages = (answer.messages ?? []).filter(({ score }) => score > 0).slice(0, MAX_MESSAGES);
    found.value = { query: text, results: answer.results, messages, ms: performance.now() - started };
  } finally {
    if (mine === asked) searching.value = false;
  }
}

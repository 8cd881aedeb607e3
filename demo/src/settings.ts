/** What the visitor chose. Kept in localStorage, except the key, which stays with the tab. */
import { signal } from "@preact/signals";

export interface Settings {
  llm: "rules" | "endpoint";
  /** Up to and without `/chat/completions`. */
  baseUrl: string;
  llmModel: string;
  embedder: "hashing" | "model";
  embedderModel: string;
  /** Where the model's files come from: the hub, a mirror of it, or a path that the app hosts. */
  source: "hub" | "mirror" | "local";
  mirror: string;
  localPath: string;
  quantized: boolean;
}

export const DEFAULTS: Settings = {
  llm: "rules",
  baseUrl: "http://localhost:11434/v1",
  llmModel: "",
  embedder: "hashing",
  embedderModel: "Xenova/all-MiniLM-L6-v2",
  source: "hub",
  mirror: "",
  localPath: "./models/",
  quantized: true,
};

const SETTINGS_KEY = "keepsake-demo:settings";
const API_KEY = "keepsake-demo:api-key";
const USERS_KEY = "keepsake-demo:users";

export const settings = signal<Settings>(readSettings());
/** Of the endpoint; empty where it needs none. */
export const apiKey = signal<string>(read(() => sessionStorage, API_KEY) ?? "");
/** Whose memories are shown, and the users that were seen here. A memory has no list of them. */
export const users = signal<{ current: string; known: string[] }>(readUsers());

export function saveSettings(next: Settings, key: string): void {
  settings.value = next;
  apiKey.value = key;
  write(() => localStorage, SETTINGS_KEY, JSON.stringify(next));
  write(() => sessionStorage, API_KEY, key);
}

export function chooseUser(id: string): void {
  const { known } = users.value;
  users.value = { current: id, known: known.includes(id) ? known : [...known, id] };
  write(() => localStorage, USERS_KEY, JSON.stringify(users.value));
}

function readSettings(): Settings {
  const stored = parse(read(() => localStorage, SETTINGS_KEY));
  const text = (key: keyof Settings): string => (typeof stored[key] === "string" ? stored[key] : String(DEFAULTS[key]));
  return {
    llm: stored["llm"] === "endpoint" ? "endpoint" : "rules",
    baseUrl: text("baseUrl"),
    llmModel: text("llmModel"),
    embedder: stored["embedder"] === "model" ? "model" : "hashing",
    embedderModel: text("embedderModel"),
    source: stored["source"] === "mirror" || stored["source"] === "local" ? stored["source"] : "hub",
    mirror: text("mirror"),
    localPath: text("localPath"),
    quantized: stored["quantized"] !== false,
  };
}

function readUsers(): { current: string; known: string[] } {
  const { current, known } = parse(read(() => localStorage, USERS_KEY));
  const list = Array.isArray(known) ? known.filter((id) => typeof id === "string") : [];
  const all = [...new Set(["alice", "bob", ...list])];
  return { current: typeof current === "string" && all.includes(current) ? current : "alice", known: all };
}

/** Storage may be missing, forbidden or full; the demo then forgets its settings and works all the same. */
function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string): void {
  try {
    if (value === "") storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // As above.
  }
}

function parse(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

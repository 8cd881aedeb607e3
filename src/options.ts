/** What the public methods take. */
import type { Embedder } from "./embed/embedder.ts";
import type { IndexOptions, OpenEngine } from "./engine/engine.ts";
import type { Criterion, Reranker, RerankOptions, RerankOutcome } from "./rerank/types.ts";
import type { Runtime } from "./runtime.ts";
import type { Filter } from "./filter-types.ts";
import type { TransformersOptions } from "./info.ts";
import type { MessageResult } from "./engine/results.ts";
import type {
  AddResult,
  CustomPrompts,
  LLM,
  MemoryItem,
  PendingOp,
  Relation,
  Retention,
  Scope,
  SearchResult,
} from "./types.ts";

/**
 * The constructor refuses names that it does not know, also inside `embedder`, `reranker`, `index`, `decay`, `consolidate` and
 * `defaults`, values of no use, and what contradicts each other. The values of `defaults` are read by each `add`.
 */
export interface MemoryOptions {
  /** Name of the database. Two memories of one name on one origin share everything. @default "default" */
  name?: string;
  /** The app's model. Without one, rules extract and resolve (English). */
  llm?: LLM;
  /** How long one LLM call may take, in ms: an integer from 1 to 2147483647, some 25 days. @default 120000 */
  llmTimeoutMs?: number;
  /**
   * What puts the best memories of a search in their final order, where the search asks for it (`rerank`):
   * - a function of the app's;
   * - `"llm"`: the `llm`, with the purpose `rerank`;
   * - `{ model, … }`: that cross-encoder through transformers.js, on this device. Loaded at the first such search.
   * @default the cross-encoder `Xenova/ms-marco-MiniLM-L-6-v2`, from where the embedder's model comes
   */
  reranker?: Reranker | "llm" | Omit<TransformersOptions, "background">;
  /**
   * - `"auto"`: hashing at once, `Xenova/all-MiniLM-L6-v2` as soon as it can be loaded, then everything is
   *   re-embedded. Nothing waits for the download.
   * - `"hashing"`: no download, ever.
   * - `{ model, … }`: that transformers.js model. Calls that need vectors wait for it, unless `background` is set.
   * - an {@link Embedder} of your own: the engine then is inline, in a page on the UI thread. To a worker file of your own, or to a function as `engine`,
   *   hand it there: `serve({ embedder })`, `openInlineEngine(options, onEvent, { embedder })`.
   * @default "auto"
   */
  embedder?: "auto" | "hashing" | TransformersOptions | Embedder;
  /**
   * Where store, indexes and embedder live. `openInlineEngine` of `keepsake/engine` is the inline one for
   * places that forbid dynamic imports, such as an extension's service worker.
   * @default "worker" where a Worker can be made, else "inline"
   */
  engine?: "worker" | "inline" | OpenEngine;
  /** @default "indexeddb" where there is one, else "memory"; `info()` tells which */
  storage?: "indexeddb" | "memory";
  /** A Worker of your own, for bundlers that cannot find ours. Its file: `import "keepsake/worker"`. */
  worker?: Worker | (() => Worker);
  /** Options that every `add` takes unless it says otherwise. */
  defaults?: AddDefaults;
  /** Consolidate scopes by themselves. @default only when `consolidate` is called */
  consolidate?: ConsolidateBackground;
  /** What every `search` does unless it says otherwise. @default false */
  decay?: boolean | DecayOptions;
  /** Which derived data is built, and when: thresholds that change no result, and whether messages are embedded. */
  index?: IndexOptions;
  /**
   * Time and ids, for tests. Functions do not cross: the engine in a worker, or behind a function as `engine`, has its
   * own. @default the system's
   */
  runtime?: Runtime;
}

/** Scope ids as mem0's docs also spell them. */
export interface SnakeCaseScope {
  user_id?: string;
  agent_id?: string;
  app_id?: string;
  run_id?: string;
}

export interface CallOptions {
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of what changes memories: `update`, `delete`, `deleteAll`, `undo`, `feedback`. */
export interface EditOptions extends CallOptions {
  /**
   * Idempotency key: the same call with the same `opId` again, after an error with `outcome: "unknown"` say, changes nothing
   * and answers the same. Also the key to its changes, for `undo`. @default a new UUID
   */
  opId?: string | undefined;
}

/**
 * Scope ids, top-level or in `filters`, in either spelling. At least one, and none without a value: it would widen the scope; for `search` and `getAll` a filter may choose
 * several scopes (`OR`, lists, `"*"`), as long as it leaves out what has none of the ids. A plain id is never `"*"`:
 * that is refused, since it could be taken for every one.
 */
export interface ScopedOptions extends Scope, SnakeCaseScope, CallOptions {
  filters?: Filter | undefined;
}

/** Options that other versions of the API took. Accepted, without effect. */
export interface LegacyOptions {
  /** @deprecated */
  version?: string | undefined;
  /** @deprecated */
  outputFormat?: string | undefined;
  /** @deprecated */
  output_format?: string | undefined;
  /** @deprecated */
  asyncMode?: boolean | undefined;
  /** @deprecated */
  async_mode?: boolean | undefined;
}

/** Other APIs' names of `topK`. */
export interface TopKAliases {
  /** @deprecated Means `topK`. */
  limit?: number | undefined;
  /** @deprecated Means `topK`. */
  top_k?: number | undefined;
}

/** Options of `add` that may also be given once for all, as `defaults`. null turns a default off. */
export interface AddDefaults {
  /** Plain JSON in an object, at most 200,000 characters of it, kept on every memory of this add. Identity keys (`userId`, `user_id`, …) in it are dropped. */
  metadata?: object | undefined;
  /** `false`: store each non-system message verbatim, without a model. @default true */
  infer?: boolean | undefined;
  /**
   * With `infer: false`: what this scope has word for word already is `NONE`, with its id. Facts are always treated so.
   * @default false
   */
  dedupe?: boolean | undefined;
  /** Earlier messages of exactly this scope that are read as context, 0 to 100; 0 turns it off. @default 10 */
  contextWindow?: number | undefined;
  /** Which messages are kept as provenance and context after the commit. @default "all" */
  retention?: Retention | undefined;
  /** What to keep, in words ("travel, food"). By rules: facts that share a word with it. */
  includes?: string | undefined;
  /** What to leave out, in words. By rules: facts that share a word with it are dropped. */
  excludes?: string | undefined;
  /** More rules for the LLM, above ours. No effect without an LLM. */
  customInstructions?: string | undefined;
  /** The same in agent scope (an `agentId`, no `userId`). */
  agentCustomInstructions?: string | undefined;
  /** Topics: `{ name: description }`, or mem0's list of such objects; null: the catalog of 15. @default null */
  customCategories?: Record<string, string> | readonly Record<string, string>[] | null | undefined;
  /** System prompts that replace ours whole. */
  customPrompts?: CustomPrompts | undefined;
  /**
   * A JSON Schema of an object (docs/add.md tells the subset): in the same call as the facts the LLM also says what each
   * fact means by it; what validates is kept as `structuredData`. No effect without an LLM. null: none. @default null
   */
  structuredDataSchema?: object | null | undefined;
  /** No later add changes these memories. @default false */
  immutable?: boolean | undefined;
  /** `YYYY-MM-DD`: hidden from `search` and `getAll` after that day (UTC); null: never. @default null */
  expirationDate?: string | null | undefined;
  /**
   * When it was said: a Date, an ISO 8601 string (a day is its first moment, a time without an offset is UTC) or Unix
   * seconds; null: now. Backdates what is stored. @default null
   */
  timestamp?: Date | string | number | null | undefined;
  /** `"procedural"`: one memory that sums up an agent's run. Needs an `agentId` and an LLM. null: facts. @default null */
  memoryType?: "procedural" | "procedural_memory" | null | undefined;
  /** `"keep"`: add only, nothing is superseded; the same statement again is still NONE. @default "resolve" */
  conflicts?: "resolve" | "keep" | undefined;
  /** Memories that one add may change or delete, a non-negative integer. @default 3 */
  maxDestructive?: number | undefined;
  /**
   * Also keep the entities and relations that the facts state; `add` then tells what changed in the graph. In the same
   * LLM call as the facts, and by rules where the LLM names none. @default false
   */
  graph?: boolean | undefined;
  /** Images in messages: described by the LLM, or skipped. @default "describe" */
  images?: "describe" | "skip" | undefined;
}

export interface AddOptions extends AddDefaults, ScopedOptions, LegacyOptions {
  /** `"accepted"`: resolve as soon as the op is safe; it is applied in the background. @default "applied" */
  wait?: "applied" | "accepted" | undefined;
  /** Tell what would happen, and write nothing. @default false */
  dryRun?: boolean | undefined;
  /** Return every stage as data: prompts, replies, neighbors, decisions. @default false */
  trace?: boolean | undefined;
  /** Idempotency key: the same `opId` again gives the same result and stores nothing. @default a new UUID */
  opId?: string | undefined;
}

/** What one consolidation may do. */
interface ConsolidateLimits {
  /** Memories that it may change or delete, a non-negative integer; what goes beyond is left for the next. @default 20 */
  maxDestructive?: number | undefined;
  /**
   * Write down patterns that at least two memories show. Needs an LLM, and this many memories that were not looked at for
   * it yet. @default with an LLM, from 20 memories on
   */
  summarize?: boolean | { minMemories?: number } | undefined;
}

export interface ConsolidateOptions extends ScopedOptions, ConsolidateLimits {
  /** Tell what would happen, and write nothing. @default false */
  dryRun?: boolean | undefined;
  /** Return every stage as data: prompts, replies, neighbors, decisions. @default false */
  trace?: boolean | undefined;
  /** Idempotency key: the same `opId` again gives the same result and changes nothing. @default a new UUID */
  opId?: string | undefined;
}

/** Consolidation in the background. */
export interface ConsolidateBackground extends ConsolidateLimits {
  /**
   * After an add, where this many have changed something in its scope since the last consolidation of it, also over
   * sessions and tabs; updates and other changes count like adds. An integer from 1.
   */
  afterAdds: number;
}

export interface DecayOptions {
  /** After so many days, above 0, a use counts half. @default 30 */
  halfLifeDays?: number | undefined;
}

export interface SearchOptions extends ScopedOptions, ViewOptions, LegacyOptions, TopKAliases {
  /** Number of results, a non-negative integer. @default 20 */
  topK?: number | undefined;
  /** Minimum score, in [0, 1]. @default 0 */
  threshold?: number | undefined;
  /** Give each result the `parts` of its score. @default false */
  explain?: boolean | undefined;
  /** Also return the relations around what was found, at most 50. @default false */
  graph?: boolean | undefined;
  /** Put the best in order by the `reranker`. Where that fails, the answer says so. @default false */
  rerank?: boolean | RerankOptions | undefined;
  /**
   * Put the best in order by what the `llm` thinks of them, criterion by criterion, and by their score. Takes the
   * place of the `reranker`. Each has a name, a description, and a weight beside the score, which weighs 1.
   */
  criteria?: readonly Criterion[] | undefined;
  /**
   * Which lists to search: memories, the kept messages themselves (with those around them), or both. `topK`, `threshold`
   * and `filters` apply to each. @default ["memories"]
   */
  include?: readonly ("memories" | "messages")[] | undefined;
  /** Messages on either side of each message that is found, an integer from 0 to 10. @default 1 */
  contextMessages?: number | undefined;
  /**
   * What "last week" and "now" in the query are counted from, and ages with `decay`. Today is the day by its own clock
   * ("…T18:00-08:00"), the day itself where it has no time, and the day on this device otherwise. @default `at`, or else now
   */
  referenceDate?: Date | string | undefined;
  /**
   * What is used again and again counts more, what is old and unused less: scores are multiplied by .3 to 1.5 (and cut
   * at 1), after the threshold. Each result returned counts as a use. No effect with `at`. @default as in the options
   */
  decay?: boolean | DecayOptions | undefined;
  /** Only these fields of each result; `id` and `score` are always there, the others undefined. @default all */
  fields?: readonly (keyof SearchResult)[] | undefined;
}

/** What `search` resolves to. */
export interface SearchAnswer {
  /** Best first; empty where memories are not included. */
  results: SearchResult[];
  /** Where messages are included: best first, the newest first among equals. */
  messages?: MessageResult[];
  /** With `graph`: relations around them, those of the best memory first. */
  relations?: Relation[];
  /** With `rerank` or `criteria`: what became of it. */
  rerank?: RerankOutcome;
}

export interface GraphOptions extends ScopedOptions {
  /** Only what is around this one, by any of its names; "me" or the `userId` is the user. @default everything */
  entity?: string | undefined;
  /** How many steps around it, an integer from 0 to 10. @default 1 */
  depth?: number | undefined;
  /** What held then, as a Date or an ISO 8601 string (a day alone is its first moment, a time without an offset is UTC). @default what holds now */
  at?: Date | string | undefined;
}

/** Which memories `search` and `getAll` see. */
export interface ViewOptions {
  /** Also memories whose `expirationDate` is over. @default false */
  showExpired?: boolean | undefined;
  /**
   * Time travel: what was believed then. A Date, or an ISO 8601 string (a day alone is its first moment, a time without an
   * offset is UTC).
   * Metadata, expiration and text are as they were; a memory that was forgotten since is in no past either. @default now
   */
  at?: Date | string | undefined;
}

export interface GetAllOptions extends ScopedOptions, ViewOptions, LegacyOptions, TopKAliases {
  /** At most this many. @default all */
  topK?: number | undefined;
  /** The same as pages: at most this many, 1 to 1000. @default all at once */
  pageSize?: number | undefined;
  /** Means `pageSize`, as mem0's REST API spells it. */
  page_size?: number | undefined;
  /** `nextCursor` of the page before, with the same options otherwise. @default the first page */
  cursor?: string | null | undefined;
  /** Only these fields of each result; `id` is always there, the others undefined. @default all */
  fields?: readonly (keyof MemoryItem)[] | undefined;
}

export interface GetAllResult {
  results: MemoryItem[];
  /** To be passed as `cursor` for the next page; null where this is the last. */
  nextCursor: string | null;
}

/** At least one of them. */
export interface UpdateFields {
  /** At most 200,000 characters. Rejected for an immutable memory, unless `immutable: false` comes with it. */
  text?: string | undefined;
  /** Merged into what is there; `null` removes a key. At most 200,000 characters as JSON. */
  metadata?: object | undefined;
  /** `YYYY-MM-DD`: hidden from `search` and `getAll` after that day (UTC); `null`: never. */
  expirationDate?: string | null | undefined;
  /** Whether adds, and `update` with a text, leave it alone. */
  immutable?: boolean | undefined;
}

/** One of a batch. */
export interface UpdateEntry extends UpdateFields {
  id: string;
}

/** The scope whose memories are exported, or `all`. */
export interface ExportOptions extends ScopedOptions {
  /** Every scope of this database. @default false */
  all?: boolean | undefined;
  /**
   * Vectors too, in base64: some 2 kB per memory with a model of 384 dimensions. An import then embeds nothing where the
   * model is the same. @default false
   */
  vectors?: boolean | undefined;
}

export interface ReadyOptions extends CallOptions {
  /** Also wait until the model answers and every memory is embedded in its space. @default false */
  model?: boolean | undefined;
}

export interface FlushResult {
  /** Of the ops that were finished, in order of acceptance. */
  results: AddResult[];
  /** Those that still wait, each with its `lastError`. */
  pending: PendingOp[];
}

/**
 * The vocabulary: the words of DESIGN §2 as types. This file imports nothing but its own chapters.
 * Everything here is plain data and survives structured clone, except where a function type says otherwise.
 */
import type { ObjectSchema } from "./schema-types.ts";
import type { RelationChanges } from "./graph-types.ts";
import type { LLMPurpose, LLMRequest } from "./llm-types.ts";

export type * from "./schema-types.ts";
export type * from "./graph-types.ts";
export type * from "./llm-types.ts";

export type JSONValue = string | number | boolean | null | JSONValue[] | { [key: string]: JSONValue };
export type JSONObject = { [key: string]: JSONValue };
/** A JSON Schema (draft 2020-12 subset that constrained-decoding engines accept). */
export type JSONSchema = JSONObject;

/** An ISO 8601 instant in UTC, e.g. `2026-11-22T10:00:00.000Z`. Information only: `seq` orders. */
export type ISODate = string;

/** One chat message, as it is kept. */
export interface Message {
  role: "user" | "assistant" | "system";
  content: string;
  /** Who speaks, where the role does not say it. */
  name?: string;
  /** URLs (`data:` or `https:`) of images and PDFs that came with it; the LLM describes them. */
  images?: string[];
}

/** An `http(s):` or `data:` URL, or a Blob. */
export interface Attachment {
  url: string | Blob;
}

/**
 * A part of a message, as chat APIs and mem0 have them. Images and PDFs are described by the LLM; the text of
 * `txt_url` and `mdx_url` is read as part of the message (a remote one is fetched from where it lies).
 */
export type ContentPart =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: Attachment }
  | { type: "pdf_url"; pdf_url: Attachment }
  | { type: "txt_url"; txt_url: Attachment }
  | { type: "mdx_url"; mdx_url: Attachment };

/** A part that nobody said, as chat APIs have them: a call of a tool, its result, a model's reasoning. Left out. */
export interface UnsaidPart {
  /** `tool-call`, `tool-result`, `reasoning` and the like; a part of any other kind is refused when it is called. */
  type: string;
}

/** A message as a caller may give it: content as a string or in parts. */
export interface MessageInput {
  /** Checked when it is called: literals in a list are plain strings to TypeScript. `developer` counts as `system`. */
  role: Message["role"] | (string & {});
  /** Null or missing where an assistant only calls tools. */
  content?: string | readonly (ContentPart | UnsaidPart)[] | null | undefined;
  name?: string | undefined;
}

/** A calendar day, `YYYY-MM-DD`. */
export type ISODay = string;

/** When what a memory says happened or will happen: all days from `from` to `to`, both included. */
export interface EventTime {
  from: ISODay;
  to: ISODay;
}

/** A message that a memory came from. The text is there as long as the message is kept (`retention`). */
export interface Source {
  opId: string;
  /** `order` of that op. */
  order: number;
  /** Position among the messages of its op. */
  index: number;
  /** The message itself, where it is still kept; `get` looks it up. */
  message?: Message;
}

/** What the app's user thinks of a memory. */
export interface Feedback {
  rating: "POSITIVE" | "NEGATIVE" | "VERY_NEGATIVE";
  reason?: string;
}

/** Whose memories. At least one id; ids are trimmed, not empty and without inner white space. */
export interface Scope {
  userId?: string;
  agentId?: string;
  appId?: string;
  runId?: string;
}

/** What to do with a fact. */
export type DecisionEvent = "ADD" | "UPDATE" | "DELETE" | "NONE";

/** Who decided: the app's LLM, the rules, an exact comparison of texts, or the app itself. */
export type DecidedBy = "llm" | "rules" | "exact" | "app";

/** A stored memory, as it lies in the store. The public view of it is {@link MemoryItem}. */
export interface MemoryRecord {
  id: string;
  memory: string;
  scope: Scope;
  /** Canonical form of `scope`; the partition every read and write goes through (INV-8). */
  scopeKey: string;
  /** Hash of the normalized text: equal hashes are the same statement. */
  hash: string;
  metadata: JSONObject;
  createdAt: ISODate;
  updatedAt: ISODate;
  /** Starts at 1, + 1 with every change. A commit that saw another `rev` conflicts (INV-7). */
  rev: number;
  /** `seq` of the change that wrote this version. */
  seq: number;
  /** `order` of the op whose words this version holds: an op accepted earlier never overrides it. */
  order: number;
  /** `order` of what has set metadata, protection or expiration date since: nothing accepted earlier sets them again. */
  keptOrder?: number;
  /** The op that wrote this version. */
  opId: string;
  /** How the text came to be: extracted by the LLM or the rules, stored verbatim, or set by the app. */
  origin: "llm" | "rules" | "verbatim" | "app";
  /** Whose statement it is, where that is known. */
  attributedTo?: "user" | "assistant";
  /** `name` of the message it was stored from. */
  actor?: string;
  /** `seq` of the change that first wrote it; the order of `getAll`, and its place among its neighbors in search. */
  createdSeq: number;
  /** Words of the message it was drawn from that it does not have itself: search finds it by them too. */
  cues?: string;
  /** Topics, from the catalog of the add that wrote it. */
  categories?: string[];
  /** An immutable memory is changed by no add. */
  immutable?: boolean;
  /** Hidden from `search` and `getAll` after this day (UTC). */
  expirationDate?: ISODay;
  eventTime?: EventTime;
  /** What its words say, by the `structuredDataSchema` of the add that wrote them. */
  structuredData?: JSONObject;
  /** Messages it came from, oldest first. */
  sources?: Source[];
  /** `procedural`: the summary of an agent's run. `synthesis`: a pattern that `consolidate` saw in `derivedFrom`. */
  memoryType?: "procedural" | "synthesis";
  /** Of a `synthesis`: ids of the memories that state what it sums up. */
  derivedFrom?: string[];
  /** Of a deleted memory: the one that `consolidate` folded it into. */
  replacedBy?: string;
  feedback?: Feedback;
  /** Set by a soft delete; a deleted memory is in no read but `history`. */
  deletedAt?: ISODate;
}

/** What is kept of a fact beside its text. */
export type FactDetails = Pick<
  MemoryRecord,
  "attributedTo" | "actor" | "categories" | "eventTime" | "structuredData" | "sources" | "memoryType"
>;

/** What the outside sees of a {@link MemoryRecord}, field by field as it is there. */
type Visible = Pick<
  MemoryRecord,
  | "id"
  | "memory"
  | "metadata"
  | "createdAt"
  | "updatedAt"
  | "immutable"
  | "expirationDate"
  | "feedback"
  | "derivedFrom"
  | keyof FactDetails
>;

/** A memory as `get`, `getAll` and `search` give it: what is visible of it, and its scope's ids beside that. */
export interface MemoryItem extends Scope, Visible {}

/** A memory that `search` found. */
export interface SearchResult extends MemoryItem {
  /** In [0, 1], higher is better; comparable within one search, not between embedders. */
  score: number;
  /** With `explain`: what the score is made of. */
  parts?: ScoreParts;
  /** Where it was reranked: what the order goes by, higher is better. `score` is as it was. */
  rerankScore?: number;
  /**
   * Only where the query asks for the past: this is a former text of the memory, and holds no more. `id` is that of the
   * memory as it is now: `delete(id)` and `update(id, …)` change the current fact.
   */
  superseded?: Superseded;
}

/** What became of a former text of a memory. */
export interface Superseded {
  /** When it was superseded: the time of the add that did, its `timestamp` where it had one. */
  at: ISODate;
  /** The text that took its place; null where nothing did. */
  by: string | null;
}

/** What each signal adds to a score, from 0 up; all together, times `decay` where it is there, they are the score. */
export interface ScoreParts {
  /** Similarity of the vectors. */
  meaning: number;
  /** Words of the query in the memory itself, and at a quarter things of a kind that the query names. */
  words: number;
  /** The same words in the memories before and after it in its scope, and in the message it was drawn from. */
  surroundings: number;
  /** That it is by or about somebody whom the query names. */
  person: number;
  /** That it is of the time that the query asks about. */
  time: number;
  /** With `decay`: the factor from its use and age, from .3 to 1.5. */
  decay?: number;
}

/** One entry of `add`'s result: what became of one fact. */
export interface AddResultItem {
  /** The memory this is about; null only for a `NONE` that concerns no stored memory. */
  id: string | null;
  /** Its text now (for `DELETE`: the text that was deleted). */
  memory: string;
  event: DecisionEvent;
  /** The text before, for `UPDATE` and `DELETE`. */
  previousMemory?: string;
  /** Why, in words: from the model, the rule or the comparison that decided. */
  reason: string;
  metadata?: JSONObject;
  /** With a `structuredDataSchema`, for `ADD` and `UPDATE`. */
  structuredData?: JSONObject;
}

/** What `add` resolves to. */
export interface AddResult {
  /** Idempotency key of this add; also the key to its changes. */
  opId: string;
  /** In the order of the facts. Empty only where there was nothing to remember, or with `pending`. */
  results: AddResultItem[];
  /** With `graph`: what it did to the memory graph. */
  relations?: RelationChanges;
  /** With `wait: "accepted"`: the op is safe and is worked on; `watch()` and `pending()` tell how it goes. */
  pending?: true;
  /** With `dryRun`: this is what would happen. Nothing was written. */
  dryRun?: true;
  /** With `trace`: every stage, in order. */
  trace?: TraceStage[];
}

/** What `consolidate` resolves to. */
export interface ConsolidateResult extends AddResult {
  /** There was more than one call may do (`maxDestructive`, or 500 changed memories): the next call goes on. */
  more?: true;
}

/** A decision as committed: one row of the change log. */
export interface Change {
  /** The only clock that orders (INV-6): 1, 2, 3 … without a gap. */
  seq: number;
  memoryId: string;
  scopeKey: string;
  opId: string;
  event: "ADD" | "UPDATE" | "DELETE";
  /** The record before; null where there was none. An `ADD` may bring a deleted one back. */
  before: MemoryRecord | null;
  /** The record after. For `DELETE` it carries `deletedAt`. */
  after: MemoryRecord;
  reason: string;
  decidedBy: DecidedBy;
  at: ISODate;
  /** The op that this change took back. */
  undoes?: string;
  /** Of an edit with an `opId` of the app's: a hash of what was asked, so that only the very same is a repetition. */
  asked?: string;
}

/** One version of a memory, as `history` gives it. */
export interface HistoryEntry {
  id: string;
  event: "ADD" | "UPDATE" | "DELETE";
  memory: string | null;
  previousMemory: string | null;
  /** Of this version. */
  structuredData?: JSONObject;
  reason: string;
  decidedBy: DecidedBy;
  opId: string;
  seq: number;
  at: ISODate;
}

/** An op that waits: accepted, not yet committed. */
export interface PendingOp {
  opId: string;
  /** Position in the order of acceptance: 1, 2, 3 … */
  order: number;
  scope: Scope;
  messages: Message[];
  options: OpOptions;
  /** Messages that were given with it and are not kept, since nobody said them: `messages[2] (tool)`. */
  leftOut?: string[];
  acceptedAt: ISODate;
  /** How often it was tried and failed. */
  attempts: number;
  lastError?: { code: string; message: string; at: ISODate };
  /** When it is tried again by itself. */
  retryAt?: ISODate;
}

/** The options of an `add` that are kept with the op, so that another tab or a later day can finish it. */
export interface OpOptions {
  infer: boolean;
  /** Of what is stored verbatim, too: the same statement again is NONE. */
  dedupe?: boolean;
  metadata: JSONObject;
  /** Who was to extract when the op was accepted. */
  extractor: "llm" | "rules";
  /** Earlier messages of the scope that are read as context; 0: none. @default 10 */
  contextWindow?: number;
  /** Which messages are kept after the commit. @default "all" */
  retention?: Retention;
  /** What to keep, what to leave out, in words. */
  includes?: string;
  excludes?: string;
  /** More rules for the LLM. */
  customInstructions?: string;
  agentCustomInstructions?: string;
  /** Name → description. @default the catalog of 15 */
  customCategories?: Record<string, string>;
  customPrompts?: CustomPrompts;
  structuredDataSchema?: ObjectSchema;
  immutable?: boolean;
  expirationDate?: ISODay;
  /** When it was said. @default when it was accepted */
  timestamp?: ISODate;
  memoryType?: "procedural";
  conflicts?: "resolve" | "keep";
  maxDestructive?: number;
  images?: "describe" | "skip";
  /** Also keep entities and relations. @default false */
  graph?: boolean;
}

/** Which messages stay as provenance: all of them, the last `contextWindow` of the scope, or none. */
export type Retention = "all" | "window" | "none";

/** System prompts that replace ours whole. The data that follows them stays as it is. */
export interface CustomPrompts {
  extract?: string;
  resolve?: string;
  describe?: string;
  procedural?: string;
}

/** One stage of an `add`, as data. Timings are wall time in ms. */
export type TraceStage =
  | { stage: "context"; messages: Message[]; dropped: string[]; leftOut?: string[] }
  | {
      stage: "ask";
      purpose: LLMPurpose;
      attempts: { messages: LLMRequest["messages"]; reply: string; problem?: string; ms: number; tokens: number }[];
    }
  | {
      stage: "facts";
      by: "llm" | "rules";
      facts: {
        text: string;
        reason?: string;
        structuredData?: JSONObject;
        /** Of the model's data: what does not validate, and why. */
        dropped?: string[];
      }[];
    }
  | {
      stage: "recall";
      ms: number;
      facts: { text: string; neighbors: { id: string; memory: string; similarity: number; overlap: number }[] }[];
    }
  | { stage: "resolve"; dropped: string[]; decisions: { event: DecisionEvent; id?: string | null; reason: string }[] }
  | { stage: "commit"; ms: number; attempt: number; conflict: boolean };

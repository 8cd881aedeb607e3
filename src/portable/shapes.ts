/**
 * What each part of an export must look like. An export goes through the same shapes as an import, so that fields
 * always come in one order, and a field that joins a type fails to compile until it is added here.
 */
import { MAX_ID_LENGTH, SCOPE_IDS } from "../scope.ts";
import type { AddResult, EventTime, Feedback, Scope } from "../types.ts";
import * as check from "./check.ts";
import type { Check } from "./check.ts";
import type {
  PortableChange,
  PortableEntity,
  PortableMemory,
  PortableMessage,
  PortableOp,
  PortableRelation,
  PortableVector,
} from "./format.ts";

const scopeId: Check<string> = (value, path) => {
  const id = check.filled(value, path);
  return /\s/u.test(id) || id.length > MAX_ID_LENGTH
    ? check.fail(path, `must have no white space and at most ${MAX_ID_LENGTH} characters`)
    : id;
};

const anyScope = check.object<Scope>({
  userId: check.optional(scopeId),
  agentId: check.optional(scopeId),
  appId: check.optional(scopeId),
  runId: check.optional(scopeId),
});

export const scope: Check<Scope> = (value, path) => {
  const checked = anyScope(value, path);
  return Object.keys(checked).length > 0 ? checked : check.fail(path, `needs at least one of ${SCOPE_IDS.join(", ")}`);
};

const eventTime = check.object<EventTime>({ from: check.day, to: check.day });

const feedback = check.object<Feedback>({
  rating: check.oneOf("POSITIVE", "NEGATIVE", "VERY_NEGATIVE"),
  reason: check.optional(check.string),
});

const entityType = check.oneOf("person", "place", "organization", "thing");

export const memory = check.object<PortableMemory>({
  id: check.filled,
  memory: check.string,
  scope,
  metadata: check.jsonObject,
  createdAt: check.instant,
  updatedAt: check.instant,
  rev: check.count,
  order: check.count,
  keptOrder: check.optional(check.count),
  opId: check.filled,
  origin: check.oneOf("llm", "rules", "verbatim", "app"),
  attributedTo: check.optional(check.oneOf("user", "assistant")),
  actor: check.optional(check.string),
  categories: check.optional(check.list(check.string)),
  immutable: check.optional(check.boolean),
  expirationDate: check.optional(check.day),
  eventTime: check.optional(eventTime),
  structuredData: check.optional(check.jsonObject),
  cues: check.optional(check.string),
  sources: check.optional(check.list(check.object({ opId: check.filled, index: check.count }))),
  memoryType: check.optional(check.oneOf("procedural", "synthesis")),
  derivedFrom: check.optional(check.list(check.filled)),
  replacedBy: check.optional(check.filled),
  feedback: check.optional(feedback),
  deletedAt: check.optional(check.instant),
});

export const change = check.object<PortableChange>({
  event: check.oneOf("ADD", "UPDATE", "DELETE"),
  at: check.instant,
  reason: check.string,
  decidedBy: check.oneOf("llm", "rules", "exact", "app"),
  undoes: check.optional(check.filled),
  after: memory,
});

/** As it was answered: what it holds beside the results may grow with the library. */
const result: Check<AddResult> = (value, path) => {
  const answer = check.jsonObject(value, path);
  check.filled(answer["opId"], `${path}.opId`);
  check.list(check.jsonObject)(answer["results"], `${path}.results`);
  return answer as unknown as AddResult;
};

export const op = check.object<PortableOp>({
  opId: check.filled,
  scope,
  order: check.count,
  committedAt: check.instant,
  result,
});

export const message = check.object<PortableMessage>({
  opId: check.filled,
  index: check.count,
  at: check.instant,
  role: check.oneOf("user", "assistant", "system"),
  content: check.string,
  name: check.optional(check.string),
  images: check.optional(check.list(check.string)),
});

export const entity = check.object<PortableEntity>({
  scope,
  id: check.filled,
  name: check.string,
  type: entityType,
  aliases: check.list(check.string),
});

export const relation = check.object<PortableRelation>({
  scope,
  id: check.filled,
  source: check.filled,
  predicate: check.filled,
  target: check.filled,
  memoryId: check.filled,
  from: check.instant,
  openedBy: check.filled,
  openedSeq: check.count,
  to: check.nullable(check.instant),
  closedBy: check.nullable(check.filled),
  spared: check.optional(check.list(check.filled)),
  seq: check.count,
});

export const vector = check.object<PortableVector>({ id: check.filled, space: check.filled, vector: check.string });

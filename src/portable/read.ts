/** Reads what `import` is given: an export of ours, or mem0's shapes. Everything is checked before anything is written. */
import { beginningOf } from "./beginning.ts";
import * as check from "./check.ts";
import { fail } from "./check.ts";
import {
  FORMAT,
  FORMAT_VERSION,
  type ImportChange,
  type ImportMessage,
  type ImportMoment,
  type ImportPart,
  type KeepsakeExport,
  type PortableChange,
  type PortableMemory,
  type PortableMessage,
  type PortableOp,
} from "./format.ts";
import type { Scope } from "../types.ts";
import { mem0Given, readMem0 } from "./mem0.ts";
import * as shapes from "./shapes.ts";
import { decodeVector } from "./vectors.ts";

/** What is to be written, in order. */
export type ImportFile = Omit<ImportPart, "base" | "isLast" | "highestOrder">;

/**
 * @param input a parsed file, or its text
 * @returns what is to be written, and in words what the file has beside it
 * @throws {InvalidInputError} that names the path
 */
export function readImport(input: unknown, at: ImportMoment): { file: ImportFile; leftOut: string[] } {
  const json = typeof input === "string" ? parse(input) : input;
  if (check.isObject(json) && json["format"] === FORMAT) return { file: readExport(json), leftOut: [] };
  const given = mem0Given(json);
  if (!given) fail("", "is neither an export of keepsake nor a list of mem0's memories");
  const nothing = { scopes: [], ops: [], messages: [], entities: [], relations: [] };
  return { file: { ...nothing, changes: readMem0(given.rows, at) }, leftOut: given.leftOut };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail("", "is not JSON");
  }
}

const file = check.object<KeepsakeExport>({
  format: check.oneOf(FORMAT),
  version: (value, path) => (value === FORMAT_VERSION ? value : fail(path, `must be ${FORMAT_VERSION}`)),
  scopes: check.list(shapes.scope),
  memories: check.list(shapes.memory),
  history: check.list(shapes.change),
  ops: check.list(shapes.op),
  messages: check.list(shapes.message),
  entities: check.list(shapes.entity),
  relations: check.list(shapes.relation),
  vectors: check.optional(check.list(shapes.vector)),
});

function readExport(json: Record<string, unknown>): ImportFile {
  const { version } = json;
  if (typeof version === "number" && version > FORMAT_VERSION) {
    fail("version", `is ${version}, written by a newer version of the library: update the library`);
  }
  const { scopes, memories, history, ops, messages, entities, relations, vectors = [] } = file(json, "");
  const scoped = withScopes(messages, ops);
  const changes = changesOf(memories, history);
  const opAt = new Map(ops.map((op) => [op.order, op.opId]));
  for (const change of changes) {
    const orderOf = opAt.get(change.after.order);
    if (orderOf !== undefined) change.orderOf = orderOf;
  }
  const last = new Map(changes.filter((change) => change.isLast).map((change) => [change.after.id, change]));
  for (const [i, { id, space, vector }] of vectors.entries()) {
    const change = last.get(id) ?? fail(`vectors[${i}].id`, "names no memory");
    change.vectors = { ...change.vectors, [space]: decodeVector(vector, `vectors[${i}].vector`) };
  }
  return { scopes, ops, messages: scoped, changes, entities, relations };
}

/** A message belongs to the scope of its op, here and wherever it is written. */
function withScopes(messages: PortableMessage[], ops: PortableOp[]): ImportMessage[] {
  const scopeOf = new Map<string, Scope>();
  for (const [i, { opId, scope }] of ops.entries()) {
    if (scopeOf.has(opId)) fail(`ops[${i}].opId`, "is there twice");
    scopeOf.set(opId, scope);
  }
  return messages.map((message, i) => {
    const scope = scopeOf.get(message.opId) ?? fail(`messages[${i}].opId`, "names no op");
    return { ...message, scope };
  });
}

/** The history, checked against the memories; a memory without one gets a beginning. */
function changesOf(memories: PortableMemory[], history: PortableChange[]): ImportChange[] {
  const versions = new Map<string, { memory: PortableMemory; path: string; last: number }>();
  for (const [i, memory] of memories.entries()) {
    const path = `memories[${i}]`;
    if (versions.has(memory.id)) fail(`${path}.id`, "is there twice");
    versions.set(memory.id, { memory, path, last: -1 });
  }
  for (const [i, { after }] of history.entries()) {
    const path = `history[${i}].after`;
    const version = versions.get(after.id) ?? fail(`${path}.id`, "names no memory");
    const before = history[version.last]?.after;
    if (before && before.rev >= after.rev) fail(`${path}.rev`, "must be higher than that of the version before");
    if (before && !isSame(before.scope, after.scope)) fail(`${path}.scope`, "must be that of the version before");
    version.last = i;
  }
  for (const { memory, path, last } of versions.values()) {
    if (last >= 0 && !isSame(memory, history[last]!.after)) fail(path, "is not what its history ends with");
  }
  const lasts = new Set([...versions.values()].map((version) => version.last));
  const changes = history.map((change, i): ImportChange => ({ ...change, newerBy: "rev", isLast: lasts.has(i) }));
  const beginnings = [...versions.values()].filter((version) => version.last < 0);
  return [...changes, ...beginnings.map(({ memory }) => beginningOf(memory, "rev"))];
}

/** Both have been through the same shape: their fields are in one order. */
function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

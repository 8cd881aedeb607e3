/** From the options of the public methods to what the engine takes. */
import type { ExportRequest, ListRequest, UpdateRequest } from "../engine/engine.ts";
import type { ListPlace } from "../engine/results.ts";
import { definedOnly } from "./add-options.ts";
import { checkNames } from "./check-names.ts";
import { ifGiven, toDay, toFlag, toInstant, toWhole } from "./checks.ts";
import { InvalidInputError } from "../errors.ts";
import { UPDATE_ENTRY_NAMES, UPDATE_NAMES } from "./option-names.ts";
import type { EditOptions, ExportOptions, GetAllOptions, UpdateEntry, UpdateFields, ViewOptions } from "../options.ts";
import { scopeKeyOf } from "../scope.ts";
import type { Feedback, Scope } from "../types.ts";
import { toGivenId, toMetadata, toQuery, toScope, toText, toTopK } from "./validate.ts";

/** Memories that one batch may name. */
const MAX_BATCH = 1_000;
const MAX_PAGE = 1_000;

export function toListRequest(options: GetAllOptions): ListRequest {
  const query = toQuery(options, "getAll");
  const { topK = options.top_k ?? options.limit, pageSize = options.page_size, cursor } = options;
  if (topK !== undefined && pageSize !== undefined) {
    throw new InvalidInputError("keepsake: topK and pageSize mean the same. Pass one of them.");
  }
  const size =
    pageSize === undefined ? (topK === undefined ? null : toTopK(topK)) : toWhole(pageSize, "pageSize", 1, MAX_PAGE);
  const before = cursor === undefined || cursor === null ? {} : { before: fromCursor(cursor, query.scope) };
  return { ...query, topK: size, ...before, ...toView(options) };
}

const CURSOR = /^k3-([0-9a-z]{1,7})\.(-?[0-9a-z]{1,11})\.([0-9a-z]{1,11})$/;

/** Opaque to the caller, of the scope that it was given out for, and of a version that a later library can tell from its own. */
export function toCursor(next: ListPlace | null, scope: Scope): string | null {
  if (next === null) return null;
  return `k3-${markOf(scope)}.${next.createdAt.toString(36)}.${next.createdSeq.toString(36)}`;
}

function fromCursor(cursor: unknown, scope: Scope): ListPlace {
  const [, mark, ...numbers] = (typeof cursor === "string" && CURSOR.exec(cursor)) || [];
  const [createdAt = NaN, createdSeq = NaN] = numbers.map((digits) => Number.parseInt(digits, 36));
  if (!Number.isSafeInteger(createdAt) || !Number.isSafeInteger(createdSeq)) {
    throw new InvalidInputError("keepsake: this is no cursor. Pass the nextCursor of the page before, as it came.");
  }
  if (mark === markOf(scope)) return { createdAt, createdSeq };
  throw new InvalidInputError("keepsake: this cursor is of another scope. Begin without one.");
}

/** Tells scopes apart without naming them. A slip is to be noticed, so a short one will do: FNV-1a. */
function markOf(scope: Scope): string {
  const units = [...scopeKeyOf(scope)].map((one) => one.codePointAt(0)!);
  return (units.reduce((mark, unit) => Math.imul(mark ^ unit, 0x01000193), 0x811c9dc5) >>> 0).toString(36);
}

export function toView({ showExpired, at }: ViewOptions): { showExpired: boolean; at?: string } {
  return { showExpired: toFlag(showExpired, "showExpired"), ...(at !== undefined && { at: toInstant(at, "at") }) };
}

/** @param which how errors name it */
export function toUpdateRequest(id: unknown, change: string | UpdateFields, which = "update"): UpdateRequest {
  const fields = typeof change === "string" ? { text: change } : change;
  if (typeof fields !== "object" || fields === null) {
    throw new InvalidInputError(`keepsake: ${which} takes a text or an object of fields.`);
  }
  checkNames(fields, which === "update" ? UPDATE_NAMES : UPDATE_ENTRY_NAMES, `${which} has no field`);
  const { text, metadata, expirationDate, immutable } = fields;
  if ([text, metadata, expirationDate, immutable].every((field) => field === undefined)) {
    throw new InvalidInputError(
      `keepsake: ${which} needs at least one of text, metadata, expirationDate and immutable.`,
    );
  }
  return {
    id: toGivenId(id),
    ...(text !== undefined && { text: toText(text, "the text") }),
    ...(metadata !== undefined && { metadata: toMetadata(metadata) }),
    ...(expirationDate !== undefined && {
      expirationDate: expirationDate === null ? null : toDay(expirationDate, "expirationDate"),
    }),
    ...(immutable !== undefined && { immutable: toFlag(immutable, `${which}: immutable`) }),
  };
}

export function toUpdateRequests(changes: readonly UpdateEntry[]): UpdateRequest[] {
  assertBatch(changes);
  // `from` visits the holes of a list as well.
  return Array.from(changes, (change, i) =>
    toUpdateRequest((change as UpdateEntry | null)?.id, change, `update[${i}]`),
  );
}

/** The idempotency key of an edit, where one is given. */
export function toOpId(options: EditOptions | null): string | undefined {
  return ifGiven(options?.opId, (opId) => toText(opId, "opId"));
}

export function toIds(ids: readonly unknown[]): string[] {
  assertBatch(ids);
  return Array.from(ids, (id) => toGivenId(id));
}

function assertBatch(batch: readonly unknown[]): void {
  if (batch.length > MAX_BATCH) {
    throw new InvalidInputError(`keepsake: a batch names at most ${MAX_BATCH} memories. Split it.`);
  }
}

const RATINGS: readonly unknown[] = ["POSITIVE", "NEGATIVE", "VERY_NEGATIVE"];
const MAX_REASON_LENGTH = 4_000;

export function toFeedback(given: Feedback | null): Feedback | null {
  if (given === null) return null;
  if (typeof given !== "object") {
    throw new InvalidInputError('keepsake: feedback must be an object such as { rating: "POSITIVE" }, or null.');
  }
  checkNames(given, ["rating", "reason"], "feedback has no field");
  const { rating, reason }: Partial<Feedback> = given;
  if (rating === undefined || !RATINGS.includes(rating)) {
    throw new InvalidInputError(
      "keepsake: feedback needs a rating: POSITIVE, NEGATIVE or VERY_NEGATIVE; or pass null.",
    );
  }
  if (reason === undefined) return { rating };
  if (typeof reason !== "string" || reason.length > MAX_REASON_LENGTH) {
    throw new InvalidInputError(`keepsake: the reason must be a string of at most ${MAX_REASON_LENGTH} characters.`);
  }
  return { rating, reason: reason.toWellFormed() };
}

export function toExportRequest(options: ExportOptions): ExportRequest {
  const { all: isAll, vectors: withVectors, signal: _, ...rest } = options ?? {};
  const [all, vectors] = [toFlag(isAll, "export: all"), toFlag(withVectors, "export: vectors")];
  if (!all) return { scope: toScope(rest, "export"), vectors };
  if (Object.keys(definedOnly(rest)).length === 0) return { scope: null, vectors };
  throw new InvalidInputError("keepsake: export takes a scope or all: true, not both.");
}

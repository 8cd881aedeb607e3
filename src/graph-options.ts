/** The options of `graph`, checked. */
import type { GraphRequest } from "./engine/engine.ts";
import { InvalidInputError } from "./errors.ts";
import type { GraphOptions } from "./options.ts";
import { toScope, toText } from "./validate.ts";

/** Further than this everything is around everything. */
const MAX_DEPTH = 10;

/** @throws {InvalidInputError} that names the option */
export function toGraphRequest(options: GraphOptions): GraphRequest {
  const scope = toScope(options, "graph");
  const { entity, depth = 1, at } = options;
  if (typeof depth !== "number" || !Number.isInteger(depth) || depth < 0 || depth > MAX_DEPTH) {
    throw new InvalidInputError(`keepsake: depth must be an integer from 0 to ${MAX_DEPTH}.`);
  }
  return {
    scope,
    depth,
    ...(entity !== undefined && { entity: toText(entity, "the entity") }),
    ...(at !== undefined && { at: toInstant(at) }),
  };
}

function toInstant(at: unknown): string {
  const date = at instanceof Date ? at : new Date(typeof at === "string" ? at : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new InvalidInputError("keepsake: at must be a Date or an ISO string.");
}

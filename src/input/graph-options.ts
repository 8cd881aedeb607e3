/** The options of `graph`, checked. */
import { toInstant, toWhole } from "./checks.ts";
import type { GraphRequest } from "../engine/engine.ts";
import type { GraphOptions } from "../options.ts";
import { toScope, toText } from "./validate.ts";

/** Further than this everything is around everything. */
const MAX_DEPTH = 10;

/** @throws {InvalidInputError} that names the option */
export function toGraphRequest(options: GraphOptions): GraphRequest {
  const scope = toScope(options, "graph");
  const { entity, depth = 1, at } = options;
  return {
    scope,
    depth: toWhole(depth, "depth", 0, MAX_DEPTH),
    ...(entity !== undefined && { entity: toText(entity, "the entity") }),
    ...(at !== undefined && { at: toInstant(at, "at") }),
  };
}

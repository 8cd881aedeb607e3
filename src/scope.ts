/** Scopes: whose memories. One canonical key per scope, and what it means that one contains another. */
import type { Scope } from "./types.ts";

export const SCOPE_IDS = ["userId", "agentId", "appId", "runId"] as const;
/** Characters of an id. */
export const MAX_ID_LENGTH = 256;
export type ScopeId = (typeof SCOPE_IDS)[number];

/** mem0's docs teach these spellings in filters. */
export const SNAKE_CASE_IDS: Record<string, ScopeId> = {
  user_id: "userId",
  agent_id: "agentId",
  app_id: "appId",
  run_id: "runId",
};

export function isIdName(name: string): boolean {
  return Object.hasOwn(SNAKE_CASE_IDS, name) || SCOPE_IDS.some((id) => id === name);
}

/** Canonical: equal for equal scopes, whatever the order of keys; different for different ones. */
export function scopeKeyOf(scope: Scope): string {
  return JSON.stringify(SCOPE_IDS.map((id) => scope[id] ?? null));
}

/** True where `scope` carries every id that `asked` names. A read asks so; an add works in exactly one scope. */
export function carries(scope: Scope, asked: Scope): boolean {
  return SCOPE_IDS.every((id) => asked[id] === undefined || asked[id] === scope[id]);
}

/**
 * What crosses between a page and its worker. One function is exposed through comlink, `invoke`; a result
 * is an envelope, because comlink drops `code` and `cause` of what is thrown, and its handlers are global
 * to every user of comlink on the page.
 */
import type { Engine, EngineOptions } from "../engine/engine.ts";
import type { WireError } from "../errors.ts";
import type { KeepsakeEvent } from "../info.ts";

/** Raise with every change of what crosses: a page and a worker file of different builds must not talk. */
export const PROTOCOL_VERSION = 5;

export const ENGINE_METHODS = [
  "accept",
  "preview",
  "claim",
  "release",
  "recall",
  "commit",
  "survey",
  "consolidate",
  "rehearse",
  "cancel",
  "pending",
  "search",
  "noteUse",
  "rerank",
  "searchMessages",
  "relationsAround",
  "graph",
  "list",
  "get",
  "update",
  "delete",
  "deleteAll",
  "history",
  "undo",
  "forget",
  "feedback",
  "entities",
  "export",
  "import",
  "reset",
  "modelReady",
  "info",
  "close",
] as const satisfies readonly (keyof Engine)[];

export type EngineMethod = (typeof ENGINE_METHODS)[number];
/** Fails to compile when a method of Engine is not listed above. */
type Complete = Exclude<keyof Engine, EngineMethod> extends never ? true : never;
export const COMPLETE: Complete = true;

export type Envelope = { ok: true; value: unknown } | { ok: false; error: WireError };

/** What the worker exposes. */
export interface WorkerApi {
  /** Tells that the worker's code runs, and which protocol it speaks. */
  ping(): number;
  open(options: EngineOptions): Promise<Envelope>;
  invoke(method: EngineMethod, args: unknown[]): Promise<Envelope>;
}

/** Posted beside comlink's messages, which carry an `id`; comlink ignores those that do not. */
export interface EventMessage {
  type: "keepsake:event";
  event: KeepsakeEvent;
}

export function isEventMessage(data: unknown): data is EventMessage {
  return typeof data === "object" && data !== null && "type" in data && data.type === "keepsake:event";
}

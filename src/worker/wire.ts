/**
 * What crosses between a page and its worker. One function is exposed through comlink, `invoke`; a result
 * is an envelope, because comlink drops `code` and `cause` of what is thrown, and its handlers are global
 * to every user of comlink on the page.
 */
import type { EngineCall } from "../engine/calls.ts";
import type { EngineOptions } from "../engine/engine.ts";
import type { WireError } from "../errors.ts";
import type { KeepsakeEvent } from "../info.ts";

/** Raise with every change of what crosses: a page and a worker file of different builds must not talk. */
export const PROTOCOL_VERSION = 5;

export type Envelope = { ok: true; value: unknown } | { ok: false; error: WireError };

/** What the worker exposes. */
export interface WorkerApi {
  /** Tells that the worker's code runs, and which protocol it speaks. */
  ping(): number;
  open(options: EngineOptions): Promise<Envelope>;
  invoke(call: EngineCall, args: unknown[]): Promise<Envelope>;
}

/** Posted beside comlink's messages, which carry an `id`; comlink ignores those that do not. */
export interface EventMessage {
  type: "keepsake:event";
  event: KeepsakeEvent;
}

export function isEventMessage(data: unknown): data is EventMessage {
  return typeof data === "object" && data !== null && "type" in data && data.type === "keepsake:event";
}

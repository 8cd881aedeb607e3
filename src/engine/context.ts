/** What every part of the engine works with. */
import type { Runtime } from "../runtime.ts";
import type { Store } from "../store/store.ts";
import type { KeepsakeEvent } from "../info.ts";
import type { Leases } from "./leases.ts";

export interface EngineContext {
  store: Store;
  runtime: Runtime;
  leases: Leases;
  emit: (event: KeepsakeEvent) => void;
}

/** Wall time as ISO 8601. */
export function isoNow(runtime: Runtime): string {
  return new Date(runtime.now()).toISOString();
}

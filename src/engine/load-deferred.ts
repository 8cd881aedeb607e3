/** What an engine can be opened without, loaded once per thread. Where it fails, the next call tries again. */
import { partLoader } from "../load-part.ts";

export const loadDeferred = partLoader(() => import("./deferred.ts"));

/** Asks for it and does not wait: so that it is there when the network is not. */
export function askForDeferred(): void {
  loadDeferred().catch(() => undefined);
}

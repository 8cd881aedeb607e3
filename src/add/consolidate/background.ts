/** Consolidation by itself, after adds. Off unless the app asks for it. */
import type { Runtime } from "../../runtime.ts";
import { scopeKeyOf } from "../../scope.ts";
import type { Scope } from "../../types.ts";
import type { BackgroundConsolidation, ConsolidateCall } from "./run.ts";

/** After a failure, in ms: it is due again at the next add, but a model that fails is not asked each time. */
const REST_MS = 10 * 60_000;

export class Background {
  readonly #options: BackgroundConsolidation | null;
  readonly #runtime: Runtime;
  readonly #restsUntil = new Map<string, number>();

  constructor({ background, runtime }: { background: BackgroundConsolidation | null; runtime: Runtime }) {
    this.#options = background;
    this.#runtime = runtime;
  }

  /** Whether a consolidation is due, the engine knows. Whoever watches is told when it fails. */
  async run(scope: Scope, consolidate: (call: ConsolidateCall) => Promise<unknown>): Promise<void> {
    const scopeKey = scopeKeyOf(scope);
    if (!this.#options || (this.#restsUntil.get(scopeKey) ?? 0) > this.#runtime.now()) return;
    const opId = this.#runtime.randomId();
    const call = { ...this.#options, opId, scope, signal: undefined, trace: false, dryRun: false };
    try {
      await consolidate(call);
    } catch {
      this.#restsUntil.set(scopeKey, this.#runtime.now() + REST_MS);
    }
  }
}

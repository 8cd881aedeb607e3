/**
 * The queue: drives ops from acceptance to commit, those of one scope one after the other. An op that
 * fails stays pending and visible; it is tried again with backoff, when the device comes online, when the
 * memory is opened, or by `flush` (INV-4).
 */
import { untilAborted } from "../abort.ts";
import { EngineError, KeepsakeError } from "../errors.ts";
import type { AcceptRequest, ClaimedOp, ClaimOutcome } from "../engine/engine.ts";
import { scopeKeyOf } from "../scope.ts";
import type { AddResult, PendingOp } from "../types.ts";
import { previewOp, runOp } from "./add.ts";
import type { AddPorts } from "./ports.ts";
import { openTrace, withTrace } from "./trace.ts";

/** First wait before an op is tried again by itself, in ms; doubles with every failure … */
const RETRY_FIRST_MS = 5_000;
/** … up to this. */
const RETRY_MAX_MS = 10 * 60_000;
/** After so many failures only `flush` tries again: somebody should look at it. */
const RETRY_LIMIT = 8;

/** How one op is to be driven. */
export interface Drive {
  signal?: AbortSignal | undefined;
  /** Return every stage with the result. */
  trace?: boolean;
  /** What an abort before the commit does with the op. */
  onAbort: "cancel" | "keep";
}

/** An op that is on its way; wrapped, so that waiting for its acceptance is not waiting for its result. */
export interface Accepted {
  result: Promise<AddResult>;
}

export class OpQueue {
  readonly #ports: AddPorts;
  /** Ops at work in this queue, by id. */
  readonly #running = new Map<string, Promise<AddResult>>();
  /** The last op of each scope: the next one starts after it. */
  readonly #tails = new Map<string, Promise<unknown>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Aborts what is at work when the queue closes: nobody should wait for a model then. */
  readonly #closing = new AbortController();

  constructor(ports: AddPorts) {
    this.#ports = ports;
  }

  /** Resolves when the op is safe in the store; its `result` comes when it is committed. */
  async accept(request: AcceptRequest, drive: Drive): Promise<Accepted> {
    const outcome = await this.#ports.engine.accept(request);
    const result =
      outcome.status === "claimed" ? this.#start(outcome.claim, drive) : this.#join(request.opId, outcome, drive);
    // Whoever does not wait for the result finds its error with the pending op.
    result.catch(() => undefined);
    return { result };
  }

  /** What the op would do. Nothing is written. */
  async preview(request: AcceptRequest, drive: Omit<Drive, "onAbort">): Promise<AddResult> {
    const { signal } = drive;
    const trace = openTrace(drive.trace ?? false);
    const claim = await untilAborted(this.#ports.engine.preview(request), signal);
    return withTrace(await previewOp({ ...this.#ports, opId: claim.op.opId, signal, trace }, claim), trace);
  }

  /**
   * Tries every pending op, in order of acceptance. Never rejects for a failed op: `pending()` tells.
   * @param every false: only those whose time has come and whose extractor is here
   */
  async drain(every: boolean, signal?: AbortSignal): Promise<AddResult[]> {
    const results: AddResult[] = [];
    for (const op of await this.#ports.engine.pending()) {
      signal?.throwIfAborted();
      if (this.#closing.signal.aborted) break;
      if (!every && !this.#isDue(op)) continue;
      const result = await this.#tryPending(op.opId, signal);
      if (result) results.push(result);
    }
    await this.#schedule();
    return results;
  }

  /** Stops what is at work; the ops stay pending. */
  async close(): Promise<void> {
    this.#closing.abort(closedError());
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#running.values());
  }

  async #tryPending(opId: string, signal?: AbortSignal): Promise<AddResult | null> {
    try {
      const running = this.#running.get(opId);
      if (running) return await untilAborted(running, signal);
      const outcome = await this.#ports.engine.claim(opId);
      if (outcome.status === "committed") return outcome.result;
      if (outcome.status !== "claimed") return null;
      return await this.#start(outcome.claim, { signal, onAbort: "keep" });
    } catch (error) {
      // A failed op has been given back with its error. Anything else is about the engine, and the caller's.
      if (signal?.aborted) throw signal.reason;
      if (error instanceof EngineError && error.code !== "cancelled") throw error;
      return null;
    }
  }

  /** The same `opId` again: its result, or the wait for it. */
  async #join(opId: string, standing: ClaimOutcome, drive: Drive): Promise<AddResult> {
    let outcome = standing;
    for (;;) {
      if (outcome.status === "committed") return outcome.result;
      if (outcome.status === "claimed") return this.#start(outcome.claim, drive);
      if (outcome.status === "gone") throw new EngineError("cancelled", "keepsake: this op was cancelled.");
      await untilAborted(sleep(Math.min(outcome.retryAfterMs, 1_000)), drive.signal);
      outcome = await this.#ports.engine.claim(opId);
    }
  }

  #start(claim: ClaimedOp, drive: Drive): Promise<AddResult> {
    const { opId, scope } = claim.op;
    const running = this.#running.get(opId);
    if (running) return untilAborted(running, drive.signal);
    const scopeKey = scopeKeyOf(scope);
    const before = this.#tails.get(scopeKey) ?? Promise.resolve();
    const run = before.then(() => this.#run(claim, drive)).finally(() => this.#running.delete(opId));
    const tail = run
      .catch(() => undefined)
      .then(() => {
        if (this.#tails.get(scopeKey) === tail) this.#tails.delete(scopeKey);
      });
    this.#running.set(opId, run);
    this.#tails.set(scopeKey, tail);
    return run;
  }

  async #run(claim: ClaimedOp, drive: Drive): Promise<AddResult> {
    const { onAbort } = drive;
    const closing = this.#closing.signal;
    const signal = drive.signal ? AbortSignal.any([drive.signal, closing]) : closing;
    const trace = openTrace(drive.trace ?? false);
    try {
      signal.throwIfAborted();
      return withTrace(await runOp({ ...this.#ports, opId: claim.op.opId, signal, trace }, claim), trace);
    } catch (error) {
      if (drive.signal?.aborted && onAbort === "cancel") return this.#cancel(claim.op.opId, drive.signal);
      await this.#giveBack(claim.op, error);
      throw error;
    }
  }

  /** Abort: gone if that came before the commit, else done. */
  async #cancel(opId: string, signal: AbortSignal): Promise<AddResult> {
    if (!(await this.#ports.engine.cancel(opId))) {
      const outcome = await this.#ports.engine.claim(opId);
      if (outcome.status === "committed") return outcome.result;
    }
    throw signal.reason;
  }

  async #giveBack(op: PendingOp, error: unknown): Promise<void> {
    const { code, message } = KeepsakeError.isInstance(error) ? error : { code: "unknown", message: String(error) };
    if (code === "cancelled") return;
    try {
      // What cannot succeed as it is (a wrong key, say) waits for the next start, or for flush().
      const isVain = KeepsakeError.isInstance(error) && !error.retryable && code !== "closed";
      await this.#ports.engine.release(op.opId, { code, message }, isVain ? null : retryAfterMs(op.attempts));
      if (KeepsakeError.isInstance(error)) Object.assign(error.details, { opId: op.opId, pending: true });
      await this.#schedule();
    } catch {
      // The engine is gone too. The op lies in the store, and the lease of a dead owner is void; the caller
      // learns the first error, which is the one that matters.
    }
  }

  #isDue(op: PendingOp): boolean {
    if (op.attempts >= RETRY_LIMIT) return false;
    // Words meant for a model are not for the rules to guess at, unless somebody says so with flush().
    if (op.options.infer && op.options.extractor === "llm" && !this.#ports.llm) return false;
    return op.retryAt === undefined || Date.parse(op.retryAt) <= this.#ports.runtime.now();
  }

  /** Sets the timer for the next op that is due by itself. */
  async #schedule(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const { engine, runtime } = this.#ports;
    const waits = (await engine.pending())
      .filter((op) => op.attempts > 0 && op.attempts < RETRY_LIMIT && op.retryAt !== undefined)
      .map((op) => Math.max(Date.parse(op.retryAt!) - runtime.now(), 0));
    clearTimeout(this.#timer);
    if (waits.length === 0) return;
    this.#timer = setTimeout(() => this.drain(false).catch(() => undefined), Math.min(...waits));
    // In Node an op that waits is no reason to keep the process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}

function closedError(): EngineError {
  return new EngineError("closed", "keepsake: closed while this op was at work. It stays pending.");
}

function retryAfterMs(attempts: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** attempts, RETRY_MAX_MS);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * The queue: drives ops from acceptance to commit, those of one scope one after the other. An op that
 * fails stays pending and visible; it is tried again with backoff, when the device comes online, when the
 * memory is opened, or by `flush` (INV-4).
 */
import { untilAborted } from "../abort.ts";
import { EngineError, KeepsakeError } from "../errors.ts";
import { LEASE_MS, type AcceptRequest, type ClaimedOp, type ClaimOutcome } from "../engine/engine.ts";
import { scopeKeyOf } from "../scope.ts";
import { partLoader } from "../load-part.ts";
import type { AddResult, ConsolidateResult, PendingOp } from "../types.ts";
import { previewOp, runOp } from "./add.ts";
import { Background } from "./consolidate/background.ts";
import type { ConsolidateCall } from "./consolidate/run.ts";
import { opError } from "./op-error.ts";
import type { AddPorts } from "./ports.ts";
import { openTrace, withTrace } from "./trace.ts";

/** First wait before an op is tried again by itself, in ms; doubles with every failure … */
const RETRY_FIRST_MS = 5_000;
/** … up to this. */
const RETRY_MAX_MS = 10 * 60_000;
/** Shortest wait before ops are looked at again, in ms: somebody else may be at work on one that is due. */
const RETRY_AGAIN_MS = 1_000;
/** After so many failures only a new start, going online or `flush` tries again: somebody should look at it. */
const RETRY_LIMIT = 8;

/** Most apps never consolidate, or seldom. */
const loadConsolidate = partLoader(() => import("./consolidate/consolidate.ts"));

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
  readonly #background: Background;
  /** Ops at work in this queue, by id. */
  readonly #running = new Map<string, Promise<AddResult>>();
  /** How to stop each of them. */
  readonly #stops = new Map<string, AbortController>();
  /** The last op of each scope: the next one starts after it. */
  readonly #tails = new Map<string, Promise<unknown>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How long the first op that somebody else is at work on is leased, as the last drain saw it. */
  #leasedForMs: number | null = null;
  /** Aborts what is at work when the queue ends: nobody should wait for a model then. */
  readonly #ending = new AbortController();

  constructor(ports: AddPorts) {
    this.#ports = ports;
    this.#background = new Background(ports);
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

  /** What the op would do, or has done before. Nothing is written. */
  async preview(request: AcceptRequest, drive: Omit<Drive, "onAbort">): Promise<AddResult> {
    const { signal } = drive;
    const trace = openTrace(drive.trace ?? false);
    const outcome = await untilAborted(this.#ports.engine.preview(request), signal);
    if (outcome.status === "committed") return withTrace({ ...outcome.result, dryRun: true }, trace);
    return withTrace(await previewOp({ ...this.#ports, opId: request.opId, signal, trace }, outcome.claim), trace);
  }

  /**
   * Tries pending ops, in order of acceptance. Never rejects for a failed op: `pending()` tells.
   * @param which `due`: those whose time has come; `waiting`: also before their time (something has changed: the
   *   device is online, the memory was opened); `all`: also those that were meant for an LLM that is not here
   */
  async drain(which: "due" | "waiting" | "all", signal?: AbortSignal): Promise<AddResult[]> {
    const results: AddResult[] = [];
    this.#leasedForMs = null;
    for (const op of await this.#ports.engine.pending()) {
      signal?.throwIfAborted();
      if (this.#ending.signal.aborted) break;
      if (which !== "all" && !this.#canExtract(op)) continue;
      if (which === "due" && !this.#isDue(op)) continue;
      const result = await this.#tryPending(op.opId, signal);
      if (result) results.push(result);
    }
    await this.#schedule();
    return results;
  }

  /** In the turn of its scope: after the ops at work on it, before those that come. A lost one has changed nothing. */
  consolidate(call: ConsolidateCall): Promise<ConsolidateResult> {
    const signal = anyOf(call.signal, this.#ending.signal);
    const work = async (): Promise<ConsolidateResult> => {
      signal.throwIfAborted();
      const { consolidate } = await loadConsolidate();
      return consolidate(this.#ports, { ...call, signal });
    };
    return this.#inTurn(scopeKeyOf(call.scope), signal, work);
  }

  /** Drops a pending op; what is at work on it stops. False where it was not pending. */
  async cancel(opId: string): Promise<boolean> {
    const wasPending = await this.#ports.engine.cancel(opId);
    if (wasPending) this.#stops.get(opId)?.abort(cancelledError());
    return wasPending;
  }

  /** Stops what is at work; the ops stay pending. */
  async close(): Promise<void> {
    this.#end(closedError());
    await Promise.allSettled([...this.#running.values(), ...this.#tails.values()]);
  }

  /** The engine is dead: what is at work ends with its error, and asks no model for what the next engine takes up. */
  abandon(error: EngineError): void {
    this.#end(error);
  }

  #end(error: EngineError): void {
    this.#ending.abort(error);
    clearTimeout(this.#timer);
  }

  async #tryPending(opId: string, signal?: AbortSignal): Promise<AddResult | null> {
    try {
      const running = this.#running.get(opId);
      if (running) return await untilAborted(running, signal);
      const outcome = await this.#ports.engine.claim(opId);
      if (outcome.status === "committed") return outcome.result;
      if (outcome.status === "leased")
        this.#leasedForMs = Math.min(this.#leasedForMs ?? Infinity, outcome.retryAfterMs);
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
      if (outcome.status === "gone") throw cancelledError();
      await untilAborted(sleep(Math.min(outcome.retryAfterMs, 1_000)), drive.signal);
      outcome = await this.#ports.engine.claim(opId);
    }
  }

  #start(claim: ClaimedOp, drive: Drive): Promise<AddResult> {
    const { opId, scope } = claim.op;
    const running = this.#running.get(opId);
    if (running) return untilAborted(running, drive.signal);
    const stop = new AbortController();
    const work = (): Promise<AddResult> => this.#run(claim, drive, stop.signal);
    const run = this.#inTurn(scopeKeyOf(scope), anyOf(drive.signal, stop.signal), work).finally(() => {
      this.#running.delete(opId);
      this.#stops.delete(opId);
    });
    this.#running.set(opId, run);
    this.#stops.set(opId, stop);
    return run;
  }

  /** Work of one scope, one after the other. */
  #inTurn<T>(scopeKey: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(scopeKey) ?? Promise.resolve();
    // An abort does not wait for its turn.
    const run = untilAborted(before, signal)
      .catch(() => undefined)
      .then(work);
    const tail = Promise.allSettled([before, run]).then(() => {
      if (this.#tails.get(scopeKey) === tail) this.#tails.delete(scopeKey);
    });
    this.#tails.set(scopeKey, tail);
    return run;
  }

  async #run(claim: ClaimedOp, drive: Drive, stop: AbortSignal): Promise<AddResult> {
    const ending = this.#ending.signal;
    const signal = anyOf(drive.signal, stop, ending);
    const trace = openTrace(drive.trace ?? false);
    const { op } = claim;
    try {
      signal.throwIfAborted();
      const result = withTrace(await runOp({ ...this.#ports, opId: op.opId, signal, trace }, claim), trace);
      void this.#background.run(op.scope, (call) => this.consolidate(call));
      return result;
    } catch (thrown) {
      if (drive.signal?.aborted && drive.onAbort === "cancel") return this.#cancel(op.opId, drive.signal);
      const error = opError(thrown);
      await this.#giveBack(op, error);
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

  /** The op stays pending, with the error. The caller learns so from the error, whatever becomes of the engine. */
  async #giveBack(op: PendingOp, error: unknown): Promise<void> {
    const { code, message } = KeepsakeError.isInstance(error) ? error : { code: "unknown", message: String(error) };
    if (code === "cancelled") return;
    if (KeepsakeError.isInstance(error)) {
      // Of a dead engine nobody knows whether it still committed.
      const pending = error.details["outcome"] === "unknown" ? "unknown" : true;
      Object.assign(error.details, { opId: op.opId, pending });
    }
    // What cannot succeed as it is (a wrong key, say) waits for the next start, or for flush().
    const isVain = KeepsakeError.isInstance(error) && !error.retryable && code !== "closed";
    try {
      await this.#ports.engine.release(op.opId, { code, message }, isVain ? null : retryAfterMs(op.attempts));
      await this.#schedule();
    } catch {
      // The store is full, or the engine gone. The op lies there all the same; its lease ends by itself, and
      // the caller learns the first error, which is the one that matters.
      this.#retryIn(LEASE_MS);
    }
  }

  /** Words meant for a model are not for the rules to guess at, unless somebody says so with flush(). */
  #canExtract({ options }: PendingOp): boolean {
    return !options.infer || options.extractor === "rules" || this.#ports.llm !== null;
  }

  #isDue(op: PendingOp): boolean {
    if (op.attempts >= RETRY_LIMIT) return false;
    const waitMs = op.retryAt === undefined ? 0 : Date.parse(op.retryAt) - this.#ports.runtime.now();
    // Nothing waits for longer: the clock was set back.
    return waitMs <= 0 || waitMs > RETRY_MAX_MS;
  }

  /** Sets the timer for the next op that is due by itself. */
  async #schedule(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    const { engine, runtime } = this.#ports;
    const waits = (await engine.pending())
      .filter((op) => op.retryAt !== undefined && op.attempts < RETRY_LIMIT && this.#canExtract(op))
      // An op that is due and could not be had is at work elsewhere: not again at once.
      .map((op) => Math.max(Date.parse(op.retryAt!) - runtime.now(), this.#leasedForMs ?? RETRY_AGAIN_MS));
    if (this.#leasedForMs !== null) waits.push(this.#leasedForMs);
    if (waits.length > 0) this.#retryIn(Math.min(...waits));
    else clearTimeout(this.#timer);
  }

  #retryIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#ending.signal.aborted) return;
    this.#timer = setTimeout(() => this.drain("due").catch(() => undefined), Math.min(ms, RETRY_MAX_MS));
    // In Node an op that waits is no reason to keep the process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }
}

function anyOf(...signals: (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

function cancelledError(): EngineError {
  return new EngineError("cancelled", "keepsake: this op was cancelled; nothing of it was stored.");
}

function closedError(): EngineError {
  return new EngineError("closed", "keepsake: closed while this op was at work. An add stays pending.");
}

function retryAfterMs(attempts: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** attempts, RETRY_MAX_MS);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A Worker whose thread is this one: messages are really cloned, and it dies, hangs and falls silent on demand. */
import type { WorkerLike } from "../../../src/worker/client.ts";

type Listener = (event: never) => void;

export class FakeWorker {
  /** How often `terminate` was called. */
  terminated = 0;
  /** Messages that came from the worker, also those that were swallowed. */
  replies = 0;
  /** After so many messages from the worker no more get through: it hangs, or its messages are lost. */
  silentAfter = Infinity;
  /** Called with the number of every message from the worker, before it is delivered. */
  onReply: (count: number) => void = () => undefined;
  /** The worker's own end: serve something on it, or nothing. */
  readonly inside: WorkerLike;
  readonly #port: MessagePort;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.inside = port2 as unknown as WorkerLike;
    port2.start();
    port1.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      this.replies += 1;
      this.onReply(this.replies);
      if (this.replies <= this.silentAfter) this.emit("message", { data });
    });
    port1.start();
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  addEventListener(type: string, listener: Listener): void {
    if (!this.#listeners.has(type)) this.#listeners.set(type, new Set());
    this.#listeners.get(type)!.add(listener);
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  terminate(): void {
    this.terminated += 1;
    this.#port.close();
  }

  /** Fires an event at the page's end. */
  emit(type: "message" | "error" | "messageerror", event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }

  /** Listeners that are left at the page's end. */
  get listening(): number {
    return [...this.#listeners.values()].reduce((sum, listeners) => sum + listeners.size, 0);
  }

  asWorker(): WorkerLike {
    return this as unknown as WorkerLike;
  }
}

/** The calls of an engine, and engines made of one function that takes them all. */
import type { Engine } from "./engine.ts";

/** Does not compile where one is missing. */
const CALLS: Record<keyof Engine, true> = {
  accept: true,
  preview: true,
  claim: true,
  release: true,
  recall: true,
  commit: true,
  survey: true,
  consolidate: true,
  rehearse: true,
  cancel: true,
  pending: true,
  search: true,
  rerank: true,
  noteUse: true,
  searchMessages: true,
  relationsAround: true,
  graph: true,
  list: true,
  get: true,
  update: true,
  delete: true,
  deleteAll: true,
  history: true,
  undo: true,
  forget: true,
  feedback: true,
  entities: true,
  export: true,
  import: true,
  reset: true,
  modelReady: true,
  info: true,
  close: true,
};

export type EngineCall = keyof Engine;

export function isEngineCall(name: string): name is EngineCall {
  return Object.hasOwn(CALLS, name);
}

export type Answer = (call: EngineCall, args: unknown[]) => Promise<unknown>;

/** An engine whose calls are all answered by one function. */
export function engineOf(answer: Answer): Engine {
  const calls = Object.keys(CALLS) as EngineCall[];
  const methods = calls.map((call) => [call, (...args: unknown[]) => answer(call, args)]);
  return Object.fromEntries(methods) as Engine;
}

/** The inverse: the one function that answers with the engine's calls. What a call throws at once, rejects. */
export function answerOf(engine: Engine): Answer {
  const methods = engine as unknown as Record<EngineCall, (...args: unknown[]) => Promise<unknown>>;
  return async (call, args) => methods[call](...args);
}

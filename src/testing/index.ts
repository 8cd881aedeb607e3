/** `keepsake/testing`: test doubles and conformance suites, for us and for those who write a port of their own. */
export { scriptedLLM, facts, decisions, scores, never, garbage } from "./scripted-llm.ts";
export type { LLMScript, ScriptedCall, ScriptedDecision, ScriptedLLM, ScriptedReply } from "./scripted-llm.ts";
export { fakeRuntime, type FakeRuntime, type FakeRuntimeOptions } from "./fake-runtime.ts";
export { faultyStore, type FaultyStore } from "./faulty-store.ts";
export { embedderSuite, type EmbedderSuiteRunner } from "./embedder-suite.ts";
export { engineSuite } from "./engine-suite.ts";
export { rerankerSuite } from "./reranker-suite.ts";
export { storeSuite } from "./store-suite.ts";
export type { SuiteRunner } from "./suite.ts";
export { vectorIndexSuite, type VectorIndexSuiteRunner } from "./vector-index-suite.ts";

/** `keepsake/testing`: test doubles and conformance suites, for us and for those who write a port of their own. */
export { scriptedLLM, facts, decisions, never, garbage } from "./scripted-llm.ts";
export type { LLMScript, ScriptedCall, ScriptedDecision, ScriptedLLM, ScriptedReply } from "./scripted-llm.ts";
export { fakeRuntime, type FakeRuntime, type FakeRuntimeOptions } from "./fake-runtime.ts";
export { embedderSuite } from "./embedder-suite.ts";
export { vectorIndexSuite } from "./vector-index-suite.ts";

/** What an engine is seldom asked for; a chunk of its own, so that the worker starts without it. */
// Not seldom, but not before the first search: the tables of languages load while the embedder does.
export { queryWords } from "../search/query-words.ts";
export { recordsAsOf, searchAsOf } from "./as-of.ts";
export { consolidate } from "./consolidate.ts";
export * as edit from "./edit.ts";
export { entities } from "./entities.ts";
export { exportAll } from "./export.ts";
export { feedback } from "./feedback.ts";
export { noticeWipe } from "./generation.ts";
export { forget } from "./forget.ts";
export { prepareGraph } from "./graph-writer.ts";
export { readEntityOverlap, readGraphView, readRelationsAround } from "./graph-view.ts";
export { changesToEmbed, importPart } from "./import.ts";
export { vectorsOfImport } from "./import-vectors.ts";
export { rehearse } from "./rehearse.ts";
export { Rerankers } from "./rerankers.ts";
export { survey } from "./survey.ts";
export { TimeSearch } from "./time-search.ts";
export { textsToRestore, undo } from "./undo.ts";

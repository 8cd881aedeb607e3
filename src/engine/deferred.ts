/**
 * What an engine can be opened without: a chunk of its own, which loads while the database opens. Reads and writes that
 * need it await it; the first search does, for the tables of languages.
 */
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
export { loadSnapshot, writeSnapshot } from "./view-snapshot.ts";
export { survey } from "./survey.ts";
export { TimeSearch } from "./time-search.ts";
export { textsToRestore, undo } from "./undo.ts";
